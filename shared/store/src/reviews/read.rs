//! Reading reviews. A viewer sees what is revealed, and what they wrote themselves.

use std::cmp::Reverse;

use domain::ids::{BookingId, PropertyId, ReviewId, UserId};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{Review, ReviewedStay, review_json};
use crate::batch::{self, asked_ids, batch};
use crate::db::{Db, DbError, Statement};

/// Whose reviews to list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum About {
    /// What guests said of a place.
    Property(PropertyId),
    /// What was said of a person, as a host or as a guest.
    User(UserId),
    /// What both sides of a stay said.
    Booking(BookingId),
}

/// The last item of a page. A viewer's own unrevealed reviews come first and have no instant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Position {
    /// When it was revealed.
    pub revealed_at: Option<Timestamp>,
    /// Its id.
    pub id: ReviewId,
}

/// A review that `viewer` may know of, a tombstone included.
pub async fn find(db: &Db, id: ReviewId, viewer: Option<UserId>) -> Result<Option<Review>, DbError> {
    let sql = concat!(
        "SELECT ",
        review_json!(),
        " FROM reviews r JOIN users a ON a.id = r.author_id
          WHERE r.id = :id::uuid AND (r.revealed_at IS NOT NULL OR r.author_id = :viewer::uuid)"
    );
    db.optional(Statement::new(sql).uuid("id", id).uuid_opt("viewer", viewer).idempotent()).await
}

/// Those of the reviews that `viewer` may know of, tombstones included.
pub async fn find_many(db: &Db, ids: &[ReviewId], viewer: Option<UserId>) -> Result<Vec<Review>, DbError> {
    const SQL: &str = batch!(concat!(
        "SELECT r.id, 1 AS part, ",
        review_json!(),
        " AS text FROM reviews r JOIN users a ON a.id = r.author_id
          WHERE r.id = ANY (string_to_array(:ids, ',')::uuid[])
            AND (r.revealed_at IS NOT NULL OR r.author_id = :viewer::uuid)"
    ));
    let statement = || Statement::new(SQL).uuid_opt("viewer", viewer);
    let found = batch::read(db, ids.iter().copied(), statement).await?;
    found.iter().flat_map(|(_, texts)| texts).map(|text| decode(text)).collect()
}

fn decode(text: &str) -> Result<Review, DbError> {
    serde_json::from_str(text).map_err(|source| DbError::Decode { source })
}

/// The stay of a booking as far as reviews are concerned.
pub async fn stay(db: &Db, booking: BookingId) -> Result<Option<ReviewedStay>, DbError> {
    db.optional(
        Statement::new(
            "SELECT jsonb_build_object('booking_id', b.id, 'property_id', b.property_id, 'guest_id', b.guest_id,
                 'host_id', b.host_id, 'state', b.state,
                 'checked_out_at', coalesce(b.checked_out_at, b.check_out_at),
                 'guest_submitted_at', (SELECT r.created_at FROM reviews r
                     WHERE r.booking_id = b.id AND r.side = 'guest'),
                 'host_submitted_at', (SELECT r.created_at FROM reviews r
                     WHERE r.booking_id = b.id AND r.side = 'host'))::text
             FROM bookings b WHERE b.id = :booking::uuid",
        )
        .uuid("booking", booking)
        .idempotent(),
    )
    .await
}

