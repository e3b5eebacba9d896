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
mod modifications;
mod no_show;
mod override_refund;
mod preview;
mod price;
mod update;
mod view;
mod withdraw;

use domain::messages::Topic;
use web::App;

/// The queues that this function sends to.
pub const TOPICS: &[Topic] = &[Topic::Payments, Topic::Notifications];

web::operations! {
    App;
    book::create_booking,
    list::list_bookings,
    get::get_booking,
    update::update_booking,
    events::list_booking_events,
    accept::accept_booking,
    decline::decline_booking,
    withdraw::withdraw_booking,
    check_in::check_in_booking,
    check_out::check_out_booking,
    no_show::declare_no_show,
    preview::preview_cancellation,
    cancel::cancel_booking,
    override_refund::override_refund,
    modifications::list::list_modifications,
    modifications::propose::propose_modification,
    modifications::accept::accept_modification,
    modifications::decline::decline_modification,
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Nights and money move by `POST`, and each of them takes a key.
    #[test]
    fn every_post_requires_a_key() {
        let document = serde_json::to_value(openapi()).unwrap();
        let paths = document["paths"].as_object().unwrap();
        let posts: Vec<_> = paths.iter().filter_map(|(path, item)| Some((path, item.get("post")?))).collect();
        assert_eq!((paths.len(), posts.len()), (15, 12));
        for (path, post) in posts {
            let parameters = post["parameters"].as_array().unwrap();
            let key = parameters.iter().find(|parameter| parameter["name"] == "Idempotency-Key");
            assert_eq!(key.map(|key| &key["required"]), Some(&serde_json::Value::Bool(true)), "{path}");
        }
    }
}
