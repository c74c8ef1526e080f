//! The format as a JSON Schema, for editors and other systems' tools: made from the tables that the loader reads.
//!
//! What the schema refuses, [`Form::parse`](super::Form::parse) refuses. The reverse does not hold: only the engine
//! knows whether a name leads somewhere, whether ids are unique, whether rules go round in a circle and whether the
//! smallest is above the largest.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::about::{about_field, about_kind};
use super::check::MOST_KILOBYTES;
use super::shape::{CHECK, CHOICE, DEFINITION, Field, KINDS, LONGEST_NAME, NEXT, PAGE, Shape, TEXT, common};
use crate::definition::SCHEMA;
use crate::rules::operators;

/// A character that is no space, of whatever kind: written out, because dialects differ in what they call a space.
const NOT_BLANK: &str = r"[^\u0009-\u000d\u0020\u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]";

/// Where the schema is published, from the root of a hall.
pub const SCHEMA_PATH: &str = "/schemas/onehall-form-1.schema.json";

/// The JSON Schema (draft 2020-12) of the format [`SCHEMA`].
///
/// ```
/// let schema = onehall_forms::json_schema();
/// assert_eq!(schema["properties"]["schema"]["const"], "onehall-form/1");
/// assert!(schema["$defs"]["group"]["properties"]["questions"].is_object());
/// ```
#[must_use]
pub fn json_schema() -> Value {
    let mut kinds = Vec::new();
    let mut defs = Map::new();
    for (name, own) in KINDS {
        defs.insert((*name).to_owned(), kind(name, own));
        kinds.push(json!({
            "if": { "properties": { "kind": { "const": name } }, "required": ["kind"] },
            "then": { "$ref": format!("#/$defs/{name}") },
        }));
    }
    let names: Vec<&str> = KINDS.iter().map(|(name, _)| *name).collect();
    let question = json!({
        "description": "A question: what every kind has, and what belongs to its own.",
        "type": "object",
        "required": ["kind"],
        "properties": { "kind": { "enum": names, "description": about_field("question", "kind") } },
        "allOf": kinds,
    });
    for (name, part) in [
        ("question", question),
        ("page", object("page", &[PAGE])),
        ("next_page", object("next_page", &[NEXT])),
        ("option", object("option", &[CHOICE])),
        ("check", object("check", &[CHECK])),
        ("texts", object("texts", &[TEXT])),
        ("rule", rule()),
        ("decision", decision()),
        ("operation", operation()),
        ("argument", argument()),
    ] {
        defs.insert(name.to_owned(), part);
    }
    let mut whole = object("definition", &[DEFINITION]);
    whole["$schema"] = "https://json-schema.org/draft/2020-12/schema".into();
    whole["$id"] = format!("urn:onehall:schema:{}", SCHEMA.replace('/', ":")).into();
    whole["title"] = format!("A form of OneHall, {SCHEMA}").into();
    whole["$defs"] = defs.into();
    sorted(whole)
}

/// An object with exactly these fields.
fn object(owner: &str, tables: &[&[Field]]) -> Value {
    let mut properties = Map::new();
    let mut required = Vec::new();
    for Field(name, shape, needed) in tables.iter().flat_map(|table| table.iter()) {
        let mut property = content(*shape);
        narrow(owner, name, &mut property);
        if let Some(about) = about_field(owner, name) {
            property["description"] = about.into();
        }
        properties.insert((*name).to_owned(), property);
        if *needed {
            required.push(*name);
        }
    }
    json!({
        "type": "object",
        "properties": properties,
        "required": required,
        "additionalProperties": false,
    })
}

fn kind(name: &str, own: &[Field]) -> Value {
    let mut kind = object(name, &[common(name), own]);
    kind["description"] = about_kind(name).into();
    kind["properties"]["kind"] = json!({ "const": name });
    match name {
        // Options stand here or in a code table, not in both.
        "choice" | "choices" => {
            kind["oneOf"] = json!([
                { "required": ["code_table"], "properties": { "options": { "maxItems": 0 } } },
                { "required": ["options"], "properties": { "options": { "minItems": 1 }, "code_table": false } },
            ]);
        }
        // Never answered, so never required.
        "computed" | "note" => {
            kind["properties"]["required"] = json!({ "const": false });
            kind["properties"]["required_when"] = json!(false);
        }
        _ => {}
    }
    kind
}

