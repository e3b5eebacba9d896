//! Accounts over HTTP: registration, signing in, profiles, and the public keys of access tokens.

mod admin;
mod email_change;
mod export;
mod jwks;
mod login;
mod logout;
mod me;
mod mfa;
mod notifications;
mod password_reset;
mod public;
mod refresh;
mod register;
mod sessions;
mod state;
mod tokens;
mod unsubscribe;
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
    me::delete_me,
    export::export_me,
    mfa::begin_mfa,
    mfa::remove_mfa,
    mfa::confirm_mfa,
    email_change::request_email_change,
    email_change::confirm_email_change,
    notifications::list_preferences,
    notifications::change_preferences,
    unsubscribe::show_unsubscribe,
    unsubscribe::unsubscribe,
    sessions::list_sessions,
    sessions::end_session,
    admin::list_audit_entries,
    admin::suspend_user,
    admin::restore_user,
    public::get_user,
    jwks::get_jwks,
}
