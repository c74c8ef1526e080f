//! Chinese names in pinyin, for people who type that.

use pinyin::ToPinyin;

/// `text` in pinyin without tones, syllables apart by spaces: `身份证` is `shen fen zheng`. Words in other letters are
/// kept as they are, in lower case; what is neither is a gap.
///
/// A character with several readings is given its most frequent one.
pub(super) fn spell(text: &str) -> String {
    let mut spelt = String::with_capacity(text.len() * 2);
    let mut inside_word = false;
    for character in text.chars() {
        match character.to_pinyin() {
            Some(syllable) => {
                gap(&mut spelt);
                spelt.push_str(&syllable.plain().replace('ü', "v"));
                inside_word = false;
            }
            None if character.is_alphanumeric() => {
                if !inside_word {
                    gap(&mut spelt);
                }
                spelt.extend(character.to_lowercase());
                inside_word = true;
            }
            None => inside_word = false,
        }
    }
    spelt
}

/// As [`spell`], a name and after it the words by which it is looked for, each after a bar. What has no Chinese in it, or
/// stands in one before it, is left out.
pub(super) fn spell_all<'a>(name: &str, words: impl Iterator<Item = &'a str>) -> String {
    let mut spelt = spell(name);
    for word in words.filter(|word| word.chars().any(|character| character.to_pinyin().is_some())) {
        let word = spell(word);
        if !format!(" {spelt} ").contains(&format!(" {word} ")) {
            spelt.push_str(" | ");
            spelt.push_str(&word);
        }
    }
    spelt
}

fn gap(spelt: &mut String) {
    if !spelt.is_empty() {
        spelt.push(' ');
    }
}

#[cfg(test)]
mod tests {
    use super::{spell, spell_all};

    #[test]
    fn a_name_is_spelt_in_syllables() {
        assert_eq!(spell("居民身份证换领"), "ju min shen fen zheng huan ling");
    }

    #[test]
    fn words_in_other_letters_are_kept() {
        assert_eq!(spell("VAT发票（2026年）"), "vat fa piao 2026 nian");
    }

    #[test]
    fn the_umlaut_is_typed_as_v() {
        assert_eq!(spell("旅游"), "lv you");
    }
    #[test]
    fn words_follow_a_name_each_once() {
        let words = ["换证", "身份证", "ID card", "社保", "换身份证", "换证"];
        assert_eq!(
            spell_all("居民身份证换领", words.into_iter()),
            "ju min shen fen zheng huan ling | huan zheng | she bao | huan shen fen zheng"
        );
    }
}
