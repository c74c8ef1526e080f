//! Masks: how a text is written, sign by sign.
//!
//! `9` is a digit, `A` a letter from A to Z in either case, `*` one of both; all else stands for itself, and so does what
//! follows a `\`.

/// A sign of a mask.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Sign {
    Digit,
    Letter,
    Either,
    Literal(char),
}

impl Sign {
    fn takes(self, character: char) -> bool {
        match self {
            Sign::Digit => character.is_ascii_digit(),
            Sign::Letter => character.is_ascii_alphabetic(),
            Sign::Either => character.is_ascii_alphanumeric(),
            Sign::Literal(literal) => character == literal,
        }
    }
}

fn signs(mask: &str) -> Option<Vec<Sign>> {
    let mut signs = Vec::new();
    let mut characters = mask.chars();
    while let Some(character) = characters.next() {
        signs.push(match character {
            '9' => Sign::Digit,
            'A' => Sign::Letter,
            '*' => Sign::Either,
            '\\' => Sign::Literal(characters.next()?),
            literal => Sign::Literal(literal),
        });
    }
    Some(signs)
}

/// How many characters a mask asks for; none for one that asks for nothing or ends within an escape.
pub(crate) fn size(mask: &str) -> Option<usize> {
    let signs = signs(mask)?;
    let asks = signs.iter().any(|sign| !matches!(sign, Sign::Literal(_)));
    asks.then_some(signs.len())
}

/// A text that is written as the mask has it: the mask itself, with `0` and `A` where it asks.
#[must_use]
pub fn example(mask: &str) -> String {
    let sign = |sign: Sign| match sign {
        Sign::Digit => '0',
        Sign::Letter | Sign::Either => 'A',
        Sign::Literal(literal) => literal,
    };
    signs(mask).unwrap_or_default().into_iter().map(sign).collect()
}

/// Whether a text is written as the mask has it.
pub(crate) fn fits(mask: &str, text: &str) -> bool {
    let Some(signs) = signs(mask) else { return false };
    let mut characters = text.chars();
    signs
        .into_iter()
        .all(|sign| characters.next().is_some_and(|character| sign.takes(character)))
        && characters.next().is_none()
}

/// The text with what the mask puts in; none where it does not fit.
pub(crate) fn put_in(mask: &str, typed: &str) -> Option<String> {
    let signs = signs(mask)?;
    // A literal may look like what is asked for (`\9 99`): who typed it and who left it out are both understood.
    [true, false]
        .into_iter()
        .find_map(|literals_typed| fill(&signs, typed, literals_typed))
}

fn fill(signs: &[Sign], typed: &str, literals_typed: bool) -> Option<String> {
    let mut filled = String::new();
    let mut characters = typed.chars().peekable();
    for sign in signs {
        if let Sign::Literal(literal) = sign {
            if literals_typed {
                characters.next_if_eq(literal);
            }
            filled.push(*literal);
            continue;
        }
        // Who parts groups in another way than the mask does is understood too.
        while characters.next_if(|character| matches!(character, ' ' | '-')).is_some() {}
        filled.push(characters.next_if(|character| sign.takes(*character))?);
    }
    characters.next().is_none().then_some(filled)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_a_mask_says_is_put_in_where_it_was_not_typed() {
        let cases = [
            ("999-9999", "1234567", Some("123-4567")),
            ("999-9999", "123-4567", Some("123-4567")),
            ("999-9999", "12 34 567", Some("123-4567")),
            ("999-9999", "123456", None),
            ("999-9999", "12345678", None),
            ("999-9999", "123456a", None),
            ("AA 99", "ab12", Some("ab 12")),
            ("AA 99", "a112", None),
            ("(**)", "a1", Some("(a1)")),
            ("(**)", "(é1)", None),
            (r"\A99", "12", Some("A12")),
            (r"\A99", "A12", Some("A12")),
            (r"\9 99", "12", Some("9 12")),
            (r"\9 99", "91", Some("9 91")),
            (r"\9 99", "9 91", Some("9 91")),
            ("沪A·99999", "B12345", Some("沪B·12345")),
            ("99%", "12", Some("12%")),
        ];
        for (mask, typed, filled) in cases {
            assert_eq!(put_in(mask, typed).as_deref(), filled, "{mask} {typed}");
            assert!(filled.is_none_or(|filled| fits(mask, filled)), "{mask} {typed}");
        }
        assert!(!fits("999-9999", "1234567") && !fits("99", "123") && !fits("99", "1"));
    }

    #[test]
    fn a_mask_that_asks_for_nothing_is_none() {
        for mask in ["", "---", r"\9", r"99\"] {
            assert_eq!(size(mask), None, "{mask}");
        }
        assert_eq!(size(r"\A99"), Some(3));
    }

    proptest! {
        #[test]
        fn what_was_put_in_fits_and_stays(mask in r"[9A*\\ ()/-]{0,8}", typed in "[0-9a-zA ()/-]{0,10}") {
            if let Some(filled) = put_in(&mask, &typed) {
                prop_assert!(fits(&mask, &filled));
                prop_assert_eq!(put_in(&mask, &filled), Some(filled));
            }
        }
    }
}
