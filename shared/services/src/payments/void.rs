//! Letting go of what was set aside.

use domain::ids::{OutboxId, PaymentId, RefundId};
use domain::messages::{MessageBody, PaymentMessage};
use domain::payment::PaymentState;
use store::bookings::Cause;
use store::payments::{self, Payment};
use store::refunds::{self, NewRefund};

use super::authorise::look_up;
use super::{close, outcomes, step_key};
use crate::gateway::{PaymentGateway, ProviderPaymentId, ProviderPaymentState};
use crate::{Ctx, Failure};

/// Lets go of a payment, so that the guest has paid nothing: what is set aside is released, and what was captured before
/// the word of it came goes back whole.
pub async fn void(
    ctx: &Ctx,
    gateway: &dyn PaymentGateway,
    payment_id: PaymentId,
    message: OutboxId,
) -> Result<(), Failure> {
    let cause = Cause { message: Some(message), provider_event: None };
    let Some(payment) = payments::find(&ctx.db, payment_id).await? else { return close(ctx, cause).await };
    match payment.state {
        PaymentState::Processing | PaymentState::RequiresAction | PaymentState::Authorised => {
            release(ctx, gateway, &payment, message).await
        }
        PaymentState::Captured | PaymentState::PartiallyRefunded => give_back(ctx, payment_id, message).await,
        _ => close(ctx, cause).await,
    }
}

async fn release(
    ctx: &Ctx,
    gateway: &dyn PaymentGateway,
    payment: &Payment,
    message: OutboxId,
) -> Result<(), Failure> {
    let cause = Cause { message: Some(message), provider_event: None };
    let provider_id = match payment.provider_id.clone() {
        Some(id) => Some(ProviderPaymentId::new(id)),
        // Its authorisation may have been sent all the same.
        None => look_up(gateway, payment).await?.map(|report| report.provider_id),
    };
    let Some(provider_id) = provider_id else {
        return outcomes::cancelled(ctx, payment.id, None, cause).await;
    };
    match outcomes::void_or_read(gateway, &step_key(payment.id, "void"), &provider_id).await? {
        ProviderPaymentState::Cancelled => {
            outcomes::cancelled(ctx, payment.id, Some(&provider_id), cause).await
        }
        ProviderPaymentState::Captured => {
            outcomes::captured(ctx, payment.id, payment.amount, None, Cause::default()).await?;
            give_back(ctx, payment.id, message).await
        }
        _ => Err(Failure::internal("the provider does not let go of a payment")),
    }
}

/// Sends all of it back. A message that comes again finds itself done, or nothing left.
async fn give_back(ctx: &Ctx, payment: PaymentId, message: OutboxId) -> Result<(), Failure> {
    let id: RefundId = ctx.new_id();
    let messages = [ctx.message(MessageBody::Payments(PaymentMessage::Refund { refund_id: id }))];
    let new = NewRefund {
        id,
        payment,
        amount: None,
        reason: "The payment was let go after it had been taken.",
        request: None,
        cause: Some(message),
        messages: &messages,
        now: ctx.now(),
    };
    match refunds::raise(&ctx.db, &new).await? {
        Some(_) => ctx.publish(&messages).await,
        None => close(ctx, Cause { message: Some(message), provider_event: None }).await?,
    }
    Ok(())
}
