//! `POST /bookings/{booking_id}/modifications`: propose other dates or another party.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::IntoResponse;
use domain::guests::Guests;
use domain::ids::BookingId;
use domain::refusal::{Refusal, RefusalClass};
use garde::Validate;
use jiff::civil::Date;
use serde::Deserialize;
use services::modifications::{Wanted, propose};
use utoipa::ToSchema;
use web::{App, Caller, IdempotencyKey, PathId, Problem, ValidJson};

use super::ModificationView;

/// The party that is wanted.
#[derive(Clone, Copy, Debug, Deserialize, Validate, ToSchema)]
#[garde(allow_unvalidated)]
#[schema(as = ModifiedGuests)]
#[serde(deny_unknown_fields)]
pub(crate) struct GuestsInput {
    /// 13 years and older.
    #[schema(minimum = 1, maximum = 50)]
    adults: u8,
    /// 2 to 12 years.
    #[serde(default)]
    #[schema(maximum = 50)]
    children: u8,
    /// Under 2 years.
    #[serde(default)]
    #[schema(maximum = 10)]
    infants: u8,
    /// Animals.
    #[serde(default)]
    #[schema(maximum = 10)]
    pets: u8,
}

impl GuestsInput {
    fn parse(self) -> Result<Guests, Refusal> {
        Guests::new(self.adults, self.children, self.infants, self.pets).map_err(|mut errors| {
            for error in &mut errors {
                error.pointer.insert_str(0, "/guests");
            }
            let detail = "Some fields are wrong; errors names each of them.";
            Refusal { errors, ..Refusal::new(RefusalClass::Rule, "validation_failed", detail) }
        })
    }
}

/// What is to change; what is absent stays as it is.
#[derive(Debug, Deserialize, Validate, ToSchema)]
#[garde(allow_unvalidated)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"check_out": "2026-06-09", "guests": {"adults": 3}}))]
pub(crate) struct NewModification {
    /// Another date of arrival.
    #[serde(default)]
    check_in: Option<Date>,
    /// Another date of departure. At least one of the booked nights stays.
    #[serde(default)]
    check_out: Option<Date>,
    /// Another party.
    #[serde(default)]
    guests: Option<GuestsInput>,
    /// The provider's token of the card that a difference is charged to; the booking's own if absent. For the guest.
    #[serde(default)]
    #[garde(inner(length(bytes, min = 4, max = 200), custom(is_token)))]
    #[schema(min_length = 4, max_length = 200, pattern = "^pm_[A-Za-z0-9_]+$", example = "pm_card_visa")]
    payment_method: Option<String>,
}

/// A card's number is digits: it must never get as far as the database.
#[expect(clippy::trivially_copy_pass_by_ref, reason = "the validator calls it so")]
fn is_token(text: &str, (): &()) -> garde::Result {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    match text.strip_prefix("pm_") {
        Some(rest) if !rest.is_empty() && rest.bytes().all(allowed) => Ok(()),
        _ => Err(garde::Error::new("is not a token of the payment provider, such as pm_card_visa")),
    }
}

/// Propose a modification of a booking.
///
/// The other side accepts or declines it. Nights that stay keep their price, added ones cost what they cost today, and
/// those that are given up fall under the booking's cancellation policy; the answer says the difference. It stands for 24
/// hours, or until the policy's next deadline where nights are given up.
#[utoipa::path(
    post, path = "/bookings/{booking_id}/modifications", tag = "bookings", operation_id = "propose_modification",
    params(
        ("booking_id" = uuid::Uuid, Path, description = "The booking"),
        ("Idempotency-Key" = String, Header, description = "One key for each intent"),
    ),
    request_body = NewModification,
    responses((status = 201, description = "The modification", body = ModificationView), web::Problems),
)]
pub(crate) async fn propose_modification(
    State(app): State<App>,
    caller: Caller,
    _key: IdempotencyKey,
    PathId(booking_id): PathId<BookingId>,
    ValidJson(input): ValidJson<NewModification>,
) -> Result<impl IntoResponse, Problem> {
    let wanted = Wanted {
        check_in: input.check_in,
        check_out: input.check_out,
        guests: input.guests.map(GuestsInput::parse).transpose()?,
        payment_method: input.payment_method,
    };
    let made = propose(app.ctx(), caller.user_id, booking_id, &wanted).await?;
    Ok((StatusCode::CREATED, Json(ModificationView::from(made))))
}
