//! Looking up an entry of a list: by its name, part of its way, its code.

use onehall_protocol::catalog::ListedEntry;
use onehall_protocol::search::{SearchName, fit_text, folded};

use crate::context::{Entries, ListEntry, whole_label};

/// A list, prepared to be looked in.
#[derive(Debug, Clone)]
pub struct ListSearch {
    entries: Entries,
    names: Vec<Name>,
}

#[derive(Debug, Clone)]
struct Name {
    own: SearchName,
    code: String,
    /// What stands above it, in both languages and in pinyin.
    above: String,
}

impl ListSearch {
    /// Prepares a list. `pinyin` spells Chinese in syllables (`lan chuan shi`); where it gives nothing, entries are found
    /// by Chinese, English and code.
    #[must_use]
    pub fn new(entries: Entries, pinyin: &dyn Fn(&str) -> String) -> ListSearch {
        let name = |entry: &ListEntry| {
            let mut above = String::new();
            for over in entries.way(&entry.code).into_iter().filter(|over| *over != entry) {
                let spelt = pinyin(&over.label.zh_cn);
                let initials: String = spelt
                    .split_whitespace()
                    .filter_map(|word| word.chars().next())
                    .collect();
                let joined = spelt.replace(' ', "");
                for part in [&over.label.zh_cn, &over.label.en, &joined, &initials] {
                    above.push_str(&folded(part));
                    above.push('\n');
                }
            }
            Name {
                own: SearchName::new(&entry.label, &pinyin(&entry.label.zh_cn)),
                code: folded(&entry.code),
                above,
            }
        };
        let names = entries.all().iter().map(name).collect();
        ListSearch { entries, names }
    }

    /// The entries.
    #[must_use]
    pub fn entries(&self) -> &Entries {
        &self.entries
    }

    /// At most `limit` entries, and whether there are more. By words: those of which every word fits the name, the code or
    /// what stands above, the best first; without any: those right below `parent`, or at the top, in the list's order.
    #[must_use]
    pub fn find(&self, query: &str, parent: Option<&str>, limit: usize) -> (Vec<ListedEntry>, bool) {
        let query = folded(query);
        let words: Vec<&str> = query.split_whitespace().collect();
        let mut found: Vec<&ListEntry> = if words.is_empty() {
            self.entries.below(parent).take(limit.saturating_add(1)).collect()
        } else {
            self.fitting(&words, parent)
        };
        let more = found.len() > limit;
        found.truncate(limit);
        (found.into_iter().map(|entry| self.listed(entry)).collect(), more)
    }

    fn fitting(&self, words: &[&str], parent: Option<&str>) -> Vec<&ListEntry> {
        // "he dong qu" is also looked for as one word.
        let joined: String = words.concat();
        let mut found: Vec<(u32, &ListEntry)> = Vec::new();
        for (name, entry) in self.names.iter().zip(self.entries.all()) {
            let fits = words.iter().map(|word| name.fit(word));
            let mut score = match fits.clone().min() {
                Some(0) | None => 0,
                Some(_) => fits.sum::<u32>() / words.len() as u32,
            };
            if words.len() > 1 && joined.is_ascii() {
                score = score.max(name.own.fit_pinyin(&joined));
            }
            if score > 0 && self.is_below(entry, parent) {
                found.push((score, entry));
            }
        }
        // Stable: of equals the list's order decides.
        found.sort_by_key(|(score, _)| std::cmp::Reverse(*score));
        found.into_iter().map(|(_, entry)| entry).collect()
    }

    /// Whether an entry stands somewhere below another one; below none, every entry does.
    fn is_below(&self, entry: &ListEntry, parent: Option<&str>) -> bool {
        parent.is_none_or(|parent| {
            entry.code != parent && self.entries.way(&entry.code).iter().any(|above| above.code == parent)
        })
    }

    fn listed(&self, entry: &ListEntry) -> ListedEntry {
        let way = self.entries.way(&entry.code);
        ListedEntry {
            code: entry.code.clone(),
            label: entry.label.clone(),
            parent: entry.parent.clone(),
            whole: (way.len() > 1).then(|| whole_label(way.iter().map(|entry| &entry.label))),
            leaf: self.entries.is_leaf(&entry.code),
        }
    }
}

