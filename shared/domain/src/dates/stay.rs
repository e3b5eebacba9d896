//! The nights of a stay.

use jiff::ToSpan;
use jiff::civil::{Date, date};
use serde::{Deserialize, Serialize};

use crate::refusal::Refusal;

/// The longest stay, in nights.
pub const MAX_NIGHTS: u16 = 365;

/// The last date that a stay may touch; far from where calendars end, so that no sum on a stay's dates fails.
pub const LAST_DATE: Date = date(2199, 12, 31);

/// A stay of 1 to [`MAX_NIGHTS`] nights: half-open, from the date of arrival to the date of departure.
///
/// The night of the departure date is not part of it: another guest may arrive that day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "Dates")]
pub struct Stay {
    check_in: Date,
    check_out: Date,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Dates {
    check_in: Date,
    check_out: Date,
}

impl Stay {
    /// A stay from `check_in` to `check_out`.
    ///
    /// Refuses with `invalid_dates` a departure that is not after the arrival and dates beyond [`LAST_DATE`] or before
    /// 1970, and with `max_nights` more than [`MAX_NIGHTS`] nights; points at `/check_in` or `/check_out`.
    pub fn new(check_in: Date, check_out: Date) -> Result<Self, Refusal> {
        if check_in.year() < 1970 {
            return Err(Refusal::rule(
                "invalid_dates",
                "/check_in",
                "Choose an arrival after the year 1970.",
            ));
        }
        if check_out > LAST_DATE {
            let detail = format!("Choose a departure no later than {LAST_DATE}.");
            return Err(Refusal::rule("invalid_dates", "/check_out", detail));
        }
        if check_out <= check_in {
            let detail = "Choose a departure at least one night after the arrival.";
            return Err(Refusal::rule("invalid_dates", "/check_out", detail));
        }
        if check_in.saturating_add(i64::from(MAX_NIGHTS).days()) < check_out {
            let detail = format!("Choose at most {MAX_NIGHTS} nights.");
            return Err(Refusal::rule("max_nights", "/check_out", detail));
        }
        Ok(Self { check_in, check_out })
    }

    /// The date of arrival, which is the first night.
    pub const fn check_in(self) -> Date {
        self.check_in
    }

    /// The date of departure; its night is not part of the stay.
    pub const fn check_out(self) -> Date {
        self.check_out
    }

    /// How many nights: 1 to [`MAX_NIGHTS`].
    pub fn night_count(self) -> u16 {
        u16::try_from(days_between(self.check_in, self.check_out)).unwrap_or(MAX_NIGHTS)
    }

    /// Each night, by its date.
    pub fn nights(self) -> impl Iterator<Item = Date> {
        self.check_in.series(1.day()).take_while(move |night| *night < self.check_out)
    }

    /// The last night.
    pub fn last_night(self) -> Date {
        self.check_out.saturating_sub(1.day())
    }

    /// Whether two stays share a night; departure and arrival on one day do not.
    pub fn overlaps(self, other: Self) -> bool {
        self.check_in < other.check_out && other.check_in < self.check_out
    }

    /// The half-open range that must be free of other stays when `preparation` nights are kept between two stays.
    ///
    /// Only the end is moved: two stays that both carry their preparation behind them keep the distance.
    pub fn padded(self, preparation: u8) -> (Date, Date) {
        (self.check_in, self.check_out.saturating_add(i64::from(preparation).days()))
    }
}

impl TryFrom<Dates> for Stay {
    type Error = Refusal;

    fn try_from(dates: Dates) -> Result<Self, Self::Error> {
        Self::new(dates.check_in, dates.check_out)
    }
}

/// Whole days from `from` to `to`; negative when `to` is the earlier.
pub(crate) fn days_between(from: Date, to: Date) -> i64 {
    (to.duration_since(from)).as_hours() / 24
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn stay(nights: i64) -> Result<Stay, Refusal> {
        let arrival = date(2026, 6, 1);
        Stay::new(arrival, arrival.saturating_add(nights.days()))
    }

    #[test]
    fn nights_are_half_open() {
        let stay = Stay::new(date(2028, 2, 28), date(2028, 3, 1)).unwrap();
        assert_eq!(stay.nights().collect::<Vec<_>>(), [date(2028, 2, 28), date(2028, 2, 29)]);
        assert_eq!((stay.night_count(), stay.last_night()), (2, date(2028, 2, 29)));
        assert_eq!(stay.padded(2), (date(2028, 2, 28), date(2028, 3, 3)));
    }

    #[test]
    fn one_to_365_nights() {
        let code =
            |nights| stay(nights).err().map(|refusal| (refusal.code, refusal.errors[0].pointer.clone()));
        assert_eq!((code(1), code(365)), (None, None));
        assert_eq!(code(0), Some(("invalid_dates", "/check_out".into())));
        assert_eq!(code(-1), Some(("invalid_dates", "/check_out".into())));
        assert_eq!(code(366), Some(("max_nights", "/check_out".into())));
    }

    #[test]
    fn the_ends_of_time_are_refused() {
        assert!(Stay::new(Date::MAX, Date::MAX).is_err());
        assert!(Stay::new(date(2199, 12, 31), date(2200, 1, 1)).is_err());
        assert!(Stay::new(Date::MIN, date(2026, 1, 1)).is_err());
        assert!(Stay::new(date(2199, 12, 30), LAST_DATE).is_ok());
    }

    #[test]
    fn same_day_turnover_is_no_overlap() {
        let of = |from, to| Stay::new(date(2026, 6, from), date(2026, 6, to)).unwrap();
        assert!(!of(1, 3).overlaps(of(3, 5)));
        assert!(of(1, 4).overlaps(of(3, 5)));
        assert!(of(1, 9).overlaps(of(3, 5)));
    }

    #[test]
    fn json_is_checked() {
        let text = r#"{"check_in":"2026-06-01","check_out":"2026-06-06"}"#;
        assert_eq!(serde_json::to_string(&serde_json::from_str::<Stay>(text).unwrap()).unwrap(), text);
        let reversed = r#"{"check_in":"2026-06-06","check_out":"2026-06-01"}"#;
        assert!(serde_json::from_str::<Stay>(reversed).is_err());
    }

    proptest! {
        #[test]
        fn the_count_is_the_number_of_nights(offset in 0_i64..60_000, nights in 1_i64..=365) {
            let arrival = date(1970, 1, 1).saturating_add(offset.days());
            let stay = Stay::new(arrival, arrival.saturating_add(nights.days())).unwrap();
            prop_assert_eq!(i64::from(stay.night_count()), nights);
            prop_assert_eq!(stay.nights().count(), usize::from(stay.night_count()));
            prop_assert_eq!(stay.nights().last(), Some(stay.last_night()));
        }
    }
}
