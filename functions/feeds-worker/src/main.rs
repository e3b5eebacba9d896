//! The feeds worker.

use feeds_worker::Worker;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), platform::worker::Error> {
    platform::telemetry::init();
    let env = platform::Env::process();
    let aws = platform::Aws::from_env(&env)?;
    let worker = Worker::from_env(&env, &aws)?;
    platform::serve_worker(|message| worker.handle(message)).await
}
