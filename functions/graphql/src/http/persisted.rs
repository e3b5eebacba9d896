//! Documents that are named by their SHA-256 (Apollo's automatic persisted queries): a client sends the digest alone, and
//! once the whole where nobody knows it. What was executed is kept, for a month after it was last asked for.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use async_graphql::ServerError;
use jiff::Timestamp;
use serde_json::{Map, Value};
use sha2::{Digest as _, Sha256};
use store::documents::DocumentTable;

use super::asked::Asked;
use crate::errors::limit;

/// How many documents one process remembers.
const MAX_NEAR: usize = 256;

/// The documents that are known.
#[derive(Clone, Debug)]
pub(crate) struct Documents {
    table: DocumentTable,
    near: Arc<Mutex<HashMap<String, Arc<str>>>>,
}

/// The document of a request.
#[derive(Clone, Debug)]
pub(crate) struct Found {
    /// Its text.
    pub(crate) text: Arc<str>,
    /// The digest that it is to be kept under.
    new: Option<String>,
}

impl Documents {
    pub(crate) fn new(table: DocumentTable) -> Self {
        Self { table, near: Arc::default() }
    }

    /// The document that is asked for, as a text or by its digest. Where the table is away nothing is known: the client
    /// sends the whole.
    pub(crate) async fn find(&self, asked: &mut Asked, now: Timestamp) -> Result<Found, ServerError> {
        let named = named(&asked.extensions)?;
        match (asked.query.take(), named) {
            (Some(text), None) => Ok(Found { text: text.into(), new: None }),
            (Some(text), Some(digest)) if digest_of(&text) == digest => {
                let new = self.near(&digest).is_none().then_some(digest);
                Ok(Found { text: text.into(), new })
            }
            (Some(_), Some(_)) => Err(limit("persisted_query_mismatch", "provided sha does not match query")),
            (None, Some(digest)) => {
                let text = match self.near(&digest) {
                    Some(text) => Some(text),
                    None => self.far(&digest, now).await,
                };
                let text =
                    text.ok_or_else(|| limit("persisted_query_not_found", "PersistedQueryNotFound"))?;
                Ok(Found { text, new: None })
            }
            // A request without either is not well-formed.
            (None, None) => Err(limit("persisted_query_not_found", "PersistedQueryNotFound")),
        }
    }

    /// Keeps a document that was executed, if it came with its digest.
    pub(crate) async fn keep(&self, found: Found, now: Timestamp) {
        let Some(digest) = found.new else { return };
        if let Err(error) = self.table.keep(&digest, &found.text, now).await {
            tracing::warn!(%error, "a document is not kept");
        }
        self.remember(digest, found.text);
    }

    fn near(&self, digest: &str) -> Option<Arc<str>> {
        self.near.lock().unwrap_or_else(PoisonError::into_inner).get(digest).cloned()
    }

    async fn far(&self, digest: &str, now: Timestamp) -> Option<Arc<str>> {
        let found = self.table.find(digest, now).await;
        let found = found.inspect_err(|error| tracing::warn!(%error, "documents are away")).ok().flatten();
        let text: Arc<str> = found?.into();
        self.remember(digest.to_owned(), Arc::clone(&text));
        Some(text)
    }

    fn remember(&self, digest: String, text: Arc<str>) {
        let mut near = self.near.lock().unwrap_or_else(PoisonError::into_inner);
        if near.len() >= MAX_NEAR {
            near.clear();
        }
        near.insert(digest, text);
    }
}

/// The digest that a request names, in small letters.
fn named(extensions: &Map<String, Value>) -> Result<Option<String>, ServerError> {
    let Some(persisted) = extensions.get("persistedQuery") else { return Ok(None) };
    let digest = persisted["sha256Hash"].as_str().unwrap_or_default();
    let is_digest = digest.len() == 64 && digest.bytes().all(|byte| byte.is_ascii_hexdigit());
    if persisted["version"] == 1 && is_digest {
        return Ok(Some(digest.to_ascii_lowercase()));
    }
    Err(limit("persisted_query_not_supported", "PersistedQueryNotSupported"))
}

fn digest_of(text: &str) -> String {
    Sha256::digest(text.as_bytes()).iter().fold(String::new(), |hex, byte| hex + &format!("{byte:02x}"))
}
