//! `/wishlists/{wishlist_id}/items`: what is in a list.

use axum::extract::State;
use axum::http::{StatusCode, Uri};
use axum::response::Response;
use domain::ids::{PropertyId, WishlistId};
use services::wishlists::{add, items, remove};
use web::paging::PageQuery;
use web::{App, Caller, Page, Paging, PathId, Problem, ValidQuery};

use crate::dto::WishlistItem;

/// The listings of a wishlist of yours, the last added first.
#[utoipa::path(
    get, path = "/wishlists/{wishlist_id}/items", tag = "wishlists", operation_id = "list_wishlist_items",
    params(("wishlist_id" = uuid::Uuid, Path, description = "The wishlist"), PageQuery),
    responses(
        (status = 200, description = "A page", body = Page<WishlistItem>, headers(("Link" = String))),
        web::Problems,
    ),
)]
pub(crate) async fn list_wishlist_items(
    State(app): State<App>,
    caller: Caller,
    PathId(wishlist_id): PathId<WishlistId>,
    ValidQuery(query): ValidQuery<PageQuery>,
    uri: Uri,
) -> Result<Response, Problem> {
    let list = ("/wishlists/items", &(caller.user_id, wishlist_id));
    let (paging, after) = Paging::open(&app, list, query.limit, query.cursor.as_deref()).await?;
    let found = items(app.ctx(), caller.user_id, wishlist_id, after, paging.rows()).await?;
    let page: Page<WishlistItem> = paging.page(found, store::wishlists::Item::position)?;
    Ok(page.respond(&uri))
}

/// Add a listing on the market; 200 at most. One that is in already stays where it is.
#[utoipa::path(
    put, path = "/wishlists/{wishlist_id}/items/{property_id}", tag = "wishlists", operation_id = "add_wishlist_item",
    params(
        ("wishlist_id" = uuid::Uuid, Path, description = "The wishlist"),
        ("property_id" = uuid::Uuid, Path, description = "The listing"),
    ),
    responses((status = 204, description = "It is in"), web::Problems),
)]
pub(crate) async fn add_wishlist_item(
    State(app): State<App>,
    caller: Caller,
    PathId((wishlist_id, property_id)): PathId<(WishlistId, PropertyId)>,
) -> Result<StatusCode, Problem> {
    add(app.ctx(), caller.user_id, wishlist_id, property_id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Take a listing out.
#[utoipa::path(
    delete, path = "/wishlists/{wishlist_id}/items/{property_id}", tag = "wishlists",
    operation_id = "remove_wishlist_item",
    params(
        ("wishlist_id" = uuid::Uuid, Path, description = "The wishlist"),
        ("property_id" = uuid::Uuid, Path, description = "The listing"),
    ),
    responses((status = 204, description = "It is out"), web::Problems),
)]
pub(crate) async fn remove_wishlist_item(
    State(app): State<App>,
    caller: Caller,
    PathId((wishlist_id, property_id)): PathId<(WishlistId, PropertyId)>,
) -> Result<StatusCode, Problem> {
    remove(app.ctx(), caller.user_id, wishlist_id, property_id).await?;
    Ok(StatusCode::NO_CONTENT)
}
