//! What is done about a row that is not as it should be.

/// A value that is named and put right; the row is taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Mend {
    TitleMissing,
    TitleCleaned,
    TitleShortened,
    DescriptionMarkup,
    DescriptionCleaned,
    DescriptionShortened,
    KindUnknown,
    CapacityCapped,
    BedroomsUnknown,
    BedroomsCapped,
    BedsUnknown,
    BedsCapped,
    BathroomsUnknown,
    BathroomsRounded,
    BathroomsCapped,
    AmenitiesUnreadable,
    AmenityDropped,
    AmenitiesCapped,
    PriceRounded,
    MinNightsUnknown,
    MaxNightsUnknown,
    MaxNightsCapped,
    MaxNightsRaised,
    BookingModeUnknown,
}

impl Mend {
    /// The stable code and what was done.
    pub(crate) const fn told(self) -> (&'static str, &'static str) {
        match self {
            Self::TitleMissing => ("title_missing", "called by its type"),
            Self::TitleCleaned => ("title_cleaned", "markup, line breaks or control characters taken out"),
            Self::TitleShortened => ("title_shortened", "cut to 200 characters"),
            Self::DescriptionMarkup => ("description_markup", "HTML turned into plain text"),
            Self::DescriptionCleaned => ("description_cleaned", "control characters taken out"),
            Self::DescriptionShortened => ("description_shortened", "cut to 10,000 characters"),
            Self::KindUnknown => ("kind_unknown", "listed as other"),
            Self::CapacityCapped => ("capacity_capped", "lowered to 50 guests"),
            Self::BedroomsUnknown => ("bedrooms_unknown", "taken as 1"),
            Self::BedroomsCapped => ("bedrooms_capped", "lowered to 50"),
            Self::BedsUnknown => ("beds_unknown", "taken as one for each bedroom, at least 1"),
            Self::BedsCapped => ("beds_capped", "lowered to 100"),
            Self::BathroomsUnknown => ("bathrooms_unknown", "taken as 1"),
            Self::BathroomsRounded => ("bathrooms_rounded", "rounded to halves"),
            Self::BathroomsCapped => ("bathrooms_capped", "lowered to 50"),
            Self::AmenitiesUnreadable => ("amenities_unreadable", "left out"),
            Self::AmenityDropped => ("amenity_dropped", "without a Latin letter or digit, left out"),
            Self::AmenitiesCapped => ("amenities_capped", "those beyond the limit left out"),
            Self::PriceRounded => ("price_rounded", "rounded to the currency's minor unit"),
            Self::MinNightsUnknown => ("min_nights_unknown", "taken as 1"),
            Self::MaxNightsUnknown => ("max_nights_unknown", "taken as 365"),
            Self::MaxNightsCapped => ("max_nights_capped", "lowered to 365"),
            Self::MaxNightsRaised => ("max_nights_raised", "was below the minimum, raised to it"),
            Self::BookingModeUnknown => ("booking_mode_unknown", "taken as on request"),
        }
    }
}

/// Why a row is not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Rejection {
    RowUnreadable,
    IdMissing,
    IdInvalid,
    IdDuplicate,
    TextRefused,
    CapacityUnknown,
    LocationInvalid,
    TimeZoneUnknown,
    CityUnknown,
    MinNightsTooMany,
}

impl Rejection {
    /// The stable code and what is wrong.
    pub(crate) const fn told(self) -> (&'static str, &'static str) {
        match self {
            Self::RowUnreadable => ("row_unreadable", "not UTF-8, or not as many cells as the head"),
            Self::IdMissing => ("id_missing", "nothing to know it by"),
            Self::IdInvalid => ("id_invalid", "an id has 1 to 100 printable ASCII characters"),
            Self::IdDuplicate => ("id_duplicate", "an earlier row has this id"),
            Self::TextRefused => ("text_refused", "neither name nor type can be a title"),
            Self::CapacityUnknown => ("capacity_unknown", "it takes no guests, or does not say how many"),
            Self::LocationInvalid => ("location_invalid", "the coordinates are no place on Earth"),
            Self::TimeZoneUnknown => ("time_zone_unknown", "no time zone is known there"),
            Self::CityUnknown => ("city_unknown", "give --city and --country"),
            Self::MinNightsTooMany => ("min_nights_too_many", "stays are at most 365 nights"),
        }
    }
}

/// Why a listing stays a draft.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Unready {
    PriceMissing,
    PriceUnreadable,
    PriceOutOfRange,
    NotAsked,
}

impl Unready {
    /// The stable code and what is the matter.
    pub(crate) const fn told(self) -> (&'static str, &'static str) {
        match self {
            Self::PriceMissing => ("price_missing", "the row has no price"),
            Self::PriceUnreadable => ("price_unreadable", "the price is no amount"),
            Self::PriceOutOfRange => ("price_out_of_range", "the price is nothing, or beyond a billion"),
            Self::NotAsked => ("not_asked", "publishing was not asked for"),
        }
    }
}
