//! Schemas as conditions: whether an object, or an answer, is valid by one.
//!
//! A keyword that is not known could say anything, so a schema that has one is no condition.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::schema::{Part, Schema};
use super::{Builder, List, Scope, Slot, constant};
use crate::finding::ImportFinding;
use crate::json::{At, Json};
use crate::known::{Answer, Compare, Known, compare};
use crate::rules::{self, Unable, all, any, fails, holds, or_else};

/// Keywords that demand nothing, or are followed where schemas are merged.
const SAYS_NOTHING: [&str; 22] = [
    "$schema",
    "$id",
    "id",
    "$anchor",
    "$dynamicAnchor",
    "$comment",
    "$vocabulary",
    "$defs",
    "definitions",
    "title",
    "description",
    "default",
    "examples",
    "deprecated",
    "readOnly",
    "writeOnly",
    "$ref",
    "$dynamicRef",
    "$recursiveRef",
    "allOf",
    "enumNames",
    "errorMessage",
];

/// What is known of an object.
const OF_AN_OBJECT: [&str; 8] = [
    "type",
    "properties",
    "required",
    "anyOf",
    "oneOf",
    "not",
    "dependentRequired",
    "dependencies",
];

/// The place of a keyword, and what it says as a rule.
pub(super) type Said = (String, Result<Value, Unable>);

fn keyword(name: &str) -> Unable {
    Unable::new("keyword", format!("there is nothing like `{name}` here"))
}

