//! What a place has.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::invalid::Invalid;

/// The code of an amenity: 1 to 64 of `a-z`, `0-9` and `_`, such as `wifi` or `hot_tub`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Amenity(String);

impl Amenity {
    const MAX_BYTES: usize = 64;

    /// The code.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The code for free text: "Fast wifi – 452 Mbps" is `wifi`, "HDTV with Netflix" is `tv`.
    ///
    /// What is known goes by its words; anything else keeps its own, without what follows a dash, a colon or a "with".
    /// `None` when the text has no Latin letter and no digit.
    pub fn from_free_text(text: &str) -> Option<Self> {
        let words = words(text);
        let known = KNOWN.iter().find(|(phrases, _)| phrases.iter().all(|phrase| contains(&words, phrase)));
        if let Some((_, code)) = known {
            return Some(Self((*code).to_owned()));
        }
        let head = [" - ", " – ", ":", " with "]
            .iter()
            .fold(text, |head, mark| head.split_once(mark).map_or(head, |(before, _)| before));
        let mut code = self::words(head).join("_");
        code.truncate(Self::MAX_BYTES);
        code.truncate(code.trim_end_matches('_').len());
        code.parse().ok()
    }
}

/// The words of `text` in small ASCII letters; apostrophes vanish, everything else that is not ASCII parts words.
fn words(text: &str) -> Vec<String> {
    let plain: String = text.chars().filter(|character| !matches!(character, '\'' | '’')).collect();
    plain
        .split(|character: char| !character.is_ascii_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(str::to_ascii_lowercase)
        .collect()
}

/// Whether the words of `phrase` stand in `words` side by side.
fn contains(words: &[String], phrase: &str) -> bool {
    let phrase: Vec<&str> = phrase.split(' ').collect();
    words.windows(phrase.len()).any(|window| window == phrase)
}

/// Phrases that must all occur, with the code they stand for; the first hit wins, so the special comes before the
/// general.
#[rustfmt::skip]
const KNOWN: &[(&[&str], &str)] = &[
    (&["pocket wifi"], "pocket_wifi"), (&["wifi"], "wifi"), (&["wi fi"], "wifi"), (&["wireless internet"], "wifi"),
    (&["ethernet"], "ethernet_connection"),
    (&["pool table"], "pool_table"), (&["hot tub"], "hot_tub"), (&["jacuzzi"], "hot_tub"), (&["pool"], "pool"),
    (&["sauna"], "sauna"),
    (&["tv"], "tv"), (&["hdtv"], "tv"), (&["television"], "tv"), (&["sound system"], "sound_system"),
    (&["hair dryer"], "hair_dryer"), (&["drying rack"], "drying_rack"), (&["dryer"], "dryer"), (&["washer"], "washer"),
    (&["washing machine"], "washer"), (&["dishwasher"], "dishwasher"),
    (&["coffee maker"], "coffee_maker"), (&["coffee machine"], "coffee_maker"), (&["espresso machine"], "coffee_maker"),
    (&["mini fridge"], "mini_fridge"), (&["refrigerator"], "refrigerator"), (&["fridge"], "refrigerator"),
    (&["microwave"], "microwave"), (&["toaster"], "toaster"), (&["stove"], "stove"), (&["oven"], "oven"),
    (&["bbq grill"], "bbq_grill"), (&["barbecue utensils"], "barbecue_utensils"),
    (&["air conditioning"], "air_conditioning"), (&["air conditioner"], "air_conditioning"), (&["ac"], "air_conditioning"),
    (&["portable heater"], "portable_heater"), (&["heating"], "heating"),
    (&["fireplace guards"], "fireplace_guards"), (&["fireplace"], "fireplace"), (&["fire pit"], "fire_pit"),
    (&["body soap"], "body_soap"), (&["shower gel"], "shower_gel"), (&["shampoo"], "shampoo"), (&["conditioner"], "conditioner"),
    (&["pack n play"], "travel_crib"), (&["travel crib"], "travel_crib"), (&["crib"], "crib"), (&["high chair"], "high_chair"),
    (&["childrens books and toys"], "childrens_books_and_toys"),
    (&["ev charger"], "ev_charger"), (&["free", "parking"], "free_parking"), (&["paid", "parking"], "paid_parking"),
    (&["parking"], "parking"),
    (&["workspace"], "workspace"), (&["self check in"], "self_check_in"), (&["luggage dropoff"], "luggage_dropoff_allowed"),
    (&["exercise equipment"], "exercise_equipment"), (&["gym"], "gym"),
    (&["patio"], "patio_or_balcony"), (&["balcony"], "patio_or_balcony"), (&["backyard"], "backyard"), (&["garden view"], "garden_view"),
];

impl FromStr for Amenity {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let allowed = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
        if (1..=Self::MAX_BYTES).contains(&text.len()) && text.bytes().all(allowed) {
            return Ok(Self(text.to_owned()));
        }
        Err(Invalid::new(
            "invalid_amenity",
            "Write 1 to 64 small letters, digits and underscores, such as hot_tub.",
        ))
    }
}

