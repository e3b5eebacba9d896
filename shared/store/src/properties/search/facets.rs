//! What a search may be narrowed to, and how much of it there is: one statement.

use super::SearchQuery;
use super::sql::conditions::{
    coarse_latitude, coarse_longitude, filters_but_facets, has_words, haversine, in_area, quality, query,
};
use super::{Result, filtered};
use crate::db::{Db, Statement};

/// How many listings are counted at most, the best first.
pub const FACETED: u32 = 1_000;

/// SQL: one JSON object of facets.
///
/// A facet of which one value is chosen counts what there would be with each other value, so it leaves its own choice out;
/// amenities are all wanted, so each counts what there would be with it, too.
macro_rules! statement {
    ($distance:expr, $words:expr, $area:expr) => {
        concat!(
            "WITH c AS MATERIALIZED (
                 SELECT p.kind, p.booking_mode, p.currency, p.nightly_price, p.amenities, p.rating_e2,
                        (:kind::text IS NULL OR p.kind = :kind::text) AS its_kind,
                        (:mode::text IS NULL OR p.booking_mode = :mode::text) AS its_mode,
                        (:currency::text IS NULL OR p.currency = :currency::text) AS its_currency,
                        (:min_rating::int4 IS NULL OR p.rating_e2 >= :min_rating::int4) AS its_rating
                 FROM properties p CROSS JOIN LATERAL (SELECT ",
            $distance,
            " AS mm) d
                 WHERE p.state = 'published'",
            $words,
            $area,
            filters_but_facets!(),
            " ORDER BY ",
            quality!(),
            " DESC, p.id DESC LIMIT :limit::int4),
             n AS (SELECT * FROM c WHERE its_kind AND its_mode AND its_currency AND its_rating)
             SELECT jsonb_build_object(
                 'total', (SELECT count(*) FROM n),
                 'complete', (SELECT count(*) FROM c) < :limit::int4,
                 'kinds', (
                     SELECT coalesce(jsonb_agg(jsonb_build_object('value', g.kind, 'count', g.count)
                                               ORDER BY g.count DESC, g.kind), '[]')
                     FROM (SELECT kind, count(*) FROM c WHERE its_mode AND its_currency AND its_rating
                           GROUP BY kind) g),
                 'amenities', (
                     SELECT coalesce(jsonb_agg(jsonb_build_object('value', g.amenity, 'count', g.count)
                                               ORDER BY g.count DESC, g.amenity), '[]')
                     FROM (SELECT a.amenity, count(*) FROM n
                           CROSS JOIN LATERAL (SELECT DISTINCT unnest(n.amenities)) AS a (amenity)
                           GROUP BY a.amenity ORDER BY count(*) DESC, a.amenity LIMIT 100) g),
                 'instant', (
                     SELECT jsonb_agg(jsonb_build_object('value', v.instant, 'count', (
                         SELECT count(*) FROM c WHERE its_kind AND its_currency AND its_rating
                           AND (booking_mode = 'instant') = v.instant)) ORDER BY v.instant DESC)
                     FROM (VALUES (true), (false)) AS v (instant)),
                 'min_rating', (
                     SELECT jsonb_agg(jsonb_build_object('value', trim_scale(v.e2 / 100.0), 'count', (
                         SELECT count(*) FROM c WHERE its_kind AND its_mode AND its_currency
                           AND rating_e2 >= v.e2)) ORDER BY v.e2 DESC)
                     FROM (VALUES (300), (400), (450)) AS v (e2)),
                 'currencies', (
                     SELECT coalesce(jsonb_agg(jsonb_build_object(
                         'value', g.currency, 'count', g.count,
                         'min_price', jsonb_build_object('amount', g.least, 'currency', g.currency),
                         'max_price', jsonb_build_object('amount', g.most, 'currency', g.currency))
                         ORDER BY g.count DESC, g.currency), '[]')
                     FROM (SELECT currency, count(*), min(nightly_price) AS least, max(nightly_price) AS most
                           FROM c WHERE its_kind AND its_mode AND its_rating GROUP BY currency) g))::text"
        )
    };
}

const STATEMENTS: [&str; 4] = [
    statement!("NULL::numeric", "", ""),
    statement!("NULL::numeric", has_words!(), ""),
    statement!(haversine!(), "", in_area!()),
    statement!(haversine!(), has_words!(), in_area!()),
];

/// The facets of a search without a stay, as the JSON text of an object. The query's order does not matter.
///
/// Where more than [`FACETED`] listings are found they are those of the best ones, and `complete` is false.
pub async fn facets(db: &Db, query: &SearchQuery<'_>) -> Result<String> {
    let variant = usize::from(query.words.is_some()) + 2 * usize::from(query.area.is_some());
    let statement = filtered(Statement::new(STATEMENTS[variant]), query).int("limit", i64::from(FACETED) + 1);
    let mut texts = db.texts(statement).await?;
    texts.pop().ok_or(crate::DbError::NoRow)
}
