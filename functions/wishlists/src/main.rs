//! The wishlists function.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), web::Error> {
    platform::telemetry::init();
    let env = platform::Env::process();
    let aws = platform::Aws::from_env(&env)?;
    let app = web::App::from_env(&env, &aws, wishlists::TOPICS)?;
    web::serve(wishlists::router().with_state(app.clone()), app.edge()).await
}
