//! What people look for, as they say it: the same for requests, saved searches, and whoever else asks.

use domain::dates::Stay;
use domain::invalid::Invalid;
use domain::listing::{Amenity, BookingMode, Location, PropertyKind};
use domain::money::Currency;
use domain::refusal::{FieldError, Refusal, RefusalClass};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use store::properties::{Area, Order, SearchQuery};

use super::area::Place;

/// How far around a point is looked if nobody says, in metres.
const DEFAULT_RADIUS_M: u32 = 20_000;
/// By how many days a stay may be moved at most.
pub const MAX_FLEX_DAYS: u8 = 7;

/// What to look for. Bounds of single values are checked where they come in, what they mean together in
/// [`Criteria::parse`].
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Criteria {
    /// Words of the title, the place and the description; `"…"` for phrases, `-` for what must not be there, `or`.
    pub q: Option<String>,
    /// Degrees north of a point to look around; goes with `lon`.
    pub lat: Option<f64>,
    /// Degrees east of that point.
    pub lon: Option<f64>,
    /// How far around it to look, in metres; 20000 if absent.
    pub radius_m: Option<u32>,
    /// A box instead: west, south, east and north in degrees, with commas.
    pub bbox: Option<String>,
    /// The date of arrival; goes with `check_out`.
    pub check_in: Option<Date>,
    /// The date of departure.
    pub check_out: Option<Date>,
    /// By how many days the stay may be moved; goes with the dates.
    pub flex_days: Option<u8>,
    /// How many adults and children it must take.
    pub guests: Option<u8>,
    /// The least price of a night, in minor units.
    pub min_price: Option<i64>,
    /// The greatest price of a night, in minor units.
    pub max_price: Option<i64>,
    /// Only listings with prices in this currency.
    pub currency: Option<Currency>,
    /// What kind of place.
    pub kind: Option<PropertyKind>,
    /// What it must have, all of it: codes with commas.
    pub amenities: Option<String>,
    /// Only listings that are booked at once (`true`), or by a request (`false`).
    pub instant: Option<bool>,
    /// The least rating, in stars from 1 to 5.
    pub min_rating: Option<f64>,
    /// In what order.
    pub sort: Option<Sort>,
}

/// In what order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Sort {
    /// By how well the words match; without words by the distance, without a place by how good the listing is.
    Relevance,
    /// By the price of a night, the cheapest first.
    Price,
    /// By the rating, the best first.
    Rating,
    /// By the distance, the nearest first; needs a place.
    Distance,
    /// By when it came on the market, the newest first.
    Newest,
}

/// What is looked for, in a way that makes sense.
#[derive(Clone, Debug)]
pub struct Wanted {
    order: Order,
    words: Option<String>,
    area: Option<Area>,
    stay: Option<Stay>,
    flex_days: u8,
    guests: Option<u8>,
    min_price: Option<i64>,
    max_price: Option<i64>,
    currency: Option<Currency>,
    kind: Option<PropertyKind>,
    amenities: Vec<Amenity>,
    mode: Option<BookingMode>,
    min_rating_e2: Option<i32>,
}

impl Wanted {
    /// The query as the search reads it.
    pub fn query(&self) -> SearchQuery<'_> {
        SearchQuery {
            order: self.order,
            words: self.words.as_deref(),
            area: self.area,
            stay: self.stay,
            flex_days: self.flex_days,
            guests: self.guests,
            min_price: self.min_price,
            max_price: self.max_price,
            currency: self.currency,
            kind: self.kind,
            amenities: &self.amenities,
            mode: self.mode,
            min_rating_e2: self.min_rating_e2,
        }
    }
}

impl Criteria {
    /// What is meant; refuses it with everything that is wrong, at pointers such as `?bbox`.
    pub fn parse(&self) -> Result<Wanted, Refusal> {
        let mut errors = Vec::new();
        let words = self.q.as_deref().map(str::trim).filter(|words| !words.is_empty()).map(str::to_owned);
        let area = self.area(&mut errors);
        let stay = self.stay(&mut errors);
        let amenities = self.amenities(&mut errors);
        if self.min_price.zip(self.max_price).is_some_and(|(min, max)| min > max) {
            errors.push(wrong("?max_price", "out_of_range", "Give at least as much as min_price."));
        }
        let order = self.order(words.is_some(), area.is_some(), &mut errors);
        if !errors.is_empty() {
            let detail = "Some of the input is wrong; errors names each place.";
            return Err(Refusal { errors, ..Refusal::new(RefusalClass::Rule, "validation_failed", detail) });
        }
        let mode = |instant| if instant { BookingMode::Instant } else { BookingMode::Request };
        Ok(Wanted {
            order,
            words,
            area,
            stay,
            flex_days: self.flex_days.unwrap_or(0).min(MAX_FLEX_DAYS),
            guests: self.guests,
            min_price: self.min_price,
            max_price: self.max_price,
            currency: self.currency,
            kind: self.kind,
            amenities,
            mode: self.instant.map(mode),
            min_rating_e2: self.min_rating.map(hundredths),
        })
    }

