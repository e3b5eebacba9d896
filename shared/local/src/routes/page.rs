//! `/_local`: how things stand, and where to go.

use std::sync::Arc;

use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use local_aws::ses::MailQuery;
use maud::{Markup, html};
use serde::Deserialize;

use super::{LocalError, faults, mail};
use crate::pages::{Page, words};
use crate::seed;
use crate::stack::Handles;

/// How many bookings are in a state.
#[derive(Deserialize)]
struct InState {
    state: String,
    count: i64,
}

const BOOKINGS: &str = "
    SELECT jsonb_build_object('state', state, 'count', count(*))::text FROM bookings
    GROUP BY state ORDER BY count(*) DESC, state";

/// `GET`: the page.
pub(super) async fn show(State(handles): State<Arc<Handles>>) -> Result<Response, LocalError> {
    let queues = handles.services.sqs.queues().await?;
    let count = |dead: bool| -> u64 {
        let of_kind = queues.iter().filter(|queue| queue.is_dead_letter_queue == dead);
        of_kind.map(|queue| queue.visible + queue.in_flight + queue.delayed).sum()
    };
    let (waiting, dead) = (count(false), count(true));
    let mails = handles.services.ses.list(MailQuery::default()).await?;
    let bookings: Vec<InState> = handles.records(BOOKINGS, &[]).await?;
    let body = html! {
        p.lead { "The whole system on this machine: the functions as they are deployed, over stand-ins for what is around them." }
        @if faults::any(&handles) {
            p.notice role="status" { strong { "Faults are on. " } a href="/_local/faults/" { "See which" } }
        }
        ul.figures {
            (figure("/_local/bookings/", bookings.iter().map(|of| of.count).sum(), "bookings"))
            (figure("/_local/mail/", i64::try_from(mails.len()).unwrap_or(i64::MAX), "mails sent"))
            (figure("/_local/queues/", i64::try_from(waiting).unwrap_or(i64::MAX), "messages waiting"))
            (figure("/_local/queues/", i64::try_from(dead).unwrap_or(i64::MAX), "dead letters"))
        }
        @if !bookings.is_empty() {
            p.muted {
                @for (index, of) in bookings.iter().enumerate() { @if index > 0 { ", " } (of.count) " " (words(&of.state)) }
            }
        }
        h2 { "Latest mail" }
        (mail::rows(&mails, Some(5)))
        (try_it(&handles))
    };
    Ok(Page { title: "Console", at: "/_local/", now: Some(handles.clock.now()), aside: None, body }
        .into_response())
}

fn figure(href: &str, number: i64, what: &str) -> Markup {
    html! { li { a href=(href) { strong { (number) } " " (what) } } }
}

fn try_it(handles: &Handles) -> Markup {
    let url = handles.variables.get("PUBLIC_URL").map_or("", String::as_str);
    html! {
        h2 { "Try it" }
        p { "Accounts of the demonstration, all with the password " code { (seed::PASSWORD) } ": "
            @for (index, address) in seed::addresses().enumerate() { @if index > 0 { ", " } code { (address) } } "." }
        pre tabindex="0" aria-label="Calls with curl" {
            "curl '" (url) "/properties/?q=garden'\n"
            "curl " (url) "/users/login/ -H 'content-type: application/json' \\\n  -d '{\"email\": \"guest@example.com\", \"password\": \""
            (seed::PASSWORD) "\"}'\n"
            "curl -X POST " (url) "/_local/clock/ -H 'content-type: application/json' -d '{\"advance_seconds\": 86400}'"
        }
    }
}
