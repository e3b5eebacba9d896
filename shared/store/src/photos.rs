//! Photos of listings: uploaded by the host, cleaned by the media worker, and only then shown.

use domain::ids::{OutboxId, PhotoId, PropertyId, UserId};
use domain::messages::Message;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::db::{Db, DbError, Statement};
use crate::outbox::messages_json;

/// A photo that may be shown.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReadyPhoto {
    /// Which one.
    pub id: PhotoId,
    /// Where it lies in the bucket.
    pub key: String,
    /// The host's words for it; may be empty.
    pub caption: String,
    /// In pixels.
    pub width: u32,
    /// In pixels.
    pub height: u32,
}

/// Where a photo is in its life.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PhotoState {
    /// The host has an address to upload it to.
    AwaitingUpload,
    /// It is clean and shown.
    Ready,
    /// It could not be used.
    Rejected,
    /// The host took it away.
    Deleted,
}

/// A photo as its host sees it.
#[derive(Clone, Debug, Deserialize)]
pub struct HostPhoto {
    /// Which one.
    pub id: PhotoId,
    /// Where it is in its life.
    pub state: PhotoState,
    /// The host's words for it; may be empty.
    pub caption: String,
    /// Where the clean one lies, when it is ready.
    pub key: Option<String>,
    /// In pixels, when it is ready.
    pub width: Option<u32>,
    /// In pixels, when it is ready.
    pub height: Option<u32>,
    /// Why it was rejected; a stable code.
    pub problem: Option<String>,
    /// When the upload was announced.
    pub created_at: Timestamp,
}

/// A photo to be made.
#[derive(Clone, Copy, Debug)]
pub struct NewPhoto<'a> {
    /// Its id, made beforehand.
    pub id: PhotoId,
    /// The listing.
    pub property_id: PropertyId,
    /// The host's words for it; may be empty.
    pub caption: &'a str,
    /// What the host says it is; the worker looks for itself.
    pub content_type: &'a str,
    /// Where it is uploaded to.
    pub upload_key: &'a str,
}

/// What became of an announced photo.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Announced {
    /// It may be uploaded.
    Done,
    /// The listing has as many as it may have.
    TooMany,
    /// The host has no such listing.
    NoListing,
}

/// What became of a new order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ordered {
    /// The photos stand in the new order.
    Done,
    /// These are no photos of the listing; nothing was changed.
    Unknown(Vec<PhotoId>),
    /// The host has no such listing.
    NoListing,
}

/// A photo as the worker sees it.
#[derive(Clone, Debug, Deserialize)]
pub struct Work {
    /// Where it is in its life.
    pub state: PhotoState,
    /// Where it was uploaded to.
    pub upload_key: String,
    /// Where the clean one lies.
    pub public_key: Option<String>,
}

/// How many photos a listing has at most.
pub const MAX_PHOTOS: u32 = 40;

type Result<T> = std::result::Result<T, DbError>;

/// Announces a photo, behind the others. An upload that was announced a day ago and never came no longer counts.
pub async fn announce(db: &Db, host: UserId, photo: NewPhoto<'_>, now: Timestamp) -> Result<Announced> {
    #[derive(Deserialize)]
    struct Row {
        listing: bool,
        made: bool,
    }
    let row: Row = db
        .one(
            Statement::new(
                "WITH listing AS (
                     SELECT p.id FROM properties p
                     WHERE p.id = :property::uuid AND p.host_id = :host::uuid AND p.state <> 'archived'),
                 made AS (
                     INSERT INTO photos (id, property_id, position, state, caption, upload_key, content_type,
                                         created_at, updated_at)
                     SELECT :id::uuid, l.id,
                            (SELECT coalesce(max(f.position) + 1, 0) FROM photos f
                             WHERE f.property_id = l.id AND f.state <> 'deleted'),
                            'awaiting_upload', :caption, :upload_key, :content_type,
                            :now::timestamptz, :now::timestamptz
                     FROM listing l
                     WHERE :most::int8 > (
                         SELECT count(*) FROM photos f
                         WHERE f.property_id = l.id
                           AND (f.state = 'ready'
                                OR f.state = 'awaiting_upload'
                                   AND f.created_at > :now::timestamptz - interval '1 day'))
                     RETURNING id)
                 SELECT jsonb_build_object('listing', EXISTS (SELECT FROM listing),
                                           'made', EXISTS (SELECT FROM made))::text",
            )
            .uuid("id", photo.id)
            .uuid("property", photo.property_id)
            .uuid("host", host)
            .text("caption", photo.caption)
            .text("upload_key", photo.upload_key)
            .text("content_type", photo.content_type)
            .int("most", i64::from(MAX_PHOTOS))
            .instant("now", now),
        )
        .await?;
    Ok(match row {
        Row { listing: false, .. } => Announced::NoListing,
        Row { made: false, .. } => Announced::TooMany,
        Row { .. } => Announced::Done,
    })
}

