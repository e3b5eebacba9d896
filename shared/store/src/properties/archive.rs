//! Taking a listing off the market for good.

use domain::ids::{PropertyId, UserId};
use jiff::Timestamp;
use serde::Deserialize;

use super::Result;
use crate::db::{Db, Statement};

/// What became of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(from = "bool")]
pub enum Archived {
    /// It is archived.
    Done,
    /// Bookings stand.
    BookingsStand,
}

impl From<bool> for Archived {
    fn from(done: bool) -> Self {
        if done { Self::Done } else { Self::BookingsStand }
    }
}

/// Archives the host's listing unless bookings stand; `None` when the host has no such listing.
pub async fn archive(db: &Db, id: PropertyId, host: UserId, now: Timestamp) -> Result<Option<Archived>> {
    db.optional(
        Statement::new("SELECT to_jsonb(archive_property(:id::uuid, :host::uuid, :now::timestamptz))::text")
            .uuid("id", id)
            .uuid("host", host)
            .instant("now", now),
    )
    .await
}
