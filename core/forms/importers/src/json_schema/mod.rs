//! JSON Schema, from draft 4 to 2020-12, with an RJSF `uiSchema` where there is one.
//!
//! An object is a page or a part of one, an array of objects a group; what `if`, `dependentSchemas` and alternatives add
//! is shown where their condition holds.

mod alternatives;
mod arrays;
mod layout;
mod logic;
mod optional;
mod options;
mod properties;
mod scalars;
mod schema;
mod shared;
mod values;

use std::collections::{BTreeMap, BTreeSet};

use onehall_forms::{Kind, NoteTone, Question};
use onehall_protocol::Text;
use serde_json::Value;

use crate::detect::is_schema;
use crate::draft::{self, Draft, Heading, question_at};
use crate::finding::{ImportFinding, refused};
use crate::json::{At, Json};
use crate::known::Known;
use crate::names::Names;
use crate::rules::{self, all, any};
use crate::text;
use schema::{Part, Schema, Schemas};

pub(crate) fn import(root: &At<'_>, draft: &mut Draft) -> Result<(), ImportFinding> {
    let wrapped = ["schema", "jsonSchema", "json_schema", "dataSchema", "JSONSchema"];
    let inner = wrapped.iter().map(|name| root.get(name)).find(is_schema);
    let is_wrapped = inner.is_some() && !root.has("properties");
    let (schema, ui) = match inner.filter(|_| is_wrapped) {
        Some(schema) => (
            schema,
            root.any(&["uiSchema", "uischema", "ui_schema", "UISchema", "ui"]),
        ),
        None => (root.clone(), root.any(&["uiSchema", "ui_schema"])),
    };
    if !schema.is_map() {
        return Err(refused(&schema.path, "no_form", "this is no JSON Schema"));
    }
    let given = root.get("formData");
    if is_wrapped && (!given.fields().is_empty() || !given.items().is_empty()) {
        let message = "answers that stand beside the form are not given before the citizen gives them";
        draft.report.lost(&given.path, "default_value", message);
    }
    let mut builder = Builder {
        schemas: Schemas::new(schema.clone()),
        draft,
        page: None,
        frames: Vec::new(),
        patches: Vec::new(),
        unsure: 0,
        labels: BTreeMap::new(),
    };
    // One of JSON Forms. In the `uiSchema` of RJSF a property may have this name.
    let drawn = ui.get("elements").is_list();
    if drawn {
        builder.layout(&ui);
    }
    builder.root(&schema, &ui, drawn)?;
    builder.patch()?;
    Ok(())
}

/// Questions of a row or section while they are read.
struct Frame {
    steps: Vec<usize>,
    questions: Vec<Question>,
    /// The names of a row; a section shares those around it.
    names: Option<Names>,
}

/// A change of a question that is there already.
enum Patch {
    Shown(Value),
    /// Shown then as well.
    Widened(Value),
    Needed(Value),
    /// Needed then alone, whatever was said before; and whether it stands in rows.
    NeededOnly(Value, bool),
    Checked(Value, Text),
}

/// What a property became.
#[derive(Debug, Clone)]
enum Slot {
    One {
        known: Known,
        steps: Vec<usize>,
        /// Whether it is computed, not asked.
        fixed: bool,
        /// Whether no answer is an empty list, which is one to the source.
        list: List,
    },
    Object(Scope),
    /// A question for each of several cases, which say different things of it.
    Several(Vec<Slot>),
    /// Questions that conditions cannot read.
    Asked,
    /// Nothing.
    Lost,
}

/// What no answer is to the source.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum List {
    /// None.
    No,
    /// Nothing, or a list that is empty.
    MayBeEmpty,
    /// A list that is empty: it is always there.
    Empty,
}

/// A question of a property that is shown in some cases.
#[derive(Debug, Clone)]
struct Added {
    shown: Vec<Value>,
    /// What is said of it, to tell the same question from another.
    says: Json,
    /// The places where just that is said.
    from: BTreeSet<Vec<String>>,
    /// Whether it is one question, and neither an object nor fixed places.
    single: bool,
    needed: bool,
    places: Vec<Vec<usize>>,
}

