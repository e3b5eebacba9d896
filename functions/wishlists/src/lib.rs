//! Wishlists over HTTP.

mod dto;
mod items;
mod lists;
mod share;

use domain::messages::Topic;
use web::App;

/// The queues that this function sends to: none.
pub const TOPICS: &[Topic] = &[];

web::operations! {
    App;
    lists::list_wishlists,
    lists::create_wishlist,
    lists::get_wishlist,
    lists::rename_wishlist,
    lists::delete_wishlist,
    items::list_wishlist_items,
    items::add_wishlist_item,
    items::remove_wishlist_item,
    share::share_wishlist,
    share::unshare_wishlist,
    share::get_shared_wishlist,
}
