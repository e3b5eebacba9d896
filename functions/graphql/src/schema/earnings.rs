//! What hosts earn, and how it reaches them.

use async_graphql::{Context, Object, Result, SimpleObject};
use domain::ids::{BookingId, PaymentId};
use jiff::Timestamp;
use services::payments::holds;
use uuid::Uuid;

use super::booking::Booking;
use super::codes::{DisputeState, OnboardingState, PayoutState, ReceiptKind};
use super::money::Money;
use super::payment::Payment;
use crate::loaders::Loaders;

async fn booking(ctx: &Context<'_>, id: BookingId) -> Result<Option<Booking>> {
    Ok(ctx.data_unchecked::<Loaders>().one(id).await?.map(Booking))
}

/// What a host has.
#[derive(Debug, SimpleObject)]
pub(crate) struct Balance {
    /// Each currency in which the host ever earned, by its code.
    balances: Vec<CurrencyBalance>,
    /// Where the host's account with the payment provider stands; `null` before there is one.
    onboarding: Option<OnboardingState>,
    /// What keeps money from being sent, and why.
    holds: Vec<Hold>,
}

/// What a host has of one currency.
#[derive(Debug, SimpleObject)]
pub(crate) struct CurrencyBalance {
    /// ISO 4217.
    currency: &'static str,
    /// Earned; released 24 hours after check-in.
    pending: Money,
    /// Released; below zero what the host owes, which the next payout nets.
    payable: Money,
    /// On its way to the host's account.
    in_transit: Money,
    /// Sent to the host's account.
    paid: Money,
    /// When the next part of what is pending is released.
    next_release_at: Option<Timestamp>,
}

/// What keeps money from being sent.
#[derive(Debug)]
pub(crate) struct Hold(services::payments::Held);

/// What keeps money from being sent.
#[Object]
impl Hold {
    /// `not_onboarded`, `account_restricted`, `negative_balance`, `disputed` or `payout_failed`.
    async fn reason(&self) -> &str {
        self.0.reason
    }

    /// How much is held, or owed.
    async fn amount(&self) -> Money {
        self.0.amount.into()
    }

    /// The booking whose payment is disputed.
    async fn booking(&self, ctx: &Context<'_>) -> Result<Option<Booking>> {
        let Some(id) = self.0.booking_id else { return Ok(None) };
        booking(ctx, id).await
    }
}

impl From<store::payouts::Balance> for Balance {
    fn from(balance: store::payouts::Balance) -> Self {
        let holds = holds(&balance).into_iter().map(Hold).collect();
        let balances = balance.currencies.into_iter().map(|of| CurrencyBalance {
            currency: of.pending.currency().code(),
            pending: of.pending.into(),
            payable: of.payable.into(),
            in_transit: of.in_transit.into(),
            paid: of.paid.into(),
            next_release_at: of.next_release_at,
        });
        Self { balances: balances.collect(), onboarding: balance.account.map(Into::into), holds }
    }
}

/// Money on its way to a host.
#[derive(Debug)]
pub(crate) struct Payout(pub(crate) store::payouts::Payout);

/// What a payout is for.
#[derive(Debug)]
pub(crate) struct PayoutItem {
    booking: BookingId,
    amount: domain::money::Money,
}

/// What a payout is for.
#[Object]
impl PayoutItem {
    /// The booking.
    async fn booking(&self, ctx: &Context<'_>) -> Result<Option<Booking>> {
        booking(ctx, self.booking).await
    }

    /// How much of it; below zero a debt that is netted.
    async fn amount(&self) -> Money {
        self.amount.into()
    }
}

/// Money on its way to a host.
#[Object]
impl Payout {
    /// Which one.
    async fn uuid(&self) -> Uuid {
        self.0.id.into()
    }

    /// How much.
    async fn amount(&self) -> Money {
        self.0.amount.into()
    }

    /// Where it stands; what a failed one was for is payable again.
    async fn state(&self) -> PayoutState {
        self.0.state.into()
    }

    /// Why it failed: a stable code.
    async fn failure(&self) -> Option<&str> {
        self.0.failure.as_deref()
    }

    /// What it is for, booking by booking.
    async fn items(&self) -> Vec<PayoutItem> {
        let currency = self.0.amount.currency();
        let item = |item: &domain::payout::Item| PayoutItem {
            booking: item.booking_id,
            amount: domain::money::Money::new(item.amount, currency),
        };
        self.0.items.iter().map(item).collect()
    }

