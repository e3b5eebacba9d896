//! The scheduler function.

use scheduler::Scheduler;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    platform::telemetry::init();
    let env = platform::Env::process();
    let aws = platform::Aws::from_env(&env)?;
    let scheduler = Scheduler::from_env(&env, &aws)?;
    platform::serve_event(|event| scheduler.handle(event)).await
}
