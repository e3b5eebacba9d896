//! Paying, and giving money back.

use async_graphql::{Context, ID, InputObject, Object, Result, SimpleObject};
use domain::invalid::Invalid;
use domain::money::Money as Amount;
use services::payments::{RefundInput, Requester, pay, refund};

use super::{Faults, key, parsed};
use crate::errors::told_of_input;
use crate::schema::ids::Kind;
use crate::schema::money::MoneyInput;
use crate::schema::payment::{Payment, Refund};
use crate::schema::{app, caller};

/// The longest token of the payment provider.
const MAX_TOKEN: usize = 200;

/// What is paid for, and how.
#[derive(Debug, InputObject)]
struct CreatePaymentInput {
    /// The booking whose nights are held.
    booking_id: ID,
    /// The provider's token of the guest's card, such as `pm_card_visa`.
    payment_method: String,
}

/// What goes back.
#[derive(Debug, InputObject)]
struct CreateRefundInput {
    /// The payment that it comes from.
    payment_id: ID,
    /// How much; all that is left if absent.
    amount: Option<MoneyInput>,
    /// Why; the guest reads it. 1 to 500 characters.
    reason: String,
}

/// A payment that was begun.
#[derive(Debug, SimpleObject)]
struct PaymentPayload {
    /// The payment; the bank is being asked.
    payment: Payment,
}

/// A refund that is on its way.
#[derive(Debug, SimpleObject)]
struct RefundPayload {
    /// The refund.
    refund: Refund,
}

/// Mutations of payments.
#[derive(Default)]
pub(super) struct PaymentMutations;

#[Object]
impl PaymentMutations {
    /// Pay for a booking.
    async fn create_payment(
        &self,
        ctx: &Context<'_>,
        input: CreatePaymentInput,
    ) -> Result<Option<PaymentPayload>> {
        let (guest, booking) = (caller(ctx)?.user_id, Kind::Booking.read(&input.booking_id)?);
        let method = parsed("/payment_method", token(input.payment_method))?;
        let payment =
            pay(app(ctx).ctx(), guest, booking, &method, &key(ctx)?).await.map_err(told_of_input)?;
        Ok(Some(PaymentPayload { payment: Payment(payment.into()) }))
    }

    /// Give money back; for the host and the staff.
    async fn create_refund(
        &self,
        ctx: &Context<'_>,
        input: CreateRefundInput,
    ) -> Result<Option<RefundPayload>> {
        let (caller, payment) = (caller(ctx)?, Kind::Payment.read(&input.payment_id)?);
        let mut faults = Faults::default();
        let amount = input.amount.and_then(|amount| faults.keep("/amount/currency", money(&amount)));
        let reason = faults.keep("/reason", input.reason.parse());
        let reason = faults.need(reason)?;
        let by = Requester { user: caller.user_id, is_admin: caller.is_admin() };
        let wanted = RefundInput { amount, reason, key: key(ctx)? };
        let refund = refund(app(ctx).ctx(), by, payment, &wanted).await.map_err(told_of_input)?;
        Ok(Some(RefundPayload { refund: (&refund).into() }))
    }
}

pub(super) fn money(amount: &MoneyInput) -> std::result::Result<Amount, Invalid> {
    let unknown = |_| Invalid::new("unknown_currency", "Give an ISO 4217 code, such as USD.");
    Ok(Amount::new(amount.amount.0, amount.currency.parse().map_err(unknown)?))
}

/// A token of the provider; card numbers are none.
pub(super) fn token(text: String) -> std::result::Result<String, Invalid> {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    match text.strip_prefix("pm_") {
        Some(rest) if !rest.is_empty() && text.len() <= MAX_TOKEN && rest.bytes().all(allowed) => Ok(text),
        _ => Err(Invalid::new("invalid", "Give a token of the payment provider, such as pm_card_visa.")),
    }
}
