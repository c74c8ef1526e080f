//! Components: fields, content and lists.

use onehall_forms::{Choice, Kind, NoteTone, Question};
use onehall_protocol::Text;
use serde_json::json;

use super::Form;
use super::conditions::Field;
use crate::draft::{self, Draft};
use crate::finding::ImportFinding;
use crate::json::At;
use crate::known::{Answer, Known};
use crate::names::Names;
use crate::rules::{self, any};

/// Something that waits until every field is known.
pub(super) struct Waiting {
    /// The page of the definition, and the question's place in it.
    pub(super) steps: Vec<usize>,
    /// The option that is offered only then; none for the question itself.
    pub(super) option: Option<String>,
    /// The groups around, and the page of the source.
    pub(super) groups: Vec<String>,
    pub(super) node: usize,
    pub(super) condition: Wait,
}

/// What is waited for.
pub(super) enum Wait {
    /// A named condition, and where it is named.
    Named(String, String),
    /// That this option of a question before it is chosen.
    Chosen(Known, String),
}

/// A page, or the rows of a page that repeats, while its components are read.
pub(super) struct Sheet<'b> {
    /// The page of the source.
    pub(super) node: usize,
    pub(super) section: Option<String>,
    /// Whether the page itself, or the component in hand, hangs on a condition of its own.
    pub(super) conditional: bool,
    /// What a field without a title of its own is called.
    pub(super) title: Text,
    pub(super) groups: Vec<String>,
    /// Steps of the page, or of the group in it, in the definition.
    pub(super) steps: Vec<usize>,
    pub(super) names: &'b mut Names,
    pub(super) questions: Vec<Question>,
}

/// A field that an option of another uncovers, and that option.
type Chosen = Option<(Known, String)>;

const CONTENT: [&str; 12] = [
    "Para",
    "Html",
    "InsetText",
    "Details",
    "WarningText",
    "Warning",
    "Markdown",
    "NotificationBanner",
    "FlashCard",
    "List",
    "Content",
    "Heading",
];

/// A question of a sheet as conditions name it.
fn asked(known: &Known, sheet: &Sheet<'_>) -> Field {
    Field {
        known: known.clone(),
        page: sheet.node,
        section: sheet.section.clone(),
        may_be_missing: sheet.conditional,
    }
}

/// How deep options may uncover fields whose options uncover fields.
const DEEP: usize = 4;

