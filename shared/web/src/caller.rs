//! Who is calling, proved by a bearer token (RFC 6750, RFC 9068).

use axum::extract::{FromRef, FromRequestParts};
use domain::ids::{SessionId, UserId};
use http::header::AUTHORIZATION;
use http::request::Parts;
use http::{Extensions, HeaderMap, StatusCode};
use services::tokens::{Role, TokenError};

use crate::app::App;
use crate::problem::Problem;
use crate::request::LogSlot;

/// Who is calling. As an extractor it answers 401 where that is not proved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Caller {
    /// The person.
    pub user_id: UserId,
    /// The sign-in that the token belongs to.
    pub session_id: SessionId,
    /// What they may do beyond their own things.
    pub role: Role,
    /// When the token was issued, in seconds of the Unix epoch.
    pub(crate) issued_at: i64,
}

impl Caller {
    /// Whether the caller is a member of the staff.
    pub fn is_admin(&self) -> bool {
        self.role == Role::Admin
    }
}

/// Who is calling, if anyone says so. A token that is sent and not believed is still 401.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OptionalCaller(pub Option<Caller>);

/// A member of the staff; anyone else gets 403.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AdminCaller(pub Caller);

impl<S> FromRequestParts<S> for Caller
where
    App: FromRef<S>,
    S: Send + Sync,
{
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let app = App::from_ref(state);
        identify(&app, &parts.headers, &mut parts.extensions).await?.ok_or_else(|| {
            Problem::unauthenticated(
                "unauthenticated",
                "Send Authorization: Bearer with an access token.",
                "Bearer",
            )
        })
    }
}

impl<S> FromRequestParts<S> for OptionalCaller
where
    App: FromRef<S>,
    S: Send + Sync,
{
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let app = App::from_ref(state);
        identify(&app, &parts.headers, &mut parts.extensions).await.map(Self)
    }
}

impl<S> FromRequestParts<S> for AdminCaller
where
    App: FromRef<S>,
    S: Send + Sync,
{
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let caller = Caller::from_request_parts(parts, state).await?;
        if caller.is_admin() {
            return Ok(Self(caller));
        }
        Err(Problem::new(StatusCode::FORBIDDEN, "admin_only", "This operation is for the staff.")
            .not_started())
    }
}

/// The caller, from the header or from what an earlier layer found out.
pub(crate) async fn identify(
    app: &App,
    headers: &HeaderMap,
    extensions: &mut Extensions,
) -> Result<Option<Caller>, Problem> {
    if let Some(caller) = extensions.get::<Caller>() {
        return Ok(Some(*caller));
    }
    let Some(token) = bearer(headers)? else { return Ok(None) };
    let claims = app.verify(token).await?.map_err(|error| not_believed(&error))?;
    let caller =
        Caller { user_id: claims.sub, session_id: claims.sid, role: claims.role, issued_at: claims.iat };
    if let Some(slot) = extensions.get::<LogSlot>() {
        slot.user_id.get_or_init(|| caller.user_id);
    }
    extensions.insert(caller);
    Ok(Some(caller))
}

fn bearer(headers: &HeaderMap) -> Result<Option<&str>, Problem> {
    let mut values = headers.get_all(AUTHORIZATION).iter();
    let Some(value) = values.next() else { return Ok(None) };
    let text = value.to_str().ok().filter(|_| values.next().is_none());
    let token = text
        .and_then(|text| text.split_once(' '))
        .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"));
    match token {
        Some((_, token)) => Ok(Some(token.trim())),
        None => Err(invalid_token()),
    }
}

fn not_believed(error: &TokenError) -> Problem {
    tracing::info!(reason = %error, "a token is not believed");
    match error {
        TokenError::Expired => Problem::unauthenticated(
            "token_expired",
            "The access token has expired. Get a new one with the refresh token.",
            "Bearer error=\"invalid_token\"",
        ),
        _ => invalid_token(),
    }
}

pub(crate) fn invalid_token() -> Problem {
    Problem::unauthenticated(
        "invalid_token",
        "The access token is not valid. Sign in again.",
        "Bearer error=\"invalid_token\"",
    )
}
