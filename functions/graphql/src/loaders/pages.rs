//! The first pages of lists that hang on things of a list: one statement for all of them.

use std::collections::HashMap;

use async_graphql::dataloader::Loader;
use domain::ids::{BookingId, PropertyId, ThreadId};
use jiff::civil::Date;
use services::properties::CalendarNight;
use store::bookings::Event;
use store::modifications::Modification;
use store::reviews::{About, Review};
use store::threads::Message;
use web::Problem;

use super::Reader;

/// The first reviews of something.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct ReviewsOf {
    pub(crate) about: About,
    pub(crate) rows: u32,
}

/// The latest bookings of a listing, for those who see to them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct BookingsOf {
    pub(crate) property: PropertyId,
    pub(crate) rows: u32,
}

/// Some nights of a listing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct CalendarOf {
    pub(crate) property: PropertyId,
    pub(crate) from: Date,
    pub(crate) to: Date,
}

/// The newest messages of a conversation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct MessagesOf {
    pub(crate) thread: ThreadId,
    pub(crate) rows: u32,
}

/// What was proposed for a booking that the caller has a side in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct ModificationsOf(pub(crate) BookingId);

/// What happened to a booking that the caller has a side in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct TrailOf(pub(crate) BookingId);

/// What was asked for with equal arguments goes together; a document has few different ones.
fn grouped<K: Copy, G: PartialEq, M>(
    keys: &[K],
    group: impl Fn(&K) -> G,
    member: impl Fn(&K) -> M,
) -> Vec<(G, Vec<M>)> {
    let mut groups: Vec<(G, Vec<M>)> = Vec::new();
    for key in keys {
        let of = group(key);
        match groups.iter_mut().find(|(known, _)| *known == of) {
            Some((_, members)) => members.push(member(key)),
            None => groups.push((of, vec![member(key)])),
        }
    }
    groups
}

impl Loader<ReviewsOf> for Reader {
    type Value = Vec<Review>;
    type Error = Problem;

    async fn load(&self, keys: &[ReviewsOf]) -> Result<HashMap<ReviewsOf, Self::Value>, Problem> {
        let mut found = HashMap::new();
        let kind = |key: &ReviewsOf| (std::mem::discriminant(&key.about), key.rows);
        for ((_, rows), about) in grouped(keys, kind, |key| key.about) {
            let pages =
                store::reviews::first_pages(&self.app.ctx().db, &about, self.viewer.user_id, rows).await?;
            found.extend(pages.into_iter().map(|(about, page)| (ReviewsOf { about, rows }, page)));
        }
        Ok(found)
    }
}

impl Loader<BookingsOf> for Reader {
    type Value = Vec<BookingId>;
    type Error = Problem;

    async fn load(&self, keys: &[BookingsOf]) -> Result<HashMap<BookingsOf, Self::Value>, Problem> {
        let Some(caller) = self.viewer.user_id else { return Ok(HashMap::new()) };
        let mut found = HashMap::new();
        for (rows, properties) in grouped(keys, |key| key.rows, |key| key.property) {
            let pages =
                store::bookings::pages_of_properties(&self.app.ctx().db, &properties, caller, None, rows)
                    .await?;
            found.extend(pages.into_iter().map(|(property, page)| (BookingsOf { property, rows }, page)));
        }
        Ok(found)
    }
}

impl Loader<CalendarOf> for Reader {
    type Value = Vec<CalendarNight>;
    type Error = Problem;

    async fn load(&self, keys: &[CalendarOf]) -> Result<HashMap<CalendarOf, Self::Value>, Problem> {
        let mut found = HashMap::new();
        for ((from, to), ids) in grouped(keys, |key| (key.from, key.to), |key| key.property) {
            let viewer = self.viewer.user_id;
            let nights = services::properties::calendars(self.app.ctx(), viewer, &ids, from, to).await?;
            let of = |(property, nights)| (CalendarOf { property, from, to }, nights);
            found.extend(nights.into_iter().map(of));
        }
        Ok(found)
    }
}

impl Loader<MessagesOf> for Reader {
    type Value = Vec<Message>;
    type Error = Problem;

    async fn load(&self, keys: &[MessagesOf]) -> Result<HashMap<MessagesOf, Self::Value>, Problem> {
        let Some(caller) = self.viewer.user_id else { return Ok(HashMap::new()) };
        let mut found = HashMap::new();
        for (rows, threads) in grouped(keys, |key| key.rows, |key| key.thread) {
            let pages = store::threads::first_messages(&self.app.ctx().db, &threads, caller, rows).await?;
            found.extend(pages.into_iter().map(|(thread, page)| (MessagesOf { thread, rows }, page)));
        }
        Ok(found)
    }
}

impl Loader<ModificationsOf> for Reader {
    type Value = Vec<Modification>;
    type Error = Problem;

    async fn load(&self, keys: &[ModificationsOf]) -> Result<HashMap<ModificationsOf, Self::Value>, Problem> {
        let bookings: Vec<BookingId> = keys.iter().map(|key| key.0).collect();
        let found = store::modifications::list_many(&self.app.ctx().db, &bookings).await?;
        Ok(found.into_iter().map(|(booking, list)| (ModificationsOf(booking), list)).collect())
    }
}

impl Loader<TrailOf> for Reader {
    type Value = Vec<Event>;
    type Error = Problem;

    async fn load(&self, keys: &[TrailOf]) -> Result<HashMap<TrailOf, Self::Value>, Problem> {
        let bookings: Vec<BookingId> = keys.iter().map(|key| key.0).collect();
        let found = store::bookings::events_of_many(&self.app.ctx().db, &bookings).await?;
        Ok(found.into_iter().map(|(booking, trail)| (TrailOf(booking), trail)).collect())
    }
}
