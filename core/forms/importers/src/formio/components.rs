//! Components: what is asked, what lays it out, what is only read.

use std::collections::BTreeMap;

use onehall_forms::{Choice, ComputedFormat, DateBound, Kind, NoteTone, Question};
use onehall_protocol::{Date, Text};
use serde_json::json;

use super::DEEP;
use crate::draft::{self, Draft};
use crate::finding::{ImportFinding, refused};
use crate::json::{At, Json};
use crate::kinds::{self, Wanted};
use crate::known::{Answer, Known, compare};
use crate::names::Names;
use crate::{known, pattern, rules};

/// A question as conditions name it: its key, the keys of the data around it, and what it became.
#[derive(Debug, Clone)]
pub(super) struct Field {
    pub(super) path: String,
    pub(super) known: Known,
}

/// Rules that wait until every field is known.
pub(super) struct Waiting<'a> {
    /// Page, question, question in the group …; a page alone.
    pub(super) steps: Vec<usize>,
    pub(super) groups: Vec<String>,
    /// The components whose conditions have to hold: its own, and those that lay it out.
    pub(super) of: Vec<At<'a>>,
}

/// Everything that was found in the tree.
#[derive(Default)]
pub(super) struct Tree<'a> {
    pub(super) fields: Vec<Field>,
    pub(super) by_key: BTreeMap<String, Vec<usize>>,
    pub(super) waiting: Vec<Waiting<'a>>,
    /// Values that are computed, to be put in when every field is known: the component, the place, the groups.
    pub(super) computed: Vec<(At<'a>, Vec<usize>, Vec<String>)>,
    /// Checks that are JsonLogic: the component, the place, the groups.
    pub(super) checked: Vec<(At<'a>, Vec<usize>, Vec<String>)>,
}

/// The place where components are read to: a page, or the rows of a group.
pub(super) struct Sheet<'b> {
    pub(super) groups: Vec<String>,
    pub(super) steps: Vec<usize>,
    /// The keys of the data around.
    pub(super) path_of_keys: Vec<String>,
    pub(super) names: &'b mut Names,
    pub(super) questions: Vec<Question>,
}

