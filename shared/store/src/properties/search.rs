//! Finding listings: one statement for a page, whatever is asked.

mod sql;

use domain::dates::Stay;
use domain::ids::PropertyId;
use domain::listing::{Amenity, BookingMode, ListingTerms, Location, PropertyKind};
use domain::money::Currency;
use domain::rules::Calendar;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::Result;
use super::stay::{StoredNight, calendar_of};
use crate::db::{Db, DbError, Statement};
use crate::photos::ReadyPhoto;

/// In what order listings are found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Order {
    /// By how well the words match; needs words.
    Relevance,
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
    pub terms: Option<(ListingTerms, Calendar)>,
    /// More rows had been found than one answer may carry.
    pub cut_off: bool,
}

/// Up to `limit` listings behind `after`.
///
/// Of a stay the database only asks what it can decide surely: a free unit, and the length by the date of arrival. The
/// rest of the rules is for the caller to decide on [`Found::terms`].
pub async fn search(
    db: &Db,
    query: &SearchQuery<'_>,
    after: Option<&Position>,
    limit: u32,
    now: Timestamp,
) -> Result<Vec<Found>> {
    let sql = sql::statement(query.order, query.words.is_some(), query.area.is_some(), query.stay.is_some());
    let (first_key, first_id) = sql::before_all(query.order);
    let amenities = query.amenities.iter().map(Amenity::as_str).collect::<Vec<_>>().join(",");
    let mut statement = Statement::new(sql)
        .text("after", after.map_or(first_key, |position| position.key.as_str()))
        .text("after_id", after.map_or(first_id.to_owned(), |position| position.id.to_string()).as_str())
        .int("limit", i64::from(limit))
        .int("guests", query.guests.map(i64::from))
        .int("min_price", query.min_price)
        .int("max_price", query.max_price)
        .text("currency", query.currency.map(Currency::code))
        .text("kind", query.kind.map(PropertyKind::code))
        .text("amenities", Some(amenities.as_str()).filter(|codes| !codes.is_empty()))
        .text("mode", query.mode.map(BookingMode::code))
        .int("min_rating", query.min_rating_e2.map(i64::from))
        .idempotent();
    if let Some(stay) = query.stay {
        statement = statement
            .date("check_in", stay.check_in())
            .date("check_out", stay.check_out())
            .instant("now", now);
    }
    if let Some(words) = query.words {
        statement = statement.text("words", words);
    }
    if let Some(area) = query.area {
        let bound = |at: usize| area.bounds.map(|bounds| i64::from(bounds[at]));
        statement = statement
            .int("lat", i64::from(area.center.lat_e6()))
            .int("lon", i64::from(area.center.lon_e6()))
            .int("reach", i64::from(area.reach_m))
            .boolean("round", area.round)
            .int("south", bound(0))
            .int("west", bound(1))
            .int("north", bound(2))
            .int("east", bound(3));
    }
    db.texts(statement).await?.iter().map(|text| found(text)).collect()
}

#[derive(Deserialize)]
struct Key(String, PropertyId, u32);

#[derive(Deserialize)]
struct Facts {
    terms: ListingTerms,
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
        terms: facts.map(|facts| {
            let calendar = calendar_of(facts.rules, facts.terms.currency);
            (facts.terms, calendar)
        }),
        cut_off: left > 0,
    })
}

fn decode<'a, T: Deserialize<'a>>(text: &'a str) -> Result<T> {
    serde_json::from_str(text).map_err(|source| DbError::Decode { source })
}
