//! Accounts.

mod credentials;
pub mod email_change;
mod erase;
pub mod mfa;
pub mod privacy;
mod profile;
mod registration;

use domain::ids::UserId;
use jiff::Timestamp;
use serde::Deserialize;

use crate::db::DbError;
use crate::single_use_tokens::hex;

pub use credentials::{
    Credentials, Owner, SessionFacts, by_email, for_refresh, rehash, reset_password, sign_out_everywhere,
};
pub use erase::{Erased, erase, export};
pub use profile::{ProfileChange, PublicProfile, change, find, public_profile, public_profiles};
pub use registration::{NewUser, Registered, ensure_demo, register, request_reset, verify_email};

/// What an account may do beyond its own things.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StoredRole {
    /// A person who rents or lets.
    Member,
    /// A member of the staff.
    Admin,
}

/// An account as its owner sees it.
#[derive(Clone, Debug, Deserialize)]
pub struct User {
    /// Whose it is.
    pub id: UserId,
    /// As typed at registration.
    pub email: String,
    /// As shown to others.
    pub name: String,
    /// BCP 47.
    pub locale: String,
    /// IANA name.
    pub time_zone: String,
    /// What it may do beyond its own things.
    pub role: StoredRole,
    /// When the address was proved.
    pub email_verified_at: Option<Timestamp>,
    /// Whether signing in asks for a second factor.
    pub mfa: bool,
    /// The address that it is to have, until the mail to it is answered.
    pub pending_email: Option<String>,
    /// When it was made.
    pub created_at: Timestamp,
    /// Grows with every change.
    pub version: i64,
}

/// The one row of a statement that answers whether it found anything.
fn found(texts: &[String]) -> bool {
    !texts.is_empty()
}

type Result<T> = std::result::Result<T, DbError>;
