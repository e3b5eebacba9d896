//! `POST /users/me/email` and `/confirm`: another address.

use axum::extract::State;
use axum::http::StatusCode;
use domain::user::EmailAddress;
use serde::Deserialize;
use web::{App, Caller, Problem, ValidJson};

use crate::UsersState;

/// The address that the account is to have.
#[derive(Deserialize, garde::Validate, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"email": "ada@new.example.com"}))]
pub(crate) struct NewAddress {
    /// A mail with a token goes to it.
    #[garde(length(bytes, min = 3, max = 254))]
    #[schema(format = "email", min_length = 3, max_length = 254)]
    email: String,
}

/// The token from the mail to the new address.
#[derive(Deserialize, garde::Validate, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"token": "kq3N…"}))]
pub(crate) struct AddressConfirmation {
    /// As it stands in the mail.
    #[garde(length(bytes, min = 1, max = 128))]
    #[schema(min_length = 1, max_length = 128, write_only)]
    token: String,
}

/// Ask for another address.
///
/// A token goes to it, and word of it to the present one, which stays until the token comes back. The answer is the same
/// whether or not the address has an account. It asks for a session begun within 15 minutes.
#[utoipa::path(
    post, path = "/users/me/email", tag = "users", operation_id = "request_email_change",
    request_body = NewAddress,
    responses((status = 202, description = "Mails are on their way"), web::Problems),
)]
pub(crate) async fn request_email_change(
    State(state): State<UsersState>,
    caller: Caller,
    ValidJson(wanted): ValidJson<NewAddress>,
) -> Result<StatusCode, Problem> {
    let email: EmailAddress =
        wanted.email.parse().map_err(|invalid: domain::invalid::Invalid| invalid.refuse("/email"))?;
    let ctx = state.app().ctx();
    let issuer = state.issuer().await?;
    services::users::ask_email_change(ctx, &issuer, caller.user_id, caller.session_id, &email).await?;
    Ok(StatusCode::ACCEPTED)
}

/// Confirm the new address. A token is good once, for an hour, and for the last address that was asked for.
#[utoipa::path(
    post, path = "/users/me/email/confirm", tag = "users", operation_id = "confirm_email_change",
    request_body = AddressConfirmation,
    security(()),
    responses((status = 204, description = "The account has the new address"), web::Problems),
)]
pub(crate) async fn confirm_email_change(
    State(app): State<App>,
    ValidJson(confirmation): ValidJson<AddressConfirmation>,
) -> Result<StatusCode, Problem> {
    services::users::confirm_email_change(app.ctx(), &confirmation.token).await?;
    Ok(StatusCode::NO_CONTENT)
}
