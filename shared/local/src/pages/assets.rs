//! The files that pages need, all of them part of this program.

use axum::extract::Path;
use axum::http::StatusCode;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, X_CONTENT_TYPE_OPTIONS};
use axum::response::{IntoResponse, Response};

const CSS: &str = "text/css; charset=utf-8";
const JS: &str = "text/javascript; charset=utf-8";

/// Name, kind and content. What is below `vendor` is the work of others as they published it; `renew` beside it says where from.
const FILES: [(&str, &str, &str); 8] = [
    ("style.css", CSS, include_str!("style.css")),
    ("icon.svg", "image/svg+xml", include_str!("icon.svg")),
    ("graphiql.css", CSS, include_str!("graphiql.css")),
    ("graphiql.js", JS, include_str!("graphiql.js")),
    ("vendor/graphiql.min.css", CSS, include_str!("../../vendor/graphiql/graphiql.min.css")),
    ("vendor/graphiql.min.js", JS, include_str!("../../vendor/graphiql/graphiql.min.js")),
    ("vendor/react.production.min.js", JS, include_str!("../../vendor/graphiql/react.production.min.js")),
    (
        "vendor/react-dom.production.min.js",
        JS,
        include_str!("../../vendor/graphiql/react-dom.production.min.js"),
    ),
];

/// `GET /_local/assets/{*file}`.
pub(crate) async fn get(Path(file): Path<String>) -> Response {
    let Some((_, kind, content)) = FILES.iter().find(|(name, ..)| *name == file) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    // A new build of this program is at the same address: the browser asks each time.
    let headers = [(CONTENT_TYPE, *kind), (CACHE_CONTROL, "no-cache"), (X_CONTENT_TYPE_OPTIONS, "nosniff")];
    (headers, *content).into_response()
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use sha2::{Digest as _, Sha256};

    /// What was vendored is what the list of sums says: nobody mends a copy by hand.
    #[test]
    fn vendored_files_are_as_published() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("vendor/graphiql");
        let sums = std::fs::read_to_string(folder.join("SHA256SUMS")).unwrap();
        assert!(sums.lines().count() >= 4);
        for line in sums.lines() {
            let (sum, name) = line.split_once("  ").unwrap();
            let content = std::fs::read(folder.join(name)).unwrap();
            let found =
                Sha256::digest(&content).iter().fold(String::new(), |hex, byte| format!("{hex}{byte:02x}"));
            assert_eq!(found, sum, "{name}");
        }
    }
}
