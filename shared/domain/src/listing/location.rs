//! Where on Earth.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::invalid::Invalid;

/// A point in WGS 84, in whole microdegrees (some 11 cm): equal places are equal, and no float is stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "Microdegrees", into = "Microdegrees")]
pub struct Location(Microdegrees);

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Microdegrees {
    lat_e6: i32,
    lon_e6: i32,
}

impl Location {
    const MAX_LAT: i32 = 90_000_000;
    const MAX_LON: i32 = 180_000_000;

    /// A point by microdegrees: latitude from -90,000,000 (south) to 90,000,000, longitude from -180,000,000 (west) to
    /// 180,000,000.
    pub fn from_e6(lat_e6: i32, lon_e6: i32) -> Result<Self, Invalid> {
        Microdegrees { lat_e6, lon_e6 }.try_into()
    }

    /// A point by decimal degrees in text, such as `38.8977` and `-77.0365`; further digits are rounded.
    pub fn from_text(lat: &str, lon: &str) -> Result<Self, Invalid> {
        let read = |text| read_e6(text).ok_or_else(out_of_range);
        Self::from_e6(read(lat)?, read(lon)?)
    }

    /// A point by degrees as JSON has them, rounded to microdegrees.
    pub fn from_degrees(lat: f64, lon: f64) -> Result<Self, Invalid> {
        // Through text: exact rounding without a cast, and what is no number does not parse.
        Self::from_text(&format!("{lat:.6}"), &format!("{lon:.6}"))
    }

    /// The latitude in microdegrees, north positive.
    pub const fn lat_e6(self) -> i32 {
        self.0.lat_e6
    }

    /// The longitude in microdegrees, east positive.
    pub const fn lon_e6(self) -> i32 {
        self.0.lon_e6
    }

    /// The latitude in degrees, for the edge.
    pub fn lat_degrees(self) -> f64 {
        f64::from(self.0.lat_e6) / 1e6
    }

    /// The longitude in degrees, for the edge.
    pub fn lon_degrees(self) -> f64 {
        f64::from(self.0.lon_e6) / 1e6
    }

    /// The middle of the square of 0.01 degrees (up to 1.1 km) that the point lies in: what a stranger may know.
    ///
    /// Always the same for the same point, so that asking again reveals nothing more.
    #[must_use]
    pub fn coarse(self) -> Self {
        let middle = |e6: i32| e6.div_euclid(10_000) * 10_000 + 5_000;
        Self(Microdegrees {
            lat_e6: middle(self.0.lat_e6).min(Self::MAX_LAT),
            lon_e6: middle(self.0.lon_e6).min(Self::MAX_LON),
        })
    }
}

fn out_of_range() -> Invalid {
    Invalid::new(
        "invalid_location",
        "Give a latitude from -90 to 90 and a longitude from -180 to 180 degrees.",
    )
}

/// Reads decimal degrees as microdegrees, rounding the seventh digit, a half away from zero.
fn read_e6(text: &str) -> Option<i32> {
    let (negative, digits) = text.strip_prefix('-').map_or((false, text), |rest| (true, rest));
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, "0"));
    let is_number = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    if !is_number(whole) || !is_number(fraction) || whole.len() > 3 {
        return None;
    }
    let seven: i32 = format!("{fraction:0<7}").get(..7)?.parse().ok()?;
    let e6 = whole.parse::<i32>().ok()? * 1_000_000 + (seven + 5) / 10;
    Some(if negative { -e6 } else { e6 })
}

impl TryFrom<Microdegrees> for Location {
    type Error = Invalid;

    fn try_from(point: Microdegrees) -> Result<Self, Self::Error> {
        let inside = (-Self::MAX_LAT..=Self::MAX_LAT).contains(&point.lat_e6)
            && (-Self::MAX_LON..=Self::MAX_LON).contains(&point.lon_e6);
        if inside { Ok(Self(point)) } else { Err(out_of_range()) }
    }
}

impl From<Location> for Microdegrees {
    fn from(location: Location) -> Self {
        location.0
    }
}

/// Decimal degrees: `38.897700,-77.036500`.
impl fmt::Display for Location {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let part = |e6: i32| {
            let sign = if e6 < 0 { "-" } else { "" };
            format!("{sign}{}.{:06}", e6.unsigned_abs() / 1_000_000, e6.unsigned_abs() % 1_000_000)
        };
        write!(formatter, "{},{}", part(self.0.lat_e6), part(self.0.lon_e6))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn e6(lat: &str, lon: &str) -> Option<(i32, i32)> {
        Location::from_text(lat, lon).ok().map(|point| (point.lat_e6(), point.lon_e6()))
    }

    #[test]
    fn text_is_rounded_to_microdegrees() {
        assert_eq!(e6("38.898594221581874", "-77.0365"), Some((38_898_594, -77_036_500)));
        assert_eq!(e6("0.0000005", "-0.0000005"), Some((1, -1)));
        assert_eq!(e6("90", "-180.0"), Some((90_000_000, -180_000_000)));
        assert_eq!(e6("-0", "0"), Some((0, 0)));
        assert_eq!(e6("1.9999999", "0"), Some((2_000_000, 0)));
    }

    #[test]
    fn what_is_no_place_is_refused() {
        for bad in ["", "-", "90.000001", "1e1", "+1", "1.", ".5", "nan", "1,5", "0x1", " 1", "1000"] {
            assert_eq!(e6(bad, "0"), None, "{bad}");
        }
        assert_eq!(e6("0", "180.000001"), None);
        for bad in [f64::NAN, f64::INFINITY, 1e300, 90.1] {
            assert!(Location::from_degrees(bad, 0.0).is_err(), "{bad}");
        }
        assert!(serde_json::from_str::<Location>(r#"{"lat_e6":90000001,"lon_e6":0}"#).is_err());
    }

    #[test]
    fn json_and_text() {
        let point = Location::from_degrees(38.8977, -77.0365).unwrap();
        assert_eq!(serde_json::to_string(&point).unwrap(), r#"{"lat_e6":38897700,"lon_e6":-77036500}"#);
        assert_eq!(point.to_string(), "38.897700,-77.036500");
    }

    proptest! {
        #[test]
        fn degrees_come_back(lat in -90_000_000_i32..=90_000_000, lon in -180_000_000_i32..=180_000_000) {
            let point = Location::from_e6(lat, lon).unwrap();
            prop_assert_eq!(Location::from_degrees(point.lat_degrees(), point.lon_degrees()).unwrap(), point);
        }

        #[test]
        fn coarse_places_are_near_and_stable(lat in -90_000_000_i32..=90_000_000, lon in -180_000_000_i32..=180_000_000) {
            let point = Location::from_e6(lat, lon).unwrap();
            let coarse = point.coarse();
            prop_assert!((coarse.lat_e6() - lat).abs() <= 5_000 && (coarse.lon_e6() - lon).abs() <= 5_000);
            prop_assert!(Location::from_e6(coarse.lat_e6(), coarse.lon_e6()).is_ok());
        }
    }
}
