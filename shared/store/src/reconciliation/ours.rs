//! Our side of the comparison. Each named row is looked up by itself (LIMIT), however many the planner thinks there are.

use domain::ids::{PaymentId, PayoutId, RefundId};
use domain::money::Money;
use domain::payment::{PaymentState, RefundState};
use jiff::Timestamp;
use serde::Deserialize;

use super::Result;
use crate::db::{Db, Statement};
use crate::payouts::PayoutState;

/// A payment as we have it.
#[derive(Clone, Debug, Deserialize)]
pub struct OurPayment {
    /// Its id.
    pub id: PaymentId,
    /// The provider's name of it.
    pub provider_id: Option<String>,
    /// Where it stands.
    pub state: PaymentState,
    /// What was taken.
    pub captured: Money,
}

/// Those of our payments that are named.
pub async fn payments(db: &Db, ids: &[PaymentId]) -> Result<Vec<OurPayment>> {
    let statement = Statement::new(
        "SELECT jsonb_build_object('id', p.id, 'provider_id', p.provider_id, 'state', p.state,
             'captured', jsonb_build_object('amount', p.captured, 'currency', p.currency))::text
         FROM jsonb_array_elements_text(:ids::jsonb) i
         CROSS JOIN LATERAL (SELECT * FROM payments WHERE id = i::uuid LIMIT 1) p",
    )
    .json("ids", &ids)?
    .idempotent();
    db.rows(statement).await
}

/// A refund as we have it.
#[derive(Clone, Debug, Deserialize)]
pub struct OurRefund {
    /// Its id.
    pub id: RefundId,
    /// Where it stands.
    pub state: RefundState,
    /// How much.
    pub amount: Money,
}

/// Those of our refunds that are named.
pub async fn refunds(db: &Db, ids: &[RefundId]) -> Result<Vec<OurRefund>> {
    let statement = Statement::new(
        "SELECT jsonb_build_object('id', r.id, 'state', r.state,
             'amount', jsonb_build_object('amount', r.amount, 'currency', p.currency))::text
         FROM jsonb_array_elements_text(:ids::jsonb) i
         CROSS JOIN LATERAL (SELECT * FROM refunds WHERE id = i::uuid LIMIT 1) r
         CROSS JOIN LATERAL (SELECT currency FROM payments WHERE id = r.payment_id LIMIT 1) p",
    )
    .json("ids", &ids)?
    .idempotent();
    db.rows(statement).await
}

/// A payout as we have it.
#[derive(Clone, Debug, Deserialize)]
pub struct OurPayout {
    /// Its id.
    pub id: PayoutId,
    /// Where it stands.
    pub state: PayoutState,
    /// How much.
    pub amount: Money,
}

/// Those of our payouts that are named.
pub async fn payouts(db: &Db, ids: &[PayoutId]) -> Result<Vec<OurPayout>> {
    let statement = Statement::new(
        "SELECT jsonb_build_object('id', p.id, 'state', p.state,
             'amount', jsonb_build_object('amount', p.amount, 'currency', p.currency))::text
         FROM jsonb_array_elements_text(:ids::jsonb) i
         CROSS JOIN LATERAL (SELECT * FROM payouts WHERE id = i::uuid LIMIT 1) p",
    )
    .json("ids", &ids)?
    .idempotent();
    db.rows(statement).await
}

/// Those of the provider's events that never came.
pub async fn unknown_events(db: &Db, ids: &[&str]) -> Result<Vec<String>> {
    let statement = Statement::new(
        "SELECT to_jsonb(i)::text FROM jsonb_array_elements_text(:ids::jsonb) i
         WHERE NOT EXISTS (SELECT FROM provider_events e WHERE e.id = i)",
    )
    .json("ids", &ids)?
    .idempotent();
    db.rows(statement).await
}

/// What has been open at our side for long, by the provider's names.
#[derive(Clone, Debug, Deserialize)]
pub struct OpenRows {
    /// Payments that are being paid or wait for their capture.
    pub payments: Vec<String>,
    /// The payments of refunds that are on their way.
    pub refunds: Vec<String>,
    /// Disputes that the bank has not decided.
    pub disputes: Vec<String>,
}

/// What has not moved since `before`, 100 of each kind at most, the oldest first.
pub async fn open_rows(db: &Db, before: Timestamp) -> Result<OpenRows> {
    let statement = Statement::new(
        "SELECT jsonb_build_object(
             'payments', (SELECT coalesce(jsonb_agg(x.provider_id), '[]') FROM (
                 SELECT provider_id FROM payments
                 WHERE state IN ('processing', 'requires_action', 'authorised') AND provider_id IS NOT NULL
                   AND updated_at < :before::timestamptz ORDER BY updated_at LIMIT 100) x),
             'refunds', (SELECT coalesce(jsonb_agg(DISTINCT x.provider_id), '[]') FROM (
                 SELECT p.provider_id FROM refunds r JOIN payments p ON p.id = r.payment_id
                 WHERE r.state = 'pending' AND r.provider_id IS NOT NULL AND r.updated_at < :before::timestamptz
                 ORDER BY r.updated_at LIMIT 100) x),
             'disputes', (SELECT coalesce(jsonb_agg(x.provider_id), '[]') FROM (
                 SELECT provider_id FROM disputes WHERE state = 'open' AND updated_at < :before::timestamptz
                 ORDER BY evidence_due_at LIMIT 100) x))::text",
    )
    .instant("before", before)
    .idempotent();
    db.one(statement).await
}
