//! gzip, since an API Gateway HTTP API passes bodies on as they are.

use std::io::Write as _;

use axum::body::{Body, Bytes, HttpBody as _};
use axum::extract::Request;
use axum::middleware::Next;
use axum::response::Response;
use flate2::Compression;
use flate2::write::GzEncoder;
use http::header::{ACCEPT_ENCODING, CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE, VARY};
use http::{HeaderMap, HeaderValue};

use crate::extract::read;

/// What fits into one packet is sent as it is, in bytes. Tokens are shorter, so nothing secret is ever packed together
/// with what a caller chose.
const WORTH_IT: u64 = 1_400;
/// No answer is longer: Lambda takes 6 MB.
const LONGEST: usize = 8 * 1024 * 1024;

/// The layer.
pub(crate) async fn compress(request: Request, next: Next) -> Response {
    let wanted = wants_gzip(request.headers());
    let mut response = next.run(request).await;
    if !is_text(response.headers()) || response.headers().contains_key(CONTENT_ENCODING) {
        return response;
    }
    response.headers_mut().append(VARY, HeaderValue::from_static("accept-encoding"));
    if !wanted || response.body().size_hint().exact().is_none_or(|size| size < WORTH_IT) {
        return response;
    }
    let (mut parts, body) = response.into_parts();
    let Ok(plain) = read(body, LONGEST).await else { return Response::from_parts(parts, Body::empty()) };
    let Some(packed) = gzip(&plain).filter(|packed| packed.len() < plain.len()) else {
        return Response::from_parts(parts, Body::from(plain));
    };
    parts.headers.remove(CONTENT_LENGTH);
    parts.headers.insert(CONTENT_ENCODING, HeaderValue::from_static("gzip"));
    Response::from_parts(parts, Body::from(packed))
}

fn gzip(plain: &Bytes) -> Option<Vec<u8>> {
    let mut encoder = GzEncoder::new(Vec::with_capacity(plain.len() / 3), Compression::fast());
    encoder.write_all(plain).ok()?;
    encoder.finish().ok()
}

fn is_text(headers: &HeaderMap) -> bool {
    let media = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    media.starts_with("text/") || media.starts_with("application/json") || media.contains("+json")
}

/// Whether the client says that it takes gzip (RFC 9110, section 12.5.3); whoever says nothing gets plain text.
fn wants_gzip(headers: &HeaderMap) -> bool {
    let texts = headers.get_all(ACCEPT_ENCODING).iter().filter_map(|value| value.to_str().ok());
    texts.flat_map(|text| text.split(',')).any(|coding| {
        let mut parts = coding.split(';').map(str::trim);
        let named = parts.next().is_some_and(|name| name.eq_ignore_ascii_case("gzip"));
        let refused = parts.filter_map(|part| part.strip_prefix("q=")).any(|q| q.parse() == Ok(0.0_f32));
        named && !refused
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gzip_is_for_those_who_ask() {
        let wants =
            |value| wants_gzip(&HeaderMap::from_iter([(ACCEPT_ENCODING, HeaderValue::from_static(value))]));
        assert!(wants("gzip") && wants("br;q=1.0, gzip;q=0.8, *;q=0.1"));
        assert!(!wants("gzip;q=0") && !wants("br") && !wants_gzip(&HeaderMap::new()));
    }
}
