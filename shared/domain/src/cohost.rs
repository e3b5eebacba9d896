//! What a co-host may do with a listing.

use crate::coded::coded;

coded! {
    /// A part of a host's work that is given to somebody else. Money, the listing's end and its co-hosts stay the host's.
    Permission, "unknown_permission" {
        /// Prices and rules of single nights, blocked nights, promotions.
        Calendar = "calendar",
        /// Words, photos, terms; on and off the market.
        Listing = "listing",
        /// Its bookings: seeing, accepting, declining, changing, cancelling them, arrivals and departures; its messages.
        Bookings = "bookings",
    }
}

coded! {
    /// What a host's work on a listing changes. Of a co-host each is on record, under the co-host's own name.
    Act, "unknown_act" {
        /// Prices, rules and blocks of nights.
        ChangeCalendar = "change_calendar",
        /// A link to the calendar, in place of the one before.
        LinkCalendar = "link_calendar",
        /// The link to the calendar taken back.
        UnlinkCalendar = "unlink_calendar",
        /// A calendar of another platform to be read.
        AddFeed = "add_feed",
        /// Another name or address of such a calendar, on or off.
        ChangeFeed = "change_feed",
        /// Such a calendar read no more.
        RemoveFeed = "remove_feed",
        /// Such a calendar read at once.
        RefreshFeed = "refresh_feed",
        /// A new promotion.
        CreatePromotion = "create_promotion",
        /// A promotion taken back.
        WithdrawPromotion = "withdraw_promotion",
        /// Words and terms.
        ChangeListing = "change_listing",
        /// A photo to be uploaded.
        AnnouncePhoto = "announce_photo",
        /// Another order of photos.
        OrderPhotos = "order_photos",
        /// A photo taken away.
        RemovePhoto = "remove_photo",
        /// On the market.
        Publish = "publish",
        /// Off the market.
        Unpublish = "unpublish",
        /// What is written to its guests by itself.
        ChangeTemplates = "change_templates",
    }
}

impl Act {
    /// What a co-host needs for it.
    pub const fn permission(self) -> Permission {
        match self {
            Self::ChangeCalendar
            | Self::LinkCalendar
            | Self::UnlinkCalendar
            | Self::AddFeed
            | Self::ChangeFeed
            | Self::RemoveFeed
            | Self::RefreshFeed
            | Self::CreatePromotion
            | Self::WithdrawPromotion => Permission::Calendar,
            Self::ChangeListing
            | Self::AnnouncePhoto
            | Self::OrderPhotos
            | Self::RemovePhoto
            | Self::Publish
            | Self::Unpublish => Permission::Listing,
            Self::ChangeTemplates => Permission::Bookings,
        }
    }
}
