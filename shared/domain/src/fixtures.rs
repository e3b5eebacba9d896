//! Values that many tests share.

use jiff::Timestamp;
use jiff::civil::date;

use crate::cancellation::CancellationPolicyCode;
use crate::dates::{Stay, TimeOfDay};
use crate::guests::Guests;
use crate::listing::{BookingMode, Discounts, FeeModel, ListingTerms, StayRules};
use crate::money::{BasisPoints, Money};

/// Dollars by the cent.
pub(crate) fn usd(amount: i64) -> Money {
    Money::new(amount, "USD".parse().unwrap())
}

/// An instant, by RFC 3339.
pub(crate) fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

/// 200.00 a night, 100.00 for cleaning, split fees, four guests, New York.
pub(crate) fn terms() -> ListingTerms {
    ListingTerms {
        currency: "USD".parse().unwrap(),
        zone: "America/New_York".parse().unwrap(),
        booking_mode: BookingMode::Instant,
        nightly_price: usd(200_00),
        weekend_uplift: BasisPoints::new(0),
        seasons: Vec::new(),
        cleaning_fee: Some(usd(100_00)),
        fees: Vec::new(),
        taxes: Vec::new(),
        discounts: Discounts::default(),
        fee_model: FeeModel::SPLIT,
        capacity: 4.try_into().unwrap(),
        included_guests: 2.try_into().unwrap(),
        max_pets: 0,
        check_in_time: TimeOfDay::DEFAULT_CHECK_IN,
        check_out_time: TimeOfDay::DEFAULT_CHECK_OUT,
        rules: StayRules::default(),
        cancellation_policy: CancellationPolicyCode::Flexible,
    }
}

/// `nights` nights from Monday, 1 June 2026.
pub(crate) fn stay(nights: i16) -> Stay {
    stay_from(date(2026, 6, 1), nights)
}

/// `nights` nights from `arrival`.
pub(crate) fn stay_from(arrival: jiff::civil::Date, nights: i16) -> Stay {
    Stay::new(arrival, arrival.saturating_add(jiff::Span::new().days(nights))).unwrap()
}

/// Two adults.
pub(crate) fn couple() -> Guests {
    Guests::new(2, 0, 0, 0).unwrap()
}
