//! Sets of nights.

use std::fmt;

use jiff::civil::Date;

/// A set of nights, as ranges that neither overlap nor touch, in order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Nights(Vec<(Date, Date)>);

impl Nights {
    /// All nights that any of the ranges has; each is a first night and the date after the last. Empty ones have none.
    pub fn union(ranges: impl IntoIterator<Item = (Date, Date)>) -> Self {
        let mut ranges: Vec<(Date, Date)> = ranges.into_iter().filter(|(from, to)| from < to).collect();
        ranges.sort_unstable();
        let mut merged: Vec<(Date, Date)> = Vec::with_capacity(ranges.len());
        for (from, to) in ranges {
            match merged.last_mut() {
                Some((_, end)) if from <= *end => *end = to.max(*end),
                _ => merged.push((from, to)),
            }
        }
        Self(merged)
    }

    /// The ranges, in order.
    pub fn ranges(&self) -> &[(Date, Date)] {
        &self.0
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether all nights from `from` up to but without `to` are in it.
    pub fn covers(&self, from: Date, to: Date) -> bool {
        self.0.iter().any(|(first, end)| *first <= from && to <= *end)
    }
}

/// As the database writes it: `{[2026-12-30,2027-01-02),[2027-02-01,2027-02-03)}`.
impl fmt::Display for Nights {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ranges: Vec<String> = self.0.iter().map(|(from, to)| format!("[{from},{to})")).collect();
        write!(formatter, "{{{}}}", ranges.join(","))
    }
}
