//! One call, with its redirects.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use http::header::{ACCEPT_ENCODING, HOST, LOCATION, USER_AGENT};
use http::{HeaderMap, HeaderValue, Method, StatusCode};
use http_body_util::{BodyExt as _, Full};
use hyper::body::{Body as _, Incoming};
use rustls::RootCertStore;
use tokio_rustls::TlsConnector;
use url::{Position, Url};

use crate::connect::{Exchange, exchange, public_roots, tls};
use crate::error::FetchError;
use crate::resolve::{Resolve, SystemResolver};
use crate::target::{Policy, Refused, Target, check};

/// How we name ourselves.
const AGENT: &str = "Innkeep/1 (+https://innkeep.example/docs/)";

/// What may be spent on a call.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// From the look-up of the name to the last byte of the body, redirects included.
    pub time: Duration,
    /// What is done with the body.
    pub body: BodyRule,
    /// So many redirects of a GET are followed. With none, a redirect is the answer.
    pub redirects: u8,
}

/// What is done with a body.
#[derive(Clone, Copy, Debug)]
pub enum BodyRule {
    /// It is read; one of more bytes is an error.
    UpTo(usize),
    /// It is left unread.
    Unread,
}

/// What to ask. `Host`, `User-Agent` and `Accept-Encoding` are set by the [`Fetcher`].
#[derive(Clone, Debug)]
pub struct Request {
    /// The method.
    pub method: Method,
    /// The whole URL.
    pub url: String,
    /// Further headers. They go along on a redirect within the same origin only.
    pub headers: HeaderMap,
    /// The body; empty for none.
    pub body: Bytes,
}

impl Request {
    /// Asks for what is there.
    pub fn get(url: impl Into<String>) -> Self {
        Self { method: Method::GET, url: url.into(), headers: HeaderMap::new(), body: Bytes::new() }
    }

    /// Hands something over.
    pub fn post(url: impl Into<String>, headers: HeaderMap, body: impl Into<Bytes>) -> Self {
        Self { method: Method::POST, url: url.into(), headers, body: body.into() }
    }
}

/// An answer, whatever its status.
#[derive(Clone, Debug)]
pub struct Response {
    /// The status of the last answer.
    pub status: StatusCode,
    /// Its headers.
    pub headers: HeaderMap,
    /// Its body; empty where it was left unread.
    pub body: Bytes,
    /// Where it came from, redirects followed.
    pub url: Url,
}

/// Calls addresses that users name. Cheap to clone; nothing is called when it is made, and no connection is kept.
#[derive(Clone)]
pub struct Fetcher {
    policy: Policy,
    resolver: Arc<dyn Resolve>,
    tls: TlsConnector,
}

impl fmt::Debug for Fetcher {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Fetcher").field("policy", &self.policy).finish_non_exhaustive()
    }
}

impl Fetcher {
    /// The one to deploy: public addresses, by https, on few ports.
    pub fn public() -> Result<Self, FetchError> {
        Self::with(Policy::Public, Arc::new(SystemResolver), public_roots())
    }

    /// One that ALSO calls this very machine by plain HTTP, at any port, where a URL names it outright (`127.0.0.1`,
    /// `[::1]`, `localhost`). For tests and for the system on one machine, which have nobody else to call: no
    /// configuration leads here, and no deployed function may be made with it.
    pub fn unguarded_towards_this_machine_for_tests_and_local_use_only() -> Result<Self, FetchError> {
        Self::with(Policy::PublicAndLoopback, Arc::new(SystemResolver), public_roots())
    }

    pub(crate) fn with(
        policy: Policy,
        resolver: Arc<dyn Resolve>,
        roots: RootCertStore,
    ) -> Result<Self, FetchError> {
        let tls = tls(roots).map_err(|error| FetchError::Tls(std::io::Error::other(error)))?;
        Ok(Self { policy, resolver, tls })
    }

    /// Checks a URL as [`check_url`](crate::check_url) does, by this fetcher's own rules.
    pub fn check(&self, url: &str) -> Result<Url, Refused> {
        check(url, self.policy)
    }

    /// Makes a call within `limits`. Any status is an answer.
    pub async fn fetch(&self, request: &Request, limits: Limits) -> Result<Response, FetchError> {
        tokio::time::timeout(limits.time, self.follow(request, limits))
            .await
            .unwrap_or(Err(FetchError::TimedOut))
    }

    async fn follow(&self, request: &Request, limits: Limits) -> Result<Response, FetchError> {
        let mut url = self.check(&request.url)?;
        let mut headers = request.headers.clone();
        let mut left = limits.redirects;
        loop {
            let target = Target::find(url, self.policy, self.resolver.as_ref()).await?;
            let sent = build(&target, request, &headers)?;
            let Exchange { response, connection: _open } = exchange(&target, &self.tls, sent).await?;
            let (head, body) = response.into_parts();
            let follows = limits.redirects > 0 && request.method == Method::GET && is_redirect(head.status);
            if !follows {
                let body = read(body, limits.body).await?;
                return Ok(Response { status: head.status, headers: head.headers, body, url: target.url });
            }
            left = left.checked_sub(1).ok_or(FetchError::Redirects)?;
            // Checked anew, as if a user had named it.
            let next = self.check(location(&target.url, &head.headers)?.as_str())?;
            if next.origin() != target.url.origin() {
                headers.clear();
            }
            url = next;
        }
    }
}

fn build(
    target: &Target,
    request: &Request,
    headers: &HeaderMap,
) -> Result<http::Request<Full<Bytes>>, FetchError> {
    let mut built = http::Request::builder()
        .method(request.method.clone())
        .uri(&target.url[Position::BeforePath..Position::AfterQuery])
        .body(Full::new(request.body.clone()))
        .map_err(FetchError::Request)?;
    let own = built.headers_mut();
    *own = headers.clone();
    let host = &target.url[Position::BeforeHost..Position::AfterPort];
    own.insert(HOST, HeaderValue::from_str(host).map_err(|error| FetchError::Request(error.into()))?);
    own.insert(USER_AGENT, HeaderValue::from_static(AGENT));
    // What is packed small may be large unpacked.
    own.insert(ACCEPT_ENCODING, HeaderValue::from_static("identity"));
    Ok(built)
}

fn is_redirect(status: StatusCode) -> bool {
    matches!(status.as_u16(), 301 | 302 | 303 | 307 | 308)
}

fn location(base: &Url, headers: &HeaderMap) -> Result<Url, FetchError> {
    let text = headers.get(LOCATION).and_then(|value| value.to_str().ok()).ok_or(FetchError::Redirects)?;
    base.join(text).map_err(|_| FetchError::Redirects)
}

async fn read(mut body: Incoming, rule: BodyRule) -> Result<Bytes, FetchError> {
    let BodyRule::UpTo(most) = rule else { return Ok(Bytes::new()) };
    if body.size_hint().lower() > u64::try_from(most).unwrap_or(u64::MAX) {
        return Err(FetchError::TooLarge);
    }
    let mut read = BytesMut::new();
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|error| FetchError::Http(error.into()))?;
        let Some(data) = frame.data_ref() else { continue };
        if read.len() + data.len() > most {
            return Err(FetchError::TooLarge);
        }
        read.extend_from_slice(data);
    }
    Ok(read.freeze())
}
