//! Answers to requests that carry an `Idempotency-Key`, so that a repeated request is answered and not done again.
//!
//! An item begins as `in_progress` under a lock that ends by itself, so that a function that dies in the middle does
//! not leave the key stuck, and becomes `done` with the answer. Expiry is compared with the clock at every read:
//! DynamoDB's TTL deletes days late. Where money or nights move, a UNIQUE in PostgreSQL is the truth behind this.

use std::collections::HashMap;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::operation::put_item::PutItemError;
use aws_sdk_dynamodb::primitives::Blob;
use aws_sdk_dynamodb::types::{AttributeValue, ReturnValuesOnConditionCheckFailure};
use jiff::Timestamp;

use crate::LazyClient;
use crate::documents::DocumentTable;
use crate::dynamo::{DynamoError, number, text, took_place};

type Item = HashMap<String, AttributeValue>;

/// How long a dead request's item may stay until TTL removes it, in seconds.
const ABANDONED_SECONDS: i64 = 86_400;

/// A request that wants to be done once.
#[derive(Clone, Debug)]
pub struct Attempt {
    /// Digest of caller, method, route and key: whose key it is.
    pub scope: String,
    /// Digest of the request itself: the same key must come with the same request.
    pub fingerprint: String,
    /// Random; tells this attempt from one that took over after it.
    pub owner: String,
    /// The present instant.
    pub now: Timestamp,
    /// When another attempt may take over, should this one die.
    pub locked_until: Timestamp,
}

/// An answer as it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredAnswer {
    /// The HTTP status.
    pub status: u16,
    /// The headers that belong to the answer, by lower-case name.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Vec<u8>,
}

/// What is known of a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Begun {
    /// Nothing: the request may go on, under the lock.
    Started,
    /// The same request is being worked on until this instant at the latest.
    InFlight {
        /// When its lock ends.
        until: Timestamp,
    },
    /// The key came with another request before.
    OtherRequest,
    /// The same request has been answered.
    Answered(StoredAnswer),
}

/// The table of answers.
#[derive(Clone, Debug)]
pub struct IdempotencyTable {
    client: LazyClient<Client>,
    table: String,
}

impl IdempotencyTable {
    /// A handle; nothing is called until the first attempt.
    pub fn new(client: impl Into<LazyClient<Client>>, table: impl Into<String>) -> Self {
        Self { client: client.into(), table: table.into() }
    }

    /// The documents that lie in the same table.
    pub fn documents(&self) -> DocumentTable {
        DocumentTable::new(self.client.clone(), &self.table)
    }

    /// Takes the key for an attempt, or says what is known of it.
    pub async fn begin(&self, attempt: &Attempt) -> Result<Begun, DynamoError> {
        let result = self
            .client
            .put_item()
            .table_name(&self.table)
            .item("pk", text(&attempt.scope))
            .item("state", text("in_progress"))
            .item("fingerprint", text(&attempt.fingerprint))
            .item("owner", text(&attempt.owner))
            .item("locked_until_ms", number(attempt.locked_until.as_millisecond()))
            .item("expires_at", number(attempt.now.as_second() + ABANDONED_SECONDS))
            .condition_expression(
                "attribute_not_exists(pk) OR expires_at <= :now OR \
                 (#state = :in_progress AND locked_until_ms <= :now_ms AND fingerprint = :fingerprint)",
            )
            .expression_attribute_names("#state", "state")
            .expression_attribute_values(":now", number(attempt.now.as_second()))
            .expression_attribute_values(":now_ms", number(attempt.now.as_millisecond()))
            .expression_attribute_values(":in_progress", text("in_progress"))
            .expression_attribute_values(":fingerprint", text(&attempt.fingerprint))
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld)
            .send()
            .await;
        match result {
            Ok(_) => Ok(Begun::Started),
            Err(error) => match error.as_service_error() {
                Some(PutItemError::ConditionalCheckFailedException(failed)) => {
                    known(failed.item().unwrap_or(&Item::new()), &attempt.fingerprint)
                }
                _ => Err(DynamoError::from_sdk(&error)),
            },
        }
    }

    /// Keeps the answer until `expires_at`. Nothing happens when another attempt has taken over.
    pub async fn complete(
        &self,
        attempt: &Attempt,
        answer: &StoredAnswer,
        expires_at: Timestamp,
    ) -> Result<(), DynamoError> {
        let headers = answer.headers.iter().map(|(name, value)| (name.clone(), text(value))).collect();
        let result = self
            .client
            .put_item()
            .table_name(&self.table)
            .item("pk", text(&attempt.scope))
            .item("state", text("done"))
            .item("fingerprint", text(&attempt.fingerprint))
            .item("status", number(i64::from(answer.status)))
            .item("headers", AttributeValue::M(headers))
            .item("body", AttributeValue::B(Blob::new(answer.body.as_slice())))
            .item("expires_at", number(expires_at.as_second()))
            .condition_expression("#owner = :owner")
            .expression_attribute_names("#owner", "owner")
            .expression_attribute_values(":owner", text(&attempt.owner))
            .send()
            .await;
        took_place(result).map(|_| ())
    }

    /// Forgets the attempt, so that the key may be used again at once.
    pub async fn release(&self, attempt: &Attempt) -> Result<(), DynamoError> {
        let result = self
            .client
            .delete_item()
            .table_name(&self.table)
            .key("pk", text(&attempt.scope))
            .condition_expression("#owner = :owner")
            .expression_attribute_names("#owner", "owner")
            .expression_attribute_values(":owner", text(&attempt.owner))
            .send()
            .await;
        took_place(result).map(|_| ())
    }
}

fn known(item: &Item, fingerprint: &str) -> Result<Begun, DynamoError> {
    if string(item, "fingerprint")? != fingerprint {
        return Ok(Begun::OtherRequest);
    }
    if string(item, "state")? == "in_progress" {
        let until = Timestamp::from_millisecond(integer(item, "locked_until_ms")?)
            .map_err(|_| inconsistent("locked_until_ms"))?;
        return Ok(Begun::InFlight { until });
    }
    let status = u16::try_from(integer(item, "status")?).map_err(|_| inconsistent("status"))?;
    let Some(AttributeValue::M(map)) = item.get("headers") else {
        return Err(inconsistent("headers"));
    };
    let Some(AttributeValue::B(body)) = item.get("body") else {
        return Err(inconsistent("body"));
    };
    let mut headers: Vec<_> = map
        .iter()
        .filter_map(|(name, value)| value.as_s().ok().map(|value| (name.clone(), value.clone())))
        .collect();
    headers.sort();
    Ok(Begun::Answered(StoredAnswer { status, headers, body: body.as_ref().to_vec() }))
}

fn string<'a>(item: &'a Item, attribute: &'static str) -> Result<&'a str, DynamoError> {
    item.get(attribute)
        .and_then(|value| value.as_s().ok())
        .map(String::as_str)
        .ok_or_else(|| inconsistent(attribute))
}

fn integer(item: &Item, attribute: &'static str) -> Result<i64, DynamoError> {
    item.get(attribute)
        .and_then(|value| value.as_n().ok())
        .and_then(|digits| digits.parse().ok())
        .ok_or_else(|| inconsistent(attribute))
}

fn inconsistent(attribute: &'static str) -> DynamoError {
    DynamoError::Inconsistent { table: "idempotency", attribute }
}
