//! `/_local/mail`: what was sent.

use std::sync::Arc;

use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use local_aws::ses::{Mail, MailQuery};
use maud::{Markup, PreEscaped, html};
use serde::Deserialize;

use super::LocalError;
use crate::pages::{self, Page, instant, shown};
use crate::stack::Handles;

const AT: &str = "/_local/mail/";
/// The most mails on the page; scripts get all of them.
const SHOWN: usize = 200;

/// What a mail may do in its frame: look as it was written. Its links open beside us, and nothing of it is fetched.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'; \
                      frame-ancestors 'self'; sandbox allow-popups allow-popups-to-escape-sandbox";

/// Which mails; all of them if nothing is given.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Which {
    /// Only mails to this address.
    #[serde(default)]
    to: Option<String>,
}

/// `GET`: the mails; as JSON oldest first, as a page newest first.
pub(super) async fn list(
    State(handles): State<Arc<Handles>>,
    headers: HeaderMap,
    Query(which): Query<Which>,
) -> Result<Response, LocalError> {
    let to = which.to.filter(|to| !to.is_empty());
    let mails =
        handles.services.ses.list(MailQuery { recipient: to.clone(), ..MailQuery::default() }).await?;
    Ok(shown(&headers, &mails, || {
        let body = html! {
            form.search action=(AT) {
                label for="to" { "To this address" }
                span.row {
                    input #to type="email" name="to" value=[to.as_ref()] autocomplete="off";
                    button { "Show" }
                }
            }
            (rows(&mails, None))
        };
        Page { title: "Mail", at: AT, now: Some(handles.clock.now()), aside: None, body }.into_response()
    }))
}

/// `GET …/{id}`: one mail, as its reader sees it.
pub(super) async fn show(
    State(handles): State<Arc<Handles>>,
    headers: HeaderMap,
    Path(id): Path<String>,
) -> Result<Response, LocalError> {
    let mails = handles.services.ses.list(MailQuery::default()).await?;
    let Some(mail) = mails.iter().find(|mail| mail.id == id) else {
        return Ok(StatusCode::NOT_FOUND.into_response());
    };
    Ok(shown(&headers, mail, || {
        let body = html! {
            p { a href=(AT) { "All mail" } }
            dl.facts.tight {
                dt { "From" } dd { (mail.from) }
                dt { "To" } dd { (mail.to.join(", ")) }
                dt { "Sent" } dd { (instant(mail.sent_at)) }
            }
            @if mail.html.is_some() {
                iframe.mail title={ "The mail “" (mail.subject) "”" } src={ (AT) (mail.id) "/body/" }
                    sandbox="allow-popups allow-popups-to-escape-sandbox" {}
            }
            @if let Some(text) = &mail.text {
                h2 { "As plain text" }
                pre.letter tabindex="0" { (linked(text)) }
            }
            @if !mail.headers.is_empty() {
                details {
                    summary { "Headers" }
                    pre tabindex="0" { @for (name, value) in &mail.headers { (name) ": " (value) "\n" } }
                }
            }
        };
        Page { title: &mail.subject, at: AT, now: Some(handles.clock.now()), aside: None, body }
            .into_response()
    }))
}

/// `GET …/{id}/body`: the mail's HTML, for the frame alone.
pub(super) async fn body(
    State(handles): State<Arc<Handles>>,
    Path(id): Path<String>,
) -> Result<Response, LocalError> {
    let mails = handles.services.ses.list(MailQuery::default()).await?;
    let Some(written) = mails.into_iter().find(|mail| mail.id == id).and_then(|mail| mail.html) else {
        return Ok(StatusCode::NOT_FOUND.into_response());
    };
    // Links leave the frame, which shows mail and nothing else.
    let page = format!("<base target=\"_blank\">{written}");
    Ok((pages::headers(POLICY), page).into_response())
}

/// A table of mails, newest first.
pub(super) fn rows(mails: &[Mail], most: Option<usize>) -> Markup {
    let most = most.unwrap_or(SHOWN);
    html! {
        @if mails.is_empty() { p.empty { "No mail was sent." } }
        @else {
            div.scroll tabindex="0" role="region" aria-label="Mail" {
                table {
                    thead { tr { th scope="col" { "Subject" } th scope="col" { "To" } th scope="col" { "Sent" } } }
                    tbody {
                        @for mail in mails.iter().rev().take(most) {
                            tr {
                                td { a href={ (AT) (mail.id) "/" } { (mail.subject) } }
                                td { (mail.to.join(", ")) }
                                td.nowrap { (instant(mail.sent_at)) }
                            }
                        }
                    }
                }
            }
            @if mails.len() > most { p.muted { "The newest " (most) " of " (mails.len()) "." } }
        }
    }
}

/// The text with its addresses as links.
fn linked(text: &str) -> Markup {
    let mut out = String::new();
    let mut rest = text;
    while let Some(start) = ["https://", "http://"].iter().filter_map(|scheme| rest.find(scheme)).min() {
        let (before, from) = rest.split_at(start);
        let end = from
            .find(|letter: char| letter.is_whitespace() || "<>\"'".contains(letter))
            .unwrap_or(from.len());
        let (address, after) = from.split_at(end);
        out += &html! { (before) a href=(address) rel="noreferrer" { (address) } }.into_string();
        rest = after;
    }
    out += &html! { (rest) }.into_string();
    PreEscaped(out)
}

#[cfg(test)]
mod tests {
    use super::linked;

    #[test]
    fn addresses_become_links_and_all_else_stays_text() {
        let shown = linked("See http://a.example/?x=1&y=2 or <b>https://b.example</b>.").into_string();
        assert_eq!(
            shown,
            "See <a href=\"http://a.example/?x=1&amp;y=2\" rel=\"noreferrer\">http://a.example/?x=1&amp;y=2</a> or &lt;b&gt;\
             <a href=\"https://b.example\" rel=\"noreferrer\">https://b.example</a>&lt;/b&gt;."
        );
    }
}
