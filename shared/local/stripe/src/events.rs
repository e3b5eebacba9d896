//! Events: `/v1/events`.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::desk::{Desk, Record};
use crate::error::ApiError;
use crate::form::Form;
use crate::list::{Filter, list};
use crate::route::Reply;

/// The version that events are rendered in; also what the adapter pins.
pub(crate) const API_VERSION: &str = "2025-09-30.clover";

/// Something that happened.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Event {
    pub(crate) id: String,
    pub(crate) kind: String,
    pub(crate) created: i64,
    /// The object as it was then.
    pub(crate) object: Value,
    pub(crate) request: Option<(String, Option<String>)>,
}

impl Record for Event {
    const KIND: &'static str = "event";

    fn id(&self) -> &str {
        &self.id
    }

    fn created(&self) -> i64 {
        self.created
    }

    fn view(&self, _url: &str) -> Value {
        let request = match &self.request {
            Some((id, key)) => json!({ "id": id, "idempotency_key": key }),
            None => json!({ "id": null, "idempotency_key": null }),
        };
        json!({
            "id": self.id,
            "object": "event",
            "api_version": API_VERSION,
            "created": self.created,
            "data": { "object": self.object },
            "livemode": false,
            "pending_webhooks": 1,
            "request": request,
            "type": self.kind,
        })
    }
}

/// `GET /v1/events/{id}`
pub(crate) fn retrieve(desk: &Desk<'_>, id: &str, form: Form) -> Result<Reply, ApiError> {
    form.finish()?;
    Ok(Reply::ok(desk.view(&desk.get::<Event>(id, "id")?)))
}

/// `GET /v1/events`: by `type`, `types[]`, `created` and cursor.
pub(crate) fn index(desk: &Desk<'_>, mut form: Form) -> Result<Reply, ApiError> {
    let mut kinds = form.list("types");
    kinds.extend(form.take("type"));
    let filters = if kinds.is_empty() { vec![] } else { vec![Filter { field: "kind", any_of: kinds }] };
    list::<Event>(desk, form, "/v1/events", &filters)
}
