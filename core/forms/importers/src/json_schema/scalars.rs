//! Texts, numbers and truth values.

use onehall_forms::{Check, DateBound, Kind};
use onehall_protocol::{Date, Text};
use serde_json::{Value, json};

use super::schema::{Schema, Side};
use super::{Builder, constant, ui_option, widget};
use crate::draft;
use crate::files::FileRules;
use crate::finding::ImportFinding;
use crate::json::{At, Json};
use crate::kinds::{self, Wanted};
use crate::pattern;
use crate::rules;

/// The smallest step that a number can be checked by.
const SMALLEST_STEP: f64 = 1e-10;

impl<'a> Builder<'a, '_> {
    /// What a schema of a single value asks for. None where there is nothing to ask; then it is told.
    pub(super) fn scalar(
        &mut self,
        id: &str,
        label: &Text,
        schema: &Schema<'a>,
        ui: &At<'a>,
    ) -> Result<Option<Wanted>, ImportFinding> {
        let (types, nullable) = schema.types();
        let path = schema.path();
        let only_true = schema.get("const").is_true()
            || matches!(schema.get("enum").items().as_slice(), [one] if matches!(one.value, Json::Bool(true)));
        if only_true && (types == ["boolean"] || types.is_empty()) {
            let titles = self.titles(schema, ui);
            return Ok(Some(Wanted::Agreement(self.draft.texts.statement(&titles, label))));
        }
        if types == ["boolean"] {
            return self.yes_or_no(schema, ui).map(Some);
        }
        if let Some(only) = schema.get("const").text() {
            let label = self.draft.texts.first(&[schema.get("const")], only);
            return Ok(Some(Wanted::Choice(vec![draft::choice(only.to_owned(), label)])));
        }
        if let Some(options) = self.enumeration(schema, &[ui])? {
            return Ok(Some(Wanted::Choice(options)));
        }
        if schema.has("oneOf") || schema.has("anyOf") {
            let place = [schema.get("oneOf"), schema.get("anyOf")];
            let place = place
                .iter()
                .find(|at| at.is_there())
                .map(|at| at.path.clone())
                .unwrap_or_default();
            if types.is_empty() {
                return self.one_of_several(id, label, schema, ui, &place);
            }
            let message = "that one of several alternatives holds is not checked";
            self.draft.report.lost(&place, "alternatives", message);
        }
        let several = types.len() > 1;
        let kind = match types.first() {
            Some(kind) if !several => *kind,
            Some(_) if types.iter().all(|kind| matches!(*kind, "number" | "integer")) => "number",
            Some(_) => {
                self.draft.report.differs(
                    &path,
                    "several_types",
                    "a value of several types is asked for as a text",
                );
                "string"
            }
            None if nullable || schema.has_null("const") => "null",
            None if ["pattern", "minLength", "maxLength", "format"]
                .iter()
                .any(|name| schema.has(name)) =>
            {
                "string"
            }
            None if ["minimum", "maximum", "multipleOf"].iter().any(|name| schema.has(name)) => "number",
            None => {
                self.draft.report.differs(
                    &path,
                    "no_type",
                    "nothing says what the value is: it is asked for as a text",
                );
                "string"
            }
        };
        Ok(match kind {
            "string" => Some(self.string(id, schema, ui)),
            "number" | "integer" => Some(self.number(kind, schema, ui)),
            "boolean" => Some(Wanted::YesNo),
            "null" => {
                let described = schema.get("title").word().is_some() || schema.get("description").word().is_some();
                if described {
                    Some(Wanted::Note(onehall_forms::NoteTone::Plain))
                } else {
                    self.draft.report.lost(
                        &path,
                        "no_question",
                        "only null may stand there: there is nothing to ask",
                    );
                    None
                }
            }
            other => Some(Wanted::Foreign(other.to_owned())),
        })
    }

    /// A truth value. Where the source calls its two sides by words of their own, these are what a citizen has to read.
    fn yes_or_no(&mut self, schema: &Schema<'a>, ui: &At<'a>) -> Result<Wanted, ImportFinding> {
        const PLAIN: [&str; 16] = [
            "yes", "no", "true", "false", "on", "off", "y", "n", "ja", "nein", "oui", "non", "sí", "si", "是", "否",
        ];
        let mut options = self.enumeration(schema, &[ui])?.unwrap_or_default();
        if options.is_empty() {
            let names = [ui_option(ui, "enumNames"), schema.get("enumNames")];
            let names = names.iter().find(|at| at.is_list()).map(At::items).unwrap_or_default();
            for (value, name) in ["true", "false"].into_iter().zip(&names) {
                let label = self.draft.texts.first(std::slice::from_ref(name), value);
                options.push(draft::choice(value.to_owned(), label));
            }
        }
        let plain = |text: &str| PLAIN.contains(&text.trim().to_lowercase().as_str());
        // Where no alone is taken, it may be all that is offered.
        let only_no = matches!(options.as_slice(), [only] if only.value == "false");
        let own_words = (options.len() == 2 || only_no) && options.iter().any(|option| !plain(&option.label.en));
        if !own_words {
            return Ok(Wanted::YesNo);
        }
        let message = "yes and no have words of their own: it is a choice of `true` and `false`";
        self.draft.report.differs(&schema.path(), "yes_no_as_choice", message);
        Ok(Wanted::Choice(options))
    }

    /// One file; of the types that the dialog shows, else of the one that its content is said to be.
    fn file(&mut self, id: &str, schema: &Schema<'a>, ui: &At<'a>) -> Wanted {
        let (shown, content) = (ui_option(ui, "accept"), schema.get("contentMediaType"));
        let types = if shown.is_there() { shown } else { content };
        Wanted::Files {
            name: id.to_owned(),
            most: Some(1),
            rules: FileRules::default().taking(&types, &mut self.draft.report),
        }
    }

    fn string(&mut self, id: &str, schema: &Schema<'a>, ui: &At<'a>) -> Wanted {
        let (min, max) = (
            schema.count("minLength", Side::Least),
            schema.count("maxLength", Side::Most),
        );
        if max == Some(0) {
            let message = "that nothing may be written is not checked";
            self.draft
                .report
                .lost(&schema.get("maxLength").path, "keyword", message);
        }
        let widget = widget(ui);
        let format = schema.get("format").word().unwrap_or_default().to_ascii_lowercase();
        let media = schema.get("contentMediaType");
        // What is text and no more is typed, though it may have marks: a file is one that is written as text.
        let is_text = media
            .word()
            .is_some_and(|media| media.to_ascii_lowercase().starts_with("text/"));
        let is_text = is_text && !schema.has("contentEncoding");
        let encoded = schema.has("contentEncoding") || media.is_there();
        let line = Wanted::Line {
            min,
            max,
            pattern: None,
        };
        let mut wanted = match (widget.as_str(), format.as_str()) {
            ("file" | "files", _) | (_, "data-url" | "binary" | "byte" | "base64") => self.file(id, schema, ui),
            _ if encoded && !is_text => self.file(id, schema, ui),
            ("textarea" | "markdown" | "richtext" | "rich-text", _) | (_, "textarea" | "markdown" | "html") => {
                Wanted::Lines { max }
            }
            ("date" | "alt-date" | "altdate", _) | (_, "date") => {
                let mut day = |name: &str| self.format_bound(schema, name, |text| text.get(..10)?.parse::<Date>().ok());
                let after = day("formatExclusiveMinimum").map(|day| day.plus_days(1));
                let before = day("formatExclusiveMaximum").map(|day| day.plus_days(-1));
                Wanted::Date {
                    min: day("formatMinimum").into_iter().chain(after).max().map(DateBound::Day),
                    max: day("formatMaximum").into_iter().chain(before).min().map(DateBound::Day),
                }
            }
            ("date-time" | "alt-datetime" | "altdatetime" | "datetime", _) | (_, "date-time" | "datetime") => {
                Wanted::DateTime
            }
            ("time", _) | (_, "time" | "iso-time" | "partial-time") => Wanted::Time {
                min: self.format_bound(schema, "formatMinimum", kinds::time_of_day),
                max: self.format_bound(schema, "formatMaximum", kinds::time_of_day),
                seconds: true,
            },
            (_, "month" | "year-month") => Wanted::MonthYear,
            ("email", _) | (_, "email" | "idn-email") => Wanted::Email,
            ("uri" | "url", _) | (_, "uri" | "url" | "iri" | "uri-reference") => Wanted::Website,
            ("tel" | "phone", _) | (_, "phone" | "tel" | "telephone" | "phone-number") => Wanted::Phone,
            ("signature", _) | (_, "signature") => Wanted::Signature,
            ("password", _) | (_, "password") => {
                self.draft.report.differs(
                    &schema.path(),
                    "secret_as_text",
                    "a secret is asked for as a text that can be read",
                );
                line
            }
            (_, "") if is_text => {
                if media.word() != Some("text/plain") {
                    let message = "a text with marks in it (of a page, of a table) is asked for as a plain text";
                    self.draft.report.differs(&media.path, "kind_as_text", message);
                }
                Wanted::Lines { max }
            }
            (_, "") => line,
            (_, other) => {
                let message = format!("the format `{other}` is not checked here");
                self.draft
                    .report
                    .lost(&schema.get("format").path, "format_not_checked", message);
                line
            }
        };
        self.patterns(schema, &mut wanted);
        let carried = match wanted {
            Wanted::Date { .. } => 4,
            Wanted::Time { .. } => 2,
            _ => 0,
        };
        let bounds = [
            "formatMinimum",
            "formatMaximum",
            "formatExclusiveMinimum",
            "formatExclusiveMaximum",
        ];
        for part in bounds.iter().skip(carried).flat_map(|name| schema.every(name)) {
            // In draft 4 validators it says of the bound beside it whether it is part of the range.
            if constant(&part.at) != Some(false) {
                let message = "this bound is not checked here";
                self.draft.report.lost(&part.at.path, "odd_bound", message);
            }
        }
        wanted
    }

    /// The pattern of a text: one, on one line. What is said of length beside a kind of its own shape is not checked.
    fn patterns(&mut self, schema: &Schema<'a>, wanted: &mut Wanted) {
        let report = &mut self.draft.report;
        let mut carried: Option<&str> = None;
        for part in schema.every("pattern") {
            let Some(source) = part.at.word() else { continue };
            let message = match wanted {
                Wanted::Line { pattern, .. } => match carried {
                    Some(first) if first == source => continue,
                    Some(_) => "one pattern is checked here, and there is another",
                    None => {
                        carried = Some(source);
                        *pattern = pattern::found_anywhere(source);
                        if pattern.is_some() {
                            continue;
                        }
                        "our patterns have no look-around, back-references, Unicode classes or classes with nothing in them: this one is not checked"
                    }
                },
                Wanted::Lines { .. } => "a pattern is checked on one line of text only",
                _ => "what is asked for has a shape of its own: no pattern is checked beside it",
            };
            report.lost(&part.at.path, "pattern_not_carried", message);
        }
        if matches!(wanted, Wanted::Line { .. } | Wanted::Lines { .. } | Wanted::Email) {
            return;
        }
        for part in ["minLength", "maxLength"].iter().flat_map(|name| schema.every(name)) {
            let message = "what is asked for has a shape of its own: its length is not checked";
            report.lost(&part.at.path, "keyword", message);
        }
    }

    /// A bound of a day or a time, as validators that know formats have it.
    fn format_bound<T>(&mut self, schema: &Schema<'a>, name: &str, read: fn(&str) -> Option<T>) -> Option<T> {
        let given = schema.get(name);
        let bound = read(given.word()?);
        if bound.is_none() {
            let message = "this bound is none of a day or a time of day";
            self.draft.report.lost(&given.path, "odd_bound", message);
        }
        bound
    }

    fn number(&mut self, kind: &str, schema: &Schema<'a>, ui: &At<'a>) -> Wanted {
        let whole = kind == "integer";
        // A step of 0.01 is two digits; the step itself is checked beside it.
        let digits = |(_, step): &(String, f64)| {
            let mut digits = 0..=10_u8;
            let fits = digits.find(|digits| {
                let scaled = step * 10_f64.powi(i32::from(*digits));
                scaled.round() >= 1.0 && (scaled - scaled.round()).abs() < 1e-9
            });
            fits.unwrap_or(10)
        };
        let decimals = if whole {
            0
        } else {
            steps(schema).iter().map(digits).min().unwrap_or(10)
        };
        // The next whole number.
        let beyond = |name: &str, side: Side| {
            let bound = schema.bound(name, side).filter(|_| whole)?;
            Some(match side {
                Side::Least => bound.floor() + 1.0,
                Side::Most => bound.ceil() - 1.0,
            })
        };
        let unit = [ui_option(ui, "suffix"), ui_option(ui, "prefix"), schema.get("x-unit")];
        Wanted::Number {
            min: schema
                .bound("minimum", Side::Least)
                .or_else(|| beyond("exclusiveMinimum", Side::Least)),
            max: schema
                .bound("maximum", Side::Most)
                .or_else(|| beyond("exclusiveMaximum", Side::Most)),
            decimals,
            unit: self.label_of(&unit),
        }
    }

    /// What a schema checks beyond our kinds.
    pub(super) fn checks(&mut self, schema: &Schema<'a>, kind: &Kind, reference: &str) -> Vec<Check> {
        let mut checks = Vec::new();
        let answer = rules::var(reference);
        let mut add = |rule: Value, zh: String, en: String| checks.push(draft::check(rule, Text::new(zh, en)));
        match kind {
            Kind::Number { decimals, .. } => {
                let (types, _) = schema.types();
                let whole = types == ["integer"];
                for (name, side, sign, zh, en) in [
                    ("exclusiveMinimum", Side::Least, ">", "须大于", "Must be more than"),
                    ("exclusiveMaximum", Side::Most, "<", "须小于", "Must be less than"),
                ] {
                    let given = schema.get(name);
                    // In draft 4 it says that the bound beside it is not part of the range.
                    let beside = if name == "exclusiveMinimum" {
                        "minimum"
                    } else {
                        "maximum"
                    };
                    let bound = if matches!(given.value, Json::Bool(true)) {
                        schema.bound(beside, side)
                    } else {
                        schema.bound(name, side)
                    };
                    let covered = whole && given.number().is_some() && !schema.has(beside);
                    if let Some(bound) = bound.filter(|bound| bound.abs() < 1e15 && !covered) {
                        let number = rules::number(bound);
                        add(
                            json!({sign: [answer, number]}),
                            format!("{zh} {number}。"),
                            format!("{en} {number}."),
                        );
                    }
                }
                let covered = |step: f64| (step - 10_f64.powi(-i32::from(*decimals))).abs() < 1e-12;
                for (path, step) in steps(schema) {
                    if step < SMALLEST_STEP {
                        let message = format!(
                            "numbers have at most ten digits behind the point here: the step {step} is not checked"
                        );
                        self.draft.report.lost(&path, "keyword", message);
                    }
                    if !(SMALLEST_STEP..1e15).contains(&step) || covered(step) {
                        continue;
                    }
                    let number = rules::number(step);
                    let rule = json!({"==": [{"%": [answer, number]}, 0]});
                    add(
                        rule,
                        format!("须为 {number} 的倍数。"),
                        format!("Must be a multiple of {number}."),
                    );
                }
            }
            Kind::YesNo {} | Kind::Choice { .. } if only_false(schema) => {
                let no = match kind {
                    Kind::YesNo {} => json!(false),
                    _ => json!("false"),
                };
                add(
                    json!({"==": [answer, no]}),
                    "不能填写这个内容。".to_owned(),
                    "This answer is not allowed.".to_owned(),
                );
            }
            Kind::LongText { .. } | Kind::Email {} => {
                let length = json!({"length": answer});
                let is_email = matches!(kind, Kind::Email {});
                if let Some(min) = schema.count("minLength", Side::Least).filter(|min| *min > 0) {
                    add(
                        json!({">=": [length, min]}),
                        format!("至少 {min} 个字。"),
                        format!("At least {min} characters."),
                    );
                }
                if let Some(max) = schema.count("maxLength", Side::Most).filter(|_| is_email) {
                    add(
                        json!({"<=": [length, max]}),
                        format!("最多 {max} 个字。"),
                        format!("At most {max} characters."),
                    );
                }
            }
            _ => {}
        }
        checks
    }
}

/// The steps of a number, each once, with their places.
fn steps(schema: &Schema<'_>) -> Vec<(String, f64)> {
    let mut steps: Vec<(String, f64)> = Vec::new();
    for part in schema.every("multipleOf") {
        let Some(step) = part.at.number().filter(|step| *step > 0.0) else {
            continue;
        };
        if !steps.iter().any(|(_, known)| *known == step) {
            steps.push((part.at.path, step));
        }
    }
    steps
}

/// Whether a truth value has to be false.
fn only_false(schema: &Schema<'_>) -> bool {
    let no = |at: &At<'_>| constant(at) == Some(false);
    let mut listed = schema.get("enum").items();
    // Null is no answer.
    listed.retain(At::is_there);
    no(&schema.get("const")) || !listed.is_empty() && listed.iter().all(no)
}
