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

pub use state::UsersState;

/// The queues that this function sends to.
pub const TOPICS: &[Topic] = &[Topic::Notifications];

web::operations! {
    UsersState;
    register::register_user,
    verify::verify_email,
    login::login,
    refresh::refresh_session,
    logout::logout,
    password_reset::request_password_reset,
    password_reset::confirm_password_reset,
    me::get_me,
    me::update_me,
    public::get_user,
    jwks::get_jwks,
}
