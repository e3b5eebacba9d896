//! `POST /messages/threads`: begin a conversation.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::LOCATION;
use axum::response::IntoResponse;
use serde::Deserialize;
use services::messages::start;
use store::threads::About;
use uuid::Uuid;
use web::{App, Caller, IdempotencyKey, Problem, ValidJson};

use crate::dto::Message;
use crate::post::words;

/// The first words, about a listing or about a booking.
#[derive(Debug, Deserialize, garde::Validate, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "property_id": "0199b2a0-0000-7000-8000-000000000002", "text": "Is the house quiet at night?"
}))]
pub(crate) struct NewThread {
    /// The listing that a guest asks about.
    #[garde(skip)]
    property_id: Option<Uuid>,
    /// Or the booking that either side writes about.
    #[garde(skip)]
    booking_id: Option<Uuid>,
    /// The words.
    #[garde(length(chars, min = 1, max = 4000))]
    #[schema(min_length = 1, max_length = 4000)]
    text: String,
}

impl NewThread {
    fn about(&self) -> Result<About, Problem> {
        match (self.property_id, self.booking_id) {
            (Some(id), None) => Ok(About::Property(id.into())),
            (None, Some(id)) => Ok(About::Booking(id.into())),
            _ => Err(Problem::invalid(
                "/property_id",
                "one_subject_required",
                "Give exactly one of property_id and booking_id.",
            )),
        }
    }
}

/// Ask about a listing on the market, or write about a booking of yours.
///
/// There is one conversation about each booking, and for each guest one about each listing before any: where it has
/// begun, this goes on with it.
#[utoipa::path(
    post, path = "/messages/threads", tag = "messages", operation_id = "start_thread",
    params(("Idempotency-Key" = String, Header, description = "A fresh one for each new intent")),
    request_body = NewThread,
    responses(
        (status = 201, description = "The message as it is shown, with its conversation", body = Message,
         headers(("Location" = String))),
        web::Problems,
    ),
)]
pub(crate) async fn start_thread(
    State(app): State<App>,
    caller: Caller,
    _key: IdempotencyKey,
    ValidJson(first): ValidJson<NewThread>,
) -> Result<impl IntoResponse, Problem> {
    let (about, text) = (first.about()?, words(&first.text)?);
    let message = Message::from(start(app.ctx(), caller.user_id, about, &text).await?);
    let location = [(LOCATION, format!("/messages/threads/{}", message.thread_id))];
    Ok((StatusCode::CREATED, location, Json(message)))
}
