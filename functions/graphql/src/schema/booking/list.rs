//! Pages of the caller's bookings.

use async_graphql::{Context, InputObject, Result};
use domain::ids::BookingId;
use jiff::civil::Date;
use services::bookings::list;
use store::bookings::{Filter, Role, Summary};

use super::Booking;
use crate::errors::told;
use crate::loaders::Loaders;
use crate::schema::codes::{BookingRole, BookingState};
use crate::schema::connection::{Page, Wanted};
use crate::schema::{app, caller};

/// Which bookings.
#[derive(Debug, Default, InputObject)]
pub(crate) struct BookingFilter {
    /// The caller's as a guest (where nothing is said), as a host, or as a co-host.
    role: Option<BookingRole>,
    /// In this state only.
    state: Option<BookingState>,
    /// With a night on or after this date.
    from: Option<Date>,
    /// With a night before this date.
    to: Option<Date>,
}

/// A page of the caller's bookings, the newest first.
pub(crate) async fn bookings(
    ctx: &Context<'_>,
    filter: BookingFilter,
    wanted: Wanted,
) -> Result<Page<Booking>> {
    let (app, user) = (app(ctx), caller(ctx)?.user_id);
    let role = filter.role.map_or(Role::Guest, Into::into);
    let state = filter.state.map(domain::booking::BookingState::from);
    // As REST has it, so that a cursor of the one goes on in the other.
    let side = match role {
        Role::Guest => "guest",
        Role::Host => "host",
        Role::Cohost => "cohost",
    };
    let list_of = ("/bookings", &(user, side, state, filter.from, filter.to));
    let (paging, after) = wanted.open::<BookingId>(app, list_of).await?;
    let filter = Filter { user, role, state, from: filter.from, to: filter.to, after };
    let rows: Vec<Summary> = list(app.ctx(), &filter, paging.rows()).await.map_err(told)?;
    let ids = rows.iter().take(wanted.limit() as usize).map(|summary| summary.id);
    let found = ctx.data_unchecked::<Loaders>().many(ids).await?;
    wanted.page(&paging, rows, |summary| summary.id, |summary| found.get(&summary.id).cloned().map(Booking))
}
