//! A text that fits a regular expression, for examples. Knows what forms use of them; the engine judges the outcome.

use std::iter::Peekable;
use std::str::Chars;

/// The most characters of an example.
const MOST: usize = 2_000;
/// How deep groups may nest.
const DEEPEST: usize = 40;

/// A text that fits `pattern`, where it can be told; what may be repeated any number of times is repeated `times` times.
pub fn example(pattern: &str, times: usize) -> Option<String> {
    let mut reader = Reader {
        rest: pattern.chars().peekable(),
        times,
        picked: 0,
    };
    let text = reader.alternatives(0)?;
    (reader.rest.next().is_none() && text.chars().count() <= MOST).then_some(text)
}

struct Reader<'a> {
    rest: Peekable<Chars<'a>>,
    times: usize,
    /// How many characters were picked: the next one of a class is another.
    picked: usize,
}

/// What one place of a pattern takes.
enum Piece {
    /// Nothing is written there: an anchor.
    Nothing,
    /// This, each time.
    Text(String),
    /// One of these, another each time.
    OneOf(Vec<(char, char)>),
}

const DIGITS: [(char, char); 1] = [('1', '9')];
const LETTERS: [(char, char); 2] = [('a', 'z'), ('A', 'Z')];

impl Reader<'_> {
    /// The first alternative counts; the others are only read.
    fn alternatives(&mut self, depth: usize) -> Option<String> {
        let first = self.sequence(depth)?;
        while self.rest.next_if_eq(&'|').is_some() {
            self.sequence(depth)?;
        }
        Some(first)
    }

    fn sequence(&mut self, depth: usize) -> Option<String> {
        let mut text = String::new();
        while let Some(next) = self.rest.peek() {
            if matches!(next, '|' | ')') {
                break;
            }
            let piece = self.piece(depth)?;
            for _ in 0..self.quantity()?.min(MOST) {
                match &piece {
                    Piece::Nothing => {}
                    Piece::Text(same) => text.push_str(same),
                    Piece::OneOf(ranges) => text.push(self.pick(ranges)?),
                }
                if text.len() > 4 * MOST {
                    return None;
                }
            }
        }
        Some(text)
    }

    fn piece(&mut self, depth: usize) -> Option<Piece> {
        Some(match self.rest.next()? {
            '^' | '$' => Piece::Nothing,
            '.' => Piece::OneOf(LETTERS.to_vec()),
            '[' => Piece::OneOf(self.class()?),
            '(' => {
                if depth == DEEPEST {
                    return None;
                }
                if self.rest.next_if_eq(&'?').is_some() {
                    // (?:…) or a name: (?P<year>…). Flags change what all else means.
                    match self.rest.next()? {
                        ':' => {}
                        'P' | '<' => {
                            self.rest.by_ref().find(|letter| *letter == '>')?;
                        }
                        _ => return None,
                    }
                }
                let inner = self.alternatives(depth + 1)?;
                self.rest.next_if_eq(&')')?;
                Piece::Text(inner)
            }
            '\\' => match self.escape()? {
                Escape::Anchor => Piece::Nothing,
                Escape::Literal(letter) => Piece::Text(letter.to_string()),
                Escape::Class(ranges) => Piece::OneOf(ranges),
            },
            '*' | '+' | '?' | '{' => return None,
            literal => Piece::Text(literal.to_string()),
        })
    }

    /// How often the piece before stands there.
    fn quantity(&mut self) -> Option<usize> {
        let quantity = match self.rest.peek() {
            Some('*' | '?') => {
                let open = self.rest.next() == Some('*');
                if open { self.times.saturating_sub(1) } else { 0 }
            }
            Some('+') => {
                self.rest.next();
                self.times.max(1)
            }
            Some('{') => {
                self.rest.next();
                let inner: String = self.rest.by_ref().take_while(|letter| *letter != '}').collect();
                match inner.split_once(',') {
                    None => inner.parse().ok()?,
                    Some((least, most)) => {
                        let least: usize = if least.is_empty() { 0 } else { least.parse().ok()? };
                        let most = if most.is_empty() {
                            usize::MAX
                        } else {
                            most.parse().ok()?
                        };
                        least.max(self.times.min(most))
                    }
                }
            }
            _ => return Some(1),
        };
        // Lazy or not: the same texts fit.
        let _ = self.rest.next_if_eq(&'?');
        Some(quantity)
    }

    fn class(&mut self) -> Option<Vec<(char, char)>> {
        let negated = self.rest.next_if_eq(&'^').is_some();
        let mut ranges = Vec::new();
        let mut first = true;
        loop {
            let from = match self.rest.next()? {
                ']' if !first => break,
                // Classes in classes and their arithmetic.
                '[' | '&' => return None,
                '\\' => match self.escape()? {
                    Escape::Anchor => return None,
                    Escape::Literal(letter) => letter,
                    Escape::Class(class) => {
                        ranges.extend(class);
                        first = false;
                        continue;
                    }
                },
                literal => literal,
            };
            first = false;
            let mut to = from;
            if self.rest.next_if_eq(&'-').is_some() {
                match self.rest.peek() {
                    Some(']') => ranges.push(('-', '-')),
                    _ => {
                        to = match self.rest.next()? {
                            '\\' => match self.escape()? {
                                Escape::Literal(letter) => letter,
                                _ => return None,
                            },
                            literal => literal,
                        };
                    }
                }
            }
            ranges.push((from, to));
        }
        if !negated {
            return Some(ranges);
        }
        let taken = |letter: &char| ranges.iter().any(|(from, to)| (*from..=*to).contains(letter));
        let left = ('a'..='z').chain('A'..='Z').chain('0'..='9').chain(['示', '-', ' ']);
        let left: Vec<(char, char)> = left
            .filter(|letter| !taken(letter))
            .map(|letter| (letter, letter))
            .collect();
        (!left.is_empty()).then_some(left)
    }

    fn escape(&mut self) -> Option<Escape> {
        Some(match self.rest.next()? {
            'd' => Escape::Class(DIGITS.to_vec()),
            'w' => Escape::Class(LETTERS.to_vec()),
            's' => Escape::Class(vec![(' ', ' ')]),
            'D' | 'W' | 'S' => Escape::Class(vec![('示', '示')]),
            'b' | 'A' | 'z' => Escape::Anchor,
            'p' => {
                // A class of Unicode by its name. What we can tell of most is a Chinese character or a letter.
                let name: String = match self.rest.next()? {
                    '{' => self.rest.by_ref().take_while(|letter| *letter != '}').collect(),
                    letter => letter.to_string(),
                };
                match name.as_str() {
                    "Han" | "Script=Han" | "L" | "Letter" => Escape::Class(vec![('示', '示'), ('例', '例')]),
                    "N" | "Nd" => Escape::Class(DIGITS.to_vec()),
                    "Lu" => Escape::Class(vec![('A', 'Z')]),
                    "Ll" => Escape::Class(vec![('a', 'z')]),
                    _ => return None,
                }
            }
            kind @ ('x' | 'u' | 'U') => {
                let digits: String = if self.rest.next_if_eq(&'{').is_some() {
                    self.rest.by_ref().take_while(|letter| *letter != '}').collect()
                } else {
                    let count = if kind == 'x' { 2 } else { 4 };
                    self.rest.by_ref().take(count).collect()
                };
                Escape::Literal(char::from_u32(u32::from_str_radix(&digits, 16).ok()?)?)
            }
            'n' => Escape::Literal('\n'),
            't' => Escape::Literal('\t'),
            letter if letter.is_ascii_alphanumeric() => return None,
            sign => Escape::Literal(sign),
        })
    }

    /// The next character of a class.
    fn pick(&mut self, ranges: &[(char, char)]) -> Option<char> {
        let (from, to) = *ranges.first()?;
        let size = (to as u32).checked_sub(from as u32)? + 1;
        let at = self.picked as u32 % size;
        self.picked += 1;
        (from as u32..=to as u32).skip(at as usize).find_map(char::from_u32)
    }
}

