//! What moves the platform's balance: `/v1/balance_transactions`.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::currency::step;
use crate::desk::{Desk, Record};
use crate::error::ApiError;
use crate::form::Form;
use crate::intents::of_charge;
use crate::list::list;
use crate::route::Reply;

/// What a disputed payment costs, in minor units; given back where the dispute is won, as in some countries.
pub(crate) const DISPUTE_FEE: i64 = 1500;

/// Why the balance moved.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Category {
    Charge,
    Refund,
    RefundFailure,
    Transfer,
    Dispute,
    DisputeReversal,
    /// The provider takes from the platform what a connected account owes.
    ConnectCollectionTransfer,
}

impl Category {
    /// The older word for it, which says less.
    fn kind(self) -> &'static str {
        match self {
            Self::Charge => "charge",
            Self::Refund => "refund",
            Self::RefundFailure => "refund_failure",
            Self::Transfer => "transfer",
            Self::Dispute | Self::DisputeReversal => "adjustment",
            Self::ConnectCollectionTransfer => "connect_collection_transfer",
        }
    }
}

/// A movement of the platform's balance: what came or, below zero, went, and what the provider kept of it.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Movement {
    pub(crate) id: String,
    pub(crate) category: Category,
    pub(crate) amount: i64,
    pub(crate) fee: i64,
    pub(crate) currency: String,
    /// The charge, refund, transfer, dispute or account.
    pub(crate) source: String,
    /// The intent that it belongs to, if it does.
    pub(crate) intent: Option<String>,
    pub(crate) created: i64,
}

impl Record for Movement {
    const KIND: &'static str = "balance_transaction";

    fn id(&self) -> &str {
        &self.id
    }

    fn created(&self) -> i64 {
        self.created
    }

    fn view(&self, _url: &str) -> Value {
        let detail = json!({ "amount": self.fee, "currency": self.currency, "description": "Fees", "type": "stripe_fee" });
        json!({
            "id": self.id,
            "object": "balance_transaction",
            "amount": self.amount,
            "available_on": self.created,
            "created": self.created,
            "currency": self.currency,
            "exchange_rate": null,
            "fee": self.fee,
            "fee_details": if self.fee == 0 { json!([]) } else { json!([detail]) },
            "net": self.amount - self.fee,
            "reporting_category": self.category,
            "source": self.source,
            "status": "available",
            "type": self.category.kind(),
        })
    }

    fn expand(&self, desk: &Desk<'_>, path: &str, view: &mut Value) -> Result<bool, ApiError> {
        if path != "source" {
            return Ok(false);
        }
        view["source"] = match self.category {
            Category::Charge => of_charge(desk, &self.source, "source")?.charge_view(),
            // Of the others only what joins them to their payment.
            _ => json!({ "id": self.source, "payment_intent": self.intent }),
        };
        Ok(true)
    }
}

/// What the provider keeps of a payment: 2.9 % and 30, in the currency's own notation.
pub(crate) fn charge_fee(amount: i64, currency: &str) -> i64 {
    let fee = (amount * 29 + 500) / 1000 + 30;
    fee + (-fee).rem_euclid(step(currency))
}

/// Records a movement; answers its id.
pub(crate) fn record(
    desk: &Desk<'_>,
    category: Category,
    (amount, fee, currency): (i64, i64, &str),
    source: &str,
    intent: Option<&str>,
) -> Result<String, ApiError> {
    let movement = Movement {
        id: desk.provider.new_id("txn"),
        category,
        amount,
        fee,
        currency: currency.to_owned(),
        source: source.to_owned(),
        intent: intent.map(str::to_owned),
        created: desk.now(),
    };
    desk.insert(&movement)?;
    Ok(movement.id)
}

/// `GET /v1/balance_transactions/{id}`
pub(crate) fn retrieve(desk: &Desk<'_>, id: &str, mut form: Form) -> Result<Reply, ApiError> {
    let expand = form.list("expand");
    form.finish()?;
    Ok(Reply::ok(desk.expanded(&desk.get::<Movement>(id, "id")?, &expand)?))
}

/// `GET /v1/balance_transactions`: by `created` and cursor.
pub(crate) fn index(desk: &Desk<'_>, form: Form) -> Result<Reply, ApiError> {
    list::<Movement>(desk, form, "/v1/balance_transactions", &[])
}
