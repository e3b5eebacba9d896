//! `POST` and `DELETE /users/me/mfa`, `POST /users/me/mfa/confirm`: a second factor.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use web::{App, Caller, Problem, ValidJson};

use crate::UsersState;

/// What an authenticator is given. It is shown this once.
#[derive(Serialize, utoipa::ToSchema)]
#[schema(example = json!({
    "secret": "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP",
    "otpauth_uri": "otpauth://totp/Innkeep:ada%40example.com?secret=JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP&issuer=Innkeep&algorithm=SHA1&digits=6&period=30"
}))]
pub(crate) struct NewSecondFactor {
    /// To type in, in base 32.
    #[schema(min_length = 32, max_length = 32, pattern = "^[A-Z2-7]{32}$")]
    secret: String,
    /// To scan.
    #[schema(format = "uri", max_length = 1024)]
    otpauth_uri: String,
}

/// A code that proves that the authenticator has the secret.
#[derive(Deserialize, garde::Validate, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"code": "492039"}))]
pub(crate) struct SecondFactorConfirmation {
    /// The present one, six digits.
    #[garde(length(bytes, min = 6, max = 6))]
    #[schema(min_length = 6, max_length = 6, pattern = "^[0-9]{6}$", write_only)]
    code: String,
}

/// For the day on which the authenticator is gone. They are shown this once.
#[derive(Serialize, utoipa::ToSchema)]
#[schema(example = json!({"recovery_codes": ["k7dm-3xqa-w2rt-hf5c"]}))]
pub(crate) struct RecoveryCodes {
    /// Each is good once, in place of a code.
    #[schema(max_items = 10)]
    recovery_codes: Vec<String>,
}

/// Begin a second factor.
///
/// It is asked for at sign-in once a code was confirmed; begun again before, the earlier secret is forgotten. It asks for
/// a session begun within 15 minutes.
#[utoipa::path(
    post, path = "/users/me/mfa", tag = "users", operation_id = "begin_mfa",
    responses((status = 200, description = "The secret", body = NewSecondFactor), web::Problems),
)]
pub(crate) async fn begin_mfa(
    State(state): State<UsersState>,
    caller: Caller,
) -> Result<Json<NewSecondFactor>, Problem> {
    let issuer = state.issuer().await?;
    let factor =
        services::users::begin_mfa(state.app().ctx(), &issuer, caller.user_id, caller.session_id).await?;
    Ok(Json(NewSecondFactor { secret: factor.secret, otpauth_uri: factor.uri }))
}

/// Confirm the second factor.
#[utoipa::path(
    post, path = "/users/me/mfa/confirm", tag = "users", operation_id = "confirm_mfa",
    request_body = SecondFactorConfirmation,
    responses((status = 200, description = "It is asked for from now on", body = RecoveryCodes), web::Problems),
)]
pub(crate) async fn confirm_mfa(
    State(app): State<App>,
    caller: Caller,
    ValidJson(confirmation): ValidJson<SecondFactorConfirmation>,
) -> Result<Json<RecoveryCodes>, Problem> {
    let recovery_codes = services::users::confirm_mfa(app.ctx(), caller.user_id, &confirmation.code).await?;
    Ok(Json(RecoveryCodes { recovery_codes }))
}

/// Take the second factor away. It asks for a session begun within 15 minutes.
#[utoipa::path(
    delete, path = "/users/me/mfa", tag = "users", operation_id = "remove_mfa",
    responses((status = 204, description = "Signing in asks for the password alone"), web::Problems),
)]
pub(crate) async fn remove_mfa(
    State(state): State<UsersState>,
    caller: Caller,
) -> Result<StatusCode, Problem> {
    let issuer = state.issuer().await?;
    services::users::remove_mfa(state.app().ctx(), &issuer, caller.user_id, caller.session_id).await?;
    Ok(StatusCode::NO_CONTENT)
}
