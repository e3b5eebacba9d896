//! The properties function.

use properties::PropertiesState;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), web::Error> {
    platform::telemetry::init();
    let env = platform::Env::process();
    let state = PropertiesState::from_env(&env, &platform::Aws::from_env(&env)?)?;
    let edge = state.app().edge();
    web::serve(properties::router().with_state(state), edge).await
}
