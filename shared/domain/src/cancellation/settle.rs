//! The sum of a cancellation.

use jiff::{SignedDuration, Timestamp, ToSpan};
use serde::{Deserialize, Serialize};

use super::deadlines::full_until;
use super::{Arrival, CancelledBy, Late, PolicySnapshot};
use crate::coded::coded;
use crate::dates::days_between;
use crate::money::{Money, MoneyError};

/// How long a preview of a cancellation is good for, if no deadline comes first.
pub const PREVIEW_TTL: SignedDuration = SignedDuration::from_mins(15);

/// What the guest was charged for the stay, all in one currency.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Charged {
    /// Nights and fees after discounts.
    pub subtotal: Money,
    /// The guest's service fee.
    pub guest_fee: Money,
    /// The taxes that were added.
    pub taxes: Money,
}

/// All that a cancellation's sum depends on.
#[derive(Clone, Copy, Debug)]
pub struct CancellationCase<'a> {
    /// The policy on the booking.
    pub policy: &'a PolicySnapshot,
    /// What was charged.
    pub charged: Charged,
    /// The stay and its place.
    pub arrival: Arrival<'a>,
    /// When the booking was made.
    pub booked_at: Timestamp,
    /// When it was confirmed, if it was.
    pub confirmed_at: Option<Timestamp>,
    /// When it is cancelled.
    pub now: Timestamp,
    /// Who cancels.
    pub by: CancelledBy,
}

coded! {
    /// Which part of the charge a line is about.
    SettlementKind, "unknown_settlement_kind" {
        /// Nights and fees.
        Subtotal = "subtotal",
        /// The guest's service fee.
        GuestFee = "guest_fee",
        /// The taxes that were added.
        Taxes = "taxes",
    }
}

coded! {
    /// Which rule decided.
    RefundRule, "unknown_refund_rule" {
        /// The host cancelled.
        CancelledByHost = "cancelled_by_host",
        /// The platform cancelled for extenuating circumstances.
        ExtenuatingCircumstances = "extenuating_circumstances",
        /// In time for a full refund.
        FullRefund = "full_refund",
        /// In time for a share.
        PartialRefund = "partial_refund",
        /// After the last deadline.
        Late = "late",
    }
}

/// One part of the charge and what becomes of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SettlementLine {
    /// Which part.
    pub kind: SettlementKind,
    /// What was charged.
    pub charged: Money,
    /// What goes back to the guest.
    pub refund: Money,
    /// Which rule decided.
    pub rule: RefundRule,
}

/// What a cancellation gives back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Settlement {
    /// What the guest gets back: the sum of the lines.
    pub refund: Money,
    /// What the host keeps of nights and fees, before the host's service fee.
    pub host_keeps: Money,
    /// Nights and fees, service fee, taxes.
    pub lines: Vec<SettlementLine>,
    /// The last instant at which the same cancellation gives the same sums.
    pub valid_until: Timestamp,
}

/// What the rules say, before the sums.
struct Verdict {
    rule: RefundRule,
    /// The host's part of nights and fees, as numerator and denominator.
    kept: (i64, i64),
    /// The last instant at which this holds; `None` when it holds for good.
    until: Option<Timestamp>,
}

/// What a cancellation gives back at `case.now`.
///
/// The cleaning fee and all others count as part of the nightly price: a night is the subtotal divided by the nights. Each
/// line is rounded once, half-even. Fails when the amounts are in several currencies.
pub fn settle(case: &CancellationCase<'_>) -> Result<Settlement, MoneyError> {
    let verdict = judge(case);
    let Charged { subtotal, guest_fee, taxes } = case.charged;
    let host_keeps = subtotal.fraction(verdict.kept.0, verdict.kept.1)?;
    let back = subtotal.checked_sub(host_keeps)?;
    let is_full = verdict.kept.0 == 0;
    let nothing = |of: Money| Money::zero(of.currency());
    let fee_back = if is_full && refunds_guest_fee(case) { guest_fee } else { nothing(guest_fee) };
    let taxes_back = match (is_full, subtotal.is_zero()) {
        (true, _) => taxes,
        (false, true) => nothing(taxes),
        (false, false) => taxes.fraction(back.amount(), subtotal.amount())?,
    };
    let line = |kind, charged, refund| SettlementLine { kind, charged, refund, rule: verdict.rule };
    let expiry = case.now.checked_add(PREVIEW_TTL).unwrap_or(Timestamp::MAX);
    Ok(Settlement {
        refund: back.checked_add(fee_back)?.checked_add(taxes_back)?,
        host_keeps,
        lines: vec![
            line(SettlementKind::Subtotal, subtotal, back),
            line(SettlementKind::GuestFee, guest_fee, fee_back),
            line(SettlementKind::Taxes, taxes, taxes_back),
        ],
        valid_until: verdict.until.map_or(expiry, |until| until.min(expiry)),
    })
}

