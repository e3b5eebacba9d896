//! The statements of the search. They differ in what an index must serve: the order, the words, the area. All other
//! conditions only filter, and are true where nothing is asked.

pub(super) mod conditions;
mod orders;

use self::conditions::{
    coarse_latitude, coarse_longitude, filters, filters_but_facets, has_words, haversine, in_area, quality,
    query, rank_of_words,
};
use self::orders::{by_distance, by_newest, by_price, by_quality, by_rating, by_relevance};
use super::{Nights, Order};
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
                                    'lat', trim_scale(",
            coarse_latitude!(),
            " / 1000000),
                                    'lon', trim_scale(",
            coarse_longitude!(),
            " / 1000000),
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
            filters!(),
            "
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
        // `IS TRUE`, so that it is asked of one candidate after another and not made a join with all claims.
        concat!(" WHERE (", stays!(":check_in::date", ":check_out::date"), ") IS TRUE")
    };
    (flexible) => {
        concat!(
            " WHERE EXISTS (SELECT FROM generate_series(-:flex::int4, :flex::int4) AS f (days) WHERE ",
            stays!(":check_in::date + f.days", ":check_out::date + f.days"),
            ") IS TRUE"
        )
    };
    ($check_in:literal, $check_out:literal) => {
        concat!(
            has_free_unit!($check_in, $check_out),
            " AND :check_out::date - :check_in::date BETWEEN
                  coalesce((SELECT r.min_nights FROM night_rules r
                            WHERE r.property_id = p.id AND r.night = ",
            $check_in,
            "), p.min_nights)
                  AND coalesce((SELECT r.max_nights FROM night_rules r
                            WHERE r.property_id = p.id AND r.night = ",
            $check_in,
            "), p.max_nights)"
        )
    };
}

/// SQL: what the price of a stay depends on, and by how many days it may be moved.
macro_rules! facts {
    () => {
        concat!(
            "jsonb_build_object('terms', p.terms, 'moves', jsonb_build_array(0), 'rules', ",
            rules_of_stay!(":check_in::date", ":check_out::date"),
            ")::text"
        )
    };
    (flexible) => {
        concat!(
            "jsonb_build_object('terms', p.terms, 'moves', (
                 SELECT jsonb_agg(f.days ORDER BY f.days)
                 FROM generate_series(-:flex::int4, :flex::int4) AS f (days) WHERE ",
            stays!(":check_in::date + f.days", ":check_out::date + f.days"),
            "), 'rules', ",
            rules_of_stay!(":check_in::date - :flex::int4", ":check_out::date + :flex::int4"),
            ")::text"
        )
    };
}

/// The statements of one order: anything, words, area, both; then the same with a stay, and with one that may be moved.
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
            page!($order, "NULL::numeric", "", "", stays!(flexible), facts!(flexible)),
            page!($order, "NULL::numeric", has_words!(), "", stays!(flexible), facts!(flexible)),
            page!($order, haversine!(), "", in_area!(), stays!(flexible), facts!(flexible)),
            page!($order, haversine!(), has_words!(), in_area!(), stays!(flexible), facts!(flexible)),
        ]
    };
}

const BY_PRICE: [&str; 12] = variants!(by_price);
const BY_QUALITY: [&str; 12] = variants!(by_quality);
const BY_RATING: [&str; 12] = variants!(by_rating);
const BY_NEWEST: [&str; 12] = variants!(by_newest);
const BY_RELEVANCE: [&str; 12] = variants!(by_relevance);
const BY_DISTANCE: [&str; 12] = variants!(by_distance);

/// The statement for an order with or without words and area, and with certain nights.
///
/// Relevance without words and distance without an area do not exist: they go by quality.
pub(super) const fn statement(order: Order, words: bool, area: bool, nights: Nights) -> &'static str {
    let variant = words as usize + 2 * (area as usize) + 4 * (nights as usize);
    match order {
        Order::Price => BY_PRICE[variant],
        Order::Newest => BY_NEWEST[variant],
        Order::Rating => BY_RATING[variant],
        Order::Relevance if words => BY_RELEVANCE[variant],
        Order::Distance if area => BY_DISTANCE[variant],
        Order::Quality | Order::Relevance | Order::Distance => BY_QUALITY[variant],
    }
}

/// A key and an id that come before those of every listing.
pub(super) const fn before_all(order: Order) -> (&'static str, &'static str) {
    match order {
        Order::Price | Order::Distance => ("-1", "00000000-0000-0000-0000-000000000000"),
        Order::Newest => ("infinity", "ffffffff-ffff-ffff-ffff-ffffffffffff"),
        Order::Rating | Order::Quality | Order::Relevance => {
            ("2147483647", "ffffffff-ffff-ffff-ffff-ffffffffffff")
        }
    }
}
