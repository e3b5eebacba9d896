//! Why a calendar was not read.

/// Why a calendar was not read. None of it is taken then.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unreadable {
    /// There is nothing.
    #[error("the calendar is empty")]
    Empty,
    /// It begins like something else: a page that asks to sign in, an error message.
    #[error("this is no calendar")]
    NotACalendar,
    /// It breaks off.
    #[error("the calendar breaks off before its end")]
    Truncated,
    /// Its parts do not nest, or something stands around it.
    #[error("the calendar's parts do not fit into each other")]
    Malformed,
    /// It has more events than are read.
    #[error("the calendar has too many events")]
    TooManyEvents,
    /// An event has no readable beginning or end, or ends before it begins.
    #[error("an event has no readable dates")]
    InvalidEvent,
    /// An event repeats in a way that is not unrolled.
    #[error("an event repeats in a way that cannot be read")]
    UnsupportedRecurrence,
}

impl Unreadable {
    /// A stable code, for logs and for whoever named the calendar.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Empty => "empty_body",
            Self::NotACalendar => "not_a_calendar",
            Self::Truncated => "truncated",
            Self::Malformed => "malformed",
            Self::TooManyEvents => "too_many_events",
            Self::InvalidEvent => "invalid_event",
            Self::UnsupportedRecurrence => "unsupported_recurrence",
        }
    }
}
