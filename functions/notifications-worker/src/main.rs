//! The notifications worker.

use notifications_worker::Worker;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), platform::worker::Error> {
    platform::telemetry::init();
    let env = platform::Env::process();
    let aws = platform::Aws::from_env(&env)?;
    let worker = Worker::from_env(&env, &aws)?;
    platform::serve_records(|body| worker.handle(body)).await
}
