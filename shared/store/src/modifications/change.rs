//! Proposing and answering.

use domain::guests::Guests;
use domain::ids::{BookingId, ModificationId, PaymentId, RefundId, UserId};
use domain::messages::{Message, PaymentMessage};
use domain::modification::ModificationState;
use domain::pricing::{PriceLine, PricedStay};
use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{Answerer, Result};
use crate::claims::{bind_take_over, modification_expired};
use crate::db::{Db, Statement};
use crate::outbox::messages_json;

/// A proposal to be kept; its members are the columns of the table.
#[derive(Clone, Debug, Serialize)]
#[expect(missing_docs, reason = "they are told in the migration")]
pub struct Draft<'a> {
    pub id: ModificationId,
    pub booking_id: BookingId,
    pub proposed_by: &'static str,
    pub proposer_id: UserId,
    pub state: ModificationState,
    pub from_check_in: Date,
    pub from_check_out: Date,
    pub from_guests: Guests,
    pub from_total: i64,
    pub check_in: Date,
    pub check_out: Date,
    pub check_in_at: Timestamp,
    pub check_out_at: Timestamp,
    pub guests: Guests,
    pub preparation_nights: u8,
    pub priced: &'a PricedStay,
    pub lines: &'a [PriceLine],
    pub difference: i64,
    pub currency: &'static str,
    pub payment_method: Option<&'a str>,
    pub created_at: Timestamp,
    pub expires_at: Timestamp,
}

/// What became of a proposal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Proposed {
    /// It waits for the other side.
    Done,
    /// The booking has changed since it was read.
    Stale,
    /// Another modification of the booking is open.
    Open,
}

/// Keeps a proposal on the booking of this version.
pub async fn propose(
    db: &Db,
    draft: &Draft<'_>,
    version: i64,
    messages: &[Message],
    now: Timestamp,
) -> Result<Proposed> {
    let statement = Statement::new(
        "SELECT to_jsonb(propose_modification(:draft::jsonb, :version::int8, :outbox::jsonb, :now::timestamptz))::text",
    )
    .json("draft", draft)?
    .int("version", version)
    .text("outbox", messages_json(messages)?.as_str())
    .instant("now", now)
    .idempotent();
    db.one(statement).await
}

/// A charge to be begun.
#[derive(Clone, Debug, Serialize)]
pub struct Charge<'a> {
    /// The payment's id, made beforehand.
    pub id: PaymentId,
    /// The provider's token of the card; the booking's own where it is `None`.
    pub method: Option<&'a str>,
}

/// Money that goes back, of one payment.
#[derive(Clone, Debug, Serialize)]
pub struct GivenBack {
    /// The refund's id, made beforehand.
    pub id: RefundId,
    /// Of which payment.
    pub payment: PaymentId,
    /// The payment's version that this was decided on.
    pub version: i64,
    /// How much, in minor units.
    pub amount: i64,
}

/// A proposal to be accepted.
#[derive(Clone, Debug)]
pub struct Acceptance<'a> {
    /// Which one.
    pub id: ModificationId,
    /// Of what.
    pub booking: BookingId,
    /// Who accepts.
    pub by: Answerer,
    /// What is charged; `None` where the guest pays no more.
    pub charge: Option<Charge<'a>>,
    /// Until when the nights are held for the charge.
    pub hold_until: Timestamp,
    /// What goes back.
    pub given_back: &'a [GivenBack],
    /// What follows.
    pub messages: &'a [Message],
    /// When.
    pub now: Timestamp,
}

/// What became of an acceptance.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Accepted {
    /// The stays are swapped, or the nights of both are held.
    Done,
    /// It was accepted before.
    Repeat,
    /// It is over, or the booking or a payment has changed.
    Stale,
    /// The nights are not free.
    Taken,
}

/// Accepts a proposal. Overdue holds and charges on its nights are ended on the way, as when they are booked; answers the
/// messages of those that lost, too.
pub async fn accept(db: &Db, acceptance: &Acceptance<'_>) -> Result<(Accepted, Vec<Message>)> {
    #[derive(Deserialize)]
    struct Row {
        outcome: Accepted,
        sent: Vec<Message>,
    }
    let charge = acceptance.charge.as_ref().map(serde_json::to_string).transpose()?;
    let statement = Statement::new(
        "WITH wanted AS MATERIALIZED (
             SELECT p.id AS property_id, daterange(m.check_in, m.check_out + m.preparation_nights) AS padded
             FROM modifications m JOIN bookings b ON b.id = m.booking_id JOIN properties p ON p.id = b.property_id
             WHERE m.id = :id::uuid AND m.booking_id = :booking::uuid FOR NO KEY UPDATE OF p),
         ended AS MATERIALIZED (
             SELECT take_over(w.property_id, w.padded, :lapses::jsonb, :dropped::jsonb, :void::jsonb,
                 :now::timestamptz) AS sent
             FROM wanted w)
         -- The function sees what ran before it: so it waits for the messages.
         SELECT jsonb_build_object(
             'outcome', accept_modification(:id::uuid, :person::uuid, :side, :charge::jsonb, :hold_until::timestamptz,
                 :given_back::jsonb, :outbox::jsonb, :now::timestamptz),
             'sent', e.sent)::text
         FROM (SELECT coalesce((SELECT sent FROM ended), '[]') AS sent) e
         WHERE jsonb_typeof(e.sent) = 'array'",
    )
    .uuid("id", acceptance.id)
    .uuid("booking", acceptance.booking)
    .uuid("person", acceptance.by.person)
    .text("side", acceptance.by.side.code())
    .text("charge", charge.as_deref())
    .instant("hold_until", acceptance.hold_until)
    .json("given_back", &acceptance.given_back)?
    .text("outbox", messages_json(acceptance.messages)?.as_str())
    .instant("now", acceptance.now)
    .idempotent();
    let row: Row = db.one(bind_take_over(statement)?).await?;
    Ok((row.outcome, row.sent))
}

/// Declines a proposal, or takes it back: `into` says which. Answers false where it is no longer proposed.
pub async fn decline(
    db: &Db,
    id: ModificationId,
    by: Answerer,
    into: ModificationState,
    messages: &[Message],
    now: Timestamp,
) -> Result<bool> {
    let outcome: String = db
        .one(
            Statement::new(
                "SELECT to_jsonb(decline_modification(:id::uuid, :person::uuid, :side, :state, :outbox::jsonb,
                     :now::timestamptz))::text",
            )
            .uuid("id", id)
            .uuid("person", by.person)
            .text("side", by.side.code())
            .text("state", into.code())
            .text("outbox", messages_json(messages)?.as_str())
            .instant("now", now),
        )
        .await?;
    Ok(outcome == "done")
}

/// What a batch ended.
#[derive(Debug, Deserialize)]
pub struct Expired {
    /// How many; less than the limit when no more were due.
    pub ended: u32,
    /// The messages that followed, in the outbox already.
    pub sent: Vec<Message>,
}

/// Ends up to `limit` proposals and charges whose time is over at `now`; nights that were held for a charge are free then.
pub async fn expire_due(db: &Db, now: Timestamp, limit: u32) -> Result<Expired> {
    let void = PaymentMessage::Void { payment_id: Uuid::nil().into() };
    let statement = Statement::new(
        "SELECT expire_modifications(:notice::jsonb, :void::jsonb, :limit::int4, :now::timestamptz)::text",
    )
    .json("notice", &modification_expired())?
    .json("void", &void)?
    .int("limit", i64::from(limit))
    .instant("now", now)
    .idempotent();
    db.one(statement).await
}
