//! The keys that every function may read: public keys of access tokens, and the key that signs cursors.
//!
//! Items: `pk = "jwk#<kid>"` with `jwk` (the text of a public JWK) and, once another key signs, `ends_at` (in seconds), and `pk = "cursor"` with `key` (bytes). The table
//! holds a handful of items, so one scan loads it.

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::primitives::Blob;
use aws_sdk_dynamodb::types::AttributeValue;
use jiff::Timestamp;

use crate::LazyClient;
use crate::dynamo::{DynamoError, number, text, took_place};

/// The `pk` of the cursors' key.
const CURSOR: &str = "cursor";

/// All keys of the table.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct KeyRing {
    /// The texts of the public JWKs that have not ended, ordered by key id.
    pub jwks: Vec<String>,
    /// The key that signs cursors, if it has been made.
    pub cursor_key: Option<Vec<u8>>,
}

/// The table of keys.
#[derive(Clone, Debug)]
pub struct KeyTable {
    client: LazyClient<Client>,
    table: String,
}

impl KeyTable {
    /// A handle; nothing is called until the first load.
    pub fn new(client: impl Into<LazyClient<Client>>, table: impl Into<String>) -> Self {
        Self { client: client.into(), table: table.into() }
    }

    /// Reads all keys; those that have ended by `now` are left out.
    pub async fn load(&self, now: Timestamp) -> Result<KeyRing, DynamoError> {
        let mut jwks = Vec::new();
        let mut cursor_key = None;
        let mut start = None;
        loop {
            let page = self
                .client
                .scan()
                .table_name(&self.table)
                .consistent_read(true)
                .set_exclusive_start_key(start)
                .send()
                .await
                .map_err(|error| DynamoError::from_sdk(&error))?;
            for item in page.items() {
                let pk = item.get("pk").and_then(|value| value.as_s().ok());
                match pk.map(String::as_str) {
                    Some(CURSOR) => cursor_key = Some(bytes(item.get("key"))?),
                    Some(pk) if pk.starts_with("jwk#") && has_ended(item.get("ends_at"), now)? => {}
                    Some(pk) if pk.starts_with("jwk#") => jwks.push((pk.to_owned(), jwk(item.get("jwk"))?)),
                    _ => {}
                }
            }
            start = page.last_evaluated_key;
            if start.is_none() {
                break;
            }
        }
        jwks.sort();
        Ok(KeyRing { jwks: jwks.into_iter().map(|(_, jwk)| jwk).collect(), cursor_key })
    }

    /// Makes a public key known.
    pub async fn put_jwk(&self, kid: &str, jwk: &str) -> Result<(), DynamoError> {
        self.client
            .put_item()
            .table_name(&self.table)
            .item("pk", text(format!("jwk#{kid}")))
            .item("jwk", text(jwk))
            .send()
            .await
            .map(|_| ())
            .map_err(|error| DynamoError::from_sdk(&error))
    }

    /// Sets the end of every public key but `kid`'s. An end that is set already stays.
    pub async fn end_others(&self, kid: &str, ends_at: Timestamp) -> Result<(), DynamoError> {
        let keys = self
            .client
            .scan()
            .table_name(&self.table)
            .consistent_read(true)
            .projection_expression("pk")
            .filter_expression("begins_with(pk, :jwk) AND pk <> :this AND attribute_not_exists(ends_at)")
            .expression_attribute_values(":jwk", text("jwk#"))
            .expression_attribute_values(":this", text(format!("jwk#{kid}")))
            .into_paginator()
            .items()
            .send()
            .try_collect()
            .await
            .map_err(|error| DynamoError::from_sdk(&error))?;
        for pk in keys.into_iter().filter_map(|mut item| item.remove("pk")) {
            let result = self
                .client
                .update_item()
                .table_name(&self.table)
                .key("pk", pk)
                .update_expression("SET ends_at = :at")
                .expression_attribute_values(":at", number(ends_at.as_second()))
                .condition_expression("attribute_exists(pk) AND attribute_not_exists(ends_at)")
                .send()
                .await;
            took_place(result)?;
        }
        Ok(())
    }

    /// Makes the cursors' key, unless there is one already: then that one stays.
    pub async fn put_cursor_key_if_absent(&self, key: &[u8]) -> Result<(), DynamoError> {
        let result = self
            .client
            .put_item()
            .table_name(&self.table)
            .item("pk", text(CURSOR))
            .item("key", AttributeValue::B(Blob::new(key)))
            .condition_expression("attribute_not_exists(pk)")
            .send()
            .await;
        took_place(result).map(|_| ())
    }
}

fn bytes(value: Option<&AttributeValue>) -> Result<Vec<u8>, DynamoError> {
    match value {
        Some(AttributeValue::B(blob)) => Ok(blob.as_ref().to_vec()),
        _ => Err(DynamoError::Inconsistent { table: "keys", attribute: "key" }),
    }
}

fn has_ended(value: Option<&AttributeValue>, now: Timestamp) -> Result<bool, DynamoError> {
    let Some(value) = value else { return Ok(false) };
    let second = value.as_n().ok().and_then(|text| text.parse::<i64>().ok());
    let second = second.ok_or(DynamoError::Inconsistent { table: "keys", attribute: "ends_at" })?;
    Ok(second <= now.as_second())
}

fn jwk(value: Option<&AttributeValue>) -> Result<String, DynamoError> {
    match value {
        Some(AttributeValue::S(text)) => Ok(text.clone()),
        _ => Err(DynamoError::Inconsistent { table: "keys", attribute: "jwk" }),
    }
}
