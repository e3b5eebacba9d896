//! Pages by keyset cursors: opaque, signed, and bound to the route and filters that they were made for.

use std::fmt;

use axum::response::{IntoResponse, IntoResponseParts, Response, ResponseParts};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit, Mac};
use http::header::LINK;
use http::{HeaderValue, Uri};
use serde::Serialize;
use serde::de::DeserializeOwned;
use sha2::{Digest, Sha256};
use utoipa::ToSchema;

use crate::problem::Problem;

/// Bytes of the HMAC that are kept (RFC 2104, section 5: at least half).
const TAG_BYTES: usize = 16;
/// A longer text is refused before it is decoded, in bytes.
const MAX_CURSOR_BYTES: usize = 1_024;

/// What a cursor belongs to: a route and the filters of its first page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CursorScope([u8; 32]);

impl CursorScope {
    /// The scope of a list. `filters` are all parameters that decide its members and order, without `cursor` and
    /// `limit`, and with the caller's id where the list is theirs.
    pub fn new(route: &str, filters: &impl Serialize) -> Result<Self, Problem> {
        let filters = serde_json::to_vec(filters).map_err(|error| Problem::internal(&error))?;
        let mut hash = Sha256::new();
        hash.update(route.as_bytes());
        hash.update([0]);
        hash.update(&filters);
        Ok(Self(hash.finalize().into()))
    }
}

/// Seals positions into cursors and opens them again.
#[derive(Clone)]
pub struct CursorCodec {
    mac: Hmac<Sha256>,
}

impl fmt::Debug for CursorCodec {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("CursorCodec")
    }
}

impl CursorCodec {
    /// A codec under this key.
    pub fn new(key: &[u8]) -> Self {
        // The digest, padded to a block, has the length that the infallible constructor wants.
        let mut block = [0; 64];
        block[..32].copy_from_slice(&Sha256::digest(key));
        Self { mac: Hmac::new(&block.into()) }
    }

    /// The cursor that continues after `position`, the sort key of a page's last item.
    pub fn seal(&self, scope: &CursorScope, position: &impl Serialize) -> Result<String, Problem> {
        let position = serde_json::to_vec(position).map_err(|error| Problem::internal(&error))?;
        let mut bytes = self.tag(scope, &position).to_vec();
        bytes.extend(position);
        Ok(URL_SAFE_NO_PAD.encode(bytes))
    }

    /// The position in a cursor; answers 422 at `?cursor` where it is not ours, or of another list.
    pub fn open<T: DeserializeOwned>(&self, scope: &CursorScope, cursor: &str) -> Result<T, Problem> {
        self.open_checked(scope, cursor).ok_or_else(|| {
            Problem::invalid(
                "?cursor",
                "invalid_cursor",
                "The cursor is not from this list. Take next_cursor as it is, with the same filters.",
            )
        })
    }

    fn open_checked<T: DeserializeOwned>(&self, scope: &CursorScope, cursor: &str) -> Option<T> {
        if cursor.len() > MAX_CURSOR_BYTES {
            return None;
        }
        let bytes = URL_SAFE_NO_PAD.decode(cursor).ok()?;
        let (tag, position) = bytes.split_at_checked(TAG_BYTES)?;
        let mut mac = self.mac.clone();
        mac.update(&scope.0);
        mac.update(position);
        mac.verify_truncated_left(tag).ok()?;
        serde_json::from_slice(position).ok()
    }

    fn tag(&self, scope: &CursorScope, position: &[u8]) -> [u8; TAG_BYTES] {
        let mut mac = self.mac.clone();
        mac.update(&scope.0);
        mac.update(position);
        let full = mac.finalize().into_bytes();
        let mut tag = [0; TAG_BYTES];
        tag.copy_from_slice(&full[..TAG_BYTES]);
        tag
    }
}

/// One page of a list: `{items, next_cursor}`, with a `Link` to the next one when it is answered as a response.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Page<T> {
    /// The items.
    pub items: Vec<T>,
    /// Continues the list; `null` at its end.
    pub next_cursor: Option<String>,
}

impl<T: Serialize> Page<T> {
    /// The page as an answer to the request at `uri`, with the header `Link: <…>; rel="next"` (RFC 8288).
    pub fn respond(self, uri: &Uri) -> Response {
        (NextLink(self.link(uri)), axum::Json(self)).into_response()
    }
}

impl<T> Page<T> {
    /// The header `Link` for the page after this one; none at the list's end.
    pub fn link(&self, uri: &Uri) -> Option<HeaderValue> {
        self.next_cursor.as_deref().and_then(|cursor| next_link(uri, cursor))
    }
}

struct NextLink(Option<HeaderValue>);

impl IntoResponseParts for NextLink {
    type Error = std::convert::Infallible;

    fn into_response_parts(self, mut response: ResponseParts) -> Result<ResponseParts, Self::Error> {
        if let Some(value) = self.0 {
            response.headers_mut().insert(LINK, value);
        }
        Ok(response)
    }
}

/// A header for the page after this one, relative to the API's base: the request's own query with another cursor.
pub fn next_link(uri: &Uri, cursor: &str) -> Option<HeaderValue> {
    let others = uri.query().unwrap_or_default().split('&');
    let this = format!("cursor={cursor}");
    let kept = others.filter(|pair| !pair.is_empty() && !pair.starts_with("cursor="));
    let query = kept.chain([this.as_str()]).collect::<Vec<_>>().join("&");
    HeaderValue::from_str(&format!("<{}?{query}>; rel=\"next\"", uri.path())).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scope(filter: &str) -> CursorScope {
        CursorScope::new("/properties", &filter).unwrap()
    }

    #[test]
    fn a_position_survives_the_trip() {
        let codec = CursorCodec::new(b"key");
        let cursor = codec.seal(&scope("a"), &("2026-11-23", 7)).unwrap();
        assert_eq!(codec.open::<(String, i64)>(&scope("a"), &cursor).unwrap(), ("2026-11-23".to_owned(), 7));
    }

    #[test]
    fn a_cursor_of_another_list_or_key_is_refused() {
        let codec = CursorCodec::new(b"key");
        let cursor = codec.seal(&scope("a"), &7).unwrap();
        assert_eq!(codec.open::<i64>(&scope("b"), &cursor).unwrap_err().code(), "validation_failed");
        assert!(CursorCodec::new(b"other").open::<i64>(&scope("a"), &cursor).is_err());
    }

    #[test]
    fn a_cursor_with_any_bit_changed_is_refused() {
        let codec = CursorCodec::new(b"key");
        let bytes = URL_SAFE_NO_PAD.decode(codec.seal(&scope("a"), &1234).unwrap()).unwrap();
        for index in 0..bytes.len() * 8 {
            let mut changed = bytes.clone();
            changed[index / 8] ^= 1 << (index % 8);
            assert!(codec.open::<i64>(&scope("a"), &URL_SAFE_NO_PAD.encode(changed)).is_err());
        }
        for text in ["", "x", "%%%", &"A".repeat(5_000)] {
            assert!(codec.open::<i64>(&scope("a"), text).is_err());
        }
    }

    #[test]
    fn the_link_keeps_the_other_parameters() {
        let uri: Uri = "/properties?q=sea&cursor=old&limit=5".parse().unwrap();
        assert_eq!(next_link(&uri, "new").unwrap(), "</properties?q=sea&limit=5&cursor=new>; rel=\"next\"");
        let uri: Uri = "/properties".parse().unwrap();
        assert_eq!(next_link(&uri, "new").unwrap(), "</properties?cursor=new>; rel=\"next\"");
    }
}
