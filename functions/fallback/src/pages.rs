//! The pages that a problem document's `type` leads to.

use std::fmt::Write as _;

use axum::extract::Path;
use axum::response::{IntoResponse, Response};
use http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE};
use web::Problem;
use web::problem::{PROBLEMS, find};

const HEADERS: [(http::HeaderName, &str); 3] = [
    (CONTENT_TYPE, "text/html; charset=utf-8"),
    (CACHE_CONTROL, "public, max-age=3600"),
    (CONTENT_SECURITY_POLICY, "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'"),
];
const STYLE: &str = "body{font:16px/1.5 system-ui,sans-serif;max-width:44rem;margin:2rem auto;padding:0 1rem}\
                     td{padding:.2rem .8rem .2rem 0;vertical-align:top}";

/// All kinds of problems, as a page for people.
#[utoipa::path(
    get,
    path = "/problems",
    tag = "about",
    operation_id = "list_problem_types",
    security(()),
    responses((status = 200, description = "The page", content_type = "text/html", body = String)),
)]
pub(crate) async fn list_problem_types() -> Response {
    let mut rows = String::new();
    for kind in PROBLEMS {
        // Writing to a String cannot fail.
        let _ = write!(
            rows,
            "<tr><td>{}</td><td><a href=\"/problems/{code}\">{code}</a></td><td>{}</td></tr>",
            kind.status,
            kind.title,
            code = kind.code
        );
    }
    page("Problems", &format!("<table>{rows}</table>"))
}

/// One kind of problem, as a page for people.
#[utoipa::path(
    get,
    path = "/problems/{code}",
    tag = "about",
    operation_id = "get_problem_type",
    params(("code" = String, Path, description = "The problem's code")),
    security(()),
    responses(
        (status = 200, description = "The page", content_type = "text/html", body = String),
        web::Problems,
    ),
)]
pub(crate) async fn get_problem_type(Path(code): Path<String>) -> Result<Response, Problem> {
    let kind = find(&code).ok_or_else(Problem::not_found)?;
    let body = format!(
        "<p>{}</p><p>Status {}, code <code>{}</code>.</p><p><a href=\"/problems\">All problems</a></p>",
        kind.explanation, kind.status, kind.code
    );
    Ok(page(kind.title, &body))
}

/// All texts come from the table of this program: nothing here needs escaping.
fn page(title: &str, body: &str) -> Response {
    let html = format!(
        "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>{title}</title>\
         <style>{STYLE}</style><h1>{title}</h1>{body}</html>\n"
    );
    (HEADERS, html).into_response()
}
