//! What an agency changed from one version of a form to another.

use std::collections::{BTreeMap, BTreeSet};

use onehall_protocol::Text;
use serde::Serialize;
use serde_json::{Map, Value};

use super::difference::{Change, Difference};
use super::order::moved;
use super::questions::{Standing, Standings, children};
use crate::definition::{Choice, Kind, Question};
use crate::form::{Form, options_of};

/// Everything in which the form `new` differs from `old`, in the order of the new form; what is gone comes last. Empty
/// where the two are the same but for the version. Each question that uses a code table has the table's differences.
///
/// ```
/// use onehall_forms::{Change, Form, diff};
/// use serde_json::json;
/// let form = |version: u32, max: u32| {
///     Form::from_value(&json!({"schema": "onehall-form/1", "code": "demo", "version": version,
///         "title": {"zh-CN": "示例", "en": "Demo"},
///         "pages": [{"id": "you", "title": {"zh-CN": "您", "en": "You"}, "questions": [
///             {"id": "name", "kind": "text", "label": {"zh-CN": "姓名", "en": "Name"}, "max_length": max}]}]}))
/// };
/// let (old, new) = (form(1, 20).map_err(|_| "findings")?, form(2, 30).map_err(|_| "findings")?);
/// let differences = diff(&old, &new);
/// assert_eq!(differences[0].to_string(), "name: bounds_changed (max_length: 20 -> 30)");
/// assert!(diff(&old, &old).is_empty());
/// # Ok::<(), &'static str>(())
/// ```
#[must_use]
pub fn diff(old: &Form, new: &Form) -> Vec<Difference> {
    let mut diff = Diff {
        old,
        new,
        before: Standings::of(old.definition()),
        after: Standings::of(new.definition()),
        moved: BTreeSet::new(),
        found: Vec::new(),
    };
    diff.form();
    diff.pages();
    diff.gone();
    diff.found
}

struct Diff<'a> {
    old: &'a Form,
    new: &'a Form,
    before: Standings<'a>,
    after: Standings<'a>,
    /// Questions and sections that stand at another place among their neighbours.
    moved: BTreeSet<String>,
    found: Vec<Difference>,
}

impl<'a> Diff<'a> {
    fn tell(&mut self, path: &str, label: &Text, change: Change) {
        self.found.push(Difference {
            path: path.to_owned(),
            label: label.clone(),
            change,
        });
    }

    /// What belongs to no page.
    fn form(&mut self) {
        let (old, new) = (self.old.definition(), self.new.definition());
        let (mut before, mut after) = (fields(old), fields(new));
        for side in [&mut before, &mut after] {
            for name in ["pages", "code_tables", "version"] {
                side.remove(name);
            }
        }
        self.fields("", &new.title, &before, &after);
        // The differences of a table are those of the questions that use it.
        let standing = self.before.questions.values().chain(self.after.questions.values());
        let used: BTreeSet<String> = standing
            .filter_map(|standing| options_of(&standing.question.kind)?.code_table.clone())
            .collect();
        let names: BTreeSet<&String> = old.code_tables.keys().chain(new.code_tables.keys()).collect();
        for name in names {
            if !used.contains(name) && old.code_tables.get(name) != new.code_tables.get(name) {
                let setting = format!("code_tables.{name}");
                self.tell("", &new.title, Change::SettingChanged { setting });
            }
        }
    }

    fn pages(&mut self) {
        let (old, new) = (self.old.definition(), self.new.definition());
        let ids = |form: &'a Form| -> Vec<&'a str> {
            let pages = form.definition().pages.iter();
            pages.map(|page| page.id.as_str()).collect()
        };
        let moved_pages = moved(&ids(self.old), &ids(self.new));
        for page in &new.pages {
            let path = format!("#{}", page.id);
            let Some(known) = old.pages.iter().find(|known| known.id == page.id) else {
                self.tell(&path, &page.title, Change::PageAdded);
                self.questions(&[], &page.questions, "");
                continue;
            };
            if moved_pages.contains(&page.id.as_str()) {
                self.tell(&path, &page.title, Change::PageMoved);
            }
            let (mut before, mut after) = (fields(known), fields(page));
            for side in [&mut before, &mut after] {
                side.remove("questions");
            }
            self.fields(&path, &page.title, &before, &after);
            self.questions(&known.questions, &page.questions, "");
        }
    }

