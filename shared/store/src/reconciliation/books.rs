//! What our own books say about themselves.

use jiff::Timestamp;

use super::Result;
use super::findings::NewFinding;
use crate::db::{Db, Statement};

/// What is wrong or overdue at our side at `now`, 50 of each kind at most; of the ledger, what
/// changed in the last three days. Empty when all is well.
pub async fn faults_of_books(db: &Db, now: Timestamp) -> Result<Vec<NewFinding>> {
    let statement = Statement::new(
        "WITH faults AS (
             (SELECT 'journal_unbalanced' AS kind, n.journal_id::text AS subject,
                     jsonb_build_object('currency', n.currency, 'sum', sum(n.amount)) AS details
              FROM ledger_journals j JOIN ledger_entries n ON n.journal_id = j.id
              WHERE j.at > :now::timestamptz - interval '3 days'
              GROUP BY n.journal_id, n.currency HAVING sum(n.amount) <> 0 LIMIT 50)
             UNION ALL
             (SELECT 'earnings_differ', e.booking_id::text,
                     jsonb_build_object('pending', e.pending, 'payable', e.payable)
              FROM host_earnings e CROSS JOIN LATERAL (
                  SELECT coalesce(-sum(n.amount) FILTER (WHERE n.account = 'host_pending'), 0) AS pending,
                         coalesce(-sum(n.amount) FILTER (WHERE n.account = 'host_payable'), 0) AS payable
                  FROM ledger_entries n WHERE n.booking_id = e.booking_id) s
              WHERE e.updated_at > :now::timestamptz - interval '3 days'
                AND (e.pending <> s.pending OR e.payable <> s.payable) LIMIT 50)
             UNION ALL
             (SELECT 'event_stuck', id, jsonb_build_object('kind', kind, 'received_at', received_at)
              FROM provider_events
              WHERE processed_at IS NULL AND received_at < :now::timestamptz - interval '2 hours'
              ORDER BY received_at LIMIT 50)
             UNION ALL
             (SELECT 'message_stuck', id::text,
                     jsonb_build_object('topic', topic, 'type', body ->> 'type', 'sent_count', sent_count)
              FROM outbox
              WHERE done_at IS NULL AND created_at < :now::timestamptz - interval '6 hours'
              ORDER BY created_at LIMIT 50)
             UNION ALL
             (SELECT 'capture_overdue', p.id::text, jsonb_build_object('authorised_at', p.authorised_at)
              FROM payments p JOIN bookings b ON b.id = p.booking_id
              WHERE p.state = 'authorised' AND b.state IN ('confirmed', 'checked_in', 'completed')
                AND p.updated_at < :now::timestamptz - interval '24 hours' LIMIT 50)
             UNION ALL
             (SELECT 'paid_for_nothing', p.id::text,
                     jsonb_build_object('booking_state', b.state, 'kept', p.captured - p.refunded)
              FROM payments p JOIN bookings b ON b.id = p.booking_id
              WHERE p.captured > 0 AND p.captured_at > :now::timestamptz - interval '3 days'
                AND p.captured > p.refunded AND p.state IN ('captured', 'partially_refunded')
                AND b.state IN ('payment_failed', 'declined', 'expired', 'withdrawn')
                AND p.updated_at < :now::timestamptz - interval '2 hours' LIMIT 50)
             UNION ALL
             (SELECT 'payout_stuck', id::text, jsonb_build_object('amount', amount, 'currency', currency)
              FROM payouts
              WHERE state = 'pending' AND created_at < :now::timestamptz - interval '24 hours' LIMIT 50)
             UNION ALL
             -- What no payout will net: nothing else of the host's is payable or will be.
             (SELECT 'debt_overdue', e.booking_id::text,
                     jsonb_build_object('host_id', e.host_id, 'owed', -e.payable, 'currency', e.currency)
              FROM host_earnings e
              WHERE e.payable < 0 AND e.updated_at < :now::timestamptz - interval '90 days'
                AND (SELECT sum(o.payable + o.pending) FROM host_earnings o
                     WHERE o.host_id = e.host_id AND o.currency = e.currency) < 0 LIMIT 50)
             UNION ALL
             (SELECT 'evidence_due', id::text,
                     jsonb_build_object('evidence_due_at', evidence_due_at, 'reason', reason)
              FROM disputes
              WHERE state = 'open' AND evidence_due_at < :now::timestamptz + interval '3 days' LIMIT 50))
         SELECT to_jsonb(f)::text FROM faults f",
    )
    .instant("now", now)
    .idempotent();
    db.rows(statement).await
}
