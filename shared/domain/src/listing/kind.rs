//! What kind of place it is.

use crate::coded::coded;

coded! {
    /// The kind of a place, as guests look for it.
    PropertyKind, "unknown_property_kind" {
        /// A whole flat.
        Apartment = "apartment",
        /// A whole house.
        House = "house",
        /// A whole house in a row.
        Townhouse = "townhouse",
        /// A whole flat that is owned singly.
        Condo = "condo",
        /// A whole open-plan flat.
        Loft = "loft",
        /// A part of a house with a door of its own.
        GuestSuite = "guest_suite",
        /// A small house beside the host's.
        Guesthouse = "guesthouse",
        /// A flat with the services of a hotel.
        ServicedApartment = "serviced_apartment",
        /// A house of one floor.
        Bungalow = "bungalow",
        /// A small house in the country.
        Cottage = "cottage",
        /// A wooden house.
        Cabin = "cabin",
        /// A wooden house in the mountains.
        Chalet = "chalet",
        /// A large house with grounds.
        Villa = "villa",
        /// A very small house.
        TinyHome = "tiny_home",
        /// A house in a tree.
        Treehouse = "treehouse",
        /// A working farm.
        Farm = "farm",
        /// A castle.
        Castle = "castle",
        /// A boat or a house on the water.
        Boat = "boat",
        /// A camper or a caravan.
        Camper = "camper",
        /// A tent, a yurt or a dome.
        Tent = "tent",
        /// A room with breakfast in someone's house.
        BedAndBreakfast = "bed_and_breakfast",
        /// A room in a hotel.
        HotelRoom = "hotel_room",
        /// A room or a bed in a hostel.
        Hostel = "hostel",
        /// A room of one's own in a home.
        PrivateRoom = "private_room",
        /// A bed in a room with others.
        SharedRoom = "shared_room",
        /// Anything else.
        Other = "other",
    }
}

/// Phrases of free text, the telling ones first, with the kind they speak of.
#[rustfmt::skip]
const PHRASES: &[(&str, PropertyKind)] = &[
    ("shared room", PropertyKind::SharedRoom),
    ("bed and breakfast", PropertyKind::BedAndBreakfast),
    ("hostel", PropertyKind::Hostel),
    ("hotel", PropertyKind::HotelRoom),
    ("room in", PropertyKind::PrivateRoom),
    ("private room", PropertyKind::PrivateRoom),
    ("serviced apartment", PropertyKind::ServicedApartment),
    ("guest suite", PropertyKind::GuestSuite),
    ("guesthouse", PropertyKind::Guesthouse),
    ("houseboat", PropertyKind::Boat),
    ("boat", PropertyKind::Boat),
    ("townhouse", PropertyKind::Townhouse),
    ("treehouse", PropertyKind::Treehouse),
    ("tiny", PropertyKind::TinyHome),
    ("bungalow", PropertyKind::Bungalow),
    ("cottage", PropertyKind::Cottage),
    ("cabin", PropertyKind::Cabin),
    ("chalet", PropertyKind::Chalet),
    ("villa", PropertyKind::Villa),
    ("castle", PropertyKind::Castle),
    ("farm", PropertyKind::Farm),
    ("ranch", PropertyKind::Farm),
    ("camper", PropertyKind::Camper),
    ("yurt", PropertyKind::Tent),
    ("tent", PropertyKind::Tent),
    ("loft", PropertyKind::Loft),
    ("condo", PropertyKind::Condo),
    ("rental unit", PropertyKind::Apartment),
    ("apartment", PropertyKind::Apartment),
    ("home", PropertyKind::House),
    ("house", PropertyKind::House),
];

impl PropertyKind {
    /// The kind that free text speaks of, such as "Entire rental unit" or "Private room in townhouse"; else `other`.
    pub fn from_free_text(text: &str) -> Self {
        let text = text.to_lowercase();
        PHRASES.iter().find(|(phrase, _)| text.contains(phrase)).map_or(Self::Other, |(_, kind)| *kind)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn free_text_finds_its_kind() {
        for (text, code) in [
            ("Entire rental unit", "apartment"),
            ("Entire home", "house"),
            ("Entire vacation home", "house"),
            ("Private room in townhouse", "private_room"),
            ("Room in boutique hotel", "hotel_room"),
            ("Room in aparthotel", "hotel_room"),
            ("Shared room in hostel", "shared_room"),
            ("Private room in bed and breakfast", "bed_and_breakfast"),
            ("Entire serviced apartment", "serviced_apartment"),
            ("Entire guesthouse", "guesthouse"),
            ("Tiny home", "tiny_home"),
            ("Treehouse", "treehouse"),
            ("Houseboat", "boat"),
            ("Floor", "other"),
            ("", "other"),
        ] {
            assert_eq!(PropertyKind::from_free_text(text).code(), code, "{text}");
        }
    }

    #[test]
    fn each_code_as_free_text_is_its_own_kind() {
        for kind in PropertyKind::ALL {
            assert_eq!(PropertyKind::from_free_text(&kind.code().replace('_', " ")), *kind);
        }
    }
}
