//! Numbers of rules and amounts: exact decimals, the same on every target.
//!
//! Fixed point: 16 digits after the point, values below 10^20 in size. Sums and products of money have no binary drift;
//! a quotient is rounded half to even at the sixteenth digit.

use std::cmp::Ordering;
use std::fmt;
use std::str::FromStr;

/// A decimal number with 16 digits after the point, smaller than 10^20 in size.
///
/// ```
/// use onehall_forms::Decimal;
/// let third = Decimal::from(1).divided_by(Decimal::from(3)).ok_or("no quotient")?;
/// assert_eq!(third.to_string(), "0.3333333333333333");
/// assert_eq!("0.10".parse::<Decimal>()?.plus("0.2".parse()?), "0.3".parse().ok());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct Decimal(i128);

/// The text is no decimal number, or one that is too large.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not a decimal number below 10^20")]
pub struct InvalidDecimal;

const PLACES: u32 = 16;
const ONE: i128 = 10_i128.pow(PLACES);
const LIMIT: i128 = 10_i128.pow(20) * ONE;

impl Decimal {
    /// 0.
    pub const ZERO: Decimal = Decimal(0);

    fn within(units: i128) -> Option<Decimal> {
        (units.unsigned_abs() < LIMIT.unsigned_abs()).then_some(Decimal(units))
    }

    /// The sum, if it stays in range.
    #[must_use]
    pub fn plus(self, other: Decimal) -> Option<Decimal> {
        Decimal::within(self.0 + other.0)
    }

    /// The difference, if it stays in range.
    #[must_use]
    pub fn minus(self, other: Decimal) -> Option<Decimal> {
        Decimal::within(self.0 - other.0)
    }

    /// The product, if it stays in range; rounded half to even at the last digit.
    #[must_use]
    pub fn times(self, other: Decimal) -> Option<Decimal> {
        let negative = (self.0 < 0) != (other.0 < 0);
        let wide = wide_product(self.0.unsigned_abs(), other.0.unsigned_abs());
        let (quotient, rest) = divided_by_one(wide)?;
        let half = ONE.unsigned_abs() / 2;
        let up = rest > half || (rest == half && quotient % 2 == 1);
        let units = i128::try_from(quotient).ok()?.checked_add(i128::from(up))?;
        Decimal::within(if negative { -units } else { units })
    }

    /// The quotient, if there is one and it stays in range; rounded half to even at the last digit.
    #[must_use]
    pub fn divided_by(self, other: Decimal) -> Option<Decimal> {
        if other.0 == 0 {
            return None;
        }
        let negative = (self.0 < 0) != (other.0 < 0);
        let divisor = other.0.unsigned_abs();
        let mut units = self.0.unsigned_abs() / divisor;
        let mut rest = self.0.unsigned_abs() % divisor;
        // Both stay far below 2^128: rest < divisor < 10^36.
        for _ in 0..PLACES {
            rest *= 10;
            units = units.checked_mul(10)?.checked_add(rest / divisor)?;
            rest %= divisor;
        }
        let up = match (rest * 2).cmp(&divisor) {
            Ordering::Less => false,
            Ordering::Equal => units % 2 == 1,
            Ordering::Greater => true,
        };
        let units = i128::try_from(units).ok()?.checked_add(i128::from(up))?;
        Decimal::within(if negative { -units } else { units })
    }

    /// The rest of the division, with the sign of the dividend; none by zero.
    #[must_use]
    pub fn modulo(self, other: Decimal) -> Option<Decimal> {
        (other.0 != 0).then(|| Decimal(self.0 % other.0))
    }

    /// The number with the other sign.
    #[must_use]
    pub fn negated(self) -> Decimal {
        Decimal(-self.0)
    }

    /// Rounded to `places` digits after the point, a half away from zero (四舍五入).
    #[must_use]
    pub fn rounded(self, places: u32) -> Decimal {
        let step = 10_i128.pow(PLACES.saturating_sub(places));
        let rest = self.0 % step;
        let cut = self.0 - rest;
        let carry = if rest.abs() * 2 >= step && step > 1 {
            step * rest.signum()
        } else {
            0
        };
        Decimal(cut + carry)
    }

    /// The next whole number below or equal.
    #[must_use]
    pub fn floor(self) -> Decimal {
        Decimal(self.0.div_euclid(ONE) * ONE)
    }

    /// The next whole number above or equal.
    #[must_use]
    pub fn ceil(self) -> Decimal {
        Decimal(-((-self.0).div_euclid(ONE) * ONE))
    }

