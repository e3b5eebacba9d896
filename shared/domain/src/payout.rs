//! When a host's share becomes payable, and what is sent.
//!
//! A stay's share is released 24 hours after check-in, never before; a stay of 28 nights and more month by month, each
//! part 24 hours after the month of the stay began. What is payable goes out as one transfer for each host and
//! currency, in which what the host owes is netted.

use jiff::{SignedDuration, Timestamp, ToSpan};

use crate::dates::{Stay, TimeOfDay, Zone, days_between};
use crate::ids::BookingId;
use crate::money::{Currency, Money, MoneyError};

/// How long after check-in a share is released.
pub const RELEASE_DELAY: SignedDuration = SignedDuration::from_hours(24);
/// From how many nights on a stay is released month by month.
pub const MONTHLY_FROM_NIGHTS: u16 = 28;

/// The arrival, as far as the release depends on it.
#[derive(Clone, Copy, Debug)]
pub struct Arrival<'a> {
    /// The nights.
    pub stay: Stay,
    /// The listing's zone.
    pub zone: &'a Zone,
    /// The listing's check-in time.
    pub check_in_time: TimeOfDay,
    /// When the guest arrived, if anybody said so; a late arrival releases later, an early one no sooner.
    pub checked_in_at: Option<Timestamp>,
}

/// One part of a stay's release.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Part {
    /// When it is due.
    pub due: Timestamp,
    /// For how many nights it is.
    pub nights: u16,
}

/// A part that is to be released.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Release {
    /// Which part, from 1.
    pub part: u32,
    /// How much; above zero.
    pub amount: Money,
    /// When the next part is due, if there is one.
    pub next_at: Option<Timestamp>,
}

/// The parts of a stay's release, in order; at least one. Their nights are the stay's.
pub fn parts(arrival: &Arrival<'_>) -> Vec<Part> {
    let stay = arrival.stay;
    let monthly = stay.night_count() >= MONTHLY_FROM_NIGHTS;
    let month = |count: i32| stay.check_in().saturating_add(count.months());
    let mut parts = Vec::new();
    for count in 0.. {
        let from = month(count);
        if from >= stay.check_out() {
            break;
        }
        let until = if monthly { month(count + 1).min(stay.check_out()) } else { stay.check_out() };
        let begins = arrival.zone.instant_of(from, arrival.check_in_time);
        let begins = arrival.checked_in_at.filter(|_| count == 0).map_or(begins, |at| at.max(begins));
        parts.push(Part {
            due: begins.saturating_add(RELEASE_DELAY).unwrap_or(Timestamp::MAX),
            nights: u16::try_from(days_between(from, until)).unwrap_or(u16::MAX),
        });
        if !monthly {
            break;
        }
    }
    parts
}

/// The part that is due at `now` of what is `pending`, after `released` parts; `None` where none is. What came to a stay
/// after its last part (a late charge) is due at once.
pub fn next_release(
    arrival: &Arrival<'_>,
    pending: Money,
    released: u32,
    now: Timestamp,
) -> Result<Option<Release>, MoneyError> {
    if pending.amount() <= 0 {
        return Ok(None);
    }
    let parts = parts(arrival);
    let at = usize::try_from(released).unwrap_or(usize::MAX);
    let (part, left) = (released.saturating_add(1), parts.get(at..).unwrap_or_default());
    let Some(due) = left.first() else {
        return Ok(Some(Release { part, amount: pending, next_at: None }));
    };
    if now < due.due {
        return Ok(None);
    }
    let nights: i64 = left.iter().map(|part| i64::from(part.nights)).sum();
    let share = pending.fraction(i64::from(due.nights), nights)?;
    let amount = Money::new(share.amount().max(1), pending.currency());
    Ok(Some(Release { part, amount, next_at: left.get(1).map(|next| next.due) }))
}

/// What is payable for a booking; below zero where the host owes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Item {
    /// The booking.
    pub booking_id: BookingId,
    /// How much, in minor units; never zero.
    pub amount: i64,
}

/// What can be sent of `items`, all of one host and currency, and the items that make it up; `None` where the host owes
/// as much as is due.
///
/// The amount is rounded down to what the provider can send; the rest stays payable on the item that has most.
pub fn payout(currency: Currency, items: &[Item]) -> Result<Option<(Money, Vec<Item>)>, MoneyError> {
    let sum = Money::sum(currency, items.iter().map(|item| Money::new(item.amount, currency)))?;
    let rest = sum.amount().rem_euclid(step(currency));
    let amount = sum.amount() - rest;
    if amount <= 0 {
        return Ok(None);
    }
    let mut items = items.to_vec();
    if let Some(most) = items.iter_mut().max_by_key(|item| item.amount) {
        most.amount -= rest;
    }
    items.retain(|item| item.amount != 0);
    Ok(Some((Money::new(amount, currency), items)))
}

