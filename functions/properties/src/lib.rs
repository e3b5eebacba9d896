//! Listings over HTTP: the listings themselves, their calendars and photos, the search, quotes.

mod calendar;
mod change_calendar;
mod create;
mod delete;
mod dto;
mod get;
mod list;
mod media;
mod photos;
mod problems;
mod promotions;
mod publish;
mod quote;
mod state;
mod update;

use domain::messages::Topic;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub use media::Media;
pub use state::PropertiesState;

/// The queues that this function sends to.
pub const TOPICS: &[Topic] = &[Topic::Notifications, Topic::Media];

/// All operations of this function.
pub fn router() -> OpenApiRouter<PropertiesState> {
    OpenApiRouter::default()
        .routes(routes!(create::create_property, list::list_properties))
        .routes(routes!(get::get_property, update::update_property, delete::delete_property))
        .routes(routes!(publish::publish_property))
        .routes(routes!(publish::unpublish_property))
        .routes(routes!(calendar::get_calendar, change_calendar::change_calendar))
        .routes(routes!(quote::create_quote))
        .routes(routes!(promotions::list::list_promotions, promotions::create::create_promotion))
        .routes(routes!(promotions::delete::delete_promotion))
        .routes(routes!(
            photos::list::list_photos,
            photos::announce::announce_photo,
            photos::order::order_photos
        ))
        .routes(routes!(photos::delete::delete_photo))
}
