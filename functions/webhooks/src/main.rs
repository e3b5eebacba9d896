//! The webhooks function.

use webhooks::WebhooksState;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), web::Error> {
    platform::telemetry::init();
    let env = platform::Env::process();
    let aws = platform::Aws::from_env(&env)?;
    let state = WebhooksState::from_env(&env, &aws)?;
    let edge = state.app().edge();
    web::serve(webhooks::router().with_state(state), edge).await
}
