//! The nights of a listing.

use std::collections::{BTreeMap, BTreeSet};

use domain::ids::{PropertyId, UserId};
use domain::money::{Money, MoneyError};
use domain::pricing::night_price;
use domain::refusal::{FieldError, Refusal, RefusalClass};
use domain::rules::first_night_refused;
use jiff::civil::Date;
use jiff::{Timestamp, ToSpan};
use serde::Serialize;
use serde_json::json;
use store::properties::{self, CalendarFacts, Changed, NightChange, Occupancy, Said};

use super::view::own;
use crate::{Ctx, Failure};

/// How many nights a calendar shows or changes at once: two years.
pub const MAX_CALENDAR_NIGHTS: i64 = 731;

/// Whether a night is for sale.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum NightState {
    /// One of the units is free.
    Available,
    /// The host, a foreign calendar or a preparation takes it.
    Blocked,
    /// Guests have booked it.
    Booked,
    /// Somebody is about to book it; it may become free again.
    Held,
    /// It is over.
    Past,
}

/// Why no stay can begin on a night, in the words for its host.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum WhyNot {
    /// It is over.
    Past,
    /// It is nearer than the notice that the listing asks for.
    AdvanceNotice,
    /// It is farther ahead than the listing takes bookings.
    BookingWindow,
    /// Guests have booked it.
    Booked,
    /// Somebody is about to book it.
    Held,
    /// The host blocked it.
    Blocked,
    /// A foreign calendar has it.
    Imported,
    /// It is kept free around a stay.
    Preparation,
    /// The calendar closes it to arrivals.
    ClosedToArrival,
}

/// One night.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CalendarNight {
    /// Its date.
    pub date: Date,
    /// Whether it is for sale.
    pub state: NightState,
    /// Its price before discounts; none while the listing has none.
    pub price: Option<Money>,
    /// The fewest nights of a stay that arrives on it.
    pub min_nights: u16,
    /// The most nights of a stay that arrives on it.
    pub max_nights: u16,
    /// Whether no stay begins on it.
    pub closed_to_arrival: bool,
    /// Whether no stay ends on it.
    pub closed_to_departure: bool,
    /// How many units are free.
    pub units_free: u32,
    /// Why no stay can begin on it, all of it; for the eyes of those who keep it, `None` for everybody else.
    pub why_not: Option<Vec<WhyNot>>,
}

/// The nights from `from` up to but without `to`, at most [`MAX_CALENDAR_NIGHTS`].
pub async fn calendar(
    ctx: &Ctx,
    viewer: Option<UserId>,
    id: PropertyId,
    from: Date,
    to: Date,
) -> Result<Vec<CalendarNight>, Failure> {
    refuse_range(from, to, "?to")?;
    let now = ctx.now();
    let facts = properties::calendar(&ctx.db, id, viewer, from, to, now).await?.ok_or(Failure::NotFound)?;
    shown(&facts, from, to, now)
}

/// The same of several listings; those that the viewer may not see are left out.
pub async fn calendars(
    ctx: &Ctx,
    viewer: Option<UserId>,
    ids: &[PropertyId],
    from: Date,
    to: Date,
) -> Result<Vec<(PropertyId, Vec<CalendarNight>)>, Failure> {
    refuse_range(from, to, "?to")?;
    let now = ctx.now();
    let found = properties::calendars(&ctx.db, ids, viewer, from, to, now).await?;
    found.iter().map(|(id, facts)| Ok((*id, shown(facts, from, to, now)?))).collect()
}

/// The nights as their viewer may see them.
fn shown(facts: &CalendarFacts, from: Date, to: Date, now: Timestamp) -> Result<Vec<CalendarNight>, Failure> {
    let mut nights = nights(facts, from, to, now).map_err(Failure::internal)?;
    if !facts.kept_by_viewer {
        for night in &mut nights {
            night.why_not = None;
        }
    }
    Ok(nights)
}

