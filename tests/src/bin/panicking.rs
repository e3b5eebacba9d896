//! A function whose one operation panics: what the runtime and the layers of `web` make of that is tested with it.

use axum::Router;
use axum::routing::get;
use platform::Env;
use web::Edge;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), web::Error> {
    platform::telemetry::init();
    let router = Router::new().route("/panic", get(panic)).route("/fine", get(async || "fine"));
    web::serve(router, Edge::stateless(&Env::process())).await
}

#[expect(clippy::panic, reason = "that is what it is for")]
async fn panic() -> &'static str {
    panic!("a secret that must not be shown")
}
