//! Who comes.

use serde::{Deserialize, Serialize};

use crate::refusal::FieldError;

/// The party of a stay: 1 to 50 adults (13 years and older), children (2 to 12), infants (under 2), pets.
///
/// Only adults and children count towards a listing's capacity.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "Counts")]
pub struct Guests {
    adults: u8,
    children: u8,
    infants: u8,
    pets: u8,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Counts {
    adults: u8,
    #[serde(default)]
    children: u8,
    #[serde(default)]
    infants: u8,
    #[serde(default)]
    pets: u8,
}

impl Guests {
    /// The most adults, and the most children.
    pub const MAX_ADULTS: u8 = 50;
    /// The most infants, and the most pets.
    pub const MAX_INFANTS: u8 = 10;

    /// A party of `adults` 1 to 50, `children` 0 to 50, `infants` and `pets` 0 to 10.
    ///
    /// Answers each count that is out of bounds with code `out_of_range` at `/adults`, `/children`, `/infants` or `/pets`.
    pub fn new(adults: u8, children: u8, infants: u8, pets: u8) -> Result<Self, Vec<FieldError>> {
        let bounds = [
            ("/adults", adults, 1, Self::MAX_ADULTS),
            ("/children", children, 0, Self::MAX_ADULTS),
            ("/infants", infants, 0, Self::MAX_INFANTS),
            ("/pets", pets, 0, Self::MAX_INFANTS),
        ];
        let errors: Vec<FieldError> = bounds
            .into_iter()
            .filter(|(_, count, min, max)| count < min || count > max)
            .map(|(pointer, _, min, max)| FieldError {
                pointer: pointer.to_owned(),
                code: "out_of_range",
                detail: format!("Give a number from {min} to {max}."),
            })
            .collect();
        if errors.is_empty() { Ok(Self { adults, children, infants, pets }) } else { Err(errors) }
    }

    /// People of 13 years and older.
    pub const fn adults(self) -> u8 {
        self.adults
    }

    /// People of 2 to 12 years.
    pub const fn children(self) -> u8 {
        self.children
    }

    /// People under 2 years.
    pub const fn infants(self) -> u8 {
        self.infants
    }

    /// Animals.
    pub const fn pets(self) -> u8 {
        self.pets
    }

    /// How many count towards capacity and fees by the person: adults and children, 1 to 100.
    pub const fn counted(self) -> u8 {
        self.adults + self.children
    }
}

impl TryFrom<Counts> for Guests {
    type Error = String;

    fn try_from(counts: Counts) -> Result<Self, Self::Error> {
        Self::new(counts.adults, counts.children, counts.infants, counts.pets).map_err(|errors| {
            let said: Vec<String> =
                errors.iter().map(|error| format!("{}: {}", error.pointer, error.detail)).collect();
            said.join(" ")
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_count_out_of_bounds_is_named() {
        let errors = Guests::new(0, 51, 11, 11).unwrap_err();
        let pointers: Vec<&str> = errors.iter().map(|error| error.pointer.as_str()).collect();
        assert_eq!(pointers, ["/adults", "/children", "/infants", "/pets"]);
        assert_eq!(Guests::new(50, 50, 10, 10).unwrap().counted(), 100);
    }

    #[test]
    fn json_names_four_counts_of_which_three_may_be_absent() {
        let couple: Guests = serde_json::from_str(r#"{"adults":2}"#).unwrap();
        assert_eq!(
            serde_json::to_string(&couple).unwrap(),
            r#"{"adults":2,"children":0,"infants":0,"pets":0}"#
        );
        for bad in [r#"{"adults":0}"#, r#"{"adults":2,"dogs":1}"#, r#"{"children":1}"#, r#"{"adults":-1}"#] {
            assert!(serde_json::from_str::<Guests>(bad).is_err(), "{bad}");
        }
    }
}