/// The photos of the host's listing, those that were rejected too, in their order; `None` when the host has no such
/// listing.
pub async fn of_host(db: &Db, property_id: PropertyId, host: UserId) -> Result<Option<Vec<HostPhoto>>> {
    db.optional(
        Statement::new(
            "SELECT coalesce((
                 SELECT jsonb_agg(jsonb_build_object('id', f.id, 'state', f.state, 'caption', f.caption,
                            'key', f.public_key, 'width', f.width, 'height', f.height, 'problem', f.problem,
                            'created_at', f.created_at) ORDER BY f.position, f.id)
                 FROM (SELECT * FROM photos f WHERE f.property_id = p.id AND f.state <> 'deleted'
                       ORDER BY f.created_at DESC LIMIT 50) f), '[]')::text
             FROM properties p
             WHERE p.id = :property::uuid AND p.host_id = :host::uuid AND p.state <> 'archived'",
        )
        .uuid("property", property_id)
        .uuid("host", host)
        .idempotent(),
    )
    .await
}

/// Puts the named photos first, in this order; the others follow in theirs. Each is named once.
pub async fn order(
    db: &Db,
    property_id: PropertyId,
    host: UserId,
    photos: &[PhotoId],
    now: Timestamp,
) -> Result<Ordered> {
    #[derive(Deserialize)]
    struct Row {
        listing: bool,
        unknown: Vec<PhotoId>,
    }
    let row: Row = db
        .one(
            Statement::new(
                "WITH listing AS (
                     SELECT p.id FROM properties p
                     WHERE p.id = :property::uuid AND p.host_id = :host::uuid AND p.state <> 'archived'),
                 asked AS (
                     SELECT id::uuid, place FROM jsonb_array_elements_text(:photos::jsonb) WITH ORDINALITY AS a (id, place)),
                 placed AS (
                     SELECT f.id, row_number() OVER (ORDER BY a.place NULLS LAST, f.position, f.id) - 1 AS place
                     FROM listing l JOIN photos f ON f.property_id = l.id AND f.state <> 'deleted'
                     LEFT JOIN asked a ON a.id = f.id),
                 unknown AS (SELECT id FROM asked EXCEPT SELECT id FROM placed),
                 moved AS (
                     UPDATE photos f SET position = p.place, updated_at = :now::timestamptz
                     FROM placed p
                     WHERE f.id = p.id AND f.position <> p.place AND NOT EXISTS (SELECT FROM unknown))
                 SELECT jsonb_build_object(
                     'listing', EXISTS (SELECT FROM listing),
                     'unknown', (SELECT coalesce(jsonb_agg(id), '[]') FROM unknown))::text",
            )
            .uuid("property", property_id)
            .uuid("host", host)
            .json("photos", &photos)?
            .instant("now", now)
            .idempotent(),
        )
        .await?;
    Ok(match row {
        Row { listing: false, .. } => Ordered::NoListing,
        Row { unknown, .. } if unknown.is_empty() => Ordered::Done,
        Row { unknown, .. } => Ordered::Unknown(unknown),
    })
}

