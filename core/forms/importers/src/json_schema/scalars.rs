//! Texts, numbers, truth values and choices.

use std::collections::{BTreeMap, BTreeSet};

use onehall_forms::{Check, Choice, DateBound, Kind};
use onehall_protocol::{Date, Text};
use serde_json::{Value, json};

use super::schema::{Part, Schema, Side, is_null};
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

    /// Of several sorts of values a free text, which all of them can be written in; else the first.
    fn one_of_several(
        &mut self,
        id: &str,
        label: &Text,
        schema: &Schema<'a>,
        ui: &At<'a>,
        place: &str,
    ) -> Result<Option<Wanted>, ImportFinding> {
        for keyword in ["oneOf", "anyOf"] {
            let Some(listed) = schema.every(keyword).into_iter().next() else {
                continue;
            };
            let (mut plain, mut values, mut open) = (Vec::new(), Vec::new(), 0);
            for at in listed.at.items().into_iter().filter(|at| !is_null(at)) {
                let part = Part {
                    at,
                    refs: listed.refs.clone(),
                };
                let inner = self.all_of(&[part])?;
                let mut own = inner.parts.iter().map(|part| values_of(&part.at));
                match own.find(|own| !own.is_empty()) {
                    Some(own) => values.extend(own),
                    None => open += 1,
                }
                let (types, _) = inner.types();
                let is_plain = types
                    .iter()
                    .any(|kind| matches!(*kind, "string" | "number" | "integer" | "boolean"));
                if is_plain && !inner.has("oneOf") && !inner.has("anyOf") {
                    plain.push(inner);
                }
            }
            if let Some(text) = plain.iter().find(|inner| is_free_text(inner)) {
                let message = if open > 1 {
                    "of several sorts of values a text is asked for, in which all can be written: no options are offered, and nothing of them is checked"
                } else {
                    "of several sorts of values a text is asked for, in which all can be written: no options are offered, and of the others nothing is checked"
                };
                self.draft.report.lost(place, "alternatives", message);
                let mut wanted = self.scalar(id, label, text, ui)?;
                // How long a text may be says nothing of a number, or of another text.
                if open > 1
                    && let Some(Wanted::Line { min, max, .. }) = &mut wanted
                {
                    (*min, *max) = (None, None);
                }
                if open > 1
                    && let Some(Wanted::Lines { max }) = &mut wanted
                {
                    *max = None;
                }
                let lengths = values
                    .iter()
                    .filter_map(|value| u32::try_from(value.scalar()?.chars().count()).ok());
                for length in lengths {
                    if let Some(Wanted::Line { min: Some(min), .. }) = &mut wanted {
                        *min = (*min).min(length);
                    }
                    if let Some(Wanted::Line { max: Some(max), .. } | Wanted::Lines { max: Some(max) }) = &mut wanted {
                        *max = (*max).max(length);
                    }
                }
                return Ok(wanted);
            }
            if let Some(first) = plain.first() {
                let message = "of several sorts of values the first is asked for: the others cannot be given";
                self.draft.report.lost(place, "alternatives", message);
                return self.scalar(id, label, first, ui);
            }
        }
        let message = "of several sorts of values none can be asked for: a text is, and nothing of them is checked";
        self.draft.report.lost(place, "alternatives", message);
        Ok(Some(Wanted::Line {
            min: None,
            max: None,
            pattern: None,
        }))
    }

    /// The options of an enumeration, in each way of writing it, with what the first of these layouts calls them. None
    /// where it is none.
    pub(super) fn enumeration(
        &mut self,
        schema: &Schema<'a>,
        layouts: &[&At<'a>],
    ) -> Result<Option<Vec<Choice>>, ImportFinding> {
        let listed = schema.get("enum");
        let lists = lists_of_values(schema);
        let is_taken = |value: &String| lists.iter().all(|list| list.contains(value));
        let is_empty = lists.len() > 1 && !lists.iter().flatten().any(is_taken);
        if is_empty {
            let message = "no value is in all of its lists of options: the first list is offered";
            self.draft.report.lost(&schema.path(), "no_option", message);
        }
        let is_offered = |value: &String| is_empty || is_taken(value);
        if listed.is_list() {
            let items = listed.items();
            self.draft.count_options(items.len(), &listed.path)?;
            let of_schema = ["enumNames", "x-enumNames", "x-enum-varnames"].map(|name| schema.get(name));
            let of_layouts = layouts.iter().map(|ui| ui_option(ui, "enumNames"));
            let names = of_layouts.chain(of_schema).find(|at| at.is_list() || at.is_map());
            let numbered = names.as_ref().map(At::items).unwrap_or_default();
            let named = |at: usize, value: &str| match &names {
                Some(names) if names.is_map() => Some(names.get(value)),
                _ => numbered.get(at).cloned(),
            };
            let titled = titled_values(schema);
            let mut options = Vec::with_capacity(items.len());
            for (at, item) in items.iter().enumerate() {
                let Some(value) = item.scalar().filter(|value| !value.trim().is_empty()) else {
                    match item.value {
                        Json::Null => self.tell_of_null(&item.path, named(at, "null").as_slice()),
                        Json::Text(_) => self.tell_of_empty(item),
                        _ => {
                            let message = "an option is a text or a number here";
                            self.draft.report.lost(&item.path, "no_option", message);
                        }
                    }
                    continue;
                };
                if !is_offered(&value) {
                    continue;
                }
                let label = named(at, &value).and_then(|name| self.draft.texts.label(&name));
                let beside = titled.get(&value);
                let label = label
                    .or_else(|| self.draft.texts.label(&beside?.get("title")))
                    .or_else(|| self.draft.texts.label(item))
                    .unwrap_or_else(|| self.draft.texts.made(&value));
                let mut option = draft::choice(value, label);
                option.help = beside.and_then(|beside| self.draft.texts.label(&beside.get("description")));
                options.push(option);
            }
            for disabled in layouts.iter().map(|ui| ui_option(ui, "enumDisabled")) {
                if disabled.is_list() {
                    let message = "options that can be seen and not chosen can be chosen here";
                    self.draft.report.lost(&disabled.path, "disabled", message);
                }
            }
            return Ok(Some(options));
        }
        for keyword in ["oneOf", "anyOf"] {
            let Some(branches) = schema.every(keyword).into_iter().next() else {
                continue;
            };
            // Null is no answer to choose: who would give it leaves the question open.
            let numbered = branches.at.items().into_iter().enumerate();
            let (nulls, items): (Vec<_>, Vec<_>) = numbered.partition(|(_, at)| is_null(at));
            let values: Vec<Vec<At<'a>>> = items.iter().map(|(_, at)| values_of(at)).collect();
            let are_scalars = |own: &Vec<At<'a>>| !own.is_empty() && own.iter().all(|at| at.scalar().is_some());
            if items.is_empty() || !values.iter().all(are_scalars) {
                continue;
            }
            let count: usize = values.iter().map(Vec::len).sum();
            self.draft.count_options(count, &branches.at.path)?;
            let mut options = Vec::with_capacity(count);
            let mut of_layouts = layouts.iter().map(|ui| ui.get(keyword).items());
            let layout = of_layouts.find(|items| !items.is_empty()).unwrap_or_default();
            for (at, null) in &nulls {
                let of_layout = layout.get(*at).map(|own| ui_option(own, "title"));
                let words: Vec<At<'a>> = of_layout.into_iter().chain([null.get("title")]).collect();
                self.tell_of_null(&null.path, &words);
            }
            for ((at, item), own) in items.iter().zip(values) {
                let title = item.get("title");
                if own.len() > 1 && title.word().is_some() {
                    let message = "what several options together are called is not shown";
                    self.draft.report.lost(&title.path, "alternatives", message);
                }
                let (names, is_alone) = (item.get("enumNames").items(), own.len() == 1);
                for (number, value) in own.iter().enumerate() {
                    if value.text().is_some_and(|text| text.trim().is_empty()) {
                        self.tell_of_empty(value);
                    }
                    let Some(value) = value.scalar().filter(is_offered) else {
                        continue;
                    };
                    let of_layout = layout.get(*at).map(|own| ui_option(own, "title"));
                    let of_one = of_layout.into_iter().chain([title.clone()]).filter(|_| is_alone);
                    let mut places: Vec<At<'a>> = of_one.chain(names.get(number).cloned()).collect();
                    let is_titled = places.iter().any(At::is_there);
                    let description = item.get("description");
                    places.extend(Some(description.clone()).filter(|_| is_alone));
                    let label = self.draft.texts.first(&places, &value);
                    let mut option = draft::choice(value, label);
                    if is_titled {
                        option.help = self.draft.texts.label(&description);
                    }
                    options.push(option);
                }
            }
            return Ok(Some(options));
        }
        Ok(None)
    }

    /// Tells of words that stand for null, which no option does here.
    pub(super) fn tell_of_null(&mut self, path: &str, words: &[At<'_>]) {
        if words.iter().any(|at| at.word().is_some()) {
            let message = "an option that stands for null is not offered: who would choose it leaves the question open";
            self.draft.report.differs(path, "no_option", message);
        }
    }

    /// Tells of an option that is an empty text, which is no answer here.
    fn tell_of_empty(&mut self, at: &At<'_>) {
        let message = "an option that is an empty text is not offered";
        self.draft.report.lost(&at.path, "no_option", message);
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
                    if step < SMALLEST_STEP || step >= 1e15 || covered(step) {
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

/// The values of which a schema leaves no other, but for null; none where it leaves others.
fn values_of<'a>(at: &At<'a>) -> Vec<At<'a>> {
    if at.has("const") {
        return vec![at.get("const")];
    }
    let mut listed = at.get("enum").items();
    listed.retain(At::is_there);
    listed
}

/// The alternatives that are one value each, by that: what stands beside an `enum` may say more of its values.
fn titled_values<'a>(schema: &Schema<'a>) -> BTreeMap<String, At<'a>> {
    let mut titled = BTreeMap::new();
    for part in ["oneOf", "anyOf"].iter().flat_map(|keyword| schema.every(keyword)) {
        for at in part.at.items() {
            if let [value] = values_of(&at).as_slice()
                && let Some(value) = value.scalar()
            {
                titled.entry(value).or_insert(at);
            }
        }
    }
    titled
}

