//! What a draft needs before guests may see it.

use super::{Address, Capacity, Location};
use crate::cancellation::CancellationPolicyCode;
use crate::dates::Zone;
use crate::money::Money;
use crate::refusal::FieldError;

/// What a listing has so far.
///
/// A description, a street line and photos are not asked for: imported listings may have none.
#[derive(Clone, Copy, Debug)]
pub struct PublicationFacts<'a> {
    /// The name.
    pub title: &'a str,
    /// Where it is.
    pub location: Option<Location>,
    /// Its address: a city and a country.
    pub address: Option<&'a Address>,
    /// Its time zone.
    pub zone: Option<&'a Zone>,
    /// How many it takes.
    pub capacity: Option<Capacity>,
    /// The base price of a night.
    pub nightly_price: Option<Money>,
    /// The cancellation policy.
    pub cancellation_policy: Option<CancellationPolicyCode>,
    /// Whether the payment provider can pay the host.
    pub host_can_be_paid: bool,
}

/// Everything that keeps the listing from being published; empty when nothing does.
///
/// Each entry has code `missing` (`host_not_onboarded` for the host) and points into the body that creates a listing.
pub fn missing_for_publication(facts: &PublicationFacts<'_>) -> Vec<FieldError> {
    let has_price = facts.nightly_price.is_some_and(|price| price.amount() > 0);
    let needs = [
        (facts.title.is_empty(), "/title", "Give the listing a name."),
        (facts.location.is_none(), "/location", "Say where the place is."),
        (facts.address.is_none(), "/location/address", "Name the city and the country."),
        (facts.zone.is_none(), "/location/time_zone", "Name the time zone of the place."),
        (facts.capacity.is_none(), "/capacity", "Say how many guests it takes."),
        (!has_price, "/nightly_price", "Set a price above zero for a night."),
        (facts.cancellation_policy.is_none(), "/cancellation_policy", "Choose a cancellation policy."),
    ];
    let mut missing: Vec<FieldError> = needs
        .into_iter()
        .filter(|(is_missing, ..)| *is_missing)
        .map(|(_, pointer, detail)| FieldError {
            pointer: pointer.to_owned(),
            code: "missing",
            detail: detail.to_owned(),
        })
        .collect();
    if !facts.host_can_be_paid {
        missing.push(FieldError {
            pointer: String::new(),
            code: "host_not_onboarded",
            detail: "Finish the host's onboarding with the payment provider first.".to_owned(),
        });
    }
    missing
}

#[cfg(test)]
mod tests {
    use super::*;

    const EMPTY: PublicationFacts<'_> = PublicationFacts {
        title: "",
        location: None,
        address: None,
        zone: None,
        capacity: None,
        nightly_price: None,
        cancellation_policy: None,
        host_can_be_paid: false,
    };

    fn pointers(facts: &PublicationFacts<'_>) -> Vec<String> {
        missing_for_publication(facts).into_iter().map(|error| error.pointer).collect()
    }

    #[test]
    fn everything_missing_is_named_at_once() {
        let all = [
            "/title",
            "/location",
            "/location/address",
            "/location/time_zone",
            "/capacity",
            "/nightly_price",
            "/cancellation_policy",
            "",
        ];
        assert_eq!(pointers(&EMPTY), all);
    }

    #[test]
    fn a_whole_listing_lacks_nothing_but_a_free_one_its_price() {
        let address = serde_json::from_str(r#"{"city":"Paris","country":"FR"}"#).unwrap();
        let whole = PublicationFacts {
            title: "Loft",
            location: Location::from_e6(0, 0).ok(),
            address: Some(&address),
            zone: Some(&Zone::UTC),
            capacity: Capacity::try_from(2).ok(),
            nightly_price: Some(Money::new(1, "EUR".parse().unwrap())),
            cancellation_policy: Some(CancellationPolicyCode::Firm),
            host_can_be_paid: true,
        };
        assert_eq!(pointers(&whole), [""; 0]);
        let free = PublicationFacts { nightly_price: Some(Money::new(0, "EUR".parse().unwrap())), ..whole };
        assert_eq!(pointers(&free), ["/nightly_price"]);
    }
}
