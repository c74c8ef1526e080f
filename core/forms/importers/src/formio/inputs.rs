//! Inputs: what is asked, and what of it cannot be carried.

use std::collections::BTreeSet;

use onehall_forms::{Choice, ComputedFormat, DateBound, Kind, Question};
use onehall_protocol::{Date, Text};
use serde_json::json;

use super::components::{Instead, Sheet, Tree, canonical, own_name};
use crate::draft::{self, Draft};
use crate::files::FileRules;
use crate::finding::{ImportFinding, Report};
use crate::json::{At, Json};
use crate::kinds::{self, Wanted};
use crate::{pattern, rules};

/// The input mask, as a mask of ours: `9` is a digit in both, `*` a digit or a letter; `A` is a letter in both, and so is
/// `a`, which the source takes for a small one. None where there is none, and where it asks for nothing.
pub(super) fn mask(at: &At<'_>) -> Option<String> {
    let given = at.get("inputMask").word()?;
    let mut mask = String::new();
    let mut asks = false;
    for sign in given.chars() {
        match sign {
            '9' | '*' | 'A' => mask.push(sign),
            'a' => mask.push('A'),
            '\\' => mask.extend(['\\', sign]),
            literal => mask.push(literal),
        }
        asks |= matches!(sign, '9' | '*' | 'A' | 'a');
    }
    (asks && given.chars().count() <= 100 && !at.get("allowMultipleMasks").is_true()).then_some(mask)
}

/// Whether an answer has to be given: also by a number, since the source asks no more than that something is there.
pub(super) fn is_needed(at: &At<'_>) -> bool {
    let required = at.get("validate").get("required");
    required.is_true() || (required.text().is_none() && required.number().is_some_and(|number| number != 0.0))
}

/// Under which names an option's value and label stand.
#[derive(Clone, Copy)]
pub(super) struct OptionNames<'n> {
    pub(super) value: &'n str,
    pub(super) label: &'n str,
    /// How an item is shown, where that is more than its label.
    pub(super) template: &'n str,
}

impl OptionNames<'static> {
    pub(super) const PLAIN: OptionNames<'static> = OptionNames {
        value: "value",
        label: "label",
        template: "",
    };
}

/// The name, or path of names, that a template shows of an item: `<span>{{ item.name }}</span>`.
fn shown_in(template: &str) -> &str {
    let behind = template.split_once("item.").map_or("", |(_, behind)| behind);
    let end = behind.find(|sign: char| !sign.is_ascii_alphanumeric() && !matches!(sign, '_' | '.'));
    let name = behind[..end.unwrap_or(behind.len())].trim_end_matches('.');
    if name.is_empty() { "label" } else { name }
}

/// Any number of options within the bounds, which are told where nobody can keep to them.
fn choices(options: Vec<Choice>, validate: &At<'_>, draft: &mut Draft) -> Wanted {
    let least = validate.get("minSelectedCount");
    let (min, max) = (least.count(), validate.get("maxSelectedCount").count());
    let offered: BTreeSet<&str> = options.iter().map(|option| option.value.as_str()).collect();
    let most = max
        .filter(|max| *max > 0)
        .map_or(offered.len(), |max| offered.len().min(max as usize));
    if !options.is_empty() && min.is_some_and(|min| min as usize > most) {
        let message = "more choices are needed than can be made: the smaller number is not carried";
        draft.report.lost(&least.path, "no_choice_fits", message);
    }
    Wanted::Choices { options, min, max }
}

