//! Calls by the guarded fetcher.

use std::time::Duration;

use async_trait::async_trait;
use http::header::RETRY_AFTER;
use http::{HeaderMap, HeaderName, HeaderValue};
use jiff::SignedDuration;
use outbound::{BodyRule, FetchError, Fetcher, Limits, Request};
use services::webhooks::{Call, NoAnswer, Reply, WebhookSender};

/// The specification's bounds are 15 to 30 seconds; a worker's turn has room for one such call after ten seconds of
/// others.
const LIMITS: Limits = Limits { time: Duration::from_secs(15), body: BodyRule::Unread, redirects: 0 };

/// Calls endpoints over HTTP.
#[derive(Clone, Debug)]
pub struct HttpSender(Fetcher);

impl HttpSender {
    /// Calls by `fetcher`.
    pub const fn new(fetcher: Fetcher) -> Self {
        Self(fetcher)
    }
}

#[async_trait]
impl WebhookSender for HttpSender {
    async fn send(&self, call: &Call) -> Result<Reply, NoAnswer> {
        let headers = headers(&call.headers).ok_or(NoAnswer("invalid_request"))?;
        let request = Request::post(&call.url, headers, call.body.clone());
        match self.0.fetch(&request, LIMITS).await {
            Ok(response) => Ok(Reply {
                status: response.status.as_u16(),
                retry_after: response.headers.get(RETRY_AFTER).and_then(seconds),
            }),
            Err(error) => {
                if let FetchError::Refused(refused) = &error {
                    tracing::warn!(%refused, "an endpoint is not called");
                }
                Err(NoAnswer(error.code()))
            }
        }
    }
}

fn headers(pairs: &[(&'static str, String)]) -> Option<HeaderMap> {
    let pair = |(name, value): &(&'static str, String)| {
        Some((HeaderName::from_static(name), HeaderValue::from_str(value).ok()?))
    };
    pairs.iter().map(pair).collect()
}

/// The form in seconds alone; a date is as good as none.
fn seconds(value: &HeaderValue) -> Option<SignedDuration> {
    let seconds: u32 = value.to_str().ok()?.trim().parse().ok()?;
    Some(SignedDuration::from_secs(seconds.into()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn retry_after_is_a_number_of_seconds() {
        let read = |text| seconds(&HeaderValue::from_static(text));
        assert_eq!(read("120"), Some(SignedDuration::from_secs(120)));
        for text in ["-1", "soon", "Wed, 21 Oct 2026 07:28:00 GMT", "99999999999"] {
            assert_eq!(read(text), None, "{text}");
        }
    }
}
