//! Identifiers: one type for each kind of thing, so that one cannot be passed for another.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// Declares one identifier type; all behave alike.
macro_rules! identifiers {
    ($($(#[$doc:meta])* $name:ident;)+) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(Uuid);

        impl $name {
            /// The raw value.
            pub const fn as_uuid(self) -> Uuid {
                self.0
            }
        }

        impl From<Uuid> for $name {
            fn from(value: Uuid) -> Self {
                Self(value)
            }
        }

        impl From<$name> for Uuid {
            fn from(value: $name) -> Self {
                value.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(formatter)
            }
        }

        impl FromStr for $name {
            type Err = uuid::Error;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                text.parse().map(Self)
            }
        }
    )+};
}

identifiers! {
    /// A person with an account.
    UserId;
    /// A listing: the thing that is put on sale.
    PropertyId;
    /// One rentable unit of a listing; a listing of one home has one.
    UnitId;
    /// A photo of a listing.
    PhotoId;
    /// A calendar of another platform that a host lets be read.
    FeedId;
    /// A stay on nights that such a calendar says are taken.
    FeedConflictId;
    /// A rebate of a listing that a guest claims by a code.
    PromotionId;
    /// An offer to one guest for one stay at one price.
    QuoteId;
    /// A stay that is held, booked, lived or ended.
    BookingId;
    /// A change of a booking that one side proposed.
    ModificationId;
    /// An attempt to pay for a booking.
    PaymentId;
    /// Money on its way back to the guest.
    RefundId;
    /// Money on its way to a host.
    PayoutId;
    /// A guest's bank that takes a payment back and asks why.
    DisputeId;
    /// One comparison of the provider's books with ours.
    ReconciliationId;
    /// Something that it found.
    FindingId;
    /// A receipt or a credit note.
    ReceiptId;
    /// What one side said of the other after a stay.
    ReviewId;
    /// What a guest and a host write to each other about one booking, or before any.
    ThreadId;
    /// One message of it.
    MessageId;
    /// Listings that somebody wants to find again.
    WishlistId;
    /// A family of refresh tokens: one sign-in on one device.
    SessionId;
    /// Where an integrator is told of events.
    WebhookEndpointId;
    /// Something to tell.
    WebhookEventId;
    /// The telling of one event to one endpoint.
    WebhookDeliveryId;
    /// A row of the outbox: a message that must be sent at least once.
    OutboxId;
}
