//! The release-check function.

use platform::{Aws, Env};
use release_check::ReleaseCheck;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    platform::telemetry::init();
    let env = Env::process();
    let check = ReleaseCheck::from_env(&env, &Aws::from_env(&env)?)?;
    platform::serve_event(async |event| check.handle(event).await).await
}
