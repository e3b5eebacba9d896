//! `POST /properties`: make a listing.

use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::LOCATION;
use axum::response::{IntoResponse, Response};
use services::properties::{Created, create};
use web::dto::listing::{CreateProperty, of_body};
use web::media::Media;
use web::{App, Caller, Problem, ValidJson};

use crate::dto::property::PropertyDto;
use crate::get::answer;

/// Make a listing.
///
/// It is a draft until it is published. With a `source_ref` that one of the caller's listings has, that listing is
/// answered as it is with status 200, so that an import may be repeated.
#[utoipa::path(
    post, path = "/properties", tag = "properties", operation_id = "create_property",
    request_body = CreateProperty,
    responses(
        (status = 201, description = "A new draft", body = PropertyDto,
         headers(("ETag" = String), ("Location" = String))),
        (status = 200, description = "The listing that has this source_ref already", body = PropertyDto,
         headers(("ETag" = String), ("Location" = String))),
        web::Problems,
    ),
)]
pub(crate) async fn create_property(
    State(app): State<App>,
    State(media): State<Media>,
    caller: Caller,
    ValidJson(input): ValidJson<CreateProperty>,
) -> Result<Response, Problem> {
    let (status, property) =
        match create(app.ctx(), caller.user_id, &input.parse()?).await.map_err(of_body)? {
            Created::New(property) => (StatusCode::CREATED, property),
            Created::Existing(property) => (StatusCode::OK, property),
        };
    let location = [(LOCATION, format!("/properties/{}", property.id))];
    Ok((status, location, answer(&media, property).await?).into_response())
}
