//! `POST /properties/{property_id}/quotes`: what a stay costs.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use domain::dates::Stay;
use domain::ids::PropertyId;
use domain::pricing::PromoCode;
use domain::refusal::Refusal;
use garde::Validate;
use jiff::civil::Date;
use serde::Deserialize;
use services::quotes::{QuoteDocument, QuoteRequest, create};
use utoipa::ToSchema;
use web::{App, Caller, PathId, Problem, ValidJson};

use crate::dto::quote::{GuestsDto, QuoteDto};

/// What a guest asks a price for.
#[derive(Debug, Deserialize, Validate, ToSchema)]
#[garde(allow_unvalidated)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"check_in": "2026-06-01", "check_out": "2026-06-06", "guests": {"adults": 2}}))]
pub(crate) struct NewQuote {
    /// The date of arrival, in the listing's zone.
    check_in: Date,
    /// The date of departure; one to 365 nights later.
    check_out: Date,
    /// The party.
    guests: GuestsDto,
    /// A promotion's code.
    #[serde(default)]
    #[schema(value_type = Option<String>, min_length = 3, max_length = 32)]
    promo_code: Option<PromoCode>,
}

impl NewQuote {
    fn parse(self) -> Result<QuoteRequest, Refusal> {
        let stay = Stay::new(self.check_in, self.check_out)?;
        Ok(QuoteRequest { stay, guests: self.guests.parse()?, promo_code: self.promo_code })
    }
}

/// Ask for a price.
///
/// The quote holds for a quarter of an hour and for the caller alone; a booking charges exactly its total. Nights that
/// are taken are 409 `dates_unavailable`, whose member `nights` names them as the calendar does, to the host with the
/// reasons; a rule that the stay breaks is 422 with the rule's code: `past_date`,
/// `over_capacity`, `pets_not_allowed`, `advance_notice`, `booking_window`, `closed_to_arrival`, `closed_to_departure`,
/// `min_nights`, `max_nights`, `invalid_dates`, `unknown_promo_code`, `promo_expired`, `promo_not_yet_valid`,
/// `promo_min_nights`. A promotion without a use left is 409 `promo_used_up`.
#[utoipa::path(
    post, path = "/properties/{property_id}/quotes", tag = "properties", operation_id = "create_quote",
    params(("property_id" = uuid::Uuid, Path, description = "The listing")),
    request_body = NewQuote,
    responses((status = 201, description = "The quote", body = QuoteDto), web::Problems),
)]
pub(crate) async fn create_quote(
    State(app): State<App>,
    caller: Caller,
    PathId(property_id): PathId<PropertyId>,
    ValidJson(input): ValidJson<NewQuote>,
) -> Result<Response, Problem> {
    let quote = create(app.ctx(), caller.user_id, property_id, input.parse()?).await?;
    Ok((StatusCode::CREATED, Json(QuoteDocument::from(&quote))).into_response())
}
