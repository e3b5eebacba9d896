//! Requests that are repeated until they are answered.

use std::time::Duration;

use anyhow::{Context as _, bail};
use reqwest::header::{HeaderMap, RETRY_AFTER};
use reqwest::{RequestBuilder, StatusCode, Url};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

/// How long one answer may take.
const TIMEOUT: Duration = Duration::from_secs(30);
/// The pause before the second try where the server does not say; doubled each time.
const FIRST_PAUSE: Duration = Duration::from_millis(200);
const LONGEST_PAUSE: Duration = Duration::from_secs(5);
/// How long a server may be away that was never seen: most likely it was not started.
const FIRST_ANSWER: Duration = Duration::from_secs(3);
/// How often a server may fail at one request before the request is taken to be at fault.
const MAX_FAILURES: u32 = 3;

/// A server that may be away for a while.
#[derive(Clone, Debug)]
pub(crate) struct Server {
    client: reqwest::Client,
    base: Url,
    /// How long a request is repeated.
    patience: Duration,
    stop: CancellationToken,
}

/// Why there is no answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum NoAnswer {
    /// The import was stopped meanwhile.
    Stopped,
    /// The server is away, or wants no more of us, for too long.
    GaveUp(String),
}

/// An answer that is final for its request.
#[derive(Debug)]
pub(crate) struct Answer {
    /// Its status.
    pub status: StatusCode,
    headers: HeaderMap,
    body: Vec<u8>,
}

/// What is read of a problem document (RFC 9457).
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Problem {
    code: String,
    detail: String,
    errors: Vec<ProblemPlace>,
}

/// One place of the input that is at fault.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct ProblemPlace {
    pointer: String,
    code: String,
    detail: String,
}

impl Server {
    /// The server at `base`. Secrets go there: in the clear only to this machine.
    pub(crate) fn at(base: &Url, patience: Duration, stop: CancellationToken) -> anyhow::Result<Self> {
        let builder = reqwest::Client::builder()
            .no_proxy()
            .redirect(reqwest::redirect::Policy::none())
            .timeout(TIMEOUT)
            .user_agent(concat!("innkeep-import/", env!("CARGO_PKG_VERSION")));
        let builder = match base.scheme() {
            "https" => builder,
            // No certificates are asked for, so none are loaded.
            "http" if is_loopback(base) => builder.tls_certs_only([]),
            "http" => bail!("the password would travel in the clear: use https for {base}"),
            other => bail!("cannot speak {other}: give a URL of http or https"),
        };
        let client = builder.build().context("cannot make an HTTP client")?;
        Ok(Self { client, base: base.clone(), patience, stop })
    }

    /// The same server for one who does not wait for it to come up.
    pub(crate) fn at_once(&self) -> Self {
        Self { patience: self.patience.min(FIRST_ANSWER), ..self.clone() }
    }

    /// A POST to `path`, which stands below the server's own.
    pub(crate) fn post(&self, path: &str) -> RequestBuilder {
        self.client.post(format!("{}{path}", self.base.as_str().trim_end_matches('/')))
    }

    /// Sends what `request` makes, again and again, until there is an answer that is final.
    ///
    /// What is sent must be safe to repeat, by its idempotency key or by nature.
    pub(crate) async fn send(&self, request: impl Fn() -> RequestBuilder) -> Result<Answer, NoAnswer> {
        let deadline = Instant::now() + self.patience;
        let (mut pause, mut failures) = (FIRST_PAUSE, 0);
        loop {
            let (why, wait) = match answer(request()).await {
                Ok(answer) if answer.status == StatusCode::INTERNAL_SERVER_ERROR => {
                    failures += 1;
                    if failures == MAX_FAILURES {
                        return Ok(answer);
                    }
                    ("it failed".to_owned(), None)
                }
                Ok(answer) if answer.is_final() => return Ok(answer),
                Ok(answer) => (format!("it answers {}", answer.told().0), answer.retry_after()),
                Err(error) => (format!("{:#}", anyhow::Error::from(error)), None),
            };
            let wait = wait.unwrap_or(pause);
            if Instant::now() + wait > deadline {
                return Err(NoAnswer::GaveUp(format!("{}: {why}", self.base)));
            }
            tokio::select! {
                () = tokio::time::sleep(wait) => {}
                () = self.stop.cancelled() => return Err(NoAnswer::Stopped),
            }
            pause = (pause * 2).min(LONGEST_PAUSE);
        }
    }
}

/// Whether the URL names this machine.
pub(crate) fn is_loopback(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default().trim_matches(['[', ']']);
    host == "localhost" || host.parse().is_ok_and(|address: std::net::IpAddr| address.is_loopback())
}

async fn answer(request: RequestBuilder) -> reqwest::Result<Answer> {
    let mut response = request.send().await?;
    let headers = std::mem::take(response.headers_mut());
    let status = response.status();
    Ok(Answer { status, headers, body: response.bytes().await?.to_vec() })
}

impl Answer {
    /// The body as JSON.
    pub(crate) fn json<T: DeserializeOwned>(&self) -> anyhow::Result<T> {
        serde_json::from_slice(&self.body).context("the server's answer is not what its API describes")
    }

    /// The code of the problem with the places at fault, and what is said of it.
    pub(crate) fn told(&self) -> (String, String) {
        let problem: Problem = serde_json::from_slice(&self.body).unwrap_or_default();
        if problem.code.is_empty() {
            return (format!("http_{}", self.status.as_u16()), "without a reason".to_owned());
        }
        let Some(first) = problem.errors.first() else {
            return (problem.code, problem.detail);
        };
        let places: Vec<String> =
            problem.errors.iter().map(|place| format!("{} {}", place.pointer, place.code)).collect();
        let places: Vec<&str> = places.iter().map(|place| place.trim()).collect();
        (format!("{}: {}", problem.code, places.join(", ")), first.detail.clone())
    }

    /// Whether the same request would be answered the same in a moment.
    fn is_final(&self) -> bool {
        let away = [
            StatusCode::REQUEST_TIMEOUT,
            StatusCode::TOO_MANY_REQUESTS,
            StatusCode::BAD_GATEWAY,
            StatusCode::SERVICE_UNAVAILABLE,
            StatusCode::GATEWAY_TIMEOUT,
        ];
        let in_flight = self.status == StatusCode::CONFLICT && self.told().0 == "idempotency_in_flight";
        !away.contains(&self.status) && !in_flight
    }

    /// Seconds, as the API writes it.
    fn retry_after(&self) -> Option<Duration> {
        let seconds = self.headers.get(RETRY_AFTER)?.to_str().ok()?.trim().parse().ok()?;
        Some(Duration::from_secs(seconds))
    }
}
