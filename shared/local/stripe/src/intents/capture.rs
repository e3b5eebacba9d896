//! `POST /v1/payment_intents/{id}/capture`: take the money, once.

use crate::balance::{Category, charge_fee, record};
use crate::currency::check_notation;
use crate::desk::Desk;
use crate::disputes;
use crate::error::ApiError;
use crate::form::Form;
use crate::intents::{Intent, Status};
use crate::route::Reply;

/// Captures `amount_to_capture`, or all; what is left of the authorisation is released.
pub(crate) fn capture(desk: &Desk<'_>, id: &str, mut form: Form) -> Result<Reply, ApiError> {
    let amount = form.integer("amount_to_capture")?;
    let expand = form.list("expand");
    form.finish()?;
    let mut intent: Intent = desk.get(id, "id")?;
    if intent.status != Status::RequiresCapture {
        return Err(intent.unexpected_state("captured"));
    }
    let amount = amount.unwrap_or(intent.amount);
    check_notation("amount_to_capture", amount, &intent.currency)?;
    if amount > intent.capturable() {
        let message = format!(
            "The provided amount_to_capture ({amount}) exceeds the capturable ({}).",
            intent.capturable()
        );
        return Err(ApiError::state("amount_too_large", message).about("amount_to_capture"));
    }
    take(desk, &mut intent, amount)?;
    Ok(Reply::ok(desk.expanded(&intent, &expand)?))
}

/// Takes `amount` of an authorised intent.
pub(crate) fn take(desk: &Desk<'_>, intent: &mut Intent, amount: i64) -> Result<(), ApiError> {
    intent.status = Status::Succeeded;
    intent.received = amount;
    intent.lapses_ms = None;
    let moved = (amount, charge_fee(amount, &intent.currency), intent.currency.as_str());
    let charge = intent.charge.as_deref().unwrap_or_default();
    intent.movement = Some(record(desk, Category::Charge, moved, charge, Some(&intent.id))?);
    desk.update(intent)?;
    desk.emit("charge.captured", intent.charge_view())?;
    desk.emit("payment_intent.succeeded", desk.view(intent))?;
    if intent.payment_method == "pm_card_createDispute" {
        disputes::open(desk, intent, amount, "fraudulent")?;
    }
    Ok(())
}
