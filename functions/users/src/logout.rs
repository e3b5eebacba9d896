//! `POST /users/logout`: end one session or all of them.

use axum::extract::State;
use axum::http::StatusCode;
use serde::Deserialize;
use services::Failure;
use web::caller::OptionalCaller;
use web::{Problem, ValidJson};

use crate::UsersState;

/// What to end: either a session by its refresh token, or all sessions of the caller.
#[derive(Deserialize, garde::Validate, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"refresh_token": "AZ…"}))]
pub(crate) struct Logout {
    /// The refresh token of the session to end.
    #[garde(inner(length(bytes, max = 128)))]
    #[schema(max_length = 128, write_only)]
    refresh_token: Option<String>,
    /// End every session of the caller; needs an access token.
    #[garde(skip)]
    #[serde(default)]
    all: bool,
}

/// Sign out.
#[utoipa::path(
    post, path = "/users/logout", tag = "users", operation_id = "logout",
    request_body = Logout,
    security(("bearer" = []), ()),
    responses((status = 204, description = "The session is over"), web::Problems),
)]
pub(crate) async fn logout(
    State(state): State<UsersState>,
    OptionalCaller(caller): OptionalCaller,
    ValidJson(logout): ValidJson<Logout>,
) -> Result<StatusCode, Problem> {
    match (logout.refresh_token, logout.all, caller) {
        (Some(token), false, _) => services::users::logout(&*state.issuer().await?, &token).await?,
        (None, true, Some(caller)) => {
            services::users::logout_everywhere(state.app().ctx(), caller.user_id).await?;
            state.app().end_tokens(caller.user_id, false).await?;
        }
        (None, true, None) => {
            return Err(Failure::unauthenticated(
                "unauthenticated",
                "Send an access token to end all sessions.",
            )
            .into());
        }
        _ => {
            return Err(Problem::invalid(
                "/refresh_token",
                "one_of_required",
                "Give either refresh_token or \"all\": true.",
            ));
        }
    }
    Ok(StatusCode::NO_CONTENT)
}
