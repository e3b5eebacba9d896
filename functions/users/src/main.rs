//! The users function.

use users::UsersState;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), web::Error> {
    platform::telemetry::init();
    let env = platform::Env::process();
    let state = UsersState::from_env(&env, &platform::Aws::from_env(&env)?)?;
    let edge = state.app().edge();
    web::serve(users::router().with_state(state), edge).await
}