fn nights(
    facts: &CalendarFacts,
    from: Date,
    to: Date,
    now: Timestamp,
) -> Result<Vec<CalendarNight>, MoneyError> {
    let today = facts.terms.zone.today(now);
    let mut occupied = facts.occupied.iter().peekable();
    from.series(1.day())
        .take_while(|date| *date < to)
        .map(|date| {
            let occupancy = occupied.next_if(|occupancy| occupancy.night == date);
            night(facts, date, (now, today), occupancy.copied())
        })
        .collect()
}

fn night(
    facts: &CalendarFacts,
    date: Date,
    (now, today): (Timestamp, Date),
    occupancy: Option<Occupancy>,
) -> Result<CalendarNight, MoneyError> {
    let rule = facts.calendar.on(date);
    let price = night_price(&facts.terms, &facts.calendar, date)?;
    let taken = occupancy.map_or(0, |of| of.booked + of.held + of.blocked + of.imported + of.preparation);
    let units_free = facts.units.saturating_sub(taken);
    let state = match occupancy {
        _ if date < today => NightState::Past,
        Some(of) if units_free == 0 && of.held > 0 => NightState::Held,
        Some(of) if units_free == 0 && of.booked > 0 => NightState::Booked,
        Some(_) if units_free == 0 => NightState::Blocked,
        _ => NightState::Available,
    };
    Ok(CalendarNight {
        date,
        state,
        price: Some(price).filter(|price| !price.is_zero()),
        min_nights: rule.and_then(|rule| rule.min_nights).unwrap_or(facts.terms.rules.min_nights),
        max_nights: rule.and_then(|rule| rule.max_nights).unwrap_or(facts.terms.rules.max_nights),
        closed_to_arrival: rule.is_some_and(|rule| rule.closed_to_arrival),
        closed_to_departure: rule.is_some_and(|rule| rule.closed_to_departure),
        units_free,
        why_not: Some(why_not(facts, date, now, occupancy.filter(|_| units_free == 0))),
    })
}

/// All that keeps a stay from beginning on a night; `full` is what takes it where no unit is free.
fn why_not(facts: &CalendarFacts, date: Date, now: Timestamp, full: Option<Occupancy>) -> Vec<WhyNot> {
    let takes = |count: fn(&Occupancy) -> u32| full.is_some_and(|full| count(&full) > 0);
    let by_rule = first_night_refused(&facts.terms, date, now);
    let closed = facts.calendar.on(date).is_some_and(|rule| rule.closed_to_arrival);
    [
        (by_rule == Some("past_date"), WhyNot::Past),
        (by_rule == Some("advance_notice"), WhyNot::AdvanceNotice),
        (by_rule == Some("booking_window"), WhyNot::BookingWindow),
        (takes(|full| full.booked), WhyNot::Booked),
        (takes(|full| full.held), WhyNot::Held),
        (takes(|full| full.blocked), WhyNot::Blocked),
        (takes(|full| full.imported), WhyNot::Imported),
        (takes(|full| full.preparation), WhyNot::Preparation),
        (closed, WhyNot::ClosedToArrival),
    ]
    .into_iter()
    .filter_map(|(holds, why)| holds.then_some(why))
    .collect()
}

/// What a host says of a range of nights; what is absent stays as it was.
#[derive(Clone, Copy, Debug, Default)]
pub struct RangeChange {
    /// The price of each night.
    pub price: Said<Money>,
    /// The fewest nights of a stay.
    pub min_nights: Said<u16>,
    /// The most nights of a stay.
    pub max_nights: Said<u16>,
    /// Whether no stay begins on these dates.
    pub closed_to_arrival: Option<bool>,
    /// Whether no stay ends on these dates.
    pub closed_to_departure: Option<bool>,
    /// Whether the nights are off the market.
    pub blocked: Option<bool>,
}

/// Changes nights of the host's listing, all of it or nothing, and answers the changed nights.
///
/// Each change goes from its first date up to but without its second; of what two changes say of one night the later
/// counts. Refuses with `dates_unavailable` (and the `dates`) to block what guests have booked.
pub async fn change_calendar(
    ctx: &Ctx,
    host: UserId,
    id: PropertyId,
    changes: &[(Date, Date, RangeChange)],
) -> Result<Vec<CalendarNight>, Failure> {
    let property = own(ctx, host, id).await?;
    let nights = expand(changes, property.listing.terms.currency)?;
    let now = ctx.now();
    match properties::change_calendar(&ctx.db, id, host, &nights, now).await? {
        None => Err(Failure::NotFound),
        Some(Changed::Taken(dates)) => Err(Failure::RefusedWith {
            refusal: Refusal::conflict(
                "dates_unavailable",
                "Guests have booked some of the nights that you want to block. Nothing was changed.",
            ),
            member: "dates",
            value: json!(dates),
        }),
        Some(Changed::Done) => changed(ctx, host, id, &nights).await,
    }
}

