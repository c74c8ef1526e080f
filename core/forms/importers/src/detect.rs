//! Which format a file is of, by what stands in it, and where in it the form is.

use crate::Format;
use crate::finding::{ImportFinding, refused};
use crate::json::At;

/// Names under which other systems wrap a form when they hand it out.
const WRAPPERS: [&str; 9] = [
    "form",
    "definition",
    "configuration",
    "content",
    "form_document",
    "formDefinition",
    "draft",
    "live",
    "data",
];

/// The format, and the form itself.
pub(crate) fn format(root: At<'_>) -> Result<(Format, At<'_>), ImportFinding> {
    if !root.is_map() && !root.is_list() {
        return Err(refused("", "no_form", "it is JSON, but neither an object nor a list"));
    }
    if let Some(found) = looks_like(&root) {
        return Ok((found, root));
    }
    for name in WRAPPERS {
        let inner = root.get(name);
        if let Some(found) = looks_like(&inner) {
            return Ok((found, inner));
        }
    }
    if let Some(only) = only_form(&root)? {
        return Ok((Format::Formio, only));
    }
    if root
        .get("schema")
        .text()
        .is_some_and(|schema| schema.starts_with("onehall-form/"))
    {
        let hint = "it is a form of the hall already: `onehall form check` reads it";
        return Err(refused("/schema", "unknown_format", hint));
    }
    let known = [
        ("elements", "it looks like a form of SurveyJS, which is not read"),
        ("resourceType", "it looks like a FHIR resource, which is not read"),
        ("fields", "it lists fields in a format that is not known"),
    ];
    let pages = root.get("pages").items();
    let hint = known
        .iter()
        .find(|(name, _)| root.has(name) || pages.iter().any(|page| page.has(name)))
        .map_or(
            "no known format: neither pages with components, nor steps, nor components, nor a JSON Schema",
            |(_, hint)| hint,
        );
    Err(refused("", "unknown_format", hint))
}

/// The form inside, where the format is given.
pub(crate) fn inner(format: Format, root: At<'_>) -> At<'_> {
    if looks_like(&root) == Some(format) {
        return root;
    }
    let wrapped = WRAPPERS
        .iter()
        .map(|name| root.get(name))
        .find(|inner| looks_like(inner) == Some(format));
    wrapped
        .or_else(|| only_form(&root).ok().flatten().filter(|_| format == Format::Formio))
        .unwrap_or(root)
}

fn looks_like(at: &At<'_>) -> Option<Format> {
    if !at.is_map() && !at.is_list() {
        return None;
    }
    let some = |list: &At<'_>, names: &[&str]| list.items().iter().any(|item| names.iter().any(|name| item.has(name)));
    if some(
        &at.get("steps"),
        &["data", "answer_type", "question_text", "routing_conditions"],
    ) || some(&at.get("pages"), &["answer_type", "question_text"])
    {
        return Some(Format::Govuk);
    }
    if some(&at.get("pages"), &["path", "components", "controller"])
        || (at.get("pages").is_list() && ["startPage", "lists", "sections"].iter().any(|name| at.has(name)))
    {
        return Some(Format::Xgov);
    }
    let is_component = |item: &At<'_>| item.has("type") && (item.has("key") || item.has("components"));
    if some(&at.get("components"), &["type", "key", "input"])
        || (at.items().iter().any(|item| is_component(item) && !is_exported(item)))
        || (at.get("components").is_list() && (at.has("display") || at.has("machineName")))
    {
        return Some(Format::Formio);
    }
    is_schema(at).then_some(Format::JsonSchema).or_else(|| {
        let wrapped = ["schema", "jsonSchema", "json_schema", "dataSchema", "JSONSchema"];
        wrapped
            .iter()
            .any(|name| is_schema(&at.get(name)))
            .then_some(Format::JsonSchema)
    })
}

/// Whether the object is a JSON Schema.
pub(crate) fn is_schema(at: &At<'_>) -> bool {
    let of_schema = at
        .get("$schema")
        .text()
        .is_some_and(|text| text.contains("json-schema") || text.contains("schema#"));
    let keywords = [
        "properties",
        "$ref",
        "allOf",
        "oneOf",
        "anyOf",
        "$defs",
        "definitions",
        "patternProperties",
        "enum",
    ];
    let keyword = keywords
        .iter()
        .any(|name| at.get(name).is_map() || at.get(name).is_list() || at.get(name).text().is_some());
    let kinds = ["object", "array", "string", "number", "integer", "boolean"];
    let typed = at.get("type").text().is_some_and(|kind| kinds.contains(&kind));
    at.is_map() && (of_schema || (keyword && !at.has("components")) || typed)
}

/// Whether it is a form as Form.io hands it out, with its own kind beside its components, and no component.
fn is_exported(at: &At<'_>) -> bool {
    let kind = at.get("type").word();
    at.get("components").is_list() && !at.has("key") && kind.is_none_or(|kind| matches!(kind, "form" | "resource"))
}

/// The only form of a Form.io project. Of several nobody can say which is meant.
pub(crate) fn only_form<'a>(root: &At<'a>) -> Result<Option<At<'a>>, ImportFinding> {
    let listed = root.get("forms");
    let mut forms: Vec<At<'a>> = listed.items();
    forms.extend(listed.fields().into_iter().map(|(_, form)| form));
    if forms.is_empty() && root.is_list() {
        forms = root.items();
        forms.retain(is_exported);
    }
    forms.retain(|form| looks_like(form) == Some(Format::Formio));
    match forms.len() {
        0 => Ok(None),
        1 => Ok(forms.pop()),
        several => {
            let names: Vec<String> = forms
                .iter()
                .take(20)
                .filter_map(|form| form.any(&["name", "path", "title"]).scalar())
                .collect();
            let message = format!("{several} forms stand in it ({}): give one at a time", names.join(", "));
            Err(refused("", "several_forms", message))
        }
    }
}
