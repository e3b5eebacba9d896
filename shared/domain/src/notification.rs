//! Kinds of word to people, and which of them are theirs to turn off.

use crate::booking::Notice;
use crate::coded::coded;
use crate::messages::NotificationMessage;

coded! {
    /// What somebody is told about; a preference is for one kind on one channel.
    NotificationKind, "unknown_notification_kind" {
        /// Proofs of an address, and word of what was done to the account.
        Security = "security",
        /// Receipts and credit notes.
        Receipts = "receipts",
        /// Payments that a guest's bank took back.
        Disputes = "disputes",
        /// What becomes of a booking: asked for, paid, changed, called off.
        Bookings = "bookings",
        /// Arrivals and departures that went as planned.
        Stays = "stays",
        /// Reviews that are public now.
        Reviews = "reviews",
        /// Messages of the other side.
        Messages = "messages",
        /// Photos and other parts of a listing that could not be used.
        Listings = "listings",
        /// Endpoints for webhooks that were switched off.
        Webhooks = "webhooks",
    }
}

coded! {
    /// A way on which somebody is told.
    Channel, "unknown_channel" {
        /// By mail.
        Email = "email",
    }
}

coded! {
    /// What became of a mail after the mail service had taken it.
    MailEvent, "unknown_mail_event" {
        /// The address takes no mail, today and tomorrow.
        HardBounce = "hard_bounce",
        /// It did not arrive this time.
        SoftBounce = "soft_bounce",
        /// Its reader called it unwanted.
        Complaint = "complaint",
    }
}

coded! {
    /// Why a kind cannot be turned off.
    Duty, "unknown_duty" {
        /// The account's owner has to learn of it, or cannot get in without it.
        Security = "security",
        /// The law, or a deadline that runs against the reader, wants it told.
        Legal = "legal",
        /// Money or nights hang on it.
        Booking = "booking",
    }
}

impl NotificationKind {
    /// Why it cannot be turned off; none where it can. The one table of these.
    pub const fn duty(self) -> Option<Duty> {
        match self {
            Self::Security => Some(Duty::Security),
            Self::Receipts | Self::Disputes => Some(Duty::Legal),
            Self::Bookings => Some(Duty::Booking),
            Self::Stays | Self::Reviews | Self::Messages | Self::Listings | Self::Webhooks => None,
        }
    }

    /// What a message is about.
    pub const fn of(message: &NotificationMessage) -> Self {
        match message {
            NotificationMessage::VerifyEmail { .. }
            | NotificationMessage::AlreadyRegistered { .. }
            | NotificationMessage::PasswordReset { .. }
            | NotificationMessage::PasswordChanged { .. }
            | NotificationMessage::EmailChange { .. }
            | NotificationMessage::EmailChangeAsked { .. } => Self::Security,
            NotificationMessage::Receipt { .. } => Self::Receipts,
            NotificationMessage::Dispute { .. } => Self::Disputes,
            // Leaving early and not coming at all move money; these two move none.
            NotificationMessage::Booking { event: Notice::CheckedIn | Notice::Completed, .. } => Self::Stays,
            // A stay here, and somebody else's elsewhere, on the same nights.
            NotificationMessage::Booking { .. } | NotificationMessage::FeedConflict { .. } => Self::Bookings,
            NotificationMessage::ReviewsRevealed { .. } => Self::Reviews,
            NotificationMessage::NewMessage { .. } => Self::Messages,
            NotificationMessage::PhotoRejected { .. } | NotificationMessage::FeedFailing { .. } => {
                Self::Listings
            }
            NotificationMessage::WebhookDisabled { .. } => Self::Webhooks,
        }
    }
}

impl Duty {
    /// For people: why such word cannot be turned off.
    pub const fn reason(self) -> &'static str {
        match self {
            Self::Security => "It proves an address, or tells of what was done to the account.",
            Self::Legal => "The law wants it told, or a deadline runs from it.",
            Self::Booking => "Money or nights hang on it.",
        }
    }

    /// Whether it is sent even to an address that took no mail, or whose owner complained.
    pub const fn outweighs_suppression(self) -> bool {
        match self {
            Self::Security | Self::Legal => true,
            Self::Booking => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_may_be_turned_off_is_what_nothing_hangs_on() {
        let optional: Vec<&str> = NotificationKind::ALL
            .iter()
            .filter(|kind| kind.duty().is_none())
            .map(|kind| kind.code())
            .collect();
        assert_eq!(optional, ["stays", "reviews", "messages", "listings", "webhooks"]);
    }

    #[test]
    fn codes_are_kept_in_rows_and_links() {
        let codes: Vec<&str> = NotificationKind::ALL.iter().map(|kind| kind.code()).collect();
        assert_eq!(
            codes,
            [
                "security", "receipts", "disputes", "bookings", "stays", "reviews", "messages", "listings",
                "webhooks"
            ]
        );
    }
}