    /// What stands on a page, in a section or in a group's row, which had `known` before.
    fn questions(&mut self, known: &'a [Question], questions: &'a [Question], around: &str) {
        let before: Vec<&str> = known.iter().map(|question| question.id.as_str()).collect();
        let after: Vec<&str> = questions.iter().map(|question| question.id.as_str()).collect();
        for id in moved(&before, &after) {
            self.moved.insert(format!("{around}{id}"));
        }
        for question in questions {
            let path = format!("{around}{}", question.id);
            match &question.kind {
                Kind::Section { .. } => self.section(question, &path, around),
                _ => self.question(question, &path),
            }
        }
    }

    /// A section: what it says and its rule, then what stands in it, whose paths know nothing of it.
    fn section(&mut self, section: &'a Question, path: &str, around: &str) {
        let sides = (self.before.sections.get(path), self.after.sections.get(path));
        let (Some(&before), Some(&after)) = sides else {
            self.tell(path, &section.label, Change::SectionAdded);
            self.questions(&[], children(section), around);
            return;
        };
        self.place(path, before, after);
        let (mut old, mut new) = (fields(before.question), fields(section));
        for side in [&mut old, &mut new] {
            for name in ["id", "kind", "questions"] {
                side.remove(name);
            }
        }
        self.fields(path, &section.label, &old, &new);
        self.questions(children(before.question), children(section), around);
    }

    /// Whether it stands elsewhere now: in another section, on another page, at another place among its neighbours. What
    /// stands in a section or a row goes along with it.
    fn place(&mut self, path: &str, before: Standing<'a>, after: Standing<'a>) {
        let goes_along = after.section.is_some() || path.contains('/');
        let elsewhere = before.section != after.section || (!goes_along && before.page.id != after.page.id);
        if elsewhere || self.moved.contains(path) {
            let change = Change::Moved {
                from: before.place(),
                to: after.place(),
            };
            self.tell(path, &after.question.label, change);
        }
    }

    fn question(&mut self, question: &'a Question, path: &str) {
        let sides = (self.before.questions.get(path), self.after.questions.get(path));
        let inside = format!("{path}/");
        let (Some(&before), Some(&after)) = sides else {
            self.tell(path, &question.label, Change::Added);
            self.questions(&[], children(question), &inside);
            return;
        };
        self.place(path, before, after);
        let (mut old, mut new) = (fields(before.question), fields(question));
        let (from, to) = (take_text(&mut old, "kind"), take_text(&mut new, "kind"));
        if from != to {
            self.tell(path, &question.label, Change::Retyped { from, to });
            // What belongs to a kind cannot be compared with what belongs to another.
            for side in [&mut old, &mut new] {
                side.retain(|name, _| COMMON.contains(&name.as_str()));
            }
        }
        for side in [&mut old, &mut new] {
            for name in ["id", "questions", "options"] {
                side.remove(name);
            }
        }
        self.fields(path, &question.label, &old, &new);
        if from_same_kind(before.question, question) {
            self.options(path, before.question, question);
        }
        self.questions(children(before.question), children(question), &inside);
    }