impl fmt::Display for Amenity {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(&self.0)
    }
}

impl TryFrom<String> for Amenity {
    type Error = Invalid;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<Amenity> for String {
    fn from(amenity: Amenity) -> Self {
        amenity.0
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn codes_are_bounded_slugs() {
        assert_eq!("hot_tub".parse::<Amenity>().unwrap().as_str(), "hot_tub");
        for bad in ["", "Wifi", "hot tub", "hot-tub", "é", &"a".repeat(65)] {
            assert!(bad.parse::<Amenity>().is_err(), "{bad}");
        }
        assert!("a".repeat(64).parse::<Amenity>().is_ok());
    }

    #[test]
    fn free_text_finds_its_code() {
        for (text, code) in [
            ("Wifi", "wifi"),
            ("Fast wifi – 452 Mbps", "wifi"),
            ("HDTV with Netflix", "tv"),
            ("42 inch HDTV with Roku, HBO Max, Netflix", "tv"),
            ("Hair dryer", "hair_dryer"),
            ("Free dryer – In unit", "dryer"),
            ("Dishwasher", "dishwasher"),
            ("Coffee maker: Keurig coffee machine", "coffee_maker"),
            ("AC - split type ductless system", "air_conditioning"),
            ("Central air conditioning", "air_conditioning"),
            ("Free driveway parking on premises – 1 space", "free_parking"),
            ("Paid street parking off premises", "paid_parking"),
            ("Pack ’n play/Travel crib - available upon request", "travel_crib"),
            ("Children’s books and toys for ages 2-5 years old", "childrens_books_and_toys"),
            ("Self check-in", "self_check_in"),
            ("Private backyard – Not fully fenced", "backyard"),
            ("Smoke alarm", "smoke_alarm"),
            ("Clothing storage: closet and dresser", "clothing_storage"),
            ("Housekeeping - available at extra cost", "housekeeping"),
            ("Kitchenette", "kitchenette"),
        ] {
            assert_eq!(Amenity::from_free_text(text).unwrap().as_str(), code, "{text}");
        }
        assert_eq!(Amenity::from_free_text("熱水"), None);
        assert_eq!(Amenity::from_free_text(" – "), None);
    }

    #[test]
    fn known_codes_are_codes() {
        for (_, code) in KNOWN {
            assert!(code.parse::<Amenity>().is_ok(), "{code}");
        }
    }

    proptest! {
        #[test]
        fn any_text_gives_a_code_or_nothing(text in ".{0,200}") {
            if let Some(amenity) = Amenity::from_free_text(&text) {
                prop_assert!(amenity.as_str().parse::<Amenity>().is_ok());
            }
        }
    }
}
