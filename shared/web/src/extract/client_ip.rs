//! Where a request comes from.

use std::convert::Infallible;
use std::net::IpAddr;

use axum::extract::FromRequestParts;
use http::request::Parts;
use lambda_http::RequestExt;
use lambda_http::request::RequestContext;

/// The address that the gateway saw. No header is believed: anyone may send one.
///
/// Where no API Gateway is in front, the server puts a `ClientIp` into the request's extensions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ClientIp(pub Option<IpAddr>);

impl<S: Send + Sync> FromRequestParts<S> for ClientIp {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        if let Some(RequestContext::ApiGatewayV2(context)) = parts.request_context_ref() {
            return Ok(Self(context.http.source_ip.as_deref().and_then(|text| text.parse().ok())));
        }
        Ok(parts.extensions.get::<Self>().copied().unwrap_or(Self(None)))
    }
}
