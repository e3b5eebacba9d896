//! Reads that are put together: whatever one layer of the graph asks for by ids is one statement.

mod pages;

use std::collections::HashMap;
use std::future::poll_fn;
use std::hash::Hash;
use std::pin::pin;
use std::sync::Arc;
use std::task::Poll;

use async_graphql::Result;
use async_graphql::dataloader::{DataLoader, HashMapCache, Loader};
use domain::ids::{BookingId, PaymentId, PropertyId, ReviewId, ThreadId, UserId};
use futures::future::BoxFuture;
use futures::stream::{FuturesUnordered, StreamExt as _};
use services::properties::Viewer;
use store::bookings::Booking;
use store::payments::Payment;
use store::properties::Property;
use store::reviews::Review;
use store::threads::Thread;
use store::users::PublicProfile;
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};
use web::{App, Caller, Problem};

use crate::errors::told;

pub(crate) use pages::{BookingsOf, CalendarOf, MessagesOf, ModificationsOf, ReviewsOf, TrailOf};

/// The reads of one request, as its caller may see things.
pub(crate) struct Loaders(DataLoader<Reader, HashMapCache>);

/// The reads of one request that were begun.
pub(crate) struct Reads(UnboundedReceiver<BoxFuture<'static, ()>>);

impl Reads {
    /// Does the work and the reads that it begins, in turns: a read starts when the work can do nothing before it, so that
    /// all that is asked for by then is in it. On a thread of its own it would start when the clock says so.
    pub(crate) async fn during<T>(mut self, work: impl Future<Output = T>) -> T {
        let (mut work, mut running) = (pin!(work), FuturesUnordered::new());
        poll_fn(|context| {
            if let Poll::Ready(done) = work.as_mut().poll(context) {
                return Poll::Ready(done);
            }
            while let Poll::Ready(Some(read)) = self.0.poll_recv(context) {
                running.push(read);
            }
            // Whatever ends wakes the work.
            while let Poll::Ready(Some(())) = running.poll_next_unpin(context) {}
            Poll::Pending
        })
        .await
    }
}

/// Reads for one caller.
pub(crate) struct Reader {
    app: App,
    viewer: Viewer,
}

impl Loaders {
    /// Loaders for a request. One that changes things reads them anew each time.
    pub(crate) fn new(app: &App, caller: Option<Caller>, mutates: bool) -> (Self, Reads) {
        let viewer = Viewer {
            user_id: caller.map(|caller| caller.user_id),
            is_admin: caller.is_some_and(|caller| caller.is_admin()),
        };
        let reader = Reader { app: app.clone(), viewer };
        let (sender, reads) = unbounded_channel();
        // Nobody hears of a read whose request is over.
        let begin = move |read: BoxFuture<'static, ()>| drop(sender.send(read));
        let loader = DataLoader::with_cache(reader, begin, HashMapCache::default());
        loader.enable_all_cache(!mutates);
        (Self(loader), Reads(reads))
    }

    /// What has this key, if the caller may see it.
    pub(crate) async fn one<K>(&self, key: K) -> Result<Option<<Reader as Loader<K>>::Value>>
    where
        K: Send + Sync + Hash + Eq + Clone + 'static,
        Reader: Loader<K, Error = Problem>,
    {
        self.0.load_one(key).await.map_err(told)
    }

    /// What have these keys, as far as the caller may see it.
    pub(crate) async fn many<K>(
        &self,
        keys: impl IntoIterator<Item = K>,
    ) -> Result<HashMap<K, <Reader as Loader<K>>::Value>>
    where
        K: Send + Sync + Hash + Eq + Clone + 'static,
        Reader: Loader<K, Error = Problem>,
    {
        self.0.load_many(keys).await.map_err(told)
    }
}

impl Loader<PropertyId> for Reader {
    type Value = Arc<Property>;
    type Error = Problem;

    async fn load(
        &self,
        keys: &[PropertyId],
    ) -> std::result::Result<HashMap<PropertyId, Self::Value>, Problem> {
        let found = services::properties::view_many(self.app.ctx(), self.viewer, keys).await?;
        Ok(found.into_iter().map(|property| (property.id, Arc::new(property))).collect())
    }
}

impl Loader<BookingId> for Reader {
    type Value = Arc<Booking>;
    type Error = Problem;

    async fn load(
        &self,
        keys: &[BookingId],
    ) -> std::result::Result<HashMap<BookingId, Self::Value>, Problem> {
        let Some(caller) = self.viewer.user_id else { return Ok(HashMap::new()) };
        let found = services::bookings::find_many(self.app.ctx(), caller, keys).await?;
        Ok(found.into_iter().map(|booking| (booking.id, Arc::new(booking))).collect())
    }
}

impl Loader<UserId> for Reader {
    type Value = PublicProfile;
    type Error = Problem;

    async fn load(&self, keys: &[UserId]) -> std::result::Result<HashMap<UserId, Self::Value>, Problem> {
        let found = services::users::public_profiles(self.app.ctx(), keys, self.viewer.user_id).await?;
        Ok(found.into_iter().map(|profile| (profile.id, profile)).collect())
    }
}

impl Loader<PaymentId> for Reader {
    type Value = Arc<Payment>;
    type Error = Problem;

    async fn load(
        &self,
        keys: &[PaymentId],
    ) -> std::result::Result<HashMap<PaymentId, Self::Value>, Problem> {
        let Some(caller) = self.viewer.user_id else { return Ok(HashMap::new()) };
        let db = &self.app.ctx().db;
        let found = store::payments::find_many_for(db, keys, caller, self.viewer.is_admin).await?;
        Ok(found.into_iter().map(|payment| (payment.id, Arc::new(payment))).collect())
    }
}

impl Loader<ReviewId> for Reader {
    type Value = Arc<Review>;
    type Error = Problem;

    async fn load(&self, keys: &[ReviewId]) -> std::result::Result<HashMap<ReviewId, Self::Value>, Problem> {
        let found = store::reviews::find_many(&self.app.ctx().db, keys, self.viewer.user_id).await?;
        // Of what was removed nothing is left to show.
        let there = found.into_iter().filter(|review| review.removed_at.is_none());
        Ok(there.map(|review| (review.id, Arc::new(review))).collect())
    }
}

impl Loader<ThreadId> for Reader {
    type Value = Arc<Thread>;
    type Error = Problem;

    async fn load(&self, keys: &[ThreadId]) -> std::result::Result<HashMap<ThreadId, Self::Value>, Problem> {
        let Some(caller) = self.viewer.user_id else { return Ok(HashMap::new()) };
        let found = store::threads::find_many(&self.app.ctx().db, keys, caller).await?;
        Ok(found.into_iter().map(|thread| (thread.id, Arc::new(thread))).collect())
    }
}
