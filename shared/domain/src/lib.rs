//! The rules of the trade: pure, synchronous, without I/O.
#![cfg_attr(test, allow(clippy::inconsistent_digit_grouping, reason = "tests write 1_254_00 for 1254.00"))]

pub mod booking;
pub mod cancellation;
pub mod clock;
mod coded;
pub mod cohost;
pub mod conversation;
pub mod dates;
pub mod feed;
#[cfg(test)]
mod fixtures;
pub mod guests;
pub mod ical;
pub mod ids;
pub mod invalid;
pub mod ledger;
pub mod listing;
pub mod messages;
pub mod modification;
pub mod money;
pub mod notification;
pub mod payment;
pub mod payout;
pub mod pricing;
pub mod random;
pub mod ranking;
pub mod refusal;
pub mod review;
pub mod rules;
pub mod text;
pub mod user;
pub mod webhooks;
