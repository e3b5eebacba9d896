//! Payments over HTTP: paying, refunding, hosts' accounts, the provider's webhooks.

mod create;
mod disputes;
mod list;
mod onboarding;
mod payouts;
mod read;
mod refund;
mod state;
mod statement;
mod view;
mod webhook;

use domain::messages::Topic;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub use state::PaymentsState;

/// The queues that this function sends to.
pub const TOPICS: &[Topic] = &[Topic::Payments];

/// All operations of this function.
pub fn router() -> OpenApiRouter<PaymentsState> {
    OpenApiRouter::default()
        .routes(routes!(create::create_payment, list::list_payments))
        .routes(routes!(read::get_payment))
        .routes(routes!(refund::create_refund))
        .routes(routes!(onboarding::begin_onboarding, onboarding::get_onboarding))
        .routes(routes!(payouts::list_payouts))
        .routes(routes!(payouts::get_balance))
        .routes(routes!(statement::get_statement))
        .routes(routes!(disputes::list_disputes))
        .routes(routes!(webhook::receive_stripe_event))
}
