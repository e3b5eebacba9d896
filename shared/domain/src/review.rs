//! What guest and host say of each other after a stay.
//!
//! Double-blind: neither reads the other's review before both are in or the time is over, so that nobody answers in kind.
//! Both become public in one transaction and at one instant.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::coded::coded;
use crate::invalid::Invalid;
use crate::refusal::Refusal;
use crate::text::Prose;

/// How long after the check-out a review may be written: 14 days of 24 hours.
pub const WINDOW: SignedDuration = SignedDuration::from_hours(14 * 24);

/// From how many ratings on an average is shown.
pub const MIN_RATINGS: u32 = 3;

/// What everyone reads: 1 to 5,000 characters.
pub type PublicText = Prose<1, 5_000>;

/// What only the other side and the platform read: up to 5,000 characters.
pub type PrivateText = Prose<1, 5_000>;

/// The one public answer to a review: 1 to 2,000 characters.
pub type ResponseText = Prose<1, 2_000>;

coded! {
    /// Who wrote it.
    ReviewSide, "unknown_review_side" {
        /// The guest, of the place and its host.
        Guest = "guest",
        /// The host, of the guest.
        Host = "host",
    }
}

coded! {
    /// What a guest rates beside the whole.
    Category, "unknown_category" {
        /// How clean the place was.
        Cleanliness = "cleanliness",
        /// Whether the listing told the truth.
        Accuracy = "accuracy",
        /// How well the arrival went.
        CheckIn = "check_in",
        /// How well the host answered.
        Communication = "communication",
        /// Where the place is.
        Location = "location",
        /// Whether it was worth its price.
        Value = "value",
    }
}

impl ReviewSide {
    /// The categories that this side may rate. Where a guest has been, a host cannot rate value or location.
    pub const fn categories(self) -> &'static [Category] {
        match self {
            Self::Guest => Category::ALL,
            Self::Host => &[Category::Cleanliness, Category::Communication],
        }
    }
}

/// A rating of 1 (poor) to 5 (excellent).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "u8", into = "u8")]
pub struct Rating(u8);

impl Rating {
    /// The number.
    pub const fn get(self) -> u8 {
        self.0
    }
}

impl TryFrom<u8> for Rating {
    type Error = Invalid;

    fn try_from(number: u8) -> Result<Self, Self::Error> {
        if (1..=5).contains(&number) {
            return Ok(Self(number));
        }
        Err(Invalid::new("out_of_range", "Rate from 1 to 5."))
    }
}

impl From<Rating> for u8 {
    fn from(rating: Rating) -> Self {
        rating.0
    }
}

/// The ratings of a review: the whole is its own answer, not the mean of the categories.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Ratings {
    /// The whole.
    pub overall: Rating,
    /// Some or all of the side's categories.
    #[serde(default)]
    pub categories: BTreeMap<Category, Rating>,
}

impl Ratings {
    /// Refuses with `category_not_allowed` a category that `side` cannot rate.
    pub fn check(&self, side: ReviewSide) -> Result<(), Refusal> {
        match self.categories.keys().find(|category| !side.categories().contains(category)) {
            Some(category) => {
                let detail = format!("Leave {category} out: a {side} does not rate it.");
                Err(Refusal::rule("category_not_allowed", format!("/categories/{category}"), detail))
            }
            None => Ok(()),
        }
    }
}

/// Where the two reviews of one stay stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReviewClock {
    /// When the guest checked out.
    pub checked_out_at: Timestamp,
    /// When the guest's review came in.
    pub guest_submitted_at: Option<Timestamp>,
    /// When the host's review came in.
    pub host_submitted_at: Option<Timestamp>,
}

impl ReviewClock {
    /// The first instant at which no review can be written any more, and at which what was written is revealed.
    pub fn closes_at(&self) -> Timestamp {
        self.checked_out_at.checked_add(WINDOW).unwrap_or(Timestamp::MAX)
    }

    /// The instant of the reveal: when the second review came in, else the end of the window.
    pub fn reveals_at(&self) -> Timestamp {
        let both = self.guest_submitted_at.zip(self.host_submitted_at);
        both.map_or(self.closes_at(), |(guest, host)| guest.max(host).min(self.closes_at()))
    }

    /// Whether what was written is public at `now`.
    pub fn is_revealed(&self, now: Timestamp) -> bool {
        now >= self.reveals_at()
    }

    /// Whether `side` may write its review at `now`; else a conflict: `review_exists`, `review_too_early`,
    /// `review_window_closed`.
    pub fn check_submit(&self, side: ReviewSide, now: Timestamp) -> Result<(), Refusal> {
        if self.submitted(side).is_some() {
            return Err(Refusal::conflict("review_exists", "Edit your review: there is one already."));
        }
        if now < self.checked_out_at {
            return Err(Refusal::conflict("review_too_early", "Write the review after the check-out."));
        }
        if now >= self.closes_at() {
            let detail = format!("Reviews of this stay were taken until {}.", self.closes_at());
            return Err(Refusal::conflict("review_window_closed", detail));
        }
        Ok(())
    }

    /// Whether `side` may change or remove its review at `now`: until the other side's is in, within the window; else a
    /// conflict: `review_missing` or `review_final`.
    pub fn check_edit(&self, side: ReviewSide, now: Timestamp) -> Result<(), Refusal> {
        if self.submitted(side).is_none() {
            return Err(Refusal::conflict("review_missing", "Write the review first."));
        }
        if self.is_revealed(now) || self.submitted(side.other()).is_some() {
            return Err(Refusal::conflict("review_final", "The review can no longer be changed."));
        }
        Ok(())
    }

    fn submitted(&self, side: ReviewSide) -> Option<Timestamp> {
        match side {
            ReviewSide::Guest => self.guest_submitted_at,
            ReviewSide::Host => self.host_submitted_at,
        }
    }
}

impl ReviewSide {
    /// The other side.
    #[must_use]
    pub const fn other(self) -> Self {
        match self {
            Self::Guest => Self::Host,
            Self::Host => Self::Guest,
        }
    }
}

/// The sum of revealed ratings of one thing, from which its average can be worked out again exactly.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RatingSum {
    /// How many ratings.
    pub count: u32,
    /// Their sum.
    pub sum: u32,
}

impl RatingSum {
    /// The average in hundredths (437 is 4.37), rounded half up as everywhere it is shown; `None` below [`MIN_RATINGS`].
    pub fn average_hundredths(self) -> Option<u32> {
        if self.count < MIN_RATINGS {
            return None;
        }
        let (sum, count) = (u64::from(self.sum), u64::from(self.count));
        u32::try_from((sum * 200 + count) / (count * 2)).ok()
    }
}

#[cfg(test)]
mod tests;