    fn area(&self, errors: &mut Vec<FieldError>) -> Option<Area> {
        let place = match (self.lat, self.lon, &self.bbox) {
            (None, None, None) => {
                if self.radius_m.is_some() {
                    errors.push(wrong("?radius_m", "missing_field", "Give lat and lon with it."));
                }
                return None;
            }
            (Some(lat), Some(lon), None) => Location::from_degrees(lat, lon)
                .map(|center| Place::Around { center, radius_m: self.radius_m.unwrap_or(DEFAULT_RADIUS_M) }),
            (None, None, Some(bbox)) => return self.boxed(bbox, errors),
            (Some(_), None, _) => {
                errors.push(wrong("?lon", "missing_field", "Give lon with lat."));
                return None;
            }
            (None, Some(_), _) => {
                errors.push(wrong("?lat", "missing_field", "Give lat with lon."));
                return None;
            }
            (Some(_), Some(_), Some(_)) => {
                errors.push(wrong("?bbox", "ambiguous", "Give either a box or a point."));
                return None;
            }
        };
        place.and_then(Place::area).map_err(|invalid| errors.push(invalid.at("?lat"))).ok()
    }

    fn boxed(&self, bbox: &str, errors: &mut Vec<FieldError>) -> Option<Area> {
        if self.radius_m.is_some() {
            errors.push(wrong("?radius_m", "ambiguous", "Leave the radius out with a box."));
        }
        let parts: Vec<&str> = bbox.split(',').map(str::trim).collect();
        let [west, south, east, north] = parts.as_slice() else {
            errors.push(wrong("?bbox", "invalid_location", "Give west,south,east,north in degrees."));
            return None;
        };
        let corners = Location::from_text(south, west)
            .and_then(|south_west| Ok((south_west, Location::from_text(north, east)?)));
        let area =
            corners.and_then(|(south_west, north_east)| Place::Within { south_west, north_east }.area());
        area.map_err(|invalid| errors.push(invalid.at("?bbox"))).ok()
    }

    fn stay(&self, errors: &mut Vec<FieldError>) -> Option<Stay> {
        match (self.check_in, self.check_out) {
            (Some(check_in), Some(check_out)) => {
                let moved =
                    |error: FieldError| FieldError { pointer: error.pointer.replacen('/', "?", 1), ..error };
                let stay = Stay::new(check_in, check_out);
                stay.map_err(|refusal| errors.extend(refusal.errors.into_iter().map(moved))).ok()
            }
            (Some(_), None) => {
                errors.push(wrong("?check_out", "missing_field", "Give check_out with check_in."));
                None
            }
            (None, Some(_)) => {
                errors.push(wrong("?check_in", "missing_field", "Give check_in with check_out."));
                None
            }
            (None, None) => {
                if self.flex_days.is_some() {
                    errors.push(wrong("?check_in", "missing_field", "Give the dates with flex_days."));
                }
                None
            }
        }
    }

    fn amenities(&self, errors: &mut Vec<FieldError>) -> Vec<Amenity> {
        let codes = self.amenities.as_deref().unwrap_or_default().split(',').map(str::trim);
        codes
            .filter(|code| !code.is_empty())
            .filter_map(|code| {
                code.parse().map_err(|invalid: Invalid| errors.push(invalid.at("?amenities"))).ok()
            })
            .collect()
    }

    fn order(&self, words: bool, area: bool, errors: &mut Vec<FieldError>) -> Order {
        match self.sort.unwrap_or(Sort::Relevance) {
            Sort::Price => Order::Price,
            Sort::Newest => Order::Newest,
            Sort::Rating => Order::Rating,
            Sort::Relevance if words => Order::Relevance,
            Sort::Relevance if area => Order::Distance,
            Sort::Relevance => Order::Quality,
            Sort::Distance => {
                if !area {
                    let detail = "Give lat and lon, or bbox, to sort by distance.";
                    errors.push(wrong("?sort", "missing_place", detail));
                }
                Order::Distance
            }
        }
    }
}

