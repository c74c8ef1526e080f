//! What hangs on values: `if`, `dependentRequired`, `dependentSchemas`, `dependencies`.

use onehall_protocol::Text;
use serde_json::{Value, json};

use super::schema::{DEEP, Part, Schema};
use super::{Builder, Context, Patch, Scope, Slot, constant, too_deep};
use crate::finding::ImportFinding;
use crate::json::{At, Json};
use crate::known::{Answer, Compare, Known, compare};
use crate::rules::{self, Unable, all, any, fails, holds, or_else};

impl<'a> Builder<'a, '_> {
    /// Everything in an object's schema that hangs on values of its properties.
    pub(super) fn logic(
        &mut self,
        schema: &Schema<'a>,
        ui: &At<'a>,
        context: &Context,
        scope: &mut Scope,
    ) -> Result<(), ImportFinding> {
        for keyword in ["dependentRequired", "dependencies", "dependentSchemas"] {
            for part in schema.every(keyword) {
                for (name, at) in part.at.fields() {
                    let condition = match answered(scope, name, &context.groups) {
                        Ok(condition) => condition,
                        Err(unable) => {
                            self.draft
                                .report
                                .lost(&at.path, "condition_not_carried", unable.message);
                            continue;
                        }
                    };
                    if at.is_list() {
                        for needed in at.items().iter().filter_map(At::text) {
                            self.need(needed, &condition, scope, &at.path);
                        }
                    } else {
                        let inner = Part {
                            at,
                            refs: part.refs.clone(),
                        };
                        self.apply(&inner, &condition, ui, context, scope)?;
                    }
                }
            }
        }
        for part in schema.parts.clone() {
            if part.at.has("if") || constant(&part.at.get("if")).is_some() {
                self.branches(&part, ui, context, scope)?;
            }
        }
        Ok(())
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
        let condition = match self.holds_for(&given, scope, &context.groups, 0)? {
            Ok(condition) if !too_deep(&condition) => condition,
            Ok(_) => {
                self.draft.report.lost(
                    &given.at.path,
                    "condition_too_deep",
                    "the condition is too large to carry",
                );
                return Ok(());
            }
            Err(unable) => {
                let message = format!("{}: what hangs on it is not carried", unable.message);
                self.draft.report.lost(&given.at.path, "condition_not_carried", message);
                return Ok(());
            }
        };
        for (keyword, condition) in [("then", condition.clone()), ("else", fails(condition))] {
            let at = part.at.get(keyword);
            if !at.is_there() {
                continue;
            }
            let inner = Part {
                at,
                refs: part.refs.clone(),
            };
            self.apply(&inner, &condition, ui, context, scope)?;
        }
        Ok(())
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
        for (name, parts) in schema.properties() {
            let is_there = scope.slots.contains_key(name);
            match parts.first().and_then(|part| constant(&part.at)) {
                Some(true) => continue,
                Some(false) => {
                    if let Some(Slot::One { steps, .. }) = scope.slots.get(name) {
                        self.patches
                            .push((steps.clone(), Patch::Shown(fails(condition.clone()))));
                    }
                    continue;
                }
                None => {}
            }
            if is_there {
                self.constrain(name, &parts, condition, ui, &inside, scope)?;
            } else {
                let needed = required.iter().any(|required| required == name);
                added.push(name);
                self.property(name, &parts, &ui.get(name), needed, &inside, scope)?;
            }
        }
        for name in required.iter().filter(|name| !added.contains(&name.as_str())) {
            self.need(name, condition, scope, &part.at.path);
        }
        self.logic(&schema, ui, &inside, scope)?;
        self.alternatives(&schema, ui, &inside, scope)
    }

    fn need(&mut self, name: &str, condition: &Value, scope: &Scope, path: &str) {
        match scope.slots.get(name) {
            Some(Slot::One { known, steps }) if known.answer != Answer::Nothing => {
                self.patches.push((steps.clone(), Patch::Needed(condition.clone())));
            }
            Some(Slot::One { .. } | Slot::Object(_) | Slot::Lost) => {}
            None => {
                let message = format!("it demands `{name}`, which nothing asks for");
                self.draft.report.lost(path, "unknown_field", message);
            }
        }
    }

    /// What a conditional schema says about a property that is asked anyway.
    fn constrain(
        &mut self,
        name: &str,
        parts: &[Part<'a>],
        condition: &Value,
        ui: &At<'a>,
        context: &Context,
        scope: &mut Scope,
    ) -> Result<(), ImportFinding> {
        match scope.slots.get(name).cloned() {
            Some(Slot::Object(mut inner)) => {
                for part in parts {
                    self.apply(part, condition, &ui.get(name), context, &mut inner)?;
                }
                scope.slots.insert(name.to_owned(), Slot::Object(inner));
            }
            Some(Slot::One { known, steps }) => {
                for part in parts {
                    let says = [
                        "const",
                        "enum",
                        "not",
                        "minimum",
                        "maximum",
                        "minLength",
                        "maxLength",
                        "exclusiveMinimum",
                        "exclusiveMaximum",
                        "minItems",
                        "maxItems",
                        "contains",
                    ];
                    if !says.iter().any(|name| part.at.has(name)) {
                        continue;
                    }
                    match self.value_rule(&known, part, &context.groups, 0)? {
                        Ok(Value::Bool(true)) => {}
                        Ok(rule) => {
                            let text = Text::new("与前面的回答不符。", "This does not go with an earlier answer.");
                            let rule = any([fails(condition.clone()), rule]);
                            self.patches.push((steps.clone(), Patch::Checked(rule, text)));
                        }
                        Err(unable) => {
                            let message = format!("{}: it is not checked", unable.message);
                            self.draft.report.lost(&part.at.path, "condition_not_carried", message);
                        }
                    }
                }
            }
            _ => {}
        }
        Ok(())
    }

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
        let required = schema.required();
        let properties = schema.properties();
        let mut rules = Vec::new();
        for (name, parts) in &properties {
            let name = *name;
            let needed = required.iter().any(|required| required == name);
            let rule = match scope.slots.get(name) {
                // What is not there is valid, unless it has to be there.
                None => Ok(Value::Bool(true)),
                Some(Slot::Lost) => Err(Unable::new(
                    "unknown_field",
                    format!("it asks about `{name}`, which is not carried"),
                )),
                Some(Slot::One { known, .. }) => {
                    let mut own = Vec::new();
                    for part in parts {
                        match self.value_rule(known, part, groups, depth + 1)? {
                            Ok(rule) => own.push(rule),
                            Err(unable) => return Ok(Err(unable)),
                        }
                    }
                    let rule = all(own);
                    Ok(if needed { holds(rule) } else { or_else(rule, true) })
                }
                Some(Slot::Object(inner)) => {
                    let inner = inner.clone();
                    let mut own = Vec::new();
                    for part in parts {
                        match self.holds_for(part, &inner, groups, depth + 1)? {
                            Ok(rule) => own.push(rule),
                            Err(unable) => return Ok(Err(unable)),
                        }
                    }
                    Ok(all(own))
                }
            };
            match rule {
                Ok(rule) => rules.push(rule),
                Err(unable) => return Ok(Err(unable)),
            }
        }
        for name in &required {
            let constrained = properties.iter().any(|(property, _)| property == name);
            match answered(scope, name, groups) {
                Ok(rule) if !constrained || rule == Value::Bool(false) => rules.push(rule),
                Ok(_) if matches!(scope.slots.get(name), Some(Slot::One { .. })) => {
                    // A property that is there may still be of any value: `required` beside an empty schema.
                    rules.push(answered(scope, name, groups).unwrap_or(Value::Bool(true)));
                }
                Ok(_) => {}
                Err(unable) => return Ok(Err(unable)),
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
                rules.push(any(branches));
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

    /// Whether an answer is valid by a schema; unknown where there is none.
    pub(super) fn value_rule(
        &mut self,
        known: &Known,
        part: &Part<'a>,
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
        let mut rules: Vec<Result<Value, Unable>> = Vec::new();
        let is = |value: &At<'_>| match value.value {
            Json::List(_) | Json::Map(_) => Err(Unable::new(
                "odd_comparison",
                "it compares with something that is no single value",
            )),
            value => compare(known, groups, Compare::Is, &value.to_value()),
        };
        if schema.parts.iter().any(|part| part.at.value.get("const").is_some()) {
            rules.push(is(&schema.get("const")));
        }
        if schema.get("enum").is_list() {
            let one: Result<Vec<Value>, Unable> = schema.get("enum").items().iter().map(is).collect();
            rules.push(one.map(any));
        }
        for (name, how) in [
            ("minimum", Compare::AtLeast),
            ("maximum", Compare::AtMost),
            ("exclusiveMinimum", Compare::More),
            ("exclusiveMaximum", Compare::Less),
        ] {
            let given = schema.get(name);
            if matches!(given.value, Json::Number(_)) {
                rules.push(compare(known, groups, how, &given.value.to_value()));
            }
        }
        for (name, sign) in [
            ("minLength", ">="),
            ("maxLength", "<="),
            ("minItems", ">="),
            ("maxItems", "<="),
        ] {
            if let Some(count) = schema.get(name).count() {
                let length = known
                    .reference(groups)
                    .map(|reference| json!({sign: [{"length": rules::var(&reference)}, count]}));
                rules.push(length);
            }
        }
        for inner in schema.every("contains") {
            rules.push(self.value_rule(known, &inner, groups, depth + 1)?);
        }
        if schema.get("type").text() == Some("null") {
            rules.push(compare(known, groups, Compare::Is, &Value::Null));
        }
        if schema.has("pattern") {
            rules.push(Err(Unable::new(
                "pattern_not_carried",
                "a condition has no patterns here",
            )));
        }
        for keyword in ["anyOf", "oneOf"] {
            for listed in schema.every(keyword) {
                let mut branches = Vec::new();
                for at in listed.at.items() {
                    let inner = Part {
                        at,
                        refs: listed.refs.clone(),
                    };
                    match self.value_rule(known, &inner, groups, depth + 1)? {
                        Ok(rule) => branches.push(rule),
                        Err(unable) => return Ok(Err(unable)),
                    }
                }
                rules.push(Ok(any(branches)));
            }
        }
        for inner in schema.every("not") {
            let rule = self.value_rule(known, &inner, groups, depth + 1)?;
            rules.push(rule.map(|rule| {
                if rule.is_boolean() {
                    fails(rule)
                } else {
                    json!({"!": [rule]})
                }
            }));
        }
        let rules: Result<Vec<Value>, Unable> = rules.into_iter().collect();
        Ok(rules.map(all))
    }
}

/// Whether a property has a value.
fn answered(scope: &Scope, name: &str, groups: &[String]) -> Result<Value, Unable> {
    match scope.slots.get(name) {
        Some(Slot::One { known, .. }) if known.answer != Answer::Nothing => {
            Ok(rules::answered(&known.reference(groups)?))
        }
        Some(Slot::Object(inner)) => {
            let parts: Result<Vec<Value>, Unable> =
                inner.slots.keys().map(|name| answered(inner, name, groups)).collect();
            Ok(any(parts?))
        }
        Some(_) => Err(Unable::new(
            "unknown_field",
            format!("it asks about `{name}`, which is not carried"),
        )),
        None => Ok(Value::Bool(false)),
    }
}
