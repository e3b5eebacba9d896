//! `/_local/queues`: what waits, and what was given up.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Response};
use local_aws::sqs::{PeekedMessage, QueueStatus};
use maud::{Markup, html};
use serde::Serialize;
use serde_json::json;

use super::LocalError;
use crate::pages::{Page, back_to, instant, outline, shown, wants_page};
use crate::stack::Handles;

const AT: &str = "/_local/queues/";
/// The most messages that are shown of a dead letters' queue.
const SHOWN: usize = 50;

/// The queues with their counts, and the dead letters by their queue.
#[derive(Serialize)]
struct Queues {
    queues: Vec<Queue>,
    dead_letters: BTreeMap<String, Vec<Letter>>,
}

#[derive(Serialize)]
struct Queue {
    name: String,
    visible: u64,
    in_flight: u64,
    delayed: u64,
    #[serde(rename = "dead_letter_queue")]
    gives_up_to: Option<String>,
    #[serde(skip)]
    holds_dead_letters: bool,
}

#[derive(Serialize)]
struct Letter {
    id: String,
    body: String,
    sent_at: jiff::Timestamp,
    receive_count: u32,
}

impl From<QueueStatus> for Queue {
    fn from(status: QueueStatus) -> Self {
        let QueueStatus {
            name, visible, in_flight, delayed, dead_letter_queue, is_dead_letter_queue, ..
        } = status;
        Self {
            name,
            visible,
            in_flight,
            delayed,
            gives_up_to: dead_letter_queue,
            holds_dead_letters: is_dead_letter_queue,
        }
    }
}

impl From<PeekedMessage> for Letter {
    fn from(message: PeekedMessage) -> Self {
        let PeekedMessage { id, body, sent_at, receive_count, .. } = message;
        Self { id, body, sent_at, receive_count }
    }
}

/// `GET`: the queues and what lies in those of dead letters.
pub(super) async fn list(
    State(handles): State<Arc<Handles>>,
    headers: HeaderMap,
) -> Result<Response, LocalError> {
    let sqs = &handles.services.sqs;
    let dead_letters = sqs.dead_letters(SHOWN).await?.into_iter();
    let queues = Queues {
        queues: sqs.queues().await?.into_iter().map(Queue::from).collect(),
        dead_letters: dead_letters
            .map(|(queue, letters)| (queue, letters.into_iter().map(Letter::from).collect()))
            .collect(),
    };
    Ok(shown(&headers, &queues, || {
        let body = html! { (work(&queues.queues)) (letters(&queues)) };
        Page { title: "Queues", at: AT, now: Some(handles.clock.now()), aside: None, body }.into_response()
    }))
}

/// `POST …/{queue}/redrive`: sends a queue's dead letters back to where they came from.
pub(super) async fn redrive(
    State(handles): State<Arc<Handles>>,
    headers: HeaderMap,
    Path(queue): Path<String>,
) -> Result<Response, LocalError> {
    let moved = handles.services.sqs.redrive(&queue).await?;
    if wants_page(&headers) {
        return Ok(back_to(AT));
    }
    Ok(axum::Json(json!({ "moved": moved })).into_response())
}

fn work(queues: &[Queue]) -> Markup {
    html! {
        p.lead { "What waits for a worker, by queue. A message that failed comes back when its time-out ends, by the clock of
            this machine; after five tries it is a dead letter." }
        div.scroll tabindex="0" role="region" aria-label="Queues" {
            table {
                thead { tr {
                    th scope="col" { "Queue" } th.number scope="col" { "Waiting" }
                    th.number scope="col" { "Worked on" } th.number scope="col" { "Delayed" }
                } }
                tbody {
                    @for queue in queues.iter().filter(|queue| !queue.holds_dead_letters) {
                        tr {
                            th scope="row" { (queue.name) }
                            td.number { (queue.visible) } td.number { (queue.in_flight) } td.number { (queue.delayed) }
                        }
                    }
                }
            }
        }
    }
}

fn letters(queues: &Queues) -> Markup {
    let count = |name: &str| {
        let queue = queues.queues.iter().find(|queue| queue.name == name);
        queue.map_or(0, |queue| queue.visible + queue.in_flight + queue.delayed)
    };
    html! {
        h2 { "Dead letters" }
        @if queues.dead_letters.values().all(Vec::is_empty) { p.empty { "Nothing was given up." } }
        @for (queue, letters) in queues.dead_letters.iter().filter(|(_, letters)| !letters.is_empty()) {
            section aria-label=(queue) {
                div.row.apart {
                    h3 { (queue) " " span.count { (count(queue)) } }
                    form method="post" action={ (AT) (queue) "/redrive/" } {
                        button { "Send back" span.hidden { " what lies in " (queue) } }
                    }
                }
                ul.cards {
                    @for letter in letters {
                        li {
                            p { (instant(letter.sent_at)) ", received " (letter.receive_count) " times" }
                            pre tabindex="0" { (outline(&letter.body)) }
                        }
                    }
                }
            }
        }
    }
}
