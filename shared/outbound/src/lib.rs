//! Calls to addresses that users name: webhooks, calendar feeds.
//!
//! Whoever names an address that we call may name one that only we can reach: the machine's own ports, its network, the
//! cloud's metadata service. So a [`Fetcher`] resolves a name once, refuses it where any of its addresses is not public,
//! connects to the very address that it looked at (a second look-up could say something else), and does all of it again
//! for each redirect. Size and time are bounded, and only https on few ports is spoken.

mod address;
mod connect;
mod error;
mod fetch;
mod resolve;
mod target;

pub use address::{Forbidden, forbidden};
pub use error::FetchError;
pub use fetch::{BodyRule, Fetcher, Limits, Request, Response};
pub use resolve::{Resolve, SystemResolver};
pub use target::{ALLOWED_PORTS, MAX_URL_BYTES, Refused, UrlRule, check_url};

#[cfg(test)]
mod tests;
