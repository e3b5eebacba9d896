//! What answers where no other function does: wrong paths and methods get a problem document, the problem types have
//! their pages here, and the description of the whole API is served.
//!
//! It knows neither callers nor the record of truth, so it links no SDK client that it could call.

mod description;
mod pages;
#[cfg(test)]
mod tests;

pub use description::OPENAPI;

web::operations! {
    ();
    pages::list_problem_types,
    pages::get_problem_type,
    description::get_openapi,
}
