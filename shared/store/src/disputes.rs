//! Disputes: a guest's bank takes a payment back and asks why.
//!
//! A row's insertion posts the loss to the ledger and freezes the booking's earnings; its end posts what follows.

use domain::ids::{BookingId, DisputeId, PaymentId, UserId};
use domain::messages::DisputeNotice;
use domain::money::Money;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::bookings::Cause;
use crate::db::{Db, DbError, Statement};

type Result<T> = std::result::Result<T, DbError>;

/// Where a dispute stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DisputeState {
    /// The bank has not decided.
    Open,
    /// The money is back.
    Won,
    /// The money is gone.
    Lost,
}

impl DisputeState {
    /// The stable code.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Won => "won",
            Self::Lost => "lost",
        }
    }

    /// What the host is told who hears of it.
    const fn notice(self) -> DisputeNotice {
        match self {
            Self::Open => DisputeNotice::Opened,
            Self::Won => DisputeNotice::Won,
            Self::Lost => DisputeNotice::Lost,
        }
    }
}

/// A dispute as it is read.
#[derive(Clone, Debug, Deserialize)]
pub struct Dispute {
    /// Its id.
    pub id: DisputeId,
    /// The payment that it is about.
    pub payment_id: PaymentId,
    /// The booking that the payment is for.
    pub booking_id: BookingId,
    /// How much is disputed.
    pub amount: Money,
    /// The bank's reason, in the provider's word for it.
    pub reason: String,
    /// Where it stands.
    pub state: DisputeState,
    /// Until when evidence counts.
    pub evidence_due_at: Option<Timestamp>,
    /// When the bank took the money.
    pub opened_at: Timestamp,
    /// When it was decided.
    pub closed_at: Option<Timestamp>,
}

/// What the provider reports of a dispute.
#[derive(Clone, Debug)]
pub struct Report<'a> {
    /// An id for it, should it be new.
    pub id: DisputeId,
    /// The provider's name of it.
    pub provider_id: &'a str,
    /// The provider's name of the payment.
    pub payment: &'a str,
    /// How much is disputed.
    pub amount: Money,
    /// The provider's word for why.
    pub reason: &'a str,
    /// Where it stands.
    pub state: DisputeState,
    /// Until when evidence counts.
    pub evidence_due_at: Option<Timestamp>,
    /// When the bank took the money.
    pub opened_at: Timestamp,
    /// What brought it to light.
    pub cause: Cause<'a>,
    /// When it is heard of.
    pub now: Timestamp,
}

