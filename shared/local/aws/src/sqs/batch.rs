//! What all batch operations have in common.

use std::collections::BTreeSet;

use serde::Serialize;

use super::error;
use crate::error::AwsError;

/// The most entries of a batch.
const MAX_ENTRIES: usize = 10;

/// The answer to a batch: each entry is in one of the two lists.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct BatchResult<T> {
    pub(super) successful: Vec<T>,
    pub(super) failed: Vec<FailedEntry>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct FailedEntry {
    id: String,
    code: &'static str,
    message: String,
    sender_fault: bool,
}

/// An entry that settled without an answer of its own.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Settled {
    pub(super) id: String,
}

/// Refuses the whole batch for its number of entries or its ids.
pub(super) fn check<'a>(ids: impl Iterator<Item = &'a str>) -> Result<(), AwsError> {
    let ids: Vec<&str> = ids.collect();
    if ids.is_empty() {
        return Err(error::empty_batch());
    }
    if ids.len() > MAX_ENTRIES {
        return Err(error::too_many_entries(ids.len()));
    }
    let mut seen = BTreeSet::new();
    for id in ids {
        let letters = id.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_');
        if !letters || !(1..=80).contains(&id.len()) {
            return Err(error::invalid_entry_id());
        }
        if !seen.insert(id) {
            return Err(error::ids_not_distinct(id));
        }
    }
    Ok(())
}

/// Sorts each entry's outcome into the answer. What is not the sender's fault fails the whole call.
pub(super) fn collect<T>(
    outcomes: impl Iterator<Item = (String, Result<T, AwsError>)>,
) -> Result<BatchResult<T>, AwsError> {
    let mut result = BatchResult { successful: Vec::new(), failed: Vec::new() };
    for (id, outcome) in outcomes {
        match outcome {
            Ok(success) => result.successful.push(success),
            Err(error) if error.status.is_server_error() => return Err(error),
            Err(AwsError { code, message, .. }) => {
                result.failed.push(FailedEntry { id, code, message, sender_fault: true });
            }
        }
    }
    Ok(result)
}
