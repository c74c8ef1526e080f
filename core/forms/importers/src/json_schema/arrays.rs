//! Arrays: rows of a group, choices, files, or fixed places.

use serde_json::Value;

use super::schema::{Part, Schema, Side};
use super::{Builder, Context, Frame, List, Patch, Property, Scope, Slot, reference, ui_option, widget};
use crate::draft::{self, Heading, SECTIONS};
use crate::files::FileRules;
use crate::finding::ImportFinding;
use crate::json::{At, Json};
use crate::kinds::{self, Wanted};
use crate::known::Answer;
use crate::names::Names;
use crate::rules::{self, any};
use crate::text;

/// The most groups inside each other.
const GROUPS: usize = 4;
/// The most rows of a group, and files of a question.
const ROWS: u32 = 1_000;
const FILES: u32 = 100;
/// The most fixed places of a list of which each can ask whether another is filled.
const PLACES: usize = 40;

impl<'a> Builder<'a, '_> {
    /// A property that is a list.
    pub(super) fn array(
        &mut self,
        own: Property<'_, 'a>,
        schema: &Schema<'a>,
        scope: &mut Scope,
    ) -> Result<(), ImportFinding> {
        let Property {
            name,
            ui,
            needed,
            context,
        } = own;
        let path = schema.path();
        let items = schema.every("items").into_iter().next();
        let tuple = schema
            .every("prefixItems")
            .into_iter()
            .next()
            .or_else(|| items.clone().filter(|items| items.at.is_list()));
        if let Some(tuple) = tuple {
            self.fixed_places(own, &tuple, schema, scope)?;
            let more = [items.map(|items| items.at), Some(schema.get("additionalItems"))];
            for more in more.into_iter().flatten().filter(At::is_map) {
                let message = "what may follow the fixed places of the list is not asked for";
                self.draft.report.lost(&more.path, "open_list", message);
            }
            self.keywords_of_a_list(schema);
            scope.slots.insert(name.to_owned(), Slot::Asked);
            return Ok(());
        }
        let Some(items) = items.filter(|items| items.at.is_map()) else {
            self.draft.report.lost(
                &path,
                "no_items",
                "nothing says what stands in the list: it is not asked for",
            );
            scope.slots.insert(name.to_owned(), Slot::Lost);
            return Ok(());
        };
        let inner = self.all_of(&[items])?;
        let inner_ui = ui.get("items");
        let label = self.label(name, schema, ui);
        let (mut min, mut max) = (
            schema.count("minItems", Side::Least),
            schema.count("maxItems", Side::Most),
        );
        if max == Some(0) {
            let message = "that nothing may stand in the list is not checked";
            self.draft.report.lost(&schema.get("maxItems").path, "keyword", message);
            max = None;
        }
        if matches!((min, max), (Some(min), Some(max)) if min > max) {
            let message = "more is demanded of the list than may stand in it: the smaller number is not carried";
            self.draft.report.lost(&schema.get("minItems").path, "keyword", message);
            min = Some(1);
        }
        // A list that has to be there may be empty, unless a number says otherwise.
        let may_be_empty = min.unwrap_or(0) == 0;
        let filled = Property {
            needed: needed && !may_be_empty,
            ..own
        };
        self.keywords_of_a_list(schema);
        // What options are called stands at the list, and in older forms at its items.
        if let Some(options) = self.enumeration(&inner, &[ui, &inner_ui])? {
            if !schema.get("uniqueItems").is_true() {
                self.draft
                    .report
                    .differs(&path, "chosen_once", "an option can be chosen only once");
            }
            let count = u32::try_from(options.len()).unwrap_or(u32::MAX);
            if min.is_some_and(|min| min > count) {
                let message = "more options are demanded than there are, and each can be chosen only once: how many is not checked";
                self.draft.report.lost(&schema.get("minItems").path, "keyword", message);
            }
            let id = self.take_name(context, name);
            let kind = kinds::kind(Wanted::Choices { options, min, max }, &path, &mut self.draft.report);
            self.ask(filled, id, label, kind, schema, scope)?;
            self.help_of_items(&inner, &inner_ui);
            self.is_list(name, needed, may_be_empty, context, scope);
            return Ok(());
        }
        if schema.get("uniqueItems").is_true() {
            let message = "that no two answers of the list are alike is not checked";
            self.draft
                .report
                .lost(&schema.get("uniqueItems").path, "keyword", message);
        }
        let is_files = matches!(widget(ui).as_str(), "file" | "files") && inner.types().0 == ["string"];
        if is_files || inner.get("format").word() == Some("data-url") {
            if min.is_some_and(|min| min > 1) {
                let message = "how many files there must be is not checked, only that there is one";
                self.draft.report.lost(&schema.get("minItems").path, "keyword", message);
            }
            let id = self.take_name(context, name);
            let rules = FileRules::default().taking(&ui_option(ui, "accept"), &mut self.draft.report);
            let wanted = Wanted::Files {
                name: id.clone(),
                most: self.at_most(schema, max, FILES, "files"),
                rules,
            };
            let kind = kinds::kind(wanted, &path, &mut self.draft.report);
            self.ask(filled, id, label, kind, schema, scope)?;
            self.help_of_items(&inner, &inner_ui);
            self.is_list(name, needed, may_be_empty, context, scope);
            return Ok(());
        }
        if context.groups.len() >= GROUPS {
            self.draft
                .report
                .lost(&path, "groups_too_deep", "repeated parts nest at most four deep here");
            scope.slots.insert(name.to_owned(), Slot::Lost);
            return Ok(());
        }
        let id = self.take_name(context, name);
        let steps = self.next_steps();
        self.frames.push(Frame {
            steps,
            questions: Vec::new(),
            names: Some(Names::default()),
        });
        let inside = Context {
            groups: context.groups.iter().cloned().chain([id.clone()]).collect(),
            prefix: String::new(),
            // The group is hidden as a whole; its rows need no rule of their own.
            shown: Value::Bool(true),
            top: false,
            sections: 0,
            depth: context.depth + 1,
        };
        let mut rows = Scope::default();
        let read = self.row(&inner, &inner_ui, &inside, &mut rows);
        let frame = self.frames.pop();
        let is_object = read?;
        let questions = frame.map(|frame| frame.questions).unwrap_or_default();
        if questions.is_empty() {
            self.draft
                .report
                .lost(&path, "empty_group", "there is no question in the repeated part");
            scope.slots.insert(name.to_owned(), Slot::Lost);
            return Ok(());
        }
        let row_label = self.label_of(&[inner.get("title")]).unwrap_or_else(|| label.clone());
        let max = self.at_most(schema, max, ROWS, "rows");
        if min.is_some_and(|min| min > ROWS) {
            let message = format!("a list has at most {ROWS} rows here: no more are demanded");
            self.draft
                .report
                .lost(&schema.get("minItems").path, "length_cut", message);
        }
        let (min, in_rows) = (min.unwrap_or(0).min(ROWS), !context.groups.is_empty());
        let demanded = needed && self.unsure == 0;
        let kind = draft::group(questions, if demanded { min } else { 0 }, max, row_label);
        let check = draft::rows_at_least(min, &reference(&id, in_rows)).filter(|_| !demanded);
        let left_open = Property { needed: false, ..own };
        self.ask(left_open, id, label, kind, schema, scope)?;
        if is_object {
            self.help_of_items(&inner, &inner_ui);
        }
        if let (Some(check), Some(group)) = (check, self.last()) {
            group.valid_when.push(check);
        }
        self.is_list(name, needed, may_be_empty, context, scope);
        Ok(())
    }

    /// A list each place of which says of itself what stands there: a question for each, under what the list is called.
    fn fixed_places(
        &mut self,
        own: Property<'_, 'a>,
        listed: &Part<'a>,
        schema: &Schema<'a>,
        scope: &mut Scope,
    ) -> Result<(), ImportFinding> {
        let Property {
            name,
            ui,
            needed,
            context,
        } = own;
        let path = schema.path();
        let message = "a list of fixed places is asked for place by place";
        self.draft.report.differs(&path, "tuple", message);
        let titles = self.titles(schema, ui);
        let heading = self.label_of(&titles).map(|title| Heading {
            name,
            title,
            help: self.help(schema, ui),
        });
        let (mut inside, mut section) = (context.clone(), None);
        match heading {
            Some(heading) if context.sections < SECTIONS => {
                self.draft.count_rule(&context.shown, &path)?;
                let steps = self.next_steps();
                self.frames.push(Frame {
                    steps,
                    questions: Vec::new(),
                    names: None,
                });
                // What hides the section hides all in it.
                inside.shown = Value::Bool(true);
                inside.top = false;
                inside.sections += 1;
                section = Some(heading);
            }
            Some(heading) => self.note(heading.in_one(), context, &path)?,
            None => {}
        }
        let places = listed.at.items();
        let names: Vec<String> = (1..=places.len()).map(|at| format!("{name} {at}")).collect();
        for (number, (name, at)) in names.iter().zip(places).enumerate() {
            let part = Part {
                at,
                refs: listed.refs.clone(),
            };
            let own = Property {
                name,
                ui: &ui.get("items").get(&number.to_string()),
                needed,
                context: &inside,
            };
            self.property(own, &[part], scope)?;
        }
        if let Some(heading) = section {
            let frame = self.frames.pop();
            let questions = frame.map(|frame| frame.questions).unwrap_or_default();
            self.section(heading, questions, context, &path)?;
        }
        let count = u32::try_from(names.len()).unwrap_or(u32::MAX);
        let is_least_kept = match schema.count("minItems", Side::Least) {
            None => true,
            // All of them are demanded.
            Some(least) if needed => least == count,
            Some(least) => least <= count && self.need_places(&names, least, context, scope),
        };
        let is_most_kept = schema.count("maxItems", Side::Most).is_none_or(|most| most == count);
        for (bound, is_kept) in [("minItems", is_least_kept), ("maxItems", is_most_kept)] {
            if !is_kept {
                let message = "how many places of the list are filled is not checked";
                self.draft.report.lost(&schema.get(bound).path, "keyword", message);
            }
        }
        Ok(())
    }

    /// Puts what is said of each element of the list that was asked last under what is said of the list.
    fn help_of_items(&mut self, inner: &Schema<'a>, ui: &At<'a>) {
        let help = self.help(inner, ui);
        if let Some(list) = self.last() {
            list.help = text::both_of(list.help.take(), help);
        }
    }

    /// Demands the first places of a list that may be left out where another of its places is filled. False, where
    /// that cannot be said.
    fn need_places(&mut self, names: &[String], least: u32, context: &Context, scope: &Scope) -> bool {
        if self.unsure > 0 || names.len() > PLACES {
            return false;
        }
        let place = |name: &String| match scope.slots.get(name) {
            Some(Slot::One {
                known,
                steps,
                fixed: false,
                list: List::No,
            }) if known.answer != Answer::Nothing => {
                let answered = rules::answered(&known.reference(&context.groups).ok()?);
                Some((steps.clone(), answered))
            }
            _ => None,
        };
        let Some(places) = names.iter().map(place).collect::<Option<Vec<_>>>() else {
            return false;
        };
        for (at, (steps, _)) in places.iter().enumerate().take(least as usize) {
            let others = places.iter().enumerate().filter(|(other, _)| *other != at);
            let rule = any(others.map(|(_, (_, answered))| answered.clone()));
            if rule != Value::Bool(false) {
                self.patches.push((steps.clone(), Patch::Needed(rule)));
            }
        }
        true
    }

    /// Notes what it is to the source that a list has no answer.
    fn is_list(&self, name: &str, needed: bool, may_be_empty: bool, context: &Context, scope: &mut Scope) {
        let in_row = !context.groups.is_empty() && context.sections == 0;
        let always = context.shown == Value::Bool(true) && (context.top || in_row) && self.unsure == 0;
        if let Some(Slot::One { list, .. }) = scope.slots.get_mut(name).filter(|_| may_be_empty) {
            *list = if needed && always {
                List::Empty
            } else {
                List::MayBeEmpty
            };
        }
    }

    /// The most that a list may have: as much as there can be, where the source has no bound, or a greater one.
    fn at_most(&mut self, schema: &Schema<'a>, max: Option<u32>, most: u32, of_what: &str) -> Option<u32> {
        if max.is_some_and(|max| max > most) {
            let message = format!("a list has at most {most} {of_what} here");
            self.draft
                .report
                .differs(&schema.get("maxItems").path, "length_cut", message);
        }
        Some(max.unwrap_or(most).min(most))
    }

    /// What is said of a list and not checked here.
    fn keywords_of_a_list(&mut self, schema: &Schema<'a>) {
        for name in ["contains", "minContains", "maxContains", "unevaluatedItems", "if"] {
            let given = schema.get(name);
            if schema.has(name) && !matches!(given.value, Json::Bool(_)) {
                let message = format!("`{name}` of a list is not checked here");
                self.draft.report.lost(&given.path, "keyword", message);
            }
        }
    }

    /// What is asked in each row: the properties of an object, or one value. Whether it is an object.
    fn row(
        &mut self,
        inner: &Schema<'a>,
        ui: &At<'a>,
        context: &Context,
        rows: &mut Scope,
    ) -> Result<bool, ImportFinding> {
        let (types, _) = inner.types();
        let is_object = inner.has("properties")
            || types == ["object"]
            || (types.is_empty() && self.has_object_alternatives(inner)?);
        if is_object {
            self.object(inner, ui, context, rows)?;
        } else {
            let own = Property {
                name: "value",
                ui,
                needed: true,
                context,
            };
            self.property(own, &inner.parts, rows)?;
        }
        Ok(is_object)
    }
}
