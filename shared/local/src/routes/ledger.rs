//! `/_local/ledger`: balances of the accounts, and the journals that made them.

mod view;

use std::sync::Arc;

use axum::extract::{Query, State};
use axum::http::HeaderMap;
use axum::response::Response;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::LocalError;
use crate::pages::shown;
use crate::stack::Handles;

const AT: &str = "/_local/ledger/";
/// Journals on a page.
const LIMIT: usize = 50;

/// Which journals: of a booking, of an account, before another one; the newest without any.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Which {
    booking: Option<uuid::Uuid>,
    account: Option<String>,
    before: Option<uuid::Uuid>,
}

/// An account's sums in one currency, in minor units.
#[derive(Serialize, Deserialize)]
struct Account {
    code: String,
    /// `asset`, `liability`, `income` or `expense`.
    kind: String,
    currency: String,
    debits: i64,
    credits: i64,
    /// Above zero a debit, below a credit.
    balance: i64,
}

#[derive(Serialize, Deserialize)]
struct Journal {
    id: String,
    event: String,
    booking_id: Option<String>,
    at: Timestamp,
    entries: Vec<Entry>,
}

#[derive(Serialize, Deserialize)]
struct Entry {
    account: String,
    currency: String,
    /// Above zero a debit, below a credit.
    amount: i64,
}

#[derive(Serialize)]
struct Shown {
    accounts: Vec<Account>,
    journals: Vec<Journal>,
    /// What `before` is to be for older ones.
    next: Option<String>,
}

const ACCOUNTS: &str = "
    SELECT jsonb_build_object('code', a.code, 'kind', a.kind, 'currency', e.currency,
        'debits', coalesce(sum(e.amount) FILTER (WHERE e.amount > 0), 0)::bigint,
        'credits', coalesce(-sum(e.amount) FILTER (WHERE e.amount < 0), 0)::bigint,
        'balance', sum(e.amount)::bigint)::text
    FROM ledger_accounts a JOIN ledger_entries e ON e.account = a.code
    WHERE $1 = '' OR e.booking_id = nullif($1, '')::uuid
    GROUP BY a.code, a.kind, e.currency
    ORDER BY e.currency, array_position(ARRAY['asset', 'liability', 'income', 'expense'], a.kind), a.code";

const JOURNALS: &str = "
    SELECT jsonb_build_object('id', j.id, 'event', j.event, 'booking_id', j.booking_id, 'at', j.at, 'entries', (
        SELECT jsonb_agg(jsonb_build_object('account', e.account, 'currency', e.currency, 'amount', e.amount)
            ORDER BY e.line)
        FROM ledger_entries e WHERE e.journal_id = j.id))::text
    FROM ledger_journals j
    WHERE ($1 = '' OR EXISTS (
            SELECT FROM ledger_entries e WHERE e.journal_id = j.id AND e.booking_id = nullif($1, '')::uuid))
      AND ($2 = '' OR EXISTS (SELECT FROM ledger_entries e WHERE e.journal_id = j.id AND e.account = $2))
      AND ($3 = '' OR (j.at, j.id) < (SELECT b.at, b.id FROM ledger_journals b WHERE b.id = nullif($3, '')::uuid))
    ORDER BY j.at DESC, j.id DESC LIMIT 51";

/// `GET`.
pub(super) async fn show(
    State(handles): State<Arc<Handles>>,
    headers: HeaderMap,
    Query(which): Query<Which>,
) -> Result<Response, LocalError> {
    let id = |id: Option<uuid::Uuid>| id.map(|id| id.to_string()).unwrap_or_default();
    let (booking, before) = (id(which.booking), id(which.before));
    let account = which.account.unwrap_or_default();
    let accounts = handles.records(ACCOUNTS, &[&booking]).await?;
    let mut journals: Vec<Journal> = handles.records(JOURNALS, &[&booking, &account, &before]).await?;
    let more = journals.len() > LIMIT;
    journals.truncate(LIMIT);
    let next = journals.last().filter(|_| more).map(|journal| journal.id.clone());
    let ledger = Shown { accounts, journals, next };
    Ok(shown(&headers, &ledger, || view::page(&ledger, &booking, &account, handles.clock.now())))
}
