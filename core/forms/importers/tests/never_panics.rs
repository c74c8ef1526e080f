//! Whatever the file is: no panic, no definition that does not load, no refusal without a reason.

mod support {
    pub mod mutate;
}

use std::time::{Duration, Instant};

use onehall_form_importers::{Format, MOST_BYTES, Options, Severity, import};
use onehall_forms::Form;
use proptest::prelude::*;
use serde_json::{Value, json};
use support::mutate::{Numbers, anything, change};

const SEEDS: [(Format, &str); 4] = [
    (Format::Xgov, include_str!("seeds/xgov.json")),
    (Format::JsonSchema, include_str!("seeds/json-schema.json")),
    (Format::Formio, include_str!("seeds/formio.json")),
    (Format::Govuk, include_str!("seeds/govuk.json")),
];

/// What must hold of every import. Says whether a definition came out.
fn holds(text: &str, format: Option<Format>) -> Result<bool, String> {
    let options = Options {
        format,
        ..Options::default()
    };
    match import(text, &options) {
        Ok(imported) => {
            let written = serde_json::to_string(&imported.definition).map_err(|error| error.to_string())?;
            let form = Form::parse(&written).map_err(|findings| format!("does not load: {findings:?}"))?;
            if *form.definition() != imported.definition {
                return Err("what is written is not what is read".to_owned());
            }
            match imported
                .findings
                .iter()
                .find(|finding| finding.severity == Severity::Refused)
            {
                Some(refusal) => Err(format!("a refusal beside a definition: {refusal}")),
                None => Ok(true),
            }
        }
        Err(findings) => match findings.last() {
            // The importer's own doing is never what was wrong with the file.
            Some(last) if last.code == "own_check" => Err(format!("refused by our own check: {findings:?}")),
            Some(last) if last.severity == Severity::Refused && !last.message.is_empty() => Ok(false),
            _ => Err(format!("refused without a reason: {findings:?}")),
        },
    }
}

fn seed(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|error| panic!("{error}"))
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

fn any_json() -> impl Strategy<Value = Value> {
    any::<u64>().prop_map(|start| anything(&mut Numbers(start), 6))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_json_at_all(value in any_json(), at in 0..4_usize) {
        let text = value.to_string();
        prop_assert!(holds(&text, None).is_ok(), "{:?}", holds(&text, None));
        let format = Format::ALL.get(at).copied();
        prop_assert!(holds(&text, format).is_ok(), "{:?}", holds(&text, format));
    }

    #[test]
    fn any_text_at_all(text in "\\PC{0,200}") {
        prop_assert!(holds(&text, None).is_ok());
    }

    #[test]
    fn a_form_with_random_changes(at in 0..4_usize, start in any::<u64>(), changes in 1..12_usize) {
        let (format, text) = SEEDS[at];
        let mut form = seed(text);
        let mut numbers = Numbers(start);
        for _ in 0..changes {
            change(&mut form, &mut numbers);
        }
        let text = form.to_string();
        for format in [None, Some(format)] {
            prop_assert!(holds(&text, format).is_ok(), "{:?}\n{text}", holds(&text, format));
        }
    }
}

/// Changes forms at random for as many seconds as `ONEHALL_FUZZ_SECONDS` says (5 where it says nothing), one importer after
/// the other, or the one that `ONEHALL_FUZZ_FORMAT` names:
/// `ONEHALL_FUZZ_SECONDS=300 cargo test -p onehall-form-importers --release --test never_panics -- --ignored --nocapture`
#[test]
#[ignore = "runs for as long as ONEHALL_FUZZ_SECONDS says"]
fn forms_with_random_changes_for_a_while() {
    let seconds = std::env::var("ONEHALL_FUZZ_SECONDS")
        .ok()
        .and_then(|text| text.parse().ok())
        .unwrap_or(5);
    let only = std::env::var("ONEHALL_FUZZ_FORMAT").ok();
    let start = std::env::var("ONEHALL_FUZZ_START")
        .ok()
        .and_then(|text| text.parse().ok())
        .unwrap_or(1);
    for (format, text) in SEEDS {
        if only.as_deref().is_some_and(|only| only != format.name()) {
            continue;
        }
        let original = seed(text);
        let mut numbers = Numbers(start);
        let (mut form, mut rounds, mut came_out, mut longest) = (original.clone(), 0_u64, 0_u64, Duration::ZERO);
        let began = Instant::now();
        while began.elapsed() < Duration::from_secs(seconds) {
            if numbers.below(25) == 0 || form.to_string().len() > 60_000 {
                form = original.clone();
            }
            change(&mut form, &mut numbers);
            let text = form.to_string();
            let one = Instant::now();
            match std::panic::catch_unwind(|| holds(&text, Some(format))) {
                Ok(Ok(out)) => came_out += u64::from(out),
                Ok(Err(fault)) => panic!("{format}: {fault}\n{text}"),
                Err(_) => panic!("{format}: a panic\n{text}"),
            }
            longest = longest.max(one.elapsed());
            rounds += 1;
        }
        println!("{format}: {rounds} forms, {came_out} definitions, the longest took {longest:?}");
        assert!(came_out > 0, "{format}: nothing ever came out");
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
