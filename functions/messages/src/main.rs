//! The messages function.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), web::Error> {
    platform::telemetry::init();
    let env = platform::Env::process();
    let aws = platform::Aws::from_env(&env)?;
    let app = web::App::from_env(&env, &aws, messages::TOPICS)?;
    web::serve(messages::router().with_state(app.clone()), app.edge()).await
}
