//! What a quote for a stay depends on.

use domain::dates::Stay;
use domain::ids::{PropertyId, UserId};
use domain::listing::ListingTerms;
use domain::money::{Currency, Money};
use domain::pricing::PromoCode;
use domain::rules::{Calendar, NightRule};
use jiff::Timestamp;
use jiff::civil::Date;
use serde::Deserialize;

use super::Result;
use crate::db::{Db, Statement};
use crate::promotions::{StoredPromotion, promotion_json};

/// A listing on the market, as far as a quote for certain nights depends on it.
#[derive(Clone, Debug)]
pub struct StayFacts {
    /// Whose it is.
    pub host_id: UserId,
    /// The version of the listing.
    pub version: i64,
    /// All that price and rules need.
    pub terms: ListingTerms,
    /// What the host says of the dates.
    pub calendar: Calendar,
    /// Whether one of its units is free for the whole stay.
    pub free: bool,
    /// The promotion of the code that was asked for.
    pub promotion: Option<StoredPromotion>,
}

#[derive(Deserialize)]
struct Row {
    host_id: UserId,
    version: i64,
    terms: ListingTerms,
    rules: Vec<StoredNight>,
    free: bool,
    promotion: Option<StoredPromotion>,
}

/// One row of `night_rules`, as an array: date, price in minor units, fewest and most nights, closed to arrival and to
/// departure. A year of them is a third of the size that objects would have, and rows are bounded.
#[derive(Deserialize)]
pub(crate) struct StoredNight(Date, Option<i64>, Option<u16>, Option<u16>, bool, bool);

/// The calendar that the rows say, its prices in `currency`.
pub(crate) fn calendar_of(rows: Vec<StoredNight>, currency: Currency) -> Calendar {
    rows.into_iter()
        .map(|StoredNight(date, price, min_nights, max_nights, closed_to_arrival, closed_to_departure)| {
            NightRule {
                price: price.map(|amount| Money::new(amount, currency)),
                min_nights,
                max_nights,
                closed_to_arrival,
                closed_to_departure,
                ..NightRule::plain(date)
            }
        })
        .collect()
}

/// SQL: the rules of listing `p` for the dates of a stay, as [`StoredNight`]s. Both dates are SQL expressions.
macro_rules! rules_of_stay {
    ($check_in:literal, $check_out:literal) => {
        concat!(
            "(SELECT coalesce(jsonb_agg(jsonb_build_array(r.night, r.price, r.min_nights, r.max_nights,
                     r.closed_to_arrival, r.closed_to_departure) ORDER BY r.night), '[]')
          FROM night_rules r
          WHERE r.property_id = p.id AND r.night BETWEEN ",
            $check_in,
            " AND ",
            $check_out,
            ")"
        )
    };
}

/// SQL: whether one unit of listing `p` is free for the nights of a stay at `:now`. Both dates are SQL expressions.
///
/// The same that the constraints on claims ask: no claim on the nights, and no other stay within the preparation. A hold
/// that has ended holds nothing, and a modification whose charge took too long no more than the stay that is booked.
macro_rules! has_free_unit {
    ($check_in:literal, $check_out:literal) => {
        has_free_unit!($check_in, $check_out, "")
    };
    // `$but` is a further condition on the claims `c` that are in the way.
    ($check_in:literal, $check_out:literal, $but:literal) => {
        concat!(
            "EXISTS (
                 SELECT FROM units u
                 WHERE u.property_id = p.id
                   AND NOT EXISTS (
                       SELECT FROM claims c
                       WHERE c.unit_id = u.id AND c.released_at IS NULL
                         AND c.nights && daterange(",
            $check_in,
            ", ",
            $check_out,
            ")
                         AND (c.expires_at IS NULL OR c.expires_at > :now::timestamptz)
                         AND (c.grown_until IS NULL OR c.grown_until > :now::timestamptz
                              OR c.firm && daterange(",
            $check_in,
            ", ",
            $check_out,
            "))",
            $but,
            ")
                   AND NOT EXISTS (
                       SELECT FROM claims c
                       WHERE c.unit_id = u.id AND c.released_at IS NULL AND c.kind = 'stay'
                         AND c.padded && daterange(",
            $check_in,
            ", ",
            $check_out,
            " + p.preparation_nights)
                         AND (c.expires_at IS NULL OR c.expires_at > :now::timestamptz)
                         AND (c.grown_until IS NULL OR c.grown_until > :now::timestamptz
                              OR c.firm_padded && daterange(",
            $check_in,
            ", ",
            $check_out,
            " + p.preparation_nights))",
            $but,
            "))"
        )
    };
}

pub(crate) use {has_free_unit, rules_of_stay};

/// The facts of a stay; `None` when the listing is not on the market.
pub async fn stay_facts(
    db: &Db,
    id: PropertyId,
    stay: Stay,
    promo_code: Option<&PromoCode>,
    now: Timestamp,
) -> Result<Option<StayFacts>> {
    let row: Option<Row> = db
        .optional(
            Statement::new(concat!(
                "SELECT jsonb_build_object('host_id', p.host_id, 'version', p.version, 'terms', p.terms,
                     'rules', ",
                rules_of_stay!(":check_in::date", ":check_out::date"),
                ", 'free', ",
                has_free_unit!(":check_in::date", ":check_out::date"),
                ", 'promotion', (SELECT ",
                promotion_json!(),
                " FROM promotions o
                  WHERE o.property_id = p.id AND o.code = :promo_code AND o.withdrawn_at IS NULL))::text
                 FROM properties p WHERE p.id = :id::uuid AND p.state = 'published'",
            ))
            .uuid("id", id)
            .date("check_in", stay.check_in())
            .date("check_out", stay.check_out())
            .text("promo_code", promo_code.map(PromoCode::as_str))
            .instant("now", now)
            .idempotent(),
        )
        .await?;
    Ok(row.map(|row| StayFacts {
        host_id: row.host_id,
        version: row.version,
        calendar: calendar_of(row.rules, row.terms.currency),
        terms: row.terms,
        free: row.free,
        promotion: row.promotion,
    }))
}
