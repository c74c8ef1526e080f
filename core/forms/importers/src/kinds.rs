//! The one place where other systems' kinds of questions become ours.
//!
//! An importer says what it found as a [`Wanted`]; here it becomes the nearest kind that keeps every answer sound, with a
//! finding where that is another one. Who gives the engine a new kind changes this file alone.

use onehall_forms::{Choice, DateBound, Kind, MaterialSource, NoteTone, Options, TimeOfDay};
use onehall_protocol::{MaterialCode, Text};

use crate::files::FileRules;
use crate::finding::Report;
use crate::names;

/// The most characters that a text of ours may allow.
const MOST_CHARACTERS: u32 = 20_000;
/// The most characters of one line where the source has no bound (ours would be 100).
const LINE: u32 = 1_000;

/// What a source asks for.
#[derive(Debug, Clone)]
pub(crate) enum Wanted {
    /// One line of text, and a pattern of ours that the whole of it matches.
    Line {
        min: Option<u32>,
        max: Option<u32>,
        pattern: Option<String>,
    },
    /// One line of text that is written as a mask of ours has it.
    Masked {
        mask: String,
        pattern: Option<String>,
    },
    /// Several lines of text.
    Lines {
        max: Option<u32>,
    },
    Number {
        min: Option<f64>,
        max: Option<f64>,
        decimals: u8,
        unit: Option<Text>,
    },
    Date {
        min: Option<DateBound>,
        max: Option<DateBound>,
    },
    /// A time of day; whether the source tells seconds too.
    Time {
        min: Option<TimeOfDay>,
        max: Option<TimeOfDay>,
        seconds: bool,
    },
    /// A day and a time.
    DateTime,
    /// A month of a year.
    MonthYear,
    Email,
    /// A phone number of any country.
    Phone,
    /// An address on the web.
    Website,
    /// A postal address.
    Address,
    YesNo,
    Choice(Vec<Choice>),
    Choices {
        options: Vec<Choice>,
        min: Option<u32>,
        max: Option<u32>,
    },
    /// Files, under this name.
    Files {
        name: String,
        most: Option<u32>,
        rules: FileRules,
    },
    /// A signature that is drawn.
    Signature,
    /// A statement that has to be agreed to.
    Agreement(Text),
    /// A text to read.
    Note(NoteTone),
    /// A kind that is known but that we have nothing like, by its name: its answer is text.
    Foreign(String),
}

/// A day with a time, as a text.
const DAY_AND_TIME: &str =
    "[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])[T ]([01]?[0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9])?";

/// Whether it asks for a day with a time.
pub(crate) fn is_moment(kind: &Kind) -> bool {
    matches!(kind, Kind::Text { pattern: Some(pattern), .. } if pattern == DAY_AND_TIME)
}

/// What helps with an answer that nobody would know how to write.
pub(crate) fn help(kind: &Kind) -> Option<Text> {
    is_moment(kind).then(|| Text::new("例如：2026-01-31 14:30", "Such as 2026-01-31 14:30"))
}

/// The kind that carries it.
pub(crate) fn kind(wanted: Wanted, path: &str, report: &mut Report) -> Kind {
    let shaped = |pattern: &str, most: u32| Kind::Text {
        max_length: Some(most),
        min_length: None,
        pattern: Some(pattern.to_owned()),
        mask: None,
    };
    match wanted {
        Wanted::Line { min, max, pattern } => {
            let max = characters(max, LINE, path, report);
            if min.is_some_and(|min| min > max) {
                let message = "more characters are needed than allowed: the smaller number is not carried";
                report.lost(path, "no_text_fits", message);
            }
            let min = min.filter(|min| *min > 0 && *min <= max);
            Kind::Text {
                max_length: Some(max),
                min_length: min,
                pattern,
                mask: None,
            }
        }
        Wanted::Masked { mask, pattern } => Kind::Text {
            max_length: None,
            min_length: None,
            pattern,
            mask: Some(mask),
        },
        Wanted::Lines { max } => Kind::LongText {
            max_length: Some(characters(max, MOST_CHARACTERS, path, report)),
        },
        Wanted::Number {
            min,
            max,
            decimals,
            unit,
        } => number(min, max, decimals, unit, path, report),
        Wanted::Date { min, max } => date(min, max, path, report),
        Wanted::Time { min, max, seconds } => {
            if seconds {
                let message = "a time of day is asked for to the minute: 14:30, without seconds and time zone";
                report.differs(path, "time_to_the_minute", message);
            }
            time(min, max, path, report)
        }
        Wanted::DateTime => {
            let message = "a day with a time is asked for as a text of the form 2026-01-31 14:30";
            report.differs(path, "date_time_as_text", message);
            shaped(DAY_AND_TIME, 20)
        }
        Wanted::MonthYear => {
            report.differs(
                path,
                "month_as_text",
                "a month is asked for as a text of the form 2026-01",
            );
            shaped("[0-9]{4}-(0[1-9]|1[0-2])", 7)
        }
        Wanted::Email => Kind::Email {},
        Wanted::Phone => {
            let message = "a phone number of any country is asked for as a text; ours are mobile numbers of 11 digits";
            report.differs(path, "phone_as_text", message);
            shaped("[0-9+() .,#*x/-]{3,}", 50)
        }
        Wanted::Website => {
            report.differs(path, "website_as_text", "an address on the web is asked for as a text");
            Kind::Text {
                max_length: Some(2_000),
                min_length: None,
                pattern: None,
                mask: None,
            }
        }
        Wanted::Address => {
            let message = "an address has two parts here, region and detail; the source's own parts are gone";
            report.differs(path, "address_parts", message);
            Kind::Address {}
        }
        Wanted::YesNo => Kind::YesNo {},
        Wanted::Choice(options) => match options_of(options, path, report) {
            Some(options) => Kind::Choice { options },
            None => line(),
        },
        Wanted::Choices { options, min, max } => match options_of(options, path, report) {
            Some(options) => {
                let count = u32::try_from(options.options.len()).unwrap_or(u32::MAX);
                let max = max.filter(|max| (1..count).contains(max));
                let min = min.filter(|min| (2..=max.unwrap_or(count)).contains(min));
                Kind::Choices { options, min, max }
            }
            None => line(),
        },
        Wanted::Files { name, most, rules } => material(&name, most, rules),
        Wanted::Signature => Kind::Signature {},
        Wanted::Agreement(statement) => Kind::Declaration { statement },
        Wanted::Note(tone) => Kind::Note { tone },
        Wanted::Foreign(name) => {
            let message = format!("there is nothing like `{name}` here: it is asked for as a text");
            report.differs(path, "kind_as_text", message);
            line()
        }
    }
}

