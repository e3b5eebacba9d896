//! The fallback function.

use platform::Env;
use web::Edge;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), web::Error> {
    platform::telemetry::init();
    web::serve(fallback::router(), Edge::stateless(&Env::process())).await
}
