//! What people look for, from the query string.

use domain::dates::Stay;
use domain::listing::{Amenity, BookingMode, Location, MAX_PRICE, PropertyKind};
use domain::money::Currency;
use domain::refusal::{FieldError, Refusal};
use garde::Validate;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use services::properties::Place;
use store::properties::{Area, Order, SearchQuery};
use utoipa::{IntoParams, ToSchema};
use web::Problem;

use crate::dto::codes::KindCode;
use crate::dto::place::invalid_fields;

/// How far around a point is looked if nobody says, in metres.
const DEFAULT_RADIUS_M: u32 = 20_000;

/// What to look for.
#[derive(Debug, Deserialize, Serialize, Validate, IntoParams)]
#[garde(allow_unvalidated)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct ListQuery {
    /// Words of the title, the place and the description; `"…"` for phrases, `-` for what must not be there, `or`.
    #[garde(inner(length(chars, max = 200)))]
    #[param(max_length = 200)]
    q: Option<String>,
    /// Degrees north of a point to look around; goes with `lon`.
    #[garde(inner(range(min = -90.0, max = 90.0), custom(is_number)))]
    #[param(minimum = -90, maximum = 90)]
    lat: Option<f64>,
    /// Degrees east of that point.
    #[garde(inner(range(min = -180.0, max = 180.0), custom(is_number)))]
    #[param(minimum = -180, maximum = 180)]
    lon: Option<f64>,
    /// How far around it to look, in metres; 20000 if absent.
    #[garde(inner(range(min = 1, max = 500_000)))]
    #[param(minimum = 1, maximum = 500_000)]
    radius_m: Option<u32>,
    /// A box instead: west, south, east and north in degrees, with commas. West may be greater than east, across the
    /// date line.
    #[garde(inner(length(bytes, max = 100)))]
    #[param(max_length = 100, example = "-77.12,38.80,-76.91,38.99")]
    bbox: Option<String>,
    /// The date of arrival; goes with `check_out`.
    check_in: Option<Date>,
    /// The date of departure.
    check_out: Option<Date>,
    /// How many adults and children it must take; with dates they are priced as adults, and one if absent.
    #[garde(inner(range(min = 1, max = 50)))]
    #[param(minimum = 1, maximum = 50)]
    guests: Option<u8>,
    /// The least price of a night, in minor units.
    #[garde(inner(range(min = 0, max = MAX_PRICE)))]
    #[param(minimum = 0, maximum = 100_000_000_000_i64)]
    min_price: Option<i64>,
    /// The greatest price of a night, in minor units.
    #[garde(inner(range(min = 0, max = MAX_PRICE)))]
    #[param(minimum = 0, maximum = 100_000_000_000_i64)]
    max_price: Option<i64>,
    /// Only listings with prices in this currency (ISO 4217).
    #[param(value_type = Option<String>, pattern = "^[A-Z]{3}$")]
    currency: Option<Currency>,
    /// What kind of place.
    #[param(value_type = Option<KindCode>)]
    kind: Option<PropertyKind>,
    /// What it must have, all of it: codes with commas.
    #[garde(inner(length(bytes, max = 1000)))]
    #[param(max_length = 1000, example = "wifi,kitchen")]
    amenities: Option<String>,
    /// Only listings that are booked at once (`true`), or by a request (`false`).
    instant: Option<bool>,
    /// The least rating, in stars.
    #[garde(inner(range(min = 1.0, max = 5.0), custom(is_number)))]
    #[param(minimum = 1, maximum = 5)]
    min_rating: Option<f64>,
    /// In what order; `relevance` if absent.
    #[param(inline)]
    sort: Option<Sort>,
    /// Whose listings.
    #[param(inline)]
    host: Option<WhoseListings>,
    /// How many listings at most.
    #[serde(default = "web::paging::default_limit")]
    #[garde(range(min = 1, max = 100))]
    #[param(minimum = 1, maximum = 100, default = 20)]
    pub(super) limit: u32,
    /// `next_cursor` of the page before.
    #[garde(inner(length(bytes, max = 1024)))]
    #[param(max_length = 1024)]
    pub(super) cursor: Option<String>,
}

/// `NaN` reads as a float, and no bound catches it.
#[expect(clippy::trivially_copy_pass_by_ref, reason = "the validator calls it so")]
fn is_number(value: &f64, (): &()) -> garde::Result {
    if value.is_nan() { Err(garde::Error::new("is not a number")) } else { Ok(()) }
}