impl Name {
    fn fit(&self, word: &str) -> u32 {
        let own = self.own.fit(word).max(fit_text(&self.code, word, [1000, 890, 0, 0]));
        own.max(fit_text(&self.above, word, [300, 300, 280, 200]))
    }
}

#[cfg(test)]
mod tests {
    use onehall_protocol::Text;

    use super::*;

    fn entry(code: &str, zh_cn: &str, en: &str, parent: Option<&str>) -> ListEntry {
        ListEntry {
            code: code.to_owned(),
            label: Text::new(zh_cn, en),
            parent: parent.map(str::to_owned),
        }
    }

    fn regions() -> ListSearch {
        let entries = vec![
            entry("99", "云岭省", "Yunling Province", None),
            entry("9904", "兰川市", "Lanchuan City", Some("99")),
            entry("990402", "城关区", "Chengguan District", Some("9904")),
            entry("990405", "河东区", "Hedong District", Some("9904")),
            entry("9905", "白水市", "Baishui City", Some("99")),
            entry("990502", "河东镇", "Hedong Town", Some("9905")),
        ];
        let pinyin = |text: &str| {
            let syllable = |letter| match letter {
                '云' => "yun",
                '岭' => "ling",
                '省' => "sheng",
                '兰' => "lan",
                '川' => "chuan",
                '市' => "shi",
                '城' => "cheng",
                '关' => "guan",
                '区' => "qu",
                '河' => "he",
                '东' => "dong",
                '白' => "bai",
                '水' => "shui",
                _ => "zhen",
            };
            text.chars().map(syllable).collect::<Vec<_>>().join(" ")
        };
        ListSearch::new(entries.into(), &pinyin)
    }

    fn found(query: &str, parent: Option<&str>) -> Vec<String> {
        let (entries, _) = regions().find(query, parent, 10);
        entries.into_iter().map(|entry| entry.code).collect()
    }

    #[test]
    fn an_entry_is_found_however_one_types_it() {
        for query in [
            "河东区",
            "hedongqu",
            "he dong qu",
            "hdq",
            "HDQ",
            "Hedong Dis",
            "990405",
            "兰川 河东",
            "lanchuan hedong",
            "lcs hdq",
        ] {
            assert_eq!(
                found(query, None).first().map(String::as_str),
                Some("990405"),
                "{query}"
            );
        }
        assert!(found("河西", None).is_empty() && found("白水 城关", None).is_empty());
        // Parted where no syllable ends, it is still one word.
        assert_eq!(found("hed ongqu", None), ["990405"]);
    }

    #[test]
    fn without_words_one_looks_level_by_level() {
        assert_eq!(found("", None), ["99"]);
        assert_eq!(found("  ", Some("99")), ["9904", "9905"]);
        assert_eq!(found("", Some("9904")), ["990402", "990405"]);
        assert!(found("", Some("990402")).is_empty() && found("", Some("no such")).is_empty());
    }

    #[test]
    fn a_parent_keeps_the_search_below_it() {
        assert_eq!(found("hedong", None), ["990405", "990502"]);
        assert_eq!(found("hedong", Some("9905")), ["990502"]);
        assert!(!found("兰川", Some("9904")).contains(&"9904".to_owned()));
    }

    #[test]
    fn an_entry_comes_with_its_whole_way_and_says_whether_there_is_more_below() {
        let (entries, more) = regions().find("城关", None, 1);
        assert!(!more);
        assert_eq!(
            entries[0].whole,
            Some(Text::new(
                "云岭省兰川市城关区",
                "Chengguan District, Lanchuan City, Yunling Province"
            ))
        );
        assert!(entries[0].leaf);
        let (entries, more) = regions().find("", Some("99"), 1);
        assert_eq!((entries.len(), more), (1, true));
        assert!(!entries[0].leaf);
        let (top, _) = regions().find("", None, 10);
        assert_eq!(top[0].whole, None, "its own name is the whole way");
    }
}
