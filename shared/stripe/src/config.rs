//! What the adapter is told at start.

use std::fmt;
use std::time::Duration;

/// The version of the API that the adapter was written against; it is sent with every call, so that the account's own default does
/// not matter.
pub const API_VERSION: &str = "2025-09-30.clover";

/// A text that must not be seen: its `Debug` says nothing.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// Wraps a secret.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The secret itself; never to be logged.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Secret(…)")
    }
}

/// How to reach Stripe.
#[derive(Clone, Debug)]
pub struct StripeConfig {
    /// `https://api.stripe.com`; plain `http://` only to this machine.
    pub api_base: String,
    /// The secret or restricted API key.
    pub api_key: Secret,
    /// Sent as `Stripe-Version`; normally [`API_VERSION`].
    pub api_version: String,
    /// How long a connection may take to be made.
    pub connect_timeout: Duration,
    /// How long one attempt may take in all.
    pub attempt_timeout: Duration,
    /// How long a call may take in all, attempts and pauses together.
    pub deadline: Duration,
    /// How many times a call is sent again at most.
    pub retries: u32,
    /// The pause before the first repetition; doubled each time, up to 2 s, with jitter.
    pub first_pause: Duration,
    /// Where a guest comes back to from authenticating a payment.
    pub payment_return_url: String,
    /// Where a host comes back to from the onboarding.
    pub onboarding_return_url: String,
    /// Where a host is sent whose onboarding link no longer works; it should lead to a new one.
    pub onboarding_refresh_url: String,
}

impl StripeConfig {
    /// The settings for production; `public_url` is where this system is reached, without a slash at the end.
    pub fn new(api_key: Secret, public_url: &str) -> Self {
        Self {
            api_base: "https://api.stripe.com".to_owned(),
            api_key,
            api_version: API_VERSION.to_owned(),
            connect_timeout: Duration::from_secs(3),
            attempt_timeout: Duration::from_secs(10),
            deadline: Duration::from_secs(25),
            retries: 2,
            first_pause: Duration::from_millis(250),
            payment_return_url: format!("{public_url}/payments/"),
            onboarding_return_url: format!("{public_url}/payments/onboarding/"),
            onboarding_refresh_url: format!("{public_url}/payments/onboarding/"),
        }
    }

    /// Refuses what would send the key in the clear or cannot be sent at all.
    pub(crate) fn check(&self) -> Result<(), ConfigError> {
        let url = reqwest::Url::parse(&self.api_base).map_err(|_| ConfigError::ApiBase)?;
        let loopback = matches!(url.host_str(), Some("127.0.0.1" | "localhost" | "[::1]"));
        if url.scheme() != "https" && !(url.scheme() == "http" && loopback) {
            return Err(ConfigError::ApiBase);
        }
        let key = self.api_key.expose();
        if key.is_empty() || !key.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(ConfigError::ApiKey);
        }
        Ok(())
    }
}

/// The adapter cannot work with these settings.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ConfigError {
    /// The base URL is malformed or would send the key in the clear.
    #[error("the payment provider's base URL must be https, or http to this machine")]
    ApiBase,
    /// The API key is empty or malformed.
    #[error("the payment provider's API key is empty or malformed")]
    ApiKey,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_do_not_show() {
        let config = StripeConfig::new(Secret::new("sk_live_hidden"), "https://stay.example");
        assert!(!format!("{config:?}").contains("hidden"));
    }

    #[test]
    fn the_key_never_travels_in_the_clear() {
        let mut config = StripeConfig::new(Secret::new("sk_test_1"), "https://stay.example");
        for (base, taken) in [
            ("https://api.stripe.com", true),
            ("http://127.0.0.1:4242", true),
            ("http://localhost:4242", true),
            ("http://api.stripe.com", false),
            ("http://127.0.0.1.example.com", false),
            ("ftp://127.0.0.1", false),
            ("api.stripe.com", false),
        ] {
            base.clone_into(&mut config.api_base);
            assert_eq!(config.check().is_ok(), taken, "{base}");
        }
    }
}
