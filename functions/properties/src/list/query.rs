//! What people look for, from the query string.

use domain::listing::{MAX_PRICE, PropertyKind};
use domain::money::Currency;
use domain::refusal::FieldError;
use garde::Validate;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use services::properties::{Criteria, MAX_FLEX_DAYS, Sort};
use utoipa::{IntoParams, ToSchema};
use web::Problem;
use web::dto::listing::KindCode;

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
    /// By how many days the stay may be moved, to earlier or later ones; goes with the dates. Each listing then says its
    /// cheapest.
    #[garde(inner(range(max = MAX_FLEX_DAYS)))]
    #[param(minimum = 0, maximum = 7)]
    flex_days: Option<u8>,
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
    #[param(inline, value_type = Option<SortCode>)]
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
pub(crate) fn is_number(value: &f64, (): &()) -> garde::Result {
    if value.is_nan() { Err(garde::Error::new("is not a number")) } else { Ok(()) }
}

/// The schema of an order.
#[derive(ToSchema)]
#[schema(as = Sort, rename_all = "snake_case")]
#[expect(dead_code, reason = "it is the schema of another type")]
pub(crate) enum SortCode {
    /// By how well the words match and how good the listing is; without words by the distance, without a place by how
    /// good the listing is.
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

impl ListQuery {
    /// What is looked for.
    pub(super) fn criteria(&self) -> Criteria {
        Criteria {
            q: self.q.clone(),
            lat: self.lat,
            lon: self.lon,
            radius_m: self.radius_m,
            bbox: self.bbox.clone(),
            check_in: self.check_in,
            check_out: self.check_out,
            flex_days: self.flex_days,
            guests: self.guests,
            min_price: self.min_price,
            max_price: self.max_price,
            currency: self.currency,
            kind: self.kind,
            amenities: self.amenities.clone(),
            instant: self.instant,
            min_rating: self.min_rating,
            sort: self.sort,
        }
    }

    /// Whether the stay may be moved.
    pub(super) fn is_flexible(&self) -> bool {
        self.flex_days.is_some()
    }

    /// Whether the caller's own listings are meant. Refuses filters beside that.
    pub(super) fn is_own(&self) -> Result<bool, Problem> {
        if self.host.is_none() {
            return Ok(false);
        }
        let given = serde_json::to_value(self.criteria()).map_err(|error| Problem::internal(&error))?;
        let given = given.as_object().into_iter().flatten().filter(|(_, value)| !value.is_null());
        let errors: Vec<_> = given
            .map(|(name, _)| FieldError {
                pointer: format!("?{name}"),
                code: "not_with_host",
                detail: "Leave this out with host.".to_owned(),
            })
            .collect();
        if errors.is_empty() { Ok(true) } else { Err(Problem::validation(errors)) }
    }
}

#[cfg(test)]
mod tests {
    use axum::extract::FromRequestParts;
    use web::ValidQuery;

    use super::*;

    async fn read(text: &str) -> ListQuery {
        let uri = format!("/properties?{text}");
        let (mut parts, ()) = axum::http::Request::get(uri).body(()).unwrap().into_parts();
        let ValidQuery(query) = ValidQuery::<ListQuery>::from_request_parts(&mut parts, &()).await.unwrap();
        query
    }

    #[tokio::test]
    async fn every_parameter_is_a_criterion() {
        let text = "q=sea+view&lat=38.9&lon=-77.03&radius_m=5000&bbox=1,2,3,4&check_in=2026-06-01\
                    &check_out=2026-06-06&flex_days=2&guests=2&min_price=1000&max_price=50000&currency=USD\
                    &kind=loft&amenities=wifi,pool&instant=true&min_rating=4.5&sort=price&limit=100";
        let criteria = serde_json::to_value(read(text).await.criteria()).unwrap();
        let absent: Vec<_> =
            criteria.as_object().unwrap().iter().filter(|(_, value)| value.is_null()).collect();
        assert!(absent.is_empty(), "{absent:?}");
        let wrong = read(&format!("{text}&host=me")).await.is_own().unwrap_err();
        assert_eq!(wrong.errors().len(), criteria.as_object().unwrap().len());
    }
}