impl<'a> Form<'a> {
    /// Reads the components of a page.
    pub(super) fn components(
        &mut self,
        listed: &[At<'a>],
        sheet: &mut Sheet<'_>,
        draft: &mut Draft,
    ) -> Result<(), ImportFinding> {
        for component in listed {
            self.component(component, sheet, draft, &None, 0)?;
        }
        Ok(())
    }

    fn component(
        &mut self,
        at: &At<'a>,
        sheet: &mut Sheet<'_>,
        draft: &mut Draft,
        chosen: &Chosen,
        depth: usize,
    ) -> Result<(), ImportFinding> {
        if !at.is_map() {
            draft.report.lost(&at.path, "no_component", "this is no component");
            return Ok(());
        }
        let kind = at.get("type").word().unwrap_or_default();
        let is_content = CONTENT.contains(&kind) || (!kind.ends_with("Field") && at.has("content") && !at.has("list"));
        let question = if is_content {
            self.content(at, kind, sheet, draft)?
        } else {
            self.field(at, kind, sheet, draft)?
        };
        let Some(question) = question else { return Ok(()) };
        let mut steps = sheet.steps.clone();
        steps.push(sheet.questions.len());
        let condition = at.get("options").get("condition");
        let own = if condition.word().is_some() {
            condition
        } else {
            at.get("condition")
        };
        if let Some(name) = own.word() {
            self.wait(sheet, &steps, None, Wait::Named(name.to_owned(), own.path.clone()));
        }
        if let Some((known, value)) = chosen {
            self.wait(sheet, &steps, None, Wait::Chosen(known.clone(), value.clone()));
        }
        let known = Known {
            id: question.id.clone(),
            groups: sheet.groups.clone(),
            answer: Answer::of(&question.kind),
            required: question.required,
            starts_false: false,
        };
        let has_options = matches!(known.answer, Answer::Choice(_) | Answer::Choices(_));
        sheet.questions.push(question);
        let page_is = sheet.conditional;
        sheet.conditional |= own.word().is_some() || chosen.is_some();
        self.remember(at, &known, sheet);
        sheet.conditional = page_is;
        if has_options {
            self.what_options_do(at, &known, &steps, sheet, draft, depth)?;
        }
        Ok(())
    }

    fn wait(&mut self, sheet: &Sheet<'_>, steps: &[usize], option: Option<String>, condition: Wait) {
        self.waiting.push(Waiting {
            steps: steps.to_vec(),
            option,
            groups: sheet.groups.clone(),
            node: sheet.node,
            condition,
        });
    }

    /// Makes a question known to conditions, by each of the names that they use.
    pub(super) fn remember(&mut self, at: &At<'a>, known: &Known, sheet: &Sheet<'_>) {
        if known.answer == Answer::Nothing {
            return;
        }
        if let Some(id) = at.get("id").word() {
            self.fields.push((id.to_owned(), asked(known, sheet)));
        }
        self.remember_as(at.get("name").word().unwrap_or(&known.id), known, sheet);
    }

    /// As [`Form::remember`], by one name alone. A section that the form does not have is none.
    pub(super) fn remember_as(&mut self, name: &str, known: &Known, sheet: &Sheet<'_>) {
        let field = asked(known, sheet);
        let in_section = field.section.as_ref().map(|section| format!("{section}.{name}"));
        let is_section = field
            .section
            .as_ref()
            .is_some_and(|section| self.sections.contains_key(section));
        self.fields.extend(in_section.map(|name| (name, field.clone())));
        if self.flat || !is_section {
            self.fields.push((name.to_owned(), field));
        }
    }

    /// Conditions of options, and the fields that an option uncovers: these are asked after the question.
    fn what_options_do(
        &mut self,
        at: &At<'a>,
        known: &Known,
        steps: &[usize],
        sheet: &mut Sheet<'_>,
        draft: &mut Draft,
        depth: usize,
    ) -> Result<(), ImportFinding> {
        for item in self.items(at) {
            let Some(value) = value_of(&item) else { continue };
            let condition = item.get("condition");
            if let Some(name) = condition.word() {
                let wait = Wait::Named(name.to_owned(), condition.path.clone());
                self.wait(sheet, steps, Some(value.clone()), wait);
            }
            let conditional = item.get("conditional").get("components");
            let uncovered = if conditional.is_list() {
                conditional
            } else {
                item.get("children")
            };
            if depth >= DEEP && uncovered.is_list() {
                let message = "an option uncovers fields whose options uncover fields, and so on: too deep to carry";
                draft.report.lost(&uncovered.path, "too_deep", message);
                continue;
            }
            for component in uncovered.items() {
                let chosen = Some((known.clone(), value.clone()));
                self.component(&component, sheet, draft, &chosen, depth + 1)?;
            }
            for extension in item.get("extensions").items() {
                match extension.get("type").word() {
                    Some("exclusive") => stands_alone(known, &value, steps, sheet),
                    Some("additional-question") => {
                        let of = at.get("name").word().unwrap_or(&known.id);
                        self.additional_question(&extension, of, (known, value.as_str()), sheet, draft)?;
                    }
                    _ => {
                        let message = "nothing is known of what this adds to an option";
                        draft.report.lost(&extension.path, "unknown_extension", message);
                    }
                }
            }
        }
        Ok(())
    }

    /// The line of text that is asked of who chose an option. Conditions name it with the name of the question before its own.
    fn additional_question(
        &mut self,
        at: &At<'a>,
        of: &str,
        (known, value): (&Known, &str),
        sheet: &mut Sheet<'_>,
        draft: &mut Draft,
    ) -> Result<(), ImportFinding> {
        let Some(question) = self.field(at, "TextField", sheet, draft)? else {
            return Ok(());
        };
        let mut steps = sheet.steps.clone();
        steps.push(sheet.questions.len());
        self.wait(sheet, &steps, None, Wait::Chosen(known.clone(), value.to_owned()));
        let own = Known {
            id: question.id.clone(),
            groups: sheet.groups.clone(),
            answer: Answer::of(&question.kind),
            required: question.required,
            starts_false: false,
        };
        sheet.questions.push(question);
        let page_is = std::mem::replace(&mut sheet.conditional, true);
        if let Some(id) = at.get("id").word() {
            self.fields.push((id.to_owned(), asked(&own, sheet)));
        }
        let name = at.get("name").word().unwrap_or(&own.id);
        self.remember_as(&format!("{of}__{name}"), &own, sheet);
        sheet.conditional = page_is;
        Ok(())
    }

    fn content(
        &mut self,
        at: &At<'a>,
        kind: &str,
        sheet: &mut Sheet<'_>,
        draft: &mut Draft,
    ) -> Result<Option<Question>, ImportFinding> {
        let tone = match kind {
            "InsetText" | "NotificationBanner" => NoteTone::Info,
            "WarningText" | "Warning" => NoteTone::Warning,
            _ => NoteTone::Plain,
        };
        let body = at.any(&["content", "text", "html"]);
        if body
            .text()
            .is_some_and(|text| text.contains("{{") || text.contains("{%"))
        {
            let message = "the source fills parts of this text in from answers; they are carried as they are written";
            draft.report.differs(&body.path, "template", message);
        }
        let text = match kind {
            "List" | "FlashCard" => self.list_text(at, draft),
            "Markdown" => draft.texts.markdown(&body),
            _ => draft.texts.content(&body),
        };
        let title = match kind {
            "Details" | "List" | "FlashCard" | "WarningText" => draft.texts.label(&at.get("title")),
            _ => None,
        };
        let text = match (title, text) {
            (Some(title), Some(text)) => Some(joined(&title, "\n", &text)),
            (title, text) => text.or(title),
        };
        let Some(text) = text else {
            draft.report.differs(
                &at.path,
                "empty_content",
                "there is nothing to read in it: it is left out",
            );
            return Ok(None);
        };
        let groups = sheet.groups.clone();
        draft.note(sheet.names, &groups, text, tone, &at.path).map(Some)
    }

    fn list_text(&mut self, at: &At<'a>, draft: &mut Draft) -> Option<Text> {
        let mut lines: Option<Text> = None;
        for item in self.items(at).iter().take(500) {
            if item.get("condition").word().is_some() {
                let message = "an item of a list that is only read has no condition here: it is shown to everybody";
                draft
                    .report
                    .lost(&item.get("condition").path, "condition_not_carried", message);
            }
            let text = draft.texts.label(&item.any(&["text", "label"]));
            let line = match (text, draft.texts.label(&hint_of(item))) {
                (Some(text), Some(more)) => joined(&text, ": ", &more),
                (Some(text), None) | (None, Some(text)) => text,
                (None, None) => continue,
            };
            let line = joined(&Text::new("•", "•"), " ", &line);
            lines = Some(match lines {
                None => line,
                Some(before) => joined(&before, "\n", &line),
            });
        }
        lines
    }

    /// The items that a component offers, wherever they are written.
    pub(super) fn items(&self, at: &At<'a>) -> Vec<At<'a>> {
        let values = at.get("values");
        if values.get("items").is_list() {
            return values.get("items").items();
        }
        let name = at
            .get("list")
            .word()
            .or_else(|| at.get("options").get("list").word())
            .or_else(|| values.get("list").word());
        let shared = name
            .and_then(|name| self.lists.get(name))
            .map(|list| list.get("items").items());
        shared.unwrap_or_else(|| at.get("items").items())
    }

    pub(super) fn options(&self, at: &At<'a>, draft: &mut Draft) -> Result<Vec<Choice>, ImportFinding> {
        let items = self.items(at);
        draft.count_options(items.len(), &at.path)?;
        let mut options = Vec::with_capacity(items.len());
        for item in &items {
            let Some(value) = value_of(item) else {
                draft
                    .report
                    .lost(&item.path, "no_option", "this item has neither a value nor a text");
                continue;
            };
            let label = draft.texts.first(&[item.any(&["text", "label"])], &value);
            let mut option = draft::choice(value, label);
            option.help = draft.texts.label(&hint_of(item));
            options.push(option);
        }
        Ok(options)
    }
}

/// An option of several that is chosen alone or not at all.
fn stands_alone(known: &Known, value: &str, steps: &[usize], sheet: &mut Sheet<'_>) {
    let (Ok(reference), Some(last)) = (known.reference(&sheet.groups), steps.last()) else {
        return;
    };
    let Some(question) = sheet.questions.get_mut(*last) else {
        return;
    };
    let Kind::Choices { options, .. } = &question.kind else {
        return;
    };
    let Some(option) = options.options.iter().find(|option| option.value == value) else {
        return;
    };
    let message = Text::new(
        format!("选择“{}”时不能再选其他选项。", option.label.zh_cn),
        format!("Choose either “{}” or other options.", option.label.en),
    );
    let has_it = json!({"in": [value, rules::var(&reference)]});
    let is_alone = json!({"==": [{"length": rules::var(&reference)}, 1]});
    let rule = any([json!({"!": [has_it]}), is_alone]);
    question.valid_when.push(draft::check(rule, message));
}

/// What is said about an item of a list: its text, which DEFRA's forms give an id of its own.
fn hint_of<'a>(item: &At<'a>) -> At<'a> {
    let hint = item.any(&["description", "hint"]);
    if hint.is_map() && hint.has("text") {
        hint.get("text")
    } else {
        hint
    }
}

pub(super) fn value_of(item: &At<'_>) -> Option<String> {
    let value = item.get("value").scalar().filter(|value| !value.trim().is_empty());
    value.or_else(|| {
        let text = item.any(&["text", "label"]);
        text.scalar()
            .or_else(|| text.fields().iter().find_map(|(_, text)| text.scalar()))
            .filter(|text| !text.trim().is_empty())
    })
}

pub(super) fn joined(a: &Text, between: &str, b: &Text) -> Text {
    Text::new(
        format!("{}{between}{}", a.zh_cn, b.zh_cn),
        format!("{}{between}{}", a.en, b.en),
    )
}
