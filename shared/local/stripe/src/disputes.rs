//! Disputes: `/v1/disputes`.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::balance::{Category, DISPUTE_FEE, record};
use crate::desk::{Desk, Record};
use crate::error::ApiError;
use crate::form::Form;
use crate::intents::Intent;
use crate::list::{Filter, list};
use crate::route::Reply;

/// How long evidence is taken, in seconds; banks give 7 to 21 days.
const EVIDENCE_SECONDS: i64 = 9 * 24 * 60 * 60;

/// Where a dispute stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum DisputeStatus {
    NeedsResponse,
    Won,
    Lost,
}

/// A guest's bank takes a payment back.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Dispute {
    pub(crate) id: String,
    pub(crate) intent: String,
    pub(crate) charge: Option<String>,
    pub(crate) amount: i64,
    pub(crate) currency: String,
    pub(crate) reason: String,
    pub(crate) status: DisputeStatus,
    pub(crate) created: i64,
}

impl Record for Dispute {
    const KIND: &'static str = "dispute";

    fn id(&self) -> &str {
        &self.id
    }

    fn created(&self) -> i64 {
        self.created
    }

    fn view(&self, _url: &str) -> Value {
        json!({
            "id": self.id,
            "object": "dispute",
            "amount": self.amount,
            "charge": self.charge,
            "created": self.created,
            "currency": self.currency,
            "evidence_details": {
                "due_by": self.created + EVIDENCE_SECONDS,
                "has_evidence": false,
                "past_due": false,
                "submission_count": 0,
            },
            "is_charge_refundable": false,
            "livemode": false,
            "metadata": {},
            "payment_intent": self.intent,
            "reason": self.reason,
            "status": self.status,
        })
    }
}

impl Dispute {
    pub(crate) fn is_won(&self) -> bool {
        self.status == DisputeStatus::Won
    }
}

/// Opens a dispute over `amount` of a captured intent; the money is withdrawn meanwhile.
pub(crate) fn open(
    desk: &Desk<'_>,
    intent: &mut Intent,
    amount: i64,
    reason: &str,
) -> Result<Dispute, ApiError> {
    if intent.disputed || amount < 1 || amount > intent.received {
        let message = "Only a captured payment can be disputed, once, and for no more than was captured.";
        return Err(ApiError::state("charge_disputed", message));
    }
    intent.disputed = true;
    desk.update(intent)?;
    let dispute = Dispute {
        id: desk.provider.new_id("dp"),
        intent: intent.id.clone(),
        charge: intent.charge.clone(),
        amount,
        currency: intent.currency.clone(),
        reason: reason.to_owned(),
        status: DisputeStatus::NeedsResponse,
        created: desk.now(),
    };
    desk.insert(&dispute)?;
    let moved = (-amount, DISPUTE_FEE, dispute.currency.as_str());
    record(desk, Category::Dispute, moved, &dispute.id, Some(&dispute.intent))?;
    desk.emit("charge.dispute.created", desk.view(&dispute))?;
    desk.emit("charge.dispute.funds_withdrawn", desk.view(&dispute))?;
    Ok(dispute)
}

/// The bank decides. After a won dispute the payment can be refunded again.
pub(crate) fn close(desk: &Desk<'_>, id: &str, won: bool) -> Result<Dispute, ApiError> {
    let mut dispute: Dispute = desk.get(id, "id")?;
    if dispute.status != DisputeStatus::NeedsResponse {
        return Err(ApiError::state("dispute_closed", "This dispute is already closed."));
    }
    dispute.status = if won { DisputeStatus::Won } else { DisputeStatus::Lost };
    desk.update(&dispute)?;
    if won {
        let mut intent: Intent = desk.get(&dispute.intent, "payment_intent")?;
        intent.disputed = false;
        desk.update(&intent)?;
        let moved = (dispute.amount, -DISPUTE_FEE, dispute.currency.as_str());
        record(desk, Category::DisputeReversal, moved, &dispute.id, Some(&dispute.intent))?;
        desk.emit("charge.dispute.funds_reinstated", desk.view(&dispute))?;
    }
    desk.emit("charge.dispute.closed", desk.view(&dispute))?;
    Ok(dispute)
}

/// `GET /v1/disputes/{id}`
pub(crate) fn retrieve(desk: &Desk<'_>, id: &str, form: Form) -> Result<Reply, ApiError> {
    form.finish()?;
    Ok(Reply::ok(desk.view(&desk.get::<Dispute>(id, "id")?)))
}

/// `GET /v1/disputes`: by `payment_intent`, `charge`, `created` and cursor.
pub(crate) fn index(desk: &Desk<'_>, mut form: Form) -> Result<Reply, ApiError> {
    let filters: Vec<Filter> =
        [Filter::on("intent", form.take("payment_intent")), Filter::on("charge", form.take("charge"))]
            .into_iter()
            .flatten()
            .collect();
    list::<Dispute>(desk, form, "/v1/disputes", &filters)
}
