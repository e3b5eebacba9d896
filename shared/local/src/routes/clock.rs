//! `/_local/clock`: the one clock of the whole system, separate processes included.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Response};
use domain::clock::Clock as _;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use maud::{Markup, html};
use platform::SystemClock;
use serde::{Deserialize, Serialize};

use super::{LocalError, bad_request};
use crate::pages::{Input, Page, back_to, instant, shown};
use crate::stack::Handles;

const AT: &str = "/_local/clock/";
/// Ten years: what a person who tries things may need.
const MAX_STEP_SECONDS: i64 = 10 * 366 * 86_400;
/// What the page offers, in seconds.
const STEPS: [(i64, &str); 5] = [
    (900, "15 minutes"),
    (3600, "An hour"),
    (86_400, "A day"),
    (7 * 86_400, "A week"),
    (30 * 86_400, "30 days"),
];

/// How to move: by a number of seconds, or to an instant.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Move {
    advance_seconds: Option<i64>,
    now: Option<Timestamp>,
}

/// The same of the page's forms, which know no zones: UTC is meant.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct MoveForm {
    advance_seconds: Option<i64>,
    now: Option<DateTime>,
    real: Option<String>,
}

#[derive(Serialize)]
struct Shown {
    now: Timestamp,
    offset_seconds: i64,
}

/// `GET`: what time it is.
pub(super) async fn show(State(handles): State<Arc<Handles>>, headers: HeaderMap) -> Response {
    let clock = shown_now(&handles);
    shown(&headers, &clock, || {
        Page { title: "Clock", at: AT, now: Some(clock.now), aside: None, body: page(&clock) }.into_response()
    })
}

/// `POST`: moves the clock, then lets everything that is due by then happen: answers when the schedule has run.
pub(super) async fn advance(
    State(handles): State<Arc<Handles>>,
    to: Input<Move, MoveForm>,
) -> Result<Response, LocalError> {
    let real = SystemClock::default().now();
    let (by, to, form) = match to {
        Input::Json(to) => (to.advance_seconds, to.now, false),
        Input::Form(MoveForm { real: Some(_), .. }) => (None, Some(real), true),
        Input::Form(MoveForm { advance_seconds, now, .. }) => {
            let now = now.map(|now| TimeZone::UTC.to_timestamp(now)).transpose()?;
            (advance_seconds, now, true)
        }
    };
    let present = handles.clock.now();
    let target = match (by, to) {
        (Some(seconds), None) if seconds.abs() <= MAX_STEP_SECONDS => {
            present.as_millisecond() + seconds * 1000
        }
        (None, Some(now)) => now.as_millisecond(),
        _ => return Ok(bad_request("give either advance_seconds (within ten years) or now")),
    };
    let offset = target - real.as_millisecond();
    // Written beside and moved over: a reader sees the old number or the new one.
    let draft = handles.clock_file.with_extension("new");
    std::fs::write(&draft, offset.to_string())?;
    std::fs::rename(&draft, &handles.clock_file)?;
    handles.services.sqs.poke();
    handles.stripe.handle().sweep()?;
    handles.schedule.run_now().await?;
    if form {
        return Ok(back_to(AT));
    }
    Ok(Json(shown_now(&handles)).into_response())
}

fn shown_now(handles: &Handles) -> Shown {
    let now = handles.clock.now();
    let offset_seconds = now.duration_since(SystemClock::default().now()).as_secs();
    Shown { now, offset_seconds }
}

fn page(clock: &Shown) -> Markup {
    let offset = match clock.offset_seconds {
        -1..=1 => "The clock goes with the real time.".to_owned(),
        ahead @ 2.. => format!("That is {:#} ahead of the real time.", SignedDuration::from_secs(ahead)),
        behind => format!("That is {:#} behind the real time.", SignedDuration::from_secs(-behind)),
    };
    html! {
        p.lead { "One clock for the whole system: holds end, payouts leave and reviews are revealed when it says so. A move
            answers when all that is due by then was begun." }
        p.big { (instant(clock.now)) }
        p { (offset) }
        h2 { "Go on by" }
        form.row method="post" action=(AT) {
            @for (seconds, name) in STEPS { button name="advance_seconds" value=(seconds) { (name) } }
        }
        h2 { "Set it" }
        form.search method="post" action=(AT) {
            label for="now" { "Date and time, UTC" }
            span.row {
                input #now type="datetime-local" name="now" required value=(clock.now.strftime("%Y-%m-%dT%H:%M"));
                button { "Set the clock" }
            }
        }
        form method="post" action=(AT) { button.plain name="real" value="1" { "Back to the real time" } }
        p.muted { "Access tokens are good for 15 minutes of this clock: sign in again after a move." }
    }
}
