//! The answer of signing in and of refreshing.

use serde::Serialize;
use services::users::TokenPair;

/// A pair of tokens.
#[derive(Serialize, utoipa::ToSchema)]
#[schema(example = json!({"access_token": "eyJ…", "token_type": "Bearer", "expires_in": 900, "refresh_token": "AZ…"}))]
pub(crate) struct Tokens {
    /// For the `Authorization` header.
    #[schema(max_length = 4096)]
    access_token: String,
    /// Always `Bearer`.
    #[schema(max_length = 6)]
    token_type: &'static str,
    /// How long the access token is good, in seconds.
    #[schema(minimum = 1, maximum = 86400)]
    expires_in: i64,
    /// Good once, for the next pair.
    #[schema(max_length = 128)]
    refresh_token: String,
}

impl From<TokenPair> for Tokens {
    fn from(pair: TokenPair) -> Self {
        Self {
            access_token: pair.access_token,
            token_type: "Bearer",
            expires_in: pair.expires_in,
            refresh_token: pair.refresh_token,
        }
    }
}
