//! `/_local/bookings`: a listing's nights, a month at a time.

mod month;
mod view;

use std::sync::Arc;

use axum::extract::{Query, State};
use axum::http::HeaderMap;
use axum::response::Response;
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};

use super::{LocalError, bad_request};
use crate::pages::shown;
use crate::stack::Handles;

pub(super) use month::Month;

const AT: &str = "/_local/bookings/";

/// Which listing, and which month as `YYYY-MM`; without them the newest listing and this month.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Which {
    property: Option<uuid::Uuid>,
    month: Option<String>,
}

/// A listing that can be chosen.
#[derive(Serialize, Deserialize)]
struct Listing {
    id: uuid::Uuid,
    title: String,
    state: String,
    time_zone: String,
    units: i64,
}

/// Nights that are taken.
#[derive(Serialize, Deserialize)]
struct Claim {
    unit: i64,
    /// `stay`, `block` or `feed`.
    kind: String,
    from: Date,
    to: Date,
    note: String,
    booking: Option<Booking>,
}

/// A booking, whatever became of it.
#[derive(Serialize, Deserialize)]
struct Booking {
    id: String,
    state: String,
    guest: String,
    check_in: Date,
    check_out: Date,
    total: i64,
    currency: String,
    created_at: Timestamp,
}

/// What the page shows.
#[derive(Serialize)]
struct Shown {
    properties: Vec<Listing>,
    property: Option<uuid::Uuid>,
    month: Month,
    today: Date,
    claims: Vec<Claim>,
    bookings: Vec<Booking>,
}

const LISTINGS: &str = "
    SELECT jsonb_build_object('id', p.id, 'title', p.title, 'state', p.state, 'time_zone', p.time_zone,
        'units', (SELECT count(*) FROM units u WHERE u.property_id = p.id))::text
    FROM properties p
    ORDER BY (SELECT max(b.created_at) FROM bookings b WHERE b.property_id = p.id) DESC NULLS LAST, p.id DESC
    LIMIT 500";

const CLAIMS: &str = "
    SELECT jsonb_build_object('unit', u.ordinal, 'kind', c.kind, 'from', lower(c.nights), 'to', upper(c.nights),
        'note', c.note, 'booking', CASE WHEN b.id IS NOT NULL THEN jsonb_build_object(
            'id', b.id, 'state', b.state, 'guest', g.name, 'check_in', b.check_in, 'check_out', b.check_out,
            'total', b.total, 'currency', b.currency, 'created_at', b.created_at) END)::text
    FROM claims c
    JOIN units u ON u.id = c.unit_id
    LEFT JOIN bookings b ON b.id = c.booking_id
    LEFT JOIN users g ON g.id = b.guest_id
    WHERE u.property_id = $1::uuid AND c.released_at IS NULL AND c.nights && daterange($2::date, $3::date)
      AND (c.expires_at IS NULL OR c.expires_at > $4::timestamptz)
    ORDER BY lower(c.nights), u.ordinal, c.id";

const BOOKINGS: &str = "
    SELECT jsonb_build_object('id', b.id, 'state', b.state, 'guest', g.name, 'check_in', b.check_in,
        'check_out', b.check_out, 'total', b.total, 'currency', b.currency, 'created_at', b.created_at)::text
    FROM bookings b JOIN users g ON g.id = b.guest_id
    WHERE b.property_id = $1::uuid AND b.check_in < $3::date AND b.check_out > $2::date
    ORDER BY b.check_in, b.id LIMIT 200";

/// `GET`.
pub(super) async fn show(
    State(handles): State<Arc<Handles>>,
    headers: HeaderMap,
    Query(which): Query<Which>,
) -> Result<Response, LocalError> {
    let properties: Vec<Listing> = handles.records(LISTINGS, &[]).await?;
    let chosen = which.property.or_else(|| properties.first().map(|listing| listing.id));
    let zone = properties
        .iter()
        .find(|listing| Some(listing.id) == chosen)
        .map(|listing| listing.time_zone.as_str());
    let zone = zone.and_then(|name| TimeZone::get(name).ok()).unwrap_or(TimeZone::UTC);
    let today = handles.clock.now().to_zoned(zone).date();
    let Some(month) = which.month.map_or(Some(Month::of(today)), |month| Month::parse(&month)) else {
        return Ok(bad_request("a month is written as 2026-12"));
    };
    let mut page =
        Shown { properties, property: chosen, month, today, claims: Vec::new(), bookings: Vec::new() };
    if let Some(property) = chosen {
        let (property, from, to) =
            (property.to_string(), month.first().to_string(), month.next().first().to_string());
        let now = handles.clock.now().to_string();
        page.claims = handles.records(CLAIMS, &[&property, &from, &to, &now]).await?;
        page.bookings = handles.records(BOOKINGS, &[&property, &from, &to]).await?;
    }
    Ok(shown(&headers, &page, || view::page(&page, handles.clock.now())))
}
