//! Dated versions of the API.
//!
//! A client may ask for one by the header `Api-Version`; whoever asks for none gets the present one. A version that is on
//! its way out says so in every answer, by `Deprecation` (RFC 9745) and `Sunset` (RFC 8594).

use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};

use crate::problem::Problem;

const API_VERSION: HeaderName = HeaderName::from_static("api-version");
const DEPRECATION: HeaderName = HeaderName::from_static("deprecation");
const SUNSET: HeaderName = HeaderName::from_static("sunset");

/// The present version.
pub(crate) const CURRENT: &str = "2026-11-01";

/// One version of the API.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Version {
    /// The day on which it appeared.
    date: &'static str,
    /// Since when another is recommended: seconds since 1970 after an `@` (RFC 9745, section 2).
    deprecated: Option<&'static str>,
    /// When it goes: an HTTP date.
    sunset: Option<&'static str>,
}

/// All versions that are answered.
const VERSIONS: &[Version] = &[Version { date: CURRENT, deprecated: None, sunset: None }];

/// The version that a request asks for.
pub(crate) fn asked(headers: &HeaderMap) -> Result<&'static Version, Problem> {
    among(VERSIONS, headers).ok_or_else(|| {
        let known: Vec<_> = VERSIONS.iter().map(|version| version.date).collect();
        Problem::new(StatusCode::BAD_REQUEST, "api_version_unknown", "There is no such version of the API.")
            .with_member("versions", known)
            .not_started()
    })
}

fn among(versions: &'static [Version], headers: &HeaderMap) -> Option<&'static Version> {
    let mut asked = headers.get_all(API_VERSION).iter();
    match (asked.next(), asked.next()) {
        (None, _) => versions.last(),
        (Some(date), None) => versions.iter().find(|version| date == version.date),
        _ => None,
    }
}

/// Says in an answer which version it is of, and what becomes of it.
pub(crate) fn tell(version: &Version, headers: &mut HeaderMap) {
    headers.insert(API_VERSION, HeaderValue::from_static(version.date));
    for (name, value) in [(DEPRECATION, version.deprecated), (SUNSET, version.sunset)] {
        if let Some(value) = value {
            headers.insert(name, HeaderValue::from_static(value));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TWO: &[Version] = &[
        Version {
            date: "2026-01-01",
            deprecated: Some("@1793491200"),
            sunset: Some("Sat, 01 May 2027 00:00:00 GMT"),
        },
        Version { date: "2026-11-01", deprecated: None, sunset: None },
    ];

    fn ask(date: &'static str) -> HeaderMap {
        HeaderMap::from_iter([(API_VERSION, HeaderValue::from_static(date))])
    }

    #[test]
    fn a_version_on_its_way_out_says_so() {
        let old = among(TWO, &ask("2026-01-01")).unwrap();
        let mut headers = HeaderMap::new();
        tell(old, &mut headers);
        assert_eq!(headers["deprecation"], "@1793491200");
        assert_eq!(headers["sunset"], "Sat, 01 May 2027 00:00:00 GMT");
        let mut headers = HeaderMap::new();
        tell(among(TWO, &HeaderMap::new()).unwrap(), &mut headers);
        assert_eq!((headers["api-version"].to_str().unwrap(), headers.len()), ("2026-11-01", 1));
        assert_eq!(among(TWO, &ask("2025-01-01")), None);
        assert_eq!(VERSIONS.last().unwrap().date, CURRENT);
    }
}
