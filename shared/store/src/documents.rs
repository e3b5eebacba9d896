//! Documents that clients name by their digest: they lie among the kept answers, and live as long as they are asked for.

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::error::ProvideErrorMetadata as _;
use aws_sdk_dynamodb::types::{AttributeValue, ReturnValue};
use jiff::{SignedDuration, Timestamp};

use crate::LazyClient;
use crate::dynamo::{DynamoError, number, text};

/// How long a document is kept after it was last asked for.
const KEPT: SignedDuration = SignedDuration::from_hours(30 * 24);

/// The table of documents.
#[derive(Clone, Debug)]
pub struct DocumentTable {
    client: LazyClient<Client>,
    table: String,
}

impl DocumentTable {
    /// A handle; nothing is called until the first document.
    pub fn new(client: impl Into<LazyClient<Client>>, table: impl Into<String>) -> Self {
        Self { client: client.into(), table: table.into() }
    }

    /// The document of this digest, whose life begins anew.
    pub async fn find(&self, digest: &str, now: Timestamp) -> Result<Option<String>, DynamoError> {
        let result = self
            .client
            .update_item()
            .table_name(&self.table)
            .key("pk", text(key(digest)))
            .update_expression("SET expires_at = :until")
            .condition_expression("attribute_exists(pk) AND expires_at > :now")
            .expression_attribute_values(":until", number(until(now)))
            .expression_attribute_values(":now", number(now.as_second()))
            .return_values(ReturnValue::AllNew)
            .send()
            .await;
        let found = match result {
            Ok(found) => found,
            Err(error) => {
                let code = error.as_service_error().and_then(|error| error.code());
                return match code {
                    Some("ConditionalCheckFailedException") => Ok(None),
                    _ => Err(DynamoError::from_sdk(&error)),
                };
            }
        };
        match found.attributes().and_then(|item| item.get("document")) {
            Some(AttributeValue::S(document)) => Ok(Some(document.clone())),
            _ => Err(DynamoError::Inconsistent { table: "documents", attribute: "document" }),
        }
    }

    /// Keeps a document under its digest.
    pub async fn keep(&self, digest: &str, document: &str, now: Timestamp) -> Result<(), DynamoError> {
        let kept = self
            .client
            .put_item()
            .table_name(&self.table)
            .item("pk", text(key(digest)))
            .item("document", text(document))
            .item("expires_at", number(until(now)))
            .send()
            .await;
        kept.map(|_| ()).map_err(|error| DynamoError::from_sdk(&error))
    }
}

fn key(digest: &str) -> String {
    format!("document#{digest}")
}

fn until(now: Timestamp) -> i64 {
    now.as_second() + KEPT.as_secs()
}
