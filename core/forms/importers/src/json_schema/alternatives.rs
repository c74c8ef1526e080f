//! Objects that come in several shapes: `oneOf` and `anyOf` over objects.

use std::collections::BTreeMap;

use onehall_forms::Choice;
use onehall_protocol::Text;
use serde_json::Value;

use super::logic::When;
use super::properties::words;
use super::schema::{Part, Schema, is_null};
use super::{Builder, Context, Property, Scope, Slot, ui_option};
use crate::draft;
use crate::finding::ImportFinding;
use crate::json::{At, Json};
use crate::kinds::{self, Wanted};
use crate::known::{Compare, compare};
use crate::rules::{Unable, holds};
use crate::text;

/// One shape.
struct Branch<'a> {
    part: Part<'a>,
    schema: Schema<'a>,
    /// What the layout calls it.
    title: At<'a>,
}

/// The shapes of an object.
struct Shapes<'a> {
    listed: At<'a>,
    branches: Vec<Branch<'a>>,
    /// Those that are nothing but have a name.
    nulls: Vec<Branch<'a>>,
    /// What is said of the object whichever it is.
    around: Schema<'a>,
}

/// How many of the answers that a shape demands stand for its name, where it has none.
const NAMED: usize = 3;

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
                let mut shapes = Shapes {
                    listed: listed.at.clone(),
                    branches: Vec::new(),
                    nulls: Vec::new(),
                    around: schema.clone(),
                };
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
                        shapes.branches.push(branch);
                    } else if branch.titles().iter().any(|at| at.word().is_some()) {
                        shapes.nulls.push(branch);
                    }
                }
                self.shapes(&shapes, ui, context, scope)?;
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

    fn shapes(
        &mut self,
        shapes: &Shapes<'a>,
        ui: &At<'a>,
        context: &Context,
        scope: &mut Scope,
    ) -> Result<(), ImportFinding> {
        let branches = shapes.branches.as_slice();
        let shaped = branches.iter().any(|branch| branch.schema.has("properties"));
        if !shaped {
            if !branches.is_empty() {
                let message = "that one of several sets of answers has to be there is not checked here";
                self.draft.report.lost(&shapes.listed.path, "alternatives", message);
            }
            return Ok(());
        }
        let telling = telling(branches);
        if branches.len() == 1 || telling.is_some() {
            for null in &shapes.nulls {
                self.tell_of_null(&null.part.at.path, &null.titles());
            }
        }
        if let [only] = branches {
            return self.apply(&only.part, &Value::Bool(true), ui, context, scope);
        }
        let conditions = match telling {
            Some(name) => self.by_property(name, &shapes.listed, branches, context, scope)?,
            None => self.by_question(shapes, ui, context, scope)?,
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
            let own = Property {
                name,
                ui: &At::root(&Json::Null),
                needed: true,
                context,
            };
            self.ask(own, id, label, kind, &nowhere, scope)?;
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
        shapes: &Shapes<'a>,
        ui: &At<'a>,
        context: &Context,
        scope: &mut Scope,
    ) -> Result<Vec<When>, ImportFinding> {
        let (listed, branches) = (&shapes.listed, shapes.branches.as_slice());
        let mut options = Vec::new();
        for (at, branch) in branches.iter().chain(&shapes.nulls).enumerate() {
            let ([own, title], description) = (branch.titles(), branch.schema.get("description"));
            let is_titled = own.is_there() || title.is_there();
            let places = [own, title, description.clone()];
            let value = format!("{}", at + 1);
            let label = match self.label_of(&places) {
                Some(label) => label,
                None => self
                    .demanded(branch, shapes, ui)?
                    .unwrap_or_else(|| self.draft.texts.made(&value)),
            };
            let mut option = draft::choice(value, label);
            if is_titled {
                option.help = self.draft.texts.label(&description);
            }
            options.push(option);
        }
        number_what_is_alike(&mut options);
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
        let label = Text::new("属于哪一种情况？", "Which of these applies?");
        let own = Property {
            name: &name,
            ui: &At::root(&Json::Null),
            needed: true,
            context,
        };
        self.ask(own, id, label, kind, &nowhere, scope)?;
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

    /// What a shape without a name demands, by what that is called: nothing else tells it from the others.
    fn demanded(
        &mut self,
        branch: &Branch<'a>,
        shapes: &Shapes<'a>,
        ui: &At<'a>,
    ) -> Result<Option<Text>, ImportFinding> {
        let mut names = branch.schema.required();
        if names.is_empty() {
            let properties = branch.schema.properties();
            names = properties.iter().map(|(name, _)| (*name).to_owned()).collect();
        }
        let (mut zh, mut en) = (Vec::new(), Vec::new());
        for name in names.iter().take(NAMED) {
            let mut said = said_of(&branch.schema, name);
            said.extend(said_of(&shapes.around, name));
            let schema = self.all_of(&said)?;
            let places = self.titles(&schema, &ui.get(name));
            let called = self.draft.texts.again(&places, &words(name));
            zh.push(called.zh_cn);
            en.push(called.en);
        }
        if names.len() > NAMED {
            zh.push("…".to_owned());
            en.push("…".to_owned());
        }
        Ok((!en.is_empty()).then(|| text::made_of(zh.join("、"), en.join(", "))))
    }
}

/// Puts a number before each name that several options have.
fn number_what_is_alike(options: &mut [Choice]) {
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for option in options.iter() {
        *counts.entry(option.label.en.clone()).or_default() += 1;
    }
    for (at, option) in options.iter_mut().enumerate() {
        let (number, label) = (at + 1, &option.label);
        if counts.get(&label.en).is_some_and(|count| *count > 1) {
            option.label = text::made_of(format!("{number}. {}", label.zh_cn), format!("{number}. {}", label.en));
        }
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
    let mut said = schema.every("properties");
    said.retain(|part| part.at.value.get(name).is_some());
    for part in &mut said {
        part.at = part.at.get(name);
    }
    said
}

/// The fixed values of a property.
fn values<'a>(schema: &Schema<'a>, name: &str) -> Vec<At<'a>> {
    for part in said_of(schema, name) {
        if part.at.value.get("const").is_some() {
            return vec![part.at.get("const")];
        }
        if part.at.get("enum").is_list() {
            return part.at.get("enum").items();
        }
    }
    Vec::new()
}
