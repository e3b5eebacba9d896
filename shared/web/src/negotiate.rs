//! What a client says of the answer it wants: its media type, and whether it has it already.

use axum::body::{Body, HttpBody as _};
use axum::extract::{MatchedPath, Request};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http::header::{ACCEPT, CONTENT_LENGTH, CONTENT_TYPE, ETAG, IF_NONE_MATCH};
use http::{HeaderMap, HeaderValue, Method, StatusCode};
use sha2::{Digest, Sha256};

use crate::extract::read;
use crate::problem::Problem;

/// What is answered where nothing else is said.
const JSON: &str = "application/json";
/// The route that answers in forms of its own, with statuses that differ between them.
const NEGOTIATES_ITSELF: &str = "/graphql";
/// The longest `If-None-Match`, in bytes: some fifty of our tags.
const MOST_KNOWN: usize = 1_024;

/// The layer: 406 where the client takes nothing that there is, 304 where it has it already.
///
/// An unsafe request is refused before it is done; of a safe one the answer itself is looked at, since there are pages
/// and calendars beside the JSON. Problems are told in their own form, whatever is accepted.
///
/// The tag of an answer that is read gets a digest of what it shows: two readers may see different things of one version,
/// and what may be done with it changes with the hour. A change is still asked for by the version alone.
pub(crate) async fn negotiate(mut request: Request, next: Next) -> Response {
    let head = request.method() == Method::HEAD;
    if head {
        // The answer's length and tag are those of GET.
        *request.method_mut() = Method::GET;
    }
    let response = answer(request, next).await;
    if head { without_body(response) } else { response }
}

async fn answer(request: Request, next: Next) -> Response {
    if request.extensions().get::<MatchedPath>().is_some_and(|route| route.as_str() == NEGOTIATES_ITSELF) {
        return next.run(request).await;
    }
    let accept: Vec<HeaderValue> = request.headers().get_all(ACCEPT).iter().cloned().collect();
    let known: Vec<HeaderValue> = request.headers().get_all(IF_NONE_MATCH).iter().cloned().collect();
    if known.iter().map(HeaderValue::len).sum::<usize>() > MOST_KNOWN {
        return Problem::new(
            StatusCode::BAD_REQUEST,
            "if_none_match_invalid",
            "If-None-Match takes some ETags, in 1,024 bytes.",
        )
        .not_started()
        .into_response();
    }
    let safe = request.method().is_safe();
    if !safe && !accepts(&accept, JSON) {
        return not_acceptable();
    }
    let response = next.run(request).await;
    if !safe || response.status() != StatusCode::OK {
        return response;
    }
    let media = response.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or(JSON);
    if !accepts(&accept, media) {
        return not_acceptable();
    }
    let response = tag_what_is_shown(response).await;
    if has_already(&known, response.headers()) {
        return not_modified(response);
    }
    response
}

/// `"v7"` becomes `"v7-<digest>"`.
async fn tag_what_is_shown(response: Response) -> Response {
    let tag = response.headers().get(ETAG).and_then(|value| value.to_str().ok());
    let Some(version) = tag.and_then(|tag| tag.strip_prefix('"')?.strip_suffix('"')).map(str::to_owned)
    else {
        return response;
    };
    let (mut parts, body) = response.into_parts();
    // What handlers answer is in memory already, so this reads nothing and cannot fail.
    let Ok(bytes) = read(body, usize::MAX).await else { return Response::from_parts(parts, Body::empty()) };
    let digest = Sha256::digest(&bytes);
    let digest = digest.iter().take(6).fold(String::new(), |text, byte| text + &format!("{byte:02x}"));
    if let Ok(value) = HeaderValue::from_str(&format!("\"{version}-{digest}\"")) {
        parts.headers.insert(ETAG, value);
    }
    Response::from_parts(parts, Body::from(bytes))
}

fn without_body(response: Response) -> Response {
    let (mut parts, body) = response.into_parts();
    let length = body.size_hint().exact().filter(|_| parts.status != StatusCode::NOT_MODIFIED);
    if let Some(length) = length {
        parts.headers.insert(CONTENT_LENGTH, HeaderValue::from(length));
    }
    Response::from_parts(parts, Body::empty())
}

