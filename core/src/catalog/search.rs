//! Looking a service up by Chinese, English, part of a word, pinyin or its initials.

use std::borrow::Cow;

use onehall_client::SearchHit;
use onehall_protocol::catalog::Catalog;
use onehall_protocol::search::{SearchName, fit_text, folded, folded_char};
use onehall_protocol::{Language, Text};

/// What search needs of a catalog, prepared once.
pub struct SearchIndex {
    entries: Vec<Entry>,
}

struct Entry {
    /// Place of the item in the catalog.
    item: usize,
    name: SearchName,
    keywords: Vec<String>,
    /// Summary and authority, in both languages.
    rest: String,
    frequent: u16,
}

/// How well one word fits one item: the higher the better, 0 for not at all.
fn fit(entry: &Entry, word: &str) -> u32 {
    let mut best = entry.name.fit(word);
    for keyword in &entry.keywords {
        best = best.max(fit_text(keyword, word, [860, 780, 700, 450]));
    }
    best.max(fit_text(&entry.rest, word, [300, 300, 280, 200]))
}

/// What of an item is looked into.
pub(super) struct Searched<'a> {
    pub(super) name: Cow<'a, Text>,
    pub(super) pinyin: &'a str,
    pub(super) keywords: Vec<&'a str>,
    pub(super) summary: Cow<'a, Text>,
    /// The name of its authority.
    pub(super) authority: Option<Cow<'a, Text>>,
    /// Its place among those that are asked for most.
    pub(super) frequent: Option<u16>,
}

impl SearchIndex {
    /// Prepares a catalog.
    #[must_use]
    pub fn new(catalog: &Catalog) -> SearchIndex {
        SearchIndex::of(catalog.items.iter().map(|item| {
            let authority = catalog
                .authorities
                .iter()
                .find(|authority| authority.code == item.authority);
            Searched {
                name: Cow::Borrowed(&item.name),
                pinyin: &item.pinyin,
                keywords: item.keywords.iter().map(String::as_str).collect(),
                summary: Cow::Borrowed(&item.summary),
                authority: authority.map(|authority| Cow::Borrowed(&authority.name)),
                frequent: item.frequent,
            }
        }))
    }

    /// Prepares the items of a catalog, in its order.
    pub(super) fn of<'a>(items: impl Iterator<Item = Searched<'a>>) -> SearchIndex {
        let entries = items.enumerate().map(|(place, item)| {
            let mut rest = folded(&format!("{}\n{}", item.summary.zh_cn, item.summary.en));
            if let Some(authority) = &item.authority {
                rest.push_str(&folded(&format!("\n{}\n{}", authority.zh_cn, authority.en)));
            }
            Entry {
                item: place,
                name: SearchName::new(&item.name, item.pinyin),
                keywords: item.keywords.into_iter().map(folded).collect(),
                rest,
                frequent: item.frequent.unwrap_or(u16::MAX),
            }
        });
        SearchIndex {
            entries: entries.collect(),
        }
    }

    /// The items that fit every word of the query, the best first.
    #[must_use]
    pub fn search(&self, catalog: &Catalog, query: &str, language: Language, limit: usize) -> Vec<SearchHit> {
        let (query, places) = self.places(query, limit);
        let words: Vec<&str> = query.split_whitespace().collect();
        let hits = places.into_iter().filter_map(|place| catalog.items.get(place));
        hits.map(|item| SearchHit {
            item: item.clone(),
            marks: marks(item.name.get(language), &words),
        })
        .collect()
    }

    /// The query as it is looked for, and the places of the items that fit every word of it, the best first.
    pub(super) fn places(&self, query: &str, limit: usize) -> (String, Vec<usize>) {
        let query = folded(query);
        let words: Vec<&str> = query.split_whitespace().collect();
        if words.is_empty() {
            return (query, Vec::new());
        }
        // "shen fen zheng" and "sfz " are also looked for as one word.
        let joined: String = words.concat();
        let mut found: Vec<(u32, u16, usize)> = Vec::new();
        for entry in &self.entries {
            let mut score = 0;
            let mut all = true;
            for word in &words {
                let fits = fit(entry, word);
                all &= fits > 0;
                score += fits;
            }
            let mut score = if all { score / words.len() as u32 } else { 0 };
            if words.len() > 1 && query.is_ascii() {
                score = score.max(entry.name.fit_pinyin(&joined));
            }
            if score > 0 {
                // The best so far, in order: there are never more than are asked for.
                let order = |hit: &(u32, u16, usize)| (std::cmp::Reverse(hit.0), hit.1, hit.2);
                let hit = (score, entry.frequent, entry.item);
                let at = found.partition_point(|before| order(before) < order(&hit));
                found.insert(at, hit);
                found.truncate(limit);
            }
        }
        let places = found.into_iter().map(|(_, _, place)| place).collect();
        (query, places)
    }
}

