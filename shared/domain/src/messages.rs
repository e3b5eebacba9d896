//! What the outbox carries: ids only, so that a message neither leaks nor goes stale.
//!
//! A consumer loads what the id names, decides again, and may be handed the same message twice.

use serde::{Deserialize, Serialize};

use crate::booking::Notice;
use crate::coded::coded;
use crate::ids::{
    BookingId, DisputeId, FeedConflictId, FeedId, MessageId, OutboxId, PaymentId, PayoutId, PhotoId,
    ReceiptId, ReconciliationId, RefundId, UserId, WebhookEndpointId,
};
use crate::invalid::Invalid;

coded! {
    /// What a host is told of a dispute.
    DisputeNotice, "unknown_dispute_notice" {
        /// The bank took the money and asks why; evidence counts until a deadline.
        Opened = "opened",
        /// The money is back.
        Won = "won",
        /// The money is gone.
        Lost = "lost",
    }
}

coded! {
    /// Which queue a message goes to.
    Topic, "unknown_topic" {
        /// Calls to the payment provider, and what it reports.
        Payments = "payments",
        /// Mails to people.
        Notifications = "notifications",
        /// Work on uploaded files.
        Media = "media",
        /// Calls to integrators' endpoints.
        Webhooks = "webhooks",
        /// Calendars of other platforms, to be read.
        Feeds = "feeds",
    }
}

/// A message as it lies in a queue: `{"id": …, "topic": …, "body": {"type": …, …}}`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Message {
    /// The row of the outbox that the consumer marks done together with its own effect.
    pub id: OutboxId,
    /// What to do.
    #[serde(flatten)]
    pub body: MessageBody,
}

/// What a message asks for, by topic.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "topic", content = "body", rename_all = "snake_case")]
pub enum MessageBody {
    /// For the payments worker.
    Payments(PaymentMessage),
    /// For the notifications worker.
    Notifications(NotificationMessage),
    /// For the media worker.
    Media(MediaMessage),
    /// For the webhooks worker.
    Webhooks(WebhookMessage),
    /// For the feeds worker.
    Feeds(FeedMessage),
}

impl MessageBody {
    /// The queue it belongs to.
    pub const fn topic(&self) -> Topic {
        match self {
            Self::Payments(_) => Topic::Payments,
            Self::Notifications(_) => Topic::Notifications,
            Self::Media(_) => Topic::Media,
            Self::Webhooks(_) => Topic::Webhooks,
            Self::Feeds(_) => Topic::Feeds,
        }
    }
}

/// A step of a payment, to be taken with the provider.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
pub enum PaymentMessage {
    /// Ask the provider to set the amount aside.
    Authorise {
        /// The payment.
        payment_id: PaymentId,
    },
    /// Take the amount that was set aside.
    Capture {
        /// The payment.
        payment_id: PaymentId,
    },
    /// Let go of the amount that was set aside.
    Void {
        /// The payment.
        payment_id: PaymentId,
    },
    /// Send money back.
    Refund {
        /// The refund.
        refund_id: RefundId,
    },
    /// Send money to a host.
    Payout {
        /// The payout.
        payout_id: PayoutId,
    },
    /// Take the next step of a reconciliation.
    Reconcile {
        /// The run.
        run_id: ReconciliationId,
    },
    /// Work through an event that the provider reported.
    ProviderEvent {
        /// The provider's own id of the event, which is the inbox's key.
        event_id: ProviderEventId,
    },
}

