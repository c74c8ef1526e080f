//! Objects, arrays and what their properties become.

use onehall_forms::{ComputedFormat, Kind, Question};
use onehall_protocol::Text;
use serde_json::{Value, json};

use super::schema::{DEEP, Part, Schema, is_null};
use super::{Builder, Context, Frame, List, Property, Scope, Slot, constant, some, ui_option, widget};
use crate::draft::{self, Heading, SECTIONS};
use crate::finding::{ImportFinding, refused};
use crate::json::{At, Json};
use crate::kinds;
use crate::known::{Answer, Known};
use crate::text;

impl<'a> Builder<'a, '_> {
    /// The properties of an object, and what hangs on their values.
    pub(super) fn object(
        &mut self,
        schema: &Schema<'a>,
        ui: &At<'a>,
        context: &Context,
        scope: &mut Scope,
    ) -> Result<(), ImportFinding> {
        if context.depth > DEEP {
            return Err(refused(&schema.path(), "too_deep", "its objects nest absurdly deep"));
        }
        let required = schema.required();
        for (name, parts) in ordered(schema.properties(), ui) {
            if scope.slots.contains_key(name) {
                continue;
            }
            let needed = required.iter().any(|required| required == name);
            let own = Property {
                name,
                ui: &ui.get(name),
                needed,
                context,
            };
            self.property(own, &parts, scope)?;
        }
        self.open_ended(schema);
        self.logic(schema, ui, context, scope)?;
        for part in schema.every("required") {
            if !part.at.is_list() && constant(&part.at).is_none() {
                let message = "`required` is a list of names: what stands here demands nothing";
                self.draft.report.lost(&part.at.path, "keyword", message);
            }
            for name in part.at.items() {
                if name.text().is_some_and(|name| !scope.slots.contains_key(name)) {
                    let message = "it has to be there, and nothing says what it is";
                    self.draft.report.lost(&name.path, "unknown_field", message);
                }
            }
        }
        Ok(())
    }

    pub(super) fn open_ended(&mut self, schema: &Schema<'a>) {
        let report = &mut self.draft.report;
        for name in ["patternProperties", "additionalProperties"] {
            let given = schema.get(name);
            if given.is_map() && !given.fields().is_empty() {
                let message = "answers under names that the citizen invents are not carried";
                report.lost(&given.path, "open_properties", message);
            }
        }
        for name in [
            "propertyNames",
            "minProperties",
            "maxProperties",
            "unevaluatedProperties",
            "contains",
        ] {
            let given = schema.get(name);
            let is_plain = matches!(given.value, Json::Bool(_) | Json::Null);
            if !is_plain {
                report.lost(&given.path, "keyword", format!("`{name}` is not checked here"));
            }
        }
    }

    /// One property.
    pub(super) fn property(
        &mut self,
        own: Property<'_, 'a>,
        parts: &[Part<'a>],
        scope: &mut Scope,
    ) -> Result<(), ImportFinding> {
        let Property {
            name,
            ui,
            needed,
            context,
        } = own;
        let Some(first) = parts.first() else { return Ok(()) };
        let path = first.at.path.clone();
        if let Some(allowed) = constant(&first.at) {
            let message = if allowed {
                "anything may stand there: there is nothing to ask"
            } else {
                "nothing may stand there"
            };
            self.draft.report.lost(&path, "no_type", message);
            scope.slots.insert(name.to_owned(), Slot::Lost);
            return Ok(());
        }
        let mut schema = self.all_of(parts)?;
        let optional = self.unwrap_optional(&mut schema)?;
        // In draft 3 a property says of itself that it has to be there.
        let needed = needed || schema.get("required").is_true();
        self.tell_of_ui(ui, &schema);
        self.tell_of_data(&schema);
        if widget(ui) == "hidden" || ui_option(ui, "field").word() == Some("hidden") {
            return self.hidden(own, &schema, scope);
        }
        let (types, _) = schema.types();
        // That somebody is not bankrupt, or that they confirm something, is theirs to say. Without a title of its own it is
        // a sign for machines.
        let only = schema.get("const");
        let is_said = (types == ["boolean"] && constant(&only) == Some(false) || only.text().is_some_and(is_yes))
            && self
                .titles(&schema, ui)
                .iter()
                .any(|title| title.is_there() && constant(title).is_none());
        if schema.has("const") && !schema.get("const").is_true() && !is_said {
            return self.hidden(own, &schema, scope);
        }
        let own = Property {
            needed: needed && !optional,
            ..own
        };
        let has_enum = schema.get("enum").is_list();
        let is_object = schema.has("properties")
            || (types == ["object"] && !has_enum)
            || (types.is_empty() && self.has_object_alternatives(&schema)?);
        if is_object {
            return self.object_property(own, &schema, scope);
        }
        if types == ["array"] || (types.is_empty() && (schema.has("items") || schema.has("prefixItems"))) {
            return self.array(own, &schema, scope);
        }
        if schema.has("if") {
            let message = "a condition on a single value is not carried: what it demands is not checked";
            self.draft
                .report
                .lost(&schema.get("if").path, "condition_not_carried", message);
        }
        let label = self.label(name, &schema, ui);
        let id = self.take_name(context, name);
        let Some(wanted) = self.scalar(&id, &label, &schema, ui)? else {
            scope.slots.insert(name.to_owned(), Slot::Lost);
            return Ok(());
        };
        let kind = kinds::kind(wanted, &path, &mut self.draft.report);
        self.ask(own, id, label, kind, &schema, scope)
    }

    /// Adds a question, and makes it known to conditions.
    pub(super) fn ask(
        &mut self,
        own: Property<'_, 'a>,
        id: String,
        label: Text,
        kind: Kind,
        schema: &Schema<'a>,
        scope: &mut Scope,
    ) -> Result<(), ImportFinding> {
        let Property {
            name,
            ui,
            needed,
            context,
        } = own;
        self.draft.count_rule(&context.shown, &schema.path())?;
        let steps = self.next_steps();
        let answer = Answer::of(&kind);
        let never = matches!(kind, Kind::Note { .. } | Kind::Computed { .. });
        let mut question = self
            .draft
            .question(id.clone(), &context.groups, label, kind, &schema.path())?;
        question.required = needed && !never && self.unsure == 0;
        question.help = self.help(schema, ui).or(question.help);
        question.visible_when = some(&context.shown);
        let reference = super::reference(&id, !context.groups.is_empty());
        question.valid_when = self.checks(schema, &question.kind, &reference);
        let has_rows = matches!(question.kind, Kind::Group { min_rows, .. } if min_rows > 0);
        let known = Known {
            id,
            groups: context.groups.clone(),
            answer,
            required: question.required || has_rows,
            starts_false: false,
        };
        if !never {
            self.forbidden(schema, &known, context, &mut question)?;
        }
        self.push(question);
        let slot = Slot::One {
            known,
            steps,
            fixed: never,
            list: List::No,
        };
        scope.slots.insert(name.to_owned(), slot);
        Ok(())
    }

    /// What an answer must not be: `not`.
    fn forbidden(
        &mut self,
        schema: &Schema<'a>,
        known: &Known,
        context: &Context,
        question: &mut Question,
    ) -> Result<(), ImportFinding> {
        for inner in schema.every("not") {
            match self.value_rule(known, &inner, &context.groups, 0)? {
                // It forbids nothing that could be answered.
                Ok(Value::Bool(false)) => {}
                Ok(rule) if !rule.is_boolean() => {
                    self.draft.count_rule(&rule, &inner.at.path)?;
                    let message = Text::new("不能填写这个内容。", "This answer is not allowed.");
                    question.valid_when.push(draft::check(json!({"!": [rule]}), message));
                }
                Ok(_) => {
                    let message = "it forbids every answer, or says what is not checked here";
                    self.draft.report.lost(&inner.at.path, "forbidden", message);
                }
                Err(unable) => {
                    let message = format!("{}: it is not checked", unable.message);
                    self.draft.report.lost(&inner.at.path, "condition_not_carried", message);
                }
            }
        }
        Ok(())
    }

    pub(super) fn label(&mut self, name: &str, schema: &Schema<'a>, ui: &At<'a>) -> Text {
        let places = self.titles(schema, ui);
        self.draft.texts.first(&places, &words(name))
    }

    /// Where the title of a property may stand, the first that counts before the others.
    pub(super) fn titles(&self, schema: &Schema<'a>, ui: &At<'a>) -> Vec<At<'a>> {
        let own = [ui_option(ui, "title"), ui_option(ui, "label")];
        let of_layout = self.labels.get(&schema.path()).cloned();
        own.into_iter().chain(of_layout).chain([schema.get("title")]).collect()
    }

    /// What the source shows beside a question: what it is, and under that what helps with it.
    pub(super) fn help(&mut self, schema: &Schema<'a>, ui: &At<'a>) -> Option<Text> {
        let texts = &mut self.draft.texts;
        let places = [ui_option(ui, "description"), schema.get("description")];
        let described = places.iter().find_map(|at| texts.content(at));
        text::both_of(described, texts.content(&ui_option(ui, "help")))
    }

    /// A value that is not asked for.
    fn hidden(&mut self, own: Property<'_, 'a>, schema: &Schema<'a>, scope: &mut Scope) -> Result<(), ImportFinding> {
        let Property { name, context, .. } = own;
        let given = if schema.has("const") {
            schema.get("const")
        } else {
            schema.get("default")
        };
        let path = schema.path();
        let value = match given.value {
            Json::Text(_) | Json::Number(_) | Json::Bool(_) => given.value.to_value(),
            _ => {
                self.draft.report.lost(
                    &path,
                    "hidden_field",
                    "a hidden value is filled by the source's own code",
                );
                scope.slots.insert(name.to_owned(), Slot::Lost);
                return Ok(());
            }
        };
        let answer = match value {
            Value::Bool(_) => Answer::Bool,
            Value::Number(_) => Answer::Number,
            _ => Answer::Text,
        };
        let id = self.take_name(context, name);
        let label = self.label(name, schema, &At::root(&Json::Null));
        let steps = self.next_steps();
        let kind = Kind::Computed {
            value,
            format: ComputedFormat::Hidden,
        };
        let mut question = self.draft.question(id.clone(), &context.groups, label, kind, &path)?;
        question.visible_when = some(&context.shown);
        self.push(question);
        let known = Known {
            id,
            groups: context.groups.clone(),
            answer,
            required: true,
            starts_false: false,
        };
        self.draft.report.differs(
            &path,
            "fixed_value",
            "a value that is always the same is computed, not asked",
        );
        let slot = Slot::One {
            known,
            steps,
            fixed: true,
            list: List::No,
        };
        scope.slots.insert(name.to_owned(), slot);
        Ok(())
    }

    /// `anyOf: [{…}, {"type": "null"}]` is the first of them, and may be left out. Whether null is taken, in which way ever
    /// that is written.
    fn unwrap_optional(&mut self, schema: &mut Schema<'a>) -> Result<bool, ImportFinding> {
        let (types, nullable) = schema.types();
        // What has a type of its own takes no null that only one of its values is, nor what has a list without it.
        let lists = schema.every("enum");
        let takes_null = |part: &Part<'a>| !part.at.items().iter().all(At::is_there);
        let is_open = nullable || types.is_empty() && lists.iter().all(takes_null);
        let mut optional = nullable || is_open && !lists.is_empty();
        for keyword in ["anyOf", "oneOf"] {
            let Some(listed) = schema.every(keyword).into_iter().next() else {
                continue;
            };
            let branches = listed.at.items();
            let others: Vec<&At<'a>> = branches.iter().filter(|at| !is_null(at)).collect();
            let has_null = branches.len() > others.len();
            // One value is still to be chosen, or not.
            let is_value = |at: &At<'_>| matches!(at.get("const").value, Json::Text(_) | Json::Number(_));
            if let ([only], true) = (others.as_slice(), has_null || branches.len() == 1)
                && !(has_null && is_value(only))
            {
                let part = Part {
                    at: (*only).clone(),
                    refs: listed.refs.clone(),
                };
                for null in branches.iter().filter(|at| is_null(at)) {
                    self.tell_of_null(&null.path, &[null.get("title")]);
                }
                // What stands beside the alternatives (title, description) comes first; they themselves are settled.
                schema.parts.extend(self.all_of(&[part])?.parts);
                schema.settled.push(keyword);
                return Ok(branches.len() > 1 || optional);
            }
            optional |= has_null && is_open;
        }
        Ok(optional)
    }

    fn object_property(
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
        let title = self.label(name, schema, ui);
        let help = self.help(schema, ui);
        let mut inner = Scope {
            needed,
            ..Scope::default()
        };
        let patches = self.patches.len();
        if context.top && self.frames.is_empty() {
            let mut page = self.draft.page(name, title, &schema.path());
            page.help = help;
            page.visible_when = some(&context.shown);
            self.page = Some(self.draft.pages.len());
            self.draft.pages.push(page);
            let context = Context {
                prefix: String::new(),
                shown: Value::Bool(true),
                top: false,
                sections: 0,
                depth: context.depth + 1,
                groups: Vec::new(),
            };
            self.object(schema, ui, &context, &mut inner)?;
            // What follows stands on a page of its own.
            self.page = None;
            self.nothing_in_it(schema, &inner);
        } else {
            self.part(name, Heading { name, title, help }, schema, ui, context, &mut inner)?;
            self.nothing_in_it(schema, &inner);
        }
        if !needed {
            self.left_out(&mut inner, patches, context, &schema.path());
        }
        scope.slots.insert(name.to_owned(), Slot::Object(inner));
        Ok(())
    }

    /// An object further in: a section, whose questions have its name before theirs.
    fn part(
        &mut self,
        name: &str,
        heading: Heading<'_>,
        schema: &Schema<'a>,
        ui: &At<'a>,
        context: &Context,
        inner: &mut Scope,
    ) -> Result<(), ImportFinding> {
        let inside = Context {
            prefix: match context.prefix.as_str() {
                "" => name.to_owned(),
                prefix => format!("{prefix} {name}"),
            },
            top: false,
            depth: context.depth + 1,
            ..context.clone()
        };
        let path = schema.path();
        if context.sections == SECTIONS {
            let message = "objects nest at most three deep in a page or row here: the title of this one is only read";
            self.draft.report.differs(&path, "sections_too_deep", message);
            self.note(heading.in_one(), context, &path)?;
            return self.object(schema, ui, &inside, inner);
        }
        let steps = self.next_steps();
        self.draft.count_rule(&context.shown, &path)?;
        self.frames.push(Frame {
            steps,
            questions: Vec::new(),
            names: None,
        });
        let inside = Context {
            // What hides the section hides all in it.
            shown: Value::Bool(true),
            sections: context.sections + 1,
            ..inside
        };
        let read = self.object(schema, ui, &inside, inner);
        let frame = self.frames.pop();
        read?;
        let questions = frame.map(|frame| frame.questions).unwrap_or_default();
        self.section(heading, questions, context, &path)
    }

    /// Tells of an object of which nothing is asked, where that was not told already.
    fn nothing_in_it(&mut self, schema: &Schema<'a>, inner: &Scope) {
        let open = ["additionalProperties", "patternProperties"];
        if inner.slots.is_empty() && !open.iter().any(|name| schema.get(name).is_map()) {
            let message = "nothing says what the object is made of: there is nothing to ask";
            self.draft.report.lost(&schema.path(), "no_properties", message);
        }
    }

    /// Tells what the answer to another question sets.
    fn tell_of_data(&mut self, schema: &Schema<'a>) {
        for (name, at) in schema.parts.iter().flat_map(|part| part.at.fields()) {
            if at.get("$data").text().is_some() && !matches!(name, "properties" | "$defs" | "definitions" | "default") {
                let message = format!("a `{name}` that another answer sets is not checked here");
                self.draft.report.lost(&at.path, "keyword", message);
            }
        }
    }

    fn tell_of_ui(&mut self, ui: &At<'a>, schema: &Schema<'a>) {
        let report = &mut self.draft.report;
        if ui_option(ui, "field").word().is_some_and(|field| field != "hidden") {
            report.differs(
                &ui_option(ui, "field").path,
                "own_field",
                "a field of the source's own code is asked for by its schema",
            );
        }
        let shown_by = widget(ui);
        if !shown_by.is_empty() && !is_plain_widget(&shown_by) {
            let message = "a widget of the source's own code: what it stands at is asked for by its schema";
            report.differs(&ui_option(ui, "widget").path, "own_field", message);
        }
        for name in ["readonly", "disabled"] {
            if ui_option(ui, name).is_true() {
                report.lost(
                    &ui_option(ui, name).path,
                    "disabled",
                    "nothing here can be seen and not answered",
                );
            }
        }
        if schema.get("readOnly").is_true() {
            report.lost(
                &schema.get("readOnly").path,
                "disabled",
                "nothing here can be seen and not answered",
            );
        }
        let placeholder = ui_option(ui, "placeholder");
        if placeholder.word().is_some() {
            let message = "what the source shows in an empty field is not shown here";
            report.lost(&placeholder.path, "placeholder", message);
        }
        for name in ["addable", "removable", "orderable"] {
            let given = ui_option(ui, name);
            if constant(&given) == Some(false) {
                let message = "rows can be added, moved and taken away here";
                report.lost(&given.path, "rows_fixed", message);
            }
        }
        let default = schema.get("default");
        let says = match default.value {
            Json::Text(text) => !text.trim().is_empty(),
            Json::Bool(_) | Json::Number(_) => true,
            Json::List(items) => !items.is_empty(),
            Json::Map(fields) => !fields.is_empty(),
            Json::Null => false,
        };
        if says && shown_by != "hidden" && !schema.has("const") {
            report.lost(
                &default.path,
                "default_value",
                "an answer is not given before the citizen gives it",
            );
        }
    }
}

