//! Webhooks: whether the provider sent them, and what they say.

use std::time::Duration;

use hmac::{Hmac, KeyInit, Mac};
use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;
use serde_json::Value;
use services::gateway::{
    ProviderAccount, ProviderDispute, ProviderPayment, ProviderPaymentId, ProviderRefund,
};
use sha2::Sha256;

use crate::config::Secret;
use crate::wire;

/// How far a webhook's instant may be from ours, either way: the provider's own libraries use five minutes.
pub const SIGNATURE_TOLERANCE: Duration = Duration::from_mins(5);

/// The webhook is not to be believed, or not to be understood.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SignatureError {
    /// The header lacks an instant or a `v1` signature, or is no such header at all.
    #[error("the signature's header is malformed")]
    Malformed,
    /// No signature fits any of the secrets.
    #[error("no signature fits")]
    Mismatch,
    /// The signature fits, but its instant is too far from ours: a replay, or a clock that is wrong.
    #[error("the signature's instant is out of tolerance")]
    OutOfTolerance,
    /// The signature fits, but the body is no event.
    #[error("the body is no event")]
    NoEvent,
}

/// What an event tells of. Kinds that nothing here acts on stay as they came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum EventKind {
    /// `payment_intent.amount_capturable_updated`: the money is held.
    PaymentAuthorised,
    /// `payment_intent.requires_action`: the guest must prove who they are.
    PaymentRequiresAction,
    /// `payment_intent.payment_failed`: the bank, or the guest, said no.
    PaymentFailed,
    /// `payment_intent.succeeded`: the money is taken.
    PaymentCaptured,
    /// `payment_intent.canceled`: it was voided, or lapsed.
    PaymentCancelled,
    /// `refund.created`.
    RefundCreated,
    /// `refund.updated`.
    RefundUpdated,
    /// `refund.failed`: the money is with the platform again.
    RefundFailed,
    /// `charge.dispute.created`.
    DisputeOpened,
    /// `charge.dispute.updated`: evidence was handed in, or an inquiry became a dispute.
    DisputeUpdated,
    /// `charge.dispute.closed`.
    DisputeClosed,
    /// `account.updated`: a host's onboarding went on.
    AccountUpdated,
    /// Any other.
    Other(String),
}

impl From<String> for EventKind {
    fn from(kind: String) -> Self {
        match kind.as_str() {
            "payment_intent.amount_capturable_updated" => Self::PaymentAuthorised,
            "payment_intent.requires_action" => Self::PaymentRequiresAction,
            "payment_intent.payment_failed" => Self::PaymentFailed,
            "payment_intent.succeeded" => Self::PaymentCaptured,
            "payment_intent.canceled" => Self::PaymentCancelled,
            "refund.created" => Self::RefundCreated,
            "refund.updated" => Self::RefundUpdated,
            "refund.failed" => Self::RefundFailed,
            "charge.dispute.created" => Self::DisputeOpened,
            "charge.dispute.updated" => Self::DisputeUpdated,
            "charge.dispute.closed" => Self::DisputeClosed,
            "account.updated" => Self::AccountUpdated,
            _ => Self::Other(kind),
        }
    }
}

impl EventKind {
    /// The provider's word for it.
    pub fn name(&self) -> &str {
        match self {
            Self::PaymentAuthorised => "payment_intent.amount_capturable_updated",
            Self::PaymentRequiresAction => "payment_intent.requires_action",
            Self::PaymentFailed => "payment_intent.payment_failed",
            Self::PaymentCaptured => "payment_intent.succeeded",
            Self::PaymentCancelled => "payment_intent.canceled",
            Self::RefundCreated => "refund.created",
            Self::RefundUpdated => "refund.updated",
            Self::RefundFailed => "refund.failed",
            Self::DisputeOpened => "charge.dispute.created",
            Self::DisputeUpdated => "charge.dispute.updated",
            Self::DisputeClosed => "charge.dispute.closed",
            Self::AccountUpdated => "account.updated",
            Self::Other(kind) => kind,
        }
    }
}

/// Something that happened at the provider. It may come twice, late, or before what it follows.
#[derive(Clone, Debug, PartialEq)]
pub struct Event {
    /// The provider's name of it; the same for every delivery.
    pub id: String,
    /// What it tells of.
    pub kind: EventKind,
    /// When it happened, in whole seconds: no order among events of one second.
    pub created: Timestamp,
    /// The object as it was then.
    pub object: Value,
}

/// What an event is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Subject {
    /// A payment.
    Payment(ProviderPayment),
    /// A refund, and the payment it came from.
    Refund(ProviderRefund, Option<ProviderPaymentId>),
    /// A dispute.
    Dispute(ProviderDispute),
    /// A host's account.
    Account(ProviderAccount),
    /// Something that nothing here acts on.
    Other,
}

/// The object of an event does not have the shape that its kind promises.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the event's object is not what its kind promises")]
pub struct UnreadableObject;