/// A mail to write.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
pub enum NotificationMessage {
    /// The link that proves an address.
    VerifyEmail {
        /// The new account.
        user_id: UserId,
    },
    /// Someone registered with an address that has an account already.
    AlreadyRegistered {
        /// The account.
        user_id: UserId,
    },
    /// The link that sets a new password.
    PasswordReset {
        /// The account.
        user_id: UserId,
    },
    /// Word that the password was changed.
    PasswordChanged {
        /// The account.
        user_id: UserId,
    },
    /// The link that gives an account another address; it goes to that address.
    EmailChange {
        /// The account.
        user_id: UserId,
    },
    /// Word, to the present address, that another one was asked for.
    EmailChangeAsked {
        /// The account.
        user_id: UserId,
    },
    /// Something happened to a booking; who is told follows from what it was.
    Booking {
        /// The booking.
        booking_id: BookingId,
        /// What happened.
        event: Notice,
    },
    /// Both sides may now read what was written of them.
    ReviewsRevealed {
        /// The booking.
        booking_id: BookingId,
    },
    /// A receipt or a credit note.
    Receipt {
        /// The document.
        receipt_id: ReceiptId,
    },
    /// A guest's bank took a payment back, or decided about it; the host is told.
    Dispute {
        /// The dispute.
        dispute_id: DisputeId,
        /// What happened.
        event: DisputeNotice,
    },
    /// An endpoint for webhooks was switched off, since it takes nothing any more; its owner is told.
    WebhookDisabled {
        /// The endpoint.
        endpoint_id: WebhookEndpointId,
    },
    /// An uploaded photo could not be used.
    PhotoRejected {
        /// The photo.
        photo_id: PhotoId,
    },
    /// A stay lies on nights that are taken elsewhere; its host is told.
    FeedConflict {
        /// The conflict.
        conflict_id: FeedConflictId,
    },
    /// A calendar of another platform cannot be read for long, or is given up; its host is told.
    FeedFailing {
        /// The calendar.
        feed_id: FeedId,
    },
    /// One side of a conversation wrote; the other is told.
    NewMessage {
        /// What was written.
        message_id: MessageId,
    },
}

/// A file to work on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
pub enum MediaMessage {
    /// An uploaded photo, to be checked and cleaned before it is public.
    Process {
        /// The photo.
        photo_id: PhotoId,
    },
    /// A deleted photo, whose stored objects are to go.
    Remove {
        /// The photo.
        photo_id: PhotoId,
    },
}

/// An endpoint to call.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
pub enum WebhookMessage {
    /// Deliver what is due of a booking's events, in their order. No row of the outbox belongs to it: the deliveries are
    /// rows of their own.
    Deliver {
        /// To whom.
        endpoint_id: WebhookEndpointId,
        /// Of what.
        booking_id: BookingId,
    },
}

/// A calendar of another platform, to be read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
pub enum FeedMessage {
    /// Read it, if it is due.
    Poll {
        /// Which one.
        feed_id: FeedId,
    },
}

/// The payment provider's id of an event, such as `evt_1NG8Du2eZvKYlo2C`: 1 to 255 letters, digits and `_`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ProviderEventId(String);

impl ProviderEventId {
    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for ProviderEventId {
    type Error = Invalid;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        let allowed = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
        if (1..=255).contains(&text.len()) && text.bytes().all(allowed) {
            return Ok(Self(text));
        }
        Err(Invalid::new(
            "invalid_event_id",
            "The event's id must be 1 to 255 letters, digits and underscores.",
        ))
    }
}

