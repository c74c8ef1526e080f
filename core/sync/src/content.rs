//! Content in pieces: what a hall must remember of a version to say later what changed since, and how a terminal makes one
//! version of another.
//!
//! A document is an object. Its fields are taken whole, but for lists of things that each have a `code` of their own (the
//! catalog's items, halls, authorities): of those, each thing is a piece.

use std::collections::BTreeMap;

use onehall_protocol::catalog::{ContentDelta, ListDelta};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// What a version was made of: of each piece a short hash, of each list the order of its codes.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Pieces {
    fields: BTreeMap<String, String>,
    lists: BTreeMap<String, Vec<(String, String)>>,
}

impl Pieces {
    /// The pieces of a document. `hash` must give different texts for different values.
    pub fn of<E>(document: &Map<String, Value>, hash: impl Fn(&Value) -> Result<String, E>) -> Result<Pieces, E> {
        let mut pieces = Pieces::default();
        for (name, value) in document {
            match coded(value) {
                Some(things) => {
                    let hashed = things
                        .into_iter()
                        .map(|(code, thing)| Ok((code.to_owned(), hash(thing)?)));
                    pieces.lists.insert(name.clone(), hashed.collect::<Result<_, E>>()?);
                }
                None => {
                    pieces.fields.insert(name.clone(), hash(value)?);
                }
            }
        }
        Ok(pieces)
    }

    /// What makes a document of these pieces into `document`, which is made of the pieces `now`.
    #[must_use]
    pub fn delta(&self, now: &Pieces, document: &Map<String, Value>) -> ContentDelta {
        let mut delta = ContentDelta::default();
        for (name, value) in document {
            match (self.lists.get(name), now.lists.get(name)) {
                (Some(before), Some(after)) => {
                    let known: BTreeMap<&str, &str> = before.iter().map(|(code, hash)| (&**code, &**hash)).collect();
                    let things = coded(value).unwrap_or_default();
                    let changed = things
                        .iter()
                        .zip(after)
                        .filter(|((code, _), (_, hash))| known.get(code).copied() != Some(&**hash));
                    let put = changed.map(|((_, thing), _)| (*thing).clone()).collect();
                    let codes =
                        |list: &[(String, String)]| list.iter().map(|(code, _)| code.clone()).collect::<Vec<_>>();
                    let order = Some(codes(after)).filter(|order| *order != codes(before));
                    let list = ListDelta { put, order };
                    if list != ListDelta::default() {
                        delta.lists.insert(name.clone(), list);
                    }
                }
                _ if self
                    .fields
                    .get(name)
                    .is_some_and(|hash| now.fields.get(name) == Some(hash)) => {}
                _ => {
                    delta.set.insert(name.clone(), value.clone());
                }
            }
        }
        let before = self.fields.keys().chain(self.lists.keys());
        delta.unset = before.filter(|name| !document.contains_key(*name)).cloned().collect();
        delta
    }
}

/// Makes one version of a document into the one that a delta leads to. None where the delta does not fit: it speaks of
/// something that the document does not have.
#[must_use]
pub fn apply(mut document: Map<String, Value>, delta: ContentDelta) -> Option<Map<String, Value>> {
    for name in &delta.unset {
        document.remove(name)?;
    }
    for (name, value) in delta.set {
        document.insert(name, value);
    }
    for (name, ListDelta { put, order }) in delta.lists {
        let Some(Value::Array(list)) = document.get_mut(&name) else {
            return None;
        };
        let mut things: BTreeMap<String, Value> = BTreeMap::new();
        let mut known = Vec::with_capacity(list.len());
        for thing in std::mem::take(list) {
            let code = code(&thing)?.to_owned();
            known.push(code.clone());
            things.insert(code, thing);
        }
        for thing in put {
            things.insert(code(&thing)?.to_owned(), thing);
        }
        for code in order.unwrap_or(known) {
            list.push(things.remove(&code)?);
        }
    }
    Some(document)
}

