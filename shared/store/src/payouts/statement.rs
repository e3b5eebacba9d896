//! A host's statement: every movement of what the host has, from the ledger's entries.

use domain::ids::{BookingId, UserId};
use domain::ledger::JournalEvent;
use domain::money::Money;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::Result;
use crate::db::{Db, Statement};

/// One movement of what a host has for a booking.
#[derive(Clone, Debug, Deserialize)]
pub struct Movement {
    /// The journal that tells of it.
    pub journal_id: Uuid,
    /// When it happened.
    pub at: Timestamp,
    /// What happened.
    pub event: JournalEvent,
    /// The row that it happened to: a payment, a refund, a payout, a dispute.
    pub subject: String,
    /// For which booking.
    pub booking_id: BookingId,
    /// How much more the host has; below zero how much less.
    pub amount: Money,
}

/// Where a page of a statement ended.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct Position {
    /// The instant of the last movement.
    pub at: Timestamp,
    /// Its journal.
    pub journal_id: Uuid,
    /// Its booking.
    pub booking_id: BookingId,
}

/// Which movements.
#[derive(Clone, Copy, Debug)]
pub struct Window {
    /// From this instant on.
    pub from: Timestamp,
    /// Before this instant.
    pub to: Timestamp,
    /// After this position.
    pub after: Option<Position>,
    /// How many at most.
    pub limit: u32,
}

/// The movements of what a host has, the oldest first. What only changes from pending to payable is none.
pub async fn statement(db: &Db, host: UserId, window: &Window) -> Result<Vec<Movement>> {
    let statement = Statement::new(
        "SELECT jsonb_build_object('journal_id', m.id, 'at', m.at, 'event', m.event, 'subject', m.subject,
             'booking_id', m.booking_id,
             'amount', jsonb_build_object('amount', m.amount, 'currency', m.currency))::text
         FROM (SELECT j.id, j.at, j.event, j.subject, n.booking_id, n.currency, (-sum(n.amount))::int8 AS amount
               FROM ledger_entries n JOIN ledger_journals j ON j.id = n.journal_id
               WHERE n.host_id = :host::uuid AND j.event <> 'release'
                 AND j.at >= :from::timestamptz AND j.at < :to::timestamptz
                 AND (:after_at::timestamptz IS NULL OR (j.at, j.id, n.booking_id)
                      > (:after_at::timestamptz, :after_journal::uuid, :after_booking::uuid))
               GROUP BY j.id, n.booking_id, n.currency) m
         ORDER BY m.at, m.id, m.booking_id LIMIT :limit::int4",
    )
    .uuid("host", host)
    .instant("from", window.from)
    .instant("to", window.to)
    .instant("after_at", window.after.map(|after| after.at))
    .uuid_opt("after_journal", window.after.map(|after| after.journal_id))
    .uuid_opt("after_booking", window.after.map(|after| after.booking_id))
    .int("limit", i64::from(window.limit))
    .idempotent();
    db.rows(statement).await
}
