//! Listings over HTTP: the listings themselves, their calendars and photos, the search, quotes.

mod calendar;
mod calendar_links;
mod change_calendar;
mod clusters;
mod cohosts;
mod create;
mod delete;
mod dto;
mod facets;
mod feeds;
mod get;
mod list;
mod photos;
mod promotions;
mod publish;
mod quote;
mod ranking;
mod staff;
mod state;
mod update;

use domain::messages::Topic;

pub use state::PropertiesState;

/// The queues that this function sends to.
pub const TOPICS: &[Topic] = &[Topic::Media, Topic::Feeds];

web::operations! {
    PropertiesState;
    create::create_property,
    list::list_properties,
    facets::list_facets,
    clusters::list_clusters,
    get::get_property,
    update::update_property,
    delete::delete_property,
    publish::publish_property,
    publish::unpublish_property,
    staff::unlist_property,
    staff::relist_property,
    ranking::get_ranking,
    calendar::get_calendar,
    change_calendar::change_calendar,
    calendar_links::create_calendar_link,
    calendar_links::delete_calendar_link,
    calendar_links::export_calendar,
    feeds::list::list_feeds,
    feeds::create::create_feed,
    feeds::get::get_feed,
    feeds::change::change_feed,
    feeds::delete::delete_feed,
    feeds::refresh::refresh_feed,
    quote::create_quote,
    cohosts::list_cohosts,
    cohosts::name_cohost,
    cohosts::dismiss_cohost,
    promotions::list::list_promotions,
    promotions::create::create_promotion,
    promotions::delete::delete_promotion,
    photos::list::list_photos,
    photos::announce::announce_photo,
    photos::order::order_photos,
    photos::delete::delete_photo,
}
