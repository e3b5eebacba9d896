//! Finding listings: one statement for a page, whatever is asked.

mod clusters;
mod facets;
mod ranking;
mod sql;

use domain::dates::Stay;
use domain::ids::PropertyId;
use domain::listing::{Amenity, BookingMode, ListingTerms, Location, PropertyKind};
use domain::money::Currency;
use domain::rules::Calendar;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

pub use self::clusters::{Cluster, clusters};
pub use self::facets::{FACETED, facets};
pub use self::ranking::rank_facts;
use super::Result;
use super::stay::{StoredNight, calendar_of};
use crate::db::{Db, DbError, Statement};
use crate::photos::ReadyPhoto;

/// In what order listings are found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Order {
    /// By how well the words match and how good the listing is; needs words.
    Relevance,
    /// By how good the listing is, whatever is looked for: [`domain::ranking`].
    Quality,
    /// By the nightly price, the cheapest first.
    Price,
    /// By the rating, the best first.
    Rating,
    /// By the distance from the middle of the area, the nearest first; needs an area.
    Distance,
    /// By when it was published first, the newest first.
    Newest,
}

/// Where to look.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Area {
    /// What distances are measured from.
    pub center: Location,
    /// No listing of the area is farther from the middle, in metres.
    pub reach_m: u32,
    /// Whether `reach_m` itself is the bound; otherwise only `bounds` are.
    pub round: bool,
    /// South, west, north and east bounds in microdegrees; west may be greater than east, across the date line.
    pub bounds: Option<[i32; 4]>,
}

/// What to look for.
#[derive(Clone, Debug)]
pub struct SearchQuery<'a> {
    /// In what order.
    pub order: Order,
    /// Words, as people type them into a search box.
    pub words: Option<&'a str>,
    /// Where.
    pub area: Option<Area>,
    /// Free nights.
    pub stay: Option<Stay>,
    /// By how many days at most the stay may be moved, to earlier or later days.
    pub flex_days: u8,
    /// How many adults and children it must take.
    pub guests: Option<u8>,
    /// The least nightly price, in minor units of the listing's currency.
    pub min_price: Option<i64>,
    /// The greatest nightly price, in minor units of the listing's currency.
    pub max_price: Option<i64>,
    /// The listing's currency.
    pub currency: Option<Currency>,
    /// What kind of place.
    pub kind: Option<PropertyKind>,
    /// What it must have, all of it.
    pub amenities: &'a [Amenity],
    /// How it is booked.
    pub mode: Option<BookingMode>,
    /// The least rating in hundredths of a star.
    pub min_rating_e2: Option<i32>,
}

/// What a price for a stay depends on, and when it may begin.
#[derive(Clone, Debug)]
pub struct StayFound {
    /// All that price and rules need.
    pub terms: ListingTerms,
    /// What the host says of the dates.
    pub calendar: Calendar,
    /// By how many days the stay may be moved so that its nights are free; 0 means as it was asked for.
    pub moves: Vec<i8>,
}

/// Which nights are asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Nights {
    Any = 0,
    Exact = 1,
    Flexible = 2,
}

impl SearchQuery<'_> {
    const fn nights(&self) -> Nights {
        match (self.stay, self.flex_days) {
            (None, _) => Nights::Any,
            (Some(_), 0) => Nights::Exact,
            (Some(_), _) => Nights::Flexible,
        }
    }
}

/// A place in the order, between two listings.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Position {
    /// The sort key of the listing before it, as the database writes it.
    pub key: String,
    /// The id of the listing before it.
    pub id: PropertyId,
}

/// A listing that was found.
#[derive(Clone, Debug)]
pub struct Found {
    /// Its summary as JSON, for anyone's eyes.
    pub item: String,
    /// The place behind it.
    pub position: Position,
    /// Its first photo.
    pub cover: Option<ReadyPhoto>,
    /// What a price for the stay depends on; there when a stay was asked for.
    pub stay: Option<StayFound>,
    /// More rows had been found than one answer may carry.
    pub cut_off: bool,
}

