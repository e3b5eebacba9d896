//! `GET /bookings`: the caller's bookings, as guest, host or co-host.

use axum::extract::State;
use axum::http::Uri;
use axum::response::IntoResponse;
use domain::booking::BookingState;
use domain::money::Money;
use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use services::bookings::list;
use store::bookings::{Filter, Role, Summary};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;
use web::dto::MoneyDto;
use web::{App, Caller, Page, Paging, Problem, ValidQuery};

use crate::price::GuestsView;

/// On which side of the bookings the caller stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Side {
    /// Stays that the caller booked.
    #[default]
    Guest,
    /// Stays at the caller's listings.
    Host,
    /// Stays at the listings whose bookings the caller sees to as a co-host.
    Cohost,
}

/// Which bookings.
#[derive(Debug, Deserialize, garde::Validate, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct ListQuery {
    /// Yours as `guest` (the default), as `host`, or as `cohost`.
    #[serde(default)]
    #[garde(skip)]
    #[param(inline)]
    role: Side,
    /// In this state only.
    #[garde(skip)]
    #[param(value_type = Option<String>, max_length = 32, example = "confirmed")]
    state: Option<BookingState>,
    /// With a night on or after this date.
    #[garde(skip)]
    from: Option<Date>,
    /// With a night before this date.
    #[garde(skip)]
    to: Option<Date>,
    /// How many to a page.
    #[serde(default = "web::paging::default_limit")]
    #[garde(range(min = 1, max = 100))]
    #[param(minimum = 1, maximum = 100, default = 20)]
    limit: u32,
    /// `next_cursor` of the page before.
    #[garde(inner(length(bytes, max = 1024)))]
    #[param(max_length = 1024)]
    cursor: Option<String>,
}

/// What a list shows of a booking.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct BookingSummary {
    /// Its id.
    id: Uuid,
    /// Where it stands.
    #[schema(value_type = String, example = "confirmed")]
    state: BookingState,
    /// The listing.
    property_id: Uuid,
    /// The listing's present title.
    property_title: String,
    /// Who lets.
    host_id: Uuid,
    /// Who stays.
    guest_id: Uuid,
    /// The day of arrival, where the listing is.
    check_in: Date,
    /// The day of departure.
    check_out: Date,
    /// Who comes.
    guests: GuestsView,
    /// What the guest pays.
    #[schema(value_type = MoneyDto)]
    total: Money,
    /// When a hold or an unanswered request ends by itself.
    hold_expires_at: Option<Timestamp>,
    /// When it was made.
    created_at: Timestamp,
}

impl From<Summary> for BookingSummary {
    fn from(summary: Summary) -> Self {
        Self {
            id: summary.id.into(),
            state: summary.state,
            property_id: summary.property_id.into(),
            property_title: summary.title,
            host_id: summary.host_id.into(),
            guest_id: summary.guest_id.into(),
            check_in: summary.stay.check_in(),
            check_out: summary.stay.check_out(),
            guests: summary.guests.into(),
            total: summary.total,
            hold_expires_at: summary.hold_expires_at,
            created_at: summary.created_at,
        }
    }
}

/// Your bookings, the newest first.
#[utoipa::path(
    get, path = "/bookings", tag = "bookings", operation_id = "list_bookings",
    params(ListQuery),
    responses((status = 200, description = "A page of bookings", body = Page<BookingSummary>), web::Problems),
)]
pub(crate) async fn list_bookings(
    State(app): State<App>,
    caller: Caller,
    uri: Uri,
    ValidQuery(query): ValidQuery<ListQuery>,
) -> Result<impl IntoResponse, Problem> {
    let filters = (caller.user_id, query.role, query.state, query.from, query.to);
    let (paging, after) =
        Paging::open(&app, ("/bookings", &filters), query.limit, query.cursor.as_deref()).await?;
    let role = match query.role {
        Side::Guest => Role::Guest,
        Side::Host => Role::Host,
        Side::Cohost => Role::Cohost,
    };
    let filter =
        Filter { user: caller.user_id, role, state: query.state, from: query.from, to: query.to, after };
    let found = list(app.ctx(), &filter, paging.rows()).await?;
    let page: Page<BookingSummary> = paging.page(found, |summary| summary.id)?;
    Ok(page.respond(&uri))
}
