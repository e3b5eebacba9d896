//! What the statements of the search ask of a listing `p`, and what they say of it.

/// SQL: the latitude that strangers know, in microdegrees: the middle of a square of 0.01 degrees, as `Location::coarse`
/// has it. Whoever could search by the exact place could find it, by drawing smaller and smaller boxes.
macro_rules! coarse_latitude {
    () => {
        "least(floor(p.latitude_e6 / 10000.0) * 10000 + 5000, 90000000)"
    };
}

/// SQL: the longitude that strangers know.
macro_rules! coarse_longitude {
    () => {
        "least(floor(p.longitude_e6 / 10000.0) * 10000 + 5000, 180000000)"
    };
}

/// SQL: how good the listing is, whatever is looked for; there is an index on this very expression.
macro_rules! quality {
    () => {
        "listing_quality(p.rating_sum, p.rating_count, p.description, p.amenities, p.booking_mode, p.cancellation_policy)"
    };
}

/// SQL: what the words mean, worked out once for a statement.
macro_rules! query {
    () => {
        "(SELECT tolerant_query(:words))"
    };
}

/// SQL: how well the words match, from 0 to 1.
macro_rules! rank_of_words {
    () => {
        concat!("ts_rank(p.words, ", query!(), ", 32)")
    };
}

/// SQL: the listing has the words.
macro_rules! has_words {
    () => {
        concat!(" AND p.words @@ ", query!())
    };
}

/// SQL: from the middle of the area to the listing, in whole millimetres, by the haversine on a sphere of the Earth's
/// mean radius (6,371,008.8 m, IUGG).
macro_rules! haversine {
    () => {
        concat!(
            "round((2 * 6371008800.0::float8 * asin(least(1, sqrt(
             sin(radians((",
            coarse_latitude!(),
            " - :lat::int8)::float8 / 2e6)) ^ 2
             + cos(radians(:lat::int8 / 1e6::float8)) * cos(radians(",
            coarse_latitude!(),
            "::float8 / 1e6))
               * sin(radians((",
            coarse_longitude!(),
            " - :lon::int8)::float8 / 2e6)) ^ 2))))::numeric)"
        )
    };
}

/// SQL: the listing lies in the area. The box around the sphere's cap goes by the index; it is a little larger, since the
/// extension's Earth is, and since it knows the exact place, up to 800 m off the one that counts. The rest is exact.
macro_rules! in_area {
    () => {
        concat!(
            " AND p.place <@ earth_box(ll_to_earth(:lat::int8 / 1e6::float8, :lon::int8 / 1e6::float8),
                                   :reach::int8 * 1.002 + 801)
          AND (NOT :round OR d.mm <= :reach::int8 * 1000)
          AND (:south::int4 IS NULL
               OR ",
            coarse_latitude!(),
            " BETWEEN :south::int4 AND :north::int4
                  AND CASE WHEN :west::int4 <= :east::int4
                      THEN ",
            coarse_longitude!(),
            " BETWEEN :west::int4 AND :east::int4
                      ELSE ",
            coarse_longitude!(),
            " >= :west::int4 OR ",
            coarse_longitude!(),
            " <= :east::int4 END)"
        )
    };
}

/// SQL: what only filters, and is true where nothing is asked.
macro_rules! filters {
    () => {
        concat!(
            filters_but_facets!(),
            " AND (:currency::text IS NULL OR p.currency = :currency::text)
              AND (:kind::text IS NULL OR p.kind = :kind::text)
              AND (:mode::text IS NULL OR p.booking_mode = :mode::text)
              AND (:min_rating::int4 IS NULL OR p.rating_e2 >= :min_rating::int4)"
        )
    };
}

/// SQL: the same, without what a facet offers one choice of.
macro_rules! filters_but_facets {
    () => {
        " AND (:guests::int4 IS NULL OR p.capacity >= :guests::int4)
          AND (:min_price::int8 IS NULL OR p.nightly_price >= :min_price::int8)
          AND (:max_price::int8 IS NULL OR p.nightly_price <= :max_price::int8)
          AND (:amenities::text IS NULL OR p.amenities @> string_to_array(:amenities::text, ','))"
    };
}

pub(in crate::properties) use {
    coarse_latitude, coarse_longitude, filters, filters_but_facets, has_words, haversine, in_area, quality,
    query, rank_of_words,
};
