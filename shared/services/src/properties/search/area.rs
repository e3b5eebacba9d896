//! Areas on the Earth's surface.

use domain::invalid::Invalid;
use domain::listing::Location;
use store::properties::Area;

/// The Earth's mean radius (IUGG), in metres.
const EARTH_RADIUS_M: f64 = 6_371_008.8;
/// Half the Earth's circumference, rounded up: nothing is farther.
const FARTHEST_M: u32 = 20_015_200;

/// Where to look, as people say it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Place {
    /// Everything within so many metres of a point.
    Around {
        /// The point.
        center: Location,
        /// The radius in metres.
        radius_m: u32,
    },
    /// Everything between two parallels and two meridians.
    Within {
        /// The south-western corner.
        south_west: Location,
        /// The north-eastern corner. Its longitude may be the smaller one: then the box crosses the date line.
        north_east: Location,
    },
}

impl Place {
    /// The area to search. Refuses a box whose south lies north of its north.
    pub fn area(self) -> Result<Area, Invalid> {
        match self {
            Self::Around { center, radius_m } => {
                Ok(Area { center, reach_m: radius_m, round: true, bounds: None })
            }
            Self::Within { south_west, north_east } => within(south_west, north_east),
        }
    }
}

fn within(south_west: Location, north_east: Location) -> Result<Area, Invalid> {
    let (south, west) = (south_west.lat_e6(), south_west.lon_e6());
    let (north, east) = (north_east.lat_e6(), north_east.lon_e6());
    if south > north {
        return Err(Invalid::new("invalid_location", "Give the box as west,south,east,north."));
    }
    let width = if west <= east { east - west } else { east - west + 360_000_000 };
    let middle_lon = match west + width / 2 {
        beyond if beyond > 180_000_000 => beyond - 360_000_000,
        lon => lon,
    };
    let center = Location::from_e6(south + (north - south) / 2, middle_lon)?;
    let reach_m = reach_of_box(south, north, width);
    Ok(Area { center, reach_m, round: false, bounds: Some([south, west, north, east]) })
}

/// A distance that no point of the box exceeds from its middle: along the meridian to the point's parallel, then along
/// the longest of the parallels.
fn reach_of_box(south: i32, north: i32, width: i32) -> u32 {
    let radians = |e6: i32| (f64::from(e6) / 1e6).to_radians();
    let nearest_equator = if south <= 0 && north >= 0 { 0 } else { south.abs().min(north.abs()) };
    let up = EARTH_RADIUS_M * radians(north - south) / 2.0;
    let across = EARTH_RADIUS_M * radians(width) / 2.0 * radians(nearest_equator).cos();
    let reach = (up + across).ceil() + 1.0;
    if reach >= f64::from(FARTHEST_M) {
        return FARTHEST_M;
    }
    // Between 1 and FARTHEST_M here.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "the range is checked above")]
    let reach = reach as u32;
    reach
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(lat: f64, lon: f64) -> Location {
        Location::from_degrees(lat, lon).unwrap()
    }

    /// By the haversine.
    fn distance_m(from: Location, to: Location) -> f64 {
        let (lat, other) = (from.lat_degrees().to_radians(), to.lat_degrees().to_radians());
        let lon = (to.lon_degrees() - from.lon_degrees()).to_radians();
        let half = ((other - lat) / 2.0).sin().powi(2) + lat.cos() * other.cos() * (lon / 2.0).sin().powi(2);
        2.0 * EARTH_RADIUS_M * half.sqrt().min(1.0).asin()
    }

    fn boxed(south_west: Location, north_east: Location) -> Area {
        Place::Within { south_west, north_east }.area().unwrap()
    }

    #[test]
    fn no_corner_is_out_of_reach() {
        for (south, west, north, east) in [
            (38.8, -77.1, 39.0, -76.9),
            (-1.0, -1.0, 2.0, 1.5),
            (60.0, 10.0, 71.0, 30.0),
            (-47.0, 166.0, -34.0, 179.0),
            (-20.0, 170.0, -10.0, -170.0),
            (-90.0, -180.0, 90.0, 180.0),
        ] {
            let area = boxed(at(south, west), at(north, east));
            for corner in [at(south, west), at(south, east), at(north, west), at(north, east)] {
                let distance = distance_m(area.center, corner);
                assert!(distance <= f64::from(area.reach_m), "{distance} {area:?}");
            }
        }
    }

    #[test]
    fn a_box_across_the_date_line_has_its_middle_there() {
        let area = boxed(at(-20.0, 170.0), at(-10.0, -160.0));
        assert_eq!(area.center, at(-15.0, -175.0));
        assert_eq!(area.bounds, Some([-20_000_000, 170_000_000, -10_000_000, -160_000_000]));
    }

    #[test]
    fn a_box_upside_down_is_refused() {
        let place = Place::Within { south_west: at(2.0, 0.0), north_east: at(1.0, 1.0) };
        assert_eq!(place.area().unwrap_err().code, "invalid_location");
    }

    #[test]
    fn a_city_is_reached_not_much_beyond() {
        let area = boxed(at(38.8, -77.1), at(39.0, -76.9));
        assert!((15_000..25_000).contains(&area.reach_m), "{}", area.reach_m);
    }
}
