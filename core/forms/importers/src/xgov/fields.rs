//! Fields: what is asked.

use onehall_forms::{DateBound, Kind, Question};
use onehall_protocol::Text;
use serde_json::json;

use super::Form;
use super::components::{Sheet, joined};
use super::coordinates::{EASTING_NORTHING, LAT_LONG};
use crate::draft::{self, Draft};
use crate::files::{ANY_FILE, FileRules};
use crate::finding::ImportFinding;
use crate::json::At;
use crate::kinds::{self, Wanted};
use crate::names::Names;
use crate::{pattern, rules};

/// Whether files of any type are taken.
fn takes_any(accept: &At<'_>) -> bool {
    let given = accept.word().unwrap_or_default();
    let is_named = !given.is_empty() || !accept.items().is_empty();
    !is_named
        || given
            .split([',', ';'])
            .any(|one| matches!(one.trim(), "*" | "*/*" | "*.*"))
}

/// The most files that one question takes.
const MOST_FILES: u32 = 100;

/// Two letters and digits of the British National Grid, with spaces where people write them.
fn grid_reference(digits: &str) -> Wanted {
    Wanted::Line {
        min: None,
        max: Some(20),
        pattern: Some(format!("(?i) *[a-z] *[a-z] *({digits})")),
    }
}

/// How a rule at a question names it.
fn reference(id: &str, sheet: &Sheet<'_>) -> String {
    if sheet.groups.is_empty() {
        id.to_owned()
    } else {
        format!("row.{id}")
    }
}

