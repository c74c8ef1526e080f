//! Layouts of JSON Forms: what they call a question, and when they show it, is carried; all else is told.

use serde_json::Value;

use super::schema::Part;
use super::{Builder, List, Patch, Scope, Slot};
use crate::finding::ImportFinding;
use crate::json::At;
use crate::rules::{fails, holds};

impl<'a> Builder<'a, '_> {
    /// Reads what a layout calls the questions, before they are asked.
    pub(super) fn layout(&mut self, ui: &At<'a>) {
        let message = "a layout of JSON Forms is not carried but for the labels of its controls and what shows and hides them: questions come in the order of the schema";
        self.draft.report.lost(&ui.path, "layout", message);
        self.layout_labels(ui);
    }

    fn layout_labels(&mut self, at: &At<'a>) {
        let scope = at.get("scope").text();
        let property = scope.and_then(|scope| self.schemas.find(scope));
        let label = at.any(&["label", "text"]);
        if label.word().is_some() {
            match property {
                Some(property) => {
                    self.labels.insert(property.path, label);
                }
                None => {
                    let message = "a heading or a text of a layout is not carried";
                    self.draft.report.lost(&label.path, "layout", message);
                }
            }
        }
        for inner in at.get("elements").items() {
            self.layout_labels(&inner);
        }
    }

    /// Shows and hides the questions of the form as the rules of its layout say.
    pub(super) fn layout_rules(&mut self, at: &At<'a>, scope: &Scope) -> Result<(), ImportFinding> {
        let rule = at.get("rule");
        if rule.is_map() {
            let mut pointers = Vec::new();
            scopes_in(at, &mut pointers);
            let steps = pointers.into_iter().map(|pointer| match slot_at(scope, pointer) {
                Some(Slot::One { steps, .. }) => Some(steps.clone()),
                _ => None,
            });
            let steps: Option<Vec<Vec<usize>>> = steps.collect();
            match (self.shown_by(&rule, scope)?, steps) {
                (Some(shown), Some(steps)) if !steps.is_empty() => {
                    let patches = steps.into_iter().map(|steps| (steps, Patch::Shown(shown.clone())));
                    self.patches.extend(patches);
                }
                _ => {
                    let message = "this rule of a layout is not carried: what it hides is shown to everybody, and what it disables can be answered";
                    self.draft.report.lost(&rule.path, "condition_not_carried", message);
                }
            }
        }
        for inner in at.get("elements").items() {
            self.layout_rules(&inner, scope)?;
        }
        Ok(())
    }

    /// When a rule shows what it stands at; none where that cannot be said. Asked is only for values: whether what is not
    /// answered is valid by another keyword, a validator and a rule would not say alike.
    fn shown_by(&mut self, rule: &At<'a>, scope: &Scope) -> Result<Option<Value>, ImportFinding> {
        let condition = rule.get("condition");
        let schema = condition.get("schema");
        let keywords = schema.fields();
        let of_values = |(name, at): &(&str, At<'_>)| matches!(*name, "const" | "enum") && at.is_there();
        let asked = condition
            .get("scope")
            .text()
            .and_then(|pointer| slot_at(scope, pointer));
        let Some(Slot::One {
            known,
            fixed: false,
            list: List::No,
            ..
        }) = asked
        else {
            return Ok(None);
        };
        if keywords.is_empty() || !keywords.iter().all(of_values) {
            return Ok(None);
        }
        let part = Part {
            at: schema,
            refs: Vec::new(),
        };
        let Ok(valid) = self.value_rule(known, &part, &[], 0)? else {
            return Ok(None);
        };
        Ok(match rule.get("effect").word() {
            Some("SHOW") => Some(holds(valid)),
            Some("HIDE") => Some(fails(valid)),
            _ => None,
        })
    }
}

/// The properties of all controls in a part of a layout.
fn scopes_in<'a>(at: &At<'a>, found: &mut Vec<&'a str>) {
    found.extend(at.get("scope").text());
    for inner in at.get("elements").items() {
        scopes_in(&inner, found);
    }
}

/// What became of the property that a pointer leads to: `#/properties/home/properties/street`.
fn slot_at<'s>(scope: &'s Scope, pointer: &str) -> Option<&'s Slot> {
    let mut scope = scope;
    let mut steps = pointer.strip_prefix("#/")?.split('/');
    loop {
        let name = steps
            .next()
            .filter(|step| *step == "properties")
            .and_then(|_| steps.next())?;
        let slot = scope.slots.get(&name.replace("~1", "/").replace("~0", "~"))?;
        match (slot, steps.clone().next()) {
            (_, None) => return Some(slot),
            (Slot::Object(inner), Some(_)) => scope = inner,
            _ => return None,
        }
    }
}
