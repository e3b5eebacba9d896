//! The media worker's function.

use media_worker::Worker;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), platform::worker::Error> {
    platform::telemetry::init();
    let env = platform::Env::process();
    let worker = Worker::from_env(&env, &platform::Aws::from_env(&env)?)?;
    platform::serve_records(|body| worker.handle(body)).await
}
