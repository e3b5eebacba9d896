//! What guest and host write to each other, before a booking and around it.

pub mod contact;
mod template;

use crate::coded::coded;
use crate::text::{Line, Prose};

pub use template::{MAX_VARIABLES, Template, Values};

/// What somebody writes: 1 to 4,000 characters.
pub type MessageText = Prose<1, 4_000>;

/// What a host lets be written by itself: 1 to 2,000 characters, variables as they are named.
pub type TemplateText = Prose<1, 2_000>;

/// The name of a wishlist or of a saved search: 1 to 80 characters.
pub type ListName = Line<1, 80>;

/// The most hours between a template's moment and the stay's: 14 days.
pub const MAX_HOURS: u16 = 14 * 24;

coded! {
    /// Which side of a conversation somebody is on. Co-hosts who see to the bookings are on the host's.
    Side, "unknown_side" {
        /// Whoever asks, or stays.
        Guest = "guest",
        /// Whose place it is.
        Host = "host",
    }
}

coded! {
    /// When a host's message goes out by itself.
    Moment, "unknown_moment" {
        /// Once the booking is confirmed.
        OnConfirmation = "on_confirmation",
        /// Some hours before the guest may arrive.
        BeforeCheckIn = "before_check_in",
        /// Some hours after the guest was to leave.
        AfterCheckOut = "after_check_out",
    }
}
