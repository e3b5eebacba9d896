//! Listings, their calendars, and the search for them.

mod archive;
mod calendar;
mod change;
mod create;
mod publish;
mod read;
mod said;
mod search;
mod staff;
pub(crate) mod stay;

use domain::ids::{PropertyId, UserId};
use domain::listing::{Address, Amenity, ListingTerms, Location, PropertyKind};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::db::DbError;
use crate::photos::ReadyPhoto;

pub use archive::{Archived, archive};
pub use calendar::{CalendarFacts, Changed, NightChange, Occupancy, calendar, calendars, change_calendar};
pub use change::change;
pub use create::{by_source, create};
pub use publish::{HostAccount, PublicationState, publication_state, publish, unpublish};
pub use read::{find, find_many, list_of_host};
pub use said::Said;
pub use search::{
    Area, Cluster, FACETED, Found, Order, Position, SearchQuery, StayFound, clusters, facets, rank_facts,
    search,
};
pub use staff::{Verdict, judge};
pub use stay::{StayFacts, stay_facts};

/// Where a listing is in its life.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PropertyState {
    /// Being written; only its host sees it.
    Draft,
    /// On the market.
    Published,
    /// Taken off the market by its host; may come back.
    Unlisted,
    /// Taken off the market for good.
    Archived,
}

/// What a host says of a listing.
#[derive(Clone, Debug)]
pub struct Listing {
    /// Its name.
    pub title: String,
    /// Its description; may be empty.
    pub description: String,
    /// What kind of place it is.
    pub kind: PropertyKind,
    /// Where it is.
    pub location: Location,
    /// The postal address.
    pub address: Address,
    /// How many bedrooms.
    pub bedrooms: u8,
    /// How many beds.
    pub beds: u8,
    /// Bathrooms in halves: 3 is one and a half.
    pub bathrooms_x2: u8,
    /// What it has.
    pub amenities: Vec<Amenity>,
    /// All that price and rules need. A nightly price of nothing means that there is none yet.
    pub terms: ListingTerms,
}

/// A listing as it is stored.
#[derive(Clone, Debug)]
pub struct Property {
    /// Which one.
    pub id: PropertyId,
    /// Whose it is.
    pub host_id: UserId,
    /// Where it is in its life.
    pub state: PropertyState,
    /// What its host says of it.
    pub listing: Listing,
    /// How many interchangeable units it has.
    pub units: u16,
    /// The host's name for it in the system it was imported from.
    pub source_ref: Option<String>,
    /// The sum of the overall ratings that count.
    pub rating_sum: i64,
    /// How many ratings count.
    pub rating_count: i64,
    /// Its photos that may be shown, in their order.
    pub photos: Vec<ReadyPhoto>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was changed last.
    pub updated_at: Timestamp,
    /// When it was published first.
    pub published_at: Option<Timestamp>,
    /// Since when the staff keeps it off the market.
    pub barred_at: Option<Timestamp>,
    /// Grows with every change by its host or the staff.
    pub version: i64,
    /// Grows with every change that strangers may see: also of its photos and ratings.
    pub revision: i64,
    /// Whether the viewer may know the exact place: the host, the co-hosts, and guests with a confirmed booking.
    pub exact: bool,
}

/// What is written of a listing, as one parameter.
#[derive(Serialize)]
struct Columns<'a> {
    title: &'a str,
    description: &'a str,
    kind: PropertyKind,
    latitude_e6: i32,
    longitude_e6: i32,
    address: &'a Address,
    time_zone: &'a str,
    capacity: u8,
    bedrooms: u8,
    beds: u8,
    bathrooms_x2: u8,
    amenities: &'a [Amenity],
    currency: &'static str,
    nightly_price: Option<i64>,
    terms: &'a ListingTerms,
    booking_mode: &'static str,
    cancellation_policy: &'static str,
    check_in_time: String,
    check_out_time: String,
    min_nights: u16,
    max_nights: u16,
    preparation_nights: u8,
}

impl<'a> Columns<'a> {
    fn of(listing: &'a Listing) -> Self {
        let terms = &listing.terms;
        Self {
            title: &listing.title,
            description: &listing.description,
            kind: listing.kind,
            latitude_e6: listing.location.lat_e6(),
            longitude_e6: listing.location.lon_e6(),
            address: &listing.address,
            time_zone: terms.zone.name(),
            capacity: terms.capacity.get(),
            bedrooms: listing.bedrooms,
            beds: listing.beds,
            bathrooms_x2: listing.bathrooms_x2,
            amenities: &listing.amenities,
            currency: terms.currency.code(),
            nightly_price: Some(terms.nightly_price.amount()).filter(|amount| *amount > 0),
            terms,
            booking_mode: terms.booking_mode.code(),
            cancellation_policy: terms.cancellation_policy.code(),
            check_in_time: terms.check_in_time.to_string(),
            check_out_time: terms.check_out_time.to_string(),
            min_nights: terms.rules.min_nights,
            max_nights: terms.rules.max_nights,
            preparation_nights: terms.rules.preparation_nights,
        }
    }
}

type Result<T> = std::result::Result<T, DbError>;
