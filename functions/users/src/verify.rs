//! `POST /users/verify`: prove an address.

use axum::extract::State;
use axum::http::StatusCode;
use serde::Deserialize;
use web::{App, Problem, ValidJson};

/// The token from the mail.
#[derive(Deserialize, garde::Validate, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"token": "kq3N…"}))]
pub(crate) struct Verification {
    /// As it stands in the mail.
    #[garde(length(bytes, min = 1, max = 128))]
    #[schema(min_length = 1, max_length = 128, write_only)]
    token: String,
}

/// Prove that an address is yours. A token is good once, for a day.
#[utoipa::path(
    post, path = "/users/verify", tag = "users", operation_id = "verify_email",
    request_body = Verification,
    security(()),
    responses((status = 204, description = "The address is proved"), web::Problems),
)]
pub(crate) async fn verify_email(
    State(app): State<App>,
    ValidJson(verification): ValidJson<Verification>,
) -> Result<StatusCode, Problem> {
    services::users::verify_email(app.ctx(), &verification.token).await?;
    Ok(StatusCode::NO_CONTENT)
}
