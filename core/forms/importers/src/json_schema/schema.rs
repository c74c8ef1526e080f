//! Schemas as they apply: references followed, `allOf` merged.

use std::collections::BTreeMap;

use crate::finding::{ImportFinding, Report, refused};
use crate::json::{At, Json};

/// How deep schemas may nest, and how many may be looked at: references make a short file long.
pub(super) const DEEP: usize = 40;
const MOST: usize = 100_000;

/// A schema object, and the references that led to it.
#[derive(Debug, Clone)]
pub(super) struct Part<'a> {
    pub(super) at: At<'a>,
    pub(super) refs: Vec<String>,
}

/// Schema objects that all apply to the same value.
#[derive(Debug, Clone)]
pub(super) struct Schema<'a> {
    pub(super) parts: Vec<Part<'a>>,
    /// Keywords that were looked at already.
    pub(super) settled: Vec<&'static str>,
}

impl<'a> Schema<'a> {
    /// A keyword, from the first part that has it: what stands beside a reference comes before what it leads to.
    pub(super) fn get(&self, name: &str) -> At<'a> {
        let part = self.parts.iter().find(|part| part.at.has(name)).or(self.parts.first());
        part.map_or_else(|| At::root(&Json::Null), |part| part.at.get(name))
    }

    pub(super) fn has(&self, name: &str) -> bool {
        !self.settled.contains(&name) && self.parts.iter().any(|part| part.at.has(name))
    }

    /// Whether a keyword is there and null, which [`Schema::has`] takes for nothing.
    pub(super) fn has_null(&self, name: &str) -> bool {
        let mut given = self.parts.iter().filter_map(|part| part.at.value.get(name));
        given.any(|value| *value == Json::Null)
    }

    pub(super) fn path(&self) -> String {
        self.parts.first().map(|part| part.at.path.clone()).unwrap_or_default()
    }

    /// Every value of a keyword, with the references that led to it.
    pub(super) fn every(&self, name: &str) -> Vec<Part<'a>> {
        let settled = self.settled.contains(&name);
        let having = self.parts.iter().filter(|part| part.at.has(name) && !settled);
        having
            .map(|part| Part {
                at: part.at.get(name),
                refs: part.refs.clone(),
            })
            .collect()
    }

    /// A bound that every part has to keep: the greatest of the least, or the least of the greatest.
    pub(super) fn bound(&self, name: &str, side: Side) -> Option<f64> {
        let given = self.every(name).into_iter().filter_map(|part| part.at.number());
        given.reduce(|a, b| match side {
            Side::Least => a.max(b),
            Side::Most => a.min(b),
        })
    }

    /// As [`Schema::bound`], of something that is counted.
    pub(super) fn count(&self, name: &str, side: Side) -> Option<u32> {
        let given = self.every(name).into_iter().filter_map(|part| part.at.count());
        given.reduce(|a, b| match side {
            Side::Least => a.max(b),
            Side::Most => a.min(b),
        })
    }

    /// The names that have to be there.
    pub(super) fn required(&self) -> Vec<String> {
        let listed = self.every("required").into_iter().flat_map(|part| part.at.items());
        listed.filter_map(|name| name.text().map(str::to_owned)).collect()
    }

    /// The properties, each with every schema that is written for it, in the order in which they stand there.
    pub(super) fn properties(&self) -> Vec<(&'a str, Vec<Part<'a>>)> {
        let mut found: Vec<(&'a str, Vec<Part<'a>>)> = Vec::new();
        for part in self.every("properties") {
            for (name, at) in part.at.fields() {
                let own = Part {
                    at,
                    refs: part.refs.clone(),
                };
                match found.iter_mut().find(|(known, _)| *known == name) {
                    Some((_, parts)) => parts.push(own),
                    None => found.push((name, vec![own])),
                }
            }
        }
        found
    }

    /// The types that a value may have, without `null`; and whether it may be null.
    pub(super) fn types(&self) -> (Vec<&'a str>, bool) {
        let given = self.get("type");
        let mut types: Vec<&str> = given.text().into_iter().collect();
        types.extend(given.items().iter().filter_map(At::text));
        let nullable = types.contains(&"null") || self.get("nullable").is_true();
        types.retain(|name| *name != "null");
        (types, nullable)
    }
}

/// Whether a schema takes null and nothing else.
pub(super) fn is_null(at: &At<'_>) -> bool {
    let listed = at.get("enum").items();
    at.get("type").text() == Some("null")
        || at.value.get("const") == Some(&Json::Null)
        || !listed.is_empty() && !listed.iter().any(At::is_there)
}

/// Which side of a range a bound is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Side {
    Least,
    Most,
}

