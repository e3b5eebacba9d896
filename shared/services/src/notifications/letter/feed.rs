//! Letters about calendars of other platforms, to hosts.

use minijinja::Value;
use minijinja::value::Serde;
use serde::Serialize;
use store::feeds::{ConflictFacts, TroubleFacts};

use super::{Language, Letter, booking_path, letter, one_line};

#[derive(Serialize)]
struct ConflictValues {
    name: String,
    property: String,
    feed: String,
    from: String,
    to: String,
    check_in: String,
    check_out: String,
}

/// That a stay lies on nights which are taken elsewhere.
pub(super) fn conflict(facts: &ConflictFacts) -> Option<Letter> {
    let language = Language::of(&facts.host.locale);
    let values = ConflictValues {
        name: one_line(&facts.host.name),
        property: one_line(&facts.title),
        feed: one_line(&facts.feed),
        from: language.date(facts.from),
        to: language.date(facts.to),
        check_in: language.date(facts.check_in),
        check_out: language.date(facts.check_out),
    };
    letter(&facts.host, "feed_conflict", Value::from(Serde(&values)), booking_path(facts.booking_id))
}

#[derive(Serialize)]
struct TroubleValues {
    name: String,
    property: String,
    feed: String,
    problem: &'static str,
    since: String,
}

/// That a calendar cannot be read, or is read no more.
pub(super) fn trouble(facts: &TroubleFacts) -> Option<Letter> {
    let language = Language::of(&facts.host.locale);
    let values = TroubleValues {
        name: one_line(&facts.host.name),
        property: one_line(&facts.title),
        feed: one_line(&facts.feed),
        problem: language.feed_problem(&facts.error),
        since: language.moment(facts.since, &facts.host.time_zone),
    };
    let template = if facts.given_up { "feed_given_up" } else { "feed_failing" };
    letter(
        &facts.host,
        template,
        Value::from(Serde(&values)),
        format!("/properties/{}/feeds", facts.property_id),
    )
}
