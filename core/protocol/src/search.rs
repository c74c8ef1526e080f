//! How a name is found: by Chinese, English, part of a word, pinyin or its initials. The same for the catalog, in which a
//! terminal searches, and for long lists, in which the backend does.

use crate::Text;

/// A name, prepared to be looked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SearchName {
    zh_cn: String,
    en: String,
    /// Pinyin without spaces, and where in it a syllable starts.
    pinyin: String,
    syllables: Vec<usize>,
    initials: String,
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
        let mut joined = String::new();
        let mut syllables = Vec::new();
        let mut initials = String::new();
        for syllable in pinyin.split_whitespace() {
            syllables.push(joined.len());
            joined.push_str(&folded(syllable));
            initials.extend(syllable.chars().next().map(|first| first.to_ascii_lowercase()));
        }
        SearchName {
            zh_cn: folded(&name.zh_cn),
            en: folded(&name.en),
            pinyin: joined,
            syllables,
            initials,
        }
    }

    /// How well one [folded] word fits: the higher the better, 0 for not at all.
    #[must_use]
    pub fn fit(&self, word: &str) -> u32 {
        let mut best =
            fit_text(&self.zh_cn, word, [1000, 900, 850, 800]).max(fit_text(&self.en, word, [1000, 880, 820, 500]));
        if word.is_ascii() {
            best = best.max(self.fit_pinyin(word));
            if word.len() >= 2 {
                best = best.max(match self.initials.find(word) {
                    Some(0) => 760,
                    Some(_) => 560,
                    None => 0,
                });
            }
        }
        best
    }

    /// How well a word fits as pinyin in full: `shenfen`.
    #[must_use]
    pub fn fit_pinyin(&self, word: &str) -> u32 {
        let mut found = self.pinyin.match_indices(word);
        match self.pinyin.find(word) {
            Some(0) => 840,
            Some(_) if found.any(|(at, _)| self.syllables.contains(&at)) => 640,
            _ => 0,
        }
    }
}

/// How well a folded word fits a folded text: the score for the whole text, its start, the start of a word in it, and
/// anywhere inside.
#[must_use]
pub fn fit_text(text: &str, word: &str, [exact, start, word_start, inside]: [u32; 4]) -> u32 {
    let ascii = word.is_ascii();
    match text.find(word) {
        None => 0,
        Some(_) if text.len() == word.len() => exact,
        Some(0) => start,
        Some(_) if ascii && starts_a_word(text, word) => word_start,
        // Two letters in the middle of an English word mean nothing.
        Some(_) if ascii && word.len() < 3 => 0,
        Some(_) => inside,
    }
}

fn starts_a_word(text: &str, word: &str) -> bool {
    text.match_indices(word)
        .any(|(at, _)| !text[..at].ends_with(|before: char| before.is_ascii_alphanumeric()))
}

/// Lower case, full-width forms as their ASCII letters: one character stays one character.
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
    let mut lower = narrow.to_lowercase();
    match (lower.next(), lower.next()) {
        (Some(one), None) => one,
        _ => narrow,
    }
}
