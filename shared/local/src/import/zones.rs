//! Time zones by coordinates.

use std::sync::LazyLock;

use domain::dates::Zone;
use domain::listing::Location;
use tzf_rs::EmbeddedFinder;

/// Opening the map takes some tenths of a second in an unoptimised build.
static MAP: LazyLock<EmbeddedFinder> = LazyLock::new(EmbeddedFinder::new);

/// The time zone that is kept at `point`; on the high seas the nautical one.
pub(super) fn at(point: Location) -> Option<Zone> {
    MAP.get_tz_name(point.lon_degrees(), point.lat_degrees()).parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_have_their_zones() {
        for (lat, lon, name) in [
            ("38.9", "-77.03", "America/New_York"),
            ("48.85", "2.35", "Europe/Paris"),
            ("-37.81", "144.96", "Australia/Melbourne"),
            ("0", "-30", "Etc/GMT+2"),
            ("90", "180", "Etc/GMT-12"),
            ("-90", "-180", "Antarctica/McMurdo"),
        ] {
            let zone = at(Location::from_text(lat, lon).unwrap());
            assert_eq!(zone.as_ref().map(Zone::name), Some(name), "{lat} {lon}");
        }
    }
}