/// What a field of a shape holds.
fn content(shape: Shape) -> Value {
    let list = |item: &str| json!({ "type": "array", "items": { "$ref": format!("#/$defs/{item}") } });
    match shape {
        Shape::Text => json!({ "$ref": "#/$defs/texts" }),
        Shape::Name => json!({ "type": "string" }),
        Shape::Flag => json!({ "type": "boolean" }),
        Shape::Count => json!({ "type": "integer", "minimum": 0, "maximum": u32::MAX }),
        Shape::Version => json!({ "type": "integer", "minimum": 1, "maximum": u32::MAX }),
        Shape::Number => json!({ "type": "number" }),
        Shape::Amount => json!({ "type": "string", "pattern": r"^-?[0-9]+(\.[0-9]{1,2})?$", "examples": ["20.00"] }),
        Shape::DateBound => json!({ "anyOf": [
            { "type": "string", "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}$", "examples": ["2026-01-31"] },
            {
                "type": "object",
                "properties": { "today_plus_days": { "type": "integer", "minimum": i32::MIN, "maximum": i32::MAX } },
                "required": ["today_plus_days"],
                "additionalProperties": false,
            },
        ]}),
        Shape::Rule => json!({ "$ref": "#/$defs/rule" }),
        Shape::Decision => json!({ "$ref": "#/$defs/decision" }),
        Shape::Level => json!({ "type": "integer", "minimum": 1, "maximum": 5 }),
        Shape::Time => json!({ "type": "string", "pattern": "^([01][0-9]|2[0-3]):[0-5][0-9]$", "examples": ["14:30"] }),
        Shape::Code | Shape::FormCode | Shape::ListCode => {
            json!({ "type": "string", "pattern": "^[a-z0-9][a-z0-9-]{0,63}$" })
        }
        Shape::OneOf(names) => json!({ "enum": names }),
        Shape::SomeOf(names) => {
            json!({ "type": "array", "items": { "enum": names }, "minItems": 1, "uniqueItems": true })
        }
        Shape::Nexts => list("next_page"),
        Shape::Pages => list("page"),
        Shape::Questions => list("question"),
        Shape::Choices => list("option"),
        Shape::Checks => list("check"),
        Shape::CodeTables => {
            let mut table = list("option");
            table["minItems"] = 1.into();
            json!({ "type": "object", "propertyNames": { "maxLength": LONGEST_NAME }, "additionalProperties": table })
        }
    }
}

/// What the loader asks of a field beyond its shape, and can be said here.
fn narrow(owner: &str, field: &str, property: &mut Value) {
    let more = match (owner, field) {
        ("definition", "schema") => json!({ "const": SCHEMA }),
        ("definition", "pages") | ("page" | "section" | "group", "questions") => json!({ "minItems": 1 }),
        // Text that is not blank, by every space that there is.
        ("texts", _) | ("option", "value") => json!({ "pattern": NOT_BLANK }),
        (_, "id") => json!({ "pattern": "^[a-z][a-z0-9_]{0,63}$", "not": { "enum": ["row", "outer_row"] } }),
        (_, "max_length") => json!({ "minimum": 1, "maximum": 20_000 }),
        ("time", "step_minutes") => json!({ "minimum": 1, "maximum": 720 }),
        ("date_range", "max_days") => json!({ "minimum": 1 }),
        ("number", "decimals") => json!({ "maximum": 10 }),
        ("material", "max_files") | ("choices", "max") => json!({ "minimum": 1 }),
        ("material", "max_kilobytes") => json!({ "minimum": 1, "maximum": MOST_KILOBYTES }),
        ("group", "max_rows") => json!({ "minimum": 1, "maximum": 1_000 }),
        _ => return,
    };
    for (name, value) in more.as_object().into_iter().flatten() {
        property[name] = value.clone();
    }
}

/// A rule: a value, a list, or an operation with its arguments.
fn rule() -> Value {
    json!({
        "description": "A JsonLogic expression. `{\"var\": \"question\"}` reads an answer.",
        "anyOf": [
            { "type": ["string", "number", "boolean"] },
            { "type": "array", "items": { "$ref": "#/$defs/argument" } },
            { "$ref": "#/$defs/operation" },
        ],
    })
}

/// A rule that holds or not: any other value would be true whatever is answered.
fn decision() -> Value {
    json!({
        "description": "A JsonLogic expression that holds or not, such as `{\"==\": [{\"var\": \"question\"}, \"a\"]}`.",
        "anyOf": [{ "type": "boolean" }, { "$ref": "#/$defs/operation" }],
    })
}

fn operation() -> Value {
    let mut names: Vec<&str> = operators().collect();
    names.sort_unstable();
    json!({
        "description": "One operator of JsonLogic and its arguments.",
        "type": "object",
        "minProperties": 1,
        "maxProperties": 1,
        "propertyNames": { "enum": names },
        // What `today` is given is not read.
        "properties": { "today": true },
        "additionalProperties": { "$ref": "#/$defs/argument" },
    })
}

fn argument() -> Value {
    json!({
        "description": "What an operator is given: an expression, or null.",
        "anyOf": [{ "type": "null" }, { "$ref": "#/$defs/rule" }],
    })
}

/// With the names of every object in their order, whatever the map: the file is the same wherever it is made.
fn sorted(value: Value) -> Value {
    match value {
        Value::Object(fields) => {
            let fields: BTreeMap<String, Value> = fields.into_iter().collect();
            Value::Object(fields.into_iter().map(|(name, value)| (name, sorted(value))).collect())
        }
        Value::Array(items) => items.into_iter().map(sorted).collect(),
        other => other,
    }
}