    /// How many digits after the point it needs.
    #[must_use]
    pub fn decimals(self) -> u32 {
        let mut fraction = self.0 % ONE;
        let mut places = PLACES;
        if fraction == 0 {
            return 0;
        }
        while fraction % 10 == 0 {
            fraction /= 10;
            places -= 1;
        }
        places
    }

    /// How many digits it has, without the zeros around them: 5 in `1200.50`.
    #[must_use]
    pub fn digits(self) -> u32 {
        let mut units = self.0.unsigned_abs();
        if units == 0 {
            return 1;
        }
        while units.is_multiple_of(10) {
            units /= 10;
        }
        units.ilog10() + 1
    }

    /// Whether the JSON number comes out of reading and writing as it went in, wherever that is done. Binary numbers
    /// hold 15 decimal digits for sure; whole numbers are read and written as such. What is rounded here is another one.
    #[must_use]
    pub fn survives(number: &serde_json::Number) -> bool {
        let exact = |read: &Decimal| read.digits() <= 15 && Some(read.nearest_f64()) == number.as_f64();
        !number.is_f64() || Decimal::from_json(number).as_ref().is_some_and(exact)
    }

    /// The value, if it is whole and fits.
    #[must_use]
    pub fn to_i64(self) -> Option<i64> {
        if self.0 % ONE == 0 {
            i64::try_from(self.0 / ONE).ok()
        } else {
            None
        }
    }

    /// The text with exactly `places` (at most 16) digits after the point, rounded as [`Decimal::rounded`].
    #[must_use]
    pub fn to_fixed(self, places: u32) -> String {
        let places = places.min(PLACES);
        let units = self.rounded(places).0;
        let sign = if units < 0 { "-" } else { "" };
        let (whole, fraction) = (
            units.unsigned_abs() / ONE.unsigned_abs(),
            units.unsigned_abs() % ONE.unsigned_abs(),
        );
        if places == 0 {
            return format!("{sign}{whole}");
        }
        let fraction = format!("{fraction:016}");
        format!("{sign}{whole}.{}", &fraction[..places as usize])
    }

    /// The value of a JSON number, if it is in range.
    #[must_use]
    pub fn from_json(number: &serde_json::Number) -> Option<Decimal> {
        match (number.as_i64(), number.as_u64()) {
            (Some(whole), _) => Some(Decimal::from(whole)),
            (_, Some(whole)) => Decimal::within(i128::from(whole) * ONE),
            _ => number.to_string().parse().ok(),
        }
    }

    /// The JSON number that is nearest: an integer where it is whole.
    #[must_use]
    pub fn to_json(self) -> serde_json::Value {
        match self.to_i64() {
            Some(whole) => whole.into(),
            None => self.nearest_f64().into(),
        }
    }

    /// The nearest binary number. Not by way of the text: reading floats from any text brings large tables.
    fn nearest_f64(self) -> f64 {
        let units = self.0.unsigned_abs();
        // As many binary digits as there is room for: the quotient has at least 73, so that the last one can stand for
        // all the rest, and the one rounding is that of the conversion.
        let shift = units.leading_zeros().min(127);
        let (quotient, rest) = (
            (units << shift) / ONE.unsigned_abs(),
            (units << shift) % ONE.unsigned_abs(),
        );
        let rounded = (quotient | u128::from(rest != 0)) as f64;
        let scale = f64::from_bits(u64::from(1023 - shift) << 52);
        let size = rounded * scale;
        if self.0 < 0 { -size } else { size }
    }
}

/// The product as 256 bits, lowest limb first.
fn wide_product(a: u128, b: u128) -> [u64; 4] {
    let low = |x: u128| x & u128::from(u64::MAX);
    let (a0, a1, b0, b1) = (low(a), a >> 64, low(b), b >> 64);
    let p00 = a0 * b0;
    let p01 = a0 * b1;
    let p10 = a1 * b0;
    let p11 = a1 * b1;
    let middle = (p00 >> 64) + low(p01) + low(p10);
    let high = (middle >> 64) + (p01 >> 64) + (p10 >> 64) + low(p11);
    let top = (high >> 64) + (p11 >> 64);
    [low(p00) as u64, low(middle) as u64, low(high) as u64, top as u64]
}

/// A 256-bit number divided by 10^16: quotient (if it fits 128 bits) and rest.
fn divided_by_one(limbs: [u64; 4]) -> Option<(u128, u128)> {
    let mut rest = 0_u128;
    let mut quotient = [0_u64; 4];
    for at in (0..4).rev() {
        let part = (rest << 64) | u128::from(limbs[at]);
        quotient[at] = (part / ONE.unsigned_abs()) as u64;
        rest = part % ONE.unsigned_abs();
    }
    let fits = quotient[2] == 0 && quotient[3] == 0;
    fits.then(|| ((u128::from(quotient[1]) << 64) | u128::from(quotient[0]), rest))
}

