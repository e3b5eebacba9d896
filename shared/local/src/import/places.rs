//! Cities whose listings need no flag to say where they are.

use domain::listing::{Address, Location};

/// A box around a city, in microdegrees, and what its addresses end in.
struct Known {
    lat_e6: std::ops::RangeInclusive<i32>,
    lon_e6: std::ops::RangeInclusive<i32>,
    city: &'static str,
    region: &'static str,
    country: &'static str,
}

/// The District of Columbia, by its outermost corners.
const CITIES: &[Known] = &[Known {
    lat_e6: 38_791_000..=38_996_000,
    lon_e6: -77_120_000..=-76_909_000,
    city: "Washington",
    region: "District of Columbia",
    country: "US",
}];

/// The address, without a street, of a known city that `point` lies in.
pub(super) fn around(point: Location) -> Option<Address> {
    let known = CITIES
        .iter()
        .find(|known| known.lat_e6.contains(&point.lat_e6()) && known.lon_e6.contains(&point.lon_e6()))?;
    address(known.city, Some(known.region), known.country.parse().ok()?)
}

/// An address without a street; `None` when a name is no line of 1 to 100 characters.
pub(super) fn address(
    city: &str,
    region: Option<&str>,
    country: domain::listing::Country,
) -> Option<Address> {
    Some(Address {
        line1: None,
        line2: None,
        city: city.parse().ok()?,
        region: region.map(str::parse).transpose().ok()?,
        postal_code: None,
        country,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_box_has_an_end() {
        let city =
            |lat, lon| around(Location::from_e6(lat, lon).unwrap()).map(|address| address.city.to_string());
        assert_eq!(city(38_900_000, -77_000_000).as_deref(), Some("Washington"));
        assert_eq!(city(39_290_000, -76_610_000), None);
        assert_eq!(city(38_900_000, 77_000_000), None);
    }
}
