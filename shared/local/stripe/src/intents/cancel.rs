//! `POST /v1/payment_intents/{id}/cancel`: release the money, or give up waiting.

use crate::desk::Desk;
use crate::error::ApiError;
use crate::form::Form;
use crate::intents::{Intent, Status};
use crate::route::Reply;

const REASONS: [&str; 4] = ["duplicate", "fraudulent", "requested_by_customer", "abandoned"];

/// Cancels an intent that took no money.
pub(crate) fn cancel(desk: &Desk<'_>, id: &str, mut form: Form) -> Result<Reply, ApiError> {
    let reason = form.take("cancellation_reason");
    form.finish()?;
    if let Some(reason) = reason.as_deref().filter(|reason| !REASONS.contains(reason)) {
        let message = format!("Invalid cancellation_reason: {reason}");
        return Err(ApiError::parameter("cancellation_reason", "parameter_unknown", message));
    }
    let mut intent: Intent = desk.get(id, "id")?;
    end(desk, &mut intent, reason)?;
    Ok(Reply::ok(desk.view(&intent)))
}

/// Ends an intent that took no money.
pub(crate) fn end(desk: &Desk<'_>, intent: &mut Intent, reason: Option<String>) -> Result<(), ApiError> {
    if matches!(intent.status, Status::Succeeded | Status::Canceled) {
        return Err(intent.unexpected_state("canceled"));
    }
    intent.status = Status::Canceled;
    intent.canceled_at = Some(desk.now());
    intent.cancellation_reason = reason;
    intent.lapses_ms = None;
    intent.action = None;
    desk.update(intent)?;
    desk.emit("payment_intent.canceled", desk.view(intent))
}
