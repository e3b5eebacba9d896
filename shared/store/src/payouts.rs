//! What hosts earn, and how it reaches them.
//!
//! Earnings are derived from the ledger by the database. A release makes a part of them payable, a payout sends what is
//! payable; both are rows whose insertion posts the journal, and the database refuses a row that is no longer due.

mod balance;
mod list;
mod open;
mod release;
mod settle;
mod statement;

use domain::ids::{PayoutId, UserId};
use domain::money::Money;
use domain::payout::Item;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::db::DbError;

pub use balance::{Balance, CurrencyBalance, Hold, balance};
pub use list::{find, page_of_host};
pub use open::{Due, NewPayout, due, open};
pub use release::{DueRelease, NewRelease, due_releases, release};
pub use settle::{Sending, settle};
pub use statement::{Movement, Position, Window, statement};

type Result<T> = std::result::Result<T, DbError>;

/// Where a payout stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PayoutState {
    /// To be asked of the provider, or asked.
    Pending,
    /// Sent.
    Paid,
    /// Refused by the provider; what it was for is payable again.
    Failed,
}

/// Money on its way to a host.
#[derive(Clone, Debug, Deserialize)]
pub struct Payout {
    /// Its id.
    pub id: PayoutId,
    /// Whom to.
    pub host_id: UserId,
    /// How much.
    pub amount: Money,
    /// Where it stands.
    pub state: PayoutState,
    /// The provider's name of the host's account.
    pub provider_account: String,
    /// The provider's name of the transfer, once it was made.
    pub provider_id: Option<String>,
    /// Why it failed; a stable code.
    pub failure: Option<String>,
    /// What it is for; below zero what is netted.
    pub items: Vec<Item>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
}

/// The JSON of a row `p` of payouts, as [`Payout`] reads it.
macro_rules! payout_json {
    () => {
        "jsonb_build_object('id', p.id, 'host_id', p.host_id,
             'amount', jsonb_build_object('amount', p.amount, 'currency', p.currency), 'state', p.state,
             'provider_account', p.provider_account, 'provider_id', p.provider_id, 'failure', p.failure,
             'items', (SELECT coalesce(jsonb_agg(jsonb_build_object('booking_id', i.booking_id, 'amount', i.amount)
                           ORDER BY i.booking_id), '[]') FROM payout_items i WHERE i.payout_id = p.id),
             'created_at', p.created_at, 'updated_at', p.updated_at)"
    };
}

use payout_json;
