//! The listings of a map, put together where they lie close: one statement.

use serde::{Deserialize, Serialize};

use super::SearchQuery;
use super::sql::conditions::{
    coarse_latitude, coarse_longitude, filters, filters_but_facets, has_words, haversine, in_area, quality,
    query,
};
use super::{Result, decode, filtered};
use crate::db::{Db, Statement};
use domain::ids::PropertyId;
use domain::money::Money;

/// How many listings are looked at at most, the best first.
const CLUSTERED: u32 = 2_000;

/// Listings that lie in one cell of the map's grid.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Cluster {
    /// How many.
    pub count: u32,
    /// The mean of their latitudes, as strangers know them, in microdegrees.
    pub lat_e6: i32,
    /// The mean of their longitudes.
    pub lon_e6: i32,
    /// The least price of a night among them, where all have one currency.
    pub min_price: Option<Money>,
    /// Which one, where it is alone.
    pub property_id: Option<PropertyId>,
}

/// SQL: one row for each cell, the fullest first.
macro_rules! statement {
    ($words:expr) => {
        concat!(
            "SELECT jsonb_build_object(
                 'count', count(*), 'lat_e6', round(avg(c.lat))::int4, 'lon_e6', round(avg(c.lon))::int4,
                 'min_price', CASE WHEN count(DISTINCT c.currency) = 1
                     THEN jsonb_build_object('amount', min(c.nightly_price), 'currency', min(c.currency)) END,
                 'property_id', CASE WHEN count(*) = 1 THEN min(c.id::text) END)::text
             FROM (
                 SELECT p.id, p.currency, p.nightly_price, ",
            coarse_latitude!(),
            " AS lat, ",
            coarse_longitude!(),
            " AS lon
                 FROM properties p CROSS JOIN LATERAL (SELECT ",
            haversine!(),
            " AS mm) d
                 WHERE p.state = 'published'",
            $words,
            in_area!(),
            filters!(),
            " ORDER BY ",
            quality!(),
            " DESC, p.id DESC LIMIT :limit::int4) c
             GROUP BY div(c.lat + 90000000, :cell::int4), div(c.lon + 180000000, :cell::int4)
             ORDER BY count(*) DESC, min(c.id::text)"
        )
    };
}

const STATEMENTS: [&str; 2] = [statement!(""), statement!(has_words!())];

/// The listings of an area, put together by a grid whose cells are `cell_e6` microdegrees wide and high, and whether those
/// are all; otherwise they are the best ones. The query's order and stay do not matter.
pub async fn clusters(db: &Db, query: &SearchQuery<'_>, cell_e6: i32) -> Result<(Vec<Cluster>, bool)> {
    let statement = filtered(Statement::new(STATEMENTS[usize::from(query.words.is_some())]), query)
        .int("limit", i64::from(CLUSTERED) + 1)
        .int("cell", i64::from(cell_e6));
    let rows: Vec<Cluster> =
        db.texts(statement).await?.iter().map(|text| decode(text)).collect::<Result<_>>()?;
    let complete = rows.iter().map(|cluster| cluster.count).sum::<u32>() <= CLUSTERED;
    Ok((rows, complete))
}
