//! The payments-worker function.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), platform::worker::Error> {
    platform::telemetry::init();
    let env = platform::Env::process();
    let worker = payments_worker::Worker::from_env(&env, &platform::Aws::from_env(&env)?)?;
    platform::serve_worker(|message| worker.handle(message)).await
}
