//! Payment intents: `/v1/payment_intents`.

pub(crate) mod authenticate;
pub(crate) mod cancel;
pub(crate) mod capture;
pub(crate) mod create;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::balance::Movement;
use crate::desk::{Desk, Record};
use crate::error::ApiError;
use crate::form::{Form, Metadata};
use crate::list::list;
use crate::route::Reply;

/// Where an intent stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Status {
    RequiresPaymentMethod,
    RequiresAction,
    RequiresCapture,
    Succeeded,
    Canceled,
}

impl Status {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::RequiresPaymentMethod => "requires_payment_method",
            Self::RequiresAction => "requires_action",
            Self::RequiresCapture => "requires_capture",
            Self::Succeeded => "succeeded",
            Self::Canceled => "canceled",
        }
    }
}

/// An intent to collect one payment, with the charge it leads to.
///
/// It is created confirmed: declined it waits for another payment method for ever, otherwise it is authorised, at once or after the
/// guest has authenticated. An authorisation is captured once (wholly, or in part with the rest released), cancelled, or lapses.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Intent {
    pub(crate) id: String,
    pub(crate) client_secret: String,
    pub(crate) amount: i64,
    pub(crate) currency: String,
    pub(crate) status: Status,
    pub(crate) manual: bool,
    pub(crate) payment_method: String,
    pub(crate) metadata: Metadata,
    pub(crate) transfer_group: Option<String>,
    pub(crate) description: Option<String>,
    pub(crate) return_url: Option<String>,
    pub(crate) created: i64,
    /// Made when the bank was asked.
    pub(crate) charge: Option<String>,
    /// The movement of the balance that the capture was.
    pub(crate) movement: Option<String>,
    pub(crate) received: i64,
    /// Refunds that succeeded or may still succeed.
    pub(crate) refunded: i64,
    /// Sent on to hosts from this charge.
    pub(crate) transferred: i64,
    pub(crate) disputed: bool,
    pub(crate) last_error: Option<Value>,
    /// The unguessable part of the page where the guest authenticates.
    pub(crate) action: Option<String>,
    /// When the authorisation lapses, in Unix milliseconds.
    pub(crate) lapses_ms: Option<i64>,
    pub(crate) canceled_at: Option<i64>,
    pub(crate) cancellation_reason: Option<String>,
}

impl Record for Intent {
    const KIND: &'static str = "payment_intent";

    fn id(&self) -> &str {
        &self.id
    }

    fn created(&self) -> i64 {
        self.created
    }

    fn due_ms(&self) -> Option<i64> {
        self.lapses_ms
    }

    fn view(&self, url: &str) -> Value {
        json!({
            "id": self.id,
            "object": "payment_intent",
            "amount": self.amount,
            "amount_capturable": self.capturable(),
            "amount_received": self.received,
            "canceled_at": self.canceled_at,
            "cancellation_reason": self.cancellation_reason,
            "capture_method": if self.manual { "manual" } else { "automatic" },
            "client_secret": self.client_secret,
            "confirmation_method": "automatic",
            "created": self.created,
            "currency": self.currency,
            "description": self.description,
            "last_payment_error": self.last_error,
            "latest_charge": self.charge,
            "livemode": false,
            "metadata": self.metadata,
            "next_action": self.next_action(url),
            "payment_method": (self.status != Status::RequiresPaymentMethod).then_some(&self.payment_method),
            "payment_method_types": ["card"],
            "status": self.status.as_str(),
            "transfer_group": self.transfer_group,
        })
    }

    fn expand(&self, desk: &Desk<'_>, path: &str, view: &mut Value) -> Result<bool, ApiError> {
        if path != "latest_charge.balance_transaction" {
            return Ok(false);
        }
        if self.charge.is_some() {
            view["latest_charge"] = self.charge_view();
        }
        if let Some(movement) = &self.movement {
            view["latest_charge"]["balance_transaction"] = desk.view(&desk.get::<Movement>(movement, "id")?);
        }
        Ok(true)
    }
}

impl Intent {
    pub(crate) fn capturable(&self) -> i64 {
        if self.status == Status::RequiresCapture { self.amount } else { 0 }
    }

    /// What can still be refunded.
    pub(crate) fn refundable(&self) -> i64 {
        self.received - self.refunded
    }

    fn next_action(&self, url: &str) -> Option<Value> {
        let token = self.action.as_ref().filter(|_| self.status == Status::RequiresAction)?;
        let page = format!("{url}/authenticate/{}/{token}", self.id);
        Some(match &self.return_url {
            Some(back) => {
                json!({ "type": "redirect_to_url", "redirect_to_url": { "url": page, "return_url": back } })
            }
            // Without a page to come back to, the provider leaves the step to its own script.
            None => json!({ "type": "use_stripe_sdk", "use_stripe_sdk": { "stripe_js": page } }),
        })
    }

    /// The charge as the API shows it.
    pub(crate) fn charge_view(&self) -> Value {
        json!({
            "id": self.charge,
            "object": "charge",
            "amount": self.amount,
            "amount_captured": self.received,
            "amount_refunded": self.refunded,
            "balance_transaction": self.movement,
            "captured": self.received > 0,
            "created": self.created,
            "currency": self.currency,
            "disputed": self.disputed,
            "livemode": false,
            "metadata": self.metadata,
            "paid": matches!(self.status, Status::RequiresCapture | Status::Succeeded),
            "payment_intent": self.id,
            "refunded": self.received > 0 && self.refunded == self.received,
            "status": if self.status == Status::RequiresPaymentMethod { "failed" } else { "succeeded" },
            "transfer_group": self.transfer_group,
        })
    }

    /// Refuses to go on from this state.
    pub(crate) fn unexpected_state(&self, verb: &str) -> ApiError {
        let message = format!(
            "This PaymentIntent could not be {verb} because it has a status of {}.",
            self.status.as_str()
        );
        ApiError::state("payment_intent_unexpected_state", message)
    }
}

/// The intent that a charge belongs to.
pub(crate) fn of_charge(desk: &Desk<'_>, charge: &str, param: &str) -> Result<Intent, ApiError> {
    use rusqlite::OptionalExtension;
    let doc: Option<String> = desk
        .db
        .prepare_cached(
            "SELECT doc FROM records WHERE kind = 'payment_intent' AND json_extract(doc, '$.charge') = ?1",
        )?
        .query_row([charge], |row| row.get(0))
        .optional()?;
    match doc {
        Some(doc) => Ok(serde_json::from_str(&doc)?),
        None => Err(ApiError::missing("charge", charge, param)),
    }
}

/// `GET /v1/payment_intents/{id}`
pub(crate) fn retrieve(desk: &Desk<'_>, id: &str, mut form: Form) -> Result<Reply, ApiError> {
    let expand = form.list("expand");
    form.finish()?;
    Ok(Reply::ok(desk.expanded(&desk.get::<Intent>(id, "id")?, &expand)?))
}

/// `GET /v1/payment_intents`: by `created` and cursor.
pub(crate) fn index(desk: &Desk<'_>, form: Form) -> Result<Reply, ApiError> {
    list::<Intent>(desk, form, "/v1/payment_intents", &[])
}