impl From<ProviderEventId> for String {
    fn from(id: ProviderEventId) -> Self {
        id.0
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    const ID: &str = "00000000-0000-0000-0000-000000000007";

    fn id<T: From<Uuid>>() -> T {
        T::from(Uuid::from_u128(7))
    }

    /// Messages wait in queues while the code that reads them is replaced: their text must not change.
    #[test]
    fn the_text_of_every_message_is_fixed() {
        let event_id = ProviderEventId::try_from("evt_1".to_owned()).unwrap();
        let cases = [
            (
                MessageBody::Payments(PaymentMessage::Authorise { payment_id: id() }),
                "payments",
                "authorise",
                "payment_id",
            ),
            (
                MessageBody::Payments(PaymentMessage::Capture { payment_id: id() }),
                "payments",
                "capture",
                "payment_id",
            ),
            (
                MessageBody::Payments(PaymentMessage::Void { payment_id: id() }),
                "payments",
                "void",
                "payment_id",
            ),
            (
                MessageBody::Payments(PaymentMessage::Refund { refund_id: id() }),
                "payments",
                "refund",
                "refund_id",
            ),
            (
                MessageBody::Payments(PaymentMessage::Payout { payout_id: id() }),
                "payments",
                "payout",
                "payout_id",
            ),
            (
                MessageBody::Payments(PaymentMessage::Reconcile { run_id: id() }),
                "payments",
                "reconcile",
                "run_id",
            ),
            (
                MessageBody::Notifications(NotificationMessage::VerifyEmail { user_id: id() }),
                "notifications",
                "verify_email",
                "user_id",
            ),
            (
                MessageBody::Notifications(NotificationMessage::AlreadyRegistered { user_id: id() }),
                "notifications",
                "already_registered",
                "user_id",
            ),
            (
                MessageBody::Notifications(NotificationMessage::PasswordReset { user_id: id() }),
                "notifications",
                "password_reset",
                "user_id",
            ),
            (
                MessageBody::Notifications(NotificationMessage::ReviewsRevealed { booking_id: id() }),
                "notifications",
                "reviews_revealed",
                "booking_id",
            ),
            (
                MessageBody::Notifications(NotificationMessage::Receipt { receipt_id: id() }),
                "notifications",
                "receipt",
                "receipt_id",
            ),
            (MessageBody::Media(MediaMessage::Process { photo_id: id() }), "media", "process", "photo_id"),
        ];
        for (body, topic, kind, field) in cases {
            let text =
                format!(r#"{{"id":"{ID}","topic":"{topic}","body":{{"type":"{kind}","{field}":"{ID}"}}}}"#);
            check(&Message { id: id(), body }, &text);
        }
        check(
            &Message { id: id(), body: MessageBody::Payments(PaymentMessage::ProviderEvent { event_id }) },
            &format!(
                r#"{{"id":"{ID}","topic":"payments","body":{{"type":"provider_event","event_id":"evt_1"}}}}"#
            ),
        );
        let dispute = NotificationMessage::Dispute { dispute_id: id(), event: DisputeNotice::Won };
        check(
            &Message { id: id(), body: MessageBody::Notifications(dispute) },
            &format!(
                r#"{{"id":"{ID}","topic":"notifications","body":{{"type":"dispute","dispute_id":"{ID}","event":"won"}}}}"#
            ),
        );
        let booking = NotificationMessage::Booking { booking_id: id(), event: Notice::Confirmed };
        check(
            &Message { id: id(), body: MessageBody::Notifications(booking) },
            &format!(
                r#"{{"id":"{ID}","topic":"notifications","body":{{"type":"booking","booking_id":"{ID}","event":"confirmed"}}}}"#
            ),
        );
    }

    #[test]
    fn the_text_of_what_tells_of_a_conversation_is_fixed() {
        let told = NotificationMessage::NewMessage { message_id: id() };
        check(
            &Message { id: id(), body: MessageBody::Notifications(told) },
            &format!(
                r#"{{"id":"{ID}","topic":"notifications","body":{{"type":"new_message","message_id":"{ID}"}}}}"#
            ),
        );
    }

    #[test]
    fn the_text_of_a_webhooks_message_is_fixed() {
        let body = WebhookMessage::Deliver { endpoint_id: id(), booking_id: id() };
        check(
            &Message { id: id(), body: MessageBody::Webhooks(body) },
            &format!(
                r#"{{"id":"{ID}","topic":"webhooks","body":{{"type":"deliver","endpoint_id":"{ID}","booking_id":"{ID}"}}}}"#
            ),
        );
    }

    #[test]
    fn the_text_of_what_is_about_foreign_calendars_is_fixed() {
        let of = |body, said: &str| {
            check(&Message { id: id(), body }, &format!(r#"{{"id":"{ID}",{said}}}"#));
        };
        let poll = MessageBody::Feeds(FeedMessage::Poll { feed_id: id() });
        of(poll, &format!(r#""topic":"feeds","body":{{"type":"poll","feed_id":"{ID}"}}"#));
        let conflict = NotificationMessage::FeedConflict { conflict_id: id() };
        of(
            MessageBody::Notifications(conflict),
            &format!(r#""topic":"notifications","body":{{"type":"feed_conflict","conflict_id":"{ID}"}}"#),
        );
        let failing = NotificationMessage::FeedFailing { feed_id: id() };
        of(
            MessageBody::Notifications(failing),
            &format!(r#""topic":"notifications","body":{{"type":"feed_failing","feed_id":"{ID}"}}"#),
        );
    }

    fn check(message: &Message, text: &str) {
        assert_eq!(serde_json::to_string(message).unwrap(), text);
        assert_eq!(serde_json::from_str::<Message>(text).unwrap(), *message);
        let topic = serde_json::to_value(message.body.topic()).unwrap();
        assert_eq!(serde_json::to_value(message).unwrap()["topic"], topic);
    }

    #[test]
    fn a_message_of_another_shape_is_refused() {
        for body in [
            format!(r#"{{"type":"photo","photo_id":"{ID}","extra":1}}"#),
            r#"{"type":"photo"}"#.to_owned(),
            format!(r#"{{"type":"video","photo_id":"{ID}"}}"#),
        ] {
            let text = format!(r#"{{"id":"{ID}","topic":"media","body":{body}}}"#);
            assert!(serde_json::from_str::<Message>(&text).is_err(), "{text}");
        }
    }
}
