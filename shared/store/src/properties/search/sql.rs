//! The statements of the search. They differ in what an index must serve: the order, the words, the area. All other
//! conditions only filter, and are true where nothing is asked.

use super::Order;
use crate::properties::stay::{has_free_unit, rules_of_stay};

/// SQL: the page behind `:after`, in the order of the key.
///
/// Innermost the candidates are put in their order, by what an index or the row itself can say; of each in turn it is
/// then asked whether the nights are free, until the page is full; only its rows are read in full and dressed. So what a
/// stay costs to ask does not grow with the number of candidates. An answer has 1 MiB at most, so rows beyond some 900 KB
/// are cut off; how many is in the last row's key.
macro_rules! page {
    ($order:ident, $distance:expr, $words:expr, $area:expr, $stay:expr, $facts:expr) => {
        concat!(
            "SELECT s.item || chr(10) || jsonb_build_array(s.sort_key, s.id, s.count - s.ordinal)::text
                    || chr(10) || s.cover || chr(10) || s.facts
             FROM (
                 SELECT t.*, count(*) OVER () AS count,
                        sum(octet_length(t.item) + octet_length(t.cover) + octet_length(t.facts) + 100)
                            OVER (ORDER BY t.ordinal) AS size
                 FROM (
                     SELECT p.id, p.key::text AS sort_key,
                            row_number() OVER (ORDER BY ",
            $order!(dressed),
            ") AS ordinal,
                            jsonb_build_object(
                                'id', p.id, 'host_id', p.host_id, 'title', p.title, 'kind', p.kind,
                                'location', jsonb_build_object(
                                    -- The middle of a square of 0.01 degrees, as `Location::coarse` has it.
                                    'lat', trim_scale(least(floor(p.latitude_e6 / 10000.0) * 10000 + 5000,
                                                            90000000) / 1000000),
                                    'lon', trim_scale(least(floor(p.longitude_e6 / 10000.0) * 10000 + 5000,
                                                            180000000) / 1000000),
                                    'city', p.address -> 'city', 'region', p.address -> 'region',
                                    'country', p.address -> 'country'),
                                'distance_m', (round(p.distance_mm / 100000) * 100)::int8,
                                'capacity', p.capacity, 'bedrooms', p.bedrooms, 'beds', p.beds,
                                'bathrooms', trim_scale(p.bathrooms_x2 / 2.0),
                                'nightly_price',
                                    jsonb_build_object('amount', p.nightly_price, 'currency', p.currency),
                                'booking_mode', p.booking_mode, 'cancellation_policy', p.cancellation_policy,
                                'min_nights', p.min_nights,
                                'rating', jsonb_build_object(
                                    'average', CASE WHEN p.rating_count >= 3
                                        THEN round(p.rating_sum::numeric / p.rating_count, 2) END,
                                    'count', p.rating_count))::text AS item,
                            coalesce((
                                SELECT jsonb_build_object('id', f.id, 'key', f.public_key, 'caption', f.caption,
                                                          'width', f.width, 'height', f.height)::text
                                FROM photos f WHERE f.property_id = p.id AND f.state = 'ready'
                                ORDER BY f.position, f.id LIMIT 1), 'null') AS cover,
                            ",
            $facts,
            " AS facts
                     FROM (
                         SELECT p.id, p.key, p.distance_mm
                         FROM (
                         SELECT p.id, p.min_nights, p.max_nights, p.preparation_nights, ",
            $order!(key),
            " AS key, d.mm AS distance_mm
                         FROM properties p
                         CROSS JOIN LATERAL (SELECT ",
            $distance,
            " AS mm) d
                         WHERE p.state = 'published' AND ",
            $order!(behind),
            $words,
            $area,
            "
                           AND (:guests::int4 IS NULL OR p.capacity >= :guests::int4)
                           AND (:min_price::int8 IS NULL OR p.nightly_price >= :min_price::int8)
                           AND (:max_price::int8 IS NULL OR p.nightly_price <= :max_price::int8)
                           AND (:currency::text IS NULL OR p.currency = :currency::text)
                           AND (:kind::text IS NULL OR p.kind = :kind::text)
                           AND (:amenities::text IS NULL OR p.amenities @> string_to_array(:amenities::text, ','))
                           AND (:mode::text IS NULL OR p.booking_mode = :mode::text)
                           AND (:min_rating::int4 IS NULL OR p.rating_e2 >= :min_rating::int4)
                         ORDER BY ",
            $order!(chosen),
            ") p",
            $stay,
            // No ORDER BY here: the rows come in the order of the candidates, and with one the planner would think that
            // all of them are wanted, and sort them all.
            " LIMIT :limit::int4) c
                     -- One row for each by its key, whatever the planner thinks of the limit.
                     CROSS JOIN LATERAL (
                         SELECT o.*, c.key, c.distance_mm FROM properties o WHERE o.id = c.id LIMIT 1) p) t) s
             WHERE s.size <= 900000 OR s.ordinal = 1
             ORDER BY s.ordinal"
        )
    };
}

/// SQL: the condition that a stay makes, on a candidate `p`: a free unit, and the length by the date of arrival.
macro_rules! stays {
    () => {
        concat!(
            // `IS TRUE`, so that it is asked of one candidate after another and not made a join with all claims.
            " WHERE (",
            has_free_unit!(":check_in::date", ":check_out::date"),
            " AND :check_out::date - :check_in::date BETWEEN
                  coalesce((SELECT r.min_nights FROM night_rules r
                            WHERE r.property_id = p.id AND r.night = :check_in::date), p.min_nights)
                  AND coalesce((SELECT r.max_nights FROM night_rules r
                            WHERE r.property_id = p.id AND r.night = :check_in::date), p.max_nights)) IS TRUE"
        )
    };
}

/// SQL: what the price of a stay depends on.
macro_rules! facts {
    () => {
        concat!(
            "jsonb_build_object('terms', p.terms, 'rules', ",
            rules_of_stay!(":check_in::date", ":check_out::date"),
            ")::text"
        )
    };
}

/// SQL: from the middle of the area to listing `p`, in whole millimetres, by the haversine on a sphere of the Earth's
/// mean radius (6,371,008.8 m, IUGG).
macro_rules! haversine {
    () => {
        "round((2 * 6371008800.0::float8 * asin(least(1, sqrt(
             sin(radians((p.latitude_e6 - :lat::int8) / 2e6::float8)) ^ 2
             + cos(radians(:lat::int8 / 1e6::float8)) * cos(radians(p.latitude_e6 / 1e6::float8))
               * sin(radians((p.longitude_e6 - :lon::int8) / 2e6::float8)) ^ 2))))::numeric)"
    };
}

