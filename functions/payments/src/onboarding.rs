//! `POST` and `GET /payments/onboarding`: a host's account with the provider.

use axum::Json;
use axum::extract::{FromRequest, Request, State};
use axum::http::header::CONTENT_TYPE;
use domain::invalid::Invalid;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use store::host_accounts::Standing;
use web::{Caller, Problem, RawBody, ValidJson};

use crate::PaymentsState;

/// How much the optional body may have, in bytes.
const BODY_LIMIT: usize = 4 * 1024;

/// What the provider should know.
#[derive(Debug, Default, Deserialize, garde::Validate, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"country": "US"}))]
pub(crate) struct NewOnboarding {
    /// Where you live or your company is (ISO 3166-1 alpha-2); by default the country of your first listing, else US. It
    /// counts when the account is made and cannot be changed afterwards.
    #[serde(default)]
    #[garde(inner(length(bytes, min = 2, max = 2)))]
    #[schema(min_length = 2, max_length = 2, pattern = "^[A-Z]{2}$")]
    country: Option<String>,
}

/// Where you stand with the payment provider.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[schema(example = json!({
    "url": "https://connect.stripe.com/setup/e/acct_1/abc", "state": "restricted",
    "requirements": ["individual.id_number"], "due_at": "2026-06-15T00:00:00Z",
    "disabled_reason": "requirements.past_due",
}))]
pub(crate) struct Onboarding {
    /// The provider's page where you go on; short-lived, for you alone. Absent once you can be paid.
    #[schema(format = "uri", max_length = 2000)]
    url: Option<String>,
    /// Whether you can be paid: only while you are `enabled` are listings published, bookings paid for and requests
    /// accepted.
    #[schema(value_type = OnboardingState)]
    state: &'static str,
    /// What the provider wants of you now, in its own words, such as `individual.id_number`; its page asks for it.
    #[schema(max_items = 500, max_length = 500)]
    requirements: Vec<String>,
    /// Until when it wants that, if it says so.
    due_at: Option<Timestamp>,
    /// Why you cannot be paid, in the provider's word for it, such as `requirements.past_due`.
    #[schema(max_length = 200)]
    disabled_reason: Option<String>,
}

/// The states of a host's account, for the schema.
#[derive(utoipa::ToSchema)]
#[schema(rename_all = "snake_case")]
#[expect(dead_code, reason = "the schema of the store's type, which knows no HTTP")]
pub(crate) enum OnboardingState {
    Pending,
    Enabled,
    Restricted,
}

impl From<services::payments::Onboarding> for Onboarding {
    fn from(onboarding: services::payments::Onboarding) -> Self {
        let Standing { state, requirements, due_at, disabled_reason } = onboarding.standing;
        Self { url: onboarding.url, state: state.code(), requirements, due_at, disabled_reason }
    }
}

/// Get an account with the payment provider, or a new page to go on with it. The body may be left out.
#[utoipa::path(
    post, path = "/payments/onboarding", tag = "payments", operation_id = "begin_onboarding",
    request_body = Option<NewOnboarding>,
    responses((status = 200, description = "Where to go on", body = Onboarding), web::Problems),
)]
pub(crate) async fn begin_onboarding(
    State(state): State<PaymentsState>,
    caller: Caller,
    RawBody(body): RawBody<BODY_LIMIT>,
) -> Result<Json<Onboarding>, Problem> {
    let input = optional(body).await?;
    let country = input.country.map(|text| text.parse()).transpose();
    let country = country.map_err(|invalid: Invalid| invalid.refuse("/country"))?;
    let gateway = state.provider().gateway().await?;
    let ctx = state.app().ctx();
    let begun = services::payments::begin_onboarding(ctx, gateway, caller.user_id, country).await?;
    Ok(Json(begun.into()))
}

/// Reads a body that may be left out, by the rules of any other.
async fn optional(body: axum::body::Bytes) -> Result<NewOnboarding, Problem> {
    if body.iter().all(u8::is_ascii_whitespace) {
        return Ok(NewOnboarding::default());
    }
    let mut request = Request::new(body.into());
    request.headers_mut().insert(CONTENT_TYPE, axum::http::HeaderValue::from_static("application/json"));
    let ValidJson(input) = ValidJson::<NewOnboarding>::from_request(request, &()).await?;
    Ok(input)
}

/// Where you stand with the payment provider; 404 before the first POST.
#[utoipa::path(
    get, path = "/payments/onboarding", tag = "payments", operation_id = "get_onboarding",
    responses((status = 200, description = "Where you stand", body = Onboarding), web::Problems),
)]
pub(crate) async fn get_onboarding(
    State(state): State<PaymentsState>,
    caller: Caller,
) -> Result<Json<Onboarding>, Problem> {
    let gateway = state.provider().gateway().await?;
    let onboarding = services::payments::onboarding(state.app().ctx(), gateway, caller.user_id).await?;
    Ok(Json(onboarding.into()))
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn country(body: &'static str) -> Result<Option<String>, String> {
        let read = optional(axum::body::Bytes::from_static(body.as_bytes())).await;
        read.map(|input| input.country).map_err(|problem| problem.code().to_owned())
    }

    #[tokio::test]
    async fn the_body_may_be_left_out_but_not_be_wrong() {
        assert_eq!(country("").await, Ok(None));
        assert_eq!(country(" \n").await, Ok(None));
        assert_eq!(country("{}").await, Ok(None));
        assert_eq!(country(r#"{"country": "DE"}"#).await, Ok(Some("DE".to_owned())));
        assert_eq!(country(r#"{"country": "Germany"}"#).await, Err("validation_failed".to_owned()));
        assert_eq!(country(r#"{"land": "DE"}"#).await, Err("validation_failed".to_owned()));
        assert_eq!(country("{").await, Err("malformed_json".to_owned()));
    }
}
