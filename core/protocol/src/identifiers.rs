//! Identifiers that carry a checksum or a shape of their own: parsed once, at the edge.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::Date;

/// Why a text is not the identifier that it should be. Never holds the text itself: it is personal data.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InvalidIdentifier {
    /// Wrong length, or a character that may not stand there.
    #[error("wrong length or characters")]
    Shape,
    /// The date inside is none.
    #[error("the date in it does not exist")]
    Date,
    /// The check character does not fit the others.
    #[error("the check character does not fit")]
    Checksum,
}

macro_rules! text_identifier {
    ($name:ident) => {
        impl $name {
            /// The identifier as text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }
        impl TryFrom<String> for $name {
            type Error = InvalidIdentifier;
            fn try_from(text: String) -> Result<Self, InvalidIdentifier> {
                text.parse()
            }
        }
        impl From<$name> for String {
            fn from(id: $name) -> String {
                id.0
            }
        }
        impl fmt::Debug for $name {
            /// Masked: a debug print must not leak personal data into a log.
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($name), "({})"), self.masked())
            }
        }
    };
}

/// A citizen's identity number, 公民身份号码, by GB 11643: 17 digits and a check character (mod 11-2).
///
/// ```
/// use onehall_protocol::{CitizenId, InvalidIdentifier};
/// assert!("11010519491231002X".parse::<CitizenId>().is_ok());
/// assert_eq!("110105194912310021".parse::<CitizenId>(), Err(InvalidIdentifier::Checksum));
/// ```
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(value_type = String, example = "11010519491231002X"))]
pub struct CitizenId(String);
text_identifier!(CitizenId);

impl CitizenId {
    /// The check character for the first 17 digits, by ISO 7064 mod 11-2.
    #[must_use]
    pub fn check_character(first_17: &str) -> Option<char> {
        const WEIGHTS: [u32; 17] = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
        if first_17.len() != 17 {
            return None;
        }
        let mut sum = 0;
        for (digit, weight) in first_17.chars().zip(WEIGHTS) {
            sum += digit.to_digit(10)? * weight;
        }
        "10X98765432".chars().nth((sum % 11) as usize)
    }

    /// The day of birth inside the number.
    ///
    /// # Panics
    /// Never: the day was checked when the number was parsed.
    #[must_use]
    pub fn birth_date(&self) -> Date {
        birth_date(&self.0).unwrap_or_else(|_| unreachable!("checked when parsed"))
    }

    /// The number as it may be shown: `110***********002X` keeps first three and last four.
    #[must_use]
    pub fn masked(&self) -> String {
        format!("{}***********{}", &self.0[..3], &self.0[14..])
    }
}

fn birth_date(number: &str) -> Result<Date, InvalidIdentifier> {
    let part = |range: std::ops::Range<usize>| number[range].parse::<u16>().map_err(|_| InvalidIdentifier::Shape);
    let (year, month, day) = (part(6..10)?, part(10..12)?, part(12..14)?);
    Date::new(i32::from(year), month as u8, day as u8).map_err(|_| InvalidIdentifier::Date)
}

impl FromStr for CitizenId {
    type Err = InvalidIdentifier;

    fn from_str(text: &str) -> Result<CitizenId, InvalidIdentifier> {
        let text = text.trim().to_ascii_uppercase();
        let bytes = text.as_bytes();
        if bytes.len() != 18
            || !bytes[..17].iter().all(u8::is_ascii_digit)
            || !(bytes[17].is_ascii_digit() || bytes[17] == b'X')
        {
            return Err(InvalidIdentifier::Shape);
        }
        if CitizenId::check_character(&text[..17]) != text.chars().last() {
            return Err(InvalidIdentifier::Checksum);
        }
        if birth_date(&text)? > Date::new(2200, 1, 1).map_err(|_| InvalidIdentifier::Date)? {
            return Err(InvalidIdentifier::Date);
        }
        Ok(CitizenId(text))
    }
}

/// A unified social credit code, 统一社会信用代码, by GB 32100: 17 characters and a check character (mod 31).
///
/// ```
/// use onehall_protocol::OrganisationCode;
/// assert!("91350100M000100Y43".parse::<OrganisationCode>().is_ok());
/// assert!("91350100M000100Y44".parse::<OrganisationCode>().is_err());
/// ```
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(value_type = String, example = "91350100M000100Y43"))]
pub struct OrganisationCode(String);
text_identifier!(OrganisationCode);

impl OrganisationCode {
    const ALPHABET: &'static str = "0123456789ABCDEFGHJKLMNPQRTUWXY";