/// SQL: listing `p` has the words.
macro_rules! has_words {
    () => {
        " AND p.words @@ websearch_to_tsquery('english', :words)"
    };
}

/// SQL: listing `p` lies in the area. The box around the sphere's cap goes by the index; it is a little larger, since
/// the extension's Earth is. The rest is exact.
macro_rules! in_area {
    () => {
        " AND p.place <@ earth_box(ll_to_earth(:lat::int8 / 1e6::float8, :lon::int8 / 1e6::float8),
                                   :reach::int8 * 1.002 + 1)
          AND (NOT :round OR d.mm <= :reach::int8 * 1000)
          AND (:south::int4 IS NULL
               OR p.latitude_e6 BETWEEN :south::int4 AND :north::int4
                  AND CASE WHEN :west::int4 <= :east::int4
                      THEN p.longitude_e6 BETWEEN :west::int4 AND :east::int4
                      ELSE p.longitude_e6 >= :west::int4 OR p.longitude_e6 <= :east::int4 END)"
    };
}

// Each order in four words: the key, what lies behind `:after`, and the order where the listings are chosen and where
// their rows are dressed. Keys differ from row to row by the id at last.

macro_rules! by_relevance {
    (key) => {
        "(ts_rank(p.words, websearch_to_tsquery('english', :words)) * 1000000)::int8"
    };
    (behind) => {
        "((ts_rank(p.words, websearch_to_tsquery('english', :words)) * 1000000)::int8, p.id)
             < (:after::int8, :after_id::uuid)"
    };
    (chosen) => {
        "key DESC, p.id DESC"
    };
    (dressed) => {
        "p.key DESC, p.id DESC"
    };
}

