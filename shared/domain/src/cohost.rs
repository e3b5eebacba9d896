//! What a co-host may do with a listing.

use crate::coded::coded;

coded! {
    /// A part of a host's work that is given to somebody else. Money, the listing's end and its co-hosts stay the host's.
    Permission, "unknown_permission" {
        /// Prices and rules of single nights, blocked nights, promotions.
        Calendar = "calendar",
        /// Words, photos, terms; on and off the market.
        Listing = "listing",
    }
}
