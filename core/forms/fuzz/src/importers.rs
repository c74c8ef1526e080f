//! Other systems' forms: whatever the file is, no panic, no definition that does not load, no refusal without a reason.

use onehall_form_importers::{Format, Options, Severity, import};
use onehall_forms::Form;
use serde_json::Value;

use crate::evaluations::same_definition;
use crate::mutate::Vocabulary;
use crate::{Reaction, Target};

pub(crate) const XGOV: Target = Target {
    name: "xgov",
    seed: |_| seed(include_str!("../seeds/xgov.json")),
    vocabulary: VOCABULARY,
    holds: |text| either(text, Format::Xgov),
};

pub(crate) const JSON_SCHEMA: Target = Target {
    name: "json-schema",
    seed: |_| seed(include_str!("../seeds/json-schema.json")),
    vocabulary: VOCABULARY,
    holds: |text| either(text, Format::JsonSchema),
};

pub(crate) const FORMIO: Target = Target {
    name: "formio",
    seed: |_| seed(include_str!("../seeds/formio.json")),
    vocabulary: VOCABULARY,
    holds: |text| either(text, Format::Formio),
};

pub(crate) const GOVUK: Target = Target {
    name: "govuk",
    seed: |_| seed(include_str!("../seeds/govuk.json")),
    vocabulary: VOCABULARY,
    holds: |text| either(text, Format::Govuk),
};

fn seed(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_default()
}

/// As the format that is named, and as the one that is found out.
fn either(text: &str, format: Format) -> Result<Reaction, String> {
    holds(text, None)?;
    holds(text, Some(format))
}

/// What must hold of every import.
///
/// # Errors
/// What does not.
pub fn holds(text: &str, format: Option<Format>) -> Result<Reaction, String> {
    let options = Options {
        format,
        ..Options::default()
    };
    match import(text, &options) {
        Ok(imported) => {
            let written = serde_json::to_string(&imported.definition).map_err(|error| error.to_string())?;
            let form = Form::parse(&written).map_err(|findings| format!("does not load: {findings:?}"))?;
            same_definition(form.definition(), &imported.definition)?;
            match imported
                .findings
                .iter()
                .find(|finding| finding.severity == Severity::Refused)
            {
                Some(refusal) => Err(format!("a refusal beside a definition: {refusal}")),
                None => Ok(Reaction::taken(
                    imported.findings.iter().map(|finding| finding.code.to_owned()),
                )),
            }
        }
        Err(findings) => match findings.last() {
            // The importer's own doing is never what was wrong with the file.
            Some(last) if last.code == "own_check" => Err(format!("refused by our own check: {findings:?}")),
            Some(last) if last.severity == Severity::Refused && !last.message.is_empty() => Ok(Reaction::refused(
                findings.iter().map(|finding| finding.code.to_owned()),
            )),
            _ => Err(format!("refused without a reason: {findings:?}")),
        },
    }
}

/// What means something to an importer.
const VOCABULARY: Vocabulary = Vocabulary {
    words: &[
        "a",
        "row",
        "outer_row",
        "true",
        "false",
        "is",
        "is not",
        "contains",
        "and",
        "or",
        "a == 'b'",
        "a.b > 2 and not (c)",
        "length(a) < 3",
        "dateForComparison(-1, 'months')",
        "in the past",
        "years",
        "/summary",
        "/a",
        "TextField",
        "RadiosField",
        "Para",
        "MultiInputField",
        "RepeatPageController",
        "TerminalPageController",
        "V2",
        "#",
        "#/$defs/a",
        "#/properties/a",
        "#/definitions/a",
        "object",
        "array",
        "string",
        "null",
        "date",
        "(?s:.*)",
        "[",
        "(?=x)",
        "^a|b$",
        "datagrid",
        "panel",
        "selectboxes",
        "container",
        "columns",
        "isEqual",
        "any",
        "data.a",
        "current.a",
        "accumulator",
        "none_of_the_above",
        "selection",
        "name",
        "first_and_last_name",
        "<b>x",
    ],
    names: &[
        "type",
        "name",
        "title",
        "path",
        "next",
        "condition",
        "conditions",
        "items",
        "list",
        "value",
        "values",
        "options",
        "schema",
        "components",
        "controller",
        "repeatField",
        "repeat",
        "section",
        "properties",
        "required",
        "enum",
        "const",
        "oneOf",
        "anyOf",
        "allOf",
        "not",
        "if",
        "then",
        "else",
        "$ref",
        "$defs",
        "dependencies",
        "uiSchema",
        "conditional",
        "json",
        "when",
        "eq",
        "show",
        "key",
        "validate",
        "calculateValue",
        "multiple",
        "steps",
        "data",
        "routing_conditions",
        "goto_page_id",
        "answer_settings",
        "engine",
    ],
};
