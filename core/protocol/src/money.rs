//! Amounts of money without binary drift.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// An amount in yuan, kept in fen (1/100 yuan). On the wire a decimal string with two digits: `"20.00"`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(value_type = String, example = "20.00"))]
pub struct Money(i64);

/// The text is no amount of money.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not an amount of money with at most two decimals")]
pub struct InvalidMoney;

impl Money {
    /// Nothing to pay.
    pub const ZERO: Money = Money(0);

    /// An amount from fen.
    #[must_use]
    pub const fn from_fen(fen: i64) -> Money {
        Money(fen)
    }

    /// The amount in fen.
    #[must_use]
    pub const fn fen(self) -> i64 {
        self.0
    }
}

impl FromStr for Money {
    type Err = InvalidMoney;

    fn from_str(text: &str) -> Result<Money, InvalidMoney> {
        let (sign, digits) = match text.strip_prefix('-') {
            Some(rest) => (-1, rest),
            None => (1, text),
        };
        let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
        let all_digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
        if whole.is_empty() || fraction.len() > 2 || !all_digits(whole) || !all_digits(fraction) {
            return Err(InvalidMoney);
        }
        if digits.ends_with('.') {
            return Err(InvalidMoney);
        }
        let whole: i64 = whole.parse().map_err(|_| InvalidMoney)?;
        let fraction: i64 = format!("{fraction:0<2}").parse().map_err(|_| InvalidMoney)?;
        let fen = whole
            .checked_mul(100)
            .and_then(|fen| fen.checked_add(fraction))
            .ok_or(InvalidMoney)?;
        Ok(Money(sign * fen))
    }
}

impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.0 < 0 { "-" } else { "" };
        write!(
            f,
            "{sign}{}.{:02}",
            self.0.unsigned_abs() / 100,
            self.0.unsigned_abs() % 100
        )
    }
}

impl TryFrom<String> for Money {
    type Error = InvalidMoney;
    fn try_from(text: String) -> Result<Money, InvalidMoney> {
        text.parse()
    }
}

impl From<Money> for String {
    fn from(money: Money) -> String {
        money.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_amount_survives_its_text() {
        for text in ["0.00", "0.05", "20.00", "-3.10", "92233720368547758.07"] {
            assert_eq!(
                text.parse::<Money>().map(|money| money.to_string()),
                Ok(text.to_owned())
            );
        }
        assert_eq!("20".parse(), Ok(Money::from_fen(2000)));
        assert_eq!("20.5".parse(), Ok(Money::from_fen(2050)));
    }

    #[test]
    fn what_is_no_amount_is_refused() {
        for text in [
            "",
            ".",
            "1.",
            ".5",
            "1.234",
            "1,000",
            "1e3",
            "--1",
            "+1",
            "９",
            "92233720368547758.08",
        ] {
            assert_eq!(text.parse::<Money>(), Err(InvalidMoney), "{text}");
        }
    }
}
