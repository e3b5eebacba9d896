//! `GET` and `PATCH /users/me`: the caller's own profile.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::IntoResponse;
use domain::dates::Zone;
use domain::refusal::Refusal;
use domain::user::{DisplayName, Locale};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use services::users::{change_profile, own_profile};
use store::users::{ProfileChange, User};
use uuid::Uuid;
use web::{App, Caller, ETag, IfMatch, Problem, ValidJson};

use crate::UsersState;
use crate::register::{invalid_fields, keep};

/// An account as its owner sees it.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct Profile {
    /// The account.
    id: Uuid,
    /// Where mail goes.
    #[schema(format = "email", max_length = 254)]
    email: String,
    /// As shown to others.
    #[schema(max_length = 100)]
    name: String,
    /// The language of mails.
    #[schema(max_length = 35)]
    locale: String,
    /// The zone of times in mails.
    #[schema(max_length = 64)]
    time_zone: String,
    /// Whether the address is proved.
    email_verified: bool,
    /// The address that the account is to have, until the mail to it is answered.
    #[schema(format = "email", max_length = 254)]
    pending_email: Option<String>,
    /// Whether signing in asks for a second factor.
    mfa_enabled: bool,
    /// When the account was made.
    created_at: Timestamp,
}

impl From<User> for Profile {
    fn from(user: User) -> Self {
        Self {
            id: user.id.into(),
            email: user.email,
            name: user.name,
            locale: user.locale,
            time_zone: user.time_zone,
            email_verified: user.email_verified_at.is_some(),
            pending_email: user.pending_email,
            mfa_enabled: user.mfa,
            created_at: user.created_at,
        }
    }
}

/// What to change; absent members stay as they are.
#[derive(Debug, Deserialize, garde::Validate, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"name": "Ada King", "time_zone": "Europe/London"}))]
pub(crate) struct ProfileUpdate {
    /// As shown to others.
    #[garde(inner(length(chars, min = 1, max = 100)))]
    #[schema(min_length = 1, max_length = 100)]
    name: Option<String>,
    /// The language of mails (BCP 47).
    #[garde(inner(length(bytes, max = 35)))]
    #[schema(min_length = 2, max_length = 35)]
    locale: Option<String>,
    /// The zone of times in mails (IANA).
    #[garde(inner(length(bytes, max = 64)))]
    #[schema(min_length = 1, max_length = 64)]
    time_zone: Option<String>,
}

/// The update with every field parsed.
struct Parsed {
    name: Option<DisplayName>,
    locale: Option<Locale>,
    time_zone: Option<Zone>,
}

impl ProfileUpdate {
    fn parse(&self) -> Result<Parsed, Refusal> {
        let mut errors = Vec::new();
        let name = self.name.as_deref().and_then(|text| keep(text.parse(), "/name", &mut errors));
        let locale = self.locale.as_deref().and_then(|text| keep(text.parse(), "/locale", &mut errors));
        let time_zone =
            self.time_zone.as_deref().and_then(|text| keep(text.parse(), "/time_zone", &mut errors));
        if errors.is_empty() { Ok(Parsed { name, locale, time_zone }) } else { Err(invalid_fields(errors)) }
    }
}

/// Your own profile.
#[utoipa::path(
    get, path = "/users/me", tag = "users", operation_id = "get_me",
    responses((status = 200, description = "The profile", body = Profile, headers(("ETag" = String))), web::Problems),
)]
pub(crate) async fn get_me(State(app): State<App>, caller: Caller) -> Result<impl IntoResponse, Problem> {
    let user = own_profile(app.ctx(), caller.user_id).await?;
    Ok((ETag::version(user.version), Json(Profile::from(user))))
}

/// Have your account erased.
///
/// What no law asks to keep is forgotten at once: name, addresses, words, listings' streets, and every way in. What money
/// and stays leave behind stays under an id that leads to nobody. It asks for a session begun within 15 minutes, and is
/// refused while stays are booked or under way.
#[utoipa::path(
    delete, path = "/users/me", tag = "users", operation_id = "delete_me",
    responses((status = 204, description = "The account is erased"), web::Problems),
)]
pub(crate) async fn delete_me(
    State(state): State<UsersState>,
    caller: Caller,
) -> Result<StatusCode, Problem> {
    let issuer = state.issuer().await?;
    services::users::erase(state.app().ctx(), &issuer, caller.user_id, caller.session_id).await?;
    // Nobody is left to ask again.
    state.app().try_end_tokens(caller.user_id, true).await;
    Ok(StatusCode::NO_CONTENT)
}

/// Change your own profile.
#[utoipa::path(
    patch, path = "/users/me", tag = "users", operation_id = "update_me",
    params(("If-Match" = Option<String>, Header, description = "The ETag that was read; absent changes any version")),
    request_body = ProfileUpdate,
    responses((status = 200, description = "The profile", body = Profile, headers(("ETag" = String))), web::Problems),
)]
pub(crate) async fn update_me(
    State(app): State<App>,
    caller: Caller,
    if_match: Option<IfMatch>,
    ValidJson(update): ValidJson<ProfileUpdate>,
) -> Result<impl IntoResponse, Problem> {
    let version = if_match.map(IfMatch::expected).transpose()?.flatten();
    let parsed = update.parse()?;
    let change = ProfileChange {
        name: parsed.name.as_ref().map(DisplayName::as_str),
        locale: parsed.locale.as_ref().map(Locale::as_str),
        time_zone: parsed.time_zone.as_ref().map(Zone::name),
    };
    let user = change_profile(app.ctx(), caller.user_id, version, &change).await?;
    Ok((ETag::version(user.version), Json(Profile::from(user))))
}