/// Stars in hundredths, rounded up: what has fewer does not do.
fn hundredths(stars: f64) -> i32 {
    // What is a hair above whole hundredths is so by the float's own error.
    #[expect(clippy::cast_possible_truncation, reason = "from 100 to 500")]
    let e2 = (stars * 100.0 - 1e-6).ceil() as i32;
    e2
}

fn wrong(pointer: &str, code: &'static str, detail: &str) -> FieldError {
    FieldError { pointer: pointer.to_owned(), code, detail: detail.to_owned() }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn parse(criteria: Value) -> Result<Wanted, Vec<(String, &'static str)>> {
        serde_json::from_value::<Criteria>(criteria)
            .unwrap()
            .parse()
            .map_err(|refusal| refusal.errors.into_iter().map(|error| (error.pointer, error.code)).collect())
    }

    fn faults(criteria: Value) -> Vec<(String, &'static str)> {
        parse(criteria).err().unwrap_or_default()
    }

    #[test]
    fn everything_at_once() {
        let wanted = parse(json!({
            "q": " sea view ", "lat": 38.9, "lon": -77.03, "radius_m": 5_000, "check_in": "2026-06-01",
            "check_out": "2026-06-06", "flex_days": 3, "guests": 2, "min_price": 1_000, "max_price": 50_000,
            "currency": "USD", "kind": "loft", "amenities": "wifi, pool", "instant": true, "min_rating": 4.5,
            "sort": "price",
        }))
        .unwrap();
        assert_eq!((wanted.order, wanted.words.as_deref()), (Order::Price, Some("sea view")));
        assert_eq!(wanted.area.unwrap().center, Location::from_text("38.9", "-77.03").unwrap());
        assert_eq!((wanted.stay.unwrap().night_count(), wanted.flex_days), (5, 3));
        assert_eq!((wanted.min_rating_e2, wanted.mode), (Some(450), Some(BookingMode::Instant)));
        assert_eq!(wanted.amenities.len(), 2);
    }

    #[test]
    fn what_is_kept_reads_back() {
        let said = json!({ "q": "sea", "bbox": "1,2,3,4", "sort": "newest" });
        let criteria: Criteria = serde_json::from_value(said).unwrap();
        let again = serde_json::from_value(serde_json::to_value(&criteria).unwrap()).unwrap();
        assert_eq!(criteria, again);
    }

    #[test]
    fn relevance_is_what_there_is_to_go_by() {
        let order = |criteria| parse(criteria).unwrap().order;
        assert_eq!(order(json!({ "q": "sea", "lat": 1.0, "lon": 1.0 })), Order::Relevance);
        assert_eq!(order(json!({ "lat": 1.0, "lon": 1.0 })), Order::Distance);
        assert_eq!(order(json!({ "q": " " })), Order::Quality);
        assert_eq!(order(json!({ "sort": "newest" })), Order::Newest);
    }

    #[test]
    fn what_does_not_go_together_is_named() {
        let named = |pointer: &str, code| vec![(pointer.to_owned(), code)];
        for (said, pointer, code) in [
            (json!({ "lat": 1.0 }), "?lon", "missing_field"),
            (json!({ "lon": 1.0 }), "?lat", "missing_field"),
            (json!({ "radius_m": 5 }), "?radius_m", "missing_field"),
            (json!({ "check_in": "2026-06-01" }), "?check_out", "missing_field"),
            (json!({ "flex_days": 1 }), "?check_in", "missing_field"),
            (json!({ "check_in": "2026-06-01", "check_out": "2026-06-01" }), "?check_out", "invalid_dates"),
            (json!({ "bbox": "1,2,3" }), "?bbox", "invalid_location"),
            (json!({ "bbox": "1,9,3,4" }), "?bbox", "invalid_location"),
            (json!({ "lat": 1.0, "lon": 1.0, "bbox": "1,2,3,4" }), "?bbox", "ambiguous"),
            (json!({ "sort": "distance" }), "?sort", "missing_place"),
            (json!({ "min_price": 2, "max_price": 1 }), "?max_price", "out_of_range"),
            (json!({ "amenities": "Wi-Fi" }), "?amenities", "invalid_amenity"),
        ] {
            assert_eq!(faults(said.clone()), named(pointer, code), "{said}");
        }
    }

    #[test]
    fn stars_are_rounded_up_to_hundredths() {
        assert_eq!([4.5, 4.35, 4.351, 5.0, 1.0].map(hundredths), [450, 435, 436, 500, 100]);
    }
}
