//! Points in time and calendar days, without the time zone of the machine.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use time::OffsetDateTime;

/// The text is no date, or no point in time.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not a valid date or time")]
pub struct InvalidMoment;

/// A point in time, to the millisecond, in UTC. On the wire RFC 3339: `"2026-11-23T01:02:03.004Z"`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(value_type = String, format = DateTime))]
pub struct Timestamp(i64);

impl Timestamp {
    /// From milliseconds since the Unix epoch.
    #[must_use]
    pub const fn from_unix_millis(millis: i64) -> Timestamp {
        Timestamp(millis)
    }

    /// Milliseconds since the Unix epoch.
    #[must_use]
    pub const fn unix_millis(self) -> i64 {
        self.0
    }

    /// This point in time, `seconds` later.
    #[must_use]
    pub const fn plus_seconds(self, seconds: i64) -> Timestamp {
        Timestamp(self.0.saturating_add(seconds.saturating_mul(1000)))
    }

    /// The calendar day and the time of day (hour, minute) at an offset from UTC in minutes: +480 for Beijing time.
    #[must_use]
    pub fn at_offset(self, offset_minutes: i32) -> (Date, u8, u8) {
        let shifted = self.0.saturating_add(i64::from(offset_minutes) * 60_000);
        let moment =
            OffsetDateTime::from_unix_timestamp(shifted.div_euclid(1000)).unwrap_or(OffsetDateTime::UNIX_EPOCH);
        (Date(moment.date()), moment.hour(), moment.minute())
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (date, hour, minute) = self.at_offset(0);
        let second = self.0.div_euclid(1000).rem_euclid(60);
        write!(
            f,
            "{date}T{hour:02}:{minute:02}:{second:02}.{:03}Z",
            self.0.rem_euclid(1000)
        )
    }
}

impl FromStr for Timestamp {
    type Err = InvalidMoment;
    /// Reads RFC 3339, at whatever offset and with whatever fraction of a second; what is finer than a millisecond is cut off.
    fn from_str(text: &str) -> Result<Timestamp, InvalidMoment> {
        // By hand: the formats of the crate `time` are among the heaviest things that a page would load.
        rfc3339(text).map(Timestamp).ok_or(InvalidMoment)
    }
}

fn rfc3339(text: &str) -> Option<i64> {
    let (day, rest) = (text.get(..10)?, text.get(10..)?);
    let day: Date = day.parse().ok()?;
    let rest = rest.strip_prefix(['T', 't', ' '])?;
    let (hour, minute, second) = (pair(rest, 0)?, pair(rest, 3)?, pair(rest, 6)?);
    let separated = rest.as_bytes()[2] == b':' && rest.as_bytes()[5] == b':';
    if !separated || hour > 23 || minute > 59 || second > 59 {
        return None;
    }
    let mut rest = &rest[8..];
    let mut millis = 0;
    if let Some(fraction) = rest.strip_prefix('.') {
        let digits = fraction.bytes().take_while(u8::is_ascii_digit).count();
        if digits == 0 {
            return None;
        }
        for place in 0..3 {
            let digit = if place < digits {
                fraction.as_bytes()[place] - b'0'
            } else {
                0
            };
            millis = millis * 10 + i64::from(digit);
        }
        rest = &fraction[digits..];
    }
    let offset = match rest.as_bytes() {
        [b'Z' | b'z'] => 0,
        [sign @ (b'+' | b'-'), _, _, b':', _, _] => {
            let (hours, minutes) = (pair(rest, 1)?, pair(rest, 4)?);
            if hours > 23 || minutes > 59 {
                return None;
            }
            let offset = hours * 60 + minutes;
            if *sign == b'-' { -offset } else { offset }
        }
        _ => return None,
    };
    const UNIX_EPOCH: i64 = 2_440_588;
    let days = i64::from(day.0.to_julian_day()) - UNIX_EPOCH;
    Some((((days * 24 + hour) * 60 + minute - offset) * 60 + second) * 1000 + millis)
}

/// The number that two digits are.
fn pair(text: &str, at: usize) -> Option<i64> {
    match text.as_bytes().get(at..at + 2)? {
        [tens @ b'0'..=b'9', ones @ b'0'..=b'9'] => Some(i64::from(tens - b'0') * 10 + i64::from(ones - b'0')),
        _ => None,
    }
}

/// A day of the Gregorian calendar. On the wire `"2026-11-23"`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(value_type = String, format = Date))]
pub struct Date(time::Date);

impl Date {
    /// A day from year, month (1-12) and day of the month.
    ///
    /// # Errors
    /// [`InvalidMoment`] if there is no such day.
    pub fn new(year: i32, month: u8, day: u8) -> Result<Date, InvalidMoment> {
        let month = time::Month::try_from(month).map_err(|_| InvalidMoment)?;
        time::Date::from_calendar_date(year, month, day)
            .map(Date)
            .map_err(|_| InvalidMoment)
    }

    /// The calendar date, for arithmetic.
    #[must_use]
    pub const fn calendar(self) -> time::Date {
        self.0
    }

    /// Whole years from this day to `later`: the age on `later` of somebody born on this day.
    #[must_use]
    pub fn years_until(self, later: Date) -> i32 {
        let birthday_passed = (later.0.month() as u8, later.0.day()) >= (self.0.month() as u8, self.0.day());
        later.0.year() - self.0.year() - i32::from(!birthday_passed)
    }

