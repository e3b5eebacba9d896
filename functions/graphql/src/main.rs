//! The GraphQL function.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), web::Error> {
    platform::telemetry::init();
    let env = platform::Env::process();
    let aws = platform::Aws::from_env(&env)?;
    let state = graphql::GraphqlState::from_env(&env, &aws)?;
    let edge = state.app().edge();
    web::serve(graphql::router(state), edge).await
}
