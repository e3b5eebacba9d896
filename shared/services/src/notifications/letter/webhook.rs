//! Word of an endpoint that was switched off.

use domain::webhooks::DisabledReason;
use minijinja::Value;
use minijinja::value::Serde;
use serde::Serialize;
use store::deliveries::WebhookFacts;

use super::{Letter, letter, one_line};

/// What its template may say.
#[derive(Serialize)]
struct WebhookValues {
    name: String,
    url: String,
    gone: bool,
}

/// To the endpoint's owner; nothing where it is called again, or its owner switched it off since.
pub(super) fn webhook_disabled(facts: &WebhookFacts) -> Option<Letter> {
    let gone = match facts.disabled? {
        DisabledReason::Gone => true,
        DisabledReason::Failing => false,
        DisabledReason::ByOwner => return None,
    };
    let values = WebhookValues { name: one_line(&facts.owner.name), url: one_line(&facts.url), gone };
    letter(&facts.owner, "webhook_disabled", Value::from(Serde(&values)), "/webhooks/endpoints".to_owned())
}
