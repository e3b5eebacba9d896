//! What hosts choose from for their listings.

use async_graphql::Enum;
use serde::Serialize;

/// What a fee is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum, Serialize)]
#[graphql(remote = "domain::listing::FeeKind")]
#[serde(rename_all = "snake_case")]
pub(crate) enum FeeKind {
    /// For adults and children above the included number.
    ExtraGuest,
    /// For pets.
    Pet,
    /// For linen.
    Linen,
    /// For the use of a resort.
    Resort,
    /// For the service of the house.
    Management,
    /// For the house's other services.
    Community,
}

/// How a fee is reckoned.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum FeeBasis {
    /// Once.
    PerStay,
    /// For each night.
    PerNight,
    /// For each person: for extra guests those above the included number, for pets each pet.
    PerPerson,
    /// For each person and night.
    PerPersonNight,
    /// A share of the nights after discounts.
    Percent,
}

/// How a tax is reckoned.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum TaxBasis {
    /// A share.
    Percent,
    /// For each night.
    Night,
    /// For each guest.
    Guest,
    /// For each guest and night.
    GuestNight,
}

/// What a percent tax is a share of, after discounts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum, Serialize)]
#[graphql(remote = "domain::listing::TaxBase")]
#[serde(rename_all = "snake_case")]
pub(crate) enum TaxBase {
    /// The nights.
    Nights,
    /// The nights and the fees.
    NightsAndFees,
    /// The fees.
    Fees,
}

/// Who hands a tax to the authority.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum, Serialize)]
#[graphql(remote = "domain::listing::TaxCollector")]
#[serde(rename_all = "snake_case")]
pub(crate) enum TaxCollector {
    /// The platform.
    Platform,
    /// The host.
    Host,
}

/// Who pays the platform's service fee.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum, Serialize)]
#[graphql(remote = "web::dto::listing::FeeModelCode")]
#[serde(rename_all = "snake_case")]
pub(crate) enum FeeModel {
    /// The guest pays 14 % on top, the host 3 %.
    Split,
    /// The host pays 15.5 %.
    HostOnly,
}

/// What a co-host may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "domain::cohost::Permission")]
pub(crate) enum CohostPermission {
    /// Prices and rules of single nights, blocked nights, promotions.
    Calendar,
    /// Words, photos, terms; on and off the market.
    Listing,
    /// Its bookings: seeing, accepting, declining, changing, cancelling them, arrivals and departures; its messages.
    Bookings,
}

/// The kinds of files that are taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum, Serialize)]
pub(crate) enum PhotoType {
    /// `image/jpeg`.
    #[serde(rename = "image/jpeg")]
    Jpeg,
    /// `image/png`.
    #[serde(rename = "image/png")]
    Png,
    /// `image/webp`.
    #[serde(rename = "image/webp")]
    Webp,
}

/// Where a photo is in its life.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "store::photos::PhotoState")]
pub(crate) enum PhotoState {
    /// It is not uploaded yet, or being looked at.
    AwaitingUpload,
    /// It is clean and shown.
    Ready,
    /// It could not be used.
    Rejected,
    /// It was taken away.
    Deleted,
}

/// A part of a listing's rank.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "domain::ranking::Part")]
pub(crate) enum RankPart {
    /// What guests gave it.
    Rating,
    /// How many rated it.
    RatingCount,
    /// How much its description says.
    Description,
    /// How much it has.
    Amenities,
    /// Whether it is booked at once.
    InstantBooking,
    /// What a cancellation gives back.
    Cancellation,
    /// How well the words match that are looked for.
    Words,
}
