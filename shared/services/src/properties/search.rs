//! Looking for a place to stay.

mod area;
mod criteria;
mod narrow;

use domain::dates::Stay;
use domain::guests::Guests;
use domain::money::Money;
use domain::pricing::{QuoteInput, RulesVersion, quote};
use domain::rules::check_stay;
use jiff::{Span, Timestamp};
use store::photos::ReadyPhoto;
use store::properties::{self, Found, Position, SearchQuery, StayFound};

pub use area::Place;
pub use criteria::{Criteria, MAX_FLEX_DAYS, Sort, Wanted};
pub use narrow::{MAX_ZOOM, Map, facets_of, map_of, ranking_of};

use crate::{Ctx, Failure};

/// How many times at most the database is asked for more, when rules refuse what it offered.
const MAX_ROUNDS: u32 = 5;
/// How many rows one statement is asked for at most.
const MAX_ROWS: u32 = 150;

/// What to look for, and how much of it.
#[derive(Clone, Debug)]
pub struct SearchInput<'a> {
    /// What.
    pub query: SearchQuery<'a>,
    /// Where the page begins.
    pub after: Option<Position>,
    /// How many listings at most.
    pub limit: u32,
}

/// A page of listings.
#[derive(Clone, Debug)]
pub struct SearchPage {
    /// The listings. There may be fewer than were asked for while more follow.
    pub items: Vec<SearchItem>,
    /// Where the next page begins, if there may be one.
    pub next: Option<Position>,
}

/// A listing that was found.
#[derive(Clone, Debug)]
pub struct SearchItem {
    /// Its summary as the JSON text of an object.
    pub summary: String,
    /// What the stay costs, when one was asked for: of those it may be moved to the cheapest.
    pub total: Option<Money>,
    /// That stay.
    pub stay: Option<Stay>,
    /// Its first photo.
    pub cover: Option<ReadyPhoto>,
    /// The place behind it, with its id.
    pub position: Position,
}

/// Listings in their order.
///
/// With a stay, a listing is found if and only if a quote for the same nights and guests (as adults) would succeed.
/// The database leaves out what it can, the rules decide on the rest, and the database is asked again for what they
/// refused, a bounded number of times.
pub async fn search(ctx: &Ctx, input: SearchInput<'_>) -> Result<SearchPage, Failure> {
    let SearchInput { query, after: mut seen, limit } = input;
    let now = ctx.now();
    let party = Guests::new(query.guests.unwrap_or(1), 0, 0, 0).ok();
    let mut page = SearchPage { items: Vec::new(), next: None };
    for _ in 0..MAX_ROUNDS {
        // One more than the page has: it tells whether there is a next one.
        let missing = limit + 1 - u32::try_from(page.items.len()).unwrap_or(limit);
        let spare = if query.stay.is_some() { missing / 4 + 4 } else { 0 };
        let rows = (missing + spare).min(MAX_ROWS);
        let found = properties::search(&ctx.db, &query, seen.as_ref(), rows, now).await?;
        let more = found.len() >= rows as usize || found.last().is_some_and(|last| last.cut_off);
        for found in found {
            let position = found.position.clone();
            if let Some(item) = priced(found, query.stay, party, now) {
                if page.items.len() == limit as usize {
                    page.next = seen;
                    return Ok(page);
                }
                page.items.push(item);
            }
            seen = Some(position);
        }
        if !more {
            return Ok(page);
        }
    }
    page.next = seen;
    Ok(page)
}

/// The listing with its total; nothing when the rules refuse the stay, on whatever days.
fn priced(found: Found, stay: Option<Stay>, party: Option<Guests>, now: Timestamp) -> Option<SearchItem> {
    let best = match (stay, &found.stay) {
        (Some(stay), Some(facts)) => Some(best_of(facts, stay, party?, now)?),
        _ => None,
    };
    Some(SearchItem {
        summary: found.item,
        total: best.map(|(total, _)| total),
        stay: best.map(|(_, stay)| stay),
        cover: found.cover,
        position: found.position,
    })
}

/// The cheapest of the days that the stay may be moved to; of equal ones the nearest, then the earlier.
fn best_of(facts: &StayFound, stay: Stay, guests: Guests, now: Timestamp) -> Option<(Money, Stay)> {
    let offers = facts.moves.iter().filter_map(|&days| {
        let stay = moved(stay, days)?;
        Some((total_of(facts, stay, guests, now)?, days, stay))
    });
    let best = offers.min_by_key(|(total, days, _)| (total.amount(), days.unsigned_abs(), *days))?;
    Some((best.0, best.2))
}

fn moved(stay: Stay, days: i8) -> Option<Stay> {
    if days == 0 {
        return Some(stay);
    }
    let span = Span::new().days(i64::from(days));
    let (check_in, check_out) = (stay.check_in().checked_add(span), stay.check_out().checked_add(span));
    Stay::new(check_in.ok()?, check_out.ok()?).ok()
}

fn total_of(facts: &StayFound, stay: Stay, guests: Guests, now: Timestamp) -> Option<Money> {
    let StayFound { terms, calendar, .. } = facts;
    check_stay(terms, calendar, stay, guests, now).ok()?;
    let rules_version = RulesVersion::CURRENT;
    let input = QuoteInput { terms, calendar, rules_version, stay, guests, promotion: None, now };
    quote(&input).ok().map(|priced| priced.total)
}
