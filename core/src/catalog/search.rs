//! Looking a service up by Chinese, English, part of a word, pinyin or its initials.

use std::borrow::Cow;

use onehall_client::SearchHit;
use onehall_protocol::catalog::Catalog;
use onehall_protocol::search::{SearchName, SearchPinyin, fit_text, folded, folded_char};
use onehall_protocol::{Language, Text};

use super::near::near;

/// What search needs of a catalog, prepared once.
pub struct SearchIndex {
    entries: Vec<Entry>,
}

struct Entry {
    /// Place of the item in the catalog.
    item: usize,
    name: SearchName,
    keywords: Vec<String>,
    /// The keywords in pinyin.
    spelt: SearchPinyin,
    /// Name and keywords, a line each.
    close: String,
    /// Summary and authority, in both languages.
    rest: String,
    frequent: u16,
}

/// A text in both languages, a line each.
fn lines(text: &Text) -> String {
    let mut lines = folded(&text.zh_cn);
    lines.push('\n');
    lines.push_str(&folded(&text.en));
    lines.push('\n');
    lines
}

/// How well one word fits one item: the higher the better, 0 for not at all.
fn fit(entry: &Entry, word: &str) -> u32 {
    let mut best = entry.name.fit(word);
    for keyword in &entry.keywords {
        best = best.max(fit_text(keyword, word, [860, 780, 700, 450]));
    }
    if word.is_ascii() {
        let spelt = entry.spelt.fit(word, [600, 600]);
        best = best.max(spelt).max(entry.spelt.fit_initials(word, [450, 450]));
    }
    best.max(fit_text(&entry.rest, word, [300, 300, 280, 200]))
}

/// What of an item is looked into.
pub(super) struct Searched<'a> {
    pub(super) name: Cow<'a, Text>,
    /// Of the name, and after bars of the keywords.
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
            let (name, spelt) = item.pinyin.split_once('|').unwrap_or((item.pinyin, ""));
            let mut rest = lines(&item.summary);
            if let Some(authority) = &item.authority {
                rest.push_str(&lines(authority));
            }
            let keywords: Vec<String> = item.keywords.into_iter().map(folded).collect();
            let mut close = lines(&item.name);
            for keyword in &keywords {
                close.push_str(keyword);
                close.push('\n');
            }
            Entry {
                item: place,
                name: SearchName::new(&item.name, name),
                keywords,
                spelt: SearchPinyin::new(spelt),
                close,
                rest,
                frequent: item.frequent.unwrap_or(u16::MAX),
            }
        });
        SearchIndex {
            entries: entries.collect(),
        }
    }

    /// The items that fit every word of the query, the best first; where there are none, those that come close to it.
    #[must_use]
    pub fn search(&self, catalog: &Catalog, query: &str, language: Language, limit: usize) -> Vec<SearchHit> {
        let query = folded(query);
        let (places, words, near) = self.places(&query, limit);
        let hits = places.into_iter().filter_map(|place| catalog.items.get(place));
        hits.map(|item| SearchHit {
            item: item.clone(),
            marks: marks(item.name.get(language), &words),
            near,
        })
        .collect()
    }

    /// As [`SearchIndex::search`], of a [folded] query: places of items, what to mark in their names, and whether they only come
    /// close.
    pub(super) fn places<'a>(&self, query: &'a str, limit: usize) -> (Vec<usize>, Vec<&'a str>, bool) {
        let words: Vec<&str> = query.split_whitespace().collect();
        // "shen fen zheng" and "sfz " are also looked for as one word.
        let joined: Option<String> = (words.len() > 1 && query.is_ascii()).then(|| words.concat());
        let whole = |entry: &Entry| {
            let mut score = 0;
            let mut all = !words.is_empty();
            for word in &words {
                let fits = fit(entry, word);
                all &= fits > 0;
                score += fits;
            }
            let score = if all { score / words.len() as u32 } else { 0 };
            let joined = joined.as_ref().map_or(0, |joined| {
                entry.name.fit_pinyin(joined).max(entry.spelt.fit(joined, [600, 600]))
            });
            score.max(joined)
        };
        let places = self.best(self.entries.iter().map(whole).collect(), limit);
        if !places.is_empty() {
            return (places, words, false);
        }
        let (scores, words) = near(self.entries.iter().map(|entry| entry.close.as_str()), query);
        (self.best(scores, limit), words, true)
    }

    /// Of the entries, each with its score, those that fit: the best first.
    fn best(&self, scores: Vec<u32>, limit: usize) -> Vec<usize> {
        let mut found: Vec<(u32, u16, usize)> = Vec::new();
        for (entry, score) in self.entries.iter().zip(scores) {
            if score == 0 {
                continue;
            }
            // The best so far, in order: there are never more than are asked for.
            let order = |hit: &(u32, u16, usize)| (std::cmp::Reverse(hit.0), hit.1, hit.2);
            let hit = (score, entry.frequent, entry.item);
            let at = found.partition_point(|before| order(before) < order(&hit));
            found.insert(at, hit);
            found.truncate(limit);
        }
        found.into_iter().map(|(_, _, place)| place).collect()
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
        assert_eq!(found("居民 证"), ["id"], "and not the other permits");
        assert!(found("   ").is_empty());
        assert!(found("火车").is_empty());
    }

    #[test]
    fn keywords_are_found_in_pinyin_and_after_the_names() {
        let mut catalog = catalog();
        catalog.items[1].pinyin = "ju zhu zheng shen ling | zan zhu zheng".to_owned();
        catalog.items[2].pinyin = "chu sheng deng ji | shang hu kou | zan zhu deng ji".to_owned();
        let found = |query: &str| {
            let hits = SearchIndex::new(&catalog).search(&catalog, query, Language::ZhCn, 10);
            hits.into_iter()
                .map(|hit| hit.item.code.to_string())
                .collect::<Vec<_>>()
        };
        for query in ["shanghukou", "shang hu kou", "hukou", "shk"] {
            assert_eq!(found(query), ["birth"], "{query}");
        }
        assert_eq!(found("zanzhu"), ["permit", "birth"]);
        assert_eq!(found("zhuzheng"), ["permit"]);
        assert!(
            found("umenzan").is_empty(),
            "no word runs from one keyword into the next"
        );
        assert!(found("kouzan").is_empty());
    }

    #[test]
    fn where_nothing_has_every_word_what_is_close_is_found_and_marked() {
        let catalog = catalog();
        let hits = SearchIndex::new(&catalog).search(&catalog, "身份证怎么换", Language::ZhCn, 10);
        assert_eq!(hits.len(), 1);
        assert_eq!(
            (hits[0].item.code.as_str(), hits[0].marks.as_slice()),
            ("id", [(2, 5)].as_slice())
        );
        assert!(hits[0].near, "and it is said that it is only close");
        assert_eq!(found("birth certificate"), ["birth"]);
    }

    #[test]
    fn the_words_are_marked_in_the_name() {
        let catalog = catalog();
        let hits = SearchIndex::new(&catalog).search(&catalog, "居民 换领", Language::ZhCn, 10);
        assert_eq!(hits[0].marks, [(0, 2), (5, 7)]);
        assert!(!hits[0].near);
    }

    proptest::proptest! {
        #[test]
        fn no_query_makes_search_panic(query in ".{0,30}") {
            let _ = found(&query);
        }
    }
}
