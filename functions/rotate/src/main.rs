//! The rotate function.

use platform::{Aws, Env};
use rotate::Rotation;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    platform::telemetry::init();
    let env = Env::process();
    let rotation = Rotation::from_env(&env, &Aws::from_env(&env)?)?;
    // Boxed: the future of all that work is deeper than the compiler looks by default.
    platform::serve_event(async |event| Ok(Box::pin(rotation.handle(event)).await?)).await
}
