//! Which stays a listing takes.
//!
//! Checked at the quote and again at the booking, in the listing's own time zone. Whether other stays are in the way is
//! not asked here: the table of claims decides that.

use std::collections::BTreeMap;

use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp, ToSpan};
use serde::{Deserialize, Serialize};

use crate::dates::Stay;
use crate::guests::Guests;
use crate::listing::ListingTerms;
use crate::money::Money;
use crate::refusal::Refusal;

/// What a host says of one date; what is absent follows the listing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NightRule {
    /// The date: of the night, of an arrival or of a departure.
    pub date: Date,
    /// The price of the night.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub price: Option<Money>,
    /// The fewest nights of a stay that arrives on the date (in place of the listing's) or stays the night.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub min_nights: Option<u16>,
    /// The most nights of a stay that arrives on the date (in place of the listing's) or stays the night.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_nights: Option<u16>,
    /// No stay begins on the date.
    #[serde(default)]
    pub closed_to_arrival: bool,
    /// No stay ends on the date.
    #[serde(default)]
    pub closed_to_departure: bool,
    /// The night is not for sale.
    #[serde(default)]
    pub blocked: bool,
}

impl NightRule {
    /// A date of which nothing is said.
    pub const fn plain(date: Date) -> Self {
        Self {
            date,
            price: None,
            min_nights: None,
            max_nights: None,
            closed_to_arrival: false,
            closed_to_departure: false,
            blocked: false,
        }
    }
}

/// What a host says of single dates; of a date said twice, the later word counts.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "Vec<NightRule>", into = "Vec<NightRule>")]
pub struct Calendar(BTreeMap<Date, NightRule>);

impl Calendar {
    /// What is said of `date`.
    pub fn on(&self, date: Date) -> Option<&NightRule> {
        self.0.get(&date)
    }

    /// The dates of which something is said that matter to `stay`: its nights and its day of departure.
    #[must_use]
    pub fn within(&self, stay: Stay) -> Self {
        let range = stay.check_in()..=stay.check_out();
        Self(self.0.range(range).map(|(date, rule)| (*date, rule.clone())).collect())
    }
}

impl FromIterator<NightRule> for Calendar {
    fn from_iter<I: IntoIterator<Item = NightRule>>(rules: I) -> Self {
        Self(rules.into_iter().map(|rule| (rule.date, rule)).collect())
    }
}

impl From<Vec<NightRule>> for Calendar {
    fn from(rules: Vec<NightRule>) -> Self {
        rules.into_iter().collect()
    }
}

impl From<Calendar> for Vec<NightRule> {
    fn from(calendar: Calendar) -> Self {
        calendar.0.into_values().collect()
    }
}

/// Whether the listing takes `guests` for `stay`, asked at `now`.
///
/// Refuses with the first rule that is broken, in this order, each by its code:
/// `past_date`, `over_capacity`, `pets_not_allowed`, `advance_notice`, `booking_window`, `closed_to_arrival`,
/// `closed_to_departure`, `min_nights`, `max_nights`; all of them are rules and point at `/check_in`, `/check_out`,
/// `/guests/adults`, `/guests/children` or `/guests/pets`. Last comes the conflict `dates_unavailable` for a night that
/// the host has blocked, the same that a taken night gets.
pub fn check_stay(
    terms: &ListingTerms,
    calendar: &Calendar,
    stay: Stay,
    guests: Guests,
    now: Timestamp,
) -> Result<(), Refusal> {
    check_past(terms, stay, now)?;
    check_party(terms, guests)?;
    check_notice(terms, stay, now)?;
    check_window(terms, stay, now)?;
    check_arrival(calendar, stay)?;
    check_departure(calendar, stay)?;
    check_length(terms, calendar, stay)?;
    check_blocked(calendar, stay)
}

/// Whether a guest's booked stay may become another one, asked at `now`: the rules of a stay, as far as they speak of what
/// changes. Nights that are booked stay booked, whatever was said of them since.
pub fn check_modification(
    terms: &ListingTerms,
    calendar: &Calendar,
    booked: Stay,
    wanted: Stay,
    now: Timestamp,
) -> Result<(), Refusal> {
    let (arrives, leaves) =
        (wanted.check_in() != booked.check_in(), wanted.check_out() != booked.check_out());
    if arrives {
        check_past(terms, wanted, now)?;
        check_notice(terms, wanted, now)?;
        check_arrival(calendar, wanted)?;
    }
    if leaves {
        check_departure(calendar, wanted)?;
    }
    if wanted.check_out() > booked.check_out() || wanted.check_in() < booked.check_in() {
        check_window(terms, wanted, now)?;
    }
    if arrives || leaves {
        check_length(terms, calendar, wanted)?;
    }
    Ok(())
}

fn check_past(terms: &ListingTerms, stay: Stay, now: Timestamp) -> Result<(), Refusal> {
    let today = terms.zone.today(now);
    if stay.check_in() < today {
        let detail = format!("Choose an arrival no earlier than {today}, which is today there.");
        return Err(Refusal::rule("past_date", "/check_in", detail));
    }
    Ok(())
}

