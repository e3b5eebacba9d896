//! `/wishlists/{wishlist_id}/share` and `GET /wishlists/shared`: a link to a list, and the list behind it.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::CACHE_CONTROL;
use axum::response::IntoResponse;
use domain::ids::WishlistId;
use garde::Validate;
use serde::{Deserialize, Serialize};
use services::wishlists::{share, shared, unshare};
use store::wishlists::{Item, Shared};
use utoipa::{IntoParams, ToSchema};
use web::paging::default_limit;
use web::{App, Caller, Page, Paging, PathId, Problem, ValidQuery};

use crate::dto::WishlistItem;

/// A link to a wishlist.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({
    "path": "/wishlists/shared?token=q6cQ8bq1YxkWBvWkSxk3o2g1m0fZ5y7a9dTtUuVvWwX",
    "token": "q6cQ8bq1YxkWBvWkSxk3o2g1m0fZ5y7a9dTtUuVvWwX"
}))]
pub(crate) struct WishlistLink {
    /// Where the list is read, below the address of this API. It carries the token: whoever has it reads the list, and it
    /// is not shown again.
    #[schema(max_length = 100)]
    path: String,
    /// What it carries.
    #[schema(max_length = 64)]
    token: String,
}

/// Which list, and which page of it.
#[derive(Debug, Deserialize, Validate, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct SharedQuery {
    /// What the link carries.
    #[garde(length(bytes, min = 1, max = 64))]
    #[param(min_length = 1, max_length = 64)]
    token: String,
    /// How many to a page.
    #[serde(default = "default_limit")]
    #[garde(range(min = 1, max = 100))]
    #[param(minimum = 1, maximum = 100, default = 20)]
    limit: u32,
    /// `next_cursor` of the page before.
    #[garde(inner(length(bytes, max = 1024)))]
    #[param(max_length = 1024)]
    cursor: Option<String>,
}

/// A wishlist as everybody with its link sees it.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SharedWishlist {
    /// What it is called.
    #[schema(min_length = 1, max_length = 80)]
    name: String,
    /// Its listings, the last added first.
    #[schema(max_items = 100)]
    items: Vec<WishlistItem>,
    /// Continues the list; `null` at its end.
    #[schema(max_length = 1024)]
    next_cursor: Option<String>,
}

/// Make a link by which everybody may read a wishlist of yours.
///
/// It takes the place of the one that the list had, which leads nowhere from then on.
#[utoipa::path(
    post, path = "/wishlists/{wishlist_id}/share", tag = "wishlists", operation_id = "share_wishlist",
    params(("wishlist_id" = uuid::Uuid, Path, description = "The wishlist")),
    responses((status = 201, description = "The link", body = WishlistLink), web::Problems),
)]
pub(crate) async fn share_wishlist(
    State(app): State<App>,
    caller: Caller,
    PathId(wishlist_id): PathId<WishlistId>,
) -> Result<impl IntoResponse, Problem> {
    let token = share(app.ctx(), caller.user_id, wishlist_id).await?;
    let path = format!("/wishlists/shared?token={token}");
    Ok((StatusCode::CREATED, Json(WishlistLink { path, token })))
}

/// Take the link to a wishlist back.
#[utoipa::path(
    delete, path = "/wishlists/{wishlist_id}/share", tag = "wishlists", operation_id = "unshare_wishlist",
    params(("wishlist_id" = uuid::Uuid, Path, description = "The wishlist")),
    responses((status = 204, description = "It leads nowhere"), web::Problems),
)]
pub(crate) async fn unshare_wishlist(
    State(app): State<App>,
    caller: Caller,
    PathId(wishlist_id): PathId<WishlistId>,
) -> Result<StatusCode, Problem> {
    unshare(app.ctx(), caller.user_id, wishlist_id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// A wishlist by its link.
///
/// Its name, and of its listings what everybody may know; not whose it is. Without the token of a list's present link there
/// is nothing here.
#[utoipa::path(
    get, path = "/wishlists/shared", tag = "wishlists", operation_id = "get_shared_wishlist",
    security(()),
    params(SharedQuery),
    responses((status = 200, description = "The wishlist", body = SharedWishlist), web::Problems),
)]
pub(crate) async fn get_shared_wishlist(
    State(app): State<App>,
    ValidQuery(query): ValidQuery<SharedQuery>,
) -> Result<impl IntoResponse, Problem> {
    let list = ("/wishlists/shared", &query.token);
    let (paging, after) = Paging::open(&app, list, query.limit, query.cursor.as_deref()).await?;
    let Shared { name, items } = shared(app.ctx(), &query.token, after, paging.rows()).await?;
    let page: Page<WishlistItem> = paging.page(items, Item::position)?;
    let seen = SharedWishlist { name, items: page.items, next_cursor: page.next_cursor };
    Ok(([(CACHE_CONTROL, "private, no-store")], Json(seen)))
}
