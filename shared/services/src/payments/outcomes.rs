//! Recording what the provider said, and sending on what follows.

use domain::booking::Notice;
use domain::ids::{BookingId, PaymentId};
use domain::messages::{MessageBody, NotificationMessage, PaymentMessage};
use domain::money::Money;
use store::bookings::{Applied, Cause};
use store::payments::{self, ActionRequired, NextAction};
use store::provider_fees::NewFee;

use super::close;
use crate::gateway::{
    Decline, GatewayError, IdempotencyKey, PaymentGateway, ProviderFee, ProviderPaymentId,
    ProviderPaymentState,
};
use crate::{Ctx, Failure, figures};

/// The amount is set aside: the booking moves on, or, where its nights are gone, the amount is let go.
pub(super) async fn authorised(
    ctx: &Ctx,
    gateway: &dyn PaymentGateway,
    payment: PaymentId,
    provider_id: &ProviderPaymentId,
    cause: Cause<'_>,
) -> Result<(), Failure> {
    let applied = crate::bookings::authorised(ctx, payment, provider_id.as_str(), cause).await?;
    counted(figures::PAYMENTS_AUTHORISED, applied);
    if applied == Applied::Stale {
        release_stray(ctx, gateway, payment, provider_id).await?;
        close(ctx, cause).await?;
    }
    Ok(())
}

/// Counts what has moved now; what was known already has been counted.
fn counted(name: &'static str, applied: Applied) {
    if applied == Applied::Moved {
        figures::count(name);
    }
}

fn notice(booking_id: BookingId, event: Notice) -> MessageBody {
    MessageBody::Notifications(NotificationMessage::Booking { booking_id, event })
}

/// Lets go of an amount that was set aside for a payment that had ended: one that was cancelled or declined meanwhile, or
/// one that was authorised under another of the provider's names.
async fn release_stray(
    ctx: &Ctx,
    gateway: &dyn PaymentGateway,
    payment_id: PaymentId,
    provider_id: &ProviderPaymentId,
) -> Result<(), Failure> {
    let payment = payments::find(&ctx.db, payment_id).await?.ok_or(Failure::NotFound)?;
    let is_counted = payment.provider_id.as_deref() == Some(provider_id.as_str());
    if is_counted && !payment.state.allows_another_attempt() {
        return Ok(());
    }
    tracing::warn!(%payment_id, %provider_id, state = %payment.state, "an amount was set aside for a payment that had ended");
    let key = IdempotencyKey::derive(format_args!("payment:{payment_id}:{provider_id}"), "void", 1);
    let ended = void_or_read(gateway, &key, provider_id).await?;
    if ended != ProviderPaymentState::Cancelled {
        tracing::error!(%payment_id, %provider_id, state = ?ended, "a stray amount could not be let go");
    }
    Ok(())
}

/// Lets go of what is set aside; where the provider refuses, says what the payment is instead.
pub(super) async fn void_or_read(
    gateway: &dyn PaymentGateway,
    key: &IdempotencyKey,
    provider_id: &ProviderPaymentId,
) -> Result<ProviderPaymentState, Failure> {
    match gateway.void(key, provider_id).await {
        Ok(payment) => Ok(payment.state),
        Err(GatewayError::Rejected { .. }) => Ok(gateway.retrieve(provider_id).await?.state),
        Err(error) => Err(error.into()),
    }
}

/// The bank wants the guest's proof.
pub(super) async fn action_required(
    ctx: &Ctx,
    payment: PaymentId,
    booking: BookingId,
    provider_id: &ProviderPaymentId,
    (url, client_secret): (Option<&str>, &str),
    cause: Cause<'_>,
) -> Result<(), Failure> {
    let messages = [ctx.message(notice(booking, Notice::PaymentActionRequired))];
    let void = MessageBody::Payments(PaymentMessage::Void { payment_id: payment });
    let late_messages = [ctx.message(void), ctx.message(notice(booking, Notice::PaidTooLate))];
    let action = ActionRequired {
        payment,
        provider_id: provider_id.as_str(),
        next_action: &next_action(url, client_secret),
        cause,
        messages: &messages,
        late_messages: &late_messages,
        now: ctx.now(),
    };
    match payments::record_action_required(&ctx.db, &action).await? {
        Applied::Moved => ctx.publish(&messages).await,
        Applied::TooLate => ctx.publish(&late_messages).await,
        Applied::Stale => close(ctx, cause).await?,
    }
    Ok(())
}

