//! `GET` and `POST /users/unsubscribe`: the link in a mail that stops mails of its kind (RFC 8058).

use axum::extract::State;
use axum::http::header::{ACCEPT_LANGUAGE, CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE};
use axum::http::{HeaderMap, HeaderName};
use axum::response::{IntoResponse, Response};
use domain::notification::NotificationKind;
use serde::Deserialize;
use services::notifications::unsubscribe as stop;
use web::{Problem, ValidQuery};

use crate::UsersState;

const HEADERS: [(HeaderName, &str); 3] = [
    (CONTENT_TYPE, "text/html; charset=utf-8"),
    (CACHE_CONTROL, "no-store"),
    (
        CONTENT_SECURITY_POLICY,
        "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
    ),
];
const STYLE: &str = "body{font:16px/1.5 system-ui,sans-serif;max-width:36rem;margin:3rem auto;padding:0 1rem}\
                     button{font:inherit;padding:.6rem 1rem;border:0;border-radius:6px;background:#1f5f4a;color:#fff}";

/// The token of a mail's link.
#[derive(Debug, Deserialize, garde::Validate, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct UnsubscribeQuery {
    /// As it stands in the mail.
    #[garde(length(bytes, min = 1, max = 128))]
    #[param(min_length = 1, max_length = 128)]
    token: String,
}

/// Ask before mails of a kind are stopped.
///
/// Nothing is changed by looking: filters and previews follow links, too. The page's button stops them.
#[utoipa::path(
    get, path = "/users/unsubscribe", tag = "users", operation_id = "show_unsubscribe",
    params(UnsubscribeQuery),
    security(()),
    responses(
        (status = 200, description = "The page that asks", content_type = "text/html", body = String),
        web::Problems,
    ),
)]
pub(crate) async fn show_unsubscribe(
    State(state): State<UsersState>,
    headers: HeaderMap,
    ValidQuery(query): ValidQuery<UnsubscribeQuery>,
) -> Result<Response, Problem> {
    let (_, kind) = state.unsubscriber().read(state.app().ctx(), &query.token).await?;
    let words = Words::of(&headers);
    let body = format!(
        "<p>{}</p><form method=\"post\"><input type=\"hidden\" name=\"List-Unsubscribe\" value=\"One-Click\">\
         <button>{}</button></form>",
        words.about(words.question, kind),
        words.button
    );
    Ok(words.page(words.title, &body))
}

/// Stop mails of a kind, with one click and without signing in.
///
/// What RFC 8058 has mail programs send, with a body of `List-Unsubscribe=One-Click`. Doing it again changes nothing; what was
/// stopped is turned on again among the preferences.
#[utoipa::path(
    post, path = "/users/unsubscribe", tag = "users", operation_id = "unsubscribe",
    params(UnsubscribeQuery),
    security(()),
    responses(
        (status = 200, description = "No such mail is sent any more", content_type = "text/html", body = String),
        web::Problems,
    ),
)]
pub(crate) async fn unsubscribe(
    State(state): State<UsersState>,
    headers: HeaderMap,
    ValidQuery(query): ValidQuery<UnsubscribeQuery>,
) -> Result<Response, Problem> {
    let kind = stop(state.app().ctx(), state.unsubscriber(), &query.token).await?;
    let words = Words::of(&headers);
    Ok(words.page(words.done, &format!("<p>{}</p>", words.about(words.stopped, kind))))
}

