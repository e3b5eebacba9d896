//! `POST /users/password-reset` and `/confirm`: choose a new password by mail.

use axum::extract::State;
use axum::http::StatusCode;
use domain::user::{EmailAddress, Password};
use serde::Deserialize;
use web::{App, Problem, ValidJson};

use crate::UsersState;

/// Whose password.
#[derive(Deserialize, garde::Validate, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"email": "ada@example.com"}))]
pub(crate) struct ResetRequest {
    /// The account's address.
    #[garde(length(bytes, min = 3, max = 254))]
    #[schema(format = "email", min_length = 3, max_length = 254)]
    email: String,
}

/// The new password and the proof.
#[derive(Deserialize, garde::Validate, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"token": "kq3N…", "password": "another-horse-another-battery"}))]
pub(crate) struct ResetConfirmation {
    /// As it stands in the mail.
    #[garde(length(bytes, min = 1, max = 128))]
    #[schema(min_length = 1, max_length = 128, write_only)]
    token: String,
    /// The new password, by the rules for an account's first one.
    #[garde(length(bytes, max = 256))]
    #[schema(format = "password", min_length = 15, max_length = 128, write_only)]
    password: String,
}

/// Ask for a mail to choose a new password. The answer is the same whether or not the address has an account.
#[utoipa::path(
    post, path = "/users/password-reset", tag = "users", operation_id = "request_password_reset",
    request_body = ResetRequest,
    security(()),
    responses((status = 202, description = "A mail is on its way, if there is such an account"), web::Problems),
)]
pub(crate) async fn request_password_reset(
    State(app): State<App>,
    ValidJson(request): ValidJson<ResetRequest>,
) -> Result<StatusCode, Problem> {
    let email: EmailAddress =
        request.email.parse().map_err(|invalid: domain::invalid::Invalid| invalid.refuse("/email"))?;
    services::users::request_reset(app.ctx(), &email).await?;
    Ok(StatusCode::ACCEPTED)
}

/// Choose a new password. Every session ends.
#[utoipa::path(
    post, path = "/users/password-reset/confirm", tag = "users", operation_id = "confirm_password_reset",
    request_body = ResetConfirmation,
    security(()),
    responses((status = 204, description = "The password is changed"), web::Problems),
)]
pub(crate) async fn confirm_password_reset(
    State(state): State<UsersState>,
    ValidJson(confirmation): ValidJson<ResetConfirmation>,
) -> Result<StatusCode, Problem> {
    let password = Password::new(confirmation.password).map_err(|invalid| invalid.refuse("/password"))?;
    let (ctx, issuer) = (state.app().ctx(), state.issuer().await?);
    let owner = services::users::confirm_reset(ctx, &issuer, &confirmation.token, &password).await?;
    // The mail's token is spent by now.
    state.app().try_end_tokens(owner, false).await;
    Ok(StatusCode::NO_CONTENT)
}
