//! A catalog as the backend wrote it. A program that hands it on to a page does not carry what reads and writes every type of
//! it: what search needs is looked up where it stands.

use std::borrow::Cow;

use onehall_protocol::search::folded;
use onehall_protocol::{Language, Text};
use serde_json::Value;

use super::search::{SearchIndex, Searched, marks};
use crate::json;

/// A catalog as JSON.
pub(super) struct Written {
    /// All of it.
    pub(super) text: String,
    pub(super) version: String,
    pub(super) utc_offset_minutes: i32,
    authorities: Vec<Value>,
    items: Vec<Value>,
}

impl Written {
    pub(super) fn read(body: Vec<u8>) -> Option<Written> {
        let mut tree: Value = serde_json::from_slice(&body).ok()?;
        let version = tree["version"].as_str()?.to_owned();
        let utc_offset_minutes = tree["city"]["utc_offset_minutes"].as_i64()?.try_into().ok()?;
        let mut list = |name: &str| match tree[name].take() {
            Value::Array(list) => Some(list),
            _ => None,
        };
        Some(Written {
            version,
            utc_offset_minutes,
            authorities: list("authorities")?,
            items: list("items")?,
            text: String::from_utf8(body).ok()?,
        })
    }

    pub(super) fn index(&self) -> SearchIndex {
        SearchIndex::of(self.items.iter().map(|item| {
            let authority = self
                .authorities
                .iter()
                .find(|authority| authority["code"] == item["authority"]);
            Searched {
                name: Cow::Owned(text(&item["name"])),
                pinyin: words(&item["pinyin"]),
                keywords: item["keywords"]
                    .as_array()
                    .map(|keywords| keywords.iter().map(words).collect())
                    .unwrap_or_default(),
                summary: Cow::Owned(text(&item["summary"])),
                authority: authority.map(|authority| Cow::Owned(text(&authority["name"]))),
                frequent: item["frequent"].as_u64().and_then(|place| place.try_into().ok()),
            }
        }))
    }

    pub(super) fn search(&self, index: &SearchIndex, query: &str, language: Language, limit: usize) -> Vec<Value> {
        let query = folded(query);
        let (places, words, near) = index.places(&query, limit);
        let found = places.into_iter().filter_map(|place| self.items.get(place));
        found
            .map(|item| {
                let name = text(&item["name"]);
                let marks = marks(name.get(language), &words).into_iter();
                let marks = marks
                    .map(|(from, to)| Value::Array(vec![from.into(), to.into()]))
                    .collect();
                let mut hit = json::object([("item", item.clone()), ("marks", Value::Array(marks))]);
                // Pages of others do not say it.
                if near && cfg!(feature = "own-terminal") {
                    hit["near"] = true.into();
                }
                hit
            })
            .collect()
    }
}

fn words(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

fn text(value: &Value) -> Text {
    Text::new(words(&value["zh-CN"]), words(&value["en"]))
}

#[cfg(test)]
mod tests {
    use onehall_protocol::catalog::Catalog;
    use serde_json::json;

    use super::*;

    fn catalog() -> Value {
        let text = |zh_cn: &str, en: &str| json!({ "zh-CN": zh_cn, "en": en });
        let item = |code: &str, name: Value, pinyin: &str, frequent: Value| {
            json!({
                "code": code, "name": name, "summary": text("摘要", "What it is for"), "kind": "20", "authority": "public-security",
                "themes": [], "audience": ["citizen"], "channels": [], "promptness": "2", "promised_days": 5, "online": true,
                "frequent": frequent, "keywords": ["办证"], "pinyin": pinyin
            })
        };
        json!({
            "version": "v1",
            "city": { "name": text("兰川市", "Lanchuan"), "hall_name": text("政务服务", "Services"), "case_prefix": "LC",
                "utc_offset_minutes": 480, "hotline": "12345" },
            "authorities": [{ "code": "public-security", "name": text("公安局", "Public Security"), "organisation_code": "119904000031864295",
                "duty": text("d", "d"), "phone": "110",
                "address": text("a", "a") }],
            "halls": [], "life_events": [], "themes": [],
            "items": [
                item("permit", text("居住证申领", "Residence permit"), "ju zhu zheng shen ling", json!(null)),
                item("card", text("居民身份证换领", "Identity card renewal"), "ju min shen fen zheng huan ling | ban zheng", json!(1)),
            ]
        })
    }

    #[test]
    fn what_is_found_in_json_is_what_is_found_in_types() {
        let body = catalog().to_string();
        let written = Written::read(body.clone().into_bytes()).unwrap_or_else(|| panic!("not read"));
        let typed: Catalog = serde_json::from_str(&body).unwrap_or_else(|error| panic!("{error}"));
        assert_eq!((written.version.as_str(), written.utc_offset_minutes), ("v1", 480));
        assert_eq!(written.text, body);
        for query in [
            "身份证",
            "shenfen",
            "jmsfz",
            "办证",
            "card renewal",
            "公安",
            "public",
            "what",
            "banzheng",
            "身份证怎么换",
            "火车",
            "",
        ] {
            let hits = written.search(&written.index(), query, Language::ZhCn, 10);
            let theirs = SearchIndex::new(&typed).search(&typed, query, Language::ZhCn, 10);
            let codes: Vec<&str> = theirs.iter().map(|hit| hit.item.code.as_str()).collect();
            assert_eq!(
                hits.iter().map(|hit| words(&hit["item"]["code"])).collect::<Vec<_>>(),
                codes,
                "{query}"
            );
            let marks: Vec<Value> = theirs.iter().map(|hit| json!(hit.marks)).collect();
            assert_eq!(
                hits.iter().map(|hit| hit["marks"].clone()).collect::<Vec<_>>(),
                marks,
                "{query}"
            );
            let close = |near: bool| near && cfg!(feature = "own-terminal");
            assert_eq!(
                hits.iter().map(|hit| hit["near"] == true).collect::<Vec<_>>(),
                theirs.iter().map(|hit| close(hit.near)).collect::<Vec<_>>(),
                "{query}"
            );
        }
    }

    #[test]
    fn what_is_no_catalog_is_not_taken_for_one() {
        for body in [
            "",
            "[]",
            "{}",
            r#"{"version":"v1"}"#,
            r#"{"version":1,"city":{"utc_offset_minutes":480},"authorities":[],"items":[]}"#,
        ] {
            assert!(Written::read(body.as_bytes().to_vec()).is_none(), "{body}");
        }
    }
}