/// Whether any text is taken, but for its length.
fn is_free_text(schema: &Schema<'_>) -> bool {
    let narrows = [
        "enum",
        "const",
        "not",
        "format",
        "pattern",
        "contentEncoding",
        "contentMediaType",
    ];
    schema.types().0 == ["string"] && !narrows.iter().any(|name| schema.has(name))
}

/// The lists of values of which an answer has to be in each.
fn lists_of_values(schema: &Schema<'_>) -> Vec<BTreeSet<String>> {
    let mut lists = Vec::new();
    for part in schema.every("enum") {
        if part.at.is_list() {
            lists.push(part.at.items().iter().filter_map(At::scalar).collect());
        }
    }
    for part in ["oneOf", "anyOf"].iter().flat_map(|keyword| schema.every(keyword)) {
        let items = part.at.items();
        let values: Vec<_> = items.iter().filter(|at| !is_null(at)).map(values_of).collect();
        if !values.is_empty() && !values.iter().any(Vec::is_empty) {
            lists.push(values.iter().flatten().filter_map(At::scalar).collect());
        }
    }
    lists
}

/// Whether a truth value has to be false.
fn only_false(schema: &Schema<'_>) -> bool {
    let no = |at: &At<'_>| constant(at) == Some(false);
    let mut listed = schema.get("enum").items();
    // Null is no answer.
    listed.retain(At::is_there);
    no(&schema.get("const")) || !listed.is_empty() && listed.iter().all(no)
}
