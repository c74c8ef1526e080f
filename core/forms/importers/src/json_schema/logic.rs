//! What hangs on values: `if`, `dependentRequired`, `dependentSchemas`, `dependencies`.

use std::collections::BTreeSet;

use onehall_protocol::Text;
use serde_json::Value;

use super::schema::{DEEP, Part, Schema, Side};
use super::shared::{Shared, only_checks};
use super::{Builder, Context, List, Patch, Property, Scope, Slot, constant, too_deep};
use crate::finding::ImportFinding;
use crate::json::At;
use crate::known::Answer;
use crate::rules::{all, any, fails};

/// When a conditional schema applies.
#[derive(Debug, Clone)]
pub(super) enum When {
    Holds(Value),
    /// It cannot be said: what the schema asks is asked of everybody, and what it demands of nobody.
    Unsure,
}

/// A part of an object's schema that hangs on values of its properties.
enum Hanging<'a> {
    /// `if`, with the `then` and `else` beside it.
    If(Part<'a>),
    /// What comes with the property of this name.
    With(&'a str, Part<'a>),
}

impl<'a> Builder<'a, '_> {
    /// Everything in an object's schema that hangs on values of its properties, its shapes among it.
    pub(super) fn logic(
        &mut self,
        schema: &Schema<'a>,
        ui: &At<'a>,
        context: &Context,
        scope: &mut Scope,
    ) -> Result<(), ImportFinding> {
        let mut left = Vec::new();
        for keyword in ["dependentRequired", "dependencies", "dependentSchemas"] {
            for part in schema.every(keyword) {
                for (name, at) in part.at.fields() {
                    let refs = part.refs.clone();
                    left.push(Hanging::With(name, Part { at, refs }));
                }
            }
        }
        let is_there = |part: &&Part<'a>| part.at.has("if") || constant(&part.at.get("if")).is_some();
        left.extend(schema.parts.iter().filter(is_there).cloned().map(Hanging::If));
        // What only says more of a question waits for what asks it, which may be one of several shapes.
        self.go_through(&mut left, true, ui, context, scope)?;
        self.alternatives(schema, ui, context, scope)?;
        self.go_through(&mut left, true, ui, context, scope)?;
        self.go_through(&mut left, false, ui, context, scope)?;
        for hanging in &left {
            self.hanging(hanging, ui, context, scope)?;
        }
        Ok(())
    }

    /// Follows what is ready, as often as that makes something else ready: a condition may ask about what another adds,
    /// wherever that stands.
    fn go_through(
        &mut self,
        left: &mut Vec<Hanging<'a>>,
        whole: bool,
        ui: &At<'a>,
        context: &Context,
        scope: &mut Scope,
    ) -> Result<(), ImportFinding> {
        for _ in 0..PASSES {
            let count = left.len();
            for hanging in std::mem::take(left) {
                if self.is_ready(&hanging, whole, scope) {
                    self.hanging(&hanging, ui, context, scope)?;
                } else {
                    left.push(hanging);
                }
            }
            if left.len() == count {
                break;
            }
        }
        Ok(())
    }

    /// Whether everything is asked that a condition names; and where the whole counts, what only more is said of.
    fn is_ready(&self, hanging: &Hanging<'a>, whole: bool, scope: &Scope) -> bool {
        match hanging {
            Hanging::If(part) => {
                let said = ["then", "else"].map(|name| part.at.get(name));
                asks_what_is_there(&part.at.get("if"), scope) && (!whole || self.refines_what_is_there(&said, scope))
            }
            Hanging::With(name, part) => {
                let said = std::slice::from_ref(&part.at);
                scope.slots.contains_key(*name) && (!whole || self.refines_what_is_there(said, scope))
            }
        }
    }

    /// Whether everything is asked that these only narrow, demand or forbid, or they ask it themselves.
    fn refines_what_is_there(&self, said: &[At<'a>], scope: &Scope) -> bool {
        let (mut asked, mut refined) = (BTreeSet::new(), Vec::new());
        for own in said {
            let target = own.get("$ref").text().and_then(|target| self.schemas.find(target));
            for at in own.get("allOf").items().into_iter().chain(target).chain([own.clone()]) {
                for (name, at) in at.get("properties").fields() {
                    match constant(&at) {
                        Some(true) => {}
                        None if !only_checks(&at) => {
                            asked.insert(name);
                        }
                        Some(false) | None => refined.push(name),
                    }
                }
                refined.extend(at.get("required").items().iter().filter_map(At::text));
                // Of `dependentRequired` the names stand there themselves, and in draft 3 one alone.
                refined.extend(at.items().iter().filter_map(At::text).chain(at.text()));
            }
        }
        let is_there = |name: &str| asked.contains(name) || scope.slots.contains_key(name);
        refined.into_iter().all(is_there)
    }

    fn hanging(
        &mut self,
        hanging: &Hanging<'a>,
        ui: &At<'a>,
        context: &Context,
        scope: &mut Scope,
    ) -> Result<(), ImportFinding> {
        match hanging {
            Hanging::If(part) => self.branches(part, ui, context, scope),
            Hanging::With(name, part) => self.comes_with(name, part, ui, context, scope),
        }
    }

    /// What has to be there, or hold, where a property is there.
    fn comes_with(
        &mut self,
        name: &str,
        part: &Part<'a>,
        ui: &At<'a>,
        context: &Context,
        scope: &mut Scope,
    ) -> Result<(), ImportFinding> {
        let at = &part.at;
        let when = match super::values::answered(scope, name, &context.groups) {
            Ok(condition) => When::Holds(condition),
            Err(unable) => {
                self.unsure_of(&at.path, &unable.message);
                When::Unsure
            }
        };
        // In draft 3 one name alone stands there.
        let names: Vec<&str> = at.items().iter().filter_map(At::text).chain(at.text()).collect();
        if !at.is_list() && names.is_empty() {
            return self.apply_when(part, &when, ui, context, scope);
        }
        if let When::Holds(condition) = &when {
            let shown = all([context.shown.clone(), condition.clone()]);
            for needed in names {
                self.need(needed, &shown, false, scope, &at.path);
            }
        }
        Ok(())
    }

    pub(super) fn unsure_of(&mut self, path: &str, why: &str) {
        let message = format!("{why}: what hangs on it is asked of everybody, and demanded of nobody");
        self.draft.report.lost(path, "condition_not_carried", message);
    }

    fn branches(
        &mut self,
        part: &Part<'a>,
        ui: &At<'a>,
        context: &Context,
        scope: &mut Scope,
    ) -> Result<(), ImportFinding> {
        let given = Part {
            at: part.at.get("if"),
            refs: part.refs.clone(),
        };
        let when = match self.holds_for(&given, scope, &context.groups, 0)? {
            Ok(condition) if !too_deep(&condition) => When::Holds(condition),
            Ok(_) => {
                let message = "the condition is too large to carry: what hangs on it is asked of everybody, and demanded of nobody";
                self.draft.report.lost(&given.at.path, "condition_too_deep", message);
                When::Unsure
            }
            Err(unable) => {
                self.unsure_of(&given.at.path, &unable.message);
                When::Unsure
            }
        };
        let otherwise = match &when {
            When::Holds(condition) => When::Holds(fails(condition.clone())),
            When::Unsure => When::Unsure,
        };
        for (keyword, when) in [("then", when), ("else", otherwise)] {
            let at = part.at.get(keyword);
            if !at.is_there() {
                continue;
            }
            for said in ["title", "description"].map(|name| at.get(name)) {
                if said.word().is_some() {
                    let message = "a title or a description that goes with a condition is not shown";
                    self.draft.report.lost(&said.path, "keyword", message);
                }
            }
            let inner = Part {
                at,
                refs: part.refs.clone(),
            };
            self.apply_when(&inner, &when, ui, context, scope)?;
        }
        Ok(())
    }

    /// As [`Builder::apply`], also where it cannot be said when.
    pub(super) fn apply_when(
        &mut self,
        part: &Part<'a>,
        when: &When,
        ui: &At<'a>,
        context: &Context,
        scope: &mut Scope,
    ) -> Result<(), ImportFinding> {
        match when {
            When::Holds(condition) => self.apply(part, condition, ui, context, scope),
            When::Unsure => {
                self.unsure += 1;
                let applied = self.apply(part, &Value::Bool(true), ui, context, scope);
                self.unsure -= 1;
                applied
            }
        }
    }

    /// A schema that applies where a condition holds: what it adds is shown then, what it demands is demanded then.
    pub(super) fn apply(
        &mut self,
        part: &Part<'a>,
        condition: &Value,
        ui: &At<'a>,
        context: &Context,
        scope: &mut Scope,
    ) -> Result<(), ImportFinding> {
        if *condition == Value::Bool(false) {
            let message = "the condition never holds: what hangs on it is left out";
            self.draft.report.differs(&part.at.path, "never_shown", message);
            return Ok(());
        }
        if constant(&part.at) == Some(false) {
            let message = "that a whole combination of answers is forbidden is not checked here";
            self.draft.report.lost(&part.at.path, "forbidden", message);
            return Ok(());
        }
        let schema = self.all_of(std::slice::from_ref(part))?;
        let inside = Context {
            shown: all([context.shown.clone(), condition.clone()]),
            depth: context.depth + 1,
            ..context.clone()
        };
        if inside.depth > DEEP || too_deep(&inside.shown) {
            self.draft
                .report
                .lost(&part.at.path, "condition_too_deep", "conditions nest too deep here");
            return Ok(());
        }
        let required = schema.required();
        let mut added = Vec::new();
        let properties = schema.properties();
        for (name, parts) in &properties {
            let name = *name;
            match parts.first().and_then(|part| constant(&part.at)) {
                Some(true) => continue,
                Some(false) => {
                    if let Some(slot) = scope.slots.get(name).filter(|_| self.unsure == 0) {
                        let rule = fails(inside.shown.clone());
                        each_question(slot, &mut |steps| {
                            self.patches.push((steps.to_vec(), Patch::Shown(rule.clone())));
                        });
                    }
                    continue;
                }
                None => {}
            }
            let needed = required.iter().any(|required| required == name);
            let own = Property {
                name,
                ui: &ui.get(name),
                needed,
                context: &inside,
            };
            match self.share(own, parts, scope) {
                Shared::New => {
                    added.push(name);
                    self.add(own, parts, scope)?;
                }
                Shared::Same => {}
                Shared::Asked => self.constrain(name, parts, ui, &inside, scope)?,
            }
        }
        for name in required.iter().filter(|name| !added.contains(&name.as_str())) {
            let said = properties.iter().find(|(own, _)| own == name);
            let filled = match said {
                Some((_, parts)) => self.is_filled(parts)?,
                None => false,
            };
            self.need(name, &inside.shown, filled, scope, &part.at.path);
        }
        self.open_ended(&schema);
        self.logic(&schema, ui, &inside, scope)
    }

    /// Whether these say of a list that it is not empty.
    fn is_filled(&mut self, parts: &[Part<'a>]) -> Result<bool, ImportFinding> {
        let least = self.all_of(parts)?.count("minItems", Side::Least);
        Ok(least.is_some_and(|least| least > 0))
    }

    /// Demands an answer where a rule holds; of a list that may be empty only where it must be filled.
    fn need(&mut self, name: &str, shown: &Value, filled: bool, scope: &Scope, path: &str) {
        if self.unsure > 0 {
            return;
        }
        match scope.slots.get(name) {
            Some(slot) => self.need_slot(name, slot, shown, filled, path),
            None => {
                let message = format!("it demands `{name}`, which nothing asks for");
                self.draft.report.lost(path, "unknown_field", message);
            }
        }
    }

    fn need_slot(&mut self, name: &str, slot: &Slot, shown: &Value, filled: bool, path: &str) {
        match slot {
            Slot::One { list, .. } if *list != List::No && !filled => {}
            Slot::One {
                known, steps, fixed, ..
            } => {
                if !fixed && known.answer != Answer::Nothing {
                    self.patches.push((steps.clone(), Patch::Needed(shown.clone())));
                }
            }
            Slot::Object(inner) if inner.needed => {}
            Slot::Object(inner) if inner.demanded.is_empty() => {
                let message = if inner.of_everybody {
                    format!("`{name}` is always there here: what it demands itself is demanded of everybody")
                } else {
                    format!("`{name}` has to be there, and nothing in it has to be answered: it may stay empty here")
                };
                self.draft.report.differs(path, "object_needed", message);
            }
            Slot::Object(inner) => {
                for (steps, rule) in &inner.demanded {
                    let rule = all([shown.clone(), rule.clone()]);
                    self.patches.push((steps.clone(), Patch::Needed(rule)));
                }
            }
            Slot::Several(slots) => {
                for slot in slots {
                    self.need_slot(name, slot, shown, filled, path);
                }
            }
            Slot::Asked => {
                let message = format!("that the whole of `{name}` has to be there is not checked");
                self.draft.report.lost(path, "keyword", message);
            }
            // It was told why nothing asks for it.
            Slot::Lost => {}
        }
    }

    /// What a conditional schema says about a property that is asked anyway.
    fn constrain(
        &mut self,
        name: &str,
        parts: &[Part<'a>],
        ui: &At<'a>,
        context: &Context,
        scope: &mut Scope,
    ) -> Result<(), ImportFinding> {
        if let Some(mut slot) = scope.slots.remove(name) {
            let done = self.constrain_slot(&mut slot, parts, &ui.get(name), context);
            scope.slots.insert(name.to_owned(), slot);
            done?;
        }
        Ok(())
    }

    fn constrain_slot(
        &mut self,
        slot: &mut Slot,
        parts: &[Part<'a>],
        ui: &At<'a>,
        context: &Context,
    ) -> Result<(), ImportFinding> {
        match slot {
            Slot::Several(slots) => {
                for slot in slots {
                    self.constrain_slot(slot, parts, ui, context)?;
                }
            }
            Slot::Object(inner) => {
                for part in parts {
                    self.apply(part, &Value::Bool(true), ui, context, inner)?;
                }
            }
            Slot::One { known, steps, list, .. } if self.unsure == 0 => {
                // It is there whatever is answered.
                if *list == List::Empty && self.is_filled(parts)? {
                    self.patches.push((steps.clone(), Patch::Needed(context.shown.clone())));
                }
                for part in parts {
                    for (path, rule) in self.value_rules(known, part, &context.groups, 0)? {
                        match rule {
                            Ok(Value::Bool(true)) => {}
                            Ok(rule) => {
                                let text = Text::new("与前面的回答不符。", "This does not go with an earlier answer.");
                                let rule = any([fails(context.shown.clone()), rule]);
                                self.patches.push((steps.clone(), Patch::Checked(rule, text)));
                            }
                            Err(unable) => {
                                let message = format!("{}: it is not checked", unable.message);
                                let code = match unable.code {
                                    code @ ("pattern_not_carried" | "format_not_checked" | "keyword") => code,
                                    _ => "condition_not_carried",
                                };
                                self.draft.report.lost(&path, code, message);
                            }
                        }
                    }
                }
            }
            Slot::Asked if self.unsure == 0 => {
                for part in parts {
                    let message = "what else is said of it under a condition is not checked";
                    self.draft.report.lost(&part.at.path, "keyword", message);
                }
            }
            Slot::One { .. } | Slot::Asked | Slot::Lost => {}
        }
        Ok(())
    }
}

/// How often conditions are gone through that ask about what is not there yet.
const PASSES: usize = 10;

/// Whether everything is asked that a condition names.
fn asks_what_is_there(given: &At<'_>, scope: &Scope) -> bool {
    let (properties, required) = (given.get("properties").fields(), given.get("required").items());
    let mut names = properties
        .iter()
        .map(|(name, _)| *name)
        .chain(required.iter().filter_map(At::text));
    names.all(|name| scope.slots.contains_key(name))
}

/// The place of every question of a property, also of those of an object.
fn each_question(slot: &Slot, work: &mut dyn FnMut(&[usize])) {
    match slot {
        Slot::One { steps, .. } => work(steps),
        Slot::Object(inner) => inner.slots.values().for_each(|slot| each_question(slot, work)),
        Slot::Several(slots) => slots.iter().for_each(|slot| each_question(slot, work)),
        Slot::Asked | Slot::Lost => {}
    }
}
