//! The domain by GraphQL: the same services and rules as REST, asked for in one graph.
//!
//! A request goes through three gates before any statement runs: it must be well-formed (`http`), its document must keep
//! the limits (`document`), and it must fit the schema within its cost (`meter`).

mod document;
mod errors;
mod http;
mod loaders;
mod meter;
mod nulls;
mod schema;

use axum::Router;
use axum::routing::get;
use domain::messages::Topic;

pub use http::GraphqlState;

/// The queues that this function sends to.
pub const TOPICS: &[Topic] = &[Topic::Payments, Topic::Notifications, Topic::Media];

/// Serves `/graphql`.
pub fn router(state: GraphqlState) -> Router {
    Router::new().route("/graphql", get(http::get).post(http::post)).with_state(state)
}

/// The schema in GraphQL's own language, as `schema.graphql` keeps it.
pub fn sdl() -> String {
    schema::sdl()
}