/// The nights as they are now, of those that were named.
async fn changed(
    ctx: &Ctx,
    host: UserId,
    id: PropertyId,
    changes: &[NightChange],
) -> Result<Vec<CalendarNight>, Failure> {
    let (Some(first), Some(last)) = (changes.first(), changes.last()) else { return Ok(Vec::new()) };
    let named: BTreeSet<Date> = changes.iter().map(|change| change.night).collect();
    let mut nights = calendar(ctx, Some(host), id, first.night, last.night.saturating_add(1.day())).await?;
    nights.retain(|night| named.contains(&night.date));
    Ok(nights)
}

/// One change for each night, in order.
fn expand(
    changes: &[(Date, Date, RangeChange)],
    currency: domain::money::Currency,
) -> Result<Vec<NightChange>, Refusal> {
    let mut errors = Vec::new();
    let mut nights: BTreeMap<Date, NightChange> = BTreeMap::new();
    for (at, (from, to, change)) in changes.iter().enumerate() {
        if let Err(refusal) = refuse_range(*from, *to, &format!("/changes/{at}/to")) {
            errors.extend(refusal.errors);
            continue;
        }
        if let Said::Value(price) = change.price
            && price.currency() != currency
        {
            errors.push(FieldError {
                pointer: format!("/changes/{at}/price/currency"),
                code: "currency_mismatch",
                detail: format!("Give the price in {currency}, the listing's currency."),
            });
        }
        for night in from.series(1.day()).take_while(|date| date < to) {
            merge(nights.entry(night).or_insert_with(|| nothing_said(night)), change);
        }
    }
    let (first, last) = (nights.keys().next(), nights.keys().next_back());
    if let (Some(first), Some(last)) = (first, last)
        && errors.is_empty()
    {
        refuse_range(*first, last.saturating_add(1.day()), "/changes")?;
    }
    if errors.is_empty() {
        return Ok(nights.into_values().collect());
    }
    let detail = "Some of the changes are wrong; errors names each place.";
    Err(Refusal { errors, ..Refusal::new(RefusalClass::Rule, "validation_failed", detail) })
}

const fn nothing_said(night: Date) -> NightChange {
    NightChange {
        night,
        price: Said::Nothing,
        min_nights: Said::Nothing,
        max_nights: Said::Nothing,
        closed_to_arrival: None,
        closed_to_departure: None,
        blocked: None,
    }
}

fn merge(night: &mut NightChange, change: &RangeChange) {
    night.price = change.price.map(Money::amount).or(night.price);
    night.min_nights = change.min_nights.or(night.min_nights);
    night.max_nights = change.max_nights.or(night.max_nights);
    night.closed_to_arrival = change.closed_to_arrival.or(night.closed_to_arrival);
    night.closed_to_departure = change.closed_to_departure.or(night.closed_to_departure);
    night.blocked = change.blocked.or(night.blocked);
}

/// A range has one night at least, [`MAX_CALENDAR_NIGHTS`] at most, and lies within what calendars know.
fn refuse_range(from: Date, to: Date, pointer: &str) -> Result<(), Refusal> {
    if from.year() < 1970 || to > domain::dates::LAST_DATE || to <= from {
        let detail = format!("Choose a date after the first, no later than {}.", domain::dates::LAST_DATE);
        return Err(Refusal::rule("invalid_dates", pointer, detail));
    }
    if from.saturating_add(MAX_CALENDAR_NIGHTS.days()) < to {
        let detail = format!("Choose at most {MAX_CALENDAR_NIGHTS} nights from the first to the last.");
        return Err(Refusal::rule("too_many_nights", pointer, detail));
    }
    Ok(())
}
