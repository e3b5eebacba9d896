//! Pages for people: one frame around all of them, made here and sent whole.
//!
//! They work without scripts, and ask nothing of any other place: what they need is part of this program, and their
//! Content-Security-Policy lets nothing else in.

pub(crate) mod assets;
mod guard;
mod input;
mod say;

use axum::http::header::{
    ACCEPT, CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, REFERRER_POLICY, VARY,
    X_CONTENT_TYPE_OPTIONS,
};
use axum::http::{HeaderMap, HeaderName};
use axum::response::{IntoResponse, Response};
use jiff::Timestamp;
use maud::{DOCTYPE, Markup, html};
use serde::Serialize;

pub(crate) use guard::own_machine_only;
pub(crate) use input::Input;
pub(crate) use say::{instant, money, outline, short_id, state, words};

/// What a page of ours may do: show itself, with our style and pictures, and send forms back to us. No scripts.
const POLICY: &str = "default-src 'none'; style-src 'self'; img-src 'self' data:; frame-src 'self'; form-action 'self'; \
                      base-uri 'none'; frame-ancestors 'none'";

/// The pages of the console, in the order of its navigation.
const CONSOLE: [(&str, &str); 8] = [
    ("/_local/", "Overview"),
    ("/_local/mail/", "Mail"),
    ("/_local/queues/", "Queues"),
    ("/_local/bookings/", "Bookings"),
    ("/_local/payments/", "Payments"),
    ("/_local/ledger/", "Ledger"),
    ("/_local/clock/", "Clock"),
    ("/_local/faults/", "Faults"),
];

/// Headers of a page with the policy `policy`: never kept, since what it shows changes.
pub(crate) fn headers(policy: &'static str) -> [(HeaderName, &'static str); 6] {
    [
        (CONTENT_TYPE, "text/html; charset=utf-8"),
        (CONTENT_SECURITY_POLICY, policy),
        (CACHE_CONTROL, "no-store"),
        (X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (REFERRER_POLICY, "same-origin"),
        (VARY, "accept"),
    ]
}

/// A whole page: `wide` ones use the window's width.
pub(crate) struct Page<'a> {
    /// Stands in the title bar and as the heading.
    pub title: &'a str,
    /// The address of the entry of the navigation that it belongs to.
    pub at: &'a str,
    /// What the clock says, on pages of the console.
    pub now: Option<Timestamp>,
    /// Beside the body, where there is room.
    pub aside: Option<Markup>,
    /// Below the heading.
    pub body: Markup,
}

impl IntoResponse for Page<'_> {
    fn into_response(self) -> Response {
        (headers(POLICY), self.render().into_string()).into_response()
    }
}

impl Page<'_> {
    fn render(&self) -> Markup {
        html! {
            (DOCTYPE)
            html lang="en" {
                (head(self.title))
                body {
                    a.skip href="#main" { "Skip to the content" }
                    (banner(self.at))
                    @if let Some(now) = self.now { (console_bar(self.at, now)) }
                    div.frame.with-aside[self.aside.is_some()] {
                        @if let Some(aside) = &self.aside { (aside) }
                        main #main tabindex="-1" {
                            h1 { (self.title) }
                            (self.body)
                        }
                    }
                }
            }
        }
    }
}

/// The head of a page that is written here.
pub(crate) fn head(title: &str) -> Markup {
    html! {
        head {
            meta charset="utf-8";
            meta name="viewport" content="width=device-width, initial-scale=1";
            meta name="color-scheme" content="light dark";
            title { (title) " · Innkeep" }
            link rel="icon" href="/_local/assets/icon.svg" type="image/svg+xml";
            link rel="stylesheet" href="/_local/assets/style.css";
        }
    }
}

/// The bar on top of every page.
pub(crate) fn banner(at: &str) -> Markup {
    let areas = [("/docs/", "API reference"), ("/graphiql/", "GraphiQL"), ("/_local/", "Console")];
    html! {
        header.banner {
            a.brand href="/_local/" {
                img src="/_local/assets/icon.svg" alt="" width="24" height="24";
                "Innkeep"
            }
            nav aria-label="Areas" {
                @for (href, name) in areas {
                    a href=(href) aria-current=[at.starts_with(href).then_some("true")] { (name) }
                }
            }
        }
    }
}

fn console_bar(at: &str, now: Timestamp) -> Markup {
    html! {
        div.bar {
            nav aria-label="Console" {
                @for (href, name) in CONSOLE {
                    a href=(href) aria-current=[(href == at).then_some("page")] { (name) }
                }
            }
            p.clock { span.hidden { "The clock says " } (instant(now)) }
        }
    }
}

/// One thing, for a browser as a page and for everything else as JSON.
pub(crate) fn shown(
    headers: &HeaderMap,
    value: &impl Serialize,
    page: impl FnOnce() -> Response,
) -> Response {
    if wants_page(headers) {
        return page();
    }
    let mut response = axum::Json(value).into_response();
    response.headers_mut().insert(VARY, axum::http::HeaderValue::from_static("accept"));
    response
}

/// Whether a browser asks for something to show, and not a script for something to read.
pub(crate) fn wants_page(headers: &HeaderMap) -> bool {
    headers
        .get(ACCEPT)
        .and_then(|accept| accept.to_str().ok())
        .is_some_and(|accept| accept.contains("text/html"))
}

/// Back to a page of the console after something was done.
pub(crate) fn back_to(path: &str) -> Response {
    axum::response::Redirect::to(path).into_response()
}