impl<'a> Builder<'a, '_> {
    /// Whether an object is valid by a schema, as a rule over its properties.
    pub(super) fn holds_for(
        &mut self,
        part: &Part<'a>,
        scope: &Scope,
        groups: &[String],
        depth: usize,
    ) -> Result<Result<Value, Unable>, ImportFinding> {
        if let Some(flag) = constant(&part.at) {
            return Ok(Ok(Value::Bool(flag)));
        }
        if depth > 20 {
            return Ok(Err(Unable::new("condition_too_deep", "the condition nests too deep")));
        }
        let schema = self.all_of(std::slice::from_ref(part))?;
        if let Some(unable) = self.unread(&schema) {
            return Ok(Err(unable));
        }
        let required = schema.required();
        let properties = schema.properties();
        let mut rules = Vec::new();
        let mut may_be_null = Vec::new();
        for (name, parts) in &properties {
            let needed = required.iter().any(|required| required == name);
            if takes_null(&self.all_of(parts)?) {
                may_be_null.push(*name);
            }
            // What is not there is valid, unless it has to be there.
            let Some(slot) = scope.slots.get(*name) else { continue };
            match self.slot_holds(name, slot, parts, needed, groups, depth)? {
                Ok(rule) => rules.push(rule),
                Err(unable) => return Ok(Err(unable)),
            }
        }
        for name in &required {
            let constrained = properties.iter().any(|(property, _)| property == name);
            let rule = match answered(scope, name, groups) {
                Ok(rule) => rule,
                Err(unable) => return Ok(Err(unable)),
            };
            // An answer that is null is none here: who has to give null, or may, need not answer.
            if may_be_null.contains(&name.as_str()) && scope.slots.contains_key(name) {
                continue;
            }
            // A property that is there may still be of any value: `required` beside an empty schema.
            if !constrained || rule.is_boolean() || !matches!(scope.slots.get(name), Some(Slot::Object(_))) {
                rules.push(rule);
            }
        }
        for listed in schema
            .every("dependentRequired")
            .into_iter()
            .chain(schema.every("dependencies"))
        {
            for (name, needs) in listed.at.fields() {
                let names = needs.items();
                let names: Vec<&str> = names.iter().filter_map(At::text).collect();
                if !needs.is_list() {
                    return Ok(Err(keyword("dependencies")));
                }
                let there: Result<Vec<Value>, Unable> =
                    names.iter().map(|name| answered(scope, name, groups)).collect();
                match (answered(scope, name, groups), there) {
                    (Ok(given), Ok(there)) => rules.push(any([fails(given), all(there)])),
                    (Err(unable), _) | (_, Err(unable)) => return Ok(Err(unable)),
                }
            }
        }
        for keyword in ["anyOf", "oneOf"] {
            for listed in schema.every(keyword) {
                let mut branches = Vec::new();
                for at in listed.at.items() {
                    let inner = Part {
                        at,
                        refs: listed.refs.clone(),
                    };
                    match self.holds_for(&inner, scope, groups, depth + 1)? {
                        Ok(rule) => branches.push(rule),
                        Err(unable) => return Ok(Err(unable)),
                    }
                }
                rules.push(if keyword == "oneOf" && !self.exclude_each_other(&listed, scope)? {
                    self.exactly_one(branches, &listed.at, fails)
                } else {
                    any(branches)
                });
            }
        }
        for inner in schema.every("not") {
            match self.holds_for(&inner, scope, groups, depth + 1)? {
                Ok(rule) => rules.push(fails(rule)),
                Err(unable) => return Ok(Err(unable)),
            }
        }
        Ok(Ok(all(rules)))
    }

    /// That one of these holds and none of the others; where they are too many for that, one of them is enough, and it
    /// is told.
    fn exactly_one(&mut self, branches: Vec<Value>, at: &At<'_>, opposite: fn(Value) -> Value) -> Value {
        let count = branches.len();
        if count > MOST_BRANCHES {
            let message = "that no second one of the alternatives holds is not asked: there are too many of them";
            self.draft.report.lost(&at.path, "alternatives", message);
            return any(branches);
        }
        let alone = (0..count).map(|own| {
            let terms = branches.iter().cloned().enumerate();
            all(terms.map(|(other, rule)| if own == other { rule } else { opposite(rule) }))
        });
        any(alone)
    }

    /// Whether no two of these alternatives of an object hold at once, as they give one property, which is surely there,
    /// values of their own.
    fn exclude_each_other(&mut self, listed: &Part<'a>, scope: &Scope) -> Result<bool, ImportFinding> {
        let mut branches = Vec::new();
        for at in listed.at.items() {
            let refs = listed.refs.clone();
            let schema = self.all_of(&[Part { at, refs }])?;
            branches.push((schema.properties(), schema.required()));
        }
        let Some((first, _)) = branches.first() else {
            return Ok(true);
        };
        let is_there = |name: &str| {
            let always = matches!(scope.slots.get(name), Some(Slot::One { known, .. }) if known.required);
            let needing = branches
                .iter()
                .filter(|(_, required)| required.iter().any(|own| own == name));
            always || needing.count() + 1 >= branches.len()
        };
        let tells_apart = |name: &str| {
            let own = branches.iter().map(|(properties, _)| {
                let (_, parts) = properties.iter().find(|(own, _)| *own == name)?;
                parts.iter().find_map(|part| fixed(&part.at))
            });
            own.collect::<Option<Vec<_>>>().is_some_and(differ)
        };
        Ok(first.iter().any(|(name, _)| is_there(name) && tells_apart(name)))
    }

    /// Whether what was answered for a property is valid by these schemas.
    pub(super) fn slot_holds(
        &mut self,
        name: &str,
        slot: &Slot,
        parts: &[Part<'a>],
        needed: bool,
        groups: &[String],
        depth: usize,
    ) -> Result<Result<Value, Unable>, ImportFinding> {
        let mut own = Vec::new();
        match slot {
            Slot::One { known, list, .. } => {
                let mut takes_none = true;
                for part in parts {
                    match self.value_rule(known, part, groups, depth + 1)? {
                        Ok(rule) => own.push(rule),
                        Err(unable) => return Ok(Err(unable)),
                    }
                    takes_none &= *list == List::Empty && self.takes_empty(part, depth + 1)?;
                }
                let rule = all(own);
                if *list == List::Empty {
                    return Ok(Ok(or_else(rule, takes_none)));
                }
                Ok(Ok(if needed { holds(rule) } else { or_else(rule, true) }))
            }
            Slot::Object(inner) => {
                for part in parts {
                    match self.holds_for(part, inner, groups, depth + 1)? {
                        Ok(rule) => own.push(rule),
                        Err(unable) => return Ok(Err(unable)),
                    }
                }
                Ok(Ok(all(own)))
            }
            // One of them is shown at a time.
            Slot::Several(slots) => {
                for slot in slots {
                    match self.slot_holds(name, slot, parts, needed, groups, depth + 1)? {
                        Ok(rule) => own.push(rule),
                        Err(unable) => return Ok(Err(unable)),
                    }
                }
                Ok(Ok(if needed { any(own) } else { all(own) }))
            }
            Slot::Asked | Slot::Lost => Ok(Err(not_carried(name))),
        }
    }

    /// Whether one of the chosen options is valid by a schema: it says of each option whether it is.
    fn contains(
        &mut self,
        known: &Known,
        part: &Part<'a>,
        groups: &[String],
        depth: usize,
    ) -> Result<Result<Value, Unable>, ImportFinding> {
        let Answer::Choices(options) = &known.answer else {
            return Ok(Err(keyword("contains")));
        };
        let valid = match self.valid_options(options, part, depth)? {
            Ok(valid) => valid,
            Err(unable) => return Ok(Err(unable)),
        };
        if !valid.contains(&false) {
            return Ok(known.reference(groups).map(|answer| rules::answered(&answer)));
        }
        let chosen = options.iter().zip(valid).filter(|(_, valid)| *valid);
        let rules: Result<Vec<Value>, Unable> = chosen
            .map(|(option, _)| compare(known, groups, Compare::Is, &Value::String(option.clone())))
            .collect();
        Ok(rules.map(any))
    }

    /// Which of these options are valid by a schema.
    fn valid_options(
        &mut self,
        options: &[String],
        part: &Part<'a>,
        depth: usize,
    ) -> Result<Result<Vec<bool>, Unable>, ImportFinding> {
        if let Some(flag) = constant(&part.at) {
            return Ok(Ok(vec![flag; options.len()]));
        }
        if depth > 20 {
            return Ok(Err(Unable::new("condition_too_deep", "the condition nests too deep")));
        }
        let among = |values: &[At<'_>]| -> Vec<bool> {
            let values: BTreeSet<String> = values.iter().filter_map(At::scalar).collect();
            options.iter().map(|option| values.contains(option)).collect()
        };
        let mut valid = vec![true; options.len()];
        let schema = self.all_of(std::slice::from_ref(part))?;
        for part in schema.parts {
            for (name, at) in part.at.fields().into_iter().filter(|(_, at)| at.is_there()) {
                let inner = |at: At<'a>| Part {
                    at,
                    refs: part.refs.clone(),
                };
                let own = match name {
                    "const" => among(std::slice::from_ref(&at)),
                    "enum" => among(&at.items()),
                    "not" => match self.valid_options(options, &inner(at), depth + 1)? {
                        Ok(own) => own.into_iter().map(|valid| !valid).collect(),
                        Err(unable) => return Ok(Err(unable)),
                    },
                    "anyOf" | "oneOf" => {
                        let mut counts = vec![0_usize; options.len()];
                        for at in at.items() {
                            match self.valid_options(options, &inner(at), depth + 1)? {
                                Ok(own) => counts
                                    .iter_mut()
                                    .zip(own)
                                    .for_each(|(count, own)| *count += usize::from(own)),
                                Err(unable) => return Ok(Err(unable)),
                            }
                        }
                        let is_so = |count: usize| count == 1 || count > 1 && name == "anyOf";
                        counts.into_iter().map(is_so).collect()
                    }
                    "type" if at.text() == Some("string") => continue,
                    name if SAYS_NOTHING.contains(&name) || name.starts_with("x-") => continue,
                    name => return Ok(Err(keyword(name))),
                };
                valid.iter_mut().zip(own).for_each(|(valid, own)| *valid &= own);
            }
        }
        Ok(Ok(valid))
    }

    /// Whether a list without anything in it is valid by a schema.
    fn takes_empty(&mut self, part: &Part<'a>, depth: usize) -> Result<bool, ImportFinding> {
        if let Some(flag) = constant(&part.at) {
            return Ok(flag);
        }
        if depth > 20 {
            return Ok(false);
        }
        let schema = self.all_of(std::slice::from_ref(part))?;
        for part in schema.parts {
            let mut several = |name: &str| -> Result<Option<usize>, ImportFinding> {
                let (listed, mut count) = (part.at.get(name), 0);
                for at in listed.items() {
                    let refs = part.refs.clone();
                    count += usize::from(self.takes_empty(&Part { at, refs }, depth + 1)?);
                }
                Ok(listed.is_list().then_some(count))
            };
            let of_alternatives = several("anyOf")? != Some(0) && several("oneOf")?.is_none_or(|count| count == 1);
            let not = Part {
                at: part.at.get("not"),
                refs: part.refs.clone(),
            };
            let is_forbidden = part.at.has("not") && self.takes_empty(&not, depth + 1)?;
            let needs = part.at.get("minItems").count().is_some_and(|least| least > 0);
            let contains = part.at.has("contains") && part.at.get("minContains").count() != Some(0);
            let is_other = part.at.has("const") || part.at.has("enum");
            if is_forbidden || needs || contains || is_other || !of_alternatives {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// A keyword of an object's schema that no condition can ask.
    fn unread(&self, schema: &Schema<'a>) -> Option<Unable> {
        for part in &schema.parts {
            for (name, at) in part.at.fields().into_iter().filter(|(_, at)| at.is_there()) {
                let read = match name {
                    "type" => {
                        at.text() == Some("object") || at.items().iter().any(|kind| kind.text() == Some("object"))
                    }
                    "$ref" | "$dynamicRef" | "$recursiveRef" => {
                        at.text().is_some_and(|target| self.schemas.find(target).is_some())
                    }
                    "additionalProperties" | "unevaluatedProperties" => {
                        constant(&at) == Some(true) || at.is_map() && at.fields().is_empty()
                    }
                    name => OF_AN_OBJECT.contains(&name) || SAYS_NOTHING.contains(&name) || name.starts_with("x-"),
                };
                if !read {
                    return Some(keyword(name));
                }
            }
        }
        None
    }

    /// Whether an answer is valid by a schema; unknown where there is none.
    pub(super) fn value_rule(
        &mut self,
        known: &Known,
        part: &Part<'a>,
        groups: &[String],
        depth: usize,
    ) -> Result<Result<Value, Unable>, ImportFinding> {
        let rules = self.value_rules(known, part, groups, depth)?;
        let rules: Result<Vec<Value>, Unable> = rules.into_iter().map(|(_, rule)| rule).collect();
        Ok(rules.map(all))
    }

    /// The same one by one: the place of each keyword, and its rule.
    pub(super) fn value_rules(
        &mut self,
        known: &Known,
        part: &Part<'a>,
        groups: &[String],
        depth: usize,
    ) -> Result<Vec<Said>, ImportFinding> {
        if let Some(flag) = constant(&part.at) {
            return Ok(vec![(part.at.path.clone(), Ok(Value::Bool(flag)))]);
        }
        if depth > 20 {
            let unable = Unable::new("condition_too_deep", "the condition nests too deep");
            return Ok(vec![(part.at.path.clone(), Err(unable))]);
        }
        let schema = self.all_of(std::slice::from_ref(part))?;
        let mut rules: Vec<Said> = Vec::new();
        for part in schema.parts.clone() {
            for (name, at) in part.at.fields() {
                // Null is a value of `const` alone.
                if !at.is_there() && name != "const" {
                    continue;
                }
                let path = at.path.clone();
                let inner = Part {
                    at: at.clone(),
                    refs: part.refs.clone(),
                };
                let rule = match name {
                    "contains" => self.contains(known, &inner, groups, depth + 1)?,
                    "anyOf" | "oneOf" => {
                        let mut branches = Vec::new();
                        for at in at.items() {
                            let inner = Part {
                                at,
                                refs: part.refs.clone(),
                            };
                            branches.push(self.value_rule(known, &inner, groups, depth + 1)?);
                        }
                        let branches: Result<Vec<Value>, Unable> = branches.into_iter().collect();
                        branches.map(|branches| {
                            if name == "oneOf" && !are_apart(&at.items()) {
                                self.exactly_one(branches, &at, opposite)
                            } else {
                                any(branches)
                            }
                        })
                    }
                    "not" => self.value_rule(known, &inner, groups, depth + 1)?.map(opposite),
                    "$ref" | "$dynamicRef" | "$recursiveRef" => {
                        match at.text().and_then(|target| self.schemas.find(target)) {
                            Some(_) => continue,
                            None => Err(keyword(name)),
                        }
                    }
                    name if SAYS_NOTHING.contains(&name) || name.starts_with("x-") => continue,
                    name => keyword_rule(name, &at, &part, known, groups),
                };
                rules.push((path, rule));
            }
        }
        Ok(rules)
    }
}

/// The most alternatives of which it is asked that exactly one holds: each is written once for every other.
const MOST_BRANCHES: usize = 12;

/// The opposite of a rule, unknown where the rule is.
fn opposite(rule: Value) -> Value {
    if rule.is_boolean() {
        fails(rule)
    } else {
        json!({"!": [rule]})
    }
}

/// The values of which a schema leaves no other, as texts.
fn fixed(at: &At<'_>) -> Option<BTreeSet<String>> {
    let listed = at.get("enum");
    if at.has("const") {
        at.get("const").scalar().map(|value| [value].into())
    } else if listed.is_list() {
        listed.items().iter().map(At::scalar).collect()
    } else {
        None
    }
}

/// Whether each of these alternatives for a value has values of its own.
fn are_apart(branches: &[At<'_>]) -> bool {
    let values: Option<Vec<_>> = branches.iter().map(fixed).collect();
    values.is_some_and(differ)
}

/// Whether no value is in two of these.
fn differ(values: Vec<BTreeSet<String>>) -> bool {
    let count: usize = values.iter().map(BTreeSet::len).sum();
    values.into_iter().flatten().collect::<BTreeSet<String>>().len() == count
}

/// What one keyword says of an answer.
fn keyword_rule(name: &str, at: &At<'_>, part: &Part<'_>, known: &Known, groups: &[String]) -> Result<Value, Unable> {
    let is = |value: &At<'_>| match value.value {
        Json::List(_) | Json::Map(_) => Err(Unable::new(
            "odd_comparison",
            "it compares with something that is no single value",
        )),
        value => compare(known, groups, Compare::Is, &value.to_value()),
    };
    let value = at.value.to_value();
    let is_number = matches!(at.value, Json::Number(_));
    match name {
        "const" => is(at),
        "enum" if at.is_list() => at
            .items()
            .iter()
            .map(is)
            .collect::<Result<Vec<Value>, Unable>>()
            .map(any),
        "minimum" if is_number => compare(known, groups, Compare::AtLeast, &value),
        "maximum" if is_number => compare(known, groups, Compare::AtMost, &value),
        "exclusiveMinimum" if is_number => compare(known, groups, Compare::More, &value),
        "exclusiveMaximum" if is_number => compare(known, groups, Compare::Less, &value),
        "exclusiveMinimum" | "exclusiveMaximum" => {
            // In draft 4 it says that the bound beside it is not part of the range.
            let (beside, how) = if name == "exclusiveMinimum" {
                ("minimum", Compare::More)
            } else {
                ("maximum", Compare::Less)
            };
            match constant(at) {
                Some(true) => compare(known, groups, how, &part.at.get(beside).value.to_value()),
                Some(false) => Ok(Value::Bool(true)),
                None => Err(keyword(name)),
            }
        }
        "minLength" | "maxLength" if matches!(known.answer, Answer::Text | Answer::Choice(_)) => {
            length(name, at, known, groups)
        }
        "minItems" | "maxItems" if matches!(known.answer, Answer::Choices(_) | Answer::Rows | Answer::Whole) => {
            length(name, at, known, groups)
        }
        "multipleOf" if known.answer == Answer::Number => {
            let step = at.number().filter(|step| *step > 0.0 && *step < 1e15);
            let step = step.ok_or_else(|| keyword(name))?;
            let answer = rules::var(&known.reference(groups)?);
            Ok(json!({"==": [{"%": [answer, rules::number(step)]}, 0]}))
        }
        "formatMinimum" | "formatMaximum" if matches!(known.answer, Answer::Date | Answer::Time) => {
            let how = if name == "formatMinimum" {
                Compare::AtLeast
            } else {
                Compare::AtMost
            };
            compare(known, groups, how, &value)
        }
        "formatExclusiveMinimum" | "formatExclusiveMaximum" if matches!(known.answer, Answer::Date | Answer::Time) => {
            let how = if name == "formatExclusiveMinimum" {
                Compare::More
            } else {
                Compare::Less
            };
            compare(known, groups, how, &value)
        }
        "uniqueItems" if constant(at) == Some(false) || matches!(known.answer, Answer::Choices(_)) => {
            Ok(Value::Bool(true))
        }
        "type" => of_type(at, known, groups),
        // Beside a type: it may be null as well.
        "nullable" => Ok(Value::Bool(true)),
        "format" => match (at.word().unwrap_or_default(), &known.answer) {
            ("date", Answer::Date) | ("time", Answer::Time) => Ok(Value::Bool(true)),
            (format, _) => Err(Unable::new(
                "format_not_checked",
                format!("whether an answer is a `{format}` is asked by no rule here"),
            )),
        },
        "pattern" => Err(Unable::new("pattern_not_carried", "a rule has no patterns here")),
        name => Err(keyword(name)),
    }
}

fn length(name: &str, at: &At<'_>, known: &Known, groups: &[String]) -> Result<Value, Unable> {
    let count = at.count().ok_or_else(|| keyword(name))?;
    let sign = if name.starts_with("min") { ">=" } else { "<=" };
    let answer = rules::var(&known.reference(groups)?);
    Ok(json!({sign: [{"length": answer}, count]}))
}

/// Whether an answer is of a type: mostly its question says so already.
fn of_type(at: &At<'_>, known: &Known, groups: &[String]) -> Result<Value, Unable> {
    let listed = at.items();
    let types: Vec<&str> = at
        .text()
        .into_iter()
        .chain(listed.iter().filter_map(At::text))
        .collect();
    if types == ["null"] {
        return compare(known, groups, Compare::Is, &Value::Null);
    }
    let has = |name: &str| types.contains(&name);
    let numbers = |options: &[String]| options.iter().all(|option| option.trim().parse::<f64>().is_ok());
    let is_so = match &known.answer {
        Answer::Number if !has("number") && has("integer") => {
            let answer = rules::var(&known.reference(groups)?);
            return Ok(json!({"==": [{"%": [answer, 1]}, 0]}));
        }
        Answer::Number => has("number"),
        Answer::Bool => has("boolean"),
        Answer::Choice(options) if numbers(options) => has("number") || has("integer") || has("string"),
        Answer::Choice(options) if options.iter().all(|option| matches!(option.as_str(), "true" | "false")) => {
            has("boolean") || has("string")
        }
        Answer::Text | Answer::Moment | Answer::Date | Answer::Time | Answer::Choice(_) => has("string"),
        Answer::Choices(_) | Answer::Rows => has("array"),
        Answer::Whole | Answer::Nothing => true,
    };
    if is_so {
        Ok(Value::Bool(true))
    } else {
        let message = format!(
            "of which type the answer to `{}` is can be asked by no rule here",
            known.id
        );
        Err(Unable::new("odd_comparison", message))
    }
}

/// Whether a schema takes null by its own words.
fn takes_null(schema: &Schema<'_>) -> bool {
    let null = |at: &At<'_>| *at.value == Json::Null;
    let in_enum = schema.get("enum").items().iter().any(null);
    schema.types().1 || schema.has_null("const") || in_enum
}

fn not_carried(name: &str) -> Unable {
    Unable::new("unknown_field", format!("it asks about `{name}`, which is not carried"))
}

/// Whether a property has a value.
pub(super) fn answered(scope: &Scope, name: &str, groups: &[String]) -> Result<Value, Unable> {
    match scope.slots.get(name) {
        Some(slot) => slot_answered(name, slot, groups),
        None => Ok(Value::Bool(false)),
    }
}

fn slot_answered(name: &str, slot: &Slot, groups: &[String]) -> Result<Value, Unable> {
    match slot {
        Slot::One { list: List::Empty, .. } => Ok(Value::Bool(true)),
        Slot::One { known, .. } if known.answer != Answer::Nothing => Ok(rules::answered(&known.reference(groups)?)),
        Slot::Object(inner) => {
            let parts: Result<Vec<Value>, Unable> = inner
                .slots
                .iter()
                .map(|(name, slot)| slot_answered(name, slot, groups))
                .collect();
            Ok(any(parts?))
        }
        Slot::Several(slots) => {
            let parts: Result<Vec<Value>, Unable> =
                slots.iter().map(|slot| slot_answered(name, slot, groups)).collect();
            Ok(any(parts?))
        }
        Slot::One { .. } | Slot::Asked | Slot::Lost => Err(not_carried(name)),
    }
}