/// Whether the party fits; refuses with `over_capacity` and `pets_not_allowed`.
pub fn check_party(terms: &ListingTerms, guests: Guests) -> Result<(), Refusal> {
    let capacity = terms.capacity.get();
    if guests.counted() > capacity {
        let alone = guests.adults() > capacity;
        let pointer = if alone { "/guests/adults" } else { "/guests/children" };
        let detail = format!("Bring at most {capacity} adults and children.");
        return Err(Refusal::rule("over_capacity", pointer, detail));
    }
    if guests.pets() > terms.max_pets {
        let detail = match terms.max_pets {
            0 => "Leave pets at home: this place takes none.".to_owned(),
            most => format!("Bring at most {most} pets."),
        };
        return Err(Refusal::rule("pets_not_allowed", "/guests/pets", detail));
    }
    Ok(())
}

fn check_notice(terms: &ListingTerms, stay: Stay, now: Timestamp) -> Result<(), Refusal> {
    let hours = terms.rules.advance_notice_hours;
    let arrival = terms.zone.instant_of(stay.check_in(), terms.check_in_time);
    // Without a notice guests may still come on the day itself, after the check-in time too.
    if hours > 0 && arrival.duration_since(now) < SignedDuration::from_hours(i64::from(hours)) {
        let detail = format!("Book at least {hours} hours before the check-in time.");
        return Err(Refusal::rule("advance_notice", "/check_in", detail));
    }
    Ok(())
}

fn check_window(terms: &ListingTerms, stay: Stay, now: Timestamp) -> Result<(), Refusal> {
    let Some(days) = terms.rules.booking_window_days else { return Ok(()) };
    let last = terms.zone.today(now).saturating_add(i64::from(days).days());
    if stay.last_night() <= last {
        return Ok(());
    }
    let pointer = if stay.check_in() > last { "/check_in" } else { "/check_out" };
    Err(Refusal::rule("booking_window", pointer, format!("Choose nights no later than {last}.")))
}

/// The code of the rule that keeps every stay from beginning on the night of `date`, by its distance from `now` alone.
pub fn first_night_refused(terms: &ListingTerms, date: Date, now: Timestamp) -> Option<&'static str> {
    let stay = Stay::new(date, date.saturating_add(1.day())).ok()?;
    let checks = [check_past, check_notice, check_window];
    checks.iter().find_map(|check| check(terms, stay, now).err()).map(|refusal| refusal.code)
}

fn check_arrival(calendar: &Calendar, stay: Stay) -> Result<(), Refusal> {
    if calendar.on(stay.check_in()).is_some_and(|rule| rule.closed_to_arrival) {
        let detail = "Choose another day of arrival: no stay begins on this one.";
        return Err(Refusal::rule("closed_to_arrival", "/check_in", detail));
    }
    Ok(())
}

fn check_departure(calendar: &Calendar, stay: Stay) -> Result<(), Refusal> {
    if calendar.on(stay.check_out()).is_some_and(|rule| rule.closed_to_departure) {
        let detail = "Choose another day of departure: no stay ends on this one.";
        return Err(Refusal::rule("closed_to_departure", "/check_out", detail));
    }
    Ok(())
}

fn check_length(terms: &ListingTerms, calendar: &Calendar, stay: Stay) -> Result<(), Refusal> {
    // The arrival's own word replaces the listing's; a later night can only be stricter.
    let later = || stay.nights().skip(1).filter_map(|night| calendar.on(night));
    let arrival = calendar.on(stay.check_in());
    let min_arrival = arrival.and_then(|rule| rule.min_nights).unwrap_or(terms.rules.min_nights);
    let max_arrival = arrival.and_then(|rule| rule.max_nights).unwrap_or(terms.rules.max_nights);
    let min = later().filter_map(|rule| rule.min_nights).fold(min_arrival, u16::max);
    let max = later().filter_map(|rule| rule.max_nights).fold(max_arrival, u16::min);
    if stay.night_count() < min {
        let detail = format!("Stay at least {min} nights on these dates.");
        return Err(Refusal::rule("min_nights", "/check_out", detail));
    }
    if stay.night_count() > max {
        let detail = format!("Stay at most {max} nights on these dates.");
        return Err(Refusal::rule("max_nights", "/check_out", detail));
    }
    Ok(())
}

fn check_blocked(calendar: &Calendar, stay: Stay) -> Result<(), Refusal> {
    if stay.nights().any(|night| calendar.on(night).is_some_and(|rule| rule.blocked)) {
        return Err(dates_unavailable());
    }
    Ok(())
}

/// The conflict of a stay whose nights are not free; says nothing of who has them.
pub fn dates_unavailable() -> Refusal {
    Refusal::conflict("dates_unavailable", "Choose other dates: these are not available.")
}

#[cfg(test)]
mod tests;
