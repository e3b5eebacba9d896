//! Which operation a call means.

use serde_json::Value;

use crate::desk::Desk;
use crate::error::ApiError;
use crate::form::Form;
use crate::intents::{cancel, capture, create};
use crate::{accounts, balance, disputes, events, intents, refunds, search, transfers};

/// An operation's answer.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) body: Value,
}

impl Reply {
    pub(crate) fn ok(body: Value) -> Self {
        Self { status: 200, body }
    }
}

/// Runs the operation of `method` and `path`.
pub(crate) fn route(desk: &Desk<'_>, method: &str, path: &str, form: Form) -> Result<Reply, ApiError> {
    let segments: Vec<&str> = path.trim_start_matches('/').split('/').collect();
    match (method, segments.as_slice()) {
        ("POST", ["v1", "payment_intents"]) => create::create(desk, form),
        ("GET", ["v1", "payment_intents"]) => intents::index(desk, form),
        ("GET", ["v1", "payment_intents", "search"]) => search::intents(desk, form),
        ("GET", ["v1", "payment_intents", id]) => intents::retrieve(desk, id, form),
        ("POST", ["v1", "payment_intents", id, "capture"]) => capture::capture(desk, id, form),
        ("POST", ["v1", "payment_intents", id, "cancel"]) => cancel::cancel(desk, id, form),
        ("POST", ["v1", "refunds"]) => refunds::create(desk, form),
        ("GET", ["v1", "refunds"]) => refunds::index(desk, form),
        ("GET", ["v1", "refunds", id]) => refunds::retrieve(desk, id, form),
        ("POST", ["v1", "accounts"]) => accounts::create(desk, form),
        ("GET", ["v1", "accounts"]) => accounts::index(desk, form),
        ("GET", ["v1", "accounts", id]) => accounts::retrieve(desk, id, form),
        ("POST", ["v1", "account_links"]) => accounts::create_link(desk, form),
        ("POST", ["v1", "transfers"]) => transfers::create(desk, form),
        ("GET", ["v1", "transfers"]) => transfers::index(desk, form),
        ("GET", ["v1", "transfers", id]) => transfers::retrieve(desk, id, form),
        ("GET", ["v1", "disputes"]) => disputes::index(desk, form),
        ("GET", ["v1", "disputes", id]) => disputes::retrieve(desk, id, form),
        ("GET", ["v1", "balance_transactions"]) => balance::index(desk, form),
        ("GET", ["v1", "balance_transactions", id]) => balance::retrieve(desk, id, form),
        ("GET", ["v1", "events"]) => events::index(desk, form),
        ("GET", ["v1", "events", id]) => events::retrieve(desk, id, form),
        _ => Err(ApiError::unrecognised(method, path)),
    }
}
