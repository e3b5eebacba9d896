//! `GET /properties/facets`: what a search may be narrowed to.

use axum::extract::State;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use domain::listing::{MAX_PRICE, PropertyKind};
use domain::money::Currency;
use garde::Validate;
use serde::{Deserialize, Serialize};
use services::properties::{Criteria, facets_of};
use services::read_cache::ReadCache;
use utoipa::{IntoParams, ToSchema};
use web::dto::MoneyDto;
use web::dto::listing::KindCode;
use web::{App, Problem, ValidQuery};

use crate::list::query::is_number;

/// What is narrowed.
#[derive(Debug, Deserialize, Validate, IntoParams)]
#[garde(allow_unvalidated)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct FacetQuery {
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
    /// How many adults and children it must take.
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
}

impl FacetQuery {
    fn criteria(self) -> Criteria {
        Criteria {
            q: self.q,
            lat: self.lat,
            lon: self.lon,
            radius_m: self.radius_m,
            bbox: self.bbox,
            guests: self.guests,
            min_price: self.min_price,
            max_price: self.max_price,
            currency: self.currency,
            kind: self.kind,
            amenities: self.amenities,
            instant: self.instant,
            min_rating: self.min_rating,
            ..Criteria::default()
        }
    }
}

/// One value that a search may be narrowed to.
#[derive(Serialize, ToSchema)]
pub(crate) struct KindCount {
    /// The value of `kind`.
    #[schema(value_type = KindCode)]
    value: PropertyKind,
    /// How many listings there would be.
    #[schema(minimum = 0, maximum = 1001)]
    count: u32,
}

/// One value that a search may be narrowed to.
#[derive(Serialize, ToSchema)]
pub(crate) struct AmenityCount {
    /// A further value of `amenities`.
    #[schema(example = "wifi")]
    value: String,
    /// How many listings there would be.
    #[schema(minimum = 0, maximum = 1001)]
    count: u32,
}

/// One value that a search may be narrowed to.
#[derive(Serialize, ToSchema)]
pub(crate) struct InstantCount {
    /// The value of `instant`.
    value: bool,
    /// How many listings there would be.
    #[schema(minimum = 0, maximum = 1001)]
    count: u32,
}

/// One value that a search may be narrowed to.
#[derive(Serialize, ToSchema)]
pub(crate) struct RatingCount {
    /// The value of `min_rating`.
    #[schema(minimum = 1, maximum = 5, example = 4.5)]
    value: f64,
    /// How many listings there would be.
    #[schema(minimum = 0, maximum = 1001)]
    count: u32,
}

/// One value that a search may be narrowed to.
#[derive(Serialize, ToSchema)]
pub(crate) struct CurrencyCount {
    /// The value of `currency`.
    #[schema(pattern = "^[A-Z]{3}$", example = "USD")]
    value: String,
    /// How many listings there would be.
    #[schema(minimum = 0, maximum = 1001)]
    count: u32,
    /// The least price of a night among them.
    min_price: MoneyDto,
    /// The greatest price of a night among them.
    max_price: MoneyDto,
}

/// What a search may be narrowed to.
#[derive(Serialize, ToSchema)]
pub(crate) struct Facets {
    /// How many listings there are.
    #[schema(minimum = 0, maximum = 1001)]
    total: u32,
    /// Whether all were counted. Otherwise these are the counts of the best thousand.
    complete: bool,
    /// In place of the search's own kind.
    kinds: Vec<KindCount>,
    /// Beside the search's own amenities; the hundred most frequent.
    #[schema(max_items = 100)]
    amenities: Vec<AmenityCount>,
    /// In place of the search's own `instant`.
    instant: Vec<InstantCount>,
    /// In place of the search's own least rating.
    min_rating: Vec<RatingCount>,
    /// In place of the search's own currency.
    currencies: Vec<CurrencyCount>,
}

/// What a search may be narrowed to.
///
/// Each count is the number of listings that the search would find with that value. It knows no dates: whether nights are
/// free is the search's to say. The counts may be a minute old.
#[utoipa::path(
    get, path = "/properties/facets", tag = "properties", operation_id = "list_facets",
    params(FacetQuery),
    security(()),
    responses((status = 200, description = "Values with their counts", body = Facets), web::Problems),
)]
pub(crate) async fn list_facets(
    State(app): State<App>,
    State(cache): State<ReadCache>,
    ValidQuery(query): ValidQuery<FacetQuery>,
) -> Result<Response, Problem> {
    let criteria = query.criteria();
    let wanted = criteria.parse()?;
    let filters = serde_json::to_string(&criteria).map_err(|error| Problem::internal(&error))?;
    let entry = facets_of(app.ctx(), &cache, &wanted.query(), &filters).await?;
    let headers = [(CONTENT_TYPE, "application/json"), (CACHE_CONTROL, "public, max-age=30")];
    Ok((headers, entry.body.clone()).into_response())
}
