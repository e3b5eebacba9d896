//! How pages say single things.

use domain::money::{Currency, Money};
use jiff::Timestamp;
use maud::{Markup, html};
use serde_json::Value;

/// An instant, for people and for machines.
pub(crate) fn instant(at: Timestamp) -> Markup {
    html! { time datetime=(at) { (at.strftime("%a %-d %b %Y, %H:%M:%S")) " UTC" } }
}

/// An amount in minor units, as `1254.00 USD`; in a currency that nobody knows as it stands.
pub(crate) fn money(amount: i64, currency: &str) -> String {
    currency
        .parse::<Currency>()
        .map_or_else(|_| format!("{amount} {currency}"), |currency| Money::new(amount, currency).to_string())
}

/// The last group of an id: enough to tell it from its neighbours, which share their beginnings.
pub(crate) fn short_id(id: &str) -> Markup {
    let short = id.rsplit('-').next().unwrap_or(id);
    html! { code title=(id) { (short) } }
}

/// `cancelled_by_guest` as words.
pub(crate) fn words(code: &str) -> String {
    code.replace('_', " ")
}

/// A state's name in the colour of how things stand.
pub(crate) fn state(code: &str) -> Markup {
    let tone = match code {
        "confirmed" | "captured" | "succeeded" | "paid" | "completed" | "checked_in" | "ready" => "good",
        "pending_payment" | "requested" | "processing" | "requires_action" | "authorised" | "pending" => {
            "open"
        }
        "failed" | "payment_failed" | "disputed" | "declined" | "no_show" => "bad",
        _ => "past",
    };
    html! { span.state data-tone=(tone) { (words(code)) } }
}

/// JSON laid out for reading.
pub(crate) fn outline(text: &str) -> String {
    let value = serde_json::from_str::<Value>(text);
    value.and_then(|value| serde_json::to_string_pretty(&value)).unwrap_or_else(|_| text.to_owned())
}