/// The properties of one object.
#[derive(Debug, Clone, Default)]
struct Scope {
    slots: BTreeMap<String, Slot>,
    /// Those that only conditional schemas add.
    added: BTreeMap<String, Vec<Added>>,
    /// Whether the object has to be there.
    needed: bool,
    /// What is demanded where the object is there, and when: of an object that may be left out.
    demanded: Vec<(Vec<usize>, Value)>,
    /// Whether that is demanded of everybody all the same.
    of_everybody: bool,
}

/// Where an object stands.
#[derive(Debug, Clone)]
struct Context {
    groups: Vec<String>,
    /// Names of the objects around it on the page.
    prefix: String,
    /// When all of it is shown.
    shown: Value,
    /// Whether its objects are pages.
    top: bool,
    /// How many sections stand around, on the page or in the row.
    sections: usize,
    depth: usize,
}

/// A property where it is asked for.
#[derive(Debug, Clone, Copy)]
struct Property<'s, 'a> {
    name: &'s str,
    /// What the layout says of it.
    ui: &'s At<'a>,
    /// Whether it has to be there.
    needed: bool,
    /// Where the object stands that has it.
    context: &'s Context,
}

struct Builder<'a, 'd> {
    schemas: Schemas<'a>,
    draft: &'d mut Draft,
    /// The page that questions go to.
    page: Option<usize>,
    frames: Vec<Frame>,
    patches: Vec<(Vec<usize>, Patch)>,
    /// In how many schemas it stands of which nobody can say when they apply.
    unsure: usize,
    /// What a layout calls properties, by the places of their schemas.
    labels: BTreeMap<String, At<'a>>,
}

