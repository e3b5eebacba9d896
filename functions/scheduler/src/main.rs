//! The scheduler function.

use scheduler::TOPICS;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    platform::telemetry::init();
    let env = platform::Env::process();
    let aws = platform::Aws::from_env(&env)?;
    let ctx = platform::context::context(&env, &aws, TOPICS)?;
    platform::serve_event(|event| scheduler::handle(&ctx, event)).await
}
