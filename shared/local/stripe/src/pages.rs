//! The provider's pages, opened by people (or `curl`) without a key: authentication and onboarding.

use crate::accounts::{Account, Standing, place};
use crate::desk::Desk;
use crate::error::ApiError;
use crate::intents::{Intent, Status, authenticate};
use crate::provider::Provider;

/// A page: its status and its text.
pub(crate) type Page = (u16, String);

/// Serves a page. Opening it is doing it: `/authenticate/{intent}/{token}` proves who pays (with `?outcome=fail` it fails to),
/// `/onboarding/{account}/{token}` completes the onboarding.
pub(crate) fn serve(provider: &Provider, path: &str, query: &str) -> Page {
    let segments: Vec<&str> = path.trim_matches('/').split('/').collect();
    let page = provider.books.transact(|db| {
        let desk = Desk::unasked(provider, db);
        match segments.as_slice() {
            ["authenticate", id, token] => authentication(&desk, id, token, query),
            ["onboarding", id, token] => onboarding(&desk, id, token),
            _ => Ok((404, html("There is no such page.", None))),
        }
    });
    page.unwrap_or_else(|error: ApiError| (error.status, html(&error.message, None)))
}

fn authentication(desk: &Desk<'_>, id: &str, token: &str, query: &str) -> Result<Page, ApiError> {
    let mut intent: Intent = desk.get(id, "id")?;
    if intent.status != Status::RequiresAction {
        return Ok((410, html("This payment no longer waits for you.", intent.return_url.as_deref())));
    }
    if intent.action.as_deref() != Some(token) {
        return Ok((404, html("There is no such page.", None)));
    }
    let proved =
        !form_urlencoded::parse(query.as_bytes()).any(|(name, value)| name == "outcome" && value == "fail");
    authenticate::finish(desk, &mut intent, proved)?;
    let text = if proved { "Thank you: the payment is authenticated." } else { "The authentication failed." };
    Ok((200, html(text, intent.return_url.as_deref())))
}

fn onboarding(desk: &Desk<'_>, id: &str, token: &str) -> Result<Page, ApiError> {
    let mut account: Account = desk.get(id, "id")?;
    let Some((_, ends, back)) = account.link.clone().filter(|(known, ..)| known == token) else {
        return Ok((404, html("There is no such page.", None)));
    };
    if desk.now() >= ends {
        return Ok((410, html("This link has expired: ask for a new one.", None)));
    }
    place(desk, &mut account, Standing::Enabled)?;
    Ok((200, html("Thank you: the account can now be paid.", Some(&back))))
}

fn html(text: &str, back: Option<&str>) -> String {
    let back = back.map_or(String::new(), |url| format!("<p><a href=\"{}\">Back</a></p>", escape(url)));
    format!(
        "<!doctype html><meta charset=\"utf-8\"><title>Payment provider</title><p>{}</p>{back}\n",
        escape(text)
    )
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