/// What is said at these places, each once and on a line of its own.
pub(super) fn explained(places: &[At<'_>], draft: &mut Draft) -> Option<Text> {
    let mut said: Vec<Text> = Vec::new();
    for place in places {
        if let Some(text) = draft.texts.content(place)
            && !said.contains(&text)
        {
            said.push(text);
        }
    }
    said.into_iter()
        .reduce(|a, b| Text::new(format!("{}\n{}", a.zh_cn, b.zh_cn), format!("{}\n{}", a.en, b.en)))
}

/// The text of an item by a template that shows several of its values: `{{ item.name }} - {{ item.price }}`. None where it
/// shows one alone, or does more than to show them.
fn shown_by(item: &At<'_>, template: &str) -> Option<Json> {
    let (mut text, mut rest) = (String::new(), template);
    let (mut names, mut found) = (0, false);
    while let Some((before, behind)) = rest.split_once("{{") {
        let (name, after) = behind.split_once("}}")?;
        let name = name.trim().strip_prefix("item.")?;
        let is_path = |sign: char| sign.is_ascii_alphanumeric() || matches!(sign, '_' | '.');
        if !name.chars().all(is_path) {
            return None;
        }
        let value = item.follow(name).scalar();
        found |= value.is_some();
        text.push_str(before);
        text.push_str(&value.unwrap_or_default());
        (names, rest) = (names + 1, after);
    }
    text.push_str(rest);
    (names > 1 && found).then_some(Json::Text(text))
}

/// The parts of a day that the source demands, and those that it asks for.
fn parts_of_a_day(at: &At<'_>) -> (usize, usize) {
    let fields = at.get("fields");
    let parts = ["day", "month", "year"].map(|name| fields.get(name));
    let asked = parts.iter().filter(|part| !part.get("hide").is_true());
    let demanded = asked.clone().filter(|part| part.get("required").is_true()).count();
    (demanded, asked.count())
}

/// The options of a list, or of an object that has them under names.
fn listed_items<'a>(listed: &At<'a>) -> Vec<At<'a>> {
    let named = listed.fields().into_iter().map(|(_, item)| item);
    if listed.is_map() {
        named.collect()
    } else {
        listed.items()
    }
}

impl<'a> Tree<'a> {
    pub(super) fn help(&self, at: &At<'a>, draft: &mut Draft) -> Option<Text> {
        let is_signature = at.get("type").word().is_some_and(|kind| canonical(kind) == "signature");
        let footer = at.get("footer");
        // What the builder puts under a signature by itself says nothing.
        let signed = is_signature && footer.word().is_some_and(|text| text != "Sign above");
        let places = [at.get("description"), at.get("tooltip"), footer];
        explained(&places[..if signed { 3 } else { 2 }], draft)
    }

