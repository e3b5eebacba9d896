//! `POST /users/login`: begin a session.

use axum::Json;
use axum::extract::State;
use domain::user::EmailAddress;
use serde::Deserialize;
use services::Failure;
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
}

/// Sign in.
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
    let pair =
        services::users::login(state.app().ctx(), state.issuer().await?, &email, &login.password).await?;
    Ok(Json(pair.into()))
}