fn code(thing: &Value) -> Option<&str> {
    thing.get("code")?.as_str()
}

/// The things of a list by their codes; none where it is no such list.
fn coded(value: &Value) -> Option<Vec<(&str, &Value)>> {
    let things: Vec<(&str, &Value)> = value
        .as_array()?
        .iter()
        .map(|thing| Some((code(thing)?, thing)))
        .collect::<Option<_>>()?;
    let mut codes: Vec<&str> = things.iter().map(|(code, _)| *code).collect();
    codes.sort_unstable();
    let once = codes.windows(2).all(|pair| pair[0] != pair[1]);
    once.then_some(things)
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;

    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn pieces(document: &Map<String, Value>) -> Pieces {
        let text = |value: &Value| Ok::<_, Infallible>(value.to_string());
        Pieces::of(document, text).unwrap_or_else(|never| match never {})
    }

    fn object(value: Value) -> Map<String, Value> {
        match value {
            Value::Object(fields) => fields,
            other => panic!("no object: {other}"),
        }
    }

    /// Documents that share fields, codes and values often.
    fn document() -> impl Strategy<Value = Map<String, Value>> {
        let thing = (0u8..5, 0u8..3).prop_map(|(code, value)| json!({ "code": format!("c{code}"), "value": value }));
        let list = prop::collection::vec(thing, 0..6).prop_map(Value::Array);
        let plain = prop_oneof![
            (0u8..3).prop_map(Value::from),
            Just(json!([1, 2])),
            Just(json!([{ "code": 1 }]))
        ];
        let field = ("[a-d]", prop_oneof![3 => list, 1 => plain]);
        prop::collection::vec(field, 0..5).prop_map(|fields| fields.into_iter().collect())
    }

    proptest! {
        #[test]
        fn a_delta_makes_the_old_document_into_the_new_one(old in document(), new in document()) {
            let delta = pieces(&old).delta(&pieces(&new), &new);
            prop_assert_eq!(apply(old.clone(), delta.clone()), Some(new.clone()));
            prop_assert_eq!(delta == ContentDelta::default(), old == new);
        }

        #[test]
        fn pieces_are_kept_as_json(document in document()) {
            let pieces = pieces(&document);
            let text = serde_json::to_string(&pieces).unwrap_or_default();
            prop_assert_eq!(serde_json::from_str::<Pieces>(&text).ok(), Some(pieces));
        }
    }

    #[test]
    fn only_what_changed_travels() {
        let old = object(json!({ "version": 1, "city": { "name": "兰川" },
            "items": [{ "code": "a", "n": 1 }, { "code": "b", "n": 1 }, { "code": "c", "n": 1 }] }));
        let new = object(json!({ "version": 2, "city": { "name": "兰川" },
            "items": [{ "code": "a", "n": 1 }, { "code": "b", "n": 2 }, { "code": "c", "n": 1 }] }));
        let delta = pieces(&old).delta(&pieces(&new), &new);
        assert_eq!(delta.set, object(json!({ "version": 2 })));
        let items = ListDelta {
            put: vec![json!({ "code": "b", "n": 2 })],
            order: None,
        };
        assert_eq!(delta.lists, [("items".to_owned(), items)].into());
    }

    #[test]
    fn a_delta_that_speaks_of_what_is_not_there_does_not_fit() {
        let document = object(json!({ "items": [{ "code": "a" }] }));
        let unset = ContentDelta {
            unset: vec!["x".to_owned()],
            ..ContentDelta::default()
        };
        let list = |name: &str, order: &str| ContentDelta {
            lists: [(
                name.to_owned(),
                ListDelta {
                    put: Vec::new(),
                    order: Some(vec![order.to_owned()]),
                },
            )]
            .into(),
            ..ContentDelta::default()
        };
        for delta in [unset, list("halls", "a"), list("items", "b")] {
            assert_eq!(apply(document.clone(), delta), None);
        }
        assert!(apply(document, list("items", "a")).is_some());
    }
}
