//! What travels through the queues: ids and what to do with them, never personal data.
//!
//! A message is written to the outbox in the statement of its cause and sent at least once. The consumer loads the
//! present state by id, so an old or repeated message can do no harm.

#![expect(missing_docs, reason = "the fields are ids and named for what they are")]

use serde::{Deserialize, Serialize};

use crate::ids::{BookingId, OutboxId, PaymentId, PhotoId, RefundId, ReviewId, UserId};

/// A queue, by what its consumer does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Topic {
    /// Calls to the payment provider.
    Payments,
    /// Mail to people.
    Notifications,
    /// Work on uploaded photos.
    Media,
}

impl Topic {
    /// The name that is stored and sent.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Payments => "payments",
            Self::Notifications => "notifications",
            Self::Media => "media",
        }
    }
}

/// One message of the outbox: a JSON object with `id`, `topic` and `body`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Message {
    /// The row of the outbox. The consumer marks it done in the statement of its own effect.
    pub id: OutboxId,
    /// What to do.
    #[serde(flatten)]
    pub body: MessageBody,
}

/// What to do, by topic.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "topic", content = "body", rename_all = "snake_case")]
pub enum MessageBody {
    /// For the payments worker.
    Payments(PaymentMessage),
    /// For the notifications worker.
    Notifications(NotificationMessage),
    /// For the media worker.
    Media(MediaMessage),
}

impl MessageBody {
    /// The queue that the message goes to.
    pub const fn topic(&self) -> Topic {
        match self {
            Self::Payments(_) => Topic::Payments,
            Self::Notifications(_) => Topic::Notifications,
            Self::Media(_) => Topic::Media,
        }
    }
}

/// A step of a payment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "step", rename_all = "snake_case")]
pub enum PaymentMessage {
    /// Ask the provider to reserve the amount.
    Authorise { payment_id: PaymentId },
    /// Take the reserved amount.
    Capture { payment_id: PaymentId },
    /// Let go of the reservation.
    Void { payment_id: PaymentId },
    /// Send money back.
    Refund { refund_id: RefundId },
    /// Work on an event that the provider reported; the id is the provider's.
    ProviderEvent { event_id: String },
}

/// Something a person is to be told. Each (message, recipient) becomes one mail.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum NotificationMessage {
    /// Prove that the address is yours.
    VerifyEmail { user_id: UserId },
    /// Somebody tried to register with your address.
    AlreadyRegistered { user_id: UserId },
    /// Choose a new password.
    PasswordReset { user_id: UserId },
    /// Your password was changed.
    PasswordChanged { user_id: UserId },
    /// A booking moved; both sides are told what concerns them.
    Booking { booking_id: BookingId, event: BookingNotice },
    /// One side has written its review; the other is invited.
    ReviewReceived { review_id: ReviewId },
    /// Both reviews are public.
    ReviewsRevealed { booking_id: BookingId },
    /// A photo could not be used.
    PhotoRejected { photo_id: PhotoId },
}

/// What happened to a booking, as people are told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BookingNotice {
    /// The stay is booked.
    Confirmed,
    /// The host has to answer a request.
    Requested,
    /// The host said no.
    Declined,
    /// Nobody answered or paid in time.
    Expired,
    /// The guest took the request back.
    Withdrawn,
    /// The card was declined; another attempt is possible until the hold ends.
    PaymentFailed,
    /// The provider wants the guest to confirm the payment.
    PaymentActionRequired,
    /// The guest cancelled.
    CancelledByGuest,
    /// The host cancelled.
    CancelledByHost,
    /// The guest arrived.
    CheckedIn,
    /// The stay is over: reviews are open.
    Completed,
    /// The guest did not come.
    NoShow,
    /// Money is on its way back.
    Refunded,
    /// The payment arrived when the nights were gone: it was returned.
    PaidTooLate,
}

/// Work on an uploaded photo.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "step", rename_all = "snake_case")]
pub enum MediaMessage {
    /// Check, strip and publish an uploaded photo.
    Process { photo_id: PhotoId },
    /// Remove the stored objects of a deleted photo.
    Remove { photo_id: PhotoId },
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    #[test]
    fn the_wire_form_is_stable() {
        let message = Message {
            id: Uuid::nil().into(),
            body: MessageBody::Payments(PaymentMessage::Authorise { payment_id: Uuid::nil().into() }),
        };
        let json = r#"{"id":"00000000-0000-0000-0000-000000000000","topic":"payments","body":{"step":"authorise","payment_id":"00000000-0000-0000-0000-000000000000"}}"#;
        assert_eq!(serde_json::to_string(&message).unwrap(), json);
        assert_eq!(serde_json::from_str::<Message>(json).unwrap(), message);
    }
}
