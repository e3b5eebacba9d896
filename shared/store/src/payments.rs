//! Payments: one row for each attempt to pay for a booking.
//!
//! The row is the intent, recorded before the provider is asked; each outcome is recorded by one statement that is
//! guarded by the payment's state, so that what is heard twice, late or out of order changes nothing a second time.
//! What an outcome does to the booking is in [`crate::bookings::apply_authorisation`] and beside it.

mod capture;
mod find;
mod open;
mod require_action;

use std::fmt;

use domain::ids::{BookingId, PaymentId, UserId};
use domain::money::Money;
use domain::payment::PaymentState;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::db::DbError;
use crate::refunds::Refund;

pub use capture::{record_cancelled, record_captured};
pub use find::{find, find_for, find_many_for, page_of_guest};
pub use open::{NewPayment, Opening, open};
pub use require_action::{ActionRequired, record_action_required};

type Result<T> = std::result::Result<T, DbError>;

/// The JSON of a row `p` of payments and the row `b` of its booking, as [`Payment`] reads it.
macro_rules! payment_json {
    () => {
        "jsonb_build_object('id', p.id, 'booking_id', p.booking_id, 'guest_id', p.guest_id, 'host_id', b.host_id,
             'state', p.state, 'amount', jsonb_build_object('amount', p.amount, 'currency', p.currency),
             'captured', jsonb_build_object('amount', p.captured, 'currency', p.currency),
             'refunded', jsonb_build_object('amount', p.refunded, 'currency', p.currency),
             'payment_method', p.payment_method, 'provider_id', p.provider_id, 'next_action', p.next_action,
             'failure', p.failure, 'created_at', p.created_at, 'updated_at', p.updated_at, 'version', p.version,
             'refunds', (
                 SELECT coalesce(jsonb_agg(jsonb_build_object('id', r.id, 'payment_id', r.payment_id,
                     'amount', jsonb_build_object('amount', r.amount, 'currency', p.currency),
                     'reason', r.reason, 'state', r.state, 'provider_id', r.provider_id,
                     'created_at', r.created_at) ORDER BY r.id), '[]')
                 -- As many as fit into a row of the Data API (64 KB), whatever their reasons say.
                 FROM (SELECT * FROM refunds WHERE payment_id = p.id ORDER BY id DESC LIMIT 20) r))"
    };
}

use payment_json;

/// An attempt to pay for a booking.
#[derive(Clone, Debug, Deserialize)]
pub struct Payment {
    /// Its id.
    pub id: PaymentId,
    /// What is paid for.
    pub booking_id: BookingId,
    /// Who pays.
    pub guest_id: UserId,
    /// Whose place it is.
    pub host_id: UserId,
    /// Where it stands.
    pub state: PaymentState,
    /// What is to be paid.
    pub amount: Money,
    /// What was taken.
    pub captured: Money,
    /// What went back or is asked to.
    pub refunded: Money,
    /// The provider's token of the guest's card.
    pub payment_method: String,
    /// The provider's name of it, once it has one.
    pub provider_id: Option<String>,
    /// What the guest must do; for the guest alone.
    pub next_action: Option<NextAction>,
    /// Why it failed; a stable code.
    pub failure: Option<String>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
    /// Grows with every change.
    pub version: i64,
    /// What was asked to go back: the latest 20, the oldest of them first.
    pub refunds: Vec<Refund>,
}

/// What the guest must do before the bank says yes, in JSON as it is stored.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NextAction {
    /// `redirect_to_url`, or `use_sdk` where only the provider's own script can.
    #[serde(rename = "type")]
    pub kind: String,
    /// Where the guest does it.
    pub url: Option<String>,
    /// For the provider's script in the guest's browser.
    pub client_secret: String,
}

/// Shows nothing that others could use.
impl fmt::Debug for NextAction {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("NextAction").field("kind", &self.kind).finish_non_exhaustive()
    }
}
