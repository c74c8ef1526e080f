//! Dates, money, sizes and numbers as each language writes them.

use onehall_protocol::{Date, Language, Money, Timestamp};

use super::{Phrase, Words};

const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

/// A day: 2026年11月23日, 23 November 2026.
#[must_use]
pub fn date(day: Date, language: Language) -> String {
    let day = day.calendar();
    let (year, month, day) = (day.year(), u8::from(day.month()), day.day());
    match language {
        Language::ZhCn => format!("{year}年{month}月{day}日"),
        Language::En => format!("{day} {} {year}", MONTHS[usize::from(month - 1)]),
    }
}

/// A point in time on the city's clock: 2026年11月23日 09:02, 23 November 2026, 09:02. `offset_minutes` is the city's
/// offset from UTC.
#[must_use]
pub fn moment(at: Timestamp, offset_minutes: i32, language: Language) -> String {
    let (day, hour, minute) = at.at_offset(offset_minutes);
    let day = date(day, language);
    match language {
        Language::ZhCn => format!("{day} {hour:02}:{minute:02}"),
        Language::En => format!("{day}, {hour:02}:{minute:02}"),
    }
}

/// An amount: 1,200.00 元, CNY 1,200.00.
#[must_use]
pub fn money(amount: Money, language: Language) -> String {
    let text = amount.to_string();
    let (whole, fraction) = text.split_once('.').unwrap_or((&text, "00"));
    let whole = grouped(whole);
    match language {
        Language::ZhCn => format!("{whole}.{fraction} 元"),
        Language::En => format!("CNY {whole}.{fraction}"),
    }
}

/// Digits in groups of three: 1,234,567. A sign in front stays.
#[must_use]
pub fn grouped(digits: &str) -> String {
    let (sign, digits) = digits.strip_prefix('-').map_or(("", digits), |rest| ("-", rest));
    let mut out = String::from(sign);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// A size of a file: 812 KB, 3.4 MB.
#[must_use]
pub fn size(bytes: u64) -> String {
    const KB: u64 = 1024;
    const MB: u64 = 1024 * KB;
    if bytes < KB {
        format!("{bytes} B")
    } else if bytes < MB {
        format!("{} KB", bytes.div_ceil(KB))
    } else {
        let tenths = (bytes * 10).div_ceil(MB);
        match tenths % 10 {
            0 => format!("{} MB", tenths / 10),
            tenth => format!("{}.{tenth} MB", tenths / 10),
        }
    }
}

/// A day as text that follows the language.
#[must_use]
pub fn date_words(day: Date) -> Words {
    Words::made(move |language| date(day, language))
}

/// A point in time as text that follows the language.
#[must_use]
pub fn moment_words(at: Timestamp, offset_minutes: i32) -> Words {
    Words::made(move |language| moment(at, offset_minutes, language))
}

/// An amount as text that follows the language; nothing to pay is "free".
#[must_use]
pub fn money_words(amount: Money) -> Words {
    const FREE: Phrase = Phrase::new("免费", "Free");
    if amount == Money::ZERO {
        FREE.into()
    } else {
        Words::made(move |language| money(amount, language))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_reads_as_people_write_it() -> Result<(), onehall_protocol::InvalidMoment> {
        let day = Date::new(2026, 11, 3)?;
        assert_eq!(date(day, Language::ZhCn), "2026年11月3日");
        assert_eq!(date(day, Language::En), "3 November 2026");
        Ok(())
    }

    #[test]
    fn a_time_is_the_citys_time() -> Result<(), onehall_protocol::InvalidMoment> {
        let at: Timestamp = "2026-11-23T16:05:00Z".parse()?;
        assert_eq!(moment(at, 480, Language::ZhCn), "2026年11月24日 00:05");
        assert_eq!(moment(at, 480, Language::En), "24 November 2026, 00:05");
        Ok(())
    }

    #[test]
    fn amounts_are_grouped_and_nothing_is_free() {
        assert_eq!(money(Money::from_fen(123_456_789), Language::ZhCn), "1,234,567.89 元");
        assert_eq!(money(Money::from_fen(-100_000), Language::En), "CNY -1,000.00");
        assert_eq!(money_words(Money::ZERO).get(Language::En), "Free");
        assert_eq!(grouped("100"), "100");
    }

    #[test]
    fn a_size_never_reads_smaller_than_it_is() {
        assert_eq!(size(1), "1 B");
        assert_eq!(size(1025), "2 KB");
        assert_eq!(size(10 * 1024 * 1024 + 1), "10.1 MB");
    }
}
