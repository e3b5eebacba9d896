//! Shapes that several operations share.

use domain::conversation::ListName;
use domain::invalid::Invalid;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;
use web::Problem;
use web::dto::MoneyDto;

/// A name.
#[derive(Debug, Deserialize, garde::Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"name": "By the sea"}))]
pub(crate) struct WishlistName {
    /// What the list is called; whoever has its link reads it.
    #[garde(length(chars, min = 1, max = 80))]
    #[schema(min_length = 1, max_length = 80)]
    name: String,
}

impl WishlistName {
    pub(crate) fn parse(&self) -> Result<ListName, Problem> {
        self.name.parse().map_err(|invalid: Invalid| invalid.refuse("/name").into())
    }
}

/// Listings that you want to find again.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Wishlist {
    /// Which one.
    pub(crate) id: Uuid,
    /// What it is called.
    #[schema(min_length = 1, max_length = 80)]
    name: String,
    /// How many listings are in it.
    #[schema(maximum = 200)]
    item_count: u32,
    /// Whether a link to it is out.
    is_shared: bool,
    /// When it was made.
    created_at: Timestamp,
    /// When its name, its link or its listings were changed last.
    updated_at: Timestamp,
}

impl From<store::wishlists::Wishlist> for Wishlist {
    fn from(list: store::wishlists::Wishlist) -> Self {
        Self {
            id: list.id.into(),
            name: list.name,
            item_count: list.item_count,
            is_shared: list.is_shared,
            created_at: list.created_at,
            updated_at: list.updated_at,
        }
    }
}

/// A listing of a wishlist.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct WishlistItem {
    /// The listing.
    property_id: Uuid,
    /// When it was added.
    added_at: Timestamp,
    /// What everybody may know of it; `null` while it is off the market.
    property: Option<WishedProperty>,
}

/// What everybody may know of a listing, in short.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct WishedProperty {
    /// Its name.
    #[schema(max_length = 200)]
    title: String,
    /// What kind of place it is.
    #[schema(max_length = 40, example = "house")]
    kind: String,
    /// Town or city.
    #[schema(max_length = 200)]
    city: String,
    /// ISO 3166-1 alpha-2.
    #[schema(pattern = "^[A-Z]{2}$")]
    country: String,
    /// How many adults and children it takes.
    #[schema(minimum = 1, maximum = 50)]
    capacity: u8,
    /// The price of a night for which nothing else is said.
    #[schema(value_type = MoneyDto)]
    nightly_price: domain::money::Money,
}

impl From<store::wishlists::Item> for WishlistItem {
    fn from(item: store::wishlists::Item) -> Self {
        let property = item.place.map(|place| WishedProperty {
            title: place.title,
            kind: place.kind,
            city: place.city,
            country: place.country,
            capacity: place.capacity,
            nightly_price: place.nightly_price,
        });
        Self { property_id: item.property_id.into(), added_at: item.added_at, property }
    }
}
