//! Transfers to connected accounts: `/v1/transfers`.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::accounts::Account;
use crate::balance::{Category, record};
use crate::currency::{check_currency, check_notation};
use crate::desk::{Desk, Record};
use crate::error::ApiError;
use crate::form::{Form, Metadata};
use crate::handle::{Totals, totals};
use crate::intents::of_charge;
use crate::list::{Filter, list};
use crate::route::Reply;

/// Money sent from the platform's balance to a host's account.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Transfer {
    pub(crate) id: String,
    pub(crate) amount: i64,
    pub(crate) currency: String,
    pub(crate) destination: String,
    pub(crate) group: Option<String>,
    pub(crate) source_transaction: Option<String>,
    pub(crate) description: Option<String>,
    pub(crate) metadata: Metadata,
    pub(crate) created: i64,
}

impl Record for Transfer {
    const KIND: &'static str = "transfer";

    fn id(&self) -> &str {
        &self.id
    }

    fn created(&self) -> i64 {
        self.created
    }

    fn view(&self, _url: &str) -> Value {
        json!({
            "id": self.id,
            "object": "transfer",
            "amount": self.amount,
            "amount_reversed": 0,
            "created": self.created,
            "currency": self.currency,
            "description": self.description,
            "destination": self.destination,
            "livemode": false,
            "metadata": self.metadata,
            "reversed": false,
            "source_transaction": self.source_transaction,
            "transfer_group": self.group,
        })
    }
}

/// `POST /v1/transfers`
pub(crate) fn create(desk: &Desk<'_>, mut form: Form) -> Result<Reply, ApiError> {
    let currency = form.require("currency")?;
    check_currency(&currency)?;
    let amount = form.integer("amount")?.ok_or_else(|| {
        ApiError::parameter("amount", "parameter_missing", "Missing required param: amount.")
    })?;
    check_notation("amount", amount, &currency)?;
    let mut transfer = Transfer {
        id: desk.provider.new_id("tr"),
        amount,
        currency,
        destination: form.require("destination")?,
        group: form.take("transfer_group"),
        source_transaction: form.take("source_transaction"),
        description: form.take("description"),
        metadata: form.metadata()?,
        created: desk.now(),
    };
    form.finish()?;
    let account: Account = desk.get(&transfer.destination, "destination")?;
    if !account.can_receive() {
        let message = "Your destination account needs to have at least one of the following capabilities enabled: \
                       transfers, crypto_transfers, legacy_payments";
        return Err(ApiError::state("insufficient_capabilities_for_transfer", message));
    }
    draw(desk, &mut transfer)?;
    desk.insert(&transfer)?;
    record(desk, Category::Transfer, (-transfer.amount, 0, &transfer.currency), &transfer.id, None)?;
    desk.emit("transfer.created", desk.view(&transfer))?;
    Ok(Reply::ok(desk.view(&transfer)))
}

/// Takes the money from the charge that is named, otherwise from the platform's balance.
fn draw(desk: &Desk<'_>, transfer: &mut Transfer) -> Result<(), ApiError> {
    let Some(charge) = &transfer.source_transaction else {
        let available = totals(desk)?.get(&transfer.currency).map_or(0, Totals::balance);
        if transfer.amount > available {
            let message = "You have insufficient available funds in your Stripe account.";
            return Err(ApiError::state("balance_insufficient", message));
        }
        return Ok(());
    };
    let mut intent = of_charge(desk, charge, "source_transaction")?;
    if intent.currency != transfer.currency {
        let message =
            "The currency of source_transaction's balance transaction is not the same as the transfer's.";
        return Err(ApiError::state("parameter_invalid", message).about("currency"));
    }
    if intent.transferred + transfer.amount > intent.received {
        let message = format!(
            "Transfers using this transaction as a source must not exceed the source amount of {} \
             (there are already transfers of {}).",
            intent.received, intent.transferred
        );
        return Err(ApiError::state("transfer_source_amount_exceeded", message).about("amount"));
    }
    intent.transferred += transfer.amount;
    desk.update(&intent)?;
    if transfer.group.is_none() {
        transfer.group = intent.transfer_group;
    }
    Ok(())
}

/// `GET /v1/transfers/{id}`
pub(crate) fn retrieve(desk: &Desk<'_>, id: &str, form: Form) -> Result<Reply, ApiError> {
    form.finish()?;
    Ok(Reply::ok(desk.view(&desk.get::<Transfer>(id, "id")?)))
}

/// `GET /v1/transfers`: by `destination`, `transfer_group`, `created` and cursor.
pub(crate) fn index(desk: &Desk<'_>, mut form: Form) -> Result<Reply, ApiError> {
    let filters: Vec<Filter> = [
        Filter::on("destination", form.take("destination")),
        Filter::on("group", form.take("transfer_group")),
    ]
    .into_iter()
    .flatten()
    .collect();
    list::<Transfer>(desk, form, "/v1/transfers", &filters)
}
