//! A slip of paper from a roll, as the language that its printers speak (ESC/POS), in the characters that they know
//! (GB 18030).

use encoding_rs::GB18030;
use serde::Deserialize;

/// The most lines of a slip, and the most characters of a line: what a page says by mistake is no metre of paper.
const MOST_LINES: usize = 40;
const LONGEST_LINE: usize = 200;
/// The most bytes of a QR code.
const LONGEST_CODE: usize = 400;

const RESET: &[u8] = b"\x1b@";
const CHINESE: &[u8] = b"\x1c&";
const CENTRE: &[u8] = b"\x1ba\x01";
const LEFT: &[u8] = b"\x1ba\x00";
const BOLD: &[u8] = b"\x1bE\x01";
const PLAIN: &[u8] = b"\x1bE\x00";
/// Twice as wide and high, Latin and Chinese characters alike.
const LARGE: &[u8] = b"\x1d!\x11\x1cW\x01";
const ORDINARY: &[u8] = b"\x1d!\x00\x1cW\x00";
/// Model 2, modules of six dots, a quarter may be damaged.
const CODE_KIND: &[u8] = b"\x1d(k\x04\x001A2\x00\x1d(k\x03\x001C\x06\x1d(k\x03\x001E1";
const CODE_PRINT: &[u8] = b"\x1d(k\x03\x001Q0";
/// Feeds to the knife, and cuts.
const CUT: &[u8] = b"\n\x1dVB\x00";

/// What stands on a slip, from above.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Slip {
    /// Whose slip it is.
    pub title: String,
    /// What matters most, in large characters: the number.
    pub big: Option<String>,
    /// What else is said.
    pub lines: Vec<String>,
    /// A QR code.
    pub code: Option<String>,
    /// What stands below it.
    pub below: Option<String>,
}

/// Longer than any slip.
#[derive(Debug, PartialEq, Eq)]
pub struct TooLong;

impl Slip {
    /// The slip as a printer is given it.
    ///
    /// # Errors
    /// It is longer than a slip may be.
    pub fn bytes(&self) -> Result<Vec<u8>, TooLong> {
        let texts = [Some(&self.title), self.big.as_ref(), self.below.as_ref()];
        let mut all = texts.into_iter().flatten().chain(&self.lines);
        let too_long = all.any(|text| text.chars().count() > LONGEST_LINE);
        let code = self.code.as_deref().unwrap_or_default();
        if too_long || self.lines.len() > MOST_LINES || code.len() > LONGEST_CODE {
            return Err(TooLong);
        }
        let mut bytes = [RESET, CHINESE, CENTRE, BOLD, &line(&self.title), PLAIN].concat();
        if let Some(big) = &self.big {
            bytes.extend([LARGE, &line(big), ORDINARY].concat());
        }
        bytes.extend_from_slice(LEFT);
        for text in &self.lines {
            bytes.extend(line(text));
        }
        bytes.extend_from_slice(CENTRE);
        if !code.is_empty() {
            // Its length with the three bytes before it.
            let length = u16::try_from(code.len() + 3).unwrap_or_default().to_le_bytes();
            bytes.extend(
                [
                    CODE_KIND,
                    b"\x1d(k",
                    &length,
                    b"1P0",
                    code.as_bytes(),
                    CODE_PRINT,
                    b"\n",
                ]
                .concat(),
            );
        }
        if let Some(below) = &self.below {
            bytes.extend(line(below));
        }
        bytes.extend_from_slice(CUT);
        Ok(bytes)
    }
}

/// A line of text. What would be a command of the printer's is left out.
fn line(text: &str) -> Vec<u8> {
    let plain: String = text.chars().filter(|character| !character.is_control()).collect();
    let mut bytes = GB18030.encode(&plain).0.into_owned();
    bytes.push(b'\n');
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    fn number() -> Slip {
        Slip {
            title: "兰川市政务服务中心".to_owned(),
            big: Some("A012".to_owned()),
            lines: vec!["户籍、身份证".to_owned()],
            code: Some("https://h/tickets/1".to_owned()),
            below: Some("𠮷".to_owned()),
        }
    }

    #[test]
    fn a_number_is_printed_large_with_its_code_and_cut_off() {
        let bytes = number().bytes().unwrap_or_default();
        let holds = |part: &[u8]| bytes.windows(part.len()).any(|window| window == part);
        assert!(bytes.starts_with(b"\x1b@\x1c&") && bytes.ends_with(b"\x1dVB\x00"));
        assert!(holds(b"\x1d!\x11\x1cW\x01A012\n\x1d!\x00"));
        // 兰川 in GB 18030.
        assert!(holds(&[0xc0, 0xbc, 0xb4, 0xa8]));
        // Nineteen characters and three bytes before them.
        assert!(holds(b"\x1d(k\x16\x001P0https://h/tickets/1\x1d(k\x03\x001Q0"));
        // A character of four bytes, as names have them.
        assert!(holds(&[0x95, 0x32, 0x84, 0x36]) || holds(&GB18030.encode("𠮷").0));
    }

    #[test]
    fn no_text_is_a_command_of_the_printer() {
        let slip = Slip {
            lines: vec!["a\x1b@\x1dVB\u{85}\nb".to_owned()],
            ..Slip::default()
        };
        let bytes = slip.bytes().unwrap_or_default();
        assert!(bytes.windows(7).any(|window| window == b"a@VBb\n\x1b"), "{bytes:?}");
    }

    #[test]
    fn what_is_longer_than_a_slip_is_not_printed() {
        let with = |change: fn(&mut Slip)| {
            let mut slip = number();
            change(&mut slip);
            slip.bytes()
        };
        assert_eq!(with(|slip| slip.lines = vec![String::new(); 41]), Err(TooLong));
        assert_eq!(with(|slip| slip.title = "长".repeat(201)), Err(TooLong));
        assert_eq!(with(|slip| slip.code = Some("x".repeat(401))), Err(TooLong));
        assert!(with(|slip| slip.lines = vec!["长".repeat(200); 40]).is_ok());
    }
}
