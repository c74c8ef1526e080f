//! What a component says besides, and is not carried.

use onehall_forms::Kind;

use super::components::Tree;
use super::inputs::mask;
use crate::draft::Draft;
use crate::json::{At, Json};

const CONDITION: &str = "a condition that is JavaScript is not carried: what hangs on it is shown to everybody";
const LOGIC: &str = "events and actions of the source's renderer are not carried";
const DISABLED: &str = "nothing here can be seen and not answered";
const HIDDEN: &str = "the source shows it only by its own code; here everybody sees it";

/// Tells of texts that the source fills in from answers.
fn told_of_templates(at: &At<'_>, names: &[&str], draft: &mut Draft) {
    for given in names.iter().map(|name| at.get(name)) {
        if given.text().is_some_and(|text| text.contains("{{")) {
            let message = "the source fills parts of this text in from answers; they are carried as they are written";
            draft.report.differs(&given.path, "template", message);
        }
    }
}

/// Whether a message is that of a check by `json`, which says it, and of nothing else that may be wrong.
fn is_of_its_check_alone(validate: &At<'_>) -> bool {
    let check = validate.get("json");
    let others = [
        "required",
        "pattern",
        "minLength",
        "maxLength",
        "min",
        "max",
        "integer",
        "minWords",
        "maxWords",
        "minSelectedCount",
        "maxSelectedCount",
        "custom",
        "unique",
    ];
    // A step is `any` where there is none.
    let steps = validate.get("step").number().is_some();
    let is_checked = check.is_map() || check.written().is_some();
    is_checked && !steps && !others.iter().any(|name| answers(validate.get(name).value))
}

/// Whether it is an answer, or holds one.
fn answers(value: &Json) -> bool {
    match value {
        Json::Null => false,
        Json::Bool(flag) => *flag,
        Json::Number(_) => true,
        Json::Text(text) => !text.trim().is_empty(),
        Json::List(items) => items.iter().any(answers),
        Json::Map(fields) => fields.iter().any(|(_, value)| answers(value)),
    }
}

impl<'a> Tree<'a> {
    /// Tells what is said of a part that only lays others out, or is only read.
    pub(super) fn lost_of_layout(&self, at: &At<'a>, draft: &mut Draft) {
        told_of_templates(at, &["title", "legend", "tooltip", "caption"], draft);
        let mut lost = |place: At<'_>, code: &'static str, message: &str| {
            draft.report.lost(&place.path, code, message);
        };
        let validate = at.get("validate");
        for place in [validate.get("custom"), at.get("calculateValue")] {
            if place.word().is_some() {
                lost(
                    place,
                    "javascript",
                    "what JavaScript does with this part is not carried",
                );
            }
        }
        if at.get("customConditional").word().is_some() {
            lost(at.get("customConditional"), "javascript", CONDITION);
        }
        if validate.get("json").is_map() || validate.get("json").word().is_some() {
            lost(
                validate.get("json"),
                "rule_not_carried",
                "a part has no answer of its own to check",
            );
        }
        if at.get("calculateValue").is_map() {
            lost(
                at.get("calculateValue"),
                "rule_not_carried",
                "a part has no value of its own to compute",
            );
        }
        if !at.get("logic").items().is_empty() {
            lost(at.get("logic"), "logic", LOGIC);
        }
        if at.get("disabled").is_true() {
            lost(at.get("disabled"), "disabled", DISABLED);
        }
        if at.get("hidden").is_true() && !super::conditions::has_any(at) {
            lost(at.get("hidden"), "hidden_component", HIDDEN);
        }
        let header = at.get("header");
        if header.items().iter().any(|column| column.word().is_some()) {
            let message = "what stands over the columns of a table is not shown: its questions stand below each other";
            lost(header, "table_header", message);
        }
    }

