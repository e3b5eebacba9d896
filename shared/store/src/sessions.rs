//! Sessions: families of refresh tokens, one item each, in DynamoDB.
//!
//! An item holds the digest of the one refresh token that is good. Rotation replaces it on the condition that it is
//! still the presented one, so of many parallel rotations one wins. A token that is not the good one was spent (or
//! stolen): its presenter loses the whole family. Expiry is compared on every read; the table's TTL only tidies up.
//!
//! Beside them each account has one item that names its sessions, for listing and ending them. It is an index: what it
//! names may be over, and a session that it lost track of is still ended by the instant that its account keeps.

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::operation::update_item::UpdateItemError;
use aws_sdk_dynamodb::primitives::Blob;
use aws_sdk_dynamodb::types::{AttributeValue, ReturnValue};
use domain::ids::{SessionId, UserId};
use jiff::Timestamp;

use crate::LazyClient;
use crate::dynamo::{DynamoError, number, text};

const TABLE: &str = "sessions";

/// A session that went on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Session {
    /// Which one.
    pub id: SessionId,
    /// Whose it is.
    pub user_id: UserId,
    /// When it began: at sign-in.
    pub started_at: Timestamp,
}

/// What became of a presented refresh token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Rotation {
    /// It was good; the session goes on with the next one.
    Rotated(Session),
    /// There is no such session (any more), or it has ended.
    Unknown,
    /// The session is there, but the token was spent before; the family was ended.
    Reused,
}

/// A session that goes on, with its end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed {
    /// The session.
    pub session: Session,
    /// When it ends, unless it is used before.
    pub expires_at: Timestamp,
}

/// Before a session's id in the item of its account.
const NAMED: &str = "s#";
/// More sessions than this are not kept for one account.
const MANY: usize = 60;

/// The table of sessions.
#[derive(Clone, Debug)]
pub struct SessionTable {
    client: LazyClient<Client>,
    table: String,
}

impl SessionTable {
    /// A handle; nothing is called until it is used.
    pub fn new(client: impl Into<LazyClient<Client>>, table: impl Into<String>) -> Self {
        Self { client: client.into(), table: table.into() }
    }

    /// Begins a session whose first refresh token has this digest.
    pub async fn start(
        &self,
        session: &Session,
        digest: &[u8],
        expires_at: Timestamp,
    ) -> Result<(), DynamoError> {
        self.remember(session, expires_at).await?;
        self.client
            .put_item()
            .table_name(&self.table)
            .item("pk", key(session.id))
            .item("user_id", text(session.user_id.to_string()))
            .item("started_at", number(session.started_at.as_millisecond()))
            .item("digest", AttributeValue::B(Blob::new(digest)))
            .item("expires_at", number(expires_at.as_second()))
            .send()
            .await
            .map(|_| ())
            .map_err(|error| DynamoError::from_sdk(&error))
    }

    /// Replaces the presented token by the next one, if it is the good one.
    pub async fn rotate(
        &self,
        id: SessionId,
        presented: &[u8],
        next: &[u8],
        now: Timestamp,
        expires_at: Timestamp,
    ) -> Result<Rotation, DynamoError> {
        let result = self
            .client
            .update_item()
            .table_name(&self.table)
            .key("pk", key(id))
            .update_expression("SET digest = :next, expires_at = :expires")
            .condition_expression("digest = :presented AND expires_at > :now")
            .expression_attribute_values(":next", AttributeValue::B(Blob::new(next)))
            .expression_attribute_values(":presented", AttributeValue::B(Blob::new(presented)))
            .expression_attribute_values(":expires", number(expires_at.as_second()))
            .expression_attribute_values(":now", number(now.as_second()))
            .return_values(ReturnValue::AllNew)
            .send()
            .await;
        match result {
            Ok(output) => {
                let item = output.attributes.unwrap_or_default();
                Ok(Rotation::Rotated(Session {
                    id,
                    user_id: read_user(&item)?,
                    started_at: read_instant(&item, "started_at")?,
                }))
            }
            Err(error)
                if error
                    .as_service_error()
                    .is_some_and(UpdateItemError::is_conditional_check_failed_exception) =>
            {
                self.end_reused(id, now).await
            }
            Err(error) => Err(DynamoError::from_sdk(&error)),
        }
    }

    /// Ends a session; one that is not there is ended already.
    pub async fn end(&self, id: SessionId) -> Result<(), DynamoError> {
        self.delete(id).await.map(|_| ())
    }

    /// The sessions of an account that go on, the latest first.
    pub async fn of_user(&self, user: UserId, now: Timestamp) -> Result<Vec<Listed>, DynamoError> {
        let mut listed = Vec::new();
        for id in self.named(user).await? {
            match self.find(id, now).await? {
                Some(session) if session.session.user_id == user => listed.push(session),
                _ => self.forget(user, id).await?,
            }
        }
        listed.sort_by_key(|listed| std::cmp::Reverse((listed.session.started_at, listed.session.id)));
        Ok(listed)
    }

