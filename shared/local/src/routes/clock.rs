//! `/_local/clock`: the one clock of the whole system, separate processes included.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use domain::clock::Clock as _;
use jiff::Timestamp;
use platform::SystemClock;
use serde::{Deserialize, Serialize};

use super::{LocalError, bad_request};
use crate::stack::Handles;

/// Ten years: what a person who tries things may need.
const MAX_STEP_SECONDS: i64 = 10 * 366 * 86_400;

/// How to move: by a number of seconds, or to an instant.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Move {
    advance_seconds: Option<i64>,
    now: Option<Timestamp>,
}

#[derive(Serialize)]
struct Shown {
    now: Timestamp,
    offset_seconds: i64,
}

/// `GET`: what time it is.
pub(super) async fn show(State(handles): State<Arc<Handles>>) -> Response {
    Json(shown(&handles)).into_response()
}

/// `POST`: moves the clock, then lets everything that is due by then happen: answers when the schedule has run.
pub(super) async fn advance(
    State(handles): State<Arc<Handles>>,
    Json(to): Json<Move>,
) -> Result<Response, LocalError> {
    let real = SystemClock::default().now();
    let present = handles.clock.now();
    let target = match (to.advance_seconds, to.now) {
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
    Ok(Json(shown(&handles)).into_response())
}

fn shown(handles: &Handles) -> Shown {
    let now = handles.clock.now();
    let offset_seconds = now.duration_since(SystemClock::default().now()).as_secs();
    Shown { now, offset_seconds }
}
