//! `/wishlists` and `/wishlists/{wishlist_id}`: making, naming and deleting lists.

use axum::Json;
use axum::extract::State;
use axum::http::header::LOCATION;
use axum::http::{StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use domain::ids::WishlistId;
use services::wishlists::{create, delete, get, list, rename};
use web::paging::PageQuery;
use web::{App, Caller, ETag, IfMatch, Page, Paging, PathId, Problem, ValidJson, ValidQuery};

use crate::dto::{Wishlist, WishlistName};

/// Your wishlists, the newest first.
#[utoipa::path(
    get, path = "/wishlists", tag = "wishlists", operation_id = "list_wishlists",
    params(PageQuery),
    responses((status = 200, description = "A page", body = Page<Wishlist>, headers(("Link" = String))), web::Problems),
)]
pub(crate) async fn list_wishlists(
    State(app): State<App>,
    caller: Caller,
    ValidQuery(query): ValidQuery<PageQuery>,
    uri: Uri,
) -> Result<Response, Problem> {
    let (paging, after) =
        Paging::open(&app, ("/wishlists", &caller.user_id), query.limit, query.cursor.as_deref()).await?;
    let found = list(app.ctx(), caller.user_id, after, paging.rows()).await?;
    let page: Page<Wishlist> = paging.page(found, |list| list.id)?;
    Ok(page.respond(&uri))
}

/// Make a wishlist; 50 at most.
#[utoipa::path(
    post, path = "/wishlists", tag = "wishlists", operation_id = "create_wishlist",
    request_body = WishlistName,
    responses(
        (status = 201, description = "The wishlist", body = Wishlist, headers(("ETag" = String), ("Location" = String))),
        web::Problems,
    ),
)]
pub(crate) async fn create_wishlist(
    State(app): State<App>,
    caller: Caller,
    ValidJson(named): ValidJson<WishlistName>,
) -> Result<impl IntoResponse, Problem> {
    let made = create(app.ctx(), caller.user_id, &named.parse()?).await?;
    let location = [(LOCATION, format!("/wishlists/{}", made.id))];
    Ok((StatusCode::CREATED, ETag::version(made.version), location, Json(Wishlist::from(made))))
}

/// A wishlist of yours.
#[utoipa::path(
    get, path = "/wishlists/{wishlist_id}", tag = "wishlists", operation_id = "get_wishlist",
    params(("wishlist_id" = uuid::Uuid, Path, description = "The wishlist")),
    responses((status = 200, description = "The wishlist", body = Wishlist, headers(("ETag" = String))), web::Problems),
)]
pub(crate) async fn get_wishlist(
    State(app): State<App>,
    caller: Caller,
    PathId(wishlist_id): PathId<WishlistId>,
) -> Result<impl IntoResponse, Problem> {
    let found = get(app.ctx(), caller.user_id, wishlist_id).await?;
    Ok((ETag::version(found.version), Json(Wishlist::from(found))))
}

/// Give a wishlist another name.
#[utoipa::path(
    patch, path = "/wishlists/{wishlist_id}", tag = "wishlists", operation_id = "rename_wishlist",
    params(
        ("wishlist_id" = uuid::Uuid, Path, description = "The wishlist"),
        ("If-Match" = String, Header, description = "The ETag that was read"),
    ),
    request_body = WishlistName,
    responses((status = 200, description = "The wishlist", body = Wishlist, headers(("ETag" = String))), web::Problems),
)]
pub(crate) async fn rename_wishlist(
    State(app): State<App>,
    caller: Caller,
    PathId(wishlist_id): PathId<WishlistId>,
    if_match: IfMatch,
    ValidJson(named): ValidJson<WishlistName>,
) -> Result<impl IntoResponse, Problem> {
    let version = if_match.expected()?;
    let renamed = rename(app.ctx(), caller.user_id, wishlist_id, version, &named.parse()?).await?;
    Ok((ETag::version(renamed.version), Json(Wishlist::from(renamed))))
}

/// Delete a wishlist. Its link opens nothing any more.
#[utoipa::path(
    delete, path = "/wishlists/{wishlist_id}", tag = "wishlists", operation_id = "delete_wishlist",
    params(("wishlist_id" = uuid::Uuid, Path, description = "The wishlist")),
    responses((status = 204, description = "It is gone"), web::Problems),
)]
pub(crate) async fn delete_wishlist(
    State(app): State<App>,
    caller: Caller,
    PathId(wishlist_id): PathId<WishlistId>,
) -> Result<StatusCode, Problem> {
    delete(app.ctx(), caller.user_id, wishlist_id).await?;
    Ok(StatusCode::NO_CONTENT)
}
