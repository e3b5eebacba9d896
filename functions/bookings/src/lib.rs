//! Bookings over HTTP: made of a quote, answered, lived, cancelled.

mod accept;
mod book;
mod cancel;
mod check_in;
mod check_out;
mod decline;
mod events;
mod get;
mod list;
mod no_show;
mod preview;
mod update;
mod view;
mod withdraw;

use domain::messages::Topic;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use web::App;

/// The queues that this function sends to.
pub const TOPICS: &[Topic] = &[Topic::Payments, Topic::Notifications];

/// All operations of this function.
pub fn router() -> OpenApiRouter<App> {
    OpenApiRouter::default()
        .routes(routes!(book::create_booking, list::list_bookings))
        .routes(routes!(get::get_booking, update::update_booking))
        .routes(routes!(events::list_booking_events))
        .routes(routes!(accept::accept_booking))
        .routes(routes!(decline::decline_booking))
        .routes(routes!(withdraw::withdraw_booking))
        .routes(routes!(check_in::check_in_booking))
        .routes(routes!(check_out::check_out_booking))
        .routes(routes!(no_show::declare_no_show))
        .routes(routes!(preview::preview_cancellation))
        .routes(routes!(cancel::cancel_booking))
}
