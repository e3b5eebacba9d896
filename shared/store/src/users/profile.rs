//! What people see and change of an account.

use domain::ids::UserId;
use jiff::Timestamp;
use serde::Deserialize;

use super::{Result, User};
use crate::db::{Db, Statement};

/// What others see of an account.
#[derive(Clone, Debug, Deserialize)]
pub struct PublicProfile {
    /// Whose it is.
    pub id: UserId,
    /// The whole name for those with a booking between them, else the first word.
    pub name: String,
    /// When the account was made.
    pub created_at: Timestamp,
    /// Whether the person lets something that is published.
    pub is_host: bool,
}

/// New values; `None` leaves the old one.
#[derive(Clone, Debug, Default)]
pub struct ProfileChange<'a> {
    /// As shown to others.
    pub name: Option<&'a str>,
    /// BCP 47.
    pub locale: Option<&'a str>,
    /// IANA name.
    pub time_zone: Option<&'a str>,
}

/// The account as its owner sees it.
pub async fn find(db: &Db, id: UserId) -> Result<Option<User>> {
    db.optional(
        Statement::new(
            "SELECT jsonb_build_object('id', id, 'email', email, 'name', name, 'locale', locale,
                 'time_zone', time_zone, 'role', role, 'email_verified_at', email_verified_at,
                 'pending_email', pending_email, 'mfa', EXISTS (
                     SELECT FROM second_factors f WHERE f.user_id = users.id AND f.confirmed_at IS NOT NULL),
                 'created_at', created_at, 'version', version)::text
             FROM users WHERE id = :id::uuid AND erased_at IS NULL",
        )
        .uuid("id", id)
        .idempotent(),
    )
    .await
}

/// Changes the account if `version` is still the present one (or none is asked for).
pub async fn change(
    db: &Db,
    id: UserId,
    version: Option<i64>,
    change: &ProfileChange<'_>,
    now: Timestamp,
) -> Result<Option<User>> {
    db.optional(
        Statement::new(
            "UPDATE users SET name = coalesce(:name, name), locale = coalesce(:locale, locale),
                 time_zone = coalesce(:time_zone, time_zone), updated_at = :now::timestamptz,
                 version = version + 1
             WHERE id = :id::uuid AND erased_at IS NULL AND version = coalesce(:version::int8, version)
             RETURNING jsonb_build_object('id', id, 'email', email, 'name', name, 'locale', locale,
                 'time_zone', time_zone, 'role', role, 'email_verified_at', email_verified_at,
                 'pending_email', pending_email, 'mfa', EXISTS (
                     SELECT FROM second_factors f WHERE f.user_id = users.id AND f.confirmed_at IS NOT NULL),
                 'created_at', created_at, 'version', version)::text",
        )
        .uuid("id", id)
        .text("name", change.name)
        .text("locale", change.locale)
        .text("time_zone", change.time_zone)
        .int("version", version)
        .instant("now", now),
    )
    .await
}

/// SQL: what `:viewer` may see of the accounts that meet a condition on `u`.
macro_rules! public_profile {
    ($condition:literal) => {
        concat!(
            "SELECT jsonb_build_object('id', u.id, 'created_at', u.created_at,
                 'name', CASE WHEN u.id = :viewer::uuid OR EXISTS (
                         SELECT FROM bookings b WHERE b.confirmed_at IS NOT NULL
                           AND (b.guest_id = u.id AND b.host_id = :viewer::uuid
                             OR b.host_id = u.id AND b.guest_id = :viewer::uuid))
                     THEN u.name ELSE split_part(u.name, ' ', 1) END,
                 'is_host', EXISTS (
                     SELECT FROM properties p WHERE p.host_id = u.id AND p.state = 'published'))::text
             FROM users u WHERE ",
            $condition,
            " AND u.erased_at IS NULL AND u.email_verified_at IS NOT NULL"
        )
    };
}

/// What `viewer` may see of the account `id`.
///
/// The whole name is shown to its owner and to the other side of a booking that was confirmed.
pub async fn public_profile(db: &Db, id: UserId, viewer: Option<UserId>) -> Result<Option<PublicProfile>> {
    let statement = Statement::new(public_profile!("u.id = :id::uuid")).uuid("id", id);
    db.optional(statement.uuid_opt("viewer", viewer).idempotent()).await
}

/// The same of several accounts; those that are gone are left out.
pub async fn public_profiles(db: &Db, ids: &[UserId], viewer: Option<UserId>) -> Result<Vec<PublicProfile>> {
    let ids = ids.iter().map(ToString::to_string).collect::<Vec<_>>().join(",");
    let statement = Statement::new(public_profile!("u.id = ANY (string_to_array(:ids, ',')::uuid[])"));
    db.rows(statement.text("ids", ids.as_str()).uuid_opt("viewer", viewer).idempotent()).await
}
