//! Findings: rows for the staff.

use domain::ids::{BookingId, FindingId, UserId};
use domain::ledger::Account;
use domain::money::Money;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::Uuid;

use super::Result;
use crate::db::{Db, Statement};

/// What is wrong.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct NewFinding {
    /// What; a stable code in `snake_case`.
    pub kind: String,
    /// With what: an id of ours or of the provider's.
    pub subject: String,
    /// What both sides say: ids, states and amounts only.
    pub details: Value,
}

/// Where a finding stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FindingState {
    /// Waits for the staff.
    Open,
    /// Mended by the run that found it.
    Healed,
    /// Settled by the staff.
    Settled,
}

impl FindingState {
    /// The stable code.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Healed => "healed",
            Self::Settled => "settled",
        }
    }
}

/// A finding as it is read.
#[derive(Clone, Debug, Deserialize)]
pub struct Finding {
    /// Its id.
    pub id: FindingId,
    /// What is wrong; a stable code.
    pub kind: String,
    /// With what.
    pub subject: String,
    /// What both sides say.
    pub details: Value,
    /// Where it stands.
    pub state: FindingState,
    /// When it was found first.
    pub first_seen_at: Timestamp,
    /// When it was found last.
    pub last_seen_at: Timestamp,
    /// When the staff settled it.
    pub settled_at: Option<Timestamp>,
    /// What the staff wrote about it.
    pub note: Option<String>,
}

/// Keeps findings; one that is open already is only seen again. `state` is `Open` or `Healed`.
pub async fn report(db: &Db, found: &[NewFinding], state: FindingState, now: Timestamp) -> Result<u64> {
    let statement = Statement::new(
        "INSERT INTO findings (id, kind, subject, details, state, first_seen_at, last_seen_at)
         SELECT gen_random_uuid(), f.kind, f.subject, f.details, :state, :now::timestamptz, :now::timestamptz
         FROM (SELECT DISTINCT ON (kind, subject) * FROM jsonb_to_recordset(:found::jsonb)
                   AS r(kind text, subject text, details jsonb)) f
         -- The same step may be taken twice: what it healed is told once.
         WHERE :state = 'open' OR NOT EXISTS (
             SELECT FROM findings k WHERE k.kind = f.kind AND k.subject = f.subject AND k.state = 'healed')
         ON CONFLICT (kind, subject) WHERE state = 'open'
         DO UPDATE SET details = excluded.details, last_seen_at = excluded.last_seen_at",
    )
    .json("found", &found)?
    .text("state", state.code())
    .instant("now", now)
    .idempotent();
    db.affected(statement).await
}

/// Findings in a state, the newest first, older than `after`.
pub async fn page(
    db: &Db,
    state: Option<FindingState>,
    after: Option<(Timestamp, FindingId)>,
    limit: u32,
) -> Result<Vec<Finding>> {
    let statement = Statement::new(
        "SELECT (to_jsonb(f) - 'settled_by')::text FROM findings f
         WHERE (:state::text IS NULL OR f.state = :state)
           AND (:after_at::timestamptz IS NULL OR (f.first_seen_at, f.id) < (:after_at::timestamptz, :after::uuid))
         ORDER BY f.first_seen_at DESC, f.id DESC LIMIT :limit::int4",
    )
    .text("state", state.map(FindingState::code))
    .instant("after_at", after.map(|(at, _)| at))
    .uuid_opt("after", after.map(|(_, id)| id))
    .int("limit", i64::from(limit))
    .idempotent();
    db.rows(statement).await
}

/// Money that is given up with a finding.
#[derive(Clone, Copy, Debug)]
pub struct WriteOff {
    /// The id of the row, made beforehand.
    pub id: Uuid,
    /// The account that is put right.
    pub account: Account,
    /// What is missing in it; below zero what is too much.
    pub amount: Money,
    /// The booking that it concerns.
    pub booking: Option<BookingId>,
}

/// How a finding is settled.
#[derive(Clone, Copy, Debug)]
pub struct Settling<'a> {
    /// Which finding.
    pub id: FindingId,
    /// Who settles it.
    pub by: UserId,
    /// What was done about it; 1 to 500 characters.
    pub note: &'a str,
    /// What is given up, if anything.
    pub write_off: Option<WriteOff>,
    /// When.
    pub now: Timestamp,
}

/// Settles an open finding, with the journal of what is given up in the same statement. `None` where there is no such
/// finding; one that was settled before is answered as it stands, and so is one that stays open because more of a host's
/// debt is to be given up than is owed for the booking.
pub async fn settle(db: &Db, settling: &Settling<'_>) -> Result<Option<Finding>> {
    let write_off = settling.write_off;
    let statement = Statement::new(
        "WITH settled AS (
             UPDATE findings SET state = 'settled', settled_at = :now::timestamptz, settled_by = :by::uuid,
                    note = :note
             WHERE id = :id::uuid AND state = 'open'
               AND (:account IS DISTINCT FROM 'host_payable' OR EXISTS (
                   SELECT FROM host_earnings e WHERE e.booking_id = :booking::uuid AND e.currency = :currency
                      AND :amount::int8 BETWEEN 1 AND -e.payable))
             RETURNING *),
         written AS (
             INSERT INTO write_offs (id, account, booking_id, currency, amount, reason, made_by, at)
             SELECT :write_off::uuid, :account, :booking::uuid, :currency, :amount::int8, :note, :by::uuid,
                    :now::timestamptz
             FROM settled WHERE :write_off::uuid IS NOT NULL)
         SELECT (to_jsonb(f) - 'settled_by')::text FROM (
             SELECT * FROM settled
             UNION ALL
             SELECT * FROM findings WHERE id = :id::uuid AND NOT EXISTS (SELECT FROM settled)) f LIMIT 1",
    )
    .uuid("id", settling.id)
    .uuid("by", settling.by)
    .text("note", settling.note)
    .uuid_opt("write_off", write_off.map(|off| off.id))
    .text("account", write_off.map(|off| off.account.code()))
    .uuid_opt("booking", write_off.and_then(|off| off.booking))
    .text("currency", write_off.map(|off| off.amount.currency().code()))
    .int("amount", write_off.map(|off| off.amount.amount()))
    .instant("now", settling.now)
    .idempotent();
    db.optional(statement).await
}