/// Where the words stand in a name: ranges of characters, in order and apart from each other.
pub(super) fn marks(name: &str, words: &[&str]) -> Vec<(usize, usize)> {
    let characters: Vec<char> = name.chars().map(folded_char).collect();
    let mut marked = vec![false; characters.len()];
    for word in words {
        let word: Vec<char> = word.chars().collect();
        for start in 0..characters.len().saturating_sub(word.len() - 1) {
            if characters[start..start + word.len()] == word[..] {
                marked[start..start + word.len()].fill(true);
            }
        }
    }
    let mut ranges = Vec::new();
    let mut start = None;
    for (at, on) in marked.into_iter().chain([false]).enumerate() {
        match (on, start) {
            (true, None) => start = Some(at),
            (false, Some(from)) => {
                ranges.push((from, at));
                start = None;
            }
            _ => {}
        }
    }
    ranges
}

#[cfg(test)]
mod tests {
    use onehall_protocol::catalog::{Catalog, Channel, City, ItemKind, ItemSummary, Promptness};
    use onehall_protocol::{Language, Text};

    use super::*;

    fn item(code: &str, zh_cn: &str, en: &str, pinyin: &str, keywords: &[&str]) -> ItemSummary {
        ItemSummary {
            code: code.parse().unwrap_or_else(|error| panic!("{error}")),
            name: Text::new(zh_cn, en),
            summary: Text::new("摘要", "Summary"),
            kind: ItemKind::PublicService,
            authority: "public-security".parse().unwrap_or_else(|error| panic!("{error}")),
            themes: Vec::new(),
            audience: Vec::new(),
            channels: vec![Channel::Desktop],
            promptness: Promptness::Promised,
            promised_days: 5,
            online: true,
            frequent: None,
            keywords: keywords.iter().map(|keyword| (*keyword).to_owned()).collect(),
            pinyin: pinyin.to_owned(),
        }
    }

    fn catalog() -> Catalog {
        Catalog {
            version: String::new(),
            city: City {
                name: Text::new("兰川市", "Lanchuan"),
                hall_name: Text::new("政务服务", "Services"),
                case_prefix: "LC".to_owned(),
                utc_offset_minutes: 480,
                hotline: "12345".to_owned(),
            },
            authorities: Vec::new(),
            halls: Vec::new(),
            life_events: Vec::new(),
            themes: Vec::new(),
            items: vec![
                item(
                    "id",
                    "居民身份证换领",
                    "Identity card renewal",
                    "ju min shen fen zheng huan ling",
                    &["身份证到期"],
                ),
                item(
                    "permit",
                    "居住证申领",
                    "Residence permit",
                    "ju zhu zheng shen ling",
                    &["暂住证"],
                ),
                item(
                    "birth",
                    "出生登记",
                    "Birth registration",
                    "chu sheng deng ji",
                    &["上户口", "baby"],
                ),
            ],
        }
    }

    fn found(query: &str) -> Vec<String> {
        let catalog = catalog();
        let hits = SearchIndex::new(&catalog).search(&catalog, query, Language::ZhCn, 10);
        hits.into_iter().map(|hit| hit.item.code.to_string()).collect()
    }

    #[test]
    fn a_service_is_found_however_one_types_it() {
        for query in [
            "身份证",
            "身份证换领",
            "identity",
            "Ident",
            "RENEWAL",
            "shenfenzheng",
            "shen fen",
            "sfz",
            "jmsfz",
            "ＳＦＺ",
        ] {
            assert_eq!(found(query).first().map(String::as_str), Some("id"), "{query}");
        }
        assert_eq!(found("上户口"), ["birth"]);
        assert_eq!(found("baby"), ["birth"]);
        assert_eq!(found("暂住证"), ["permit"]);
    }

    #[test]
    fn pinyin_counts_only_from_the_start_of_a_syllable() {
        // "enfen" stands inside "shenfenzheng", but nobody means that.
        assert!(found("enfen").is_empty());
    }

    #[test]
    fn every_word_has_to_fit() {
        assert_eq!(found("居民 换领"), ["id"]);
        assert!(found("居民 火车").is_empty());
        assert!(found("   ").is_empty());
    }

    #[test]
    fn the_words_are_marked_in_the_name() {
        let catalog = catalog();
        let hits = SearchIndex::new(&catalog).search(&catalog, "居民 换领", Language::ZhCn, 10);
        assert_eq!(hits[0].marks, [(0, 2), (5, 7)]);
    }

    proptest::proptest! {
        #[test]
        fn no_query_makes_search_panic(query in ".{0,30}") {
            let _ = found(&query);
        }
    }
}
