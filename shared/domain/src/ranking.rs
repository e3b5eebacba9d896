//! How listings are ranked where nothing but relevance decides: points for parts that a host can read and improve.
//!
//! All in whole numbers, so that the database, which sorts by them, and this module, which explains them, agree to the
//! point (`listing_quality` in the migration `0020_search`).

use crate::cancellation::CancellationPolicyCode;
use crate::coded::coded;
use crate::listing::BookingMode;

coded! {
    /// A part of a listing's rank.
    Part, "unknown_rank_part" {
        /// What guests gave it: from three ratings on, drawn towards four stars as by five more ratings.
        Rating = "rating",
        /// How many rated it, up to fifty.
        RatingCount = "rating_count",
        /// How much its description says, up to 600 characters.
        Description = "description",
        /// How much it has, up to twelve amenities.
        Amenities = "amenities",
        /// Whether it is booked at once.
        InstantBooking = "instant_booking",
        /// What a cancellation gives back.
        Cancellation = "cancellation",
        /// How well the words that are looked for match; only where there are words.
        Words = "words",
    }
}

/// What the rank of a listing is made of.
#[derive(Clone, Copy, Debug)]
pub struct RankFacts {
    /// The sum of the overall ratings that count.
    pub rating_sum: i64,
    /// How many ratings count.
    pub rating_count: i64,
    /// The description's length in characters.
    pub description_length: i64,
    /// How many amenities it has.
    pub amenities: i64,
    /// How a guest comes to a booking.
    pub booking_mode: BookingMode,
    /// What a cancellation gives back.
    pub policy: CancellationPolicyCode,
    /// How well the words match that are looked for, in thousandths; none where there are no words.
    pub words_e3: Option<i64>,
}

/// One part of a listing's rank.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Score {
    /// Which one.
    pub part: Part,
    /// The most points there are for it.
    pub weight: i64,
    /// The listing's own points.
    pub points: i64,
}

/// The points for the words: more than all the rest together, so that who looks for a lighthouse finds lighthouses first.
pub const WORDS_WEIGHT: i64 = 4_000;

/// The parts of a listing's rank; their points sum to the key that it is sorted by.
pub fn scores(facts: &RankFacts) -> Vec<Score> {
    let RankFacts { rating_sum, rating_count, .. } = *facts;
    let stars_e3 = if rating_count >= 3 { (rating_sum + 20) * 1_000 / (rating_count + 5) } else { 4_000 };
    let instant = i64::from(facts.booking_mode == BookingMode::Instant);
    let share = |part, weight, has: i64, of: i64| Score { part, weight, points: weight * has.min(of) / of };
    let mut scores = vec![
        share(Part::Rating, 400, stars_e3 - 1_000, 4_000),
        share(Part::RatingCount, 150, rating_count, 50),
        share(Part::Description, 100, facts.description_length, 600),
        share(Part::Amenities, 150, facts.amenities, 12),
        share(Part::InstantBooking, 100, instant, 1),
        share(Part::Cancellation, 100, generosity(facts.policy), 4),
    ];
    if let Some(words_e3) = facts.words_e3 {
        scores.push(share(Part::Words, WORDS_WEIGHT, words_e3, 1_000));
    }
    scores
}

/// How much a policy gives back, from 0 to 4.
const fn generosity(policy: CancellationPolicyCode) -> i64 {
    match policy {
        CancellationPolicyCode::Flexible => 4,
        CancellationPolicyCode::Moderate => 3,
        CancellationPolicyCode::Limited => 2,
        CancellationPolicyCode::Firm => 1,
        CancellationPolicyCode::Strict | CancellationPolicyCode::NonRefundable => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn facts() -> RankFacts {
        RankFacts {
            rating_sum: 0,
            rating_count: 0,
            description_length: 0,
            amenities: 0,
            booking_mode: BookingMode::Request,
            policy: CancellationPolicyCode::Strict,
            words_e3: None,
        }
    }

    fn points(facts: &RankFacts, part: Part) -> i64 {
        scores(facts).iter().find(|score| score.part == part).unwrap().points
    }

    #[test]
    fn a_new_listing_counts_as_four_stars_and_two_ratings_do_not_show() {
        assert_eq!(points(&facts(), Part::Rating), 300);
        let two = RankFacts { rating_sum: 2, rating_count: 2, ..facts() };
        assert_eq!(points(&two, Part::Rating), 300);
        let three = RankFacts { rating_sum: 15, rating_count: 3, ..facts() };
        assert_eq!(points(&three, Part::Rating), 337, "35 stars of 8");
    }

    #[test]
    fn the_best_listing_has_all_points() {
        let best = RankFacts {
            rating_sum: 5_000_000,
            rating_count: 1_000_000,
            description_length: 10_000,
            amenities: 40,
            booking_mode: BookingMode::Instant,
            policy: CancellationPolicyCode::Flexible,
            words_e3: Some(1_000),
        };
        let all: i64 = scores(&best).iter().map(|score| score.points).sum();
        let weights: i64 = scores(&best).iter().map(|score| score.weight).sum();
        assert_eq!((all, weights), (4_999, 5_000), "nobody has five stars for sure");
    }
}
