//! Beginning an attempt to pay.

use domain::booking::BookingState;
use domain::ids::{BookingId, PaymentId, UserId};
use domain::messages::Message;
use domain::money::Money;
use jiff::Timestamp;
use serde::Deserialize;

use super::{Payment, Result, payment_json};
use crate::db::{Db, Statement};
use crate::outbox::messages_json;

/// An attempt to be begun.
#[derive(Clone, Debug)]
pub struct NewPayment<'a> {
    /// Its id, made beforehand; a statement that runs twice begins one attempt.
    pub id: PaymentId,
    /// What is paid for.
    pub booking: BookingId,
    /// Who pays.
    pub guest: UserId,
    /// The provider's token of the guest's card.
    pub payment_method: &'a str,
    /// The key of the guest's request: the same key is the same attempt.
    pub request_key: &'a str,
    /// What follows: the authorisation.
    pub messages: &'a [Message],
    /// When it is begun.
    pub now: Timestamp,
}

/// What came of it, with all that says why not.
#[derive(Clone, Debug, Deserialize)]
pub struct Opening {
    /// Where the booking stands.
    pub booking_state: BookingState,
    /// When its hold ends.
    pub hold_expires_at: Option<Timestamp>,
    /// What the booking costs.
    pub total: Money,
    /// Whether the provider can pay the host.
    pub host_is_payable: bool,
    /// The attempt that the request began, now or when it came before; else the live one that stands in its way.
    pub payment: Option<Payment>,
    /// Whether `payment` is the request's own.
    pub is_own: bool,
}

/// Begins an attempt if the booking is the guest's, waits for payment, its hold is not over, its host can be paid and no
/// other attempt is live. A request that began one before, by its key, is answered with that one, whatever became of it.
/// `None` where the guest has no such booking.
///
/// The booking is not locked: should its hold be taken over in this moment, the authorisation finds that out and is let
/// go. The partial unique index decides between two attempts; the loser finds the winner, unless it was too quick even
/// to see it.
pub async fn open(db: &Db, new: &NewPayment<'_>) -> Result<Option<Opening>> {
    let sql = concat!(
        "WITH wanted AS (
             SELECT b.id, b.host_id, b.guest_id, b.state, b.hold_expires_at, b.total, b.currency,
                    EXISTS (SELECT FROM host_accounts a WHERE a.user_id = b.host_id AND a.state = 'enabled')
                        AS host_is_payable
             FROM bookings b WHERE b.id = :booking::uuid AND b.guest_id = :guest::uuid),
         begun AS (
             INSERT INTO payments (id, booking_id, guest_id, state, currency, amount, payment_method, request_key,
                 created_at, updated_at)
             SELECT :id::uuid, w.id, w.guest_id, 'processing', w.currency, w.total, :payment_method, :request_key,
                    :now::timestamptz, :now::timestamptz
             FROM wanted w
             WHERE w.state = 'pending_payment' AND w.hold_expires_at > :now::timestamptz AND w.host_is_payable
               AND w.total > 0
             ON CONFLICT DO NOTHING RETURNING *),
         sent AS (
             INSERT INTO outbox (id, topic, body, created_at, next_send_at)
             SELECT m.id, m.topic, m.body, :now::timestamptz, :now::timestamptz + interval '1 minute'
             FROM begun CROSS JOIN jsonb_to_recordset(:outbox::jsonb) AS m(id uuid, topic text, body jsonb)),
         known AS (
             SELECT * FROM (
                 SELECT * FROM begun
                 UNION ALL
                 -- The snapshot is older than `begun`: this finds only what was there before.
                 SELECT * FROM payments
                 WHERE booking_id = :booking::uuid
                   AND (request_key = :request_key OR state NOT IN ('failed', 'cancelled'))) k
             ORDER BY (k.request_key = :request_key) DESC LIMIT 1)
         SELECT jsonb_build_object('booking_state', b.state, 'hold_expires_at', b.hold_expires_at,
             'total', jsonb_build_object('amount', b.total, 'currency', b.currency),
             'host_is_payable', b.host_is_payable,
             'payment', (SELECT ",
        payment_json!(),
        " FROM known p),
             'is_own', EXISTS (SELECT FROM known WHERE request_key = :request_key))::text FROM wanted b"
    );
    let statement = Statement::new(sql)
        .uuid("id", new.id)
        .uuid("booking", new.booking)
        .uuid("guest", new.guest)
        .text("payment_method", new.payment_method)
        .text("request_key", new.request_key)
        .text("outbox", messages_json(new.messages)?.as_str())
        .instant("now", new.now)
        .idempotent();
    db.optional(statement).await
}
