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
mod price;
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

#[cfg(test)]
mod tests {
    use super::*;

    /// Nights and money move by `POST`, and each of them takes a key.
    #[test]
    fn every_post_requires_a_key() {
        let (_, api) = router().split_for_parts();
        let document = serde_json::to_value(&api).unwrap();
        let paths = document["paths"].as_object().unwrap();
        let posts: Vec<_> = paths.iter().filter_map(|(path, item)| Some((path, item.get("post")?))).collect();
        assert_eq!((paths.len(), posts.len()), (11, 8));
        for (path, post) in posts {
            let parameters = post["parameters"].as_array().unwrap();
            let key = parameters.iter().find(|parameter| parameter["name"] == "Idempotency-Key");
            assert_eq!(key.map(|key| &key["required"]), Some(&serde_json::Value::Bool(true)), "{path}");
        }
    }
}
