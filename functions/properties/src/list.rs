//! `GET /properties`: look for a place to stay, or through one's own listings.

mod page;
pub(crate) mod query;

use axum::extract::State;
use axum::http::Uri;
use axum::response::Response;
use serde_json::value::to_raw_value;
use services::Failure;
use services::properties::{Criteria, SearchInput, SearchItem, list_of_host, search};
use web::media::Media;
use web::{App, Caller, OptionalCaller, Paging, Problem, ValidQuery};

use crate::dto::photo::PhotoDto;
use crate::dto::summary::{BestStay, PropertyPage};
use page::{respond, with_member};
use query::ListQuery;

/// Find listings.
///
/// With `check_in` and `check_out` a listing is found if and only if a quote for the same nights and `guests` (as
/// adults) would succeed, and carries its `total`. Prices, also for the filter and the order, are those of a night and in
/// minor units of the listing's own currency; give `currency` to compare like with like. `relevance` orders by how well
/// the words of `q` match and how good the listing is; without words by the distance, without a place by how good the
/// listing is. Words may be mistyped; phrases in quotes, `or` and `-` are taken at their word. Places are those that
/// strangers know, the middles of squares of 0.01 degrees.
///
/// With `flex_days` the stay may be moved by so many days; `best_stay` and `total` are then those of the cheapest nights.
///
/// With `host=me` it is the caller's own listings in any state, the newest first; no other filter goes with it.
#[utoipa::path(
    get, path = "/properties", tag = "properties", operation_id = "list_properties",
    params(ListQuery),
    security(()),
    responses(
        (status = 200, description = "Listings in their order", body = PropertyPage, headers(("Link" = String))),
        web::Problems,
    ),
)]
pub(crate) async fn list_properties(
    State(app): State<App>,
    State(media): State<Media>,
    OptionalCaller(caller): OptionalCaller,
    ValidQuery(query): ValidQuery<ListQuery>,
    uri: Uri,
) -> Result<Response, Problem> {
    if query.is_own()? {
        let caller = caller.ok_or_else(|| {
            let detail = "Send Authorization: Bearer with an access token.";
            Problem::unauthenticated("unauthenticated", detail, "Bearer")
        })?;
        return own(&app, caller, &query, &uri).await;
    }
    found(&app, &media, &query, &query.criteria(), &uri).await
}

async fn own(app: &App, caller: Caller, query: &ListQuery, uri: &Uri) -> Result<Response, Problem> {
    let list = ("/properties?host=me", &caller.user_id);
    let (paging, after) = Paging::open(app, list, query.limit, query.cursor.as_deref()).await?;
    let (items, next) = list_of_host(app.ctx(), caller.user_id, after, query.limit).await?;
    respond(&items, paging.seal(next.as_ref())?.as_deref(), uri)
}

async fn found(
    app: &App,
    media: &Media,
    query: &ListQuery,
    criteria: &Criteria,
    uri: &Uri,
) -> Result<Response, Problem> {
    let wanted = criteria.parse()?;
    let (paging, after) =
        Paging::open(app, ("/properties", criteria), query.limit, query.cursor.as_deref()).await?;
    let input = SearchInput { query: wanted.query(), after, limit: query.limit };
    let page = search(app.ctx(), input).await?;
    let mut items = Vec::with_capacity(page.items.len());
    for item in page.items {
        items.push(dressed(media, item, query.is_flexible()).await?);
    }
    respond(&items, paging.seal(page.next.as_ref())?.as_deref(), uri)
}

/// The summary with what the database does not know.
async fn dressed(media: &Media, item: SearchItem, flexible: bool) -> Result<String, Failure> {
    let mut text = item.summary;
    if let Some(total) = item.total {
        text = with_member(text, "total", &to_raw_value(&total)?);
    }
    if let Some(stay) = item.stay.filter(|_| flexible) {
        text = with_member(text, "best_stay", &to_raw_value(&BestStay::from(stay))?);
    }
    if let Some(cover) = item.cover {
        let url = media.view(cover.id, &cover.key).await?;
        text = with_member(text, "cover_photo", &to_raw_value(&PhotoDto::new(cover, url))?);
    }
    Ok(text)
}