/// The words of both pages in a language.
struct Words {
    tag: &'static str,
    title: &'static str,
    /// With `{}` where the kind stands, as below.
    question: &'static str,
    button: &'static str,
    done: &'static str,
    stopped: &'static str,
    /// Stays, reviews, messages, listings, webhooks.
    kinds: [&'static str; 5],
}

const LANGUAGES: [Words; 3] = [
    Words {
        tag: "en",
        title: "Stop these mails?",
        question: "You will get no more mail about {}. Everything else goes on as before.",
        button: "Stop them",
        done: "Done",
        stopped: "You get no more mail about {}. To turn it on again, see your account’s preferences.",
        kinds: ["arrivals and departures", "reviews", "new messages", "your listings", "your webhooks"],
    },
    Words {
        tag: "fr",
        title: "Ne plus recevoir ces messages\u{202f}?",
        question: "Vous ne recevrez plus de courriels au sujet {}. Rien d’autre ne change.",
        button: "Ne plus les recevoir",
        done: "C’est fait",
        stopped: "Vous ne recevrez plus de courriels au sujet {}. Vous pouvez les réactiver dans les préférences de votre compte.",
        kinds: [
            "des arrivées et des départs",
            "des évaluations",
            "des nouveaux messages",
            "de vos annonces",
            "de vos webhooks",
        ],
    },
    Words {
        tag: "es",
        title: "¿Dejar de recibir estos mensajes?",
        question: "Ya no recibirá correos sobre {}. Lo demás sigue igual.",
        button: "Dejar de recibirlos",
        done: "Hecho",
        stopped: "Ya no recibirá correos sobre {}. Puede volver a activarlos en las preferencias de su cuenta.",
        kinds: ["llegadas y salidas", "valoraciones", "mensajes nuevos", "sus anuncios", "sus webhooks"],
    },
];

impl Words {
    /// Of the languages that the browser names, the first that is here.
    fn of(headers: &HeaderMap) -> &'static Self {
        let wanted = headers.get(ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let primary = |range: &str| range.trim().split(['-', ';']).next().unwrap_or_default().to_lowercase();
        wanted
            .split(',')
            .find_map(|range| LANGUAGES.iter().find(|words| words.tag == primary(range)))
            .unwrap_or(&LANGUAGES[0])
    }

    fn about(&self, text: &str, kind: NotificationKind) -> String {
        let [stays, reviews, messages, listings, webhooks] = self.kinds;
        let about = match kind {
            NotificationKind::Stays => stays,
            NotificationKind::Reviews => reviews,
            NotificationKind::Messages => messages,
            NotificationKind::Listings => listings,
            NotificationKind::Webhooks => webhooks,
            // What cannot be turned off has no link.
            NotificationKind::Security
            | NotificationKind::Receipts
            | NotificationKind::Disputes
            | NotificationKind::Bookings => "…",
        };
        text.replace("{}", about)
    }

    /// All texts are those above: nothing here needs escaping.
    fn page(&self, title: &str, body: &str) -> Response {
        let html = format!(
            "<!doctype html><html lang=\"{}\"><meta charset=\"utf-8\">\
             <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"><title>{title}</title>\
             <style>{STYLE}</style><main><h1>{title}</h1>{body}</main></html>\n",
            self.tag
        );
        (HEADERS, html).into_response()
    }
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    #[test]
    fn the_browser_says_which_language() {
        for (wanted, tag) in [
            (None, "en"),
            (Some("fr-CA,fr;q=0.9,en;q=0.8"), "fr"),
            (Some("de-DE, es;q=0.5"), "es"),
            (Some("frr"), "en"),
            (Some("\u{fffd}"), "en"),
        ] {
            let mut headers = HeaderMap::new();
            if let Some(wanted) = wanted {
                headers.insert(ACCEPT_LANGUAGE, HeaderValue::from_bytes(wanted.as_bytes()).unwrap());
            }
            assert_eq!(Words::of(&headers).tag, tag, "{wanted:?}");
        }
    }

    #[test]
    fn every_kind_with_a_link_has_words() {
        for words in &LANGUAGES {
            for kind in NotificationKind::ALL.iter().filter(|kind| kind.duty().is_none()) {
                for text in [words.question, words.stopped] {
                    let said = words.about(text, *kind);
                    assert!(!said.contains('{') && !said.contains('…'), "{said}");
                }
            }
        }
    }
}