/// Follows references.
pub(super) struct Schemas<'a> {
    root: At<'a>,
    looked_at: usize,
    /// The definitions that call themselves something, by that: looked for by every reference.
    ids: BTreeMap<&'a str, At<'a>>,
    anchors: BTreeMap<&'a str, At<'a>>,
}

impl<'a> Schemas<'a> {
    pub(super) fn new(root: At<'a>) -> Schemas<'a> {
        let (mut ids, mut anchors) = (BTreeMap::new(), BTreeMap::new());
        for (_, at) in [root.get("$defs"), root.get("definitions")].iter().flat_map(At::fields) {
            for (names, keywords) in [(&mut ids, ["$id", "id"]), (&mut anchors, ["$anchor", "$dynamicAnchor"])] {
                for name in keywords.iter().filter_map(|keyword| at.get(keyword).text()) {
                    names.entry(name).or_insert_with(|| at.clone());
                }
            }
        }
        Schemas {
            root,
            looked_at: 0,
            ids,
            anchors,
        }
    }

    /// Everything that applies where these parts stand.
    pub(super) fn all_of(&mut self, parts: &[Part<'a>], report: &mut Report) -> Result<Schema<'a>, ImportFinding> {
        let mut schema = Schema {
            parts: Vec::new(),
            settled: Vec::new(),
        };
        for part in parts {
            self.collect(part, &mut schema, report, 0)?;
        }
        Ok(schema)
    }

    fn collect(
        &mut self,
        part: &Part<'a>,
        schema: &mut Schema<'a>,
        report: &mut Report,
        depth: usize,
    ) -> Result<(), ImportFinding> {
        self.looked_at += 1;
        if self.looked_at > MOST {
            return Err(refused(
                &part.at.path,
                "too_large",
                format!("with its references written out it has more than {MOST} schemas"),
            ));
        }
        if depth > DEEP || part.refs.len() > DEEP {
            return Err(refused(&part.at.path, "too_deep", "its schemas nest absurdly deep"));
        }
        schema.parts.push(part.clone());
        for name in ["$ref", "$dynamicRef", "$recursiveRef"] {
            let given = part.at.get(name);
            let Some(target) = given.text() else { continue };
            let Some(at) = self.find(target) else {
                let message = format!("`{target}` is not in the file: what it says is not carried");
                report.lost(&given.path, "remote_ref", message);
                continue;
            };
            if part.refs.contains(&at.path) || part.at.path == at.path {
                let message = format!("`{target}` leads to itself: a form cannot be of any depth");
                return Err(refused(&given.path, "ref_cycle", message));
            }
            let mut refs = part.refs.clone();
            refs.push(at.path.clone());
            self.collect(&Part { at, refs }, schema, report, depth + 1)?;
        }
        for at in part.at.get("allOf").items() {
            let inner = Part {
                at,
                refs: part.refs.clone(),
            };
            self.collect(&inner, schema, report, depth + 1)?;
        }
        Ok(())
    }

    /// Where a reference leads, inside of the file.
    pub(super) fn find(&self, target: &str) -> Option<At<'a>> {
        let (document, fragment) = target.split_once('#').unwrap_or((target, ""));
        let own = self.root.any(&["$id", "id"]).text().unwrap_or_default();
        let from = if document.is_empty() || document == own.trim_end_matches('#') {
            self.root.clone()
        } else {
            self.ids.get(document).cloned()?
        };
        if fragment.is_empty() {
            return Some(from);
        }
        if !fragment.starts_with('/') {
            let named = self.anchors.get(fragment);
            return named.or_else(|| self.ids.get(format!("#{fragment}").as_str())).cloned();
        }
        let mut at = from;
        for step in fragment.split('/').skip(1) {
            let step = decoded(step).replace("~1", "/").replace("~0", "~");
            at = match at.value {
                Json::List(_) => at.items().into_iter().nth(step.parse().ok()?)?,
                _ => at.get(&step),
            };
            if !at.is_there() {
                return None;
            }
        }
        Some(at)
    }
}

/// `%20` and its like as the characters that they stand for.
fn decoded(step: &str) -> String {
    if !step.contains('%') {
        return step.to_owned();
    }
    let mut bytes = Vec::with_capacity(step.len());
    let mut rest = step.as_bytes();
    while let Some((first, behind)) = rest.split_first() {
        let hex = behind.get(..2).and_then(|hex| std::str::from_utf8(hex).ok());
        match hex
            .filter(|_| *first == b'%')
            .and_then(|hex| u8::from_str_radix(hex, 16).ok())
        {
            Some(byte) => {
                bytes.push(byte);
                rest = behind.get(2..).unwrap_or_default();
            }
            None => {
                bytes.push(*first);
                rest = behind;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}
