//! Reviews: what guest and host say of each other, hidden until both are in or the window closes.
//!
//! What must be decided under the booking's lock (is this the second review?) is decided by functions of the schema,
//! see `migrations/0005_reviews.sql`.

mod change;
mod moderate;
mod read;
mod reveal;
mod submit;

use std::collections::BTreeMap;

use domain::booking::BookingState;
use domain::ids::{BookingId, PropertyId, ReviewId, UserId};
use domain::review::{Category, Rating, ReviewClock, ReviewSide};
use jiff::Timestamp;
use serde::Deserialize;

pub use change::{NewReport, ReviewChange, change, report, respond, withdraw};
pub use moderate::{Report, ReportOutcome, moderate, reports};
pub use read::{About, Position, find, find_many, first_pages, page, stay};
pub use reveal::{due, reveal};
pub use submit::{NewReview, submit};

/// A review as one viewer may see it.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Review {
    /// Its id.
    pub id: ReviewId,
    /// The stay; only for its two sides.
    pub booking_id: Option<BookingId>,
    /// The place of the stay.
    pub property_id: PropertyId,
    /// Who wrote it.
    pub author: Author,
    /// Of whom it speaks.
    pub subject_id: UserId,
    /// Which side wrote it.
    pub side: ReviewSide,
    /// The whole.
    pub overall: Rating,
    /// Some of the side's categories.
    pub categories: BTreeMap<Category, Rating>,
    /// What everyone reads; empty in a tombstone.
    pub public_text: String,
    /// What only the two sides read; none for anyone else, and where nothing was written.
    pub private_text: Option<String>,
    /// When it was submitted.
    pub created_at: Timestamp,
    /// When its words or ratings were last changed.
    pub updated_at: Timestamp,
    /// When it is revealed at the latest.
    pub reveal_due_at: Timestamp,
    /// When it was revealed.
    pub revealed_at: Option<Timestamp>,
    /// When its author removed it.
    pub removed_at: Option<Timestamp>,
    /// The subject's public answer.
    pub response: Option<Response>,
    /// Grows with every change.
    pub version: i64,
}

/// Who wrote a review, as everyone may know.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Author {
    /// The account.
    pub id: UserId,
    /// The first word of the name.
    pub name: String,
}

/// A subject's public answer to a review.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Response {
    /// The words.
    pub text: String,
    /// When it was given.
    pub at: Timestamp,
}

/// A stay as far as reviews are concerned.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
pub struct ReviewedStay {
    /// The booking.
    pub booking_id: BookingId,
    /// The place.
    pub property_id: PropertyId,
    /// Who stayed.
    pub guest_id: UserId,
    /// Whose place it is.
    pub host_id: UserId,
    /// Where the booking stands.
    pub state: BookingState,
    /// When the guest checked out, by hand or by the clock.
    pub checked_out_at: Timestamp,
    /// When the guest's review came in.
    pub guest_submitted_at: Option<Timestamp>,
    /// When the host's review came in.
    pub host_submitted_at: Option<Timestamp>,
}

impl ReviewedStay {
    /// The side that `user` is on.
    pub fn side_of(&self, user: UserId) -> Option<ReviewSide> {
        match user {
            user if user == self.guest_id => Some(ReviewSide::Guest),
            user if user == self.host_id => Some(ReviewSide::Host),
            _ => None,
        }
    }

    /// The person on a side.
    pub const fn person(&self, side: ReviewSide) -> UserId {
        match side {
            ReviewSide::Guest => self.guest_id,
            ReviewSide::Host => self.host_id,
        }
    }

    /// What decides who may write and when it is revealed.
    pub const fn clock(&self) -> ReviewClock {
        ReviewClock {
            checked_out_at: self.checked_out_at,
            guest_submitted_at: self.guest_submitted_at,
            host_submitted_at: self.host_submitted_at,
        }
    }
}

/// The JSON of a review `r` by an author `a` for the viewer `:viewer`.
macro_rules! review_json {
    () => {
        "jsonb_build_object('id', r.id, 'property_id', r.property_id, 'subject_id', r.subject_id, 'side', r.side,
            'booking_id', CASE WHEN :viewer::uuid IN (r.author_id, r.subject_id) THEN r.booking_id END,
            'author', jsonb_build_object('id', a.id, 'name', split_part(a.name, ' ', 1)),
            'overall', r.overall, 'categories', r.categories, 'public_text', r.public_text,
            'private_text', CASE WHEN :viewer::uuid IN (r.author_id, r.subject_id) THEN nullif(r.private_text, '') END,
            'created_at', r.created_at, 'updated_at', r.updated_at, 'reveal_due_at', r.reveal_due_at,
            'revealed_at', r.revealed_at, 'removed_at', r.removed_at,
            'response', CASE WHEN r.response IS NOT NULL
                THEN jsonb_build_object('text', r.response, 'at', r.response_at) END,
            'version', r.version)::text"
    };
}

use review_json;