enum Escape {
    Anchor,
    Literal(char),
    Class(Vec<(char, char)>),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_forms_ask_for_is_found() {
        for (pattern, text) in [
            ("[A-Z]{2}[0-9]{6}", "AB234567"),
            (r"^\d{4}-\d{2}$", "1234-56"),
            ("(沪|京)[A-Z]·?[0-9A-Z]{5}", "沪A12345"),
            (r"(?:\+86 )?1[3-9]\d{9}", "13234567891"),
            (r"[\x{4e00}-\x{9fa5}]{2,4}", "一丁"),
            ("[^0-9]{3}", "aaa"),
            ("a|b", "a"),
            (r"[\w.-]+@[\w-]+\.cn", "a@b.cn"),
            ("(?P<year>2026)", "2026"),
            ("x[-a]y", "x-y"),
        ] {
            assert_eq!(example(pattern, 1).as_deref(), Some(text), "{pattern}");
        }
    }

    #[test]
    fn what_may_be_repeated_is_as_often_as_asked() {
        assert_eq!(example("[a-z]+", 6).as_deref(), Some("abcdef"));
        assert_eq!(example("a{2,4}", 8).as_deref(), Some("aaaa"));
        assert_eq!(example("a*", 1).as_deref(), Some(""));
    }

    #[test]
    fn what_is_not_understood_gives_nothing_and_ends() {
        for pattern in [
            "(?i)a",
            "[[:alpha:]]",
            "(",
            "a{",
            "*",
            r"\k",
            "((((a{900}){900}){900}){900})",
            &"(".repeat(99),
        ] {
            assert_eq!(example(pattern, 1), None, "{pattern}");
        }
    }
}