    pub(super) fn question(
        &mut self,
        at: &At<'a>,
        kind: &str,
        sheet: &mut Sheet<'_>,
        draft: &mut Draft,
    ) -> Result<Question, ImportFinding> {
        let key = at.get("key").word().unwrap_or_default();
        let mut label = draft
            .texts
            .first(&[at.get("label"), at.get("title"), at.get("placeholder")], key);
        let id = sheet
            .names
            .take(if key.is_empty() { &label.en } else { key }, "question");
        let (demanded, parts) = if kind == "day" { parts_of_a_day(at) } else { (0, 0) };
        let needed = is_needed(at) || at.get("required").is_true() || demanded > 0;
        if !is_needed(at) && (1..parts).contains(&demanded) {
            let message = "some parts of the day are needed and others are not: the whole day is needed here";
            draft.report.differs(&at.get("fields").path, "whole_day", message);
        }
        let groups = sheet.groups.clone();
        let calculates = at.get("calculateValue").is_map();
        let made = if calculates && !at.get("allowCalculateOverride").is_true() {
            // Where the value cannot be computed it is asked for.
            let before = std::mem::take(&mut draft.report);
            let wanted = self.wanted(at, kind, &id, &label, needed, draft);
            let asked = wanted.map(|wanted| kinds::kind(wanted, &at.path, &mut draft.report));
            let mut report = std::mem::replace(&mut draft.report, before);
            let mut question = draft.question(id.clone(), &groups, label.clone(), asked?, &at.path)?;
            question.help = self.help(at, draft).or(question.help);
            question.required = needed && !matches!(question.kind, Kind::Note { .. });
            self.bounds(at, &mut question, sheet, &mut report);
            let format = match &question.kind {
                Kind::Date { .. } => ComputedFormat::Date,
                _ => ComputedFormat::Plain,
            };
            if let Kind::Number { unit: Some(unit), .. } = &question.kind {
                // A computed value has no unit: its label says it.
                label = Text::new(
                    format!("{}（{}）", label.zh_cn, unit.zh_cn),
                    format!("{} ({})", label.en, unit.en),
                );
            }
            self.computes(at, Some(Instead { question, report }), sheet);
            let value = json!("");
            Kind::Computed { value, format }
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
        question.help = self.help(at, draft).or(question.help);
        question.required = needed && !never_answered;
        self.bounds(at, &mut question, sheet, &mut draft.report);
        self.lost(at, kind, draft);
        Ok(question)
    }

    /// Bounds that our kinds do not have themselves.
    fn bounds(&self, at: &At<'a>, question: &mut Question, sheet: &Sheet<'_>, report: &mut Report) {
        let validate = at.get("validate");
        let reference = own_name(&question.id, &sheet.groups);
        if matches!(question.kind, Kind::Computed { .. }) {
            for (name, sign, zh, en) in [("min", ">=", "不小于", "At least"), ("max", "<=", "不大于", "At most")]
            {
                if let Some(bound) = validate.get(name).number().filter(|bound| bound.abs() < 1e15) {
                    let bound = rules::number(bound);
                    let message = Text::new(format!("须{zh} {bound}。"), format!("{en} {bound}."));
                    let rule = json!({sign: [rules::var(&reference), bound]});
                    question.valid_when.push(draft::check(rule, message));
                }
            }
        }
        let length = json!({"length": rules::var(&reference)});
        let is_email = matches!(question.kind, Kind::Email {});
        let [min, max] = ["minLength", "maxLength"].map(|name| validate.get(name).count().filter(|count| *count > 0));
        let has_length = is_email || matches!(question.kind, Kind::LongText { .. });
        let fits = min.zip(max).is_none_or(|(min, max)| min <= max);
        if has_length && !fits {
            let message = "more characters are needed than allowed: the smaller number is not carried";
            report.lost(&at.path, "no_text_fits", message);
        }
        if let Some(min) = min.filter(|_| has_length && fits) {
            let message = Text::new(format!("至少 {min} 个字。"), format!("At least {min} characters."));
            question
                .valid_when
                .push(draft::check(json!({">=": [length, min]}), message));
        }
        if let Some(max) = max.filter(|_| is_email) {
            let message = Text::new(format!("最多 {max} 个字。"), format!("At most {max} characters."));
            question
                .valid_when
                .push(draft::check(json!({"<=": [length, max]}), message));
        }
        let step = validate.get("step").number().filter(|step| *step > 0.0 && *step < 1e15);
        if let (Kind::Number { decimals, min, .. }, Some(step)) = (&question.kind, step)
            && (step - 10_f64.powi(-i32::from(*decimals))).abs() > 1e-12
        {
            let step = rules::number(step);
            let mut answer = rules::var(&reference);
            let mut message = Text::new(
                format!("须为 {step} 的倍数。"),
                format!("Must be a multiple of {step}."),
            );
            // Steps are counted from the smallest number, as a browser does.
            if let Some(min) = min.filter(|min| *min != 0.0).map(rules::number) {
                answer = json!({"-": [answer, min]});
                message = Text::new(
                    format!("须从 {min} 起，每次增加 {step}。"),
                    format!("Must be {min} or more, in steps of {step}."),
                );
            }
            let rule = json!({"==": [{"%": [answer, step]}, 0]});
            question.valid_when.push(draft::check(rule, message));
        }
    }

    /// Options, whose values and labels stand under names of their own where a select reads them from data.
    pub(super) fn options(
        &self,
        listed: &At<'_>,
        names: OptionNames<'_>,
        draft: &mut Draft,
    ) -> Result<Vec<Choice>, ImportFinding> {
        let (items, path) = (&listed_items(listed), listed.path.as_str());
        draft.count_options(items.len(), path)?;
        let mut options = Vec::with_capacity(items.len());
        for item in items {
            let value = item
                .follow(names.value)
                .scalar()
                .or_else(|| item.any(&["value", "id", "code"]).scalar())
                .or_else(|| item.scalar());
            let value = value.filter(|value| !value.trim().is_empty());
            let text = shown_by(item, names.template);
            let shown = match &text {
                Some(value) => At {
                    value,
                    path: item.path.clone(),
                },
                None => item.follow(names.label),
            };
            let label = draft.texts.label(&match item.is_map() {
                true if shown.is_there() => shown,
                true => item.any(&["label", "name", "text", "title"]),
                false => item.clone(),
            });
            if label.is_none() && value.is_some() && item.is_map() {
                let message =
                    "what the source shows of its options is not in the file: they are called by their values";
                draft.report.differs(path, "option_label", message);
            }
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
        // A builder keeps a list that was typed in as the text that it is.
        let written = data.get("json").written();
        let remote = at.get("type").word() == Some("resource");
        let source = if remote {
            "resource"
        } else {
            at.get("dataSrc").word().unwrap_or("values")
        };
        let listed = match source {
            "json" => {
                let whole = At {
                    value: written.as_ref().unwrap_or(data.get("json").value),
                    path: data.get("json").path,
                };
                match at.get("selectValues").word() {
                    Some(path) if whole.is_map() => whole.follow(path),
                    _ => whole,
                }
            }
            "values" => {
                if data.get("values").is_list() || data.get("values").is_map() {
                    data.get("values")
                } else {
                    at.get("values")
                }
            }
            other => {
                let message = format!("its options come from elsewhere ({other}), which is not in the file");
                draft.report.lost(&at.path, "remote_options", message);
                return Ok(Vec::new());
            }
        };
        let template = at.get("template").text().unwrap_or_default();
        let names = OptionNames {
            value: at.get("valueProperty").word().unwrap_or("value"),
            label: shown_in(template),
            template,
        };
        self.options(&listed, names, draft)
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
            "textfield" | "text" | "string" => {
                if at.get("type").word().is_none() {
                    let message = "it does not say what it is: it is asked for as a text";
                    draft.report.differs(&at.path, "kind_as_text", message);
                }
                let pattern = self.pattern(at, draft);
                match mask(at) {
                    Some(mask) => Wanted::Masked { mask, pattern },
                    None => line(None, pattern),
                }
            }
            "password" => {
                draft.report.differs(
                    &at.path,
                    "secret_as_text",
                    "a secret is asked for as a text that can be read",
                );
                line(None, self.pattern(at, draft))
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
                let unit = self.unit(at, kind, draft);
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
            "checkbox" if needed => {
                let places = [at.get("label"), at.get("title"), at.get("placeholder")];
                Wanted::Agreement(draft.texts.statement(&places, label))
            }
            "checkbox" | "boolean" => Wanted::YesNo,
            "selectboxes" => choices(
                self.options(&at.get("values"), OptionNames::PLAIN, draft)?,
                &validate,
                draft,
            ),
            "radio" => Wanted::Choice(self.options(&at.get("values"), OptionNames::PLAIN, draft)?),
            "select" | "resource" => {
                let options = self.select(at, draft)?;
                if at.get("multiple").is_true() {
                    choices(options, &validate, draft)
                } else {
                    Wanted::Choice(options)
                }
            }
            "email" => Wanted::Email,
            "phonenumber" | "phone" => Wanted::Phone,
            "url" => Wanted::Website,
            "datetime" | "date" | "calendar" => self.date(at, kind, draft),
            "day" => self.day(at, draft),
            "time" => Wanted::Time {
                min: None,
                max: None,
                seconds: at.get("format").text().is_some_and(|format| format.contains('s')),
            },
            "address" | "location" => Wanted::Address,
            "file" => Wanted::Files {
                name: id.to_owned(),
                most: (!at.get("multiple").is_true()).then_some(1),
                rules: FileRules::default()
                    .taking(&at.get("filePattern"), &mut draft.report)
                    .at_most(&at.get("fileMaxSize"), &mut draft.report),
            },
            "signature" => Wanted::Signature,
            "tags" => line(None, None),
            other => Wanted::Foreign(other.to_owned()),
        })
    }

    /// What stands before and behind a number, as its unit.
    fn unit(&self, at: &At<'a>, kind: &str, draft: &mut Draft) -> Option<Text> {
        let [before, behind] = ["prefix", "suffix"].map(|name| at.get(name));
        let (first, last) = (draft.texts.label(&before), draft.texts.label(&behind));
        let currency = draft.texts.label(&at.get("currency"));
        let currency = currency.or_else(|| (kind == "currency").then(|| Text::new("USD", "USD")));
        let (Some(first), Some(last)) = (first.clone().or(currency.clone()), last.clone()) else {
            return last.or(first).or(currency);
        };
        let message = "what stands before the number and what stands behind it both stand behind it here";
        draft.report.differs(&behind.path, "affix", message);
        Some(Text::new(
            format!("{} {}", first.zh_cn, last.zh_cn),
            format!("{} {}", first.en, last.en),
        ))
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

    fn date(&self, at: &At<'a>, kind: &str, draft: &mut Draft) -> Wanted {
        let (date, time) = (at.get("enableDate").flag(), at.get("enableTime").flag());
        let format = at.get("format").text().unwrap_or_default().to_owned();
        if date == Some(false) {
            return Wanted::Time {
                min: None,
                max: None,
                seconds: format.contains('s'),
            };
        }
        // The builder's own default is with a time; a format without one says otherwise.
        if kind == "datetime" && time != Some(false) && (format.is_empty() || format.contains(['h', 'H'])) {
            for place in [at.get("datePicker"), at.clone(), at.get("widget")] {
                for given in ["minDate", "maxDate"].map(|name| place.get(name)) {
                    if given.word().is_some() {
                        let message = "a day with a time is a text here: its bound is not checked";
                        draft.report.lost(&given.path, "odd_bound", message);
                    }
                }
            }
            return Wanted::DateTime;
        }
        let mut bound = |names: [At<'_>; 3]| {
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
            min: bound([
                picker.get("minDate"),
                at.get("minDate"),
                at.get("widget").get("minDate"),
            ]),
            max: bound([
                picker.get("maxDate"),
                at.get("maxDate"),
                at.get("widget").get("maxDate"),
            ]),
        }
    }

    fn day(&self, at: &At<'a>, draft: &mut Draft) -> Wanted {
        let fields = at.get("fields");
        let years = ["minYear", "maxYear"].map(|name| {
            let own = fields.get("year").get(name);
            if own.number().is_some() { own } else { at.get(name) }
        });
        if fields.get("day").get("hide").is_true() && !fields.get("month").get("hide").is_true() {
            for given in years.iter().chain(&["minDate", "maxDate"].map(|name| at.get(name))) {
                if given.number().is_some() || given.word().is_some() {
                    let message = "a month is a text here: its bound is not checked";
                    draft.report.lost(&given.path, "odd_bound", message);
                }
            }
            return Wanted::MonthYear;
        }
        let mut year = |given: &At<'_>, day: &str| {
            let year = given.number()?;
            let made = format!("{year:04}-{day}").parse::<Date>().ok();
            if made.is_none() {
                draft.report.lost(&given.path, "odd_bound", "this bound is no year");
            }
            made
        };
        let [first, last] = [year(&years[0], "01-01"), year(&years[1], "12-31")];
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
            day
        };
        let (min, max) = (bound("minDate"), bound("maxDate"));
        Wanted::Date {
            min: min.into_iter().chain(first).max().map(DateBound::Day),
            max: max.into_iter().chain(last).min().map(DateBound::Day),
        }
    }
}