/// Records where a dispute stands, moves its payment along and has the host told. Answers whether the payment is ours and captured; only
/// then is the cause done. What is decided stays decided; an end that is heard of before the beginning tells both.
///
/// While a dispute is open its payment is `disputed`; won, it is what its refunds make it; lost, it is `refunded`.
pub async fn record(db: &Db, report: &Report<'_>) -> Result<bool> {
    let statement = Statement::new(
        "WITH target AS (
             SELECT p.id FROM payments p WHERE p.provider_id = :payment AND p.captured > 0 FOR NO KEY UPDATE),
         was AS (
             SELECT d.id, d.state FROM disputes d WHERE d.provider_id = :provider_id FOR NO KEY UPDATE),
         fresh AS (
             INSERT INTO disputes (id, provider_id, payment_id, currency, amount, reason, state, evidence_due_at,
                 opened_at, closed_at, updated_at)
             SELECT :id::uuid, :provider_id, t.id, :currency, :amount::int8, :reason, :state,
                    :evidence_due_at::timestamptz, :opened_at::timestamptz,
                    CASE WHEN :state <> 'open' THEN :now::timestamptz END, :now::timestamptz
             FROM target t WHERE NOT EXISTS (SELECT FROM was)
             ON CONFLICT DO NOTHING RETURNING id, payment_id),
         moved AS (
             UPDATE disputes d SET state = :state,
                    closed_at = CASE WHEN :state <> 'open' THEN :now::timestamptz END,
                    evidence_due_at = coalesce(:evidence_due_at::timestamptz, d.evidence_due_at),
                    updated_at = :now::timestamptz
             FROM was WHERE d.id = was.id AND was.state = 'open' RETURNING d.id, d.payment_id),
         changed AS (SELECT payment_id FROM fresh UNION SELECT payment_id FROM moved),
         paid AS (
             UPDATE payments p SET state = CASE
                        WHEN :state = 'open' OR EXISTS (
                            SELECT FROM disputes o WHERE o.payment_id = p.id AND o.state = 'open'
                                AND o.provider_id <> :provider_id) THEN 'disputed'
                        WHEN :state = 'lost' OR p.returned = p.captured THEN 'refunded'
                        WHEN p.returned = 0 THEN 'captured' ELSE 'partially_refunded' END,
                    updated_at = :now::timestamptz, version = p.version + 1
             FROM changed c WHERE p.id = c.payment_id),
         -- The host is told of the beginning and of the end, or of the end alone; the sweeper sends it within the minute.
         sent AS (
             INSERT INTO outbox (id, topic, body, created_at, next_send_at)
             SELECT gen_random_uuid(), 'notifications',
                    jsonb_build_object('type', 'dispute', 'dispute_id', t.id, 'event', :notice),
                    :now::timestamptz, :now::timestamptz
             FROM (SELECT id FROM fresh UNION ALL SELECT id FROM moved WHERE :state <> 'open') t),
         -- Neither new nor known: somebody records it this very moment, and this report comes again.
         seen AS (
             SELECT FROM target WHERE EXISTS (SELECT FROM changed) OR EXISTS (SELECT FROM was)),
         done AS (
             UPDATE outbox SET done_at = :now::timestamptz
             FROM seen WHERE outbox.id = :message::uuid AND outbox.done_at IS NULL),
         processed AS (
             UPDATE provider_events SET processed_at = :now::timestamptz
             FROM seen WHERE provider_events.id = :provider_event AND provider_events.processed_at IS NULL)
         SELECT to_jsonb(EXISTS (SELECT FROM seen))::text",
    )
    .uuid("id", report.id)
    .text("provider_id", report.provider_id)
    .text("payment", report.payment)
    .text("currency", report.amount.currency().code())
    .int("amount", report.amount.amount())
    .text("reason", report.reason)
    .text("state", report.state.code())
    .text("notice", report.state.notice().code())
    .instant("evidence_due_at", report.evidence_due_at)
    .instant("opened_at", report.opened_at)
    .uuid_opt("message", report.cause.message)
    .text("provider_event", report.cause.provider_event)
    .instant("now", report.now)
    .idempotent();
    db.one(statement).await
}

/// Whose disputes.
#[derive(Clone, Copy, Debug)]
pub enum Whose {
    /// Those about a host's bookings.
    Host(UserId),
    /// All, for the staff.
    Everybodys,
}

/// Disputes, the newest first, older than `after`.
pub async fn page(db: &Db, whose: Whose, after: Option<DisputeId>, limit: u32) -> Result<Vec<Dispute>> {
    let host = match whose {
        Whose::Host(host) => Some(host),
        Whose::Everybodys => None,
    };
    let statement = Statement::new(
        "SELECT jsonb_build_object('id', d.id, 'payment_id', d.payment_id, 'booking_id', p.booking_id,
             'amount', jsonb_build_object('amount', d.amount, 'currency', d.currency), 'reason', d.reason,
             'state', d.state, 'evidence_due_at', d.evidence_due_at, 'opened_at', d.opened_at,
             'closed_at', d.closed_at)::text
         FROM disputes d JOIN payments p ON p.id = d.payment_id JOIN bookings b ON b.id = p.booking_id
         WHERE (:host::uuid IS NULL OR b.host_id = :host::uuid)
           AND d.id < coalesce(:after::uuid, 'ffffffff-ffff-ffff-ffff-ffffffffffff'::uuid)
         ORDER BY d.id DESC LIMIT :limit::int4",
    )
    .uuid_opt("host", host)
    .uuid_opt("after", after)
    .int("limit", i64::from(limit))
    .idempotent();
    db.rows(statement).await
}
