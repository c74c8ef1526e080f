//! The hall's answers, read as far as the copy needs them.

use std::collections::{BTreeMap, BTreeSet};

use onehall_protocol::PersonId;
use serde_json::Value;

use super::machine::{End, Page, Pulled};
use super::mirror::{self, Change};
use crate::json;

/// The answer to a pull.
pub(super) fn pulled(body: &[u8]) -> Option<Pulled> {
    let mut answer: Value = json::read(body).ok()?;
    let sums = answer["checksums"].as_object().into_iter().flatten();
    let checksums: Option<BTreeMap<_, _>> = sums
        .map(|(principal, sum)| Some((principal.parse().ok()?, sum.as_str()?.parse().ok()?)))
        .collect();
    Some(Pulled {
        changes: changes(&mut answer)?,
        cursor: answer["cursor"].as_str()?.to_owned(),
        more: answer["more"].as_bool()?,
        principals: principals(&answer)?,
        checksums: checksums?,
    })
}

/// A page of a snapshot.
pub(super) fn page(body: &[u8]) -> Option<Page> {
    let mut answer: Value = json::read(body).ok()?;
    let end = match answer["next"].as_str() {
        Some(next) => End::Next(next.to_owned()),
        None => End::Cursor(answer["cursor"].as_str()?.to_owned()),
    };
    Some(Page {
        changes: changes(&mut answer)?,
        end,
        principals: principals(&answer)?,
    })
}

fn changes(answer: &mut Value) -> Option<Vec<Change>> {
    match answer.get_mut("changes")?.take() {
        // A kind of thing that this core does not know is passed over.
        Value::Array(changes) => Some(changes.into_iter().filter_map(mirror::change).collect()),
        _ => None,
    }
}

fn principals(answer: &Value) -> Option<BTreeSet<PersonId>> {
    let principals = answer["principals"].as_array()?.iter();
    principals.map(|principal| principal.as_str()?.parse().ok()).collect()
}

#[cfg(test)]
mod tests {
    use onehall_protocol::sync::Entity;
    use serde_json::json;

    use super::*;

    const ME: &str = "00000000-0000-0000-0000-000000000001";
    const IT: &str = "00000000-0000-0000-0000-000000000002";

    #[test]
    fn a_thing_is_kept_as_the_hall_wrote_it_and_what_is_unknown_is_passed_over() {
        let view = json!({ "id": IT, "revision": 3, "answers": { "a": 1 }, "of_a_newer_hall": true });
        let answer = json!({ "cursor": "c", "more": false, "principals": [ME], "changes": [
            { "entity": "draft", "principal": ME, "id": IT, "put": view },
            { "entity": "case", "principal": ME, "id": IT },
            { "entity": "letter", "principal": ME, "id": IT, "put": {} },
        ], "checksums": { ME: "0".repeat(32) } });
        let pulled = pulled(answer.to_string().as_bytes()).unwrap_or_else(|| panic!("unreadable"));
        let keys: Vec<_> = pulled
            .changes
            .iter()
            .map(|change| (change.key.0, change.now.is_some()))
            .collect();
        assert_eq!(keys, [(Entity::Draft, true), (Entity::Case, false)]);
        let held = pulled.changes[0].now.clone().unwrap_or_else(|| panic!("it is there"));
        assert_eq!((held.version, json::read(held.view.as_bytes()).ok()), (3, Some(view)));
        assert_eq!(mirror::taken_up(mirror::kept(&held)), Some(held));
        assert_eq!(pulled.checksums.len(), 1);
    }

    #[test]
    fn an_answer_of_another_shape_is_none() {
        for answer in [
            json!({}),
            json!({ "changes": [], "cursor": 1, "more": false, "principals": [] }),
            json!([]),
        ] {
            assert_eq!(pulled(answer.to_string().as_bytes()), None);
            assert_eq!(page(answer.to_string().as_bytes()), None);
        }
        let last = json!({ "changes": [], "cursor": "c", "principals": [] });
        assert_eq!(
            page(last.to_string().as_bytes()).map(|page| page.end),
            Some(End::Cursor("c".to_owned()))
        );
    }
}