impl From<i64> for Decimal {
    fn from(whole: i64) -> Decimal {
        Decimal(i128::from(whole) * ONE)
    }
}

impl From<onehall_protocol::Money> for Decimal {
    fn from(money: onehall_protocol::Money) -> Decimal {
        Decimal(i128::from(money.fen()) * (ONE / 100))
    }
}

impl FromStr for Decimal {
    type Err = InvalidDecimal;

    /// `-12.5`, `1e-3`: ASCII digits, at most one point, an exponent. More than 16 digits after the point are rounded.
    fn from_str(text: &str) -> Result<Decimal, InvalidDecimal> {
        parse(text).ok_or(InvalidDecimal)
    }
}

fn parse(text: &str) -> Option<Decimal> {
    let (text, exponent) = match text.split_once(['e', 'E']) {
        Some((digits, exponent)) => (digits, exponent.parse::<i16>().ok()?),
        None => (text, 0),
    };
    let (negative, text) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    if whole.is_empty() && fraction.is_empty() {
        return None;
    }
    // Where the digit stands: 0 is the last one before the point.
    let mut place = i32::try_from(whole.len()).ok()? - 1 + i32::from(exponent);
    let mut units = 0_i128;
    let mut after: Option<u8> = None;
    let mut sticky = false;
    for byte in whole.bytes().chain(fraction.bytes()) {
        if !byte.is_ascii_digit() {
            return None;
        }
        let digit = i128::from(byte - b'0');
        if digit != 0 && place >= 20 {
            return None;
        }
        if place >= -(PLACES as i32) {
            if place < 20 {
                units += digit * 10_i128.pow((place + PLACES as i32) as u32);
            }
        } else if place == -(PLACES as i32) - 1 {
            after = Some(byte - b'0');
        } else {
            sticky |= digit != 0;
        }
        place -= 1;
    }
    let up = match after {
        Some(5) => sticky || units % 2 == 1,
        Some(digit) => digit > 5,
        None => false,
    };
    let units = units + i128::from(up);
    Decimal::within(if negative { -units } else { units })
}

