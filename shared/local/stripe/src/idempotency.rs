//! A call is answered once: the effect and the answer kept for its key are one transaction.

use rusqlite::{Connection, OptionalExtension, params};
use sha2::{Digest, Sha256};

use crate::desk::Desk;
use crate::error::ApiError;
use crate::form::Form;
use crate::provider::{Provider, hex};
use crate::route::{Reply, route};

/// For how long an answer is kept, in milliseconds of the clock. The provider promises at least 24 hours, so no caller may count on more.
const KEPT_MS: i64 = 24 * 60 * 60 * 1000;

/// One call of the API.
#[derive(Clone, Debug)]
pub(crate) struct Call {
    pub(crate) method: String,
    pub(crate) path: String,
    /// The body of a POST, the query of a GET.
    pub(crate) parameters: Vec<u8>,
    pub(crate) key: Option<String>,
    pub(crate) request_id: String,
}

/// What a caller is told.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) body: String,
    pub(crate) replayed: bool,
}

impl From<ApiError> for Answer {
    fn from(error: ApiError) -> Self {
        Self { status: error.status, body: error.body().to_string(), replayed: false }
    }
}

/// Serves a call, or repeats the answer that its key got before.
pub(crate) fn serve(provider: &Provider, call: &Call) -> Answer {
    let form = match Form::parse(&call.parameters) {
        Ok(form) => form,
        Err(error) => return error.into(),
    };
    let fingerprint = fingerprint(call, &form);
    provider
        .books
        .transact(|db| {
            if let Some(key) = &call.key
                && let Some(answer) = repeat(provider, db, key, &fingerprint)?
            {
                return Ok(answer);
            }
            let (answer, kept) = attempt(provider, db, call, form)?;
            if let Some(key) = call.key.as_ref().filter(|_| kept) {
                keep(provider, db, key, &fingerprint, &answer)?;
            }
            Ok(answer)
        })
        .unwrap_or_else(|error: ApiError| error.into())
}

/// Fails a call with 500 and keeps that under its key.
pub(crate) fn keep_failure(provider: &Provider, call: &Call) -> Answer {
    let failure = Answer::from(ApiError::internal());
    let (Some(key), Ok(form)) = (&call.key, Form::parse(&call.parameters)) else { return failure };
    let fingerprint = fingerprint(call, &form);
    provider
        .books
        .transact(|db| {
            if let Some(answer) = repeat(provider, db, key, &fingerprint)? {
                return Ok(answer);
            }
            keep(provider, db, key, &fingerprint, &failure)?;
            Ok(failure)
        })
        .unwrap_or_else(|error: ApiError| error.into())
}

/// Runs the operation; a refusal undoes its effects but not the transaction. Tells whether the answer is kept under the key.
fn attempt(
    provider: &Provider,
    db: &Connection,
    call: &Call,
    form: Form,
) -> Result<(Answer, bool), ApiError> {
    let desk = Desk {
        provider,
        db,
        now_ms: provider.now_ms(),
        request: Some((call.request_id.clone(), call.key.clone())),
    };
    db.execute_batch("SAVEPOINT operation")?;
    match route(&desk, &call.method, &call.path, form) {
        Ok(Reply { status, body }) => {
            db.execute_batch("RELEASE operation")?;
            Ok((Answer { status, body: body.to_string(), replayed: false }, true))
        }
        Err(error) => {
            db.execute_batch("ROLLBACK TO operation; RELEASE operation")?;
            let kept = error.kept;
            Ok((error.into(), kept))
        }
    }
}

/// The answer kept under the key, if there is one.
fn repeat(
    provider: &Provider,
    db: &Connection,
    key: &str,
    fingerprint: &str,
) -> Result<Option<Answer>, ApiError> {
    let horizon = provider.now_ms().saturating_sub(KEPT_MS);
    db.prepare_cached("DELETE FROM answers WHERE key = ?1 AND created_ms <= ?2")?
        .execute(params![key, horizon])?;
    let kept: Option<(String, u16, String)> = db
        .prepare_cached("SELECT fingerprint, status, body FROM answers WHERE key = ?1")?
        .query_row([key], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
        .optional()?;
    match kept {
        None => Ok(None),
        Some((of, ..)) if of != fingerprint => Err(ApiError::key_reused(key)),
        Some((_, status, body)) => Ok(Some(Answer { status, body, replayed: true })),
    }
}

fn keep(
    provider: &Provider,
    db: &Connection,
    key: &str,
    fingerprint: &str,
    answer: &Answer,
) -> Result<(), ApiError> {
    db.prepare_cached(
        "INSERT INTO answers (key, fingerprint, status, body, created_ms) VALUES (?1, ?2, ?3, ?4, ?5)",
    )?
    .execute(params![key, fingerprint, answer.status, answer.body, provider.now_ms()])?;
    Ok(())
}

/// A digest of what a key is bound to: the endpoint and its parameters.
fn fingerprint(call: &Call, form: &Form) -> String {
    let digest = Sha256::digest(format!("{} {}\n{}", call.method, call.path, form.canonical()));
    hex(&digest)
}