fn not_acceptable() -> Response {
    Problem::new(
        StatusCode::NOT_ACCEPTABLE,
        "not_acceptable",
        "Accept names nothing that this operation answers. Leave it out, or send application/json.",
    )
    .not_started()
    .into_response()
}

/// Whether the header takes the media type (RFC 9110, section 12.5.1). Without the header, or with one that cannot be
/// read, anything is welcome.
fn accepts(accept: &[HeaderValue], media: &str) -> bool {
    let media = media.split(';').next().unwrap_or_default().trim();
    let kind = media.split('/').next().unwrap_or_default();
    // The most precise range decides, so `application/json;q=0, */*` refuses JSON.
    let mut best: Option<(u8, bool)> = None;
    for range in accept.iter().filter_map(|value| value.to_str().ok()).flat_map(|text| text.split(',')) {
        let mut parts = range.split(';').map(str::trim);
        let name = parts.next().unwrap_or_default();
        if name.is_empty() {
            continue;
        }
        let precision = match name.split_once('/') {
            _ if name.eq_ignore_ascii_case(media) => 3,
            Some((left, "*")) if left.eq_ignore_ascii_case(kind) => 2,
            Some(("*", "*")) => 1,
            None if name == "*" => 1,
            _ => 0,
        };
        let zero = parts.filter_map(|parameter| parameter.split_once('=')).any(|(name, value)| {
            name.trim().eq_ignore_ascii_case("q") && value.trim().parse() == Ok(0.0_f32)
        });
        let wanted = precision > 0 && !zero;
        match best {
            Some((before, _)) if before > precision => {}
            Some((before, yes)) if before == precision => best = Some((before, yes || wanted)),
            _ => best = Some((precision, wanted)),
        }
    }
    best.is_none_or(|(_, wanted)| wanted)
}

/// Whether the client has the answer's version already. The comparison is weak: a proxy may have weakened our tag.
fn has_already(known: &[HeaderValue], headers: &HeaderMap) -> bool {
    let Some(tag) = headers.get(ETAG).and_then(|value| value.to_str().ok()) else { return false };
    let strong = tag.trim_start_matches("W/");
    let mut tags = known.iter().filter_map(|value| value.to_str().ok()).flat_map(|text| text.split(','));
    tags.any(|known| known.trim() == "*" || known.trim().trim_start_matches("W/") == strong)
}

fn not_modified(response: Response) -> Response {
    let (mut parts, _) = response.into_parts();
    parts.status = StatusCode::NOT_MODIFIED;
    parts.headers.remove(CONTENT_TYPE);
    parts.headers.remove(CONTENT_LENGTH);
    Response::from_parts(parts, Body::empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn takes(accept: &'static str, media: &str) -> bool {
        accepts(&[HeaderValue::from_static(accept)], media)
    }

    #[test]
    fn the_most_precise_range_decides() {
        for accept in ["*/*", "application/*", "Application/JSON", "text/html, */*;q=0.1", "", "a, *"] {
            assert!(takes(accept, "application/json"), "{accept}");
        }
        for accept in
            ["text/html", "application/json;q=0", "application/json; q=0.0, */*", "text/*, image/png"]
        {
            assert!(!takes(accept, "application/json"), "{accept}");
        }
        assert!(takes("text/html", "text/html; charset=utf-8"));
        assert!(accepts(&[], "text/calendar"));
    }

    #[test]
    fn a_known_version_is_recognised() {
        let answer = HeaderMap::from_iter([(ETAG, HeaderValue::from_static("\"v7\""))]);
        let has = |known: &'static str| has_already(&[HeaderValue::from_static(known)], &answer);
        assert!(has("\"v7\"") && has("\"v1\", W/\"v7\"") && has("*"));
        assert!(!has("\"v8\"") && !has_already(&[], &answer));
        assert!(!has_already(&[HeaderValue::from_static("*")], &HeaderMap::new()));
    }
}
