//! The rotate function.

use platform::{Aws, Env};
use rotate::Rotation;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    platform::telemetry::init();
    let env = Env::process();
    let rotation = Rotation::from_env(&env, &Aws::from_env(&env)?)?;
    platform::serve_event(async |event| Ok(rotation.handle(event).await?)).await
}
