//! Files that are no form, files whose format is found out, and short files that ask for a lot of work.

use onehall_form_importers::{Format, MOST_BYTES, Options, import};
use onehall_forms_fuzz::import_holds;
use serde_json::{Value, json};

const SEEDS: [(Format, &str); 4] = [
    (Format::Xgov, include_str!("../seeds/xgov.json")),
    (Format::JsonSchema, include_str!("../seeds/json-schema.json")),
    (Format::Formio, include_str!("../seeds/formio.json")),
    (Format::Govuk, include_str!("../seeds/govuk.json")),
];

/// Whether a definition comes out; what must hold of every import does.
fn holds(text: &str, format: Option<Format>) -> Result<bool, String> {
    import_holds(text, format).map(|reaction| reaction.taken)
}

#[test]
fn the_forms_to_start_from_come_out_themselves() {
    for (format, text) in SEEDS {
        assert_eq!(holds(text, None), Ok(true), "{format}");
        let found = import(text, &Options::default()).map(|imported| imported.format);
        assert_eq!(found, Ok(format));
    }
}

#[test]
fn what_is_no_form_is_refused() {
    let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    let large = format!("{{\"pages\": \"{}\"}}", "x".repeat(MOST_BYTES));
    for text in [
        "",
        " ",
        "null",
        "3",
        "\"text\"",
        "[]",
        "{}",
        "{\"pages\": 3}",
        "{",
        "[1, 2]",
        "<xml/>",
        deep.as_str(),
        large.as_str(),
    ] {
        for format in [None].into_iter().chain(Format::ALL.map(Some)) {
            assert_eq!(holds(text, format), Ok(false), "{text:.40} as {format:?}");
        }
    }
}

/// Short files that ask for a lot of work.
#[test]
fn nothing_takes_for_ever() {
    let many = |count: usize, make: &dyn Fn(usize) -> Value| Value::Array((0..count).map(make).collect());
    // Conditions that name the one before them forty times: a tree of 40^8 parts.
    let conditions = many(9, &|at| {
        let parts = many(40, &|part| match at {
            0 => json!({"coordinator": "or", "field": {"name": "a", "type": "TextField"}, "operator": "is",
                "value": {"type": "Value", "value": format!("{part}")}}),
            at => json!({"coordinator": "and", "conditionName": format!("c{}", at - 1)}),
        });
        json!({"name": format!("c{at}"), "value": {"name": "x", "conditions": parts}})
    });
    let chain = json!({"startPage": "/0", "conditions": conditions, "pages": [
        {"path": "/0", "components": [{"type": "TextField", "name": "a", "title": "A"}], "next": [{"path": "/1"}, {"path": "/2", "condition": "c8"}]},
        {"path": "/1", "components": [{"type": "TextField", "name": "b", "title": "B"}]}, {"path": "/2", "components": [{"type": "TextField", "name": "c", "title": "C"}]}]});
    // A page with thousands of links, each under another condition.
    let mut all = vec![
        json!({"path": "/0", "components": [{"type": "TextField", "name": "a", "title": "A"}],
        "next": many(3_000, &|at| json!({"path": format!("/{}", at % 40 + 1), "condition": format!("c{at}")}))}),
    ];
    all.extend((1..=40).map(|at| json!({"path": format!("/{at}")})));
    let links = json!({"startPage": "/0", "pages": all,
        "conditions": many(3_000, &|at| json!({"name": format!("c{at}"), "value": format!("a == '{at}'")}))});
    let long = json!({"startPage": "/0", "conditions": [{"name": "c", "value": "a == 'x'"}],
        "pages": many(2_000, &|at| json!({"path": format!("/{at}"), "components": [{"type": "TextField", "name": if at == 0 { "a".to_owned() } else { format!("f{at}") }, "title": "T"}],
            "next": [{"path": format!("/{}", at + 1)}, {"path": format!("/{}", at + 2), "condition": "c"}]}))});
    let html = |text: &str| json!({"components": [{"type": "content", "key": "c", "html": text.repeat(500_000)}, {"type": "textfield", "key": "a", "label": "A", "input": true}]});
    let mut nested = json!({"type": "textfield", "key": "t", "label": "T", "input": true});
    let wide = json!({"json": {"or": many(1_500, &|at| json!({"==": [{"var": "data.a"}, format!("{at}")]}))}});
    for _ in 0..20 {
        nested = json!({"type": "well", "key": "w", "conditional": wide, "components": [nested]});
    }
    let heavy = json!({"components": [{"type": "textfield", "key": "a", "label": "A", "input": true}, nested]});
    let refs = json!({"type": "object", "properties": {"a": {"type": "string"}}, "if": {"$ref": "#/$defs/d0"}, "then": {"properties": {"b": {"type": "string"}}},
        "$defs": (0..30).map(|at| (format!("d{at}"), json!({"anyOf": [{"$ref": format!("#/$defs/d{}", at + 1)}, {"$ref": format!("#/$defs/d{}", at + 1)}]})))
            .chain([("d30".to_owned(), json!({"properties": {"a": {"const": "x"}}}))]).collect::<serde_json::Map<_, _>>()});
    let routes = json!({"steps": [{"id": 1, "data": {"question_text": "Q", "answer_type": "text"},
        "routing_conditions": many(3_000, &|at| json!({"answer_value": format!("{at}"), "goto_page_id": 2}))}, {"id": 2, "data": {"question_text": "R", "answer_type": "text"}}]});
    // What each of them comes to: the last refusal, or what was told.
    for (form, code) in [
        (chain, Some("condition_not_carried")),
        (links, Some("too_large")),
        (long, None),
        (html("<a '"), None),
        (html("<script></script>"), None),
        (html("["), None),
        (heavy, Some("rule_not_carried")),
        (refs, Some("condition_not_carried")),
        (routes, Some("too_large")),
    ] {
        let text = form.to_string();
        let told: Vec<&str> = match import(&text, &Options::default()) {
            Ok(imported) => imported.findings.iter().map(|finding| finding.code).collect(),
            Err(findings) => findings.iter().map(|finding| finding.code).collect(),
        };
        assert!(
            code.is_none_or(|code| told.contains(&code)),
            "{code:?} in {told:?}: {text:.60}"
        );
        assert!(holds(&text, None).is_ok(), "{text:.60}");
    }
}
