//! `GET /bookings/{booking_id}/events`: the audit trail.

use axum::Json;
use axum::extract::State;
use domain::booking::BookingState;
use domain::ids::BookingId;
use jiff::Timestamp;
use serde::Serialize;
use services::bookings::events;
use store::bookings::{Event, EventActor};
use utoipa::ToSchema;
use uuid::Uuid;
use web::{App, Caller, Page, PathId, Problem};

/// One event of a booking's life.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct BookingEventView {
    /// When it happened.
    at: Timestamp,
    /// What happened.
    #[schema(example = "accept")]
    event: String,
    /// Who caused it: `guest`, `host`, `admin` or `system`.
    #[schema(example = "host")]
    actor: &'static str,
    /// The person, where it was one: of the host's people the one who did it, for the host's side alone.
    actor_id: Option<Uuid>,
    /// The state before; none where it was made.
    #[schema(value_type = Option<String>, example = "requested")]
    from_state: Option<BookingState>,
    /// The state after.
    #[schema(value_type = String, example = "confirmed")]
    to_state: BookingState,
    /// The reason that was given.
    reason: Option<String>,
}

impl From<Event> for BookingEventView {
    fn from(event: Event) -> Self {
        let actor = match event.actor {
            EventActor::Guest => "guest",
            EventActor::Host => "host",
            EventActor::Admin => "admin",
            EventActor::System => "system",
        };
        Self {
            at: event.at,
            event: event.event,
            actor,
            actor_id: event.actor_id.map(Into::into),
            from_state: event.from_state,
            to_state: event.to_state,
            reason: event.reason,
        }
    }
}

/// What happened to a booking, the oldest first.
#[utoipa::path(
    get, path = "/bookings/{booking_id}/events", tag = "bookings", operation_id = "list_booking_events",
    params(("booking_id" = uuid::Uuid, Path, description = "The booking")),
    responses((status = 200, description = "The whole trail", body = Page<BookingEventView>), web::Problems),
)]
pub(crate) async fn list_booking_events(
    State(app): State<App>,
    caller: Caller,
    PathId(booking_id): PathId<BookingId>,
) -> Result<Json<Page<BookingEventView>>, Problem> {
    let trail = events(app.ctx(), caller.user_id, booking_id).await?;
    let items = trail.into_iter().map(Into::into).collect();
    Ok(Json(Page { items, next_cursor: None }))
}
