//! Asking the provider to set an amount aside.

use domain::ids::{OutboxId, PaymentId};
use domain::payment::PaymentState;
use store::bookings::Cause;
use store::modifications;
use store::payments::{self, Payment};

use super::{CLOCK_SKEW, close, is_our_defect, key_may_be_forgotten, observe, outcomes, step_key};
use crate::gateway::{
    Authorisation, AuthorisationOutcome, AuthoriseRequest, GatewayError, PaymentGateway, ProviderPayment,
};
use crate::{Ctx, Failure};

/// Sets a payment's amount aside and records what the bank said. A payment that is past that is left alone.
pub async fn authorise(
    ctx: &Ctx,
    gateway: &dyn PaymentGateway,
    payment_id: PaymentId,
    message: OutboxId,
) -> Result<(), Failure> {
    let cause = Cause { message: Some(message), provider_event: None };
    let payment = payments::find(&ctx.db, payment_id).await?;
    let Some(payment) = payment.filter(|payment| payment.state == PaymentState::Processing) else {
        return close(ctx, cause).await;
    };
    let now = ctx.now();
    let held_until = modifications::hold_of_payment(&ctx.db, payment_id).await?;
    let waits = held_until.is_some_and(|end| now < end);
    if !waits || key_may_be_forgotten(payment.created_at, now) {
        // Sent already, perhaps; if not, there is nothing left to pay for or no key to send it under.
        return match look_up(gateway, &payment).await? {
            Some(report) => observe::record(ctx, gateway, &payment, &report, cause).await,
            None => outcomes::cancelled(ctx, payment_id, None, cause).await,
        };
    }
    let request = AuthoriseRequest {
        amount: payment.amount,
        payment_method: payment.payment_method.clone(),
        payment_id,
        booking_id: payment.booking_id,
        transfer_group: format!("booking:{}", payment.booking_id),
    };
    let answer = gateway.authorise(&step_key(payment_id, "authorise"), &request).await;
    conclude(ctx, gateway, &payment, answer, cause).await
}

/// What the provider made of a payment, if it was ever asked.
pub(super) async fn look_up(
    gateway: &dyn PaymentGateway,
    payment: &Payment,
) -> Result<Option<ProviderPayment>, Failure> {
    let since = payment.created_at.checked_sub(CLOCK_SKEW).unwrap_or(payment.created_at);
    Ok(gateway.find_by_metadata(payment.id, since).await?)
}

async fn conclude(
    ctx: &Ctx,
    gateway: &dyn PaymentGateway,
    payment: &Payment,
    answer: Result<Authorisation, GatewayError>,
    cause: Cause<'_>,
) -> Result<(), Failure> {
    let (id, booking) = (payment.id, payment.booking_id);
    let (provider_id, decline) = match answer {
        Ok(Authorisation { provider_id, outcome }) => match outcome {
            AuthorisationOutcome::Authorised => {
                return outcomes::authorised(ctx, gateway, id, &provider_id, cause).await;
            }
            AuthorisationOutcome::RequiresAction { url, client_secret } => {
                let action = (url.as_deref(), client_secret.as_str());
                return outcomes::action_required(ctx, id, booking, &provider_id, action, cause).await;
            }
            AuthorisationOutcome::Declined(decline) => (Some(provider_id), decline),
        },
        Err(GatewayError::Declined(decline)) => (None, decline),
        Err(error @ (GatewayError::Rejected { .. } | GatewayError::NotFound)) if !is_our_defect(&error) => {
            tracing::error!(payment = %id, %error, "the provider refuses to authorise");
            return outcomes::declined(ctx, id, None, "provider_rejected", cause).await;
        }
        Err(error) => return Err(error.into()),
    };
    tracing::info!(payment = %id, code = decline.code, "declined");
    outcomes::declined(ctx, id, provider_id.as_ref(), outcomes::failure_code(&decline), cause).await
}
