//! A time of day.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// A time of day to the minute, of 24 hours: `14:30`.
///
/// ```
/// use onehall_forms::TimeOfDay;
/// let time: TimeOfDay = "14:30".parse()?;
/// assert_eq!(time.minutes(), 870);
/// assert!("24:00".parse::<TimeOfDay>().is_err());
/// assert!("9:30".parse::<TimeOfDay>().is_err(), "two digits each: texts compare as the times do");
/// # Ok::<(), onehall_forms::InvalidTime>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(value_type = String, example = "14:30"))]
pub struct TimeOfDay(u16);

/// A text that is no time of day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a time of day is written \"14:30\", from 00:00 to 23:59")]
pub struct InvalidTime;

impl TimeOfDay {
    /// The time of an hour from 0 to 23 and a minute from 0 to 59.
    ///
    /// # Errors
    /// A number outside of these.
    pub fn new(hour: u8, minute: u8) -> Result<TimeOfDay, InvalidTime> {
        if hour < 24 && minute < 60 {
            Ok(TimeOfDay(u16::from(hour) * 60 + u16::from(minute)))
        } else {
            Err(InvalidTime)
        }
    }

    /// How many minutes of the day have passed.
    #[must_use]
    pub fn minutes(self) -> u32 {
        u32::from(self.0)
    }
}

impl FromStr for TimeOfDay {
    type Err = InvalidTime;

    fn from_str(text: &str) -> Result<TimeOfDay, InvalidTime> {
        let digit = |byte: u8| byte.is_ascii_digit().then(|| byte - b'0').ok_or(InvalidTime);
        match *text.as_bytes() {
            [a, b, b':', c, d] => TimeOfDay::new(digit(a)? * 10 + digit(b)?, digit(c)? * 10 + digit(d)?),
            _ => Err(InvalidTime),
        }
    }
}

impl fmt::Display for TimeOfDay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:02}:{:02}", self.0 / 60, self.0 % 60)
    }
}

impl TryFrom<String> for TimeOfDay {
    type Error = InvalidTime;
    fn try_from(text: String) -> Result<TimeOfDay, InvalidTime> {
        text.parse()
    }
}

impl From<TimeOfDay> for String {
    fn from(time: TimeOfDay) -> String {
        time.to_string()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_time_is_written_in_one_way(hour in 0u8..30, minute in 0u8..70, text in "[0-9]{0,3}:?[0-9]{0,3}") {
            if let Ok(time) = TimeOfDay::new(hour, minute) {
                prop_assert_eq!(time.to_string().parse(), Ok(time));
            } else {
                prop_assert!(hour > 23 || minute > 59);
            }
            if let Ok(time) = text.parse::<TimeOfDay>() {
                prop_assert_eq!(time.to_string(), text);
            }
        }
    }
}
