//! Refunds: `/v1/refunds`.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::balance::{Category, record};
use crate::currency::check_notation;
use crate::desk::{Desk, Record};
use crate::error::ApiError;
use crate::form::{Form, Metadata};
use crate::intents::{Intent, Status, of_charge};
use crate::list::{Filter, list};
use crate::route::Reply;

/// How long a refund that does not end at once is pending, in milliseconds of the clock.
const SETTLES_MS: i64 = 60_000;

const REASONS: [&str; 3] = ["duplicate", "fraudulent", "requested_by_customer"];

/// Where a refund stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum RefundStatus {
    Pending,
    Succeeded,
    Failed,
}

/// Money on its way back to the card.
///
/// It succeeds at once, save with two test cards: `pm_card_pendingRefund` is pending for a minute, and `pm_card_refundFail`
/// succeeds and turns out a minute later to have failed, as a bank may answer days later.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Refund {
    pub(crate) id: String,
    pub(crate) intent: String,
    pub(crate) charge: Option<String>,
    pub(crate) amount: i64,
    pub(crate) currency: String,
    pub(crate) status: RefundStatus,
    pub(crate) reason: Option<String>,
    pub(crate) metadata: Metadata,
    pub(crate) created: i64,
    /// When and how it changes, in Unix milliseconds.
    pub(crate) settles: Option<(i64, RefundStatus)>,
}

impl Record for Refund {
    const KIND: &'static str = "refund";

    fn id(&self) -> &str {
        &self.id
    }

    fn created(&self) -> i64 {
        self.created
    }

    fn due_ms(&self) -> Option<i64> {
        self.settles.map(|(at, _)| at)
    }

    fn view(&self, _url: &str) -> Value {
        let failed = self.status == RefundStatus::Failed;
        json!({
            "id": self.id,
            "object": "refund",
            "amount": self.amount,
            "charge": self.charge,
            "created": self.created,
            "currency": self.currency,
            "failure_reason": failed.then_some("unknown"),
            "metadata": self.metadata,
            "payment_intent": self.intent,
            "reason": self.reason,
            "status": self.status,
        })
    }
}

/// `POST /v1/refunds`: all that is left, or `amount`.
pub(crate) fn create(desk: &Desk<'_>, mut form: Form) -> Result<Reply, ApiError> {
    let intent_id = form.require("payment_intent")?;
    let amount = form.integer("amount")?;
    let reason = form.take("reason");
    let metadata = form.metadata()?;
    form.finish()?;
    if let Some(reason) = reason.as_deref().filter(|reason| !REASONS.contains(reason)) {
        return Err(ApiError::parameter("reason", "parameter_unknown", format!("Invalid reason: {reason}")));
    }
    let mut intent: Intent = desk.get(&intent_id, "payment_intent")?;
    let amount = amount.unwrap_or_else(|| intent.refundable());
    admit(&intent, amount)?;
    intent.refunded += amount;
    desk.update(&intent)?;

    let later = desk.now_ms.saturating_add(SETTLES_MS);
    let (status, settles) = match intent.payment_method.as_str() {
        "pm_card_pendingRefund" => (RefundStatus::Pending, Some((later, RefundStatus::Succeeded))),
        "pm_card_refundFail" => (RefundStatus::Succeeded, Some((later, RefundStatus::Failed))),
        _ => (RefundStatus::Succeeded, None),
    };
    let refund = Refund {
        id: desk.provider.new_id("re"),
        intent: intent.id.clone(),
        charge: intent.charge.clone(),
        amount,
        currency: intent.currency.clone(),
        status,
        reason,
        metadata,
        created: desk.now(),
        settles,
    };
    desk.insert(&refund)?;
    record(desk, Category::Refund, (-amount, 0, &refund.currency), &refund.id, Some(&intent.id))?;
    desk.emit("refund.created", desk.view(&refund))?;
    desk.emit("charge.refunded", intent.charge_view())?;
    Ok(Reply::ok(desk.view(&refund)))
}

/// Refuses what was not captured, what is disputed, and more than is left.
fn admit(intent: &Intent, amount: i64) -> Result<(), ApiError> {
    if intent.status != Status::Succeeded {
        let message =
            format!("This PaymentIntent ({}) does not have a successful charge to refund.", intent.id);
        return Err(ApiError::state("payment_intent_unexpected_state", message));
    }
    if intent.disputed {
        let message = "This charge has been charged back; cannot issue a refund.";
        return Err(ApiError::state("charge_disputed", message));
    }
    if intent.refundable() == 0 {
        return Err(ApiError::state("charge_already_refunded", "This charge has already been refunded."));
    }
    check_notation("amount", amount, &intent.currency)?;
    if amount > intent.refundable() {
        let message = format!(
            "Refund amount ({amount}) is greater than unrefunded amount on charge ({}).",
            intent.refundable()
        );
        return Err(ApiError::state("amount_too_large", message).about("amount"));
    }
    Ok(())
}

/// Ends a refund whose instant has come; a failed one makes its amount refundable again.
pub(crate) fn settle(desk: &Desk<'_>, refund: &mut Refund) -> Result<(), ApiError> {
    let Some((_, status)) = refund.settles.take() else { return Ok(()) };
    refund.status = status;
    desk.update(refund)?;
    if status == RefundStatus::Failed {
        let mut intent: Intent = desk.get(&refund.intent, "payment_intent")?;
        intent.refunded -= refund.amount;
        desk.update(&intent)?;
        let moved = (refund.amount, 0, refund.currency.as_str());
        record(desk, Category::RefundFailure, moved, &refund.id, Some(&intent.id))?;
        desk.emit("refund.failed", desk.view(refund))?;
    }
    desk.emit("refund.updated", desk.view(refund))
}

/// `GET /v1/refunds/{id}`
pub(crate) fn retrieve(desk: &Desk<'_>, id: &str, form: Form) -> Result<Reply, ApiError> {
    form.finish()?;
    Ok(Reply::ok(desk.view(&desk.get::<Refund>(id, "id")?)))
}

/// `GET /v1/refunds`: by `payment_intent`, `charge`, `created` and cursor.
pub(crate) fn index(desk: &Desk<'_>, mut form: Form) -> Result<Reply, ApiError> {
    let intent = form.take("payment_intent");
    let charge = form.take("charge");
    if let Some(intent) = &intent {
        desk.get::<Intent>(intent, "payment_intent")?;
    }
    if let Some(charge) = &charge {
        of_charge(desk, charge, "charge")?;
    }
    let filters: Vec<Filter> =
        [Filter::on("intent", intent), Filter::on("charge", charge)].into_iter().flatten().collect();
    list::<Refund>(desk, form, "/v1/refunds", &filters)
}