fn line() -> Kind {
    Kind::Text {
        max_length: Some(LINE),
        min_length: None,
        pattern: None,
        mask: None,
    }
}

fn characters(given: Option<u32>, otherwise: u32, path: &str, report: &mut Report) -> u32 {
    match given {
        None | Some(0) => otherwise,
        Some(max) if max > MOST_CHARACTERS => {
            let message = format!("a text holds at most {MOST_CHARACTERS} characters here, not {max}");
            report.differs(path, "length_cut", message);
            MOST_CHARACTERS
        }
        Some(max) => max,
    }
}

fn number(
    min: Option<f64>,
    max: Option<f64>,
    decimals: u8,
    unit: Option<Text>,
    path: &str,
    report: &mut Report,
) -> Kind {
    let sound = |bound: f64| bound.is_finite() && bound.abs() < 1e15;
    if [min, max].into_iter().flatten().any(|bound| !sound(bound)) {
        let message = "a bound of sixteen digits and more is not carried";
        report.lost(path, "odd_bound", message);
    }
    let (mut min, mut max) = (min.filter(|min| sound(*min)), max.filter(|max| sound(*max)));
    if matches!((min, max), (Some(min), Some(max)) if min > max) {
        report.lost(
            path,
            "no_number_fits",
            "the smallest number is above the largest: neither is carried",
        );
        (min, max) = (None, None);
    }
    Kind::Number {
        min,
        max,
        decimals: decimals.min(10),
        unit,
    }
}

fn date(min: Option<DateBound>, max: Option<DateBound>, path: &str, report: &mut Report) -> Kind {
    let none_fits = match (min, max) {
        (Some(DateBound::Day(min)), Some(DateBound::Day(max))) => min > max,
        (Some(DateBound::FromToday { today_plus_days: min }), Some(DateBound::FromToday { today_plus_days: max })) => {
            min > max
        }
        _ => false,
    };
    if none_fits {
        report.lost(
            path,
            "no_day_fits",
            "the first day is after the last: neither is carried",
        );
        return Kind::Date { min: None, max: None };
    }
    Kind::Date { min, max }
}

fn time(min: Option<TimeOfDay>, max: Option<TimeOfDay>, path: &str, report: &mut Report) -> Kind {
    let step_minutes = None;
    if matches!((min, max), (Some(min), Some(max)) if min > max) {
        report.lost(
            path,
            "no_time_fits",
            "the earliest time is after the latest: neither is carried",
        );
        return Kind::Time {
            min: None,
            max: None,
            step_minutes,
        };
    }
    Kind::Time { min, max, step_minutes }
}

/// A time as other systems write it, to the minute: `14:30`, `9:30`, `14:30:00`, `14:30:00Z`.
pub(crate) fn time_of_day(text: &str) -> Option<TimeOfDay> {
    let (hour, rest) = text.trim().split_once(':')?;
    let minute = rest.get(..2)?;
    let after = &rest[2..];
    let digits = |part: &str| !part.is_empty() && part.len() <= 2 && part.bytes().all(|byte| byte.is_ascii_digit());
    if !digits(hour) || !digits(minute) || after.starts_with(|next: char| next.is_ascii_digit()) {
        return None;
    }
    TimeOfDay::new(hour.parse().ok()?, minute.parse().ok()?).ok()
}

/// Options with values that are there and differ. None where nothing is left to choose.
fn options_of(given: Vec<Choice>, path: &str, report: &mut Report) -> Option<Options> {
    let mut seen = std::collections::BTreeSet::new();
    let mut options = Vec::with_capacity(given.len());
    for option in given {
        if option.value.trim().is_empty() {
            continue;
        }
        if seen.insert(option.value.clone()) {
            options.push(option);
        } else {
            let message = format!(
                "the option `{}` stands there twice: the first one is carried",
                option.value
            );
            report.lost(path, "duplicate_option", message);
        }
    }
    if options.is_empty() {
        let message = "its options are not in the file (or are none): it is asked for as a text";
        report.differs(path, "no_options", message);
        return None;
    }
    Some(Options {
        options,
        code_table: None,
    })
}

fn material(name: &str, most: Option<u32>, rules: FileRules) -> Kind {
    let code = names::code(name, "file");
    let fallback = || "file".parse::<MaterialCode>().ok();
    match code.parse::<MaterialCode>().ok().or_else(fallback) {
        Some(material) => Kind::Material {
            material,
            max_files: most.map(|most| most.clamp(1, 100)),
            accept: rules.accept,
            max_kilobytes: rules.max_kilobytes,
            trust_grade: None,
            sources: vec![MaterialSource::Upload],
        },
        None => line(),
    }
}
