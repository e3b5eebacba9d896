//! Accounts over HTTP: registration, signing in, profiles, and the public keys of access tokens.

mod jwks;
mod login;
mod logout;
mod me;
mod password_reset;
mod public;
mod refresh;
mod register;
mod state;
mod tokens;
mod verify;

use domain::messages::Topic;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub use state::UsersState;

/// The queues that this function sends to.
pub const TOPICS: &[Topic] = &[Topic::Notifications];

/// All operations of this function.
pub fn router() -> OpenApiRouter<UsersState> {
    OpenApiRouter::default()
        .routes(routes!(register::register_user))
        .routes(routes!(verify::verify_email))
        .routes(routes!(login::login))
        .routes(routes!(refresh::refresh_session))
        .routes(routes!(logout::logout))
        .routes(routes!(password_reset::request_password_reset))
        .routes(routes!(password_reset::confirm_password_reset))
        .routes(routes!(me::get_me, me::update_me))
        .routes(routes!(public::get_user))
        .routes(routes!(jwks::get_jwks))
}
