//! Outbound webhooks: endpoints, deliveries and what became of them.
//!
//! Events are written by triggers of the tables that they speak of. A pending delivery is its own outbox: the schedule
//! finds it by `next_attempt_at`, whatever happened to a message in a queue. A claim numbers the attempt, and only the
//! attempt that holds the claim is settled, so that a message which comes twice calls nobody twice at once.

mod deliver;
mod endpoints;
mod log;

pub use deliver::{Claim, Event, Outcome, Stream, claim, forget_old, settle, take_due};
pub use endpoints::{
    Change, Endpoint, MAX_ENDPOINTS, NewEndpoint, change, delete, find, insert, list, rotate,
};
pub use log::{Attempt, Delivery, DeliveryState, deliveries, redeliver};
