//! Who may use the pages: only somebody who sits at this machine.

use std::net::IpAddr;

use axum::extract::Request;
use axum::http::header::{HOST, ORIGIN};
use axum::http::{HeaderMap, Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use serde_json::json;

/// Refuses what a page of some other place asks for in the name of the person whose browser it is in.
///
/// Listening on loopback alone does not keep such a page out: a name of its own may lead here (the host is then not this
/// machine's), and its forms may point here (the origin is then not this one).
pub(crate) async fn own_machine_only(request: Request, next: Next) -> Response {
    let headers = request.headers();
    if !host(headers).is_some_and(names_this_machine) {
        return refused("this is for the machine's own names only: 127.0.0.1, [::1], localhost");
    }
    if !matches!(*request.method(), Method::GET | Method::HEAD) && !is_same_origin(headers) {
        return refused("this cannot be asked for from another place's page");
    }
    next.run(request).await
}

fn host(headers: &HeaderMap) -> Option<&str> {
    headers.get(HOST)?.to_str().ok()
}

fn names_this_machine(host: &str) -> bool {
    let name = match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => name,
        _ => host,
    };
    let bare = name.trim_start_matches('[').trim_end_matches(']');
    bare.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback())
        || bare.eq_ignore_ascii_case("localhost")
        || bare.to_ascii_lowercase().ends_with(".localhost")
}

/// Scripts outside of a browser say no origin; browsers always do when they change something.
fn is_same_origin(headers: &HeaderMap) -> bool {
    let Some(origin) = headers.get(ORIGIN) else { return true };
    let origin = origin.to_str().ok().and_then(|origin| origin.split_once("://"));
    matches!((origin, host(headers)), (Some((_, origin)), Some(host)) if origin.eq_ignore_ascii_case(host))
}

fn refused(message: &str) -> Response {
    (StatusCode::FORBIDDEN, axum::Json(json!({ "message": message }))).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_names_of_this_machine_pass() {
        for own in [
            "127.0.0.1:9000",
            "127.8.9.1",
            "localhost",
            "LocalHost:80",
            "a.localhost:9000",
            "[::1]:9000",
            "[::1]",
        ] {
            assert!(names_this_machine(own), "{own}");
        }
        for other in [
            "example.com",
            "10.0.0.1:9000",
            "localhost.example.com",
            "127.0.0.1.example.com:9000",
            "",
            "[::2]",
        ] {
            assert!(!names_this_machine(other), "{other}");
        }
    }

    #[test]
    fn another_places_form_is_refused() {
        let headers = |origin: Option<&'static str>| {
            let mut headers = HeaderMap::new();
            headers.insert(HOST, "localhost:9000".parse().unwrap());
            if let Some(origin) = origin {
                headers.insert(ORIGIN, origin.parse().unwrap());
            }
            headers
        };
        assert!(is_same_origin(&headers(None)));
        assert!(is_same_origin(&headers(Some("http://localhost:9000"))));
        for other in ["http://localhost:9001", "https://example.com", "null"] {
            assert!(!is_same_origin(&headers(Some(other))), "{other}");
        }
    }
}