macro_rules! by_price {
    (key) => {
        "p.nightly_price"
    };
    (behind) => {
        "(p.nightly_price, p.id) > (:after::int8, :after_id::uuid)"
    };
    (chosen) => {
        "key, p.id"
    };
    (dressed) => {
        "p.key, p.id"
    };
}

macro_rules! by_rating {
    (key) => {
        "p.rating_e2"
    };
    (behind) => {
        "(p.rating_e2, p.id) < (:after::int4, :after_id::uuid)"
    };
    (chosen) => {
        "key DESC, p.id DESC"
    };
    (dressed) => {
        "p.key DESC, p.id DESC"
    };
}

macro_rules! by_distance {
    (key) => {
        "d.mm"
    };
    (behind) => {
        "(d.mm, p.id) > (:after::numeric, :after_id::uuid)"
    };
    (chosen) => {
        "key, p.id"
    };
    (dressed) => {
        "p.key, p.id"
    };
}

macro_rules! by_newest {
    (key) => {
        "p.published_at"
    };
    (behind) => {
        "(p.published_at, p.id) < (:after::timestamptz, :after_id::uuid)"
    };
    (chosen) => {
        "key DESC, p.id DESC"
    };
    (dressed) => {
        "p.key DESC, p.id DESC"
    };
}

/// The statements of one order: anything, words, area, both; then the same with a stay.
macro_rules! variants {
    ($order:ident) => {
        [
            page!($order, "NULL::numeric", "", "", "", "'null'"),
            page!($order, "NULL::numeric", has_words!(), "", "", "'null'"),
            page!($order, haversine!(), "", in_area!(), "", "'null'"),
            page!($order, haversine!(), has_words!(), in_area!(), "", "'null'"),
            page!($order, "NULL::numeric", "", "", stays!(), facts!()),
            page!($order, "NULL::numeric", has_words!(), "", stays!(), facts!()),
            page!($order, haversine!(), "", in_area!(), stays!(), facts!()),
            page!($order, haversine!(), has_words!(), in_area!(), stays!(), facts!()),
        ]
    };
}

const BY_PRICE: [&str; 8] = variants!(by_price);
const BY_RATING: [&str; 8] = variants!(by_rating);
const BY_NEWEST: [&str; 8] = variants!(by_newest);
const BY_RELEVANCE: [&str; 8] = variants!(by_relevance);
const BY_DISTANCE: [&str; 8] = variants!(by_distance);

/// The statement for an order with or without words, area and stay.
///
/// Relevance without words and distance without an area do not exist: they go by rating.
pub(super) const fn statement(order: Order, words: bool, area: bool, stay: bool) -> &'static str {
    let variant = words as usize + 2 * (area as usize) + 4 * (stay as usize);
    match order {
        Order::Price => BY_PRICE[variant],
        Order::Newest => BY_NEWEST[variant],
        Order::Relevance if words => BY_RELEVANCE[variant],
        Order::Distance if area => BY_DISTANCE[variant],
        Order::Rating | Order::Relevance | Order::Distance => BY_RATING[variant],
    }
}

/// A key and an id that come before those of every listing.
pub(super) const fn before_all(order: Order) -> (&'static str, &'static str) {
    match order {
        Order::Price | Order::Distance => ("-1", "00000000-0000-0000-0000-000000000000"),
        Order::Newest => ("infinity", "ffffffff-ffff-ffff-ffff-ffffffffffff"),
        Order::Rating | Order::Relevance => ("2147483647", "ffffffff-ffff-ffff-ffff-ffffffffffff"),
    }
}
