//! Payments, for the guest who pays and the host who lets.

use std::sync::Arc;

use async_graphql::{Context, ID, Object, Result, SimpleObject};
use jiff::Timestamp;
use uuid::Uuid;

use super::booking::Booking;
use super::codes::{PaymentState, RefundState};
use super::ids::Kind;
use super::money::Money;
use super::somebody;
use crate::loaders::Loaders;

/// An attempt to pay for a booking.
#[derive(Clone, Debug)]
pub(crate) struct Payment(pub(crate) Arc<store::payments::Payment>);

/// What the guest must do before the bank says yes.
#[derive(Debug, SimpleObject)]
pub(crate) struct NextAction {
    /// `redirect_to_url`, or `use_sdk` where only the provider's own script can.
    kind: String,
    /// Where the guest proves who they are.
    url: Option<String>,
    /// For the provider's script in the guest's browser.
    client_secret: String,
}

/// Money on its way back to the guest.
#[derive(Debug, SimpleObject)]
pub(crate) struct Refund {
    /// The refund's id in REST.
    uuid: Uuid,
    /// How much.
    amount: Money,
    /// Why.
    reason: String,
    /// Where it stands; the amount of a failed one may be refunded again.
    state: RefundState,
    /// When it was asked for.
    created_at: Timestamp,
}

impl From<&store::refunds::Refund> for Refund {
    fn from(refund: &store::refunds::Refund) -> Self {
        Self {
            uuid: refund.id.into(),
            amount: refund.amount.into(),
            reason: refund.reason.clone(),
            state: refund.state.into(),
            created_at: refund.created_at,
        }
    }
}

/// An attempt to pay for a booking.
#[Object]
impl Payment {
    /// Names the payment anywhere in this graph.
    pub(crate) async fn id(&self) -> ID {
        Kind::Payment.id(self.0.id)
    }

    /// The payment's id in REST.
    async fn uuid(&self) -> Uuid {
        self.0.id.into()
    }

    /// What is paid for.
    async fn booking(&self, ctx: &Context<'_>) -> Result<Option<Booking>> {
        Ok(ctx.data_unchecked::<Loaders>().one(self.0.booking_id).await?.map(Booking))
    }

    /// Where it stands. One that failed or was cancelled allows another attempt while the booking's hold stands.
    async fn state(&self) -> PaymentState {
        self.0.state.into()
    }

    /// What is to be paid.
    async fn amount(&self) -> Money {
        self.0.amount.into()
    }

    /// What was taken.
    async fn captured(&self) -> Money {
        self.0.captured.into()
    }

    /// What went back, or is on its way back.
    async fn refunded(&self) -> Money {
        self.0.refunded.into()
    }

    /// Why it failed: a stable code such as `card_declined`.
    async fn failure(&self) -> Option<&str> {
        self.0.failure.as_deref()
    }

    /// What the guest must do while it requires action; for the guest alone.
    async fn next_action(&self, ctx: &Context<'_>) -> Option<NextAction> {
        let is_guest = somebody(ctx).is_some_and(|caller| caller.user_id == self.0.guest_id);
        self.0.next_action.as_ref().filter(|_| is_guest).map(|action| NextAction {
            kind: action.kind.clone(),
            url: action.url.clone(),
            client_secret: action.client_secret.clone(),
        })
    }

    /// What went back or is on its way: the latest 20, the oldest of them first.
    async fn refunds(&self) -> Vec<Refund> {
        self.0.refunds.iter().map(Into::into).collect()
    }

    /// When it was begun.
    async fn created_at(&self) -> Timestamp {
        self.0.created_at
    }

    /// When it last changed.
    async fn updated_at(&self) -> Timestamp {
        self.0.updated_at
    }

    /// Grows with every change.
    async fn version(&self) -> i64 {
        self.0.version
    }
}
