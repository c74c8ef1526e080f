//! The published JSON Schema against the engine, by a validator of others: what it refuses the engine refuses, and what it
//! takes and the engine refuses is what no schema can see.

mod support;

use std::collections::BTreeSet;
use std::path::Path;

use boon::{Compiler, SchemaIndex, Schemas};
use onehall_forms::{Form, json_schema};
use proptest::prelude::*;
use serde_json::{Value, json};
use support::examples;

struct Schema {
    schemas: Schemas,
    index: SchemaIndex,
}

impl Schema {
    /// The schema, which has to be one by the draft that it names.
    fn new() -> Schema {
        let (mut schemas, mut compiler) = (Schemas::new(), Compiler::new());
        compiler
            .add_resource("onehall-form.json", json_schema())
            .unwrap_or_else(|error| panic!("{error}"));
        let index = compiler
            .compile("onehall-form.json", &mut schemas)
            .unwrap_or_else(|error| panic!("{error:#}"));
        Schema { schemas, index }
    }

    fn takes(&self, value: &Value) -> Result<(), String> {
        let validate = || {
            let outcome = self.schemas.validate(value, self.index);
            outcome.map_err(|error| format!("{error:#}"))
        };
        // The validator recurses, with large frames in a debug build, where the engine has a limit of its own.
        let outcome = std::thread::scope(|scope| {
            let thread = std::thread::Builder::new().stack_size(64 * 1024 * 1024);
            let running = thread.spawn_scoped(scope, validate);
            running.map(|running| running.join())
        });
        match outcome {
            Ok(Ok(outcome)) => outcome,
            _ => panic!("the validator did not come to an end"),
        }
    }
}

fn codes(value: &Value) -> BTreeSet<&'static str> {
    let findings = Form::from_value(value).err().unwrap_or_default();
    findings.into_iter().map(|finding| finding.code).collect()
}

/// One form with every question of the documentation: every kind, with most of its fields.
fn everything() -> Value {
    let title = json!({"zh-CN": "全部", "en": "Everything"});
    let mut questions: Vec<Value> = Vec::new();
    for (sort, question) in examples() {
        if sort == "question" && questions.iter().all(|other| other["id"] != question["id"]) {
            questions.push(question);
        }
    }
    questions[0]["help"] = title.clone();
    questions[0]["required_when"] = json!({"answered": {"var": "married"}});
    questions[0]["valid_when"] = json!([{"rule": {"!=": [{"var": "plate"}, "云A00000"]}, "message": title}]);
    // What decides the way to the other pages stands on the first one.
    let (questions, rest): (Vec<Value>, Vec<Value>) = questions
        .into_iter()
        .partition(|question| ["plate", "permit", "married"].iter().any(|id| question["id"] == **id));
    json!({
        "schema": "onehall-form/1", "code": "everything", "version": 1, "title": title,
        "code_tables": {"letters": [{"value": "a", "label": title, "visible_when": {"var": "married"}}]},
        "pages": [
            {"id": "one", "title": title, "questions": questions, "next": [{"when": {"var": "married"}, "page": "three"}]},
            {"id": "two", "title": title, "help": title, "visible_when": {"var": "married"}, "questions": rest},
            {"id": "three", "title": title, "questions": [
                {"id": "coded", "kind": "choice", "label": title, "code_table": "letters"}]},
        ],
    })
}

#[test]
fn the_schema_takes_every_form_of_the_demo_city_and_of_the_documentation() {
    let schema = Schema::new();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../backend/demo-city/forms");
    let mut forms: Vec<(String, Value)> = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap_or_else(|error| panic!("{error}")) {
        let path = entry.unwrap_or_else(|error| panic!("{error}")).path();
        let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{error}"));
        let value = serde_json::from_str(&text).unwrap_or_else(|error| panic!("{error}"));
        forms.push((path.display().to_string(), value));
    }
    assert!(forms.len() > 10, "{}", forms.len());
    let documented = examples().into_iter().filter(|(sort, _)| *sort == "form");
    forms.extend(documented.map(|(_, value)| ("documented".to_owned(), value)));
    forms.push(("everything".to_owned(), everything()));
    for (name, form) in forms {
        assert_eq!(codes(&form), BTreeSet::new(), "{name}");
        schema.takes(&form).unwrap_or_else(|error| panic!("{name}: {error}"));
    }
}

