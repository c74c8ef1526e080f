//! Case numbers: made to be read aloud, typed in and noticed when mistyped.

use onehall_protocol::{CaseNumber, Date};

/// The number of the `running`-th case of a day: `LC-20261123-000042-7`. The last digit is a check digit over day and
/// running number (ISO 7064 mod 11-10), which notices each mistyped digit and nearly every swap of two. After a restore running
/// numbers have seven digits.
#[must_use]
pub fn case_number(prefix: &str, day: Date, running: u64) -> CaseNumber {
    let day: String = day.to_string().chars().filter(char::is_ascii_digit).collect();
    let running = format!("{running:06}");
    let check = check_digit(day.bytes().chain(running.bytes()).map(|byte| u32::from(byte - b'0')));
    CaseNumber(format!("{prefix}-{day}-{running}-{check}"))
}

fn check_digit(digits: impl Iterator<Item = u32>) -> u32 {
    let product = digits.fold(10, |product, digit| {
        let sum = (product + digit) % 10;
        (if sum == 0 { 10 } else { sum }) * 2 % 11
    });
    (11 - product) % 10
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Whether a number's check digit fits: the rule of the standard, read from the other side.
    fn fits(number: &str) -> bool {
        let mut digits: Vec<u32> = number.chars().filter_map(|character| character.to_digit(10)).collect();
        let check = digits.pop().unwrap_or(10);
        let product = digits.into_iter().fold(10, |product, digit| {
            let sum = (product + digit) % 10;
            (if sum == 0 { 10 } else { sum }) * 2 % 11
        });
        (product + check) % 10 == 1
    }

    fn day(text: &str) -> Date {
        text.parse().unwrap_or_else(|error| panic!("{text}: {error}"))
    }

    #[test]
    fn the_check_digit_is_that_of_the_standard() {
        // The example of ISO 7064 for mod 11-10: 0794 has the check digit 5.
        assert_eq!(check_digit([0, 7, 9, 4].into_iter()), 5);
        assert!(
            case_number("LC", day("2026-11-23"), 42)
                .0
                .starts_with("LC-20261123-000042-")
        );
    }

    proptest! {
        #[test]
        fn one_mistyped_digit_is_always_noticed(running in 1u64..6_000_000, at in 0usize..14, by in 1u32..10) {
            let number = case_number("LC", day("2026-11-23"), running).0;
            prop_assert!(fits(&number));
            let mut place = 0;
            let mistyped: String = number.chars().map(|character| match character.to_digit(10) {
                Some(digit) => {
                    place += 1;
                    let digit = if place - 1 == at { (digit + by) % 10 } else { digit };
                    char::from_digit(digit, 10).unwrap_or('?')
                }
                None => character,
            }).collect();
            prop_assert_ne!(&mistyped, &number);
            prop_assert!(!fits(&mistyped));
        }
    }
}