    /// When it was made.
    async fn created_at(&self) -> Timestamp {
        self.0.created_at
    }

    /// When it last changed.
    async fn updated_at(&self) -> Timestamp {
        self.0.updated_at
    }
}

/// One movement of what a host has.
#[derive(Debug)]
pub(crate) struct Movement(pub(crate) store::payouts::Movement);

/// One movement of what a host has.
#[Object]
impl Movement {
    /// When.
    async fn at(&self) -> Timestamp {
        self.0.at
    }

    /// What: `capture`, `refund`, `refund_failed`, `payout`, `payout_failed`, `dispute_lost` or `write_off`.
    async fn event(&self) -> &str {
        self.0.event.code()
    }

    /// For which booking.
    async fn booking(&self, ctx: &Context<'_>) -> Result<Option<Booking>> {
        booking(ctx, self.0.booking_id).await
    }

    /// The payment, refund, payout or dispute that it comes from.
    async fn reference(&self) -> &str {
        &self.0.subject
    }

    /// How much more the host has; below zero how much less.
    async fn amount(&self) -> Money {
        self.0.amount.into()
    }
}

/// A payment that the guest's bank takes back.
#[derive(Debug)]
pub(crate) struct Dispute(pub(crate) store::disputes::Dispute);

/// A payment that the guest's bank takes back.
#[Object]
impl Dispute {
    /// Which one.
    async fn uuid(&self) -> Uuid {
        self.0.id.into()
    }

    /// The payment.
    async fn payment(&self, ctx: &Context<'_>) -> Result<Option<Payment>> {
        let id: PaymentId = self.0.payment_id;
        Ok(ctx.data_unchecked::<Loaders>().one(id).await?.map(Payment))
    }

    /// The booking that it paid for, for its host; what is not sent of the host's share waits for the end.
    async fn booking(&self, ctx: &Context<'_>) -> Result<Option<Booking>> {
        booking(ctx, self.0.booking_id).await
    }

    /// How much the bank took.
    async fn amount(&self) -> Money {
        self.0.amount.into()
    }

    /// The bank's reason, such as `fraudulent` or `product_not_received`.
    async fn reason(&self) -> &str {
        &self.0.reason
    }

    /// Where it stands.
    async fn state(&self) -> DisputeState {
        self.0.state.into()
    }

    /// Until when evidence counts.
    async fn evidence_due_at(&self) -> Option<Timestamp> {
        self.0.evidence_due_at
    }

    /// When the bank took the money.
    async fn opened_at(&self) -> Timestamp {
        self.0.opened_at
    }

    /// When the bank decided.
    async fn closed_at(&self) -> Option<Timestamp> {
        self.0.closed_at
    }
}

/// A receipt, or a credit note.
#[derive(Debug, SimpleObject)]
pub(crate) struct Receipt {
    /// Which one.
    uuid: Uuid,
    /// The issuer's number, from 1, without gaps.
    number: i64,
    /// What it says.
    kind: ReceiptKind,
    /// Who issued it: the host, by the platform's hand.
    issuer: String,
    /// The refund that it is about, by its id in REST.
    refund_uuid: Option<Uuid>,
    /// The number of what it corrects.
    corrects: Option<i64>,
    /// How much.
    amount: Money,
    /// What it is made of.
    lines: Vec<ReceiptLine>,
    /// When it was issued.
    issued_at: Timestamp,
}

/// One line of a receipt.
#[derive(Debug, SimpleObject)]
pub(crate) struct ReceiptLine {
    /// For people.
    label: String,
    /// What it adds.
    amount: Money,
}

impl From<store::receipts::Receipt> for Receipt {
    fn from(receipt: store::receipts::Receipt) -> Self {
        let line = |line: store::receipts::ReceiptLine| ReceiptLine {
            label: line.label,
            amount: line.amount.into(),
        };
        Self {
            uuid: receipt.id.into(),
            number: receipt.number,
            kind: receipt.kind.into(),
            issuer: receipt.issuer,
            refund_uuid: receipt.refund_id.map(Into::into),
            corrects: receipt.corrects,
            amount: receipt.amount.into(),
            lines: receipt.lines.into_iter().map(line).collect(),
            issued_at: receipt.issued_at,
        }
    }
}