impl<'a> Builder<'a, '_> {
    fn root(&mut self, at: &At<'a>, ui: &At<'a>, drawn: bool) -> Result<(), ImportFinding> {
        let part = Part {
            at: at.clone(),
            refs: Vec::new(),
        };
        let schema = self.all_of(&[part])?;
        let title = [
            ui.get("ui:title"),
            ui.get("ui:options").get("title"),
            schema.get("title"),
            schema.get("$id"),
        ];
        self.draft.title = self.label_of(&title);
        self.draft.code = at.any(&["$id", "id"]).word().map(|id| {
            let name = id.trim_end_matches(['#', '/']).rsplit('/').next().unwrap_or_default();
            name.split('.').next().unwrap_or_default().to_owned()
        });
        let titled = schema.get("title").word().is_some();
        if titled {
            self.draft.code = None;
        }
        let context = Context {
            groups: Vec::new(),
            prefix: String::new(),
            shown: Value::Bool(true),
            top: true,
            sections: 0,
            depth: 0,
        };
        let (types, _) = schema.types();
        let mut scope = Scope::default();
        let is_object = schema.has("properties") || types.contains(&"object") || types.is_empty();
        if is_object {
            self.object(&schema, ui, &context, &mut scope)?;
        } else {
            let name = if types.contains(&"array") { "items" } else { "value" };
            let own = Property {
                name,
                ui,
                needed: true,
                context: &context,
            };
            self.property(own, &schema.parts, &mut scope)?;
        }
        if drawn {
            self.layout_rules(ui, &scope)?;
        }
        let says = [ui_option(ui, "description"), schema.get("description")];
        let help = says.iter().find_map(|at| self.draft.texts.content(at));
        // Before what the first page says of itself, if it is an object's. One without a question falls away.
        let mut pages = self.draft.pages.iter_mut();
        if let Some(page) = pages.find(|page| !page.questions.is_empty()) {
            page.help = text::both_of(help, page.help.take());
        }
        Ok(())
    }

    fn all_of(&mut self, parts: &[Part<'a>]) -> Result<Schema<'a>, ImportFinding> {
        self.schemas.all_of(parts, &mut self.draft.report)
    }

    fn label_of(&mut self, places: &[At<'_>]) -> Option<Text> {
        places.iter().find_map(|at| self.draft.texts.label(at))
    }

    /// The page that loose questions go to; a new one where an object's own page came before.
    fn loose_page(&mut self) -> usize {
        if let Some(page) = self.page {
            return page;
        }
        let title = self.draft.title.clone().unwrap_or_else(|| Text::new("申请表", "Form"));
        let page = self.draft.page("main", title, "");
        let place = self.draft.pages.len();
        self.draft.pages.push(page);
        self.page = Some(place);
        place
    }

    /// Where the next question will stand.
    fn next_steps(&mut self) -> Vec<usize> {
        match self.frames.last() {
            Some(frame) => {
                let mut steps = frame.steps.clone();
                steps.push(frame.questions.len());
                steps
            }
            None => {
                let page = self.loose_page();
                let count = self.draft.pages.get(page).map_or(0, |page| page.questions.len());
                vec![page, count]
            }
        }
    }

    fn push(&mut self, question: Question) {
        if let Some(frame) = self.frames.last_mut() {
            frame.questions.push(question);
            return;
        }
        let page = self.loose_page();
        if let Some(page) = self.draft.pages.get_mut(page) {
            page.questions.push(question);
        }
    }

    /// The question that was added last.
    fn last(&mut self) -> Option<&mut Question> {
        if let Some(frame) = self.frames.last_mut() {
            return frame.questions.last_mut();
        }
        let page = self.page?;
        self.draft.pages.get_mut(page)?.questions.last_mut()
    }

    fn take_name(&mut self, context: &Context, name: &str) -> String {
        let wanted = if context.prefix.is_empty() {
            name.to_owned()
        } else {
            format!("{} {name}", context.prefix)
        };
        self.names().take(&wanted, "question")
    }

    /// The names that are taken where questions are read to.
    fn names(&mut self) -> &mut Names {
        let mut frames = self.frames.iter_mut().rev();
        let own = frames.find_map(|frame| frame.names.as_mut());
        own.unwrap_or(&mut self.draft.question_names)
    }

    fn note(&mut self, text: Text, context: &Context, path: &str) -> Result<(), ImportFinding> {
        let mut names = std::mem::take(self.names());
        let groups = &context.groups;
        let note = self.draft.note(&mut names, groups, text, NoteTone::Plain, path);
        *self.names() = names;
        let mut note = note?;
        note.visible_when = some(&context.shown);
        self.push(note);
        Ok(())
    }

    /// A part of a page or row that was read, under its heading. Nothing, where nothing is in it.
    fn section(
        &mut self,
        heading: Heading<'_>,
        questions: Vec<Question>,
        context: &Context,
        path: &str,
    ) -> Result<(), ImportFinding> {
        if questions.is_empty() {
            return Ok(());
        }
        let mut names = std::mem::take(self.names());
        let groups = &context.groups;
        let section = self.draft.section(&mut names, groups, heading, questions, path);
        *self.names() = names;
        let mut section = section?;
        section.visible_when = some(&context.shown);
        self.push(section);
        Ok(())
    }

    /// Shows questions and pages in other cases too; what is always shown stays so.
    fn widen(&mut self, places: Places) {
        for (steps, rules) in places {
            let pages = &mut self.draft.pages;
            let shown = match steps.as_slice() {
                [page] => pages.get_mut(*page).map(|page| &mut page.visible_when),
                steps => question_at(pages, steps).map(|question| &mut question.visible_when),
            };
            if let Some(shown) = shown
                && let Some(before) = shown.take()
            {
                *shown =
                    Some(any([before].into_iter().chain(once_each(rules)))).filter(|rule| *rule != Value::Bool(true));
            }
        }
    }

    fn patch(&mut self) -> Result<(), ImportFinding> {
        let mut counts: BTreeMap<Vec<usize>, usize> = BTreeMap::new();
        let mut patches = std::mem::take(&mut self.patches);
        let (mut needs, mut widened) = (Places::new(), Places::new());
        // What is shown in more cases comes before what hides it in some.
        patches.sort_by_key(|(_, patch)| !matches!(patch, Patch::Widened(_)));
        for (steps, patch) in patches {
            // Each is joined to those before: tens of thousands would take for ever, and no rule takes so many.
            let count = counts.entry(steps.clone()).or_default();
            *count += 1;
            if *count > MOST_CONDITIONS {
                if *count == MOST_CONDITIONS + 1
                    && let Some(question) = question_at(&mut self.draft.pages, &steps)
                {
                    let message = format!(
                        "`{}` hangs on more than {MOST_CONDITIONS} conditions: the first are carried",
                        question.id
                    );
                    self.draft.report.lost("", "condition_too_deep", message);
                }
                continue;
            }
            let (Patch::Shown(rule)
            | Patch::Widened(rule)
            | Patch::Needed(rule)
            | Patch::NeededOnly(rule, _)
            | Patch::Checked(rule, _)) = &patch;
            self.draft.count_rule(rule, "")?;
            if let Patch::Widened(rule) = patch {
                widened.entry(steps).or_default().push(rule);
                continue;
            }
            self.widen(std::mem::take(&mut widened));
            let Some(question) = question_at(&mut self.draft.pages, &steps) else {
                continue;
            };
            match patch {
                Patch::Shown(rule) => {
                    question.visible_when = Some(all(question.visible_when.take().into_iter().chain([rule])));
                }
                // These were before all others.
                Patch::Widened(_) => {}
                Patch::NeededOnly(rule, in_rows) => {
                    free(question, in_rows);
                    needs.entry(steps).or_default().push(rule);
                }
                Patch::Needed(_) if question.required => {}
                Patch::Needed(rule) => {
                    needs.entry(steps).or_default().push(rule);
                }
                Patch::Checked(rule, message) => question.valid_when.push(draft::check(rule, message)),
            }
        }
        self.widen(widened);
        // All at once: one by one each would be looked for among all before.
        for (steps, rules) in needs {
            if let Some(question) = question_at(&mut self.draft.pages, &steps) {
                let rule = any(question.required_when.take().into_iter().chain(once_each(rules)));
                question.required_when = Some(rule).filter(|rule| *rule != Value::Bool(false));
            }
        }
        Ok(())
    }
}

/// Rules by the places of questions and pages.
type Places = BTreeMap<Vec<usize>, Vec<Value>>;

/// Demands no answer, or no rows, of a question; of rows that are there, as many as before.
fn free(question: &mut Question, in_rows: bool) {
    question.required = false;
    if let Kind::Group { min_rows, .. } = &mut question.kind {
        let min = std::mem::take(min_rows);
        let reference = reference(&question.id, in_rows);
        question.valid_when.extend(draft::rows_at_least(min, &reference));
    }
}

/// Each of these rules once.
fn once_each(rules: Vec<Value>) -> Vec<Value> {
    let mut seen = BTreeSet::new();
    rules.into_iter().filter(|rule| seen.insert(rule.to_string())).collect()
}

/// How a rule at a question names it.
fn reference(id: &str, in_rows: bool) -> String {
    if in_rows { format!("row.{id}") } else { id.to_owned() }
}

/// The most conditions that one question hangs on.
const MOST_CONDITIONS: usize = 500;

/// A rule that is not simply true.
fn some(rule: &Value) -> Option<Value> {
    (*rule != Value::Bool(true)).then(|| rule.clone())
}

/// An option of the `uiSchema`, in each way of writing it.
fn ui_option<'a>(ui: &At<'a>, name: &str) -> At<'a> {
    let own = ui.get(&format!("ui:{name}"));
    if own.is_there() {
        own
    } else {
        ui.get("ui:options").get(name)
    }
}

/// The widget that the `uiSchema` names, in small letters and also by the name of its class: `textarea`, `TextareaWidget`.
fn widget(ui: &At<'_>) -> String {
    let name = ui_option(ui, "widget").word().unwrap_or_default().to_ascii_lowercase();
    let short = name.strip_suffix("widget").filter(|short| !short.is_empty());
    short.map(str::to_owned).unwrap_or(name)
}

/// A schema that is only `true` or `false`.
fn constant(at: &At<'_>) -> Option<bool> {
    match at.value {
        Json::Bool(flag) => Some(*flag),
        _ => None,
    }
}

/// Whether a rule is too deep to be put inside others.
fn too_deep(rule: &Value) -> bool {
    rules::depth(rule) > 20 || rules::size(rule) > 2_000
}
