//! Breaking a text into lines: between any two Chinese characters, between English words.

/// The widths of printable ASCII in Times-Roman, in thousandths of the font's size, from the space on: the standard's.
const TIMES: [u16; 95] = [
    250, 333, 408, 500, 500, 833, 778, 180, 333, 333, 500, 564, 250, 333, 250, 278, 500, 500, 500, 500, 500, 500, 500,
    500, 500, 500, 278, 278, 564, 564, 564, 444, 921, 722, 667, 667, 722, 611, 556, 722, 722, 333, 389, 722, 611, 889,
    722, 722, 556, 722, 667, 556, 611, 722, 722, 944, 722, 722, 611, 333, 278, 333, 469, 500, 333, 444, 500, 444, 500,
    444, 333, 500, 500, 278, 278, 500, 278, 778, 500, 500, 500, 500, 333, 389, 278, 500, 500, 722, 500, 500, 444, 480,
    200, 480, 541,
];

/// How wide a character is drawn, in parts of the font's size. A Chinese one is a square.
fn width(character: char) -> f32 {
    let place = (character as usize).checked_sub(usize::from(b' '));
    place
        .and_then(|place| TIMES.get(place))
        .map_or(1.0, |width| f32::from(*width) / 1000.0)
}

/// How wide a text is drawn, in parts of the font's size.
pub(super) fn text_width(text: &str) -> f32 {
    text.chars().map(width).sum()
}

/// Breaks a text into lines that are at most `most` wide, the first one `indent` shorter. No line begins with a mark
/// that belongs to what stands before it.
pub(super) fn broken(text: &str, most: f32, indent: f32) -> Vec<String> {
    let mut lines = Vec::new();
    for part in text.lines() {
        let mut line = String::new();
        let mut used = if lines.is_empty() { indent } else { 0.0 };
        for word in words(part) {
            let wide = text_width(&word);
            if used + text_width(word.trim_end()) > most && !line.is_empty() {
                lines.push(std::mem::take(&mut line).trim_end().to_owned());
                used = 0.0;
            }
            line.push_str(&word);
            used += wide;
        }
        lines.push(line.trim_end().to_owned());
    }
    lines
}

/// What may not be parted: a Latin word with the space behind it, a Chinese character with the marks behind it.
fn words(text: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    for character in text.chars() {
        let joins = words.last().is_some_and(|word| {
            let last = word.chars().last().unwrap_or(' ');
            let latin = character.is_ascii() && last.is_ascii() && last != ' ' && text_width(word) < 20.0;
            latin || closes(character) || opens(last)
        });
        match words.last_mut() {
            Some(word) if joins => word.push(character),
            _ => words.push(character.to_string()),
        }
    }
    words
}

fn closes(character: char) -> bool {
    "，。、；：！？）〕》」』”’…".contains(character)
}

fn opens(character: char) -> bool {
    "（〔《「『“‘".contains(character)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_line_does_not_begin_with_a_full_stop_and_a_word_is_not_cut() {
        assert_eq!(broken("甲乙丙丁。戊", 4.0, 0.0), ["甲乙丙", "丁。戊"]);
        assert_eq!(broken("one two three", 4.0, 0.0), ["one two", "three"]);
        assert_eq!(broken("one two three", 1.0, 0.0), ["one", "two", "three"]);
        assert_eq!(broken("甲乙丙丁", 3.0, 2.0), ["甲", "乙丙丁"]);
    }

    proptest! {
        #[test]
        fn nothing_is_lost_and_no_line_is_too_long(text in "[ a-zA-Z0-9甲乙丙，。《》]{0,200}", most in 5.0f32..40.0) {
            let lines = broken(&text, most, 2.0);
            let kept: String = lines.concat().chars().filter(|c| *c != ' ').collect();
            let wanted: String = text.chars().filter(|c| *c != ' ').collect();
            prop_assert_eq!(kept, wanted);
            for line in &lines {
                prop_assert!(text_width(line) <= most + 1e-3 || words(line).len() == 1, "{} {}", line, most);
            }
        }
    }
}
