//! One transaction's view of the books.

use rusqlite::{Connection, OptionalExtension, params};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::error::ApiError;
use crate::events::Event;
use crate::provider::Provider;

/// A kind of object in the books.
pub(crate) trait Record: Serialize + DeserializeOwned {
    /// The provider's name of the kind, such as `payment_intent`.
    const KIND: &'static str;

    fn id(&self) -> &str;

    /// Unix seconds.
    fn created(&self) -> i64;

    /// When time itself changes the object, in Unix milliseconds.
    fn due_ms(&self) -> Option<i64> {
        None
    }

    /// The object as the API shows it; `url` is where the provider serves.
    fn view(&self, url: &str) -> Value;

    /// Puts the object that `path` names in the place of its id; answers whether there is such a path.
    fn expand(&self, _desk: &Desk<'_>, _path: &str, _view: &mut Value) -> Result<bool, ApiError> {
        Ok(false)
    }
}

/// What an operation works with: the transaction, the instant, and who asks.
#[derive(Debug)]
pub(crate) struct Desk<'a> {
    pub(crate) provider: &'a Provider,
    pub(crate) db: &'a Connection,
    /// Unix milliseconds.
    pub(crate) now_ms: i64,
    /// The id and the idempotency key of the request that is worked on, if one is.
    pub(crate) request: Option<(String, Option<String>)>,
}

impl<'a> Desk<'a> {
    /// A desk for work that no request asked for.
    pub(crate) fn unasked(provider: &'a Provider, db: &'a Connection) -> Self {
        Self { provider, db, now_ms: provider.now_ms(), request: None }
    }

    /// Unix seconds.
    pub(crate) fn now(&self) -> i64 {
        self.now_ms.div_euclid(1000)
    }

    pub(crate) fn view<R: Record>(&self, record: &R) -> Value {
        record.view(self.provider.url())
    }

    /// The object as the API shows it, with what is named in the place of its id.
    pub(crate) fn expanded<R: Record>(&self, record: &R, paths: &[String]) -> Result<Value, ApiError> {
        let mut view = self.view(record);
        for path in paths {
            if !record.expand(self, path, &mut view)? {
                let message = format!("This property cannot be expanded ({path}).");
                return Err(ApiError::parameter("expand", "parameter_unknown", message));
            }
        }
        Ok(view)
    }

    pub(crate) fn insert<R: Record>(&self, record: &R) -> Result<(), ApiError> {
        self.db
            .prepare_cached(
                "INSERT INTO records (id, kind, created, due_ms, doc) VALUES (?1, ?2, ?3, ?4, ?5)",
            )?
            .execute(params![
                record.id(),
                R::KIND,
                record.created(),
                record.due_ms(),
                serde_json::to_string(record)?
            ])?;
        Ok(())
    }

    pub(crate) fn update<R: Record>(&self, record: &R) -> Result<(), ApiError> {
        self.db
            .prepare_cached("UPDATE records SET due_ms = ?2, doc = ?3 WHERE id = ?1")?
            .execute(params![record.id(), record.due_ms(), serde_json::to_string(record)?])?;
        Ok(())
    }

    /// The object of that kind and id.
    pub(crate) fn find<R: Record>(&self, id: &str) -> Result<Option<R>, ApiError> {
        let doc: Option<String> = self
            .db
            .prepare_cached("SELECT doc FROM records WHERE id = ?1 AND kind = ?2")?
            .query_row(params![id, R::KIND], |row| row.get(0))
            .optional()?;
        Ok(doc.map(|doc| serde_json::from_str(&doc)).transpose()?)
    }

    /// The object of that kind and id, or 404; `param` is the parameter that named it.
    pub(crate) fn get<R: Record>(&self, id: &str, param: &str) -> Result<R, ApiError> {
        self.find(id)?.ok_or_else(|| ApiError::missing(R::KIND, id, param))
    }

    /// The objects of that kind whose instant has come.
    pub(crate) fn due<R: Record>(&self) -> Result<Vec<R>, ApiError> {
        let mut statement = self
            .db
            .prepare_cached("SELECT doc FROM records WHERE due_ms <= ?1 AND kind = ?2 ORDER BY due_ms")?;
        let docs = statement.query_map(params![self.now_ms, R::KIND], |row| row.get::<_, String>(0))?;
        docs.map(|doc| Ok(serde_json::from_str(&doc?)?)).collect()
    }

    /// All objects of that kind, oldest first.
    pub(crate) fn all<R: Record>(&self) -> Result<Vec<R>, ApiError> {
        let mut statement = self.db.prepare_cached("SELECT doc FROM records WHERE kind = ?1 ORDER BY seq")?;
        let docs = statement.query_map([R::KIND], |row| row.get::<_, String>(0))?;
        docs.map(|doc| Ok(serde_json::from_str(&doc?)?)).collect()
    }

    /// Records an event of `kind` about `object`, and the webhooks it causes.
    pub(crate) fn emit(&self, kind: &str, object: Value) -> Result<(), ApiError> {
        let event = Event {
            id: self.provider.new_id("evt"),
            kind: kind.to_owned(),
            created: self.now(),
            object,
            request: self.request.clone(),
        };
        self.insert(&event)?;
        let (copies, late_ms) = self.provider.faults.deliveries();
        let due_ms = self.now_ms.saturating_add_unsigned(late_ms);
        for _ in 0..copies {
            self.enqueue(&event.id, due_ms)?;
        }
        Ok(())
    }

    /// Has an event delivered from `due_ms` on.
    pub(crate) fn enqueue(&self, event: &str, due_ms: i64) -> Result<(), ApiError> {
        self.db
            .prepare_cached("INSERT INTO deliveries (event, due_ms) VALUES (?1, ?2)")?
            .execute(params![event, due_ms])?;
        Ok(())
    }
}
