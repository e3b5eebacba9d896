//! The way to calendars of other platforms.

use std::fmt;
use std::fmt::Debug;

use async_trait::async_trait;
use domain::dates::Zone;
use domain::feed::FeedEvent;
use jiff::SignedDuration;
use jiff::civil::Date;

/// A calendar to be fetched and read.
#[derive(Clone)]
pub struct Ask {
    /// Where it is. A way in: not for logs, which is why this type does not show it.
    pub url: String,
    /// What the other side calls the version that is known; only to be asked for another one.
    pub etag: Option<String>,
    /// When it says that one was made.
    pub last_modified: Option<String>,
    /// Where the nights are.
    pub zone: Zone,
    /// The first night of interest.
    pub from: Date,
    /// The date after the last one.
    pub to: Date,
}

impl Debug for Ask {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Ask").field("from", &self.from).field("to", &self.to).finish_non_exhaustive()
    }
}

/// What the other side has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fetched {
    /// The version that is known.
    NotModified,
    /// A calendar, whole.
    Calendar {
        /// Its events.
        events: Vec<FeedEvent>,
        /// What the other side calls this version.
        etag: Option<String>,
        /// When it says that it was made.
        last_modified: Option<String>,
    },
}

/// Why there is no calendar.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the calendar was not read: {code}")]
pub struct NotRead {
    /// A stable code of 1 to 100 characters.
    pub code: &'static str,
    /// How long the other side asks to be left alone.
    pub retry_after: Option<SignedDuration>,
}

impl NotRead {
    /// For this reason.
    pub const fn because(code: &'static str) -> Self {
        Self { code, retry_after: None }
    }
}

/// Fetches calendars that users name, and none that lead inside.
#[async_trait]
pub trait FeedReader: Debug + Send + Sync {
    /// Fetches and reads one, within some seconds.
    async fn read(&self, ask: &Ask) -> Result<Fetched, NotRead>;
}
