//! Sending: one call, its attempts, its deadline.

use std::sync::OnceLock;
use std::time::Duration;

use domain::clock::SharedClock;
use domain::random::SharedEntropy;
use reqwest::header::{HeaderMap, RETRY_AFTER};
use reqwest::{Method, Response};
use serde::de::DeserializeOwned;
use services::gateway::{GatewayError, IdempotencyKey};
use tokio::time::{Instant, sleep, timeout_at};

use crate::config::{ConfigError, StripeConfig};
use crate::failure::{CallError, Verdict, judge, rejected};
use crate::tls::http_client;

/// The longest pause between attempts that is not asked for by the provider.
const LONGEST_PAUSE: Duration = Duration::from_secs(2);

/// The provider's answer is not what it is known to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Unreadable;

/// Stripe's HTTP API. Cheap to make: the connection and the roots come with the first call.
#[derive(Debug)]
pub struct StripeClient {
    pub(crate) config: StripeConfig,
    pub(crate) clock: SharedClock,
    entropy: SharedEntropy,
    http: OnceLock<reqwest::Client>,
}

/// One call of the API.
#[derive(Debug)]
pub(crate) struct Call<'a> {
    pub(crate) method: Method,
    /// Below the base URL, beginning with `/v1/`.
    pub(crate) path: String,
    pub(crate) parameters: Vec<(&'static str, String)>,
    pub(crate) key: Option<&'a IdempotencyKey>,
}

impl<'a> Call<'a> {
    pub(crate) fn get(path: String, parameters: Vec<(&'static str, String)>) -> Self {
        Self { method: Method::GET, path, parameters, key: None }
    }

    pub(crate) fn post(
        path: String,
        parameters: Vec<(&'static str, String)>,
        key: Option<&'a IdempotencyKey>,
    ) -> Self {
        Self { method: Method::POST, path, parameters, key }
    }

    /// What is known when an answer, or its sense, is lost: reading changes nothing, a change may have happened.
    fn lost(&self) -> GatewayError {
        if self.method == Method::GET {
            GatewayError::Retryable { after: None }
        } else {
            GatewayError::OutcomeUnknown
        }
    }
}

/// How one attempt ended.
enum Attempt<T> {
    Done(T),
    Failed(Verdict),
}

impl StripeClient {
    /// Checks the settings; nothing is sent.
    pub fn new(
        config: StripeConfig,
        clock: SharedClock,
        entropy: SharedEntropy,
    ) -> Result<Self, ConfigError> {
        config.check()?;
        Ok(Self { config, clock, entropy, http: OnceLock::new() })
    }

    /// Sends a call until it is answered for good, the attempts are used up, or the deadline has come; then reads the answer.
    pub(crate) async fn call<W, T>(&self, call: Call<'_>) -> Result<T, CallError>
    where
        W: DeserializeOwned,
        T: TryFrom<W, Error = Unreadable>,
    {
        let body = self.send(&call).await?;
        let read = serde_json::from_slice::<W>(&body).map_err(|_| Unreadable).and_then(T::try_from);
        read.map_err(|Unreadable| {
            tracing::error!(method = %call.method, path = call.path, "the payment provider's answer is unreadable");
            match call.method {
                Method::GET => rejected("unreadable_answer", "the answer is not what it is known to be"),
                _ => call.lost().into(),
            }
        })
    }

    async fn send(&self, call: &Call<'_>) -> Result<Vec<u8>, CallError> {
        let deadline = Instant::now() + self.config.deadline;
        let mut pause = self.config.first_pause;
        // Whether an attempt may have had its effect without our knowing.
        let mut unknown = false;
        let mut attempts = 0;
        loop {
            let attempt = timeout_at(deadline, self.attempt(call)).await;
            let after = match attempt {
                Ok(Ok(Attempt::Done(body))) => return Ok(body),
                Ok(Ok(Attempt::Failed(Verdict::Final(error))) | Err(error)) => return Err(error),
                Ok(Ok(Attempt::Failed(Verdict::Stuck))) | Err(_) => return Err(call.lost().into()),
                Ok(Ok(Attempt::Failed(Verdict::Again { after, unknown: lost }))) => {
                    unknown |= lost;
                    after
                }
            };
            let wait = after.unwrap_or_else(|| self.jitter(pause));
            if attempts >= self.config.retries || Instant::now() + wait >= deadline {
                let error = if unknown { call.lost() } else { GatewayError::Retryable { after } };
                return Err(error.into());
            }
            sleep(wait).await;
            attempts += 1;
            pause = (pause * 2).min(LONGEST_PAUSE);
        }
    }

    /// Sends a call once.
    async fn attempt(&self, call: &Call<'_>) -> Result<Attempt<Vec<u8>>, CallError> {
        let url = format!("{}{}", self.config.api_base.trim_end_matches('/'), call.path);
        let mut request = self
            .http()?
            .request(call.method.clone(), url)
            .bearer_auth(self.config.api_key.expose())
            .header("stripe-version", &self.config.api_version);
        request = match call.method {
            Method::GET => request.query(&call.parameters),
            _ => request.form(&call.parameters),
        };
        if let Some(key) = call.key {
            request = request.header("idempotency-key", key.as_str());
        }
        let answered = async {
            let response = request.send().await?;
            let (status, headers) = (response.status(), response.headers().clone());
            trace(call, &response);
            Ok((status, headers, response.bytes().await?))
        };
        Ok(match answered.await {
            Ok((status, _, body)) if status.is_success() => Attempt::Done(body.to_vec()),
            Ok((status, headers, body)) => {
                Attempt::Failed(judge(status, should_retry(&headers), retry_after(&headers), &body))
            }
            Err(error) => {
                let unsent = reqwest::Error::is_connect(&error) || error.is_builder();
                tracing::warn!(
                    method = %call.method,
                    path = call.path,
                    unsent,
                    timeout = error.is_timeout(),
                    "the payment provider gave no answer"
                );
                Attempt::Failed(Verdict::Again { after: None, unknown: !unsent })
            }
        })
    }

    fn http(&self) -> Result<&reqwest::Client, CallError> {
        if let Some(client) = self.http.get() {
            return Ok(client);
        }
        let client = http_client(&self.config).map_err(|error| {
            tracing::error!(%error, "the payment provider's client could not be made");
            rejected("client", "the HTTP client could not be made")
        })?;
        Ok(self.http.get_or_init(|| client))
    }

    /// Between half of `pause` and all of it, so that callers that failed together do not return together.
    fn jitter(&self, pause: Duration) -> Duration {
        let mut bytes = [0_u8; 2];
        self.entropy.fill(&mut bytes);
        let half = pause / 2;
        half + half * u32::from(u16::from_le_bytes(bytes)) / u32::from(u16::MAX)
    }
}

/// Notes how a call went; its parameters and the answer's body stay out of the log.
fn trace(call: &Call<'_>, response: &Response) {
    let header =
        |name| response.headers().get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
    tracing::debug!(
        method = %call.method,
        path = call.path,
        status = response.status().as_u16(),
        provider_request = header("request-id"),
        replayed = header("idempotent-replayed"),
        "the payment provider answered"
    );
}

fn should_retry(headers: &HeaderMap) -> Option<bool> {
    headers.get("stripe-should-retry")?.to_str().ok()?.parse().ok()
}

/// `Retry-After` in seconds; the form with a date is not in use there.
fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    headers.get(RETRY_AFTER)?.to_str().ok()?.parse().ok().map(Duration::from_secs)
}
