//! The postal address of a place.

use serde::{Deserialize, Serialize};

use super::Country;
use crate::text::Line;

/// A postal address; the lines of the street stay unknown to strangers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Address {
    /// Street and number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line1: Option<Line<1, 200>>,
    /// Flat, floor, entrance.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line2: Option<Line<1, 200>>,
    /// Town or city.
    pub city: Line<1, 100>,
    /// State, province or canton.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub region: Option<Line<1, 100>>,
    /// Postal code, as its country writes it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub postal_code: Option<Line<1, 20>>,
    /// Country.
    pub country: Country,
}

impl Address {
    /// What a stranger may know: city, region and country.
    #[must_use]
    pub fn public(&self) -> Self {
        Self { line1: None, line2: None, postal_code: None, ..self.clone() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strangers_learn_no_street() {
        let text = r#"{"line1":"1600 Pennsylvania Avenue NW","city":"Washington","region":"DC","postal_code":"20500","country":"US"}"#;
        let address: Address = serde_json::from_str(text).unwrap();
        assert_eq!(serde_json::to_string(&address).unwrap(), text);
        let public = r#"{"city":"Washington","region":"DC","country":"US"}"#;
        assert_eq!(serde_json::to_string(&address.public()).unwrap(), public);
    }
}