fn refunds_guest_fee(case: &CancellationCase<'_>) -> bool {
    case.by != CancelledBy::Guest || case.policy.refunds_guest_fee
}

fn judge(case: &CancellationCase<'_>) -> Verdict {
    let full = |rule, until| Verdict { rule, kept: (0, 1), until };
    match case.by {
        CancelledBy::Host => return full(RefundRule::CancelledByHost, None),
        CancelledBy::Admin => return full(RefundRule::ExtenuatingCircumstances, None),
        CancelledBy::Guest => {}
    }
    let full_until = full_until(case.policy, &case.arrival, case.booked_at, case.confirmed_at);
    if let Some(until) = full_until.filter(|until| case.now <= *until) {
        return full(RefundRule::FullRefund, Some(until));
    }
    let partial = case.policy.tiers.iter().filter(|tier| tier.refund_percent < 100);
    for tier in partial {
        let until = case.arrival.deadline(tier.until);
        if case.now <= until {
            let kept = (100 - i64::from(tier.refund_percent), 100);
            return Verdict { rule: RefundRule::PartialRefund, kept, until: Some(until) };
        }
    }
    judge_late(case)
}

fn judge_late(case: &CancellationCase<'_>) -> Verdict {
    let Late::KeepNights { extra, rest_percent } = case.policy.late else {
        return Verdict { rule: RefundRule::Late, kept: (1, 1), until: None };
    };
    let stay = case.arrival.stay;
    let nights = i64::from(stay.night_count());
    // Signed on purpose: before the arrival no night is stayed, however far away it is.
    let today = case.arrival.zone.today(case.now);
    let stayed = days_between(stay.check_in(), today).clamp(0, nights);
    let kept_whole = (stayed + i64::from(extra)).min(nights);
    let kept = kept_whole * 100 + (nights - kept_whole) * i64::from(rest_percent);
    // The next night counts as stayed from the next midnight of the stay on.
    let next_day = today.max(stay.check_in()).saturating_add(1.day());
    let next_midnight = case.arrival.zone.start_of(next_day);
    let until = next_midnight.checked_sub(SignedDuration::from_millis(1)).unwrap_or(next_midnight);
    Verdict { rule: RefundRule::Late, kept: (kept, nights * 100), until: (stayed < nights).then_some(until) }
}

/// What the host keeps of nights that are given up while the others stay.
pub(crate) struct RemovedShare {
    /// The host's part, as numerator and denominator.
    pub(crate) kept: (i64, i64),
    /// The last instant at which this holds; `None` when it holds for good.
    pub(crate) until: Option<Timestamp>,
}

/// What the host keeps of `removed` nights, none of which is stayed yet: by the deadlines what a cancellation of the whole
/// would keep; after the last of them, of the policies that keep nights, so many of these.
pub(crate) fn removed_share(case: &CancellationCase<'_>, removed: u16) -> RemovedShare {
    let verdict = judge(case);
    if removed == 0 {
        return RemovedShare { kept: (0, 1), until: None };
    }
    match case.policy.late {
        Late::KeepNights { extra, rest_percent } if verdict.rule == RefundRule::Late => {
            let whole = i64::from(removed).min(i64::from(extra));
            let kept = whole * 100 + (i64::from(removed) - whole) * i64::from(rest_percent);
            RemovedShare { kept: (kept, i64::from(removed) * 100), until: None }
        }
        _ => RemovedShare { kept: verdict.kept, until: verdict.until },
    }
}
