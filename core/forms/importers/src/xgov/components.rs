//! Components: fields, content and lists.

use onehall_forms::{Choice, DateBound, Kind, NoteTone, Question};
use onehall_protocol::Text;
use serde_json::json;

use super::Form;
use super::conditions::Field;
use crate::draft::{self, Draft};
use crate::finding::ImportFinding;
use crate::json::At;
use crate::kinds::{self, Wanted};
use crate::known::{Answer, Known};
use crate::names::Names;
use crate::{pattern, rules};

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
        self.remember(at, &known, sheet);
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
        let field = Field {
            known: known.clone(),
            page: sheet.node,
        };
        let name = at.get("name").word().unwrap_or(&known.id);
        if let Some(section) = &sheet.section {
            self.fields.push((format!("{section}.{name}"), field.clone()));
        }
        if let Some(id) = at.get("id").word() {
            self.fields.push((id.to_owned(), field.clone()));
        }
        self.fields.push((name.to_owned(), field));
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
        }
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
            let line = match (text, draft.texts.label(&item.any(&["description", "hint"]))) {
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

    fn options(&self, at: &At<'a>, draft: &mut Draft) -> Result<Vec<Choice>, ImportFinding> {
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
            let hint = item.any(&["description", "hint"]);
            let hint = if hint.is_map() && hint.has("text") {
                hint.get("text")
            } else {
                hint
            };
            option.help = draft.texts.label(&hint);
            options.push(option);
        }
        Ok(options)
    }

    fn field(
        &mut self,
        at: &At<'a>,
        kind: &str,
        sheet: &mut Sheet<'_>,
        draft: &mut Draft,
    ) -> Result<Option<Question>, ImportFinding> {
        match kind {
            "HiddenField" => {
                draft.report.lost(
                    &at.path,
                    "hidden_field",
                    "a hidden field is filled by the source's own code",
                );
                return Ok(None);
            }
            "PaymentField" => {
                draft
                    .report
                    .lost(&at.path, "payment", "a payment is part of a case here, not of a form");
                return Ok(None);
            }
            "MultiInputField" => return self.rows_of_inputs(at, sheet, draft).map(Some),
            _ => {}
        }
        let name = at.get("name").word().unwrap_or_default();
        let label = draft
            .texts
            .first(&[at.get("title"), at.get("label"), at.get("shortDescription")], name);
        let id = sheet.names.take(name, "question");
        let wanted = self.wanted(at, kind, &id, &label, draft)?;
        let mut checks = Vec::new();
        let lines = matches!(wanted, Wanted::Lines { .. });
        let made = kinds::kind(wanted, &at.path, &mut draft.report);
        let schema = at.get("schema");
        if lines
            && let Some(min) = schema
                .get("min")
                .count()
                .or(schema.get("length").count())
                .filter(|min| *min > 0)
        {
            let reference = if sheet.groups.is_empty() {
                id.clone()
            } else {
                format!("row.{id}")
            };
            let rule = json!({">=": [{"length": rules::var(&reference)}, min]});
            checks.push(draft::check(
                rule,
                Text::new(format!("至少 {min} 个字。"), format!("At least {min} characters.")),
            ));
        }
        let groups = sheet.groups.clone();
        let mut question = draft.question(id, &groups, label, made, &at.path)?;
        question.valid_when = checks;
        question.help = draft.texts.content(&at.get("hint"));
        let options = at.get("options");
        question.required = options.get("required").flag() != Some(false) && at.get("required").flag() != Some(false);
        if matches!(question.kind, Kind::Note { .. }) {
            question.required = false;
        }
        self.what_is_lost(at, draft);
        Ok(Some(question))
    }

    fn what_is_lost(&self, at: &At<'a>, draft: &mut Draft) {
        let options = at.get("options");
        if options.get("maxWords").is_there() {
            draft.report.lost(
                &options.get("maxWords").path,
                "word_count",
                "words are not counted here, characters are",
            );
        }
        for name in [
            "customValidationMessage",
            "customValidationMessages",
            "customValidation",
        ] {
            if options.has(name) {
                let message = "the engine says what is wrong in its own words";
                draft.report.lost(&options.get(name).path, "own_message", message);
            }
        }
        for name in ["accept", "minimumRequiredFiles", "imageQualityPlayback"] {
            if options.has(name) && !options.get(name).is_true() && options.get(name).count() != Some(1) {
                let message = "which files are taken is a matter of the material, not of the form";
                draft.report.lost(&options.get(name).path, "file_rule", message);
            }
        }
    }

    fn wanted(
        &mut self,
        at: &At<'a>,
        kind: &str,
        id: &str,
        label: &Text,
        draft: &mut Draft,
    ) -> Result<Wanted, ImportFinding> {
        let (options, schema) = (at.get("options"), at.get("schema"));
        let count = |name: &str| schema.get(name).count();
        Ok(match kind {
            "TextField" => {
                let exact = count("length");
                Wanted::Line {
                    min: exact.or(count("min")),
                    max: exact.or(count("max")),
                    pattern: self.pattern(at, draft),
                }
            }
            "MultilineTextField" | "FreeTextField" => {
                let regex = schema.get("regex");
                if regex.word().is_some() {
                    let message = "a pattern is checked on one line of text only";
                    draft.report.lost(&regex.path, "pattern_not_carried", message);
                }
                Wanted::Lines {
                    max: count("length").or(count("max")),
                }
            }
            "NumberField" => {
                let whole = schema.get("integer").is_true();
                let precision = count("precision").map(|digits| digits.min(10) as u8);
                let unit = [options.get("suffix"), options.get("prefix")]
                    .iter()
                    .find_map(|unit| draft.texts.label(unit));
                Wanted::Number {
                    min: schema.get("min").number(),
                    max: schema.get("max").number(),
                    decimals: if whole { 0 } else { precision.unwrap_or(10) },
                    unit,
                }
            }
            "DateField" | "DatePartsField" | "DatePartsfield" => {
                let days = |name: &str| {
                    let days = options.get(name).number().filter(|days| days.abs() < 1e6)?;
                    Some(days as i32)
                };
                let bound = |days: i32| DateBound::FromToday { today_plus_days: days };
                Wanted::Date {
                    min: days("maxDaysInPast").map(|days| bound(-days)),
                    max: days("maxDaysInFuture").map(bound),
                }
            }
            "TimeField" => Wanted::Time,
            "DateTimeField" | "DateTimePartsField" => Wanted::DateTime,
            "MonthYearField" => Wanted::MonthYear,
            "EmailAddressField" => Wanted::Email,
            "TelephoneNumberField" => Wanted::Phone,
            "WebsiteField" => Wanted::Website,
            "UkAddressField" => Wanted::Address,
            "YesNoField" => Wanted::YesNo,
            "DeclarationField" => {
                let content = at.get("content");
                let statement = draft.texts.markdown(&content).unwrap_or_else(|| label.clone());
                Wanted::Agreement(statement)
            }
            "RadiosField" | "SelectField" | "AutocompleteField" => Wanted::Choice(self.options(at, draft)?),
            "CheckboxesField" => Wanted::Choices {
                options: self.options(at, draft)?,
                min: count("length").or(count("min")),
                max: count("length").or(count("max")),
            },
            "FileUploadField" | "ClientSideFileUploadField" => {
                let several = options.get("multiple").is_true();
                let most = options.get("dropzoneConfig").get("maxFiles").count();
                Wanted::Files {
                    name: id.to_owned(),
                    most: count("length").or(count("max")).or(most).or((!several).then_some(1)),
                }
            }
            _ if !self.items(at).is_empty() => Wanted::Choice(self.options(at, draft)?),
            other => Wanted::Foreign(other.to_owned()),
        })
    }

    fn pattern(&mut self, at: &At<'a>, draft: &mut Draft) -> Option<String> {
        let schema = at.get("schema").get("regex");
        let given = if schema.word().is_some() {
            schema
        } else {
            at.get("options").get("regex")
        };
        let source = given.word()?;
        let made = pattern::found_anywhere(source);
        if made.is_none() {
            let message =
                "our patterns have no look-around, back-references or Unicode classes: this one is not checked";
            draft.report.lost(&given.path, "pattern_not_carried", message);
        }
        made
    }

    /// Several inputs that are asked again and again in one component.
    fn rows_of_inputs(
        &mut self,
        at: &At<'a>,
        sheet: &mut Sheet<'_>,
        draft: &mut Draft,
    ) -> Result<Question, ImportFinding> {
        let name = at.get("name").word().unwrap_or_default();
        let label = draft.texts.first(&[at.get("title")], name);
        let id = sheet.names.take(name, "rows");
        let mut steps = sheet.steps.clone();
        steps.push(sheet.questions.len());
        let mut names = Names::default();
        let mut inner = Sheet {
            node: sheet.node,
            section: sheet.section.clone(),
            groups: sheet.groups.iter().cloned().chain([id.clone()]).collect(),
            steps,
            names: &mut names,
            questions: Vec::new(),
        };
        if inner.groups.len() <= 3 {
            self.components(&at.get("children").items(), &mut inner, draft)?;
        }
        let questions = inner.questions;
        let required = at.get("options").get("required").flag() != Some(false);
        let max = at.get("schema").get("max").count();
        let kind = draft::group(questions, u32::from(required), max, label.clone());
        let groups = sheet.groups.clone();
        let mut question = draft.question(id, &groups, label, kind, &at.path)?;
        question.help = draft.texts.content(&at.get("hint"));
        Ok(question)
    }
}

fn value_of(item: &At<'_>) -> Option<String> {
    let value = item.get("value").scalar().filter(|value| !value.trim().is_empty());
    value.or_else(|| {
        let text = item.any(&["text", "label"]);
        text.scalar()
            .or_else(|| text.fields().iter().find_map(|(_, text)| text.scalar()))
            .filter(|text| !text.trim().is_empty())
    })
}

fn joined(a: &Text, between: &str, b: &Text) -> Text {
    Text::new(
        format!("{}{between}{}", a.zh_cn, b.zh_cn),
        format!("{}{between}{}", a.en, b.en),
    )
}
