//! `POST /v1/payment_intents`: create and confirm at once.

use serde_json::{Value, json};

use crate::currency::{check_charge, check_currency};
use crate::desk::{Desk, Record};
use crate::error::ApiError;
use crate::form::Form;
use crate::intents::{Intent, Status, capture};
use crate::route::Reply;

/// How long the bank holds the money, in milliseconds: the provider's 7 days for cards paid online.
const AUTHORISATION_MS: i64 = 7 * 24 * 60 * 60 * 1000;

/// What the bank says to a test card.
enum Verdict {
    Approve,
    Authenticate,
    Decline { code: &'static str, decline_code: &'static str, message: &'static str },
}

/// The provider's test payment methods.
fn verdict(payment_method: &str) -> Option<Verdict> {
    let decline = |code, decline_code, message| Some(Verdict::Decline { code, decline_code, message });
    match payment_method {
        "pm_card_visa"
        | "pm_card_mastercard"
        | "pm_card_createDispute"
        | "pm_card_pendingRefund"
        | "pm_card_refundFail" => Some(Verdict::Approve),
        "pm_card_authenticationRequired" => Some(Verdict::Authenticate),
        "pm_card_chargeDeclined" | "pm_card_visa_chargeDeclined" => {
            decline("card_declined", "generic_decline", "Your card was declined.")
        }
        "pm_card_chargeDeclinedInsufficientFunds" | "pm_card_visa_chargeDeclinedInsufficientFunds" => {
            decline("card_declined", "insufficient_funds", "Your card has insufficient funds.")
        }
        "pm_card_chargeDeclinedLostCard" | "pm_card_visa_chargeDeclinedLostCard" => {
            decline("card_declined", "lost_card", "Your card was declined.")
        }
        "pm_card_chargeDeclinedExpiredCard" => {
            decline("expired_card", "expired_card", "Your card has expired.")
        }
        "pm_card_chargeDeclinedProcessingError" => decline(
            "processing_error",
            "processing_error",
            "An error occurred while processing your card. Try again in a little bit.",
        ),
        _ => None,
    }
}

/// Creates an intent and asks the bank.
pub(crate) fn create(desk: &Desk<'_>, form: Form) -> Result<Reply, ApiError> {
    let mut intent = read(desk, form)?;
    let Some(verdict) = verdict(&intent.payment_method) else {
        return Err(ApiError::missing("PaymentMethod", &intent.payment_method, "payment_method"));
    };
    desk.insert(&intent)?;
    desk.emit("payment_intent.created", desk.view(&intent))?;
    match verdict {
        Verdict::Approve => {
            authorise(desk, &mut intent)?;
            Ok(Reply::ok(desk.view(&intent)))
        }
        Verdict::Authenticate => {
            intent.status = Status::RequiresAction;
            intent.action = Some(desk.provider.new_id("act"));
            desk.update(&intent)?;
            desk.emit("payment_intent.requires_action", desk.view(&intent))?;
            Ok(Reply::ok(desk.view(&intent)))
        }
        Verdict::Decline { code, decline_code, message } => {
            let error = fail(desk, &mut intent, code, Some(decline_code), message)?;
            Ok(Reply { status: 402, body: json!({ "error": error }) })
        }
    }
}

/// Reads the parameters into an intent that the bank has not seen.
fn read(desk: &Desk<'_>, mut form: Form) -> Result<Intent, ApiError> {
    let currency = form.require("currency")?;
    check_currency(&currency)?;
    let amount = form.integer("amount")?.ok_or_else(|| {
        ApiError::parameter("amount", "parameter_missing", "Missing required param: amount.")
    })?;
    check_charge(amount, &currency)?;
    let manual = match form.take("capture_method").as_deref() {
        Some("manual") => true,
        None | Some("automatic") => false,
        Some(other) => {
            let message = format!("Invalid capture_method: {other}");
            return Err(ApiError::parameter("capture_method", "parameter_unknown", message));
        }
    };
    if form.boolean("confirm")? != Some(true) {
        let message = "Intents are confirmed as they are created here: send confirm=true.";
        return Err(ApiError::parameter("confirm", "parameter_missing", message));
    }
    let kinds = form.list("payment_method_types");
    if !kinds.iter().all(|kind| kind == "card") {
        let message = "The only payment method type here is card.";
        return Err(ApiError::parameter("payment_method_types", "parameter_unknown", message));
    }
    let payment_method = form.require("payment_method")?;
    let return_url = form.take("return_url");
    if kinds.is_empty() && return_url.is_none() {
        let message = "This PaymentIntent accepts payment methods that redirect: send a return_url or payment_method_types.";
        return Err(ApiError::parameter("return_url", "parameter_missing", message));
    }
    let id = desk.provider.new_id("pi");
    let secret = desk.provider.new_id("secret");
    let intent = Intent {
        client_secret: format!("{id}_{secret}"),
        id,
        amount,
        currency,
        status: Status::RequiresPaymentMethod,
        manual,
        payment_method,
        metadata: form.metadata()?,
        transfer_group: form.take("transfer_group"),
        description: form.take("description"),
        return_url,
        created: desk.now(),
        charge: None,
        movement: None,
        received: 0,
        refunded: 0,
        transferred: 0,
        disputed: false,
        last_error: None,
        action: None,
        lapses_ms: None,
        canceled_at: None,
        cancellation_reason: None,
    };
    form.finish()?;
    Ok(intent)
}

/// The bank holds the money; taken at once if the intent says so.
pub(crate) fn authorise(desk: &Desk<'_>, intent: &mut Intent) -> Result<(), ApiError> {
    intent.status = Status::RequiresCapture;
    intent.charge = Some(desk.provider.new_id("ch"));
    intent.action = None;
    intent.last_error = None;
    intent.lapses_ms = Some(desk.now_ms.saturating_add(AUTHORISATION_MS));
    desk.update(intent)?;
    desk.emit("charge.succeeded", intent.charge_view())?;
    if intent.manual {
        return desk.emit("payment_intent.amount_capturable_updated", desk.view(intent));
    }
    capture::take(desk, intent, intent.amount)
}

/// The bank, or the guest, said no. Returns the error object.
pub(crate) fn fail(
    desk: &Desk<'_>,
    intent: &mut Intent,
    code: &str,
    decline_code: Option<&str>,
    message: &str,
) -> Result<Value, ApiError> {
    intent.status = Status::RequiresPaymentMethod;
    intent.charge = Some(desk.provider.new_id("ch"));
    intent.action = None;
    let error = json!({
        "type": "card_error",
        "code": code,
        "decline_code": decline_code,
        "message": message,
        "charge": intent.charge,
    });
    intent.last_error = Some(error.clone());
    desk.update(intent)?;
    desk.emit("charge.failed", intent.charge_view())?;
    desk.emit("payment_intent.payment_failed", intent.view(desk.provider.url()))?;
    let mut error = error;
    error["payment_intent"] = desk.view(intent);
    Ok(error)
}