    fn options(&mut self, path: &str, before: &'a Question, after: &'a Question) {
        let (old, new) = (self.old.options_of(before), self.new.options_of(after));
        let label = &after.label;
        let by_value = |list: &'a [Choice]| -> BTreeMap<&'a str, &'a Choice> {
            list.iter().map(|choice| (choice.value.as_str(), choice)).collect()
        };
        let (known, offered) = (by_value(old), by_value(new));
        for choice in new {
            let value = &choice.value;
            let Some(known) = known.get(value.as_str()) else {
                self.tell(path, label, Change::OptionAdded { value: value.clone() });
                continue;
            };
            for (differs, text) in [
                (known.label != choice.label, "label"),
                (known.help != choice.help, "help"),
            ] {
                if differs {
                    let text = format!("options.{value}.{text}");
                    self.tell(path, label, Change::TextChanged { text });
                }
            }
            if known.visible_when != choice.visible_when {
                let rule = format!("options.{value}.visible_when");
                self.tell(path, label, Change::RuleChanged { rule });
            }
        }
        for choice in old {
            if !offered.contains_key(choice.value.as_str()) {
                let value = choice.value.clone();
                self.tell(path, label, Change::OptionRemoved { value });
            }
        }
        let before: Vec<&str> = old.iter().map(|choice| choice.value.as_str()).collect();
        let after: Vec<&str> = new.iter().map(|choice| choice.value.as_str()).collect();
        if !moved(&before, &after).is_empty() {
            let setting = "options".to_owned();
            self.tell(path, label, Change::SettingChanged { setting });
        }
    }

    /// Fields by name, each with the sort of difference that its name says.
    fn fields(&mut self, path: &str, label: &Text, old: &Map<String, Value>, new: &Map<String, Value>) {
        let names: BTreeSet<&String> = old.keys().chain(new.keys()).collect();
        let nothing = Value::Null;
        for name in names {
            let (from, to) = (old.get(name).unwrap_or(&nothing), new.get(name).unwrap_or(&nothing));
            if from == to {
                continue;
            }
            if name == "valid_when" {
                for (part, change) in [
                    ("rule", Change::RuleChanged { rule: name.clone() }),
                    ("message", Change::TextChanged { text: name.clone() }),
                ] {
                    if parts(from, part) != parts(to, part) {
                        self.tell(path, label, change);
                    }
                }
                continue;
            }
            let change = match name.as_str() {
                name if TEXTS.contains(&name) => Change::TextChanged { text: name.to_owned() },
                name if RULES.contains(&name) => Change::RuleChanged { rule: name.to_owned() },
                name if SETTINGS.contains(&name) => Change::SettingChanged {
                    setting: name.to_owned(),
                },
                name => Change::BoundsChanged {
                    bound: name.to_owned(),
                    from: as_written(from),
                    to: as_written(to),
                },
            };
            self.tell(path, label, change);
        }
    }

    /// What the old form had and the new one has not.
    fn gone(&mut self) {
        let (old, new) = (self.old.definition(), self.new.definition());
        for page in &old.pages {
            if new.pages.iter().all(|known| known.id != page.id) {
                self.tell(&format!("#{}", page.id), &page.title, Change::PageRemoved);
            }
            self.gone_questions(&page.questions, "");
        }
    }

    fn gone_questions(&mut self, questions: &[Question], around: &str) {
        for question in questions {
            let path = format!("{around}{}", question.id);
            if matches!(question.kind, Kind::Section { .. }) {
                if !self.after.sections.contains_key(&path) {
                    self.tell(&path, &question.label, Change::SectionRemoved);
                }
                self.gone_questions(children(question), around);
                continue;
            }
            if !self.after.questions.contains_key(&path) {
                self.tell(&path, &question.label, Change::Removed);
            }
            self.gone_questions(children(question), &format!("{path}/"));
        }
    }
}

/// What every kind of question has.
const COMMON: &[&str] = &[
    "label",
    "help",
    "required",
    "required_when",
    "visible_when",
    "valid_when",
    "sensitive",
    "prefill",
];
const TEXTS: &[&str] = &["title", "label", "help", "unit", "statement", "row_label"];
const RULES: &[&str] = &[
    "required",
    "required_when",
    "visible_when",
    "valid_when",
    "value",
    "next",
];
/// Neither a text nor a rule, and no limit of an answer either.
const SETTINGS: &[&str] = &[
    "schema",
    "code",
    "sensitive",
    "prefill",
    "format",
    "tone",
    "row_title",
    "code_table",
    "list",
    "material",
];

fn from_same_kind(before: &Question, after: &Question) -> bool {
    std::mem::discriminant(&before.kind) == std::mem::discriminant(&after.kind)
}

/// The fields as the format writes them: one list of all kinds, which no new kind can be missing from.
fn fields(part: &impl Serialize) -> Map<String, Value> {
    match serde_json::to_value(part) {
        Ok(Value::Object(fields)) => fields,
        _ => Map::new(),
    }
}

/// A whole number as an author writes it: 5000, not 5000.0.
fn as_written(value: &Value) -> Value {
    match value.as_f64() {
        Some(number) if value.is_f64() && number.fract() == 0.0 && number.abs() < 1e15 => Value::from(number as i64),
        _ => value.clone(),
    }
}

fn take_text(fields: &mut Map<String, Value>, name: &str) -> String {
    match fields.remove(name) {
        Some(Value::String(text)) => text,
        _ => String::new(),
    }
}

/// One field of each object of a list.
fn parts<'a>(list: &'a Value, name: &str) -> Vec<Option<&'a Value>> {
    let items = list.as_array().map_or(&[][..], Vec::as_slice);
    items.iter().map(|item| item.get(name)).collect()
}