/// In what order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum Sort {
    /// By how well the words match; without words by the distance, without a place by the rating.
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

/// Whose listings.
#[derive(Clone, Copy, Debug, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum WhoseListings {
    /// The caller's own.
    Me,
}

/// A query that makes sense.
#[derive(Debug)]
pub(crate) struct Wanted {
    order: Order,
    words: Option<String>,
    area: Option<Area>,
    stay: Option<Stay>,
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
    pub(super) fn search(&self) -> SearchQuery<'_> {
        SearchQuery {
            order: self.order,
            words: self.words.as_deref(),
            area: self.area,
            stay: self.stay,
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

impl ListQuery {
    /// What decides the members of the list and their order, for its cursors.
    pub(super) fn filters(&self) -> Result<serde_json::Value, Problem> {
        let mut filters = serde_json::to_value(self).map_err(|error| Problem::internal(&error))?;
        if let Some(members) = filters.as_object_mut() {
            members.remove("limit");
            members.remove("cursor");
        }
        Ok(filters)
    }

    /// Whether the caller's own listings are meant. Refuses filters beside that.
    pub(super) fn is_own(&self) -> Result<bool, Problem> {
        if self.host.is_none() {
            return Ok(false);
        }
        let others = [
            ("?q", self.q.is_some()),
            ("?lat", self.lat.is_some()),
            ("?lon", self.lon.is_some()),
            ("?radius_m", self.radius_m.is_some()),
            ("?bbox", self.bbox.is_some()),
            ("?check_in", self.check_in.is_some()),
            ("?check_out", self.check_out.is_some()),
            ("?guests", self.guests.is_some()),
            ("?min_price", self.min_price.is_some()),
            ("?max_price", self.max_price.is_some()),
            ("?currency", self.currency.is_some()),
            ("?kind", self.kind.is_some()),
            ("?amenities", self.amenities.is_some()),
            ("?instant", self.instant.is_some()),
            ("?min_rating", self.min_rating.is_some()),
            ("?sort", self.sort.is_some()),
        ];
        let error = |pointer: &str| wrong(pointer, "not_with_host", "Leave this out with host.");
        let errors: Vec<_> =
            others.iter().filter(|(_, given)| *given).map(|(pointer, _)| error(pointer)).collect();
        if errors.is_empty() { Ok(true) } else { Err(Problem::validation(errors)) }
    }

    /// The parsed query; refuses it with everything that is wrong.
    pub(super) fn parse(&self) -> Result<Wanted, Refusal> {
        let mut errors = Vec::new();
        let words = self.q.as_deref().map(str::trim).filter(|words| !words.is_empty()).map(str::to_owned);
        let area = self.area(&mut errors);
        let stay = self.stay(&mut errors);
        let amenities = self.amenities(&mut errors);
        if self.min_price.zip(self.max_price).is_some_and(|(min, max)| min > max) {
            errors.push(wrong("?max_price", "out_of_range", "Give at least as much as min_price."));
        }
        let order = order(self.sort, words.is_some(), area.is_some(), &mut errors);
        if !errors.is_empty() {
            return Err(invalid_fields(errors));
        }
        Ok(Wanted {
            order,
            words,
            area,
            stay,
            guests: self.guests,
            min_price: self.min_price,
            max_price: self.max_price,
            currency: self.currency,
            kind: self.kind,
            amenities,
            mode: self
                .instant
                .map(|instant| if instant { BookingMode::Instant } else { BookingMode::Request }),
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
                Stay::new(check_in, check_out)
                    .map_err(|refusal| {
                        errors.extend(refusal.errors.into_iter().map(|error| FieldError {
                            pointer: error.pointer.replacen('/', "?", 1),
                            ..error
                        }));
                    })
                    .ok()
            }
            (Some(_), None) => {
                errors.push(wrong("?check_out", "missing_field", "Give check_out with check_in."));
                None
            }
            (None, Some(_)) => {
                errors.push(wrong("?check_in", "missing_field", "Give check_in with check_out."));
                None
            }
            (None, None) => None,
        }
    }

    fn amenities(&self, errors: &mut Vec<FieldError>) -> Vec<Amenity> {
        let codes = self.amenities.as_deref().unwrap_or_default().split(',').map(str::trim);
        codes
            .filter(|code| !code.is_empty())
            .filter_map(|code| {
                code.parse()
                    .map_err(|invalid: domain::invalid::Invalid| errors.push(invalid.at("?amenities")))
                    .ok()
            })
            .collect()
    }
}

/// The order that is meant.
fn order(sort: Option<Sort>, words: bool, area: bool, errors: &mut Vec<FieldError>) -> Order {
    match sort.unwrap_or(Sort::Relevance) {
        Sort::Price => Order::Price,
        Sort::Newest => Order::Newest,
        Sort::Relevance if words => Order::Relevance,
        Sort::Relevance if area => Order::Distance,
        Sort::Rating | Sort::Relevance => Order::Rating,
        Sort::Distance => {
            if !area {
                errors.push(wrong(
                    "?sort",
                    "missing_place",
                    "Give lat and lon, or bbox, to sort by distance.",
                ));
            }
            Order::Distance
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
    use axum::extract::FromRequestParts;
    use web::ValidQuery;

    use super::*;

    async fn parse(text: &str) -> Result<Wanted, Vec<(String, &'static str)>> {
        let uri = format!("/properties?{text}");
        let (mut parts, ()) = axum::http::Request::get(uri).body(()).unwrap().into_parts();
        let ValidQuery(query) = ValidQuery::<ListQuery>::from_request_parts(&mut parts, &()).await.unwrap();
        query
            .parse()
            .map_err(|refusal| refusal.errors.into_iter().map(|error| (error.pointer, error.code)).collect())
    }

    async fn faults(text: &str) -> Vec<(String, &'static str)> {
        parse(text).await.err().unwrap_or_default()
    }

    #[tokio::test]
    async fn everything_at_once() {
        let wanted = parse(
            "q=sea+view&lat=38.9&lon=-77.03&radius_m=5000&check_in=2026-06-01&check_out=2026-06-06&guests=2\
             &min_price=1000&max_price=50000&currency=USD&kind=loft&amenities=wifi,pool&instant=true\
             &min_rating=4.5&sort=price&limit=100",
        )
        .await
        .unwrap();
        assert_eq!((wanted.order, wanted.words.as_deref()), (Order::Price, Some("sea view")));
        assert_eq!(wanted.area.unwrap().center, Location::from_text("38.9", "-77.03").unwrap());
        assert_eq!(wanted.stay.unwrap().night_count(), 5);
        assert_eq!((wanted.min_rating_e2, wanted.mode), (Some(450), Some(BookingMode::Instant)));
        assert_eq!(wanted.amenities.len(), 2);
    }

    #[tokio::test]
    async fn relevance_is_what_there_is_to_go_by() {
        assert_eq!(parse("q=sea&lat=1&lon=1").await.unwrap().order, Order::Relevance);
        assert_eq!(parse("lat=1&lon=1").await.unwrap().order, Order::Distance);
        assert_eq!(parse("q=+").await.unwrap().order, Order::Rating);
        assert_eq!(parse("sort=newest").await.unwrap().order, Order::Newest);
    }

    #[tokio::test]
    async fn what_does_not_go_together_is_named() {
        let named = |pointer: &str, code| vec![(pointer.to_owned(), code)];
        assert_eq!(faults("lat=1").await, named("?lon", "missing_field"));
        assert_eq!(faults("lon=1").await, named("?lat", "missing_field"));
        assert_eq!(faults("radius_m=5").await, named("?radius_m", "missing_field"));
        assert_eq!(faults("check_in=2026-06-01").await, named("?check_out", "missing_field"));
        assert_eq!(
            faults("check_in=2026-06-01&check_out=2026-06-01").await,
            named("?check_out", "invalid_dates")
        );
        assert_eq!(faults("bbox=1,2,3").await, named("?bbox", "invalid_location"));
        assert_eq!(faults("bbox=1,9,3,4").await, named("?bbox", "invalid_location"));
        assert_eq!(faults("lat=1&lon=1&bbox=1,2,3,4").await, named("?bbox", "ambiguous"));
        assert_eq!(faults("sort=distance").await, named("?sort", "missing_place"));
        assert_eq!(faults("min_price=2&max_price=1").await, named("?max_price", "out_of_range"));
        assert_eq!(faults("amenities=Wi-Fi").await, named("?amenities", "invalid_amenity"));
    }

    #[test]
    fn stars_are_rounded_up_to_hundredths() {
        assert_eq!([4.5, 4.35, 4.351, 5.0, 1.0].map(hundredths), [450, 435, 436, 500, 100]);
    }
}
