//! The characters that the kiosk's keyboard writes: those of GB/T 2312, by their readings.
//!
//! `pinyin.txt` has a line for each syllable, without tones (`lü` is `lv`): characters of names, addresses and applications
//! first, then the common ones, then the rare ones and other readings.

const TABLE: &str = include_str!("pinyin.txt");

/// The most characters of which one chooses by turning pages.
const MOST: usize = 160;

/// The characters that a syllable may be, then those of longer syllables that begin so; the most frequent first.
pub(super) fn candidates(typed: &str) -> Vec<char> {
    let mut found = Vec::new();
    let mut take = |character: char| {
        if found.len() < MOST && !found.contains(&character) {
            found.push(character);
        }
    };
    let lines = || TABLE.lines().filter_map(|line| line.split_once(' '));
    let (exact, longer): (Vec<_>, Vec<_>) = lines()
        .filter(|(syllable, _)| syllable.starts_with(typed))
        .partition(|(syllable, _)| *syllable == typed);
    exact.iter().flat_map(|(_, all)| all.chars()).for_each(&mut take);
    // The first of each longer syllable, then the second of each …
    let mut rest: Vec<_> = longer.iter().map(|(_, all)| all.chars()).collect();
    while !rest.is_empty() {
        rest.retain_mut(|characters| characters.next().map(&mut take).is_some());
    }
    found
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::{MOST, TABLE, candidates};

    fn begins(typed: &str) -> String {
        candidates(typed).into_iter().take(6).collect()
    }

    #[test]
    fn a_name_and_an_address_are_written_by_what_comes_first() {
        for (typed, wanted) in [
            ("zhang", '张'),
            ("li", '李'),
            ("wang", '王'),
            ("min", '民'),
            ("shi", '市'),
            ("qu", '区'),
            ("lu", '路'),
            ("hao", '号'),
            ("lv", '吕'),
            ("zeng", '曾'),
        ] {
            assert!(
                candidates(typed).iter().take(24).any(|found| *found == wanted),
                "{typed}: {}",
                begins(typed)
            );
        }
        assert!(begins("zh").contains('张') || candidates("zh").contains(&'张'));
        assert!(candidates("").len() <= MOST && candidates("vv").is_empty() && candidates("zhangs").is_empty());
    }

    #[test]
    fn every_character_of_the_standard_can_be_written() {
        let all: BTreeSet<char> = TABLE
            .lines()
            .filter_map(|line| line.split_once(' '))
            .flat_map(|(_, all)| all.chars())
            .collect();
        assert_eq!(all.len(), 6_763, "of GB/T 2312");
        for (syllable, characters) in TABLE.lines().filter_map(|line| line.split_once(' ')) {
            assert!(syllable.bytes().all(|letter| letter.is_ascii_lowercase()), "{syllable}");
            let found: BTreeSet<char> = candidates(syllable).into_iter().collect();
            assert!(
                characters
                    .chars()
                    .take(MOST)
                    .all(|character| found.contains(&character)),
                "{syllable}"
            );
        }
    }
}
