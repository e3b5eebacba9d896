//! The API reference, `/docs`: pages made from the description that the API itself serves.
//!
//! A page for each group of operations, so that each is small; the description is read once.

mod description;
mod operation;
mod schema;
mod text;

use std::sync::LazyLock;

use axum::extract::{Path, Query};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use maud::{Markup, html};
use serde::Deserialize;

use crate::pages::Page;
use description::{Description, Operation};

const AT: &str = "/docs/";

static DESCRIPTION: LazyLock<Description> = LazyLock::new(Description::read);

/// What is looked for among the operations.
#[derive(Deserialize)]
pub(crate) struct Search {
    #[serde(default)]
    q: String,
}

/// `GET /docs`: what the API is, how to call it, and all its operations, or those that hold the words looked for.
pub(crate) async fn overview(Query(search): Query<Search>) -> Response {
    let description = &*DESCRIPTION;
    let found: Vec<&Operation> =
        description.operations.iter().filter(|operation| operation.holds(&search.q)).collect();
    let body = html! {
        (text::prose(description.about()))
        @if search.q.is_empty() { (conventions()) }
        section aria-labelledby="operations" {
            h2 #operations { "Operations" }
            form.search role="search" action=(AT) {
                label for="q" { "Look for operations" }
                span.row {
                    input #q type="search" name="q" value=(search.q) maxlength="100" autocomplete="off";
                    button { "Search" }
                }
            }
            p role="status" {
                (found.len()) @if found.len() == 1 { " operation" } @else { " operations" }
                @if !search.q.is_empty() { " with “" (search.q) "”. " a href=(AT) { "Show all" } }
            }
            @for (tag, about) in &description.tags {
                @let of_tag: Vec<&&Operation> = found.iter().filter(|operation| operation.tag == *tag).collect();
                @if !of_tag.is_empty() {
                    h3 { a href={ (AT) (tag) "/" } { (tag) } }
                    p.muted { (about) }
                    (list(of_tag.into_iter().copied()))
                }
            }
        }
    };
    Page { title: "API reference", at: AT, now: None, aside: Some(aside(None)), body }.into_response()
}

/// `GET /docs/{group}`: the operations of one group, whole.
pub(crate) async fn group(Path(group): Path<String>) -> Response {
    let description = &*DESCRIPTION;
    let Some((tag, about)) = description.tags.iter().find(|(tag, _)| *tag == group) else {
        let body = html! { p { "There is no such group of operations. " a href=(AT) { "All operations" } } };
        let page = Page { title: "Not found", at: AT, now: None, aside: None, body };
        return (StatusCode::NOT_FOUND, page).into_response();
    };
    let operations: Vec<&Operation> = description.of(tag).collect();
    let body = html! {
        p.lead { (about) "." }
        (list(operations.iter().copied()))
        @for operation in operations { (operation::whole(description, operation)) }
    };
    Page { title: &capitalised(tag), at: AT, now: None, aside: Some(aside(Some(tag))), body }.into_response()
}

/// Groups, and the operations of the one that is shown.
fn aside(shown: Option<&str>) -> Markup {
    html! {
        nav.aside aria-label="Reference" {
            ul {
                li { a href=(AT) aria-current=[shown.is_none().then_some("page")] { "Overview" } }
                @for (tag, _) in &DESCRIPTION.tags {
                    li {
                        a href={ (AT) (tag) "/" } aria-current=[(shown == Some(tag)).then_some("page")] { (capitalised(tag)) }
                        @if shown == Some(tag) {
                            ul {
                                @for operation in DESCRIPTION.of(tag) {
                                    li { a href={ "#" (operation.id) } { (operation.title()) } }
                                }
                            }
                        }
                    }
                }
                li { a href="/problems" { "Problem types" } }
                li { a href="/openapi.json" { "openapi.json" } }
            }
        }
    }
}

fn list<'a>(operations: impl Iterator<Item = &'a Operation>) -> Markup {
    html! {
        ul.operations {
            @for operation in operations {
                li {
                    a href={ (AT) (operation.tag) "/#" (operation.id) } {
                        (operation::signature(operation))
                        span.summary { (operation.title()) }
                    }
                }
            }
        }
    }
}

fn conventions() -> Markup {
    html! {
        section aria-labelledby="calling" {
            h2 #calling { "How to call it" }
            dl.facts {
                dt { "Who is calling" }
                dd { "Send " code { "Authorization: Bearer …" } " with the access token of "
                    a href="/docs/users/#login" { "POST /users/login" } "; it is good for 15 minutes." }
                dt { "Once and not twice" }
                dd { "Send an " code { "Idempotency-Key" } " of your own with each call that changes something. The same key
                    gets the same answer again, for at least 24 hours." }
                dt { "Two people at once" }
                dd { "Reads carry an " code { "ETag" } "; send it back as " code { "If-Match" } " with a change, and nobody's
                    work is overwritten." }
                dt { "What went wrong" }
                dd { "Every error is a problem document (RFC 9457) with a stable " code { "code" } ": "
                    a href="/problems" { "all problem types" } "." }
                dt { "Long lists" }
                dd { "A page has a " code { "next_cursor" } " as long as there is more; pass it on as " code { "cursor" } "." }
            }
        }
    }
}

fn capitalised(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}
