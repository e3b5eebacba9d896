//! What the payment provider keeps for its work. A row's insertion posts it to the ledger.

use domain::money::{Currency, Money};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::db::{Db, DbError, Statement};

/// A fee as the provider tells it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct NewFee {
    /// The provider's name of the movement of its balance that the fee is part of: it is one fee, however often told.
    pub movement: String,
    /// The provider's name of the payment; none for a fee that belongs to no payment.
    pub payment: Option<String>,
    /// The currency of the balance.
    pub currency: Currency,
    /// In minor units, not zero; below zero where it is given back.
    pub amount: i64,
    /// When.
    pub at: Timestamp,
}

/// A fee that was told before, otherwise.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Differing {
    /// The provider's name of the movement.
    pub movement: String,
    /// As we have it.
    pub ours: Money,
    /// As it is told now.
    pub theirs: Money,
}

/// Keeps the fees that are not known yet, save those of payments that are not ours. Answers those that differ from what
/// was told before.
pub async fn keep(db: &Db, fees: &[NewFee]) -> Result<Vec<Differing>, DbError> {
    let statement = Statement::new(
        "WITH told AS (
             SELECT f.movement, f.currency, f.amount, f.at, p.id AS payment_id
             FROM jsonb_to_recordset(:fees::jsonb)
                  AS f(movement text, payment text, currency text, amount int8, at timestamptz)
             LEFT JOIN LATERAL (SELECT id FROM payments WHERE provider_id = f.payment LIMIT 1) p ON true
             WHERE f.payment IS NULL OR p.id IS NOT NULL),
         kept AS (
             INSERT INTO provider_fees (provider_id, payment_id, currency, amount, at)
             SELECT movement, payment_id, currency, amount, at FROM told ON CONFLICT DO NOTHING)
         SELECT jsonb_build_object('movement', t.movement,
             'ours', jsonb_build_object('amount', k.amount, 'currency', k.currency),
             'theirs', jsonb_build_object('amount', t.amount, 'currency', t.currency))::text
         FROM told t
         CROSS JOIN LATERAL (SELECT * FROM provider_fees WHERE provider_id = t.movement LIMIT 1) k
         WHERE (k.amount, k.currency) <> (t.amount, t.currency)",
    )
    .json("fees", &fees)?
    .idempotent();
    db.rows(statement).await
}