/// The statement of a list. Each part reads its own index from the cursor's position on and stops at the limit: the
/// viewer's own unrevealed reviews, then the revealed ones, newest first.
macro_rules! page_sql {
    ($filter:literal) => {
        concat!(
            "WITH own AS (
                 SELECT r.* FROM reviews r
                 WHERE r.author_id = :viewer::uuid AND r.revealed_at IS NULL AND ",
            $filter,
            "      AND :after_at::timestamptz IS NULL
                   AND r.id < coalesce(:after_id::uuid, 'ffffffff-ffff-ffff-ffff-ffffffffffff')
                 ORDER BY r.id DESC LIMIT :limit::int4),
             revealed AS (
                 SELECT r.* FROM reviews r
                 WHERE r.revealed_at IS NOT NULL AND r.removed_at IS NULL AND ",
            $filter,
            "      AND (r.revealed_at, r.id) < (coalesce(:after_at::timestamptz, 'infinity'),
                       CASE WHEN :after_at::timestamptz IS NULL THEN 'ffffffff-ffff-ffff-ffff-ffffffffffff'
                            ELSE :after_id::uuid END)
                 ORDER BY r.revealed_at DESC, r.id DESC LIMIT :limit::int4)
             SELECT ",
            review_json!(),
            " FROM (SELECT * FROM own UNION ALL SELECT * FROM revealed) r JOIN users a ON a.id = r.author_id
              ORDER BY r.revealed_at DESC NULLS FIRST, r.id DESC LIMIT :limit::int4"
        )
    };
}

/// Up to `limit` reviews after `after`: the viewer's own unrevealed ones first, then the revealed ones, newest first.
pub async fn page(
    db: &Db,
    about: About,
    viewer: Option<UserId>,
    after: Option<Position>,
    limit: u32,
) -> Result<Vec<Review>, DbError> {
    let statement = match about {
        About::Property(id) => {
            Statement::new(page_sql!("r.property_id = :about::uuid AND r.side = 'guest'")).uuid("about", id)
        }
        About::User(id) => Statement::new(page_sql!("r.subject_id = :about::uuid")).uuid("about", id),
        About::Booking(id) => Statement::new(page_sql!("r.booking_id = :about::uuid")).uuid("about", id),
    };
    db.rows(
        statement
            .uuid_opt("viewer", viewer)
            .instant("after_at", after.and_then(|after| after.revealed_at))
            .uuid_opt("after_id", after.map(|after| after.id))
            .int("limit", i64::from(limit))
            .idempotent(),
    )
    .await
}

/// SQL: the first pages of several lists, of those whose id is asked for as `k.id`.
macro_rules! first_pages_sql {
    ($filter:literal) => {
        batch!(concat!(
            "SELECT k.id, 1 AS part, l.text FROM ",
            asked_ids!(),
            " CROSS JOIN LATERAL (",
            page_sql!($filter),
            ") AS l(text)"
        ))
    };
}

/// The first pages of lists of one kind, as [`page`] has them, in one statement; a list without reviews is left out.
pub async fn first_pages(
    db: &Db,
    about: &[About],
    viewer: Option<UserId>,
    limit: u32,
) -> Result<Vec<(About, Vec<Review>)>, DbError> {
    let Some(kind) = about.first() else { return Ok(Vec::new()) };
    let (sql, of): (&'static str, fn(Uuid) -> About) = match kind {
        About::Property(_) => {
            (first_pages_sql!("r.property_id = k.id AND r.side = 'guest'"), |id| About::Property(id.into()))
        }
        About::User(_) => (first_pages_sql!("r.subject_id = k.id"), |id| About::User(id.into())),
        About::Booking(_) => (first_pages_sql!("r.booking_id = k.id"), |id| About::Booking(id.into())),
    };
    let statement = || {
        Statement::new(sql)
            .uuid_opt("viewer", viewer)
            .instant("after_at", None)
            .uuid_opt("after_id", None::<Uuid>)
            .int("limit", i64::from(limit))
    };
    let found = batch::read(db, about.iter().map(|about| about.id()), statement).await?;
    let page = |(id, texts): (Uuid, Vec<String>)| {
        let mut page: Vec<Review> = texts.iter().map(|text| decode(text)).collect::<Result<_, _>>()?;
        // Rows of one id come in any order: the viewer's own that are not revealed first, then the latest.
        page.sort_by_key(|review| Reverse((review.revealed_at.is_none(), review.revealed_at, review.id)));
        Ok((of(id), page))
    };
    found.into_iter().map(page).collect()
}

impl About {
    fn id(self) -> Uuid {
        match self {
            Self::Property(id) => id.into(),
            Self::User(id) => id.into(),
            Self::Booking(id) => id.into(),
        }
    }
}