/// Whether a text is what somebody says who agrees.
fn is_yes(text: &str) -> bool {
    const YES: [&str; 16] = [
        "yes",
        "y",
        "true",
        "agree",
        "agreed",
        "i agree",
        "accept",
        "accepted",
        "i accept",
        "confirm",
        "confirmed",
        "i confirm",
        "是",
        "同意",
        "确认",
        "我同意",
    ];
    YES.contains(&text.trim().to_lowercase().as_str())
}

/// Whether a widget is one that forms of JSON Schema have without code of their own.
fn is_plain_widget(name: &str) -> bool {
    const PLAIN: [&str; 30] = [
        "alt-date",
        "alt-datetime",
        "altdate",
        "altdatetime",
        "checkbox",
        "checkboxes",
        "color",
        "date",
        "date-time",
        "datetime",
        "email",
        "file",
        "files",
        "hidden",
        "markdown",
        "password",
        "phone",
        "radio",
        "range",
        "rich-text",
        "richtext",
        "select",
        "signature",
        "tel",
        "text",
        "textarea",
        "time",
        "updown",
        "uri",
        "url",
    ];
    PLAIN.contains(&name)
}

/// In the order of `ui:order`; what it does not name stands where its `*` is, or at the end.
fn ordered<'a>(properties: Vec<(&'a str, Vec<Part<'a>>)>, ui: &At<'a>) -> Vec<(&'a str, Vec<Part<'a>>)> {
    let order = ui_option(ui, "order");
    let names: Vec<&str> = order.items().iter().filter_map(At::text).collect();
    if names.is_empty() {
        return properties;
    }
    let rest = names.iter().position(|name| *name == "*").unwrap_or(names.len());
    let mut numbered: Vec<(usize, (&'a str, Vec<Part<'a>>))> = properties
        .into_iter()
        .map(|property| {
            (
                names.iter().position(|name| *name == property.0).unwrap_or(rest),
                property,
            )
        })
        .collect();
    numbered.sort_by_key(|(place, _)| *place);
    numbered.into_iter().map(|(_, property)| property).collect()
}

/// `firstName` and `first_name` as words.
pub(super) fn words(name: &str) -> String {
    let snake = crate::names::snake(name);
    if snake.is_empty() || !name.is_ascii() {
        return name.to_owned();
    }
    let spaced = snake.replace('_', " ");
    let mut letters = spaced.chars();
    letters
        .next()
        .map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}
