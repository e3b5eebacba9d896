//! `POST /users`: make an account.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::IntoResponse;
use domain::dates::Zone;
use domain::refusal::{FieldError, Refusal, RefusalClass};
use domain::user::{EmailAddress, Locale, Password};
use serde::{Deserialize, Serialize};
use services::users::{Registration, register};
use web::{App, Problem, ValidJson};

/// What a person gives to register.
#[derive(Debug, Deserialize, garde::Validate, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"email": "ada@example.com", "password": "correct-horse-battery-staple", "name": "Ada Lovelace"}))]
pub(crate) struct NewAccount {
    /// Where mail goes and how the account is found.
    #[garde(length(bytes, min = 3, max = 254))]
    #[schema(format = "email", min_length = 3, max_length = 254)]
    email: String,
    /// At least 15 characters (NIST SP 800-63B-4), nothing that is guessed first; no rules of composition.
    #[garde(length(bytes, max = 256))]
    #[schema(format = "password", min_length = 15, max_length = 128, write_only)]
    password: String,
    /// As shown to others; before a booking is confirmed they see its first word.
    #[garde(length(chars, min = 1, max = 100))]
    #[schema(min_length = 1, max_length = 100)]
    name: String,
    /// The language of mails (BCP 47); English if absent.
    #[garde(inner(length(bytes, max = 35)))]
    #[schema(min_length = 2, max_length = 35, example = "fr-CA")]
    locale: Option<String>,
    /// The zone of times in mails (IANA); UTC if absent.
    #[garde(inner(length(bytes, max = 64)))]
    #[schema(min_length = 1, max_length = 64, example = "America/New_York")]
    time_zone: Option<String>,
}

/// The answer to a registration, whether or not the address was free.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct RegistrationAccepted {
    status: VerificationStatus,
}

/// What happens next.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum VerificationStatus {
    /// A mail is on its way to the address.
    VerificationSent,
}

impl NewAccount {
    /// Parses every field, and names every one that is wrong.
    fn parse(self) -> Result<Registration, Refusal> {
        let mut errors = Vec::new();
        let email = keep(self.email.parse::<EmailAddress>(), "/email", &mut errors);
        let password = keep(Password::new(self.password), "/password", &mut errors);
        let name = keep(self.name.parse(), "/name", &mut errors);
        let locale =
            keep(parse_or_default(self.locale.as_deref(), Locale::default()), "/locale", &mut errors);
        let time_zone =
            keep(parse_or_default(self.time_zone.as_deref(), Zone::UTC), "/time_zone", &mut errors);
        match (email, password, name, locale, time_zone) {
            (Some(email), Some(password), Some(name), Some(locale), Some(time_zone)) => {
                Ok(Registration { email, password, name, locale, time_zone })
            }
            _ => Err(invalid_fields(errors)),
        }
    }
}

/// The parsed value, or its reason among the errors.
pub(crate) fn keep<T>(
    parsed: Result<T, domain::invalid::Invalid>,
    pointer: &str,
    errors: &mut Vec<FieldError>,
) -> Option<T> {
    parsed.map_err(|invalid| errors.push(invalid.at(pointer))).ok()
}

/// A refusal that names several fields.
pub(crate) fn invalid_fields(errors: Vec<FieldError>) -> Refusal {
    Refusal { errors, ..Refusal::new(RefusalClass::Rule, "validation_failed", "Some fields are not valid.") }
}

fn parse_or_default<T: std::str::FromStr>(text: Option<&str>, default: T) -> Result<T, T::Err> {
    text.map_or(Ok(default), str::parse)
}

/// Register.
///
/// The answer and its time are the same whether or not the address has an account: its owner learns the difference
/// by mail. The mail to a new address carries a token for `POST /users/verify`, good once and for a day.
#[utoipa::path(
    post, path = "/users", tag = "users", operation_id = "register_user",
    request_body = NewAccount,
    security(()),
    responses((status = 202, description = "A mail is on its way", body = RegistrationAccepted), web::Problems),
)]
pub(crate) async fn register_user(
    State(app): State<App>,
    ValidJson(account): ValidJson<NewAccount>,
) -> Result<impl IntoResponse, Problem> {
    register(app.ctx(), &account.parse()?).await?;
    Ok((StatusCode::ACCEPTED, Json(RegistrationAccepted { status: VerificationStatus::VerificationSent })))
}