/// The smallest unit that the payment provider sends, in minor units: <https://docs.stripe.com/currencies>.
fn step(currency: Currency) -> i64 {
    match currency.code() {
        // Three decimals, of which the last must be 0.
        "BHD" | "JOD" | "KWD" | "OMR" | "TND" => 10,
        // Without decimals there; two by ISO 4217.
        "MGA" => 100,
        _ => 1,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use uuid::Uuid;

    use super::*;
    use crate::money::tests::usd;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn stay(check_in: &str, nights: i64) -> Stay {
        let check_in: jiff::civil::Date = check_in.parse().unwrap();
        Stay::new(check_in, check_in.saturating_add(nights.days())).unwrap()
    }

    fn arrival(stay: Stay, zone: &Zone) -> Arrival<'_> {
        Arrival { stay, zone, check_in_time: "15:00".parse().unwrap(), checked_in_at: None }
    }

    fn new_york() -> Zone {
        "America/New_York".parse().unwrap()
    }

    #[test]
    fn a_stay_is_released_a_day_after_check_in_and_never_before() {
        let zone = new_york();
        let mut arrival = arrival(stay("2026-06-01", 5), &zone);
        let release = |arrival: &Arrival<'_>, now: &str| {
            next_release(arrival, usd(1_067_00), 0, at(now)).unwrap().map(|release| release.amount)
        };
        // 15:00 in New York is 19:00 UTC in summer.
        assert_eq!(release(&arrival, "2026-06-02T18:59:59Z"), None);
        assert_eq!(release(&arrival, "2026-06-02T19:00:00Z"), Some(usd(1_067_00)));
        arrival.checked_in_at = Some(at("2026-06-01T17:00:00Z"));
        assert_eq!(release(&arrival, "2026-06-02T18:59:59Z"), None, "an early arrival releases no sooner");
        arrival.checked_in_at = Some(at("2026-06-02T01:00:00Z"));
        assert_eq!(release(&arrival, "2026-06-03T00:59:59Z"), None);
        assert_eq!(release(&arrival, "2026-06-03T01:00:00Z"), Some(usd(1_067_00)));
    }

    #[test]
    fn a_long_stay_is_released_by_the_month() {
        let zone = new_york();
        let of = |check_in, nights| {
            let parts = parts(&arrival(stay(check_in, nights), &zone));
            parts.iter().map(|part| (part.due.to_string(), part.nights)).collect::<Vec<_>>()
        };
        let part = |due: &str, nights| (due.to_owned(), nights);
        assert_eq!(of("2026-06-01", 27), [part("2026-06-02T19:00:00Z", 27)]);
        assert_eq!(of("2026-06-01", 28), [part("2026-06-02T19:00:00Z", 28)]);
        assert_eq!(
            of("2026-01-31", 60),
            [
                part("2026-02-01T20:00:00Z", 28),
                // The months are counted from the arrival, so a short one shifts nothing; summer time has begun.
                part("2026-03-01T20:00:00Z", 31),
                part("2026-04-01T19:00:00Z", 1),
            ]
        );
    }

    #[test]
    fn each_part_is_for_its_nights_and_the_last_takes_the_rest() {
        let zone = Zone::UTC;
        let arrival = arrival(stay("2026-06-01", 60), &zone);
        let now = at("2026-12-01T00:00:00Z");
        let mut pending = usd(100_01);
        let mut amounts = Vec::new();
        for released in 0..2 {
            let release = next_release(&arrival, pending, released, now).unwrap().unwrap();
            assert_eq!((release.part, release.next_at.is_some()), (released + 1, released == 0));
            amounts.push(release.amount);
            pending = pending.checked_sub(release.amount).unwrap();
        }
        assert_eq!(amounts, [usd(50_00), usd(50_01)]);
        assert_eq!(next_release(&arrival, pending, 2, now).unwrap(), None);
        let late = next_release(&arrival, usd(7), 2, now).unwrap();
        assert_eq!(late, Some(Release { part: 3, amount: usd(7), next_at: None }));
    }

    fn items(amounts: &[i64]) -> Vec<Item> {
        let item = |(place, amount): (usize, &i64)| Item {
            booking_id: Uuid::from_u128(place as u128).into(),
            amount: *amount,
        };
        amounts.iter().enumerate().map(item).collect()
    }

    #[test]
    fn debts_are_netted() {
        let due = |amounts: &[i64]| payout(usd(0).currency(), &items(amounts)).unwrap().map(|(sum, _)| sum);
        assert_eq!(due(&[100_00]), Some(usd(100_00)));
        assert_eq!(due(&[100_00, -30_00]), Some(usd(70_00)));
        assert_eq!(due(&[100_00, -100_00]), None);
        assert_eq!(due(&[100_00, -130_00]), None);
        assert_eq!(due(&[]), None);
    }

    #[test]
    fn what_the_provider_cannot_send_stays() {
        let dinar: Currency = "KWD".parse().unwrap();
        let (sum, left) = payout(dinar, &items(&[1_001, 2_006])).unwrap().unwrap();
        assert_eq!((sum.amount(), left[0].amount, left[1].amount), (3_000, 1_001, 1_999));
        assert_eq!(payout(dinar, &items(&[9])).unwrap(), None);
    }

    proptest! {
        #[test]
        fn all_parts_together_are_the_nights_and_the_money(
            start in 0_i64..700, nights in 1_i64..=365, pending in 1_i64..10_000_000,
        ) {
            let check_in = jiff::civil::date(2026, 1, 1).saturating_add(start.days());
            let zone = new_york();
            let arrival = arrival(Stay::new(check_in, check_in.saturating_add(nights.days())).unwrap(), &zone);
            let parts = parts(&arrival);
            prop_assert_eq!(parts.iter().map(|part| i64::from(part.nights)).sum::<i64>(), nights);
            prop_assert!(parts.windows(2).all(|pair| pair[0].due < pair[1].due));
            let mut left = usd(pending);
            for released in 0..parts.len() {
                let released = u32::try_from(released).unwrap();
                if let Some(release) = next_release(&arrival, left, released, Timestamp::MAX).unwrap() {
                    prop_assert!(release.amount.amount() > 0);
                    left = left.checked_sub(release.amount).unwrap();
                }
            }
            prop_assert_eq!(left, usd(0));
        }
    }
}