    /// The day `days` later (earlier where negative); the calendar's last day where it would leave the calendar.
    #[must_use]
    pub fn plus_days(self, days: i64) -> Date {
        Date(self.0.saturating_add(time::Duration::days(days)))
    }
}

impl From<time::Date> for Date {
    fn from(date: time::Date) -> Date {
        Date(date)
    }
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{:04}-{:02}-{:02}",
            self.0.year(),
            self.0.month() as u8,
            self.0.day()
        )
    }
}

impl FromStr for Date {
    type Err = InvalidMoment;
    fn from_str(text: &str) -> Result<Date, InvalidMoment> {
        let bytes = text.as_bytes();
        let shape = bytes.len() == 10
            && bytes.iter().enumerate().all(|(i, byte)| {
                if i == 4 || i == 7 {
                    *byte == b'-'
                } else {
                    byte.is_ascii_digit()
                }
            });
        if !shape {
            return Err(InvalidMoment);
        }
        let number = |range: std::ops::Range<usize>| text[range].parse::<u16>().map_err(|_| InvalidMoment);
        let (month, day) = (number(5..7)?, number(8..10)?);
        Date::new(i32::from(number(0..4)?), month as u8, day as u8)
    }
}

macro_rules! as_text {
    ($type:ty) => {
        impl Serialize for $type {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }
        impl<'de> Deserialize<'de> for $type {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                String::deserialize(deserializer)?
                    .parse()
                    .map_err(de::Error::custom)
            }
        }
    };
}
as_text!(Timestamp);
as_text!(Date);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_timestamp_survives_its_text() {
        for text in ["2026-11-23T01:02:03.004Z", "1969-12-31T23:59:59.999Z"] {
            assert_eq!(text.parse::<Timestamp>().map(|at| at.to_string()), Ok(text.to_owned()));
        }
        assert_eq!(
            "2026-11-23T09:02:03.004+08:00".parse::<Timestamp>(),
            "2026-11-23T01:02:03.004Z".parse()
        );
    }

    /// What the crate `time` reads, and as the same; but for leap seconds, which nobody writes.
    fn theirs(text: &str) -> Option<i64> {
        use time::format_description::well_known::Rfc3339;
        let moment = OffsetDateTime::parse(text, &Rfc3339).ok()?;
        i64::try_from(moment.unix_timestamp_nanos().div_euclid(1_000_000)).ok()
    }

    #[test]
    fn a_text_that_is_no_point_in_time_is_refused() {
        for text in [
            "",
            "2026-11-23",
            "2026-11-23T01:02:03",
            "2026-11-23T01:02Z",
            "2026-11-23T24:00:00Z",
            "2026-11-23T01:60:00Z",
            "2026-11-23T01:02:60Z",
            "2026-02-30T01:02:03Z",
            "2026-11-23T01:02:03.Z",
            "2026-11-23T01:02:03Z ",
            "2026-11-23T01:02:03+0800",
            "2026-11-23T01:02:03+24:00",
            "2026-11-23T01:02:03+08:60",
            "2026-11-23T01-02-03Z",
            "2026-11-23T01:02:0３Z",
            "2026-11-23T01:02:03零Z",
        ] {
            assert_eq!(text.parse::<Timestamp>(), Err(InvalidMoment), "{text}");
            assert_eq!(theirs(text), None, "{text}");
        }
    }

    proptest::proptest! {
        #[test]
        fn every_way_to_write_a_point_in_time_is_read_as_by_time(
            text in "(19|20)[0-9]{2}-[01][0-9]-[0-3][0-9][Tt][0-2][0-9]:[0-5][0-9]:[0-5][0-9](\\.[0-9]{1,9})?([Zz]|[+-][0-2][0-9]:[0-6][0-9])"
        ) {
            proptest::prop_assert_eq!(text.parse::<Timestamp>().ok().map(Timestamp::unix_millis), theirs(&text));
        }

        #[test]
        fn no_text_makes_it_panic(text in ".{0,40}") {
            let _ = text.parse::<Timestamp>();
        }
    }

    #[test]
    fn a_day_that_is_none_is_refused() {
        for text in [
            "2026-02-29",
            "2026-13-01",
            "2026-1-1",
            "20260101",
            "2026-01-01T00",
            "２026-01-01",
        ] {
            assert_eq!(text.parse::<Date>(), Err(InvalidMoment), "{text}");
        }
    }

    #[test]
    fn the_day_follows_the_offset() {
        let at: Timestamp = "2026-11-23T16:30:00.000Z"
            .parse()
            .unwrap_or(Timestamp::from_unix_millis(0));
        assert_eq!(at.at_offset(480).0.to_string(), "2026-11-24");
    }

    #[test]
    fn an_age_changes_on_the_birthday() {
        let born = Date::new(2000, 2, 29).unwrap_or(Date(time::Date::MIN));
        let day = |text: &str| text.parse::<Date>().unwrap_or(Date(time::Date::MIN));
        assert_eq!(born.years_until(day("2018-02-28")), 17);
        assert_eq!(born.years_until(day("2018-03-01")), 18);
    }
}