    /// A session that goes on.
    pub async fn find(&self, id: SessionId, now: Timestamp) -> Result<Option<Listed>, DynamoError> {
        let output = self
            .client
            .get_item()
            .table_name(&self.table)
            .key("pk", key(id))
            .consistent_read(true)
            .send()
            .await
            .map_err(|error| DynamoError::from_sdk(&error))?;
        let Some(item) = output.item else { return Ok(None) };
        let expires_at = read_number(&item, "expires_at")?;
        if expires_at <= now.as_second() {
            return Ok(None);
        }
        let session =
            Session { id, user_id: read_user(&item)?, started_at: read_instant(&item, "started_at")? };
        let expires_at = Timestamp::from_second(expires_at)
            .map_err(|_| DynamoError::Inconsistent { table: TABLE, attribute: "expires_at" })?;
        Ok(Some(Listed { session, expires_at }))
    }

    /// Ends a session if it is this account's. Answers false where the account has no such session.
    pub async fn end_of(&self, user: UserId, id: SessionId, now: Timestamp) -> Result<bool, DynamoError> {
        let own = self.find(id, now).await?.is_some_and(|listed| listed.session.user_id == user);
        if own {
            self.end(id).await?;
            self.forget(user, id).await?;
        }
        Ok(own)
    }

    /// Ends every session that the account's item names, and the item.
    pub async fn end_all(&self, user: UserId) -> Result<(), DynamoError> {
        for id in self.named(user).await? {
            self.end(id).await?;
        }
        self.client
            .delete_item()
            .table_name(&self.table)
            .key("pk", user_key(user))
            .send()
            .await
            .map(|_| ())
            .map_err(|error| DynamoError::from_sdk(&error))
    }

    async fn named(&self, user: UserId) -> Result<Vec<SessionId>, DynamoError> {
        let output = self
            .client
            .get_item()
            .table_name(&self.table)
            .key("pk", user_key(user))
            .consistent_read(true)
            .send()
            .await
            .map_err(|error| DynamoError::from_sdk(&error))?;
        let item = output.item.unwrap_or_default();
        Ok(item.keys().filter_map(|name| name.strip_prefix(NAMED)?.parse().ok()).collect())
    }

    /// Names the session in the account's item, and takes out what is surely over where there are many.
    async fn remember(&self, session: &Session, expires_at: Timestamp) -> Result<(), DynamoError> {
        let named = self
            .client
            .update_item()
            .table_name(&self.table)
            .key("pk", user_key(session.user_id))
            .update_expression("SET #session = :started, expires_at = :expires")
            .expression_attribute_names("#session", format!("{NAMED}{}", session.id))
            .expression_attribute_values(":started", number(session.started_at.as_millisecond()))
            .expression_attribute_values(":expires", number(expires_at.as_second()))
            .return_values(ReturnValue::AllNew)
            .send()
            .await
            .map_err(|error| DynamoError::from_sdk(&error))?;
        let count = named.attributes.map_or(0, |item| item.len());
        if count > MANY {
            // Reading the list forgets what is over; of what is not, the oldest go: nobody uses so many devices.
            let listed = self.of_user(session.user_id, session.started_at).await?;
            for old in listed.into_iter().skip(MANY / 2) {
                self.end(old.session.id).await?;
                self.forget(session.user_id, old.session.id).await?;
            }
        }
        Ok(())
    }

    async fn forget(&self, user: UserId, id: SessionId) -> Result<(), DynamoError> {
        self.client
            .update_item()
            .table_name(&self.table)
            .key("pk", user_key(user))
            .update_expression("REMOVE #session")
            .expression_attribute_names("#session", format!("{NAMED}{id}"))
            .send()
            .await
            .map(|_| ())
            .map_err(|error| DynamoError::from_sdk(&error))
    }

    /// The token was not the good one: whoever holds the family now may be a thief, so it ends.
    async fn end_reused(&self, id: SessionId, now: Timestamp) -> Result<Rotation, DynamoError> {
        let Some(item) = self.delete(id).await? else { return Ok(Rotation::Unknown) };
        let live = read_number(&item, "expires_at")? > now.as_second();
        Ok(if live { Rotation::Reused } else { Rotation::Unknown })
    }

    async fn delete(&self, id: SessionId) -> Result<Option<Item>, DynamoError> {
        self.client
            .delete_item()
            .table_name(&self.table)
            .key("pk", key(id))
            .return_values(ReturnValue::AllOld)
            .send()
            .await
            .map(|output| output.attributes.filter(|item| !item.is_empty()))
            .map_err(|error| DynamoError::from_sdk(&error))
    }
}

type Item = std::collections::HashMap<String, AttributeValue>;

fn key(id: SessionId) -> AttributeValue {
    text(format!("session#{id}"))
}

fn user_key(id: UserId) -> AttributeValue {
    text(format!("user#{id}"))
}

fn read_user(item: &Item) -> Result<UserId, DynamoError> {
    item.get("user_id")
        .and_then(|value| value.as_s().ok())
        .and_then(|value| value.parse().ok())
        .ok_or(DynamoError::Inconsistent { table: TABLE, attribute: "user_id" })
}

fn read_number(item: &Item, attribute: &'static str) -> Result<i64, DynamoError> {
    item.get(attribute)
        .and_then(|value| value.as_n().ok())
        .and_then(|value| value.parse().ok())
        .ok_or(DynamoError::Inconsistent { table: TABLE, attribute })
}

fn read_instant(item: &Item, attribute: &'static str) -> Result<Timestamp, DynamoError> {
    Timestamp::from_millisecond(read_number(item, attribute)?)
        .map_err(|_| DynamoError::Inconsistent { table: TABLE, attribute })
}