    /// Tells what is said of a value that is computed, and not checked here.
    pub(super) fn lost_of_computed(&self, at: &At<'a>, asked: &Kind, draft: &mut Draft) {
        match asked {
            Kind::Number { unit: Some(_), .. } => {
                let names = ["suffix", "prefix", "currency"].map(|name| at.get(name));
                let given = names.iter().find(|given| given.word().is_some()).unwrap_or(at);
                let message = "what stands before or behind a computed number stands behind its label here";
                draft.report.differs(&given.path, "affix", message);
            }
            Kind::Choice { .. } | Kind::Choices { .. } => {
                let message = "a computed value is shown as it is, and not by what the option is called";
                draft.report.lost(&at.path, "option_label", message);
            }
            _ => {}
        }
        let validate = at.get("validate");
        if validate.get("required").is_true() {
            let message = "a value that is computed is there by itself: nobody has to give it";
            draft
                .report
                .differs(&validate.get("required").path, "computed_value", message);
        }
        for name in ["pattern", "minLength", "maxLength"] {
            let given = validate.get(name);
            if given.word().is_some() || given.count().is_some_and(|count| count > 0) {
                let message = "a value that is computed has no shape to check here";
                draft.report.lost(&given.path, "computed_value", message);
            }
        }
    }

    /// Tells what is said of rows, and not checked here.
    pub(super) fn lost_of_rows(&self, at: &At<'a>, draft: &mut Draft) {
        let row = at.get("validate").get("row");
        if row.is_there() && row.text().is_none_or(|text| !text.trim().is_empty()) {
            let message = "a check of each row that is JavaScript is not carried";
            draft.report.lost(&row.path, "javascript", message);
        }
        for name in ["disableAddingRemovingRows", "disableAddRemoveRows"] {
            if at.get(name).is_true() {
                let message = "rows can be added and taken away here";
                draft.report.lost(&at.get(name).path, "rows_fixed", message);
            }
        }
        let groups = at.get("rowGroups");
        if at.get("enableRowGroups").is_true() && !groups.items().is_empty() {
            let message = "rows that stand in groups of their own stand in one list here";
            draft.report.lost(&groups.path, "row_groups", message);
        }
    }

