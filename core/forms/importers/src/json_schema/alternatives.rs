//! Objects that come in several shapes: `oneOf` and `anyOf` over objects.

use onehall_forms::Choice;
use serde_json::Value;

use super::logic::When;
use super::schema::{Part, Schema, is_null};
use super::{Builder, Context, Scope, Slot, ui_option};
use crate::draft;
use crate::finding::ImportFinding;
use crate::json::{At, Json};
use crate::kinds::{self, Wanted};
use crate::known::{Compare, compare};
use crate::rules::{Unable, holds};

/// One shape.
struct Branch<'a> {
    part: Part<'a>,
    schema: Schema<'a>,
    /// What the layout calls it.
    title: At<'a>,
}

impl<'a> Branch<'a> {
    fn titles(&self) -> [At<'a>; 2] {
        [self.title.clone(), self.schema.get("title")]
    }
}

impl<'a> Builder<'a, '_> {
    /// Whether a schema without a type has alternatives that are objects.
    pub(super) fn has_object_alternatives(&mut self, schema: &Schema<'a>) -> Result<bool, ImportFinding> {
        for keyword in ["oneOf", "anyOf"] {
            for listed in schema.every(keyword) {
                for at in listed.at.items() {
                    let inner = self.all_of(&[Part {
                        at,
                        refs: listed.refs.clone(),
                    }])?;
                    if inner.has("properties") || inner.types().0 == ["object"] {
                        return Ok(true);
                    }
                }
            }
        }
        Ok(false)
    }

    /// Asks which shape it is, by a property that tells them apart or by a question of its own, and shows what it needs.
    pub(super) fn alternatives(
        &mut self,
        schema: &Schema<'a>,
        ui: &At<'a>,
        context: &Context,
        scope: &mut Scope,
    ) -> Result<(), ImportFinding> {
        for keyword in ["oneOf", "anyOf"] {
            for listed in schema.every(keyword) {
                let (mut branches, mut nulls) = (Vec::new(), Vec::new());
                let layout = ui.get(keyword).items();
                for (number, at) in listed.at.items().into_iter().enumerate() {
                    let part = Part {
                        at,
                        refs: listed.refs.clone(),
                    };
                    let schema = self.all_of(std::slice::from_ref(&part))?;
                    let is_null = is_null(&part.at) || schema.get("type").text() == Some("null");
                    let nothing = At::root(&Json::Null);
                    let title = layout.get(number).map_or(nothing, |own| ui_option(own, "title"));
                    let branch = Branch { part, schema, title };
                    if !is_null {
                        branches.push(branch);
                    } else if branch.titles().iter().any(|at| at.word().is_some()) {
                        nulls.push(branch);
                    }
                }
                self.shapes(&listed.at, &branches, &nulls, ui, context, scope)?;
            }
        }
        if schema.has("not") {
            let place = schema.get("not").path;
            self.draft.report.lost(
                &place,
                "forbidden",
                "that a combination of answers is forbidden is not checked here",
            );
        }
        Ok(())
    }

    /// The shapes, and those that are nothing but have a name.
    fn shapes(
        &mut self,
        listed: &At<'a>,
        branches: &[Branch<'a>],
        nulls: &[Branch<'a>],
        ui: &At<'a>,
        context: &Context,
        scope: &mut Scope,
    ) -> Result<(), ImportFinding> {
        let shaped = branches.iter().any(|branch| branch.schema.has("properties"));
        if !shaped {
            if !branches.is_empty() {
                let message = "that one of several sets of answers has to be there is not checked here";
                self.draft.report.lost(&listed.path, "alternatives", message);
            }
            return Ok(());
        }
        let telling = telling(branches);
        if branches.len() == 1 || telling.is_some() {
            for null in nulls {
                self.tell_of_null(&null.part.at.path, &null.titles());
            }
        }
        if let [only] = branches {
            return self.apply(&only.part, &Value::Bool(true), ui, context, scope);
        }
        let conditions = match telling {
            Some(name) => self.by_property(name, listed, branches, context, scope)?,
            None => self.by_question(listed, branches, nulls, context, scope)?,
        };
        for (branch, when) in branches.iter().zip(conditions) {
            self.apply_when(&branch.part, &when, ui, context, scope)?;
        }
        Ok(())
    }

    /// The shapes by the value of a property; which is asked here, if nothing else asks it.
    fn by_property(
        &mut self,
        name: &'a str,
        listed: &At<'a>,
        branches: &[Branch<'a>],
        context: &Context,
        scope: &mut Scope,
    ) -> Result<Vec<When>, ImportFinding> {
        if !self.is_asked_here(name, context, scope) {
            let mut options: Vec<Choice> = Vec::new();
            let called = |branch: &Branch<'a>| {
                let mut titles = branch.titles().into_iter();
                titles.find(|at| !matches!(at.value, Json::Null | Json::Bool(_)))
            };
            let titles: Vec<Option<&Json>> = branches.iter().map(|own| called(own).map(|at| at.value)).collect();
            for (branch, title) in branches.iter().zip(&titles) {
                let values = values(&branch.schema, name);
                // What a shape is called tells it from the others, and not its values from each other.
                let is_name = values.len() == 1 && titles.iter().filter(|other| *other == title).count() == 1;
                let said = said_of(&branch.schema, name);
                let mut named = said.iter().map(|part| part.at.get("enumNames").items());
                let names = named.find(|names| !names.is_empty()).unwrap_or_default();
                for (at, value) in values.into_iter().enumerate() {
                    let Some(text) = value.scalar() else { continue };
                    let of_shape = branch.titles().into_iter().filter(|_| is_name);
                    let places: Vec<At<'a>> = of_shape.chain(names.get(at).cloned()).collect();
                    let label = self.draft.texts.first(&places, &text);
                    options.push(draft::choice(text, label));
                }
            }
            let Some(first) = branches.first() else {
                return Ok(Vec::new());
            };
            let schema = self.all_of(&said_of(&first.schema, name))?;
            let label = self.label(name, &schema, &At::root(&Json::Null));
            let id = self.take_name(context, name);
            let kind = kinds::kind(Wanted::Choice(options), &listed.path, &mut self.draft.report);
            let before = scope.slots.remove(name).filter(|slot| !matches!(slot, Slot::Lost));
            let nowhere = Schema {
                parts: vec![Part {
                    at: listed.clone(),
                    refs: Vec::new(),
                }],
                settled: Vec::new(),
            };
            self.ask(
                name,
                id,
                label,
                kind,
                &nowhere,
                &At::root(&Json::Null),
                true,
                context,
                scope,
            )?;
            if let Some(Slot::One { steps, .. }) = scope.slots.get(name) {
                self.added_here(name, steps.clone(), context, scope);
            }
            if let Some(before) = before
                && let Some(made) = scope.slots.remove(name)
            {
                scope.slots.insert(name.to_owned(), Slot::Several(vec![before, made]));
            }
        }
        let mut conditions = Vec::new();
        for branch in branches {
            let parts = said_of(&branch.schema, name);
            let rule = match scope.slots.get(name).cloned() {
                Some(slot) => self.slot_holds(name, &slot, &parts, true, &context.groups, 0)?,
                None => Err(Unable::new("unknown_field", format!("nothing asks for `{name}`"))),
            };
            conditions.push(match rule {
                Ok(rule) => When::Holds(holds(rule)),
                Err(unable) => {
                    self.unsure_of(&branch.part.at.path, &unable.message);
                    When::Unsure
                }
            });
        }
        Ok(conditions)
    }

    /// The shapes by a question that says which one it is, or none.
    fn by_question(
        &mut self,
        listed: &At<'a>,
        branches: &[Branch<'a>],
        nulls: &[Branch<'a>],
        context: &Context,
        scope: &mut Scope,
    ) -> Result<Vec<When>, ImportFinding> {
        let mut options = Vec::new();
        for (at, branch) in branches.iter().chain(nulls).enumerate() {
            let ([own, title], description) = (branch.titles(), branch.schema.get("description"));
            let is_titled = own.is_there() || title.is_there();
            let places = [own, title, description.clone()];
            let label = self.draft.texts.first(&places, &format!("{}", at + 1));
            let mut option = draft::choice(format!("{}", at + 1), label);
            if is_titled {
                option.help = self.draft.texts.label(&description);
            }
            options.push(option);
        }
        self.draft.count_options(options.len(), &listed.path)?;
        let name = format!(" shape {}", listed.path);
        let id = self.take_name(context, "option");
        let kind = kinds::kind(Wanted::Choice(options), &listed.path, &mut self.draft.report);
        let nowhere = Schema {
            parts: vec![Part {
                at: listed.clone(),
                refs: Vec::new(),
            }],
            settled: Vec::new(),
        };
        let label = onehall_protocol::Text::new("属于哪一种情况？", "Which of these applies?");
        self.ask(
            &name,
            id,
            label,
            kind,
            &nowhere,
            &At::root(&Json::Null),
            true,
            context,
            scope,
        )?;
        self.draft.report.differs(
            &listed.path,
            "which_shape",
            "a question asks which of the alternatives applies",
        );
        let Some(Slot::One { known, .. }) = scope.slots.get(&name).cloned() else {
            return Ok(branches.iter().map(|_| When::Unsure).collect());
        };
        let chosen = |at: usize| {
            let number = Value::String(format!("{}", at + 1));
            compare(&known, &context.groups, Compare::Is, &number).map_or(When::Unsure, |rule| When::Holds(holds(rule)))
        };
        Ok((0..branches.len()).map(chosen).collect())
    }
}

/// The property that has fixed values in every shape.
fn telling<'a>(branches: &[Branch<'a>]) -> Option<&'a str> {
    let first = branches.first()?;
    let names = first.schema.properties();
    let mut candidates = names.iter().map(|(name, _)| *name);
    candidates.find(|name| branches.iter().all(|branch| !values(&branch.schema, name).is_empty()))
}

/// All that is said of a property.
fn said_of<'a>(schema: &Schema<'a>, name: &str) -> Vec<Part<'a>> {
    let properties = schema.properties().into_iter();
    let own = properties.filter(|(own, _)| *own == name);
    own.flat_map(|(_, parts)| parts).collect()
}

/// The fixed values of a property.
fn values<'a>(schema: &Schema<'a>, name: &str) -> Vec<At<'a>> {
    for (own, parts) in schema.properties() {
        if own != name {
            continue;
        }
        for part in parts {
            if part.at.value.get("const").is_some() {
                return vec![part.at.get("const")];
            }
            if part.at.get("enum").is_list() {
                return part.at.get("enum").items();
            }
        }
    }
    Vec::new()
}