fn next_action(url: Option<&str>, client_secret: &str) -> NextAction {
    NextAction {
        kind: if url.is_some() { "redirect_to_url" } else { "use_sdk" }.to_owned(),
        url: url.map(str::to_owned),
        client_secret: client_secret.to_owned(),
    }
}

/// The bank, or the guest, said no. The booking waits for another attempt until its hold ends.
pub(super) async fn declined(
    ctx: &Ctx,
    payment: PaymentId,
    provider_id: Option<&ProviderPaymentId>,
    failure: &str,
    cause: Cause<'_>,
) -> Result<(), Failure> {
    let provider_id = provider_id.map(ProviderPaymentId::as_str);
    let applied = crate::bookings::payment_failed(ctx, payment, provider_id, failure, cause).await?;
    counted(figures::PAYMENTS_FAILED, applied);
    if applied == Applied::Stale {
        close(ctx, cause).await?;
    }
    Ok(())
}

/// A decline's stable code for the guest. What hints at fraud or at a lost card is only that the card was declined:
/// <https://docs.stripe.com/declines/codes>.
pub(super) fn failure_code(decline: &Decline) -> &'static str {
    match decline.code.as_str() {
        "insufficient_funds" | "withdrawal_count_limit_exceeded" => "insufficient_funds",
        "expired_card" | "invalid_expiry_month" | "invalid_expiry_year" => "expired_card",
        "incorrect_cvc" | "invalid_cvc" | "incorrect_number" | "invalid_number" | "incorrect_zip" => {
            "incorrect_card_details"
        }
        "payment_intent_authentication_failure" | "authentication_required" => "authentication_failed",
        "currency_not_supported" => "currency_not_supported",
        "processing_error" | "issuer_not_available" | "try_again_later" | "reenter_transaction" => {
            "try_again_later"
        }
        "resource_missing" => "unknown_payment_method",
        _ => "card_declined",
    }
}

/// The amount is taken, and the provider keeps its fee, where that is known.
pub(super) async fn captured(
    ctx: &Ctx,
    payment: PaymentId,
    amount: Money,
    fee: Option<ProviderFee>,
    cause: Cause<'_>,
) -> Result<(), Failure> {
    let fee = fee.map(|fee| NewFee {
        movement: fee.movement.to_string(),
        payment: None,
        currency: fee.amount.currency(),
        amount: fee.amount.amount(),
        at: fee.at,
    });
    let applied = payments::record_captured(&ctx.db, payment, amount, fee.as_ref(), cause, ctx.now()).await?;
    counted(figures::PAYMENTS_CAPTURED, applied);
    if applied == Applied::Stale {
        close(ctx, cause).await?;
    }
    Ok(())
}

/// Nothing was taken and nothing is set aside any more.
pub(super) async fn cancelled(
    ctx: &Ctx,
    payment: PaymentId,
    provider_id: Option<&ProviderPaymentId>,
    cause: Cause<'_>,
) -> Result<(), Failure> {
    let provider_id = provider_id.map(ProviderPaymentId::as_str);
    let applied = payments::record_cancelled(&ctx.db, payment, provider_id, cause, ctx.now()).await?;
    if applied == Applied::Stale {
        close(ctx, cause).await?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_guest_is_not_told_of_suspicions() {
        let code = |code: &str| failure_code(&Decline { code: code.to_owned(), message: "" });
        for suspicion in ["lost_card", "stolen_card", "fraudulent", "pickup_card", "generic_decline"] {
            assert_eq!(code(suspicion), "card_declined");
        }
        assert_eq!(code("insufficient_funds"), "insufficient_funds");
        assert_eq!(code("authentication_required"), "authentication_failed");
    }

    #[test]
    fn the_next_action_says_how() {
        assert_eq!(next_action(Some("https://bank.example/"), "s").kind, "redirect_to_url");
        assert_eq!(next_action(None, "s").kind, "use_sdk");
        assert!(!format!("{:?}", next_action(None, "secret")).contains("secret"));
    }
}