/// `everything`, changed at a place; null takes the field away.
fn with(place: &str, value: Value) -> Value {
    let mut form = everything();
    let (parent, field) = place.rsplit_once('/').unwrap_or_default();
    match form.pointer_mut(parent) {
        Some(Value::Object(fields)) if value.is_null() => drop(fields.remove(field)),
        Some(Value::Object(fields)) => drop(fields.insert(field.to_owned(), value)),
        _ => panic!("{place}"),
    }
    form
}

#[test]
fn both_refuse_what_has_the_wrong_shape() {
    let schema = Schema::new();
    let cases = [
        ("/schema", json!("onehall-form/2"), "unknown_schema"),
        ("/version", json!(0), "bad_version"),
        ("/version", json!("1"), "wrong_type"),
        ("/code", json!("Every Thing"), "wrong_type"),
        ("/pages", json!([]), "empty"),
        ("/pages/0/questions", json!([]), "empty"),
        ("/pages/0/id", json!("One"), "bad_id"),
        ("/pages/0/title/en", json!(" "), "missing_text"),
        ("/pages/0/title/en", Value::Null, "missing_field"),
        ("/pages/0/next/0/page", Value::Null, "missing_field"),
        ("/pages/0/questions/0/id", json!("row"), "reserved_id"),
        ("/pages/0/questions/0/kind", json!("txt"), "unknown_kind"),
        ("/pages/0/questions/0/kind", Value::Null, "missing_field"),
        ("/pages/0/questions/0/requird", json!(true), "unknown_field"),
        ("/pages/0/questions/0/required", json!("yes"), "wrong_type"),
        ("/pages/0/questions/0/max_length", json!(0), "out_of_bounds"),
        (
            "/pages/0/questions/0/visible_when",
            json!({"matches": ["a"]}),
            "unknown_operator",
        ),
        (
            "/pages/0/questions/0/visible_when",
            json!({"!": [], "==": []}),
            "not_an_operation",
        ),
        ("/code_tables/letters", json!([]), "empty"),
        ("/code_tables/letters/0/value", json!(" "), "empty"),
        (
            "/pages/2/questions/0/options",
            json!([{"value": "b", "label": {"zh-CN": "b", "en": "b"}}]),
            "two_sources",
        ),
        ("/pages/2/questions/0/code_table", Value::Null, "empty"),
    ];
    for (place, value, code) in cases {
        let form = with(place, value.clone());
        assert!(codes(&form).contains(code), "{place} = {value}: {:?}", codes(&form));
        assert!(schema.takes(&form).is_err(), "{place} = {value}");
    }
    let title = json!({"zh-CN": "一", "en": "one"});
    let question = |more: Value| {
        let mut question = json!({"id": "x", "label": title});
        for (name, value) in more.as_object().into_iter().flatten() {
            question[name] = value.clone();
        }
        with("/pages/2/questions", json!([question]))
    };
    for (more, code) in [
        (json!({"kind": "number", "decimals": 11}), "out_of_bounds"),
        (json!({"kind": "money", "min": 5}), "wrong_type"),
        (json!({"kind": "time", "min": "9:30"}), "wrong_type"),
        (json!({"kind": "time", "step_minutes": 0}), "out_of_bounds"),
        (json!({"kind": "date", "min": "today"}), "wrong_type"),
        (json!({"kind": "date_range", "max_days": 0}), "out_of_bounds"),
        (json!({"kind": "region", "depth": 6}), "wrong_type"),
        (json!({"kind": "list_choice"}), "missing_field"),
        (json!({"kind": "person", "id_types": []}), "wrong_type"),
        (
            json!({"kind": "person", "id_types": ["passport", "passport"]}),
            "wrong_type",
        ),
        (
            json!({"kind": "material", "material": "photo", "sources": ["fax"]}),
            "wrong_type",
        ),
        (
            json!({"kind": "material", "material": "photo", "max_files": 0}),
            "out_of_bounds",
        ),
        (
            json!({"kind": "material", "material": "photo", "accept": ["image/gif"]}),
            "wrong_type",
        ),
        (
            json!({"kind": "material", "material": "photo", "accept": []}),
            "wrong_type",
        ),
        (
            json!({"kind": "material", "material": "photo", "max_kilobytes": 0}),
            "out_of_bounds",
        ),
        (
            json!({"kind": "material", "material": "photo", "max_kilobytes": 10241}),
            "out_of_bounds",
        ),
        (json!({"kind": "phone", "max_length": 5}), "unknown_field"),
        (json!({"kind": "note", "required": true}), "never_answered"),
        (
            json!({"kind": "computed", "value": 1, "required_when": true}),
            "never_answered",
        ),
        (json!({"kind": "group", "row_label": title, "questions": []}), "empty"),
        (json!({"kind": "section", "questions": []}), "empty"),
        (json!({"kind": "section"}), "missing_field"),
        (
            json!({"kind": "section", "required": true, "questions": [{"id": "y", "kind": "phone", "label": title}]}),
            "unknown_field",
        ),
        (
            json!({"kind": "choices", "max": 0, "options": [{"value": "a", "label": title}]}),
            "min_above_max",
        ),
    ] {
        let form = question(more.clone());
        assert!(codes(&form).contains(code), "{more}: {:?}", codes(&form));
        assert!(schema.takes(&form).is_err(), "{more}");
    }
}

