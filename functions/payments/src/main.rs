//! The payments function.

use payments::PaymentsState;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), web::Error> {
    platform::telemetry::init();
    let env = platform::Env::process();
    let state = PaymentsState::from_env(&env, &platform::Aws::from_env(&env)?)?;
    let edge = state.app().edge();
    web::serve(payments::router().with_state(state), edge).await
}
