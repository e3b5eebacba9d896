//! From a row to the listing that is asked for: what is odd is mended or the row is rejected, each by name.

use std::collections::HashSet;

use domain::cancellation::CancellationPolicyCode;
use domain::dates::{MAX_NIGHTS, TimeOfDay};
use domain::listing::{Address, Amenity, BookingMode, Capacity, Location, PropertyKind};
use domain::money::{Currency, Money};

use super::reason::{Mend, Rejection, Unready};
use super::request::{Halves, NewProperty, Place};
use super::row::Row;
use super::{numbers, places, text, zones};

/// The most bedrooms, beds, half bathrooms and amenities of a listing.
const MAX_BEDROOMS: u8 = 50;
const MAX_BEDS: u8 = 100;
const MAX_BATHROOMS_E2: u64 = 5_000;
const MAX_AMENITIES: usize = 100;

/// What the file does not say and the one who imports it decides.
#[derive(Clone, Debug)]
pub(crate) struct Choices {
    /// The currency of the prices.
    pub currency: Currency,
    /// The cancellation policy of every listing.
    pub policy: CancellationPolicyCode,
    /// The address of every listing; without one, that of a known city around the place.
    pub address: Option<Address>,
    /// Whether listings with a price are published.
    pub publish: bool,
}

/// A listing that is asked for.
#[derive(Debug)]
pub(crate) struct Plan {
    /// The request.
    pub request: NewProperty,
    /// What was mended, each once.
    pub mended: Vec<Mend>,
    /// Why it is to stay a draft, if it is.
    pub unready: Option<Unready>,
}

/// Plans one row after another.
pub(crate) struct Planner {
    choices: Choices,
    planned: HashSet<String>,
}

impl Planner {
    /// A planner that has seen no row.
    pub(crate) fn new(choices: Choices) -> Self {
        Self { choices, planned: HashSet::new() }
    }

    /// The listing that `row` asks for. Of rows with the same id the first that is good counts.
    pub(crate) fn plan(&mut self, row: &Row) -> Result<Plan, Rejection> {
        let id = id(&row.id)?;
        if self.planned.contains(id) {
            return Err(Rejection::IdDuplicate);
        }
        let mut mended = Vec::new();
        let (request, unready) = self.request(id, row, &mut mended)?;
        self.planned.insert(id.to_owned());
        Ok(Plan { request, mended, unready })
    }

    fn request(
        &self,
        id: &str,
        row: &Row,
        mended: &mut Vec<Mend>,
    ) -> Result<(NewProperty, Option<Unready>), Rejection> {
        let capacity = capacity(&row.accommodates, mended)?;
        let location = self.place(row)?;
        let (min_nights, max_nights) = nights(row, mended)?;
        let bedrooms = bedrooms(&row.bedrooms, mended);
        let (nightly_price, unready) = self.price(&row.price, mended);
        let fallbacks = [row.property_type.as_str(), row.room_type.as_str()];
        let request = NewProperty {
            source_ref: id.to_owned(),
            title: text::title(&row.name, fallbacks, mended).ok_or(Rejection::TextRefused)?,
            description: text::description(&row.description, mended).ok_or(Rejection::TextRefused)?,
            kind: kind(row, mended),
            location,
            capacity,
            bedrooms,
            beds: beds(&row.beds, bedrooms, mended),
            bathrooms: bathrooms(row, mended),
            amenities: amenities(&row.amenities, mended),
            currency: self.choices.currency,
            nightly_price,
            booking_mode: booking_mode(&row.instant_bookable, mended),
            cancellation_policy: self.choices.policy,
            check_in_time: TimeOfDay::DEFAULT_CHECK_IN,
            check_out_time: TimeOfDay::DEFAULT_CHECK_OUT,
            min_nights,
            max_nights,
        };
        Ok((request, unready))
    }

    fn place(&self, row: &Row) -> Result<Place, Rejection> {
        let point = Location::from_text(row.latitude.trim(), row.longitude.trim())
            .map_err(|_| Rejection::LocationInvalid)?;
        let time_zone = zones::at(point).ok_or(Rejection::TimeZoneUnknown)?;
        let address = match &self.choices.address {
            Some(address) => address.clone(),
            None => places::around(point).ok_or(Rejection::CityUnknown)?,
        };
        Ok(Place { lat: point.lat_degrees(), lon: point.lon_degrees(), address, time_zone })
    }

    fn price(&self, cell: &str, mended: &mut Vec<Mend>) -> (Option<Money>, Option<Unready>) {
        match numbers::price(cell, self.choices.currency) {
            Ok((price, rounded)) => {
                if rounded {
                    mended.push(Mend::PriceRounded);
                }
                (Some(price), (!self.choices.publish).then_some(Unready::NotAsked))
            }
            Err(unready) => (None, Some(unready)),
        }
    }
}

fn id(cell: &str) -> Result<&str, Rejection> {
    match cell.trim() {
        "" => Err(Rejection::IdMissing),
        // It goes into a header as part of the idempotency key.
        id if id.len() > 100 || !id.bytes().all(|byte| byte.is_ascii_graphic()) => Err(Rejection::IdInvalid),
        id => Ok(id),
    }
}