impl fmt::Display for Decimal {
    /// Plain digits, no exponent, no zeros at the end: the canonical text.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.to_fixed(self.decimals()))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn number(text: &str) -> Decimal {
        text.parse().unwrap_or_else(|error| panic!("{text}: {error}"))
    }

    #[test]
    fn money_has_no_binary_drift() {
        let mut sum = Decimal::ZERO;
        for _ in 0..10 {
            sum = sum.plus(number("0.1")).unwrap_or_default();
        }
        assert_eq!(sum, Decimal::from(1));
        assert_eq!(number("1.1").times(number("1.1")), Some(number("1.21")));
    }

    #[test]
    fn a_half_is_rounded_away_from_zero() {
        assert_eq!(number("2.345").rounded(2), number("2.35"));
        assert_eq!(number("-2.345").rounded(2), number("-2.35"));
        assert_eq!(number("2.3449").to_fixed(2), "2.34");
        assert_eq!(number("-0.004").to_fixed(2), "0.00");
        assert_eq!(number("-1.5").floor(), Decimal::from(-2));
        assert_eq!(number("-1.5").ceil(), Decimal::from(-1));
    }

    #[test]
    fn digits_are_counted_without_the_zeros_around_them() {
        for (text, digits) in [
            ("0", 1),
            ("-1200.50", 5),
            ("0.0012", 2),
            ("123456789.123456789", 18),
            ("10000", 1),
        ] {
            assert_eq!(number(text).digits(), digits, "{text}");
        }
    }

    #[test]
    fn a_half_of_the_last_digit_goes_to_the_even_one() {
        let last = number("0.0000000000000001");
        let times = |count: i64| last.times(Decimal::from(count));
        for (factor, expected) in [("0.5", 0), ("0.51", 1), ("1.49", 1), ("1.5", 2), ("2.5", 2), ("3.5", 4)] {
            assert_eq!(last.times(number(factor)), times(expected), "{factor}");
            assert_eq!(last.negated().times(number(factor)), times(-expected), "-{factor}");
            assert_eq!(
                last.negated().times(number(factor).negated()),
                times(expected),
                "-{factor} twice"
            );
        }
        for (units, divisor, expected) in [
            (1, 2, 0),
            (3, 2, 2),
            (5, 2, 2),
            (7, 2, 4),
            (2, 3, 1),
            (4, 3, 1),
            (1, 3, 0),
        ] {
            let units = times(units).unwrap_or(Decimal::ZERO);
            assert_eq!(
                units.divided_by(Decimal::from(divisor)),
                times(expected),
                "{units}/{divisor}"
            );
            assert_eq!(units.negated().divided_by(Decimal::from(divisor)), times(-expected));
        }
        assert_eq!(number("2").divided_by(number("3")), Some(number("0.6666666666666667")));
        assert_eq!(
            number("99999999999999999999").divided_by(number("-1")),
            Some(number("-99999999999999999999"))
        );
        assert_eq!(
            number("9999999999").times(number("9999999999")),
            Some(number("99999999980000000001"))
        );
    }

    #[test]
    fn a_rest_has_the_sign_of_what_is_divided() {
        for (text, divisor, rest) in [
            ("7", "3", "1"),
            ("-7", "3", "-1"),
            ("7", "-3", "1"),
            ("7.5", "2", "1.5"),
            ("6", "3", "0"),
        ] {
            assert_eq!(
                number(text).modulo(number(divisor)),
                Some(number(rest)),
                "{text} % {divisor}"
            );
        }
        assert_eq!(number("7").modulo(Decimal::ZERO), None);
    }

    #[test]
    fn exponents_of_json_numbers_are_read() {
        assert_eq!(number("1.5e3"), Decimal::from(1500));
        assert_eq!(number("25e-2"), number("0.25"));
        assert_eq!(number("0.30000000000000004"), number("0.3"));
        for text in [
            "", ".", "-", "1e20", "1e400", "1e99999", "0x1", "1,0", "１", "1.2.3", "1e",
        ] {
            assert_eq!(text.parse::<Decimal>(), Err(InvalidDecimal), "{text}");
        }
    }

    #[test]
    fn what_leaves_the_range_is_no_number() {
        let large = number("99999999999999999999");
        assert_eq!(large.plus(large), None);
        assert_eq!(large.times(large), None);
        assert_eq!(large.divided_by(number("0.0001")), None);
        assert_eq!(large.divided_by(Decimal::ZERO), None);
    }

    proptest! {
        /// A number that leaves for another place as JSON is the same there.
        #[test]
        fn what_survives_is_read_as_it_was_written(units in 0..1_000_000_000_000_000_i128, moved in 0_u32..20) {
            let number = Decimal(units * 10_i128.pow(moved));
            let written = number.to_json().to_string();
            let read: serde_json::Number = serde_json::from_str(&written).unwrap_or_else(|error| panic!("{error}"));
            prop_assert!(Decimal::survives(&read), "{}", written);
            prop_assert_eq!(Decimal::from_json(&read), Some(number));
        }

        #[test]
        fn the_json_number_is_the_nearest_there_is(units in -LIMIT + 1..LIMIT, dropped in 0_u32..36) {
            let number = Decimal(units / 10_i128.pow(dropped));
            let text: f64 = number.to_string().parse().unwrap_or(f64::NAN);
            prop_assert_eq!(number.nearest_f64().to_bits(), text.to_bits());
        }

        #[test]
        fn the_text_gives_the_number_back(units in -LIMIT + 1..LIMIT) {
            prop_assert_eq!(Decimal(units).to_string().parse(), Ok(Decimal(units)));
        }

        #[test]
        fn products_of_whole_numbers_are_exact(a in -1_000_000_000_i64..1_000_000_000, b in -9_000_000_000_i64..9_000_000_000) {
            prop_assert_eq!(Decimal::from(a).times(Decimal::from(b)), Some(Decimal::from(a * b)));
            if b != 0 {
                let quotient = Decimal::from(a * b).divided_by(Decimal::from(b));
                prop_assert_eq!(quotient, Some(Decimal::from(a)));
            }
        }

        #[test]
        fn no_text_makes_the_parser_panic(text in "[-+]?[0-9.eE+-]{0,30}") {
            let _ = text.parse::<Decimal>();
        }

        #[test]
        fn no_arithmetic_panics(a in -LIMIT + 1..LIMIT, b in -LIMIT + 1..LIMIT, places in 0_u32..20) {
            let (a, b) = (Decimal(a), Decimal(b));
            let _ = (a.plus(b), a.minus(b), a.times(b), a.divided_by(b), a.modulo(b), a.rounded(places), a.floor(), a.ceil());
        }
    }
}
