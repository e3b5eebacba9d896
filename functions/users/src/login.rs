//! `POST /users/login`: begin a session.

use axum::Json;
use axum::extract::State;
use domain::user::EmailAddress;
use serde::Deserialize;
use services::Failure;
use services::users::Credential;
use web::{Problem, ValidJson};

use crate::UsersState;
use crate::tokens::Tokens;

/// Who signs in.
#[derive(Deserialize, garde::Validate, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"email": "ada@example.com", "password": "correct-horse-battery-staple"}))]
pub(crate) struct Login {
    /// The account's address.
    #[garde(length(bytes, max = 254))]
    #[schema(format = "email", max_length = 254)]
    email: String,
    /// The account's password.
    #[garde(length(bytes, max = 256))]
    #[schema(format = "password", max_length = 256, write_only)]
    password: String,
    /// A code of the account's authenticator, or one of its recovery codes; where it has a second factor.
    #[garde(inner(length(bytes, max = 64)))]
    #[schema(max_length = 64, write_only)]
    totp: Option<String>,
}

/// Sign in.
///
/// Where the account has a second factor, 401 `mfa_required` asks for it after the right password. Too many attempts for
/// one address are 429; a new password by mail is always possible, and ends the wait.
#[utoipa::path(
    post, path = "/users/login", tag = "users", operation_id = "login",
    request_body = Login,
    security(()),
    responses((status = 200, description = "A session has begun", body = Tokens), web::Problems),
)]
pub(crate) async fn login(
    State(state): State<UsersState>,
    ValidJson(login): ValidJson<Login>,
) -> Result<Json<Tokens>, Problem> {
    // A text that is no address has no account; it is answered like one.
    let email: EmailAddress = login.email.parse().map_err(|_| {
        Failure::unauthenticated("invalid_credentials", "The address or the password is not right.")
    })?;
    let credential = Credential { email: &email, password: &login.password, code: login.totp.as_deref() };
    let pair = services::users::login(state.app().ctx(), &*state.issuer().await?, &credential).await?;
    Ok(Json(pair.into()))
}