/// Up to `limit` listings behind `after`.
///
/// Of a stay the database only asks what it can decide surely: a free unit, and the length by the date of arrival. The
/// rest of the rules is for the caller to decide on [`Found::stay`].
pub async fn search(
    db: &Db,
    query: &SearchQuery<'_>,
    after: Option<&Position>,
    limit: u32,
    now: Timestamp,
) -> Result<Vec<Found>> {
    let (words, area, nights) = (query.words.is_some(), query.area.is_some(), query.nights());
    let sql = sql::statement(query.order, words, area, nights);
    let (first_key, first_id) = sql::before_all(query.order);
    let mut statement = filtered(Statement::new(sql), query)
        .text("after", after.map_or(first_key, |position| position.key.as_str()))
        .text("after_id", after.map_or(first_id.to_owned(), |position| position.id.to_string()).as_str())
        .int("limit", i64::from(limit));
    if let Some(stay) = query.stay {
        statement = statement
            .date("check_in", stay.check_in())
            .date("check_out", stay.check_out())
            .instant("now", now);
    }
    if nights == Nights::Flexible {
        statement = statement.int("flex", i64::from(query.flex_days));
    }
    db.texts(statement).await?.iter().map(|text| found(text)).collect()
}

/// Binds what decides the members of a list, but for the stay.
fn filtered(statement: Statement, query: &SearchQuery<'_>) -> Statement {
    let amenities = query.amenities.iter().map(Amenity::as_str).collect::<Vec<_>>().join(",");
    let mut statement = statement
        .int("guests", query.guests.map(i64::from))
        .int("min_price", query.min_price)
        .int("max_price", query.max_price)
        .text("currency", query.currency.map(Currency::code))
        .text("kind", query.kind.map(PropertyKind::code))
        .text("amenities", Some(amenities.as_str()).filter(|codes| !codes.is_empty()))
        .text("mode", query.mode.map(BookingMode::code))
        .int("min_rating", query.min_rating_e2.map(i64::from))
        .idempotent();
    if let Some(words) = query.words {
        statement = statement.text("words", words);
    }
    let Some(area) = query.area else { return statement };
    let bound = |at: usize| area.bounds.map(|bounds| i64::from(bounds[at]));
    statement
        .int("lat", i64::from(area.center.lat_e6()))
        .int("lon", i64::from(area.center.lon_e6()))
        .int("reach", i64::from(area.reach_m))
        .boolean("round", area.round)
        .int("south", bound(0))
        .int("west", bound(1))
        .int("north", bound(2))
        .int("east", bound(3))
}

#[derive(Deserialize)]
struct Key(String, PropertyId, u32);

#[derive(Deserialize)]
struct Facts {
    terms: ListingTerms,
    /// Nothing where the nights were taken meanwhile.
    moves: Option<Vec<i8>>,
    rules: Vec<StoredNight>,
}

/// Four lines: the item, the key, the photo, the facts. JSON has no line ends of its own, so the item need not be
/// parsed to be found.
fn found(text: &str) -> Result<Found> {
    let mut lines = text.split('\n');
    let mut line = || lines.next().ok_or_else(|| DbError::inconsistent("properties", "a line is missing"));
    let (item, key, cover, facts) = (line()?, line()?, line()?, line()?);
    let Key(key, id, left) = decode(key)?;
    let facts: Option<Facts> = decode(facts)?;
    Ok(Found {
        item: item.to_owned(),
        position: Position { key, id },
        cover: decode(cover)?,
        stay: facts.map(|facts| StayFound {
            calendar: calendar_of(facts.rules, facts.terms.currency),
            terms: facts.terms,
            moves: facts.moves.unwrap_or_default(),
        }),
        cut_off: left > 0,
    })
}

fn decode<'a, T: Deserialize<'a>>(text: &'a str) -> Result<T> {
    serde_json::from_str(text).map_err(|source| DbError::Decode { source })
}
