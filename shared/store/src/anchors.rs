//! Where the audit log's last entry is kept a second time: in DynamoDB, out of reach of whoever owns the database.
//!
//! The log's chain of hashes shows what was changed or taken out of its midst. Its last entries leave no gap when they are
//! taken off; only somebody elsewhere who has seen them knows. Item: `pk = "tail"` with `seq` and `hash` of the last entry
//! that was seen; it goes forward alone. For each day there is `pk = "day#<date>"` with the last entry seen on it.

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::error::SdkError;
use aws_sdk_dynamodb::operation::update_item::UpdateItemError;
use aws_sdk_dynamodb::types::AttributeValue;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde::Deserialize;

use crate::LazyClient;
use crate::dynamo::{DynamoError, number, text};

const TABLE: &str = "audit anchors";
const TAIL: &str = "tail";

/// An entry of the log, as somebody who saw it remembers it.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Anchor {
    /// Its place.
    pub seq: i64,
    /// Its hash, in hexadecimal digits: it seals all entries up to it.
    pub hash: String,
}

/// The table of anchors.
#[derive(Clone, Debug)]
pub struct AnchorTable {
    client: LazyClient<Client>,
    table: String,
}

impl AnchorTable {
    /// A handle; nothing is called until it is used.
    pub fn new(client: impl Into<LazyClient<Client>>, table: impl Into<String>) -> Self {
        Self { client: client.into(), table: table.into() }
    }

    /// The last entry that was seen; none before the first one.
    pub async fn tail(&self) -> Result<Option<Anchor>, DynamoError> {
        let output = self
            .client
            .get_item()
            .table_name(&self.table)
            .key("pk", text(TAIL))
            .consistent_read(true)
            .send()
            .await
            .map_err(|error| DynamoError::from_sdk(&error))?;
        let Some(item) = output.item else { return Ok(None) };
        let missing = |attribute| DynamoError::Inconsistent { table: TABLE, attribute };
        let seq = item.get("seq").and_then(|value| value.as_n().ok()).and_then(|seq| seq.parse().ok());
        let hash = item.get("hash").and_then(|value| value.as_s().ok()).cloned();
        Ok(Some(Anchor {
            seq: seq.ok_or_else(|| missing("seq"))?,
            hash: hash.ok_or_else(|| missing("hash"))?,
        }))
    }

    /// Remembers an entry, unless a later one is remembered.
    pub async fn remember(&self, anchor: &Anchor, now: Timestamp) -> Result<(), DynamoError> {
        let day = now.to_zoned(TimeZone::UTC).date();
        for key in [format!("day#{day}"), TAIL.to_owned()] {
            self.advance(&key, anchor, now).await?;
        }
        Ok(())
    }

    async fn advance(&self, key: &str, anchor: &Anchor, now: Timestamp) -> Result<(), DynamoError> {
        let result = self
            .client
            .update_item()
            .table_name(&self.table)
            .key("pk", text(key))
            .update_expression("SET seq = :seq, #hash = :hash, seen_at = :now")
            .condition_expression("attribute_not_exists(seq) OR seq < :seq")
            .expression_attribute_names("#hash", "hash")
            .expression_attribute_values(":seq", number(anchor.seq))
            .expression_attribute_values(":hash", AttributeValue::S(anchor.hash.clone()))
            .expression_attribute_values(":now", text(now.to_string()))
            .send()
            .await;
        match result {
            Ok(_) => Ok(()),
            Err(SdkError::ServiceError(error))
                if matches!(error.err(), UpdateItemError::ConditionalCheckFailedException(_)) =>
            {
                Ok(())
            }
            Err(error) => Err(DynamoError::from_sdk(&error)),
        }
    }
}
