//! Shares of an amount.

use serde::{Deserialize, Serialize};

/// A share in basis points, hundredths of a percent: 1550 is 15.5 %. May be negative, as a weekday rebate is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct BasisPoints(i32);

impl BasisPoints {
    /// How many make the whole, 100 %.
    pub const PER_WHOLE: i64 = 10_000;

    /// `value` hundredths of a percent.
    pub const fn new(value: i32) -> Self {
        Self(value)
    }

    /// `percent` whole percents.
    pub const fn from_percent(percent: i16) -> Self {
        Self(percent as i32 * 100)
    }

    /// The value in hundredths of a percent.
    pub const fn get(self) -> i32 {
        self.0
    }

    /// Whether the share is nothing.
    pub const fn is_zero(self) -> bool {
        self.0 == 0
    }
}

/// For people: `15.5 %`, `-20 %`.
impl std::fmt::Display for BasisPoints {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let sign = if self.0 < 0 { "-" } else { "" };
        let (whole, rest) = (self.0.unsigned_abs() / 100, self.0.unsigned_abs() % 100);
        match rest {
            0 => write!(formatter, "{sign}{whole} %"),
            tenths if tenths % 10 == 0 => write!(formatter, "{sign}{whole}.{} %", tenths / 10),
            hundredths => write!(formatter, "{sign}{whole}.{hundredths:02} %"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shown_as_percent() {
        let shown = |value| BasisPoints::new(value).to_string();
        assert_eq!(
            [shown(1550), shown(-2000), shown(5), shown(1495), shown(0)],
            ["15.5 %", "-20 %", "0.05 %", "14.95 %", "0 %"]
        );
        assert_eq!(BasisPoints::from_percent(14), BasisPoints::new(1400));
    }
}
