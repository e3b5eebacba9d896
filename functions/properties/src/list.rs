//! `GET /properties`: look for a place to stay, or through one's own listings.

mod page;
mod query;

use axum::extract::State;
use axum::http::Uri;
use axum::response::Response;
use serde_json::value::to_raw_value;
use services::Failure;
use services::properties::{SearchInput, SearchItem, list_of_host, search};
use web::{App, Caller, OptionalCaller, Paging, Problem, ValidQuery};

use crate::dto::photo::PhotoDto;
use crate::dto::summary::PropertyPage;
use crate::media::Media;
use page::{respond, with_member};
use query::{ListQuery, Wanted};

/// Find listings.
///
/// With `check_in` and `check_out` a listing is found if and only if a quote for the same nights and `guests` (as
/// adults) would succeed, and carries its `total`. Prices, also for the filter and the order, are those of a night and in
/// minor units of the listing's own currency; give `currency` to compare like with like. `relevance` orders by how well
/// the words of `q` match; without words by the distance, without a place by the rating.
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
    let wanted = query.parse()?;
    found(&app, &media, &query, &wanted, &uri).await
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
    wanted: &Wanted,
    uri: &Uri,
) -> Result<Response, Problem> {
    let filters = query.filters()?;
    let (paging, after) =
        Paging::open(app, ("/properties", &filters), query.limit, query.cursor.as_deref()).await?;
    let input = SearchInput { query: wanted.search(), after, limit: query.limit };
    let page = search(app.ctx(), input).await?;
    let mut items = Vec::with_capacity(page.items.len());
    for item in page.items {
        items.push(dressed(media, item).await?);
    }
    respond(&items, paging.seal(page.next.as_ref())?.as_deref(), uri)
}

/// The summary with what the database does not know.
async fn dressed(media: &Media, item: SearchItem) -> Result<String, Failure> {
    let mut text = item.summary;
    if let Some(total) = item.total {
        text = with_member(text, "total", &to_raw_value(&total)?);
    }
    if let Some(cover) = item.cover {
        let url = media.view(cover.id, &cover.key).await?;
        text = with_member(text, "cover_photo", &to_raw_value(&PhotoDto::new(cover, url))?);
    }
    Ok(text)
}
