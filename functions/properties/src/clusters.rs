//! `GET /properties/clusters`: listings on a map.

use axum::Json;
use axum::extract::State;
use axum::http::header::CACHE_CONTROL;
use axum::response::IntoResponse;
use domain::listing::{MAX_PRICE, PropertyKind};
use domain::money::{Currency, Money};
use garde::Validate;
use serde::{Deserialize, Serialize};
use services::properties::{Criteria, MAX_ZOOM, Map, map_of};
use store::properties::Cluster;
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;
use web::dto::MoneyDto;
use web::dto::listing::KindCode;
use web::{App, Problem, ValidQuery};

use crate::list::query::is_number;

/// What the map shows.
#[derive(Debug, Deserialize, Validate, IntoParams)]
#[garde(allow_unvalidated)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct ClusterQuery {
    /// Words of the title, the place and the description; `"…"` for phrases, `-` for what must not be there, `or`.
    #[garde(inner(length(chars, max = 200)))]
    #[param(max_length = 200)]
    q: Option<String>,
    /// What the map shows: west, south, east and north in degrees, with commas. West may be greater than east, across the
    /// date line.
    #[garde(length(bytes, max = 100))]
    #[param(max_length = 100, example = "-77.12,38.80,-76.91,38.99")]
    bbox: String,
    /// The map's zoom, from the whole world (0) to a house (20); each step halves what is seen.
    #[garde(range(max = MAX_ZOOM))]
    #[param(minimum = 0, maximum = 20, example = 12)]
    zoom: u8,
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

impl ClusterQuery {
    fn criteria(self) -> Criteria {
        Criteria {
            q: self.q,
            bbox: Some(self.bbox),
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

/// Listings that lie close together.
#[derive(Serialize, ToSchema)]
#[schema(as = Cluster)]
pub(crate) struct ClusterDto {
    /// How many.
    #[schema(minimum = 1, maximum = 2001)]
    count: u32,
    /// The mean of their latitudes, as strangers know them.
    #[schema(minimum = -90, maximum = 90, example = 38.905)]
    lat: f64,
    /// The mean of their longitudes.
    #[schema(minimum = -180, maximum = 180, example = -77.035)]
    lon: f64,
    /// The least price of a night among them; `null` where their currencies differ.
    #[schema(value_type = Option<MoneyDto>)]
    min_price: Option<Money>,
    /// Which one, where it is alone.
    property_id: Option<Uuid>,
}

impl From<Cluster> for ClusterDto {
    fn from(cluster: Cluster) -> Self {
        Self {
            count: cluster.count,
            lat: f64::from(cluster.lat_e6) / 1e6,
            lon: f64::from(cluster.lon_e6) / 1e6,
            min_price: cluster.min_price,
            property_id: cluster.property_id.map(Uuid::from),
        }
    }
}

/// The listings on a map.
#[derive(Serialize, ToSchema)]
pub(crate) struct ClusterMap {
    /// The sum of the clusters' counts.
    #[schema(minimum = 0, maximum = 2001)]
    total: u32,
    /// Whether those are all listings of the box. Otherwise they are the best two thousand.
    complete: bool,
    /// The fullest first.
    #[schema(max_items = 2001)]
    clusters: Vec<ClusterDto>,
}

impl From<Map> for ClusterMap {
    fn from(map: Map) -> Self {
        let clusters: Vec<ClusterDto> = map.clusters.into_iter().map(ClusterDto::from).collect();
        Self { total: clusters.iter().map(|one| one.count).sum(), complete: map.complete, clusters }
    }
}

/// Listings on a map.
///
/// Those that lie in one cell of a grid, a quarter of a map tile wide and high, are one cluster. Its place is the mean of
/// the places that strangers know; the grid is never finer than those.
#[utoipa::path(
    get, path = "/properties/clusters", tag = "properties", operation_id = "list_clusters",
    params(ClusterQuery),
    security(()),
    responses((status = 200, description = "The clusters", body = ClusterMap), web::Problems),
)]
pub(crate) async fn list_clusters(
    State(app): State<App>,
    ValidQuery(query): ValidQuery<ClusterQuery>,
) -> Result<impl IntoResponse, Problem> {
    let zoom = query.zoom;
    let wanted = query.criteria().parse()?;
    let map = map_of(app.ctx(), &wanted.query(), zoom).await?;
    Ok(([(CACHE_CONTROL, "public, max-age=30")], Json(ClusterMap::from(map))))
}