impl<'a> Tree<'a> {
    pub(super) fn components(
        &mut self,
        listed: &[At<'a>],
        sheet: &mut Sheet<'_>,
        around: &[At<'a>],
        draft: &mut Draft,
        depth: usize,
    ) -> Result<(), ImportFinding> {
        for component in listed {
            self.component(component, sheet, around, draft, depth)?;
        }
        Ok(())
    }

    pub(super) fn wait_page(&mut self, place: usize, panel: &At<'a>) {
        self.waiting.push(Waiting {
            steps: vec![place],
            groups: Vec::new(),
            of: vec![panel.clone()],
        });
    }

    fn component(
        &mut self,
        at: &At<'a>,
        sheet: &mut Sheet<'_>,
        around: &[At<'a>],
        draft: &mut Draft,
        depth: usize,
    ) -> Result<(), ImportFinding> {
        if depth > DEEP {
            return Err(refused(&at.path, "too_deep", "components nest absurdly deep"));
        }
        if !at.is_map() {
            draft.report.lost(&at.path, "no_component", "this is no component");
            return Ok(());
        }
        let kind = at.get("type").word().unwrap_or("textfield").to_ascii_lowercase();
        // What lays out hands its own conditions on to what stands in it.
        let mut chain = around.to_vec();
        if super::conditions::has_any(at) {
            chain.push(at.clone());
        }
        if let Some(inner) = laid_out(at, &kind) {
            if kind == "panel" || kind == "fieldset" {
                self.heading(at, sheet, &chain, draft)?;
            }
            return self.components(&inner, sheet, &chain, draft, depth + 1);
        }
        match kind.as_str() {
            "button" | "captcha" | "recaptcha" => return Ok(()),
            "container" | "form" => return self.container(at, sheet, &chain, draft, depth),
            "content" | "htmlelement" | "html" | "header" | "paragraph" => {
                return self.content(at, sheet, &chain, draft);
            }
            "datagrid" | "editgrid" | "datatable" | "dynamicwizard" => {
                return self.grid(at, sheet, &chain, draft, depth);
            }
            "survey" => return self.survey(at, sheet, &chain, draft),
            "hidden" => return self.hidden(at, sheet, draft),
            "tree" | "datamap" | "resource" | "custom" | "unknown" | "dataSource" | "datasource" | "tagpad"
            | "sketchpad" | "reviewpage" => {
                draft.report.lost(
                    &at.path,
                    "component_not_carried",
                    format!("there is nothing like `{kind}` here"),
                );
                return Ok(());
            }
            _ => {}
        }
        if at.get("multiple").is_true() && !matches!(kind.as_str(), "select" | "file" | "selectboxes" | "tags") {
            return self.several(at, &kind, sheet, &chain, draft);
        }
        let question = self.question(at, &kind, sheet, draft)?;
        self.push(at, &kind, question, sheet, &chain);
        Ok(())
    }

    fn push(&mut self, at: &At<'a>, kind: &str, question: Question, sheet: &mut Sheet<'_>, chain: &[At<'a>]) {
        let mut steps = sheet.steps.clone();
        steps.push(sheet.questions.len());
        let required = question.required;
        let known = Known {
            id: question.id.clone(),
            groups: sheet.groups.clone(),
            answer: Answer::of(&question.kind),
            required,
            // A box that nobody ticked is `false` in the source.
            starts_false: matches!(kind, "checkbox"),
        };
        self.remember(at, known, sheet);
        self.wait(&steps, sheet, chain);
        if at.get("validate").get("json").is_map() {
            self.checked.push((at.clone(), steps.clone(), sheet.groups.clone()));
        }
        sheet.questions.push(question);
    }

    fn wait(&mut self, steps: &[usize], sheet: &Sheet<'_>, chain: &[At<'a>]) {
        if !chain.is_empty() {
            self.waiting.push(Waiting {
                steps: steps.to_vec(),
                groups: sheet.groups.clone(),
                of: chain.to_vec(),
            });
        }
    }

    fn remember(&mut self, at: &At<'a>, known: Known, sheet: &Sheet<'_>) {
        let key = at.get("key").word().unwrap_or(&known.id).to_owned();
        let path: Vec<&str> = sheet
            .path_of_keys
            .iter()
            .map(String::as_str)
            .chain([key.as_str()])
            .collect();
        let path = path.join(".");
        let number = self.fields.len();
        for name in [path.clone(), key] {
            let list = self.by_key.entry(name).or_default();
            if list.last() != Some(&number) {
                list.push(number);
            }
        }
        self.fields.push(Field { path, known });
    }

    /// The title of a panel inside a page.
    fn heading(
        &mut self,
        at: &At<'a>,
        sheet: &mut Sheet<'_>,
        chain: &[At<'a>],
        draft: &mut Draft,
    ) -> Result<(), ImportFinding> {
        let place = at.any(&["legend", "title", "label"]);
        let hidden = at.get("hideLabel").is_true();
        let generic = place
            .word()
            .is_none_or(|text| matches!(text, "Panel" | "Field Set" | "Fieldset" | "Page 1"));
        if hidden || generic {
            return Ok(());
        }
        let Some(text) = draft.texts.label(&place) else {
            return Ok(());
        };
        self.note(at, text, NoteTone::Plain, sheet, chain, draft)
    }

    fn note(
        &mut self,
        at: &At<'a>,
        text: Text,
        tone: NoteTone,
        sheet: &mut Sheet<'_>,
        chain: &[At<'a>],
        draft: &mut Draft,
    ) -> Result<(), ImportFinding> {
        let mut steps = sheet.steps.clone();
        steps.push(sheet.questions.len());
        let groups = sheet.groups.clone();
        let note = draft.note(sheet.names, &groups, text, tone, &at.path)?;
        sheet.questions.push(note);
        self.wait(&steps, sheet, chain);
        Ok(())
    }

    fn content(
        &mut self,
        at: &At<'a>,
        sheet: &mut Sheet<'_>,
        chain: &[At<'a>],
        draft: &mut Draft,
    ) -> Result<(), ImportFinding> {
        let body = at.any(&["html", "content", "text", "label"]);
        if body.text().is_some_and(|text| text.contains("{{")) {
            let message = "the source fills parts of this text in from answers; they are carried as they are written";
            draft.report.differs(&body.path, "template", message);
        }
        let Some(text) = draft.texts.content(&body) else {
            return Ok(());
        };
        let warns = at
            .get("className")
            .text()
            .is_some_and(|class| class.contains("warning") || class.contains("danger"));
        let tone = if warns { NoteTone::Warning } else { NoteTone::Plain };
        self.note(at, text, tone, sheet, chain, draft)
    }

    /// Data inside of data, without rows: its questions stand here, under its key.
    fn container(
        &mut self,
        at: &At<'a>,
        sheet: &mut Sheet<'_>,
        chain: &[At<'a>],
        draft: &mut Draft,
        depth: usize,
    ) -> Result<(), ImportFinding> {
        let inner = at.get("components").items();
        if inner.is_empty() {
            let message = "another form stands here, which is not in the file";
            draft.report.lost(&at.path, "other_form", message);
            return Ok(());
        }
        let key = at.get("key").word().unwrap_or("container").to_owned();
        sheet.path_of_keys.push(key);
        let read = self.components(&inner, sheet, chain, draft, depth + 1);
        sheet.path_of_keys.pop();
        read
    }

    /// Rows of the same questions.
    fn grid(
        &mut self,
        at: &At<'a>,
        sheet: &mut Sheet<'_>,
        chain: &[At<'a>],
        draft: &mut Draft,
        depth: usize,
    ) -> Result<(), ImportFinding> {
        if sheet.groups.len() >= 4 {
            draft.report.lost(
                &at.path,
                "groups_too_deep",
                "repeated parts nest at most four deep here",
            );
            return Ok(());
        }
        let key = at.get("key").word().unwrap_or("rows");
        let label = draft.texts.first(&[at.get("label"), at.get("title")], key);
        let id = sheet.names.take(key, "rows");
        let mut steps = sheet.steps.clone();
        steps.push(sheet.questions.len());
        let mut names = Names::default();
        let mut inner = Sheet {
            groups: sheet.groups.iter().cloned().chain([id.clone()]).collect(),
            steps: steps.clone(),
            path_of_keys: sheet.path_of_keys.iter().cloned().chain([key.to_owned()]).collect(),
            names: &mut names,
            questions: Vec::new(),
        };
        self.components(&at.get("components").items(), &mut inner, &[], draft, depth + 1)?;
        let questions = inner.questions;
        if questions.is_empty() {
            draft
                .report
                .lost(&at.path, "empty_group", "there is no question in the repeated part");
            return Ok(());
        }
        let validate = at.get("validate");
        let min = validate
            .get("minLength")
            .count()
            .unwrap_or(0)
            .max(u32::from(validate.get("required").is_true()));
        let kind = draft::group(questions, min, validate.get("maxLength").count(), label.clone());
        let groups = sheet.groups.clone();
        let mut question = draft.question(id, &groups, label, kind, &at.path)?;
        question.help = self.help(at, draft);
        self.lost(at, "datagrid", draft);
        self.push(at, "datagrid", question, sheet, chain);
        Ok(())
    }

    /// A question that may be answered several times: rows of one question.
    fn several(
        &mut self,
        at: &At<'a>,
        kind: &str,
        sheet: &mut Sheet<'_>,
        chain: &[At<'a>],
        draft: &mut Draft,
    ) -> Result<(), ImportFinding> {
        if sheet.groups.len() >= 4 {
            draft.report.lost(
                &at.path,
                "groups_too_deep",
                "repeated parts nest at most four deep here",
            );
            return Ok(());
        }
        let key = at.get("key").word().unwrap_or("values");
        let id = sheet.names.take(key, "rows");
        let mut steps = sheet.steps.clone();
        steps.push(sheet.questions.len());
        let mut names = Names::default();
        let mut inner = Sheet {
            groups: sheet.groups.iter().cloned().chain([id.clone()]).collect(),
            steps,
            path_of_keys: Vec::new(),
            names: &mut names,
            questions: Vec::new(),
        };
        let question = self.question(at, kind, &mut inner, draft)?;
        let label = question.label.clone();
        let needed = u32::from(question.required);
        let kind = draft::group(vec![question], needed, None, label.clone());
        let groups = sheet.groups.clone();
        let question = draft.question(id, &groups, label, kind, &at.path)?;
        draft.report.differs(
            &at.path,
            "several_answers",
            "several answers to one question are rows of it",
        );
        self.push(at, "datagrid", question, sheet, chain);
        Ok(())
    }

    /// Several questions with the same answers: one question each.
    fn survey(
        &mut self,
        at: &At<'a>,
        sheet: &mut Sheet<'_>,
        chain: &[At<'a>],
        draft: &mut Draft,
    ) -> Result<(), ImportFinding> {
        let values = at.get("values");
        let key = at.get("key").word().unwrap_or("survey");
        for item in at.get("questions").items() {
            let label = draft.texts.first(&[item.get("label"), item.get("value")], key);
            let options = self.options(&values.items(), &values.path, draft)?;
            let id = sheet.names.take(
                &format!("{key} {}", item.get("value").scalar().unwrap_or_default()),
                "question",
            );
            let kind = kinds::kind(Wanted::Choice(options), &item.path, &mut draft.report);
            let groups = sheet.groups.clone();
            let mut question = draft.question(id, &groups, label, kind, &item.path)?;
            question.required = at.get("validate").get("required").is_true();
            self.push(&item, "radio", question, sheet, chain);
        }
        Ok(())
    }

    /// A value that nobody sees: computed by a rule, or always the same.
    fn hidden(&mut self, at: &At<'a>, sheet: &mut Sheet<'_>, draft: &mut Draft) -> Result<(), ImportFinding> {
        let key = at.get("key").word().unwrap_or("hidden");
        let computes = at.get("calculateValue").is_map();
        let constant = at.get("defaultValue");
        let value = constant
            .scalar()
            .filter(|value| !value.is_empty())
            .map(|_| constant.value.to_value());
        if !computes && value.is_none() {
            draft.report.lost(
                &at.path,
                "hidden_field",
                "a hidden field is filled by the source's own code",
            );
            return Ok(());
        }
        let label = draft.texts.first(&[at.get("label")], key);
        let id = sheet.names.take(key, "hidden");
        let groups = sheet.groups.clone();
        let question = draft.hidden(id, &groups, label, value.unwrap_or_else(|| json!("")), &at.path)?;
        self.computes(at, sheet);
        self.push(at, "hidden", question, sheet, &[]);
        Ok(())
    }

    fn computes(&mut self, at: &At<'a>, sheet: &Sheet<'_>) {
        if at.get("calculateValue").is_map() {
            let mut steps = sheet.steps.clone();
            steps.push(sheet.questions.len());
            self.computed.push((at.clone(), steps, sheet.groups.clone()));
        }
    }

    fn help(&self, at: &At<'a>, draft: &mut Draft) -> Option<Text> {
        let described = draft.texts.content(&at.get("description"));
        described.or_else(|| draft.texts.content(&at.get("tooltip")))
    }

    fn question(
        &mut self,
        at: &At<'a>,
        kind: &str,
        sheet: &mut Sheet<'_>,
        draft: &mut Draft,
    ) -> Result<Question, ImportFinding> {
        let key = at.get("key").word().unwrap_or_default();
        let label = draft
            .texts
            .first(&[at.get("label"), at.get("title"), at.get("placeholder")], key);
        let id = sheet
            .names
            .take(if key.is_empty() { &label.en } else { key }, "question");
        let validate = at.get("validate");
        let needed = validate.get("required").is_true() || at.get("required").is_true();
        let groups = sheet.groups.clone();
        let calculates = at.get("calculateValue").is_map();
        let made = if calculates && !at.get("allowCalculateOverride").is_true() {
            self.computes(at, sheet);
            Kind::Computed {
                value: json!(""),
                format: ComputedFormat::Plain,
            }
        } else {
            if calculates {
                let message =
                    "the value is suggested by a rule and may be changed: it is asked for without a suggestion";
                draft
                    .report
                    .lost(&at.get("calculateValue").path, "suggested_value", message);
            }
            let wanted = self.wanted(at, kind, &id, &label, needed, draft)?;
            kinds::kind(wanted, &at.path, &mut draft.report)
        };
        let never_answered = matches!(made, Kind::Computed { .. } | Kind::Note { .. });
        let mut question = draft.question(id, &groups, label, made, &at.path)?;
        question.help = self.help(at, draft);
        question.required = needed && !never_answered;
        self.bounds(at, &mut question, sheet);
        self.lost(at, kind, draft);
        Ok(question)
    }

    /// Bounds that our kinds do not have.
    fn bounds(&self, at: &At<'a>, question: &mut Question, sheet: &Sheet<'_>) {
        let validate = at.get("validate");
        let reference = if sheet.groups.is_empty() {
            question.id.clone()
        } else {
            format!("row.{}", question.id)
        };
        if matches!(question.kind, Kind::LongText { .. })
            && let Some(min) = validate.get("minLength").count().filter(|min| *min > 0)
        {
            let rule = json!({">=": [{"length": rules::var(&reference)}, min]});
            let message = Text::new(format!("至少 {min} 个字。"), format!("At least {min} characters."));
            question.valid_when.push(draft::check(rule, message));
        }
    }

    fn lost(&self, at: &At<'a>, kind: &str, draft: &mut Draft) {
        let validate = at.get("validate");
        let mut lost = |place: At<'_>, code: &'static str, message: &str| {
            draft.report.lost(&place.path, code, message);
        };
        if validate.get("custom").word().is_some() {
            lost(
                validate.get("custom"),
                "javascript",
                "a check that is JavaScript is not carried",
            );
        }
        if at.get("customConditional").word().is_some() {
            let message = "a condition that is JavaScript is not carried: what hangs on it is shown to everybody";
            lost(at.get("customConditional"), "javascript", message);
        }
        if at.get("calculateValue").word().is_some() {
            lost(
                at.get("calculateValue"),
                "javascript",
                "a value that JavaScript calculates is asked for",
            );
        }
        if at.get("customDefaultValue").word().is_some() {
            lost(
                at.get("customDefaultValue"),
                "javascript",
                "a value that JavaScript suggests is not carried",
            );
        }
        if !at.get("logic").items().is_empty() {
            lost(
                at.get("logic"),
                "logic",
                "events and actions of the source's renderer are not carried",
            );
        }
        if validate.get("customMessage").word().is_some() {
            lost(
                validate.get("customMessage"),
                "own_message",
                "the engine says what is wrong in its own words",
            );
        }
        for name in ["minWords", "maxWords"] {
            if validate.get(name).count().is_some_and(|words| words > 0) {
                lost(
                    validate.get(name),
                    "word_count",
                    "words are not counted here, characters are",
                );
            }
        }
        if at.get("inputMask").word().is_some() {
            lost(
                at.get("inputMask"),
                "mask",
                "an answer is not put into a shape while it is typed",
            );
        }
        if at.get("disabled").is_true() {
            lost(
                at.get("disabled"),
                "disabled",
                "nothing here can be seen and not answered",
            );
        }
        if at.get("hidden").is_true() && !super::conditions::has_any(at) {
            lost(
                at.get("hidden"),
                "hidden_component",
                "the source shows it only by its own code; here everybody sees it",
            );
        }
        let default = at.get("defaultValue");
        let says = match default.value {
            Json::Text(text) => !text.trim().is_empty(),
            Json::Bool(flag) => *flag,
            Json::Number(_) => true,
            _ => false,
        };
        if says && kind != "hidden" {
            lost(
                default,
                "default_value",
                "an answer is not given before the citizen gives it",
            );
        }
    }

    fn options(&self, items: &[At<'a>], path: &str, draft: &mut Draft) -> Result<Vec<Choice>, ImportFinding> {
        draft.count_options(items.len(), path)?;
        let mut options = Vec::with_capacity(items.len());
        for item in items {
            let value = item.get("value").scalar().or_else(|| item.scalar());
            let value = value.filter(|value| !value.trim().is_empty());
            let label = draft
                .texts
                .label(&if item.is_map() { item.get("label") } else { item.clone() });
            let (value, label) = match (value, label) {
                (Some(value), Some(label)) => (value, label),
                (Some(value), None) => (value.clone(), draft.texts.made(&value)),
                (None, Some(label)) => (label.en.clone(), label),
                // The empty option that the builder leaves behind.
                (None, None) => continue,
            };
            options.push(draft::choice(value, label));
        }
        Ok(options)
    }

    fn select(&self, at: &At<'a>, draft: &mut Draft) -> Result<Vec<Choice>, ImportFinding> {
        let data = at.get("data");
        let source = at.get("dataSrc").word().unwrap_or("values").to_owned();
        let listed = match source.as_str() {
            "json" => data.get("json"),
            "values" => {
                if data.get("values").is_list() {
                    data.get("values")
                } else {
                    at.get("values")
                }
            }
            other => {
                let message = format!("its options come from elsewhere ({other}), which is not in the file");
                draft.report.lost(&at.get("dataSrc").path, "remote_options", message);
                return Ok(Vec::new());
            }
        };
        self.options(&listed.items(), &listed.path, draft)
    }

    fn wanted(
        &mut self,
        at: &At<'a>,
        kind: &str,
        id: &str,
        label: &Text,
        needed: bool,
        draft: &mut Draft,
    ) -> Result<Wanted, ImportFinding> {
        let validate = at.get("validate");
        let count = |name: &str| validate.get(name).count();
        let line = |max: Option<u32>, pattern: Option<String>| Wanted::Line {
            min: count("minLength"),
            max: max.or(count("maxLength")),
            pattern,
        };
        Ok(match kind {
            "textfield" | "text" | "string" => line(None, self.pattern(at, draft)),
            "password" => {
                draft.report.differs(
                    &at.path,
                    "secret_as_text",
                    "a secret is asked for as a text that can be read",
                );
                line(None, None)
            }
            "textarea" => {
                if validate.get("pattern").word().is_some() {
                    let message = "a pattern is checked on one line of text only";
                    draft
                        .report
                        .lost(&validate.get("pattern").path, "pattern_not_carried", message);
                }
                Wanted::Lines {
                    max: count("maxLength"),
                }
            }
            "number" | "currency" => {
                let whole = validate.get("integer").is_true();
                let given = at.get("decimalLimit").count().map(|digits| digits.min(10) as u8);
                let decimals = if kind == "currency" {
                    given.unwrap_or(2)
                } else {
                    given.unwrap_or(10)
                };
                let unit = [at.get("suffix"), at.get("prefix"), at.get("currency")];
                let unit = unit.iter().find_map(|unit| draft.texts.label(unit));
                let unit = unit.or_else(|| (kind == "currency").then(|| Text::new("USD", "USD")));
                Wanted::Number {
                    min: validate.get("min").number(),
                    max: validate.get("max").number(),
                    decimals: if whole { 0 } else { decimals },
                    unit,
                }
            }
            "checkbox"
                if at.get("inputType").word() == Some("radio")
                    || at.get("name").word().is_some() && at.get("value").word().is_some() =>
            {
                let value = at
                    .get("value")
                    .scalar()
                    .filter(|value| !value.trim().is_empty())
                    .unwrap_or_else(|| id.to_owned());
                Wanted::Choice(vec![draft::choice(value, label.clone())])
            }
            "checkbox" if needed => Wanted::Agreement(label.clone()),
            "checkbox" | "boolean" => Wanted::YesNo,
            "selectboxes" => Wanted::Choices {
                options: self.options(&at.get("values").items(), &at.get("values").path, draft)?,
                min: count("minSelectedCount"),
                max: count("maxSelectedCount"),
            },
            "radio" => Wanted::Choice(self.options(&at.get("values").items(), &at.get("values").path, draft)?),
            "select" | "resource" => {
                let options = self.select(at, draft)?;
                if at.get("multiple").is_true() {
                    Wanted::Choices {
                        options,
                        min: count("minSelectedCount"),
                        max: count("maxSelectedCount"),
                    }
                } else {
                    Wanted::Choice(options)
                }
            }
            "email" => Wanted::Email,
            "phonenumber" | "phone" => Wanted::Phone,
            "url" => Wanted::Website,
            "datetime" | "date" | "calendar" => self.date(at, draft),
            "day" => self.day(at, draft),
            "time" => Wanted::Time,
            "address" | "location" => Wanted::Address,
            "file" => Wanted::Files {
                name: id.to_owned(),
                most: (!at.get("multiple").is_true()).then_some(1),
            },
            "signature" => Wanted::Signature { name: id.to_owned() },
            "tags" => line(None, None),
            other => Wanted::Foreign(other.to_owned()),
        })
    }

    fn pattern(&self, at: &At<'a>, draft: &mut Draft) -> Option<String> {
        let given = at.get("validate").get("pattern");
        let source = given.word()?;
        let made = pattern::whole(source);
        if made.is_none() {
            let message =
                "our patterns have no look-around, back-references or Unicode classes: this one is not checked";
            draft.report.lost(&given.path, "pattern_not_carried", message);
        }
        made
    }

    fn date(&self, at: &At<'a>, draft: &mut Draft) -> Wanted {
        let (date, time) = (at.get("enableDate").flag(), at.get("enableTime").flag());
        let format = at.get("format").text().unwrap_or_default().to_owned();
        if date == Some(false) {
            return Wanted::Time;
        }
        // The builder's own default is with a time; a format without one says otherwise.
        if at.get("type").word() == Some("datetime")
            && time != Some(false)
            && (format.is_empty() || format.contains(['h', 'H']))
        {
            return Wanted::DateTime;
        }
        let mut bound = |names: [At<'_>; 2]| {
            let given = names.into_iter().find(|at| at.word().is_some())?;
            let text = given.word()?;
            let day = text.get(..10).and_then(|day| day.parse::<Date>().ok());
            if day.is_none() {
                draft.report.lost(
                    &given.path,
                    "odd_bound",
                    "this bound of a day is calculated by the source",
                );
            }
            day.map(DateBound::Day)
        };
        let picker = at.get("datePicker");
        Wanted::Date {
            min: bound([picker.get("minDate"), at.get("minDate")]),
            max: bound([picker.get("maxDate"), at.get("maxDate")]),
        }
    }

    fn day(&self, at: &At<'a>, draft: &mut Draft) -> Wanted {
        let fields = at.get("fields");
        if fields.get("day").get("hide").is_true() && !fields.get("month").get("hide").is_true() {
            return Wanted::MonthYear;
        }
        let mut bound = |name: &str| {
            let given = at.get(name);
            let text = given.word()?;
            let day = text.parse::<Date>().ok();
            if day.is_none() {
                draft.report.lost(
                    &given.path,
                    "odd_bound",
                    "this bound of a day is calculated by the source",
                );
            }
            day.map(DateBound::Day)
        };
        Wanted::Date {
            min: bound("minDate"),
            max: bound("maxDate"),
        }
    }
}

/// The components in one that only lays them out; none for one that does more.
fn laid_out<'a>(at: &At<'a>, kind: &str) -> Option<Vec<At<'a>>> {
    match kind {
        "columns" => Some(
            at.get("columns")
                .items()
                .iter()
                .flat_map(|column| column.get("components").items())
                .collect(),
        ),
        "table" => Some(
            at.get("rows")
                .items()
                .iter()
                .flat_map(At::items)
                .flat_map(|cell| cell.get("components").items())
                .collect(),
        ),
        "tabs" => Some(
            at.get("components")
                .items()
                .iter()
                .flat_map(|tab| tab.get("components").items())
                .collect(),
        ),
        "panel" | "fieldset" | "well" | "simplecols" | "row" | "section" | "layout" => {
            Some(at.get("components").items())
        }
        "datagrid" | "editgrid" | "datatable" | "dynamicwizard" | "container" | "form" | "address" | "tree"
        | "datamap" => None,
        // A kind that is not known, with components and without a value: it lays out.
        _ if !at.get("components").items().is_empty() && !at.get("input").is_true() => {
            Some(at.get("components").items())
        }
        _ => None,
    }
}

/// Whether an answer is a value of an option; what conditions of the source say of a selection.
pub(super) fn is(
    known: &Known,
    from: &[String],
    value: &serde_json::Value,
) -> Result<serde_json::Value, rules::Unable> {
    compare(known, from, known::Compare::Is, value)
}
