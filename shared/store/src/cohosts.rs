//! Who helps a host with a listing.

use domain::cohost::{Act, Permission};
use domain::ids::{PropertyId, UserId};
use jiff::Timestamp;
use serde::Deserialize;

use crate::db::{Db, DbError, Statement};

/// Somebody who helps with a listing.
#[derive(Clone, Debug, Deserialize)]
pub struct Cohost {
    /// Who.
    pub user_id: UserId,
    /// The first word of their name.
    pub name: String,
    /// With what.
    pub permissions: Vec<Permission>,
    /// Since when.
    pub created_at: Timestamp,
}

/// What became of naming a co-host.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Named {
    /// They are one now, with these permissions.
    Done,
    /// There is no such account, or it is the host's own.
    UnknownUser,
    /// The listing has as many as it may have.
    TooMany,
}

/// Whose listing somebody works on: the host's for the host, and for a co-host with the permission. Anyone else has no
/// such listing.
///
/// That a co-host is let in for an act is on record before it is done: what a rule then refuses is there as well, and
/// nothing is done without its entry. (A statement that was repeated after a lost answer left two: no harm.)
pub async fn acting_host(
    db: &Db,
    property: PropertyId,
    user: UserId,
    (permission, act): (Permission, Option<Act>),
    now: Timestamp,
) -> Result<Option<UserId>, DbError> {
    db.optional(
        Statement::new(
            "WITH home AS (
                 SELECT p.id, p.host_id FROM properties p
                 WHERE p.id = :property::uuid AND p.state <> 'archived' AND (p.host_id = :user::uuid OR EXISTS (
                     SELECT FROM cohosts c WHERE c.property_id = p.id AND c.user_id = :user::uuid
                       AND :permission = ANY (c.permissions)))),
             noted AS (
                 INSERT INTO audit_log (at, actor_id, action, subject_kind, subject_id, reason)
                 SELECT :now::timestamptz, :user::uuid, 'cohost_' || :act, 'property', id, 'for the host ' || host_id
                 FROM home WHERE host_id <> :user::uuid AND :act::text IS NOT NULL)
             SELECT to_jsonb(host_id)::text FROM home",
        )
        .uuid("property", property)
        .uuid("user", user)
        .text("permission", permission.code())
        .text("act", act.map(Act::code))
        .instant("now", now)
        .idempotent(),
    )
    .await
}

/// The co-hosts of a host's listing; `None` where the host has no such listing.
pub async fn of_listing(db: &Db, property: PropertyId, host: UserId) -> Result<Option<Vec<Cohost>>, DbError> {
    db.optional(
        Statement::new(
            "SELECT coalesce((
                 SELECT jsonb_agg(jsonb_build_object('user_id', c.user_id, 'name', split_part(u.name, ' ', 1),
                     'permissions', c.permissions, 'created_at', c.created_at) ORDER BY c.created_at, c.user_id)
                 FROM cohosts c JOIN users u ON u.id = c.user_id WHERE c.property_id = p.id), '[]')::text
             FROM properties p
             WHERE p.id = :property::uuid AND p.host_id = :host::uuid AND p.state <> 'archived'",
        )
        .uuid("property", property)
        .uuid("host", host)
        .idempotent(),
    )
    .await
}

/// Names a co-host, or gives one other permissions; it is on record. `None` where the host has no such listing.
pub async fn name(
    db: &Db,
    (property, host): (PropertyId, UserId),
    user: UserId,
    permissions: &[Permission],
    most: u32,
    now: Timestamp,
) -> Result<Option<Named>, DbError> {
    let statement = Statement::new(
        "WITH home AS (
             SELECT id FROM properties WHERE id = :property::uuid AND host_id = :host::uuid AND state <> 'archived'
             FOR NO KEY UPDATE),
         person AS (
             SELECT u.id FROM users u, home WHERE u.id = :user::uuid AND u.id <> :host::uuid
               AND u.erased_at IS NULL AND u.email_verified_at IS NOT NULL),
         room AS (
             SELECT home.id FROM home WHERE (
                 SELECT count(*) FROM cohosts c WHERE c.property_id = home.id AND c.user_id <> :user::uuid) < :most::int4),
         named AS (
             INSERT INTO cohosts (property_id, user_id, permissions, created_at)
             SELECT room.id, person.id,
                    ARRAY(SELECT DISTINCT jsonb_array_elements_text(:permissions::jsonb) ORDER BY 1),
                    :now::timestamptz
             FROM room, person
             ON CONFLICT (property_id, user_id) DO UPDATE SET permissions = excluded.permissions
             RETURNING property_id),
         noted AS (
             INSERT INTO audit_log (at, actor_id, action, subject_kind, subject_id, reason)
             SELECT :now::timestamptz, :host::uuid, 'cohost_named', 'property', property_id,
                    'co-host ' || :user || ': ' || :permissions
             FROM named)
         SELECT to_jsonb(CASE WHEN EXISTS (SELECT FROM named) THEN 'done'
                              WHEN NOT EXISTS (SELECT FROM person) THEN 'unknown_user'
                              ELSE 'too_many' END)::text
         FROM home",
    )
    .uuid("property", property)
    .uuid("host", host)
    .uuid("user", user)
    .json("permissions", &permissions)?
    .int("most", i64::from(most))
    .instant("now", now);
    db.optional(statement).await
}

/// Takes a co-host's permissions away, by the host or by themselves. Answers false where there is no such co-host.
pub async fn dismiss(
    db: &Db,
    property: PropertyId,
    user: UserId,
    by: UserId,
    now: Timestamp,
) -> Result<bool, DbError> {
    let statement = Statement::new(
        "WITH gone AS (
             DELETE FROM cohosts c USING properties p
             WHERE c.property_id = :property::uuid AND c.user_id = :user::uuid AND p.id = c.property_id
               AND (p.host_id = :by::uuid OR c.user_id = :by::uuid)
             RETURNING c.property_id),
         noted AS (
             INSERT INTO audit_log (at, actor_id, action, subject_kind, subject_id, reason)
             SELECT :now::timestamptz, :by::uuid, 'cohost_dismissed', 'property', property_id, 'co-host ' || :user
             FROM gone)
         SELECT to_jsonb(property_id)::text FROM gone",
    )
    .uuid("property", property)
    .uuid("user", user)
    .uuid("by", by)
    .instant("now", now);
    Ok(!db.texts(statement).await?.is_empty())
}