/// Takes a photo of the host's listing away and has its objects removed by `message`. Answers false when there is none.
pub async fn remove(
    db: &Db,
    property_id: PropertyId,
    host: UserId,
    id: PhotoId,
    message: &Message,
    now: Timestamp,
) -> Result<bool> {
    let texts = db
        .texts(
            Statement::new(
                "WITH gone AS (
                     UPDATE photos f SET state = 'deleted', caption = '', updated_at = :now::timestamptz
                     FROM properties p
                     WHERE f.id = :id::uuid AND f.state <> 'deleted' AND f.property_id = p.id
                       AND p.id = :property::uuid AND p.host_id = :host::uuid AND p.state <> 'archived'
                     RETURNING f.id),
                 sent AS (
                     INSERT INTO outbox (id, topic, body, created_at, next_send_at)
                     SELECT m.id, m.topic, m.body, :now::timestamptz, :now::timestamptz + interval '1 minute'
                     FROM jsonb_to_recordset(:outbox::jsonb) AS m (id uuid, topic text, body jsonb)
                     WHERE EXISTS (SELECT FROM gone))
                 SELECT to_jsonb(id)::text FROM gone",
            )
            .uuid("id", id)
            .uuid("property", property_id)
            .uuid("host", host)
            .text("outbox", messages_json(std::slice::from_ref(message))?.as_str())
            .instant("now", now),
        )
        .await?;
    Ok(!texts.is_empty())
}

/// The photo as the worker sees it.
pub async fn work(db: &Db, id: PhotoId) -> Result<Option<Work>> {
    db.optional(
        Statement::new(
            "SELECT jsonb_build_object('state', state, 'upload_key', upload_key, 'public_key', public_key)::text
             FROM photos WHERE id = :id::uuid",
        )
        .uuid("id", id)
        .idempotent(),
    )
    .await
}

/// Says that the clean photo lies at `key`. Answers false when the photo no longer waits for it.
pub async fn mark_ready(
    db: &Db,
    id: PhotoId,
    key: &str,
    (width, height): (u32, u32),
    now: Timestamp,
) -> Result<bool> {
    let changed = db
        .affected(
            Statement::new(
                "UPDATE photos SET state = 'ready', public_key = :key, width = :width::int4, height = :height::int4,
                     content_type = 'image/jpeg', updated_at = :now::timestamptz
                 WHERE id = :id::uuid AND state = 'awaiting_upload'",
            )
            .uuid("id", id)
            .text("key", key)
            .int("width", i64::from(width))
            .int("height", i64::from(height))
            .instant("now", now),
        )
        .await?;
    Ok(changed > 0)
}

/// Says why the photo cannot be used, and has its host told by `message`. Answers false when it no longer waits.
pub async fn mark_rejected(
    db: &Db,
    id: PhotoId,
    problem: &str,
    message: &Message,
    now: Timestamp,
) -> Result<bool> {
    let texts = db
        .texts(
            Statement::new(
                "WITH refused AS (
                     UPDATE photos SET state = 'rejected', problem = :problem, updated_at = :now::timestamptz
                     WHERE id = :id::uuid AND state = 'awaiting_upload' RETURNING id),
                 sent AS (
                     INSERT INTO outbox (id, topic, body, created_at, next_send_at)
                     SELECT m.id, m.topic, m.body, :now::timestamptz, :now::timestamptz + interval '1 minute'
                     FROM jsonb_to_recordset(:outbox::jsonb) AS m (id uuid, topic text, body jsonb)
                     WHERE EXISTS (SELECT FROM refused))
                 SELECT to_jsonb(id)::text FROM refused",
            )
            .uuid("id", id)
            .text("problem", problem)
            .text("outbox", messages_json(std::slice::from_ref(message))?.as_str())
            .instant("now", now),
        )
        .await?;
    Ok(!texts.is_empty())
}

/// Forgets where the deleted photo lay and marks the message done.
pub async fn mark_removed(db: &Db, id: PhotoId, message: OutboxId, now: Timestamp) -> Result<()> {
    db.affected(
        Statement::new(
            "WITH gone AS (
                 UPDATE photos SET public_key = NULL, updated_at = :now::timestamptz
                 WHERE id = :id::uuid AND state = 'deleted')
             UPDATE outbox SET done_at = :now::timestamptz WHERE id = :message::uuid AND done_at IS NULL",
        )
        .uuid("id", id)
        .uuid("message", message)
        .instant("now", now)
        .idempotent(),
    )
    .await
    .map(|_| ())
}
