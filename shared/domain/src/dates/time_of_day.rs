//! A time on the wall.

use std::fmt;
use std::str::FromStr;

use jiff::civil::Time;
use serde::{Deserialize, Serialize};

use crate::invalid::Invalid;

/// A time of the day to the minute, such as a listing's check-in time; `15:00` in JSON.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct TimeOfDay(Time);

impl TimeOfDay {
    /// The check-in time of a listing that names none: 15:00.
    pub const DEFAULT_CHECK_IN: Self = Self(Time::constant(15, 0, 0, 0));
    /// The check-out time of a listing that names none: 11:00.
    pub const DEFAULT_CHECK_OUT: Self = Self(Time::constant(11, 0, 0, 0));

    /// The time as the calendar library has it; its seconds are 0.
    pub const fn time(self) -> Time {
        self.0
    }
}

impl FromStr for TimeOfDay {
    type Err = Invalid;

    /// Reads `15:00`, and `15:00:00` as SQL writes it.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        read(text)
            .map(Self)
            .ok_or_else(|| Invalid::new("invalid_time", "Write the time as HH:MM, such as 15:00."))
    }
}

fn read(text: &str) -> Option<Time> {
    let hours_and_minutes = match text.len() {
        5 => text,
        8 => text.strip_suffix(":00")?,
        _ => return None,
    };
    let (hour, minute) = hours_and_minutes.split_once(':')?;
    let two_digits = |part: &str| {
        let digits = part.len() == 2 && part.bytes().all(|byte| byte.is_ascii_digit());
        digits.then(|| part.parse::<i8>().ok()).flatten()
    };
    Time::new(two_digits(hour)?, two_digits(minute)?, 0, 0).ok()
}

impl fmt::Display for TimeOfDay {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{:02}:{:02}", self.0.hour(), self.0.minute())
    }
}

impl TryFrom<String> for TimeOfDay {
    type Error = Invalid;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<TimeOfDay> for String {
    fn from(time: TimeOfDay) -> Self {
        time.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn minutes_are_the_finest_grain() {
        for (text, shown) in
            [("15:00", "15:00"), ("00:00", "00:00"), ("23:59:00", "23:59"), ("09:05", "09:05")]
        {
            assert_eq!(text.parse::<TimeOfDay>().unwrap().to_string(), shown);
        }
        for bad in ["", "9:05", "24:00", "12:60", "12:00:01", "12:00:0", "+1:00", "12.00", "1２:00", "noon"]
        {
            assert!(bad.parse::<TimeOfDay>().is_err(), "{bad}");
        }
        assert_eq!(serde_json::to_string(&TimeOfDay::DEFAULT_CHECK_IN).unwrap(), "\"15:00\"");
    }
}
