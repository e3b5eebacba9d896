//! The policies, as data.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::CancellationPolicyCode as Code;
use crate::dates::{Stay, TimeOfDay, Zone};

/// A policy as it was when a quote or booking was made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PolicySnapshot {
    /// Which policy.
    pub code: Code,
    /// Which version of it; a change of its numbers is a new version.
    pub version: u16,
    /// What comes back until when, the earliest deadline first; each gives back less than the one before.
    pub tiers: Vec<Tier>,
    /// What comes back after the last deadline.
    pub late: Late,
    /// A full refund for who has just booked, counted from the booking.
    #[serde(default)]
    pub after_booking: Option<FullRefundWindow>,
    /// The grace: a full refund for who has just been confirmed, counted from the confirmation.
    #[serde(default)]
    pub grace: Option<FullRefundWindow>,
    /// Whether the guest's service fee goes back with a full refund; otherwise it is always kept.
    pub refunds_guest_fee: bool,
}

/// A share of nights and fees that comes back until a deadline.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tier {
    /// The deadline.
    pub until: Cutoff,
    /// The share, in percent: 1 to 100.
    pub refund_percent: u8,
}

/// How long before check-in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Cutoff {
    /// Elapsed hours before the instant of the check-in.
    Hours(u16),
    /// The check-in time, so many calendar days earlier in the listing's zone.
    Days(u16),
}

/// What comes back after the last deadline.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Late {
    /// Nothing.
    Nothing,
    /// All but some nights.
    KeepNights {
        /// How many nights the host keeps beside those stayed.
        extra: u16,
        /// The share of the remaining nights that the host keeps, in percent.
        rest_percent: u8,
    },
}

/// A time after booking in which everything comes back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FullRefundWindow {
    /// How many elapsed hours it lasts.
    pub hours: u16,
    /// How many calendar days before check-in it ends at the latest.
    pub days_before: u16,
}

impl PolicySnapshot {
    /// The policy in force under `code`.
    pub fn current(code: Code) -> Self {
        let full = |until| Tier { until, refund_percent: 100 };
        let half = Tier { until: Cutoff::Days(7), refund_percent: 50 };
        let keep = |rest_percent| Late::KeepNights { extra: 1, rest_percent };
        let (tiers, late) = match code {
            Code::Flexible => (vec![full(Cutoff::Hours(24))], keep(0)),
            Code::Moderate => (vec![full(Cutoff::Days(5))], keep(50)),
            Code::Limited => (vec![full(Cutoff::Days(14)), half], Late::Nothing),
            Code::Firm => (vec![full(Cutoff::Days(30)), half], Late::Nothing),
            Code::Strict => (vec![half], Late::Nothing),
            Code::NonRefundable => (Vec::new(), Late::Nothing),
        };
        let after_booking = FullRefundWindow { hours: 48, days_before: 14 };
        Self {
            code,
            version: 1,
            tiers,
            late,
            after_booking: (code == Code::Strict).then_some(after_booking),
            grace: Some(FullRefundWindow { hours: 24, days_before: 7 }),
            refunds_guest_fee: true,
        }
    }
}

/// The dates and the place that deadlines are reckoned from.
#[derive(Clone, Copy, Debug)]
pub struct Arrival<'a> {
    /// The stay.
    pub stay: Stay,
    /// The listing's zone.
    pub zone: &'a Zone,
    /// The listing's check-in time.
    pub check_in_time: TimeOfDay,
}

impl Arrival<'_> {
    /// The last instant that is still `cutoff` before check-in.
    pub(super) fn deadline(&self, cutoff: Cutoff) -> Timestamp {
        match cutoff {
            Cutoff::Days(days) => self.zone.days_before(self.stay.check_in(), self.check_in_time, days),
            Cutoff::Hours(hours) => {
                let check_in = self.zone.instant_of(self.stay.check_in(), self.check_in_time);
                check_in.checked_sub(elapsed(hours)).unwrap_or(Timestamp::MIN)
            }
        }
    }

    /// The last instant of `window` counted from `start`; before `start` when the arrival is too near.
    pub(super) fn window_end(&self, window: FullRefundWindow, start: Timestamp) -> Timestamp {
        let end = start.checked_add(elapsed(window.hours)).unwrap_or(Timestamp::MAX);
        end.min(self.deadline(Cutoff::Days(window.days_before)))
    }
}

fn elapsed(hours: u16) -> SignedDuration {
    SignedDuration::from_hours(i64::from(hours))
}
