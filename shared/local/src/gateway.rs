//! The front door, with the manners of an API Gateway HTTP API: routes by prefix, its own limits and its own bodies.

use std::convert::Infallible;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::{ConnectInfo, Request};
use axum::http::header::{CONNECTION, TRANSFER_ENCODING};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use http_body_util::{BodyExt as _, LengthLimitError, Limited};
use std::net::SocketAddr;
use tower::ServiceExt as _;
use tower::util::BoxCloneSyncService;

use crate::cors;
use crate::plan::{DEFAULT_ROUTE, ROUTES};

/// No request may take longer; the limit cannot be raised.
const TIME_LIMIT: Duration = Duration::from_secs(30);
/// The largest request body, in bytes.
const BODY_LIMIT: usize = 10 * 1024 * 1024;
/// The request line and all headers, in bytes.
const HEADER_LIMIT: usize = 10_240;

/// A function behind the gateway.
pub type Function = BoxCloneSyncService<Request, Response, Infallible>;

/// The functions by the first segment of the path, as [`crate::plan::ROUTES`] has them; everything else goes to the
/// one of `$default`.
#[derive(Clone)]
pub struct Gateway {
    routes: Vec<(&'static str, Function)>,
    default: Function,
}

impl Gateway {
    /// A gateway before the function of each name in [`crate::plan`].
    pub fn new<E>(mut function: impl FnMut(&'static str) -> Result<Function, E>) -> Result<Self, E> {
        let mut made: Vec<(&str, Function)> = Vec::new();
        let mut routes = Vec::with_capacity(ROUTES.len());
        for (prefix, name) in ROUTES {
            // Two prefixes of one function share it.
            let known = made.iter().find(|(known, _)| *known == name).map(|(_, function)| function.clone());
            let function = match known {
                Some(function) => function,
                None => function(name)?,
            };
            made.push((name, function.clone()));
            routes.push((prefix, function));
        }
        Ok(Self { routes, default: function(DEFAULT_ROUTE)? })
    }

    /// The gateway as a router's fallback.
    pub(crate) fn router(self) -> Router {
        Router::new().fallback(move |request: Request| {
            let gateway = self.clone();
            async move { gateway.handle(request).await }
        })
    }

    async fn handle(&self, request: Request) -> Response {
        if cors::is_preflight(&request) {
            return cors::preflight(&request);
        }
        let origin = cors::origin(&request);
        let in_chunks = request.headers().contains_key(TRANSFER_ENCODING);
        let mut response = self.pass_on(request).await;
        cors::open(&mut response, origin.as_ref());
        if in_chunks {
            // It may have named a length as well, which is gone by now: nothing behind it is read (RFC 9112, 6.1).
            response.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
        }
        response
    }

    async fn pass_on(&self, request: Request) -> Response {
        if header_bytes(&request) > HEADER_LIMIT {
            return own(StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE, "Request Header Fields Too Large");
        }
        let (parts, body) = request.into_parts();
        let body = match Limited::new(body, BODY_LIMIT).collect().await {
            Ok(body) => body.to_bytes(),
            Err(error) if error.is::<LengthLimitError>() => {
                return own(StatusCode::PAYLOAD_TOO_LARGE, "Request Entity Too Large");
            }
            Err(_) => return own(StatusCode::BAD_REQUEST, "Bad Request"),
        };
        let mut request = Request::from_parts(parts, Body::from(body));
        let ip = request.extensions().get::<ConnectInfo<SocketAddr>>().map(|info| info.0.ip());
        request.extensions_mut().insert(web::ClientIp(ip));
        let function = self.function(request.uri().path());
        match tokio::time::timeout(TIME_LIMIT, function.oneshot(request)).await {
            Ok(Ok(response)) => response,
            Ok(Err(never)) => match never {},
            Err(_) => own(StatusCode::SERVICE_UNAVAILABLE, "Service Unavailable"),
        }
    }

    fn function(&self, path: &str) -> Function {
        let segment = path.trim_start_matches('/').split('/').next().unwrap_or_default();
        let found = self.routes.iter().find(|(prefix, _)| *prefix == segment);
        found.map_or_else(|| self.default.clone(), |(_, function)| function.clone())
    }
}

/// The gateway's own answers are not the application's: they are no problem documents.
fn own(status: StatusCode, message: &str) -> Response {
    (status, axum::Json(serde_json::json!({ "message": message }))).into_response()
}

fn header_bytes(request: &Request) -> usize {
    let line = request.method().as_str().len() + request.uri().to_string().len();
    let headers: &HeaderMap = request.headers();
    line + headers.iter().map(|(name, value)| name.as_str().len() + value.len() + 4).sum::<usize>()
}
