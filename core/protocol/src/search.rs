//! How a name is found: by Chinese, English, part of a word, pinyin or its initials. The same for the catalog, in which a
//! terminal searches, and for long lists, in which the backend does.

use crate::Text;

/// A name, prepared to be looked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SearchName {
    zh_cn: String,
    en: String,
    pinyin: SearchPinyin,
}

/// Chinese in pinyin, prepared to be looked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SearchPinyin {
    /// Without spaces.
    joined: String,
    /// Where in it a syllable starts.
    syllables: Vec<usize>,
    initials: String,
}

impl SearchPinyin {
    /// Prepares syllables: `shen fen zheng`.
    #[must_use]
    pub fn new(pinyin: &str) -> SearchPinyin {
        let mut joined = String::new();
        let mut syllables = Vec::new();
        let mut initials = String::new();
        for syllable in pinyin.split_whitespace() {
            syllables.push(joined.len());
            joined.push_str(&folded(syllable));
            initials.extend(syllable.chars().next().map(|first| first.to_ascii_lowercase()));
        }
        SearchPinyin {
            joined,
            syllables,
            initials,
        }
    }

    /// How well a word fits in full, from the start or from a later syllable: `shenfen`.
    #[must_use]
    pub fn fit(&self, word: &str, [start, later]: [u32; 2]) -> u32 {
        match find(&self.joined, word, 0) {
            Some(0) => start,
            Some(first) if self.starts_a_syllable(word, first) => later,
            _ => 0,
        }
    }

    fn starts_a_syllable(&self, word: &str, first: usize) -> bool {
        let mut at = Some(first);
        while let Some(here) = at {
            if self.syllables.contains(&here) {
                return true;
            }
            at = find(&self.joined, word, here + word.len().max(1));
        }
        false
    }

    /// How well a word of two letters or more fits the initials: `sfz`.
    #[must_use]
    pub fn fit_initials(&self, word: &str, [start, later]: [u32; 2]) -> u32 {
        match find(&self.initials, word, 0) {
            _ if word.len() < 2 => 0,
            Some(0) => start,
            Some(_) => later,
            None => 0,
        }
    }
}

impl SearchName {
    /// Prepares a name. `pinyin` is the Chinese one in syllables: `shen fen zheng`.
    ///
    /// ```
    /// use onehall_protocol::{Text, search::SearchName};
    /// let name = SearchName::new(&Text::new("居民身份证", "Identity card"), "ju min shen fen zheng");
    /// for word in ["身份", "ident", "shenfen", "sfz"] {
    ///     assert!(name.fit(word) > 0, "{word}");
    /// }
    /// assert_eq!(name.fit("enfen"), 0, "pinyin counts from the start of a syllable");
    /// ```
    #[must_use]
    pub fn new(name: &Text, pinyin: &str) -> SearchName {
        SearchName {
            zh_cn: folded(&name.zh_cn),
            en: folded(&name.en),
            pinyin: SearchPinyin::new(pinyin),
        }
    }

    /// How well one [folded] word fits: the higher the better, 0 for not at all.
    #[must_use]
    pub fn fit(&self, word: &str) -> u32 {
        let mut best =
            fit_text(&self.zh_cn, word, [1000, 900, 850, 800]).max(fit_text(&self.en, word, [1000, 880, 820, 500]));
        if word.is_ascii() {
            best = best.max(self.fit_pinyin(word));
            best = best.max(self.pinyin.fit_initials(word, [760, 560]));
        }
        best
    }

    /// How well a word fits as pinyin in full: `shenfen`.
    #[must_use]
    pub fn fit_pinyin(&self, word: &str) -> u32 {
        self.pinyin.fit(word, [840, 640])
    }
}

/// How well a folded word fits a folded text: the score for the whole text, its start, the start of a word in it, and
/// anywhere inside.
#[must_use]
#[inline(never)]
pub fn fit_text(text: &str, word: &str, [exact, start, word_start, inside]: [u32; 4]) -> u32 {
    let ascii = word.is_ascii();
    match find(text, word, 0) {
        None => 0,
        Some(_) if text.len() == word.len() => exact,
        Some(0) => start,
        Some(first) if ascii && starts_a_word(text, word, first) => word_start,
        // Two letters in the middle of an English word mean nothing.
        Some(_) if ascii && word.len() < 3 => 0,
        Some(_) => inside,
    }
}

fn starts_a_word(text: &str, word: &str, first: usize) -> bool {
    let mut at = Some(first);
    while let Some(here) = at {
        if !text[..here].ends_with(|before: char| before.is_ascii_alphanumeric()) {
            return true;
        }
        at = find(text, word, here + word.len().max(1));
    }
    false
}

/// Where a word stands first, from some place on. In one copy: the search for a string is much code.
#[inline(never)]
fn find(text: &str, word: &str, from: usize) -> Option<usize> {
    text.get(from..)?.find(word).map(|at| from + at)
}

/// Small letters, full-width forms as their ASCII letters: one character stays one character.
#[must_use]
pub fn folded(text: &str) -> String {
    text.chars().map(folded_char).collect()
}

/// As [`folded`], of one character.
#[must_use]
pub fn folded_char(character: char) -> char {
    let narrow = match character {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(character as u32 - 0xfee0).unwrap_or(character),
        '\u{3000}' => ' ',
        other => other,
    };
    small(narrow)
}

/// The small letter of a capital in the alphabets in which names are written here: English and its neighbours, pinyin with
/// its tones, Greek, Cyrillic. `char::to_lowercase` knows every script by a table, which each page would have to load.
fn small(letter: char) -> char {
    let code = letter as u32;
    let by = match letter {
        'A'..='Z' | 'À'..='Ö' | 'Ø'..='Þ' | 'Α'..='Ρ' | 'Σ'..='Ϋ' | 'А'..='Я' => 0x20,
        'Ѐ'..='Џ' => 0x50,
        // A capital, its small letter, the next capital.
        'Ā'..='į' | 'Ĳ'..='ķ' | 'Ŋ'..='ŷ' => 1 - code % 2,
        'Ĺ'..='ň' | 'Ź'..='ž' | 'Ǎ'..='ǜ' => code % 2,
        _ => 0,
    };
    char::from_u32(code + by).unwrap_or(letter)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn capitals_of_the_alphabets_of_names_become_small_as_unicode_says() {
        let letters = ['\0'..='Ŷ', 'Ź'..='ſ', 'Ǎ'..='ǜ', 'Α'..='Ϋ', 'Ѐ'..='џ'];
        for letter in letters.into_iter().flatten() {
            let mut lower = letter.to_lowercase();
            // What would become two letters stays one.
            let expected = match (lower.next(), lower.next()) {
                (Some(one), None) => one,
                _ => letter,
            };
            assert_eq!(folded_char(letter), expected, "{letter:?}");
        }
    }

    #[test]
    fn what_has_no_case_and_what_is_wide_is_found() {
        assert_eq!(folded("身份证\u{3000}ＡＢｃ１"), "身份证 abc1");
        assert_eq!(folded("ĀÁǍÀ Ǜ ÇA Ω Ж"), "āáǎà ǜ ça ω ж");
    }
}