    /// The check character for the first 17 characters, by GB 32100.
    #[must_use]
    pub fn check_character(first_17: &str) -> Option<char> {
        const WEIGHTS: [usize; 17] = [1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28];
        if first_17.len() != 17 {
            return None;
        }
        let mut sum = 0;
        for (character, weight) in first_17.chars().zip(WEIGHTS) {
            sum += Self::ALPHABET.find(character)? * weight;
        }
        Self::ALPHABET.chars().nth((31 - sum % 31) % 31)
    }

    /// The code as it may be shown: first two and last four.
    #[must_use]
    pub fn masked(&self) -> String {
        format!("{}************{}", &self.0[..2], &self.0[14..])
    }
}

impl FromStr for OrganisationCode {
    type Err = InvalidIdentifier;

    fn from_str(text: &str) -> Result<OrganisationCode, InvalidIdentifier> {
        let text = text.trim().to_ascii_uppercase();
        if text.len() != 18 || !text.chars().all(|character| Self::ALPHABET.contains(character)) {
            return Err(InvalidIdentifier::Shape);
        }
        if OrganisationCode::check_character(&text[..17]) != text.chars().last() {
            return Err(InvalidIdentifier::Checksum);
        }
        Ok(OrganisationCode(text))
    }
}

/// A mobile phone number of mainland China, 11 digits; spaces, hyphens and a leading +86 are dropped.
///
/// ```
/// use onehall_protocol::PhoneNumber;
/// let phone: PhoneNumber = "+86 138-0000-0001".parse()?;
/// assert_eq!(phone.as_str(), "13800000001");
/// # Ok::<(), onehall_protocol::InvalidIdentifier>(())
/// ```
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(value_type = String, example = "13800000001"))]
pub struct PhoneNumber(String);
text_identifier!(PhoneNumber);

impl PhoneNumber {
    /// The number as it may be shown: `138****0001`.
    #[must_use]
    pub fn masked(&self) -> String {
        format!("{}****{}", &self.0[..3], &self.0[7..])
    }
}

impl FromStr for PhoneNumber {
    type Err = InvalidIdentifier;

    fn from_str(text: &str) -> Result<PhoneNumber, InvalidIdentifier> {
        let text = text.trim();
        let national = text.strip_prefix("+86").unwrap_or(text);
        let digits: String = national
            .chars()
            .filter(|character| !matches!(character, ' ' | '-'))
            .collect();
        let bytes = digits.as_bytes();
        let shape = bytes.len() == 11
            && bytes.iter().all(u8::is_ascii_digit)
            && bytes[0] == b'1'
            && (b'3'..=b'9').contains(&bytes[1]);
        if shape {
            Ok(PhoneNumber(digits))
        } else {
            Err(InvalidIdentifier::Shape)
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_examples_of_the_standards_are_taken() {
        for id in ["11010519491231002X", "440524188001010014", "11010519491231002x"] {
            assert!(id.parse::<CitizenId>().is_ok(), "{id}");
        }
        assert_eq!(
            "110105194902310025".parse::<CitizenId>().err(),
            Some(InvalidIdentifier::Checksum)
        );
    }

    #[test]
    fn a_day_of_birth_that_does_not_exist_is_refused_even_with_a_right_checksum() {
        let first = "11010519490231002";
        let check = CitizenId::check_character(first).unwrap_or('?');
        assert_eq!(
            format!("{first}{check}").parse::<CitizenId>(),
            Err(InvalidIdentifier::Date)
        );
    }

    #[test]
    fn a_debug_print_hides_the_person() {
        let id: CitizenId = "11010519491231002X".parse().unwrap_or_else(|error| panic!("{error}"));
        assert_eq!(format!("{id:?}"), "CitizenId(110***********002X)");
    }

    proptest! {
        #[test]
        fn one_wrong_digit_of_a_citizen_id_is_always_noticed(at in 0usize..17, by in 1u8..10) {
            let mut bytes = b"11010519491231002X".to_vec();
            bytes[at] = b'0' + (bytes[at] - b'0' + by) % 10;
            let text = String::from_utf8_lossy(&bytes).into_owned();
            prop_assert!(text.parse::<CitizenId>().is_err());
        }

        #[test]
        fn one_wrong_character_of_an_organisation_code_is_always_noticed(at in 0usize..17, by in 1usize..31) {
            let mut characters: Vec<char> = "91350100M000100Y43".chars().collect();
            let place = OrganisationCode::ALPHABET.find(characters[at]).unwrap_or(0);
            characters[at] = OrganisationCode::ALPHABET.chars().nth((place + by) % 31).unwrap_or('0');
            let text: String = characters.into_iter().collect();
            prop_assert!(text.parse::<OrganisationCode>().is_err());
        }

        #[test]
        fn no_text_makes_the_parsers_panic(text in ".{0,40}") {
            let _ = text.parse::<CitizenId>();
            let _ = text.parse::<OrganisationCode>();
            let _ = text.parse::<PhoneNumber>();
        }
    }
}
