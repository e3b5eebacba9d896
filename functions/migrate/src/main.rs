//! The migrate function: called by a deployment before traffic moves.

use platform::{Aws, Env};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), platform::worker::Error> {
    platform::telemetry::init();
    let env = Env::process();
    let aws = Aws::from_env(&env)?;
    platform::serve_event(async |event| Ok(Box::pin(migrate::handle(&env, &aws, event)).await?)).await
}
