//! Pages of bookings, the newest first.

use std::collections::HashMap;

use domain::booking::BookingState;
use domain::dates::Stay;
use domain::guests::Guests;
use domain::ids::{BookingId, PropertyId, UserId};
use domain::money::Money;
use jiff::Timestamp;
use jiff::civil::Date;
use serde::Deserialize;

use super::Result;
use crate::batch::asked_ids;
use crate::db::{Db, Statement};

/// Whose bookings: those of a guest, those of a host's listings, or those that a co-host sees to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// The stays that the person booked.
    Guest,
    /// The stays at the person's listings.
    Host,
    /// The stays at the listings whose bookings the person sees to for their hosts.
    Cohost,
}

/// Which bookings, and from where on.
#[derive(Clone, Copy, Debug)]
pub struct Filter {
    /// Whose.
    pub user: UserId,
    /// On which side.
    pub role: Role,
    /// In this state only.
    pub state: Option<BookingState>,
    /// With a night on or after this date.
    pub from: Option<Date>,
    /// With a night before this date.
    pub to: Option<Date>,
    /// Older than this booking.
    pub after: Option<BookingId>,
}

/// What a list shows of a booking.
#[derive(Clone, Debug, Deserialize)]
pub struct Summary {
    /// Its id.
    pub id: BookingId,
    /// Where it stands.
    pub state: BookingState,
    /// The listing.
    pub property_id: PropertyId,
    /// The listing's present title.
    pub title: String,
    /// Who lets.
    pub host_id: UserId,
    /// Who stays.
    pub guest_id: UserId,
    /// The nights.
    pub stay: Stay,
    /// Who comes.
    pub guests: Guests,
    /// What the guest pays.
    pub total: Money,
    /// When a hold or an unanswered request ends by itself.
    pub hold_expires_at: Option<Timestamp>,
    /// When it was made.
    pub created_at: Timestamp,
}

/// What a page selects; the caller's condition follows.
macro_rules! page {
    ($side:literal) => {
        concat!(
            "SELECT jsonb_build_object('id', b.id, 'state', b.state, 'property_id', b.property_id,
                 'title', p.title, 'host_id', b.host_id, 'guest_id', b.guest_id,
                 'stay', jsonb_build_object('check_in', b.check_in, 'check_out', b.check_out),
                 'guests', b.guests, 'total', jsonb_build_object('amount', b.total, 'currency', b.currency),
                 'hold_expires_at', b.hold_expires_at, 'created_at', b.created_at)::text
             FROM bookings b JOIN properties p ON p.id = b.property_id
             WHERE ",
            $side,
            "  AND (:state::text IS NULL OR b.state = :state::text)
               AND (:from::date IS NULL OR b.check_out > :from::date)
               AND (:to::date IS NULL OR b.check_in < :to::date)
               AND (:after::uuid IS NULL OR b.id < :after::uuid)
             ORDER BY b.id DESC LIMIT :limit::int4"
        )
    };
}

/// Up to `limit` bookings, the newest first.
pub async fn list(db: &Db, filter: &Filter, limit: u32) -> Result<Vec<Summary>> {
    // A statement for each, so that each has its own index.
    let sql = match filter.role {
        Role::Guest => page!("b.guest_id = :user::uuid"),
        Role::Host => page!("b.host_id = :user::uuid"),
        Role::Cohost => page!(
            "b.property_id IN (SELECT c.property_id FROM cohosts c
                               WHERE c.user_id = :user::uuid AND 'bookings' = ANY (c.permissions))"
        ),
    };
    let statement = Statement::new(sql)
        .uuid("user", filter.user)
        .text("state", filter.state.map(BookingState::code))
        .date("from", filter.from)
        .date("to", filter.to)
        .uuid_opt("after", filter.after)
        .int("limit", i64::from(limit))
        .idempotent();
    db.rows(statement).await
}

/// Up to `limit` bookings of each listing, the newest first, older than `after`; for the listing's host and the co-hosts
/// who see to its bookings, and none for anybody else.
pub async fn pages_of_properties(
    db: &Db,
    properties: &[PropertyId],
    viewer: UserId,
    after: Option<BookingId>,
    limit: u32,
) -> Result<HashMap<PropertyId, Vec<BookingId>>> {
    let ids = properties.iter().map(ToString::to_string).collect::<Vec<_>>().join(",");
    let statement = Statement::new(concat!(
        "SELECT jsonb_build_array(p.id, (
             SELECT coalesce(jsonb_agg(b.id ORDER BY b.id DESC), '[]')
             FROM (SELECT b.id FROM bookings b
                   WHERE b.property_id = p.id AND (:after::uuid IS NULL OR b.id < :after::uuid)
                   ORDER BY b.id DESC LIMIT :limit::int4) b))::text
         FROM ",
        asked_ids!(),
        " JOIN properties p ON p.id = k.id
         WHERE p.host_id = :viewer::uuid OR EXISTS (
             SELECT FROM cohosts c
             WHERE c.property_id = p.id AND c.user_id = :viewer::uuid AND 'bookings' = ANY (c.permissions))"
    ))
    .text("ids", ids.as_str())
    .uuid("viewer", viewer)
    .uuid_opt("after", after)
    .int("limit", i64::from(limit))
    .idempotent();
    let pages: Vec<(PropertyId, Vec<BookingId>)> = db.rows(statement).await?;
    Ok(pages.into_iter().collect())
}