fn capacity(cell: &str, mended: &mut Vec<Mend>) -> Result<Capacity, Rejection> {
    let people = numbers::whole(cell).ok_or(Rejection::CapacityUnknown)?;
    let capped = capped(people, Capacity::MAX, Mend::CapacityCapped, mended);
    Capacity::try_from(capped).map_err(|_| Rejection::CapacityUnknown)
}

fn kind(row: &Row, mended: &mut Vec<Mend>) -> PropertyKind {
    let kind = PropertyKind::from_free_text(&row.property_type);
    if kind != PropertyKind::Other {
        return kind;
    }
    // Of a type that is not known, at least whether it is a room; "Entire home/apt" says no more than "other".
    let room = PropertyKind::from_free_text(&row.room_type);
    if matches!(room, PropertyKind::PrivateRoom | PropertyKind::SharedRoom | PropertyKind::HotelRoom) {
        return room;
    }
    mended.push(Mend::KindUnknown);
    PropertyKind::Other
}

fn bedrooms(cell: &str, mended: &mut Vec<Mend>) -> u8 {
    let Some(bedrooms) = numbers::whole(cell) else {
        mended.push(Mend::BedroomsUnknown);
        return 1;
    };
    capped(bedrooms, MAX_BEDROOMS, Mend::BedroomsCapped, mended)
}

fn beds(cell: &str, bedrooms: u8, mended: &mut Vec<Mend>) -> u8 {
    let Some(beds) = numbers::whole(cell) else {
        mended.push(Mend::BedsUnknown);
        return bedrooms.max(1);
    };
    capped(beds, MAX_BEDS, Mend::BedsCapped, mended)
}

/// The text counts, since the column of numbers is empty in older files and wherever a price is missing.
fn bathrooms(row: &Row, mended: &mut Vec<Mend>) -> Halves {
    let read = numbers::bathrooms_e2(&row.bathrooms_text).or_else(|| numbers::bathrooms_e2(&row.bathrooms));
    let Some(e2) = read else {
        mended.push(Mend::BathroomsUnknown);
        return Halves(2);
    };
    if e2 > MAX_BATHROOMS_E2 {
        mended.push(Mend::BathroomsCapped);
    } else if !e2.is_multiple_of(50) {
        mended.push(Mend::BathroomsRounded);
    }
    let halves = (e2.min(MAX_BATHROOMS_E2) + 25) / 50;
    Halves(u8::try_from(halves).unwrap_or(u8::MAX))
}

/// The codes for an array of free text, each once, in the order of the file.
fn amenities(cell: &str, mended: &mut Vec<Mend>) -> Vec<Amenity> {
    let texts: Vec<String> = match cell.trim() {
        "" => Vec::new(),
        json => serde_json::from_str(json).unwrap_or_else(|_| {
            mended.push(Mend::AmenitiesUnreadable);
            Vec::new()
        }),
    };
    let read: Vec<Amenity> = texts.iter().filter_map(|text| Amenity::from_free_text(text)).collect();
    if read.len() < texts.len() {
        mended.push(Mend::AmenityDropped);
    }
    let mut seen = HashSet::new();
    let mut codes: Vec<Amenity> = read.into_iter().filter(|code| seen.insert(code.clone())).collect();
    if codes.len() > MAX_AMENITIES {
        mended.push(Mend::AmenitiesCapped);
        codes.truncate(MAX_AMENITIES);
    }
    codes
}

fn booking_mode(cell: &str, mended: &mut Vec<Mend>) -> BookingMode {
    match cell.trim() {
        "t" => BookingMode::Instant,
        "f" => BookingMode::Request,
        _ => {
            mended.push(Mend::BookingModeUnknown);
            BookingMode::Request
        }
    }
}

/// The shortest and the longest stay.
///
/// The minimum is what a host means (it often keeps a law), so it is never lowered: the maximum gives way.
fn nights(row: &Row, mended: &mut Vec<Mend>) -> Result<(u16, u16), Rejection> {
    let limit = u64::from(MAX_NIGHTS);
    let mut read = |cell: &str, default: u64, mend: Mend| {
        numbers::whole(cell).filter(|nights| *nights > 0).unwrap_or_else(|| {
            mended.push(mend);
            default
        })
    };
    let min = read(&row.minimum_nights, 1, Mend::MinNightsUnknown);
    let mut max = read(&row.maximum_nights, limit, Mend::MaxNightsUnknown);
    if min > limit {
        return Err(Rejection::MinNightsTooMany);
    }
    if max > limit {
        mended.push(Mend::MaxNightsCapped);
        max = limit;
    }
    if max < min {
        mended.push(Mend::MaxNightsRaised);
        max = min;
    }
    let narrow = |nights: u64| u16::try_from(nights).unwrap_or(MAX_NIGHTS);
    Ok((narrow(min), narrow(max)))
}

/// At most `limit`; a number above it is mended.
fn capped(number: u64, limit: u8, mend: Mend, mended: &mut Vec<Mend>) -> u8 {
    match u8::try_from(number) {
        Ok(number) if number <= limit => number,
        _ => {
            mended.push(mend);
            limit
        }
    }
}

#[cfg(test)]
mod tests;
