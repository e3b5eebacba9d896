//! Taking what was set aside.

use domain::ids::{OutboxId, PaymentId};
use domain::payment::PaymentState;
use store::bookings::Cause;
use store::payments::{self, Payment};

use super::{close, is_our_defect, observe, step_key};
use crate::gateway::{
    GatewayError, PaymentGateway, ProviderPayment, ProviderPaymentId, ProviderPaymentState,
};
use crate::{Ctx, Failure};

/// Takes a payment's amount, once. One that is captured already is left alone.
///
/// No look-up is needed however old the step is: the provider captures once, refuses the second time, and then says what
/// the payment is.
pub async fn capture(
    ctx: &Ctx,
    gateway: &dyn PaymentGateway,
    payment_id: PaymentId,
    message: OutboxId,
) -> Result<(), Failure> {
    let cause = Cause { message: Some(message), provider_event: None };
    let Some(payment) = payments::find(&ctx.db, payment_id).await? else { return close(ctx, cause).await };
    match payment.state {
        PaymentState::Authorised => {}
        PaymentState::Processing | PaymentState::RequiresAction => {
            return Err(Failure::internal("a capture before its authorisation"));
        }
        PaymentState::Failed | PaymentState::Cancelled => {
            tracing::error!(%payment_id, state = %payment.state, "nothing is set aside that could be captured");
            return close(ctx, cause).await;
        }
        _ => return close(ctx, cause).await,
    }
    let report = ask(gateway, &payment).await?;
    match report.state {
        ProviderPaymentState::Captured => {}
        ProviderPaymentState::Cancelled => {
            tracing::error!(%payment_id, "the amount lapsed at the provider before it was captured");
        }
        _ => return Err(Failure::internal("the provider does not capture what it says is authorised")),
    }
    observe::record(ctx, gateway, &payment, &report, cause).await
}

async fn ask(gateway: &dyn PaymentGateway, payment: &Payment) -> Result<ProviderPayment, Failure> {
    let provider_id = payment.provider_id.clone().map(ProviderPaymentId::new);
    let provider_id = provider_id.ok_or_else(|| Failure::internal("an authorised payment without a name"))?;
    match gateway.capture(&step_key(payment.id, "capture"), &provider_id, payment.amount).await {
        Ok(report) => Ok(report),
        Err(error @ (GatewayError::Rejected { .. } | GatewayError::Declined(_)))
            if !is_our_defect(&error) =>
        {
            tracing::warn!(payment = %payment.id, %error, "the provider refuses to capture");
            Ok(gateway.retrieve(&provider_id).await?)
        }
        Err(error) => Err(error.into()),
    }
}
