//! `PATCH /bookings/{booking_id}`: what the guest adds after booking.

use axum::extract::State;
use axum::response::Response;
use domain::dates::TimeOfDay;
use domain::ids::BookingId;
use domain::text::{Line, Prose};
use serde::Deserialize;
use services::bookings::{DetailsChange, Edit, change_details};
use web::{App, Caller, IfMatch, PathId, Problem, ValidJson};

use crate::view::{BookingView, answer};

/// What to change; absent members stay as they are, `null` takes a value away.
#[derive(Debug, Deserialize, garde::Validate, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"guest_names": ["Ada King"], "arrival_time": "17:30", "notes": null}))]
pub(crate) struct UpdateBooking {
    /// Who comes, by name; at most as many as were booked.
    #[garde(inner(length(max = 110)))]
    #[schema(schema_with = guest_names)]
    guest_names: Option<Vec<Line<1, 100>>>,
    /// When you will arrive, by the clock there.
    #[serde(default)]
    #[garde(skip)]
    #[schema(value_type = Option<String>, pattern = "^[0-9]{2}:[0-9]{2}$", example = "17:30")]
    arrival_time: Edit<TimeOfDay>,
    /// What the host should know.
    #[serde(default)]
    #[garde(skip)]
    #[schema(value_type = Option<String>, max_length = 2000)]
    notes: Edit<Prose<1, 2000>>,
}

/// The schema of a list of names: the bounds of an item cannot be said beside the field.
fn guest_names() -> utoipa::openapi::schema::Array {
    use utoipa::openapi::schema::{ArrayBuilder, ObjectBuilder, SchemaType, Type};

    let name = ObjectBuilder::new().schema_type(Type::String).min_length(Some(1)).max_length(Some(100));
    ArrayBuilder::new()
        .schema_type(SchemaType::Array(vec![Type::Array, Type::Null]))
        .description(Some("Who comes, by name; at most as many as were booked."))
        .items(name)
        .max_items(Some(110))
        .build()
}

/// Name the guests, the time of arrival, and what the host should know.
#[utoipa::path(
    patch, path = "/bookings/{booking_id}", tag = "bookings", operation_id = "update_booking",
    params(
        ("booking_id" = uuid::Uuid, Path, description = "The booking"),
        ("If-Match" = String, Header, description = "The ETag that was read"),
    ),
    request_body = UpdateBooking,
    responses((status = 200, description = "The booking", body = BookingView, headers(("ETag" = String))), web::Problems),
)]
pub(crate) async fn update_booking(
    State(app): State<App>,
    caller: Caller,
    PathId(booking_id): PathId<BookingId>,
    if_match: IfMatch,
    ValidJson(input): ValidJson<UpdateBooking>,
) -> Result<Response, Problem> {
    let UpdateBooking { guest_names, arrival_time, notes } = input;
    let change = DetailsChange { guest_names, arrival_time, notes };
    let booking = change_details(app.ctx(), caller.user_id, booking_id, if_match.expected()?, change).await?;
    answer(&app, caller.user_id, &booking)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn null_takes_away_and_absence_leaves() {
        let read = |text: &str| serde_json::from_str::<UpdateBooking>(text).unwrap();
        assert_eq!(read("{}").arrival_time, Edit::Keep);
        assert_eq!(read(r#"{"arrival_time": null}"#).arrival_time, Edit::Clear);
        assert_eq!(read(r#"{"arrival_time": "17:30"}"#).arrival_time, Edit::Set("17:30".parse().unwrap()));
        assert!(serde_json::from_str::<UpdateBooking>(r#"{"arrival_time": "25:00"}"#).is_err());
        assert!(serde_json::from_str::<UpdateBooking>(r#"{"state": "confirmed"}"#).is_err());
    }
}
