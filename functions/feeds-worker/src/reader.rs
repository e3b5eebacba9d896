//! Calendars by the guarded fetcher.

use std::time::Duration;

use async_trait::async_trait;
use http::header::{ACCEPT, ETAG, IF_MODIFIED_SINCE, IF_NONE_MATCH, LAST_MODIFIED, RETRY_AFTER};
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use jiff::SignedDuration;
use outbound::{BodyRule, FetchError, Fetcher, Limits, Request, Response};
use services::feeds::{Ask, FeedReader, Fetched, NotRead};

/// A calendar with thousands of events has some hundred kilobytes.
const MAX_BYTES: usize = 1 << 20;
/// Well within the worker's own time, parsing and two statements included.
const LIMITS: Limits =
    Limits { time: Duration::from_secs(15), body: BodyRule::UpTo(MAX_BYTES), redirects: 3 };

/// Fetches calendars over HTTP.
#[derive(Clone, Debug)]
pub struct HttpReader(Fetcher);

impl HttpReader {
    /// Fetches by `fetcher`.
    pub const fn new(fetcher: Fetcher) -> Self {
        Self(fetcher)
    }
}

#[async_trait]
impl FeedReader for HttpReader {
    async fn read(&self, ask: &Ask) -> Result<Fetched, NotRead> {
        let mut request = Request::get(&ask.url);
        request.headers = headers(ask);
        let response = self.0.fetch(&request, LIMITS).await.map_err(|error| {
            if let FetchError::Refused(refused) = &error {
                tracing::warn!(%refused, "a calendar is not fetched");
            }
            NotRead::because(error.code())
        })?;
        match response.status {
            StatusCode::OK => parse(ask, &response).await,
            StatusCode::NOT_MODIFIED => Ok(Fetched::NotModified),
            status => Err(NotRead { code: code(status), retry_after: seconds(&response.headers) }),
        }
    }
}

async fn parse(ask: &Ask, response: &Response) -> Result<Fetched, NotRead> {
    let (body, zone) = (response.body.clone(), ask.zone.clone());
    let window = ical::Window { from: ask.from, to: ask.to };
    // Elsewhere, so that bytes that break the parser break nothing else.
    let read = tokio::task::spawn_blocking(move || ical::read(&body, &zone, window)).await;
    let events = read
        .map_err(|_| NotRead::because("unreadable"))?
        .map_err(|unreadable| NotRead::because(unreadable.code()))?;
    let text = |name: HeaderName| response.headers.get(name)?.to_str().ok().map(str::to_owned);
    Ok(Fetched::Calendar { events, etag: text(ETAG), last_modified: text(LAST_MODIFIED) })
}

fn headers(ask: &Ask) -> HeaderMap {
    let mut headers = HeaderMap::new();
    headers.insert(ACCEPT, HeaderValue::from_static("text/calendar, */*;q=0.1"));
    for (name, value) in [(IF_NONE_MATCH, &ask.etag), (IF_MODIFIED_SINCE, &ask.last_modified)] {
        if let Some(value) = value.as_deref().and_then(|text| HeaderValue::from_str(text).ok()) {
            headers.insert(name, value);
        }
    }
    headers
}

/// Those that say something to a host; the others by their class.
const fn code(status: StatusCode) -> &'static str {
    match status.as_u16() {
        401 => "http_401",
        403 => "http_403",
        404 => "http_404",
        410 => "http_410",
        429 => "http_429",
        400..=499 => "http_4xx",
        500..=599 => "http_5xx",
        _ => "http_unexpected",
    }
}

/// The form in seconds alone; a date is as good as none.
fn seconds(headers: &HeaderMap) -> Option<SignedDuration> {
    let seconds: u32 = headers.get(RETRY_AFTER)?.to_str().ok()?.trim().parse().ok()?;
    Some(SignedDuration::from_secs(seconds.into()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_status_has_a_code_and_a_wish_is_a_number_of_seconds() {
        for (status, expected) in
            [(404, "http_404"), (418, "http_4xx"), (503, "http_5xx"), (206, "http_unexpected")]
        {
            assert_eq!(code(StatusCode::from_u16(status).unwrap()), expected);
        }
        let read = |text| seconds(&HeaderMap::from_iter([(RETRY_AFTER, HeaderValue::from_static(text))]));
        assert_eq!(read(" 120"), Some(SignedDuration::from_secs(120)));
        assert_eq!((read("-1"), read("Wed, 21 Oct 2026 07:28:00 GMT")), (None, None));
    }
}
