//! What a host has.

use domain::ids::{BookingId, UserId};
use domain::money::Money;
use jiff::Timestamp;
use serde::Deserialize;

use super::Result;
use crate::db::{Db, Statement};
use crate::host_accounts::HostAccountState;

/// What a host has, currency by currency.
#[derive(Clone, Debug, Deserialize)]
pub struct Balance {
    /// Where the host's account with the provider stands; `None` before there is one.
    pub account: Option<HostAccountState>,
    /// Each currency in which anything was ever earned, by its code.
    pub currencies: Vec<CurrencyBalance>,
    /// The bookings of which something is held because their payment is disputed; 100 at most.
    pub disputed: Vec<Hold>,
}

/// What a host has of one currency.
#[derive(Clone, Debug, Deserialize)]
pub struct CurrencyBalance {
    /// Earned, to be released after check-in.
    pub pending: Money,
    /// Released, to be sent; below zero what the host owes.
    pub payable: Money,
    /// On its way.
    pub in_transit: Money,
    /// Sent.
    pub paid: Money,
    /// When the next part of what is pending is released.
    pub next_release_at: Option<Timestamp>,
    /// Why the last payout failed, if it did; a stable code.
    pub failure: Option<String>,
}

/// A booking of which something is held.
#[derive(Clone, Debug, Deserialize)]
pub struct Hold {
    /// The booking.
    pub booking_id: BookingId,
    /// What of it is not sent.
    pub amount: Money,
}

/// What a host has, by the ledger.
pub async fn balance(db: &Db, host: UserId) -> Result<Balance> {
    let statement = Statement::new(
        "WITH mine AS (SELECT * FROM host_earnings WHERE host_id = :host::uuid),
         sums AS (
             SELECT currency, sum(pending)::int8 AS pending, sum(payable)::int8 AS payable, sum(paid)::int8 AS paid,
                    min(next_release_at) FILTER (WHERE pending > 0 AND open_disputes = 0) AS next_release_at
             FROM mine GROUP BY currency),
         sent AS (
             SELECT currency, coalesce(sum(amount) FILTER (WHERE state = 'pending'), 0)::int8 AS in_transit,
                    (array_agg(failure ORDER BY id DESC))[1] AS failure
             FROM payouts WHERE host_id = :host::uuid GROUP BY currency)
         SELECT jsonb_build_object(
             'account', (SELECT state FROM host_accounts WHERE user_id = :host::uuid),
             'currencies', (SELECT coalesce(jsonb_agg(jsonb_build_object(
                 'pending', jsonb_build_object('amount', s.pending, 'currency', s.currency),
                 'payable', jsonb_build_object('amount', s.payable, 'currency', s.currency),
                 'in_transit', jsonb_build_object('amount', coalesce(t.in_transit, 0), 'currency', s.currency),
                 'paid', jsonb_build_object('amount', s.paid - coalesce(t.in_transit, 0), 'currency', s.currency),
                 'next_release_at', s.next_release_at, 'failure', t.failure) ORDER BY s.currency), '[]')
                 FROM sums s LEFT JOIN sent t ON t.currency = s.currency),
             'disputed', (SELECT coalesce(jsonb_agg(jsonb_build_object('booking_id', d.booking_id,
                 'amount', jsonb_build_object('amount', d.amount, 'currency', d.currency))
                 ORDER BY d.booking_id), '[]')
                 FROM (SELECT booking_id, pending + greatest(payable, 0) AS amount, currency FROM mine
                       WHERE open_disputes > 0 ORDER BY booking_id LIMIT 100) d))::text",
    )
    .uuid("host", host)
    .idempotent();
    db.one(statement).await
}