/// What only the engine sees: each code with an example that every schema of this sort takes.
#[test]
fn the_engine_alone_refuses_what_no_schema_can_see() {
    let schema = Schema::new();
    let title = json!({"zh-CN": "一", "en": "one"});
    let question = |id: &str, more: Value| {
        let mut question = json!({"id": id, "kind": "text", "label": title});
        for (name, value) in more.as_object().into_iter().flatten() {
            question[name] = value.clone();
        }
        question
    };
    let form = |questions: Vec<Value>| with("/pages/2/questions", questions.into());
    let one = |more: Value| form(vec![question("x", more)]);
    let group = |inner: Value, more: Value| {
        let mut group = question(
            "x",
            json!({"kind": "group", "row_label": title, "questions": [question("a", inner)]}),
        );
        for (name, value) in more.as_object().into_iter().flatten() {
            group[name] = value.clone();
        }
        form(vec![group])
    };
    let deep = (0..41).fold(json!(true), |rule, _| json!({"!": [rule]}));
    let nested = (0..5).fold(question("a", json!({})), |inner, _| {
        question("x", json!({"kind": "group", "row_label": title, "questions": [inner]}))
    });
    for (code, form) in [
        (
            "duplicate_id",
            form(vec![question("x", json!({})), question("x", json!({}))]),
        ),
        ("dangling_reference", one(json!({"visible_when": {"var": "nobody"}}))),
        ("row_outside_group", one(json!({"visible_when": {"var": "row.a"}}))),
        (
            "reads_into_group",
            one(json!({"visible_when": {"var": "children.child_name"}})),
        ),
        ("bad_reference", one(json!({"visible_when": {"var": [["a"]]}}))),
        ("bad_next", with("/pages/1/next", json!([{"page": "one"}]))),
        (
            "cycle",
            form(vec![
                question("x", json!({"visible_when": {"var": "y"}})),
                question("y", json!({"visible_when": {"var": "x"}})),
            ]),
        ),
        ("unreachable_page", with("/pages/1/visible_when", json!(false))),
        ("unreachable_question", one(json!({"visible_when": {"==": [1, 2]}}))),
        (
            "unknown_option",
            one(json!({"visible_when": {"==": [{"var": "copies"}, "pigeon"]}})),
        ),
        (
            "incomparable",
            one(json!({"kind": "date", "valid_when": [{"rule": {">": [{"var": "x"}, 5]}, "message": title}]})),
        ),
        (
            "duplicate_option",
            one(json!({"kind": "choice", "options": [{"value": "a", "label": title}, {"value": "a", "label": title}]})),
        ),
        ("wrong_arguments", one(json!({"visible_when": {"sum": [1, 2, 3]}}))),
        (
            "compares_with_null",
            one(json!({"visible_when": {"==": [{"var": "copies"}, null]}})),
        ),
        ("rule_too_deep", one(json!({"visible_when": deep}))),
        ("min_above_max", one(json!({"kind": "number", "min": 2, "max": 1}))),
        ("min_above_max", group(json!({}), json!({"min_rows": 9, "max_rows": 3}))),
        ("bad_pattern", one(json!({"pattern": "(a"}))),
        ("bad_mask", one(json!({"mask": "--"}))),
        ("dangling_reference", group(json!({}), json!({"row_title": "b"}))),
        ("groups_too_deep", form(vec![nested])),
        // Days that there are not, and numbers that are whole but not written so.
        ("wrong_type", one(json!({"kind": "date", "min": "2026-02-30"}))),
        ("wrong_type", one(json!({"max_length": 5.0}))),
    ] {
        assert!(codes(&form).contains(code), "{code}: {:?}", codes(&form));
        schema.takes(&form).unwrap_or_else(|error| panic!("{code}: {error}"));
    }
}

fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        (-3_i64..30).prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        "[a-z_. ]{0,6}".prop_map(Value::from),
        // Spaces of all kinds, and what is nearly an amount, a day, a time, a code, an id.
        "[\\u{9}-\\u{d}\\u{85}\\u{a0}\\u{1680}\\u{180e}\\u{2000}-\\u{200f}\\u{2028}-\\u{202f}\\u{205f}\\u{3000}\\u{feff}]{0,3}"
            .prop_map(Value::from),
        "[-+]?[0-9]{0,3}[.]?[0-9]{0,3}".prop_map(Value::from),
        "[0-9]{3,5}-[0-9]{1,2}-[0-9]{1,2}".prop_map(Value::from),
        "[0-2]?[0-9]:?[0-6]?[0-9]".prop_map(Value::from),
        "[a-z0-9_-]{0,4}[A-Z名]?".prop_map(Value::from),
        prop::sample::select(vec![
            "text",
            "choice",
            "group",
            "2026-01-01",
            "09:30",
            "5.00",
            "A",
            "upload",
            "married"
        ])
        .prop_map(Value::from),
    ];
    let names = prop::sample::select(vec![
        "id",
        "kind",
        "label",
        "zh-CN",
        "en",
        "options",
        "value",
        "var",
        "==",
        "and",
        "today",
        "today_plus_days",
        "min",
        "page",
        "when",
        "rule",
        "message",
        "x",
    ]);
    leaf.prop_recursive(3, 24, 4, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::btree_map(names.clone().prop_map(str::to_owned), inner, 0..4)
                .prop_map(|fields| Value::Object(fields.into_iter().collect())),
        ]
    })
}

/// Every place of a value, as a JSON pointer.
fn places(value: &Value, path: String, found: &mut Vec<String>) {
    match value {
        Value::Object(fields) => fields
            .iter()
            .for_each(|(name, value)| places(value, format!("{path}/{name}"), found)),
        Value::Array(items) => items
            .iter()
            .enumerate()
            .for_each(|(at, value)| places(value, format!("{path}/{at}"), found)),
        _ => {}
    }
    found.push(path);
}

/// Codes of what is of the wrong shape and nothing else.
const SHAPE: &[&str] = &[
    "unknown_field",
    "missing_field",
    "unknown_kind",
    "unknown_schema",
    "missing_text",
    "bad_version",
    "bad_id",
    "reserved_id",
    "never_answered",
    "two_sources",
    "bad_name",
    "unknown_operator",
    "not_an_operation",
];

thread_local! {
    static COMPILED: Schema = Schema::new();
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(600))]

    /// Any part replaced by anything, or a field taken away: what the schema refuses the engine refuses, and what the engine
    /// calls a fault of the shape the schema refuses.
    #[test]
    fn the_two_agree_on_the_shape(part in any_json(), at in any::<prop::sample::Index>(), gone in any::<bool>()) {
        let mut form = everything();
        let mut all = Vec::new();
        places(&form, String::new(), &mut all);
        let place = &all[at.index(all.len())];
        if gone && let Some((parent, field)) = place.rsplit_once('/') {
            match form.pointer_mut(parent) {
                Some(Value::Object(fields)) => drop(fields.remove(field)),
                Some(Value::Array(items)) => drop(items.remove(field.parse().unwrap_or(0))),
                _ => {}
            }
        } else if let Some(spot) = form.pointer_mut(place) {
            *spot = part.clone();
        }
        let found = codes(&form);
        let taken = COMPILED.with(|schema| schema.takes(&form));
        if let Err(error) = &taken {
            prop_assert!(!found.is_empty(), "the schema alone refuses {} = {}: {}", place, part, error);
        }
        if let Some(code) = found.iter().find(|code| SHAPE.contains(code)) {
            prop_assert!(taken.is_err(), "{} at {} = {}", code, place, part);
        }
    }
}
