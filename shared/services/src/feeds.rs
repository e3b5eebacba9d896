//! Calendars of other platforms: what hosts do with them, and how they are read.

mod dispatch;
mod manage;
mod poll;
mod reader;

pub use dispatch::dispatch_due;
pub use manage::{Place, change, create, delete, get, list, refresh};
pub use poll::{LEASE, poll};
pub use reader::{Ask, FeedReader, Fetched, NotRead};
