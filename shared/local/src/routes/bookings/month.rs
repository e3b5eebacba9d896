//! A month of the calendar, and the lanes in which its stays lie.

use jiff::ToSpan as _;
use jiff::civil::{Date, Weekday};
use serde::{Serialize, Serializer};

/// A month.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::routes) struct Month(Date);

impl Month {
    /// The month of a day.
    pub(super) fn of(day: Date) -> Self {
        Self(day.first_of_month())
    }

    /// From `2026-12`.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let (year, month) = text.split_once('-')?;
        // A year of four digits keeps the neighbours of the month within what can be told.
        (year.len() == 4 && year != "9999" && year != "0000")
            .then(|| Date::new(year.parse().ok()?, month.parse().ok()?, 1).ok())?
            .map(Self)
    }

    /// Its first day.
    pub(super) fn first(self) -> Date {
        self.0
    }

    /// The month behind it.
    pub(super) fn next(self) -> Self {
        Self(self.0.saturating_add(1.month()))
    }

    /// The month before it.
    pub(super) fn previous(self) -> Self {
        Self(self.0.saturating_sub(1.month()))
    }

    /// `December 2026`.
    pub(super) fn name(self) -> String {
        self.0.strftime("%B %Y").to_string()
    }

    /// The weeks from Monday to Sunday that it has a part of, with the neighbours' days.
    pub(super) fn weeks(self) -> Vec<[Date; 7]> {
        let mut monday = self.0;
        while monday.weekday() != Weekday::Monday {
            monday = monday.saturating_sub(1.day());
        }
        let mut weeks = Vec::new();
        while monday < self.next().first() {
            weeks.push(std::array::from_fn(|day| {
                monday.saturating_add(i32::try_from(day).unwrap_or_default().days())
            }));
            monday = monday.saturating_add(7.days());
        }
        weeks
    }
}

impl std::fmt::Display for Month {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "{}", self.0.strftime("%Y-%m"))
    }
}

impl Serialize for Month {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// The lane of each half-open span of days, given by their beginnings: the first lane that is free by then.
pub(super) fn lanes(spans: &[(Date, Date)]) -> Vec<usize> {
    let mut free_from: Vec<Date> = Vec::new();
    spans
        .iter()
        .map(|(from, to)| {
            let lane = free_from.iter().position(|free| free <= from).unwrap_or_else(|| {
                free_from.push(*from);
                free_from.len() - 1
            });
            free_from[lane] = *to;
            lane
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn a_month_is_made_of_whole_weeks() {
        let month = Month::parse("2026-02").unwrap();
        let weeks = month.weeks();
        assert_eq!((weeks[0][0], weeks.last().unwrap()[6]), (date(2026, 1, 26), date(2026, 3, 1)));
        assert_eq!(
            (month.previous().to_string(), month.next().to_string()),
            ("2026-01".into(), "2026-03".into())
        );
        assert_eq!(Month::parse("2027-02").unwrap().weeks().len(), 4);
        for wrong in ["2026", "2026-13", "26-01", "2026-1x", "9999-12", ""] {
            assert_eq!(Month::parse(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn a_stay_that_follows_another_uses_its_lane() {
        let day = |day| date(2026, 12, day);
        let spans = [(day(1), day(5)), (day(3), day(4)), (day(4), day(9)), (day(5), day(6))];
        assert_eq!(lanes(&spans), [0, 1, 1, 0]);
    }
}
