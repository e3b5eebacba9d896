//! `/_local`: a page that leads to the rest.

use axum::response::Html;

/// `GET`: the page.
pub(super) async fn show() -> Html<&'static str> {
    Html(PAGE)
}

const PAGE: &str = include_str!("page.html");
