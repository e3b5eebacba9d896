//! Payments over HTTP: paying, refunding, hosts' accounts, the provider's webhooks.

mod create;
mod disputes;
mod findings;
mod list;
mod onboarding;
mod payouts;
mod read;
mod receipts;
mod refund;
mod state;
mod statement;
mod view;
mod webhook;

use domain::messages::Topic;

pub use state::PaymentsState;

/// The queues that this function sends to.
pub const TOPICS: &[Topic] = &[Topic::Payments];

web::operations! {
    PaymentsState;
    create::create_payment,
    list::list_payments,
    read::get_payment,
    receipts::list_receipts,
    refund::create_refund,
    onboarding::begin_onboarding,
    onboarding::get_onboarding,
    payouts::list_payouts,
    payouts::get_balance,
    statement::get_statement,
    disputes::list_disputes,
    findings::list_findings,
    findings::settle_finding,
    webhook::receive_stripe_event,
}
