//! Beginning a payout.

use domain::ids::{PayoutId, UserId};
use domain::messages::Message;
use domain::money::{Currency, Money};
use domain::payout::Item;
use jiff::Timestamp;
use serde::Deserialize;

use super::Result;
use crate::db::{Db, Statement};
use crate::outbox::messages_json;

/// What a host is due in one currency.
#[derive(Clone, Debug, Deserialize)]
pub struct Due {
    /// The host.
    pub host_id: UserId,
    /// The currency.
    pub currency: Currency,
    /// The provider's name of the host's account.
    pub provider_account: String,
    /// What is payable, booking by booking; below zero what the host owes.
    pub items: Vec<Item>,
}

/// The hosts who are due something and can be paid. What is disputed waits, except for debts; and so does a host whose
/// last payout the provider refused, for a day or until the account changes.
pub async fn due(db: &Db, now: Timestamp, limit: u32) -> Result<Vec<Due>> {
    let statement = Statement::new(
        "SELECT jsonb_build_object('host_id', e.host_id, 'currency', e.currency,
             'provider_account', a.provider_account,
             'items', jsonb_agg(jsonb_build_object('booking_id', e.booking_id, 'amount', e.payable)
                 ORDER BY e.booking_id))::text
         FROM host_earnings e JOIN host_accounts a ON a.user_id = e.host_id AND a.state = 'enabled'
         WHERE e.payable <> 0 AND (e.open_disputes = 0 OR e.payable < 0)
           AND NOT EXISTS (
               SELECT FROM payouts p
               WHERE p.host_id = e.host_id AND p.currency = e.currency
                 AND (p.state = 'pending'
                      OR p.state = 'failed' AND p.updated_at > greatest(a.updated_at,
                             :now::timestamptz - interval '24 hours')))
         GROUP BY e.host_id, e.currency, a.provider_account
         HAVING sum(e.payable) > 0
         ORDER BY min(e.updated_at) LIMIT :limit::int4",
    )
    .instant("now", now)
    .int("limit", i64::from(limit))
    .idempotent();
    db.rows(statement).await
}

/// A payout to be made.
#[derive(Clone, Debug)]
pub struct NewPayout<'a> {
    /// Its id, made beforehand.
    pub id: PayoutId,
    /// Whom to.
    pub host: UserId,
    /// How much.
    pub amount: Money,
    /// The provider's name of the host's account.
    pub provider_account: &'a str,
    /// What it is for; sums to the amount.
    pub items: &'a [Item],
    /// What follows: the transfer.
    pub messages: &'a [Message],
    /// When it is made.
    pub now: Timestamp,
}

/// Makes a payout if every item is still payable; answers whether it is made.
pub async fn open(db: &Db, new: &NewPayout<'_>) -> Result<bool> {
    let statement = Statement::new(
        "WITH wanted AS (
             SELECT i.booking_id, i.amount FROM jsonb_to_recordset(:items::jsonb) AS i(booking_id uuid, amount bigint)),
         standing AS (
             SELECT FROM wanted i LEFT JOIN host_earnings e ON e.booking_id = i.booking_id
             HAVING bool_and(e.booking_id IS NOT NULL AND (
                 i.amount > 0 AND e.payable >= i.amount AND e.open_disputes = 0
                 OR i.amount < 0 AND e.payable <= i.amount))),
         fresh AS (
             INSERT INTO payouts (id, host_id, currency, amount, state, provider_account, created_at, updated_at)
             SELECT :id::uuid, :host::uuid, :currency, :amount::int8, 'pending', :provider_account,
                    :now::timestamptz, :now::timestamptz
             FROM standing
             ON CONFLICT DO NOTHING RETURNING id),
         items AS (
             INSERT INTO payout_items (payout_id, booking_id, amount)
             SELECT f.id, i.booking_id, i.amount FROM fresh f CROSS JOIN wanted i),
         sent AS (
             INSERT INTO outbox (id, topic, body, created_at, next_send_at)
             SELECT m.id, m.topic, m.body, :now::timestamptz, :now::timestamptz + interval '1 minute'
             FROM fresh CROSS JOIN jsonb_to_recordset(:outbox::jsonb) AS m(id uuid, topic text, body jsonb))
         SELECT to_jsonb(EXISTS (SELECT FROM fresh)
                         OR EXISTS (SELECT FROM payouts WHERE id = :id::uuid))::text",
    )
    .uuid("id", new.id)
    .uuid("host", new.host)
    .text("currency", new.amount.currency().code())
    .int("amount", new.amount.amount())
    .text("provider_account", new.provider_account)
    .json("items", &new.items)?
    .text("outbox", messages_json(new.messages)?.as_str())
    .instant("now", new.now)
    .idempotent();
    db.one(statement).await
}
