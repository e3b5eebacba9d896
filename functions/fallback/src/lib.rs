//! What answers where no other function does: wrong paths and methods get a problem document, the problem types have
//! their pages here, and the description of the whole API is served.
//!
//! It knows neither callers nor the record of truth, so it links no SDK client that it could call.

mod description;
mod pages;
#[cfg(test)]
mod tests;

use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// All operations of this function.
pub fn router() -> OpenApiRouter {
    OpenApiRouter::default()
        .routes(routes!(pages::list_problem_types))
        .routes(routes!(pages::get_problem_type))
        .routes(routes!(description::get_openapi))
}