impl Event {
    /// Reads an event from its JSON, whoever sent it: for bodies whose signature was checked before they were stored.
    pub fn parse(body: &[u8]) -> Result<Self, SignatureError> {
        #[derive(Deserialize)]
        struct WireEvent {
            id: String,
            #[serde(rename = "type")]
            kind: String,
            created: i64,
            data: Data,
        }
        #[derive(Deserialize)]
        struct Data {
            object: Value,
        }
        let event: WireEvent = serde_json::from_slice(body).map_err(|_| SignatureError::NoEvent)?;
        let created = Timestamp::from_second(event.created).map_err(|_| SignatureError::NoEvent)?;
        Ok(Self { id: event.id, kind: event.kind.into(), created, object: event.data.object })
    }

    /// The object in our terms, by the kind of the event.
    pub fn subject(&self) -> Result<Subject, UnreadableObject> {
        match self.kind {
            EventKind::PaymentAuthorised
            | EventKind::PaymentRequiresAction
            | EventKind::PaymentFailed
            | EventKind::PaymentCaptured
            | EventKind::PaymentCancelled => {
                let intent = self.object_as::<wire::Intent>()?;
                intent.try_into().map(Subject::Payment).map_err(|_| UnreadableObject)
            }
            EventKind::RefundCreated | EventKind::RefundUpdated | EventKind::RefundFailed => {
                let mut refund = self.object_as::<wire::Refund>()?;
                let payment = refund.payment_intent.take().map(ProviderPaymentId::new);
                let refund = refund.try_into().map_err(|_| UnreadableObject)?;
                Ok(Subject::Refund(refund, payment))
            }
            EventKind::DisputeOpened | EventKind::DisputeUpdated | EventKind::DisputeClosed => {
                let dispute = self.object_as::<wire::Dispute>()?;
                dispute.try_into().map(Subject::Dispute).map_err(|_| UnreadableObject)
            }
            EventKind::AccountUpdated => {
                let account = self.object_as::<wire::Account>()?;
                account.try_into().map(Subject::Account).map_err(|_| UnreadableObject)
            }
            EventKind::Other(_) => Ok(Subject::Other),
        }
    }

    fn object_as<T: serde::de::DeserializeOwned>(&self) -> Result<T, UnreadableObject> {
        serde_json::from_value(self.object.clone()).map_err(|_| UnreadableObject)
    }
}

/// Admits a webhook whose `Stripe-Signature` header fits its raw bytes under one of the secrets (several while they are changed) and
/// whose instant is within `tolerance` of `now`, and reads it.
///
/// The scheme: <https://docs.stripe.com/webhooks#verify-manually>. Only `v1` counts: `v0` is a test's and proves nothing.
pub fn verify_signature(
    raw_body: &[u8],
    header: &str,
    secrets: &[Secret],
    now: Timestamp,
    tolerance: Duration,
) -> Result<Event, SignatureError> {
    let (signed_at, signatures) = read_header(header)?;
    // An empty secret would let anybody sign.
    let fits = secrets
        .iter()
        .filter(|secret| !secret.expose().is_empty())
        .any(|secret| signatures.iter().any(|signature| fits(secret, &signed_at, raw_body, signature)));
    if !fits {
        return Err(SignatureError::Mismatch);
    }
    let at = signed_at.parse().ok().and_then(|seconds| Timestamp::from_second(seconds).ok());
    let distance = now.duration_since(at.ok_or(SignatureError::Malformed)?).abs();
    if distance > SignedDuration::try_from(tolerance).unwrap_or(SignedDuration::MAX) {
        return Err(SignatureError::OutOfTolerance);
    }
    Event::parse(raw_body)
}

/// The instant as it was written, and every well-formed `v1` signature.
fn read_header(header: &str) -> Result<(String, Vec<[u8; 32]>), SignatureError> {
    let mut signed_at = None;
    let mut signatures = Vec::new();
    for part in header.split(',') {
        match part.trim().split_once('=') {
            Some(("t", at)) if signed_at.is_none() => signed_at = Some(at.to_owned()),
            Some(("t", _)) => return Err(SignatureError::Malformed),
            Some(("v1", hex)) => signatures.extend(decode(hex)),
            _ => {}
        }
    }
    match signed_at {
        Some(at) if !signatures.is_empty() && at.bytes().all(|byte| byte.is_ascii_digit()) => {
            Ok((at, signatures))
        }
        _ => Err(SignatureError::Malformed),
    }
}

/// Compares in constant time.
fn fits(secret: &Secret, signed_at: &str, body: &[u8], signature: &[u8; 32]) -> bool {
    // HMAC takes keys of any length, so there is nothing to fail.
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(secret.expose().as_bytes()) else { return false };
    mac.update(signed_at.as_bytes());
    mac.update(b".");
    mac.update(body);
    mac.verify_slice(signature).is_ok()
}

/// 64 hexadecimal digits.
fn decode(hex: &str) -> Option<[u8; 32]> {
    if hex.len() != 64 || !hex.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return None;
    }
    let mut bytes = [0_u8; 32];
    for (place, byte) in bytes.iter_mut().enumerate() {
        *byte = u8::from_str_radix(hex.get(place * 2..place * 2 + 2)?, 16).ok()?;
    }
    Some(bytes)
}