impl<'a> Form<'a> {
    /// The question of a field. None where there is nothing to ask; then it is told.
    pub(super) fn field(
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
            "MultiInputField" => return self.rows_of_inputs(at, sheet, draft),
            "EastingNorthingField" => return self.coordinates(at, EASTING_NORTHING, sheet, draft).map(Some),
            "LatLongField" => return self.coordinates(at, LAT_LONG, sheet, draft).map(Some),
            _ => {}
        }
        let name = at.get("name").word().unwrap_or_default();
        let titles = [
            // The words at the box that is ticked, where a declaration has some.
            at.get("options").get("declarationConfirmationLabel"),
            at.get("title"),
            at.get("label"),
            at.get("shortDescription"),
        ];
        let label = titles.iter().find_map(|title| draft.texts.label(title));
        let label = label.unwrap_or_else(|| sheet.title.clone());
        let id = sheet.names.take(name, "question");
        let wanted = self.wanted(at, kind, &id, &label, draft)?;
        let mut checks = Vec::new();
        let lines = matches!(wanted, Wanted::Lines { .. });
        let made = kinds::kind(wanted, &at.path, &mut draft.report);
        let shaped = ["EmailAddressField", "TelephoneNumberField", "WebsiteField"].contains(&kind);
        if lines || shaped {
            let schema = at.get("schema");
            let bound = |name: &str| {
                let exact = schema.get("length").count();
                exact.or(schema.get(name).count()).filter(|count| *count > 0)
            };
            let length = json!({"length": rules::var(&reference(&id, sheet))});
            if let Some(min) = bound("min") {
                let message = Text::new(format!("至少 {min} 个字。"), format!("At least {min} characters."));
                checks.push(draft::check(json!({">=": [length, min]}), message));
            }
            if let Some(max) = bound("max").filter(|_| shaped) {
                let message = Text::new(format!("最多 {max} 个字。"), format!("At most {max} characters."));
                checks.push(draft::check(json!({"<=": [length, max]}), message));
            }
        }
        self.bounds_lost(at, kind, draft);
        let groups = sheet.groups.clone();
        let mut question = draft.question(id, &groups, label, made, &at.path)?;
        question.valid_when = checks;
        let options = at.get("options");
        let instruction = options.get("instructionText");
        let hint = draft.texts.content(&at.get("hint"));
        question.help = match (hint, draft.texts.markdown(&instruction)) {
            (Some(hint), Some(instruction)) => Some(joined(&hint, "\n", &instruction)),
            (hint, instruction) => hint.or(instruction).or(question.help),
        };
        question.required = options.get("required").flag() != Some(false) && at.get("required").flag() != Some(false);
        if matches!(question.kind, Kind::Note { .. }) {
            question.required = false;
        }
        self.what_is_lost(at, draft);
        Ok(Some(question))
    }

    /// Tells of bounds that a field of this kind has and that are not checked here.
    fn bounds_lost(&self, at: &At<'a>, kind: &str, draft: &mut Draft) {
        let (options, schema) = (at.get("options"), at.get("schema"));
        let carried: &[&str] = match kind {
            "TextField" => &["min", "max", "length", "regex"],
            // Of several lines the pattern was told.
            "MultilineTextField" | "FreeTextField" => &["min", "max", "length", "regex"],
            "EmailAddressField" | "TelephoneNumberField" | "WebsiteField" | "CheckboxesField" => {
                &["min", "max", "length"]
            }
            "FileUploadField" | "ClientSideFileUploadField" => &["max", "length"],
            "NumberField" => &["min", "max"],
            _ => &[],
        };
        let message = "what is asked for has a shape of its own: this bound is not checked";
        for name in ["min", "max", "length"] {
            let given = schema.get(name);
            let is_file = kind.ends_with("FileUploadField");
            let said = given.number().is_some_and(|bound| !is_file || bound > 1.0);
            if said && !carried.contains(&name) {
                draft.report.lost(&given.path, "odd_bound", message);
            }
        }
        for given in [schema.get("regex"), options.get("regex")] {
            if given.word().is_some() && !carried.contains(&"regex") {
                let message = "what is asked for has a shape of its own: no pattern is checked beside it";
                draft.report.lost(&given.path, "pattern_not_carried", message);
            }
        }
        let is_day = matches!(kind, "DateField" | "DatePartsField" | "DatePartsfield");
        for given in ["maxDaysInPast", "maxDaysInFuture"].map(|name| options.get(name)) {
            let carried = is_day && given.number().is_some_and(|days| days.abs() < 1e6);
            let says = given.number().is_some() || given.word().is_some();
            if says && !carried {
                draft.report.lost(&given.path, "odd_bound", message);
            }
        }
    }

    pub(super) fn what_is_lost(&self, at: &At<'a>, draft: &mut Draft) {
        let options = at.get("options");
        if options.get("maxWords").is_there() {
            draft.report.lost(
                &options.get("maxWords").path,
                "word_count",
                "words are not counted here, characters are",
            );
        }
        for place in ["minPrecision", "minLength", "maxLength"]
            .iter()
            .flat_map(|name| [options.get(name), at.get("schema").get(name)])
        {
            if place.count().is_some_and(|count| count > 0) {
                let message = "how many digits a number has is not checked, only how large it is";
                draft.report.lost(&place.path, "digit_count", message);
            }
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
        for name in ["minimumRequiredFiles", "imageQualityPlayback"] {
            if options.has(name) && !options.get(name).is_true() && options.get(name).count() != Some(1) {
                let message = "how many files there must be, and how good pictures are, is not checked";
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
                let unit = self.unit(&options, draft);
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
            "TimeField" => Wanted::Time {
                min: None,
                max: None,
                seconds: false,
            },
            "DateTimeField" | "DateTimePartsField" => Wanted::DateTime,
            "MonthYearField" => Wanted::MonthYear,
            "EmailAddressField" => Wanted::Email,
            "TelephoneNumberField" => Wanted::Phone,
            "WebsiteField" => Wanted::Website,
            "UkAddressField" => Wanted::Address,
            "OsGridRefField" => grid_reference("([0-9] *){6}|([0-9] *){8}|([0-9] *){10}"),
            "NationalGridFieldNumberField" => grid_reference("([0-9] *){8}"),
            "YesNoField" => Wanted::YesNo,
            "DeclarationField" => {
                let content = at.get("content");
                let statement = draft.texts.markdown(&content).unwrap_or_else(|| label.clone());
                // Where the words at the box are others, the title stands over what is agreed to.
                let own_words = options.get("declarationConfirmationLabel").word().is_some();
                let title = own_words.then(|| draft.texts.label(&at.get("title"))).flatten();
                Wanted::Agreement(match title {
                    Some(title) if title != *label => joined(&title, "\n", &statement),
                    _ => statement,
                })
            }
            "RadiosField" | "SelectField" | "AutocompleteField" => Wanted::Choice(self.options(at, draft)?),
            "CheckboxesField" => Wanted::Choices {
                options: self.options(at, draft)?,
                min: count("length").or(count("min")),
                max: count("length").or(count("max")),
            },
            "FileUploadField" | "ClientSideFileUploadField" => {
                let several = self.many_files || options.get("multiple").is_true();
                let most = options.get("dropzoneConfig").get("maxFiles").count();
                if takes_any(&options.get("accept")) {
                    draft.report.differs(&at.path, "file_rule", ANY_FILE);
                }
                Wanted::Files {
                    name: id.to_owned(),
                    most: count("length")
                        .or(count("max"))
                        .or(most)
                        .or(Some(if several { MOST_FILES } else { 1 })),
                    rules: FileRules::default().taking(&options.get("accept"), &mut draft.report),
                }
            }
            _ if !self.items(at).is_empty() => Wanted::Choice(self.options(at, draft)?),
            other => Wanted::Foreign(other.to_owned()),
        })
    }

    /// What stands before and behind a number, as its unit.
    fn unit(&self, options: &At<'a>, draft: &mut Draft) -> Option<Text> {
        let [before, behind] = ["prefix", "suffix"].map(|name| options.get(name));
        match (draft.texts.label(&before), draft.texts.label(&behind)) {
            (Some(first), Some(last)) => {
                let message = "what stands before the number and what stands behind it both stand behind it here";
                draft.report.differs(&behind.path, "affix", message);
                Some(joined(&first, " ", &last))
            }
            (first, last) => first.or(last),
        }
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
    ) -> Result<Option<Question>, ImportFinding> {
        if sheet.groups.len() >= 4 {
            let message = "repeated parts nest at most four deep here";
            draft.report.lost(&at.path, "groups_too_deep", message);
            return Ok(None);
        }
        let name = at.get("name").word().unwrap_or_default();
        let label = draft.texts.first(&[at.get("title")], name);
        let id = sheet.names.take(name, "rows");
        let mut steps = sheet.steps.clone();
        steps.push(sheet.questions.len());
        let mut names = Names::default();
        let mut inner = Sheet {
            node: sheet.node,
            section: sheet.section.clone(),
            conditional: sheet.conditional,
            title: label.clone(),
            groups: sheet.groups.iter().cloned().chain([id.clone()]).collect(),
            steps,
            names: &mut names,
            questions: Vec::new(),
        };
        self.components(&at.get("children").items(), &mut inner, draft)?;
        let questions = inner.questions;
        if questions.is_empty() {
            let message = "there is no question in the repeated part";
            draft.report.lost(&at.path, "empty_group", message);
            return Ok(None);
        }
        let required = at.get("options").get("required").flag() != Some(false);
        let bound = |name: &str| {
            let exact = at.get("schema").get("length").count();
            exact.or(at.get("schema").get(name).count())
        };
        let min = bound("min").unwrap_or(0).max(u32::from(required));
        let kind = draft::group(questions, if required { min } else { 0 }, bound("max"), label.clone());
        let groups = sheet.groups.clone();
        let mut question = draft.question(id, &groups, label, kind, &at.path)?;
        if !required {
            let check = draft::rows_at_least(min, &reference(&question.id, sheet));
            question.valid_when.extend(check);
        }
        question.help = draft.texts.content(&at.get("hint"));
        self.what_is_lost(at, draft);
        Ok(Some(question))
    }
}