    /// Tells it.
    pub(super) fn lost(&self, at: &At<'a>, kind: &str, draft: &mut Draft) {
        told_of_templates(at, &["label", "description", "tooltip"], draft);
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
            lost(at.get("customConditional"), "javascript", CONDITION);
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
            lost(at.get("logic"), "logic", LOGIC);
        }
        let own = validate.get("customMessage");
        let own = (!is_of_its_check_alone(&validate)).then_some(own);
        for message in own.into_iter().chain([
            validate.get("patternMessage"),
            at.get("minSelectedCountMessage"),
            at.get("maxSelectedCountMessage"),
        ]) {
            if message.word().is_some() {
                lost(message, "own_message", "the engine says what is wrong in its own words");
            }
        }
        let placeholder = at.get("placeholder");
        if placeholder.word().is_some() && (at.get("label").word().is_some() || at.get("title").word().is_some()) {
            let message = "what stands in a field before it is filled in is not shown";
            lost(placeholder, "placeholder", message);
        }
        let sorts = at.get("fileTypes");
        if sorts.items().iter().any(|sort| sort.get("label").word().is_some()) {
            lost(sorts, "file_rule", "which sort of file each one is, is not asked");
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
        let carried = matches!(kind, "textfield" | "text" | "string") && mask(at).is_some();
        if at.get("inputMask").word().is_some() && !carried {
            lost(
                at.get("inputMask"),
                "mask",
                "an answer is not put into a shape while it is typed",
            );
        }
        if at.get("allowMultipleMasks").is_true() && !at.get("inputMasks").items().is_empty() {
            lost(
                at.get("inputMasks"),
                "mask",
                "of several masks none is taken: an answer is not put into a shape",
            );
        }
        if carried && at.get("inputMask").word().is_some_and(|mask| mask.contains('a')) {
            lost(
                at.get("inputMask"),
                "letter_case",
                "where the mask asks for a small letter, a capital one is taken too",
            );
        }
        let own_words = |given: &At<'_>| given.fields().iter().any(|(_, words)| words.word().is_some());
        if own_words(&at.get("errors")) {
            lost(
                at.get("errors"),
                "own_message",
                "the engine says what is wrong in its own words",
            );
        }
        for place in [validate.get("unique"), at.get("unique")] {
            if place.is_true() {
                lost(
                    place,
                    "unique",
                    "whether somebody else gave this answer already is not checked",
                );
            }
        }
        let is_line = matches!(kind, "textfield" | "text" | "string" | "password");
        if is_line && at.get("widget").get("type").word() == Some("calendar") {
            lost(
                at.get("widget"),
                "kind_as_text",
                "the source fills this text in from a calendar: here it is written by hand",
            );
        }
        if validate.get("pattern").word().is_some() && !is_line && kind != "textarea" {
            lost(
                validate.get("pattern"),
                "pattern_not_carried",
                "what is asked for has a shape of its own: no pattern is checked beside it",
            );
        }
        let is_text = is_line || matches!(kind, "textarea" | "email" | "datagrid");
        for name in ["minLength", "maxLength"] {
            if validate.get(name).count().is_some_and(|count| count > 0) && !is_text {
                lost(
                    validate.get(name),
                    "length_not_checked",
                    "what is asked for has a shape of its own: its length is not checked",
                );
            }
        }
        for name in ["prefix", "suffix"] {
            if at.get(name).word().is_some() && !matches!(kind, "number" | "currency") {
                lost(
                    at.get(name),
                    "affix",
                    "what stands before or behind an answer is not shown there",
                );
            }
        }
        let case = at.get("case");
        if case.word().is_some_and(|case| case != "mixed") {
            lost(case, "letter_case", "an answer keeps the letters as they are typed");
        }
        let pattern = at.get("filePattern").word().unwrap_or("*");
        let is_any = |one: &str| matches!(one.trim(), "*" | "*/*" | "*.*");
        if kind == "file" && pattern.split([',', ';']).any(is_any) {
            let message =
                "the source takes files of any type, such as documents and tables; the hall takes a PDF or a picture";
            lost(at.clone(), "file_rule", message);
        }
        let smallest = at.get("fileMinSize");
        if kind == "file" && smallest.word().is_some_and(|size| size != "0KB") {
            lost(smallest, "file_rule", "how small a file may be is not checked");
        }
        if kind == "file" && at.get("multiple").is_true() {
            lost(
                at.get("multiple"),
                "file_rule",
                "the source takes any number of files, and here it is five at most",
            );
        }
        let picker = at.get("datePicker");
        for name in ["disableWeekends", "disableWeekdays"] {
            if picker.get(name).is_true() {
                lost(picker.get(name), "days_left_out", "single days cannot be left out here");
            }
        }
        for (place, message) in [
            (picker.get("disable"), "single days cannot be left out here"),
            (
                picker.get("disableFunction"),
                "which days can be chosen is JavaScript: it is not carried",
            ),
        ] {
            if place.word().is_some() {
                lost(place, "days_left_out", message);
            }
        }
        if at.get("conditionalAddButton").word().is_some() {
            lost(
                at.get("conditionalAddButton"),
                "javascript",
                "when a row may be added is JavaScript: it may be whenever there is room",
            );
        }
        if kind == "tags" && at.get("maxTags").count().is_some_and(|most| most > 0) {
            lost(
                at.get("maxTags"),
                "length_not_checked",
                "tags are one text here, and are not counted",
            );
        }
        for part in ["day", "month", "year"] {
            let hides = at.get("fields").get(part).get("hide");
            if kind == "day" && hides.is_true() && part != "day" {
                lost(hides, "whole_day", "a whole day is asked for, with its month and year");
            }
        }
        if at.get("disabled").is_true() && kind != "hidden" {
            lost(at.get("disabled"), "disabled", DISABLED);
        }
        if at.get("hidden").is_true() && kind != "hidden" && !super::conditions::has_any(at) {
            lost(at.get("hidden"), "hidden_component", HIDDEN);
        }
        let default = at.get("defaultValue");
        if answers(default.value) && kind != "hidden" {
            lost(
                default,
                "default_value",
                "an answer is not given before the citizen gives it",
            );
        }
    }
}
