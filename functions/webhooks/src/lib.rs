//! Outbound webhooks over HTTP: the endpoints of integrators, and the log of what they were told.

mod change;
mod create;
mod delete;
mod deliveries;
mod dto;
mod list;
mod rotate;
mod state;

use domain::messages::Topic;

pub use state::WebhooksState;

/// The queues that this function sends to.
pub const TOPICS: &[Topic] = &[Topic::Webhooks];

web::operations! {
    WebhooksState;
    create::create_webhook_endpoint,
    list::list_webhook_endpoints,
    list::get_webhook_endpoint,
    change::change_webhook_endpoint,
    delete::delete_webhook_endpoint,
    rotate::rotate_webhook_secret,
    deliveries::list_webhook_deliveries,
    deliveries::redeliver_webhook,
}
