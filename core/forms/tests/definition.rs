//! A definition that is wrong is refused, with the place and the reason.

use onehall_forms::{Definition, Finding, Form};
use proptest::prelude::*;
use serde_json::{Value, json};

fn text(text: &str) -> Value {
    json!({"zh-CN": text, "en": text})
}

fn question(id: &str, kind: &str, more: Value) -> Value {
    let mut question = json!({"id": id, "kind": kind, "label": text(id)});
    for (name, value) in more.as_object().into_iter().flatten() {
        question[name] = value.clone();
    }
    question
}

fn form(questions: Vec<Value>) -> Value {
    json!({
        "schema": "onehall-form/1", "code": "demo", "version": 1, "title": text("Demo"),
        "pages": [{"id": "page", "title": text("Page"), "questions": questions}],
    })
}

fn findings(value: &Value) -> Vec<Finding> {
    Form::from_value(value).err().unwrap_or_default()
}

fn found(value: &Value) -> Vec<(String, &'static str)> {
    findings(value)
        .into_iter()
        .map(|finding| (finding.path, finding.code))
        .collect()
}

/// One kind each, with every field that it has.
fn complete() -> Value {
    let options = json!([{"value": "a", "label": text("A"), "help": text("a")}, {"value": "b", "label": text("B"), "visible_when": {"var": "agree"}}]);
    let mut value = form(vec![
        question(
            "name",
            "text",
            json!({"max_length": 20, "min_length": 2, "pattern": "[a-z]+", "mask": "AAA", "prefill": "person.name", "sensitive": true, "help": text("help")}),
        ),
        question("story", "long_text", json!({"max_length": 500})),
        question(
            "count",
            "number",
            json!({"min": 1, "max": 10.5, "decimals": 1, "unit": text("m")}),
        ),
        question("amount", "money", json!({"min": "0.00", "max": "100.00"})),
        question(
            "day",
            "date",
            json!({"min": "2020-01-01", "max": {"today_plus_days": 0}}),
        ),
        question(
            "at",
            "time",
            json!({"min": "08:00", "max": "17:00", "step_minutes": 15}),
        ),
        question(
            "stay",
            "date_range",
            json!({"min": {"today_plus_days": -3}, "max": "2030-01-01", "min_days": 2, "max_days": 30}),
        ),
        question("job", "list_choice", json!({"list": "occupations"})),
        question("place", "region", json!({"list": "streets", "depth": 4})),
        question(
            "spouse",
            "person",
            json!({"id_types": ["passport", "citizen_id"], "phone": true}),
        ),
        question("sign", "signature", json!({})),
        question("phone", "phone", json!({})),
        question("mail", "email", json!({})),
        question("citizen", "citizen_id", json!({})),
        question("company", "organisation_code", json!({})),
        question("card", "bank_card", json!({})),
        question("agree", "yes_no", json!({"required": true})),
        question("one", "choice", json!({"options": options})),
        question("coded", "choice", json!({"code_table": "letters"})),
        question("many", "choices", json!({"options": options, "min": 1, "max": 2})),
        question("home", "address", json!({"required_when": {"var": "agree"}})),
        question(
            "photo",
            "material",
            json!({"material": "photo", "max_files": 2, "trust_grade": "C", "sources": ["e_certificate", "case", "derived"]}),
        ),
        question(
            "declared",
            "declaration",
            json!({"statement": text("It is true."), "required": true}),
        ),
        question(
            "double",
            "computed",
            json!({"value": {"*": [{"var": "amount"}, 2]}, "format": "money"}),
        ),
        question(
            "hint",
            "note",
            json!({"tone": "warning", "visible_when": {"var": "agree"}}),
        ),
        question(
            "people",
            "group",
            json!({
                "questions": [
                    question("share", "number", json!({"valid_when": [{"rule": {"<=": [{"var": "row.share"}, 100]}, "message": text("at most 100")}]})),
                    question("cars", "group", json!({"questions": [question("plate", "text", json!({"visible_when": {">": [{"var": "outer_row.share"}, 1]}}))], "row_label": text("car")})),
                ],
                "min_rows": 1, "max_rows": 9, "row_label": text("person"), "row_title": "share",
            }),
        ),
    ]);
    value["pages"][0]["next"] = json!([{"when": {"is_working_day": {"var": "day"}}, "page": "end"}, {"page": "other"}]);
    for id in ["other", "end"] {
        let more =
            json!({"id": id, "title": text(id), "help": text(id), "questions": [question(id, "note", json!({}))]});
        value["pages"]
            .as_array_mut()
            .unwrap_or_else(|| panic!("pages"))
            .push(more);
    }
    value["code_tables"] = json!({"letters": [{"value": "a", "label": text("A")}]});
    value
}

#[test]
fn every_kind_loads_and_survives_the_round_trip() -> Result<(), Box<dyn std::error::Error>> {
    let value = complete();
    assert_eq!(findings(&value), []);
    let schema = onehall_forms::json_schema();
    let kinds = schema["$defs"]["question"]["properties"]["kind"]["enum"].as_array();
    let kinds = kinds.ok_or("the schema lists the kinds")?;
    assert!(kinds.len() >= 25);
    for kind in kinds {
        assert!(
            value.to_string().contains(&format!("\"kind\":{kind}")),
            "{kind} is not among them"
        );
    }
    let definition: Definition = serde_json::from_value(value.clone())?;
    let again = serde_json::to_value(&definition)?;
    assert_eq!(serde_json::from_value::<Definition>(again.clone())?, definition);
    assert_eq!(findings(&again), []);
    assert!(Form::load(definition).is_ok());
    Ok(())
}

/// Every object of the definition, by JSON pointer.
fn objects(value: &Value, path: &str, found: &mut Vec<String>) {
    match value {
        Value::Object(fields) => {
            let is_rule = ["_when", "/when", "/rule", "/value"]
                .iter()
                .any(|name| path.ends_with(name));
            if is_rule {
                return;
            }
            found.push(path.to_owned());
            for (name, value) in fields {
                objects(value, &format!("{path}/{name}"), found);
            }
        }
        Value::Array(items) => {
            for (at, item) in items.iter().enumerate() {
                objects(item, &format!("{path}/{at}"), found);
            }
        }
        _ => {}
    }
}

#[test]
fn a_misspelt_field_is_found_wherever_it_stands() {
    let value = complete();
    let mut places = Vec::new();
    objects(&value, "", &mut places);
    assert!(places.len() > 60);
    for place in places.iter().filter(|place| *place != "/code_tables") {
        let mut wrong = value.clone();
        let object = wrong.pointer_mut(place).unwrap_or_else(|| panic!("{place}"));
        object["requird"] = json!(true);
        let found = found(&wrong);
        if place.ends_with("/min") || place.ends_with("/max") {
            assert_eq!(found, [(place.clone(), "wrong_type")]);
        } else {
            assert_eq!(found, [(format!("{place}/requird"), "unknown_field")]);
        }
    }
}

#[test]
fn whatever_is_left_out_or_of_another_type_never_passes_by_chance() {
    let value = complete();
    let mut places = Vec::new();
    objects(&value, "", &mut places);
    for place in places {
        let fields: Vec<String> = value
            .pointer(&place)
            .and_then(Value::as_object)
            .into_iter()
            .flat_map(|object| object.keys().cloned())
            .collect();
        for field in fields {
            let mut wrong = value.clone();
            wrong.pointer_mut(&place).unwrap_or_else(|| panic!("{place}"))[&field] = Value::Null;
            assert!(!findings(&wrong).is_empty(), "{place}/{field} is null");
        }
    }
}

#[test]
fn each_fault_is_found_with_its_place() {
    let check = |rule: Value| json!([{"rule": rule, "message": text("no")}]);
    let q = "/pages/0/questions/0";
    let cases = [
        (question("Name", "text", json!({})), "/id", "bad_id"),
        (question("row", "text", json!({})), "/id", "reserved_id"),
        (question("name", "txt", json!({})), "/kind", "unknown_kind"),
        (
            question("name", "text", json!({"pattern": "(a"})),
            "/pattern",
            "bad_pattern",
        ),
        (
            question("name", "text", json!({"pattern": "a)|(b"})),
            "/pattern",
            "bad_pattern",
        ),
        (
            question("name", "text", json!({"pattern": "(a{1000}){1000}"})),
            "/pattern",
            "bad_pattern",
        ),
        (
            question("name", "text", json!({"min_length": 5, "max_length": 4})),
            "/min_length",
            "min_above_max",
        ),
        (
            question("n", "number", json!({"min": 2, "max": 1})),
            "/min",
            "min_above_max",
        ),
        (question("n", "number", json!({"max": 1e30})), "/max", "out_of_bounds"),
        (
            question("m", "money", json!({"min": "2.00", "max": "1.00"})),
            "/min",
            "min_above_max",
        ),
        (question("m", "money", json!({"min": 2})), "/min", "wrong_type"),
        (
            question("d", "date", json!({"min": "2026-02-30"})),
            "/min",
            "wrong_type",
        ),
        (
            question(
                "d",
                "date",
                json!({"min": {"today_plus_days": 1}, "max": {"today_plus_days": 0}}),
            ),
            "/min",
            "min_above_max",
        ),
        (question("c", "choice", json!({})), "/options", "empty"),
        (
            question("c", "choice", json!({"code_table": "none"})),
            "/code_table",
            "dangling_reference",
        ),
        (
            question(
                "c",
                "choice",
                json!({"options": [{"value": "a", "label": text("a")}, {"value": "a", "label": text("b")}]}),
            ),
            "/options/1/value",
            "duplicate_option",
        ),
        (
            question(
                "c",
                "choice",
                json!({"options": [{"value": "a", "label": {"zh-CN": "甲", "en": " "}}]}),
            ),
            "/options/0/label/en",
            "missing_text",
        ),
        (
            question("f", "material", json!({"material": "Photo"})),
            "/material",
            "wrong_type",
        ),
        (
            question("x", "computed", json!({"value": 1, "required": true})),
            "",
            "never_answered",
        ),
        (
            question("x", "computed", json!({"value": {"var": "y"}})),
            "/value/var",
            "dangling_reference",
        ),
        (
            question("x", "text", json!({"visible_when": {"var": "row.y"}})),
            "/visible_when/var",
            "row_outside_group",
        ),
        (
            question("x", "text", json!({"valid_when": check(json!({"sum": [1, 2, 3]}))})),
            "/valid_when/0/rule/sum",
            "wrong_arguments",
        ),
        (
            question("x", "text", json!({"valid_when": check(json!({"matches": ["a"]}))})),
            "/valid_when/0/rule/matches",
            "unknown_operator",
        ),
        (
            question(
                "x",
                "text",
                json!({"valid_when": check(json!({"==": [{"var": "x"}, null]}))}),
            ),
            "/valid_when/0/rule/==",
            "compares_with_null",
        ),
        (
            question("x", "text", json!({"valid_when": check(json!({"!": [], "==": []}))})),
            "/valid_when/0/rule",
            "not_an_operation",
        ),
        (
            question(
                "x",
                "text",
                json!({"valid_when": check(json!({"var": {"cat": ["x"]}}))}),
            ),
            "/valid_when/0/rule/var",
            "bad_reference",
        ),
        (
            question(
                "x",
                "number",
                json!({"valid_when": check(json!({"<": [{"var": "x"}, 9_934_445_533.572_273]}))}),
            ),
            "/valid_when/0/rule/</1",
            "too_many_digits",
        ),
        (
            question(
                "x",
                "number",
                json!({"valid_when": check(json!({"<": [{"var": "x"}, 1e20]}))}),
            ),
            "/valid_when/0/rule/</1",
            "too_many_digits",
        ),
        (
            question("x", "number", json!({"max": 9_934_445_533.572_273})),
            "/max",
            "too_many_digits",
        ),
        (
            question("x", "text", json!({"visible_when": false})),
            "/visible_when",
            "unreachable_question",
        ),
        (
            question(
                "c",
                "choice",
                json!({"options": [{"value": "a", "label": text("a")}], "valid_when": check(json!({"in": [{"var": "c"}, ["a", "z"]]}))}),
            ),
            "/valid_when/0/rule/in",
            "unknown_option",
        ),
        (
            question("g", "group", json!({"questions": [], "row_label": text("r")})),
            "/questions",
            "empty",
        ),
        (
            question(
                "g",
                "group",
                json!({"questions": [question("a", "text", json!({}))], "row_label": text("r"), "row_title": "b"}),
            ),
            "/row_title",
            "dangling_reference",
        ),
        (
            question(
                "g",
                "group",
                json!({"questions": [question("a", "text", json!({}))], "row_label": text("r"), "min_rows": 9, "max_rows": 3}),
            ),
            "/min_rows",
            "min_above_max",
        ),
        (
            question(
                "g",
                "group",
                json!({"questions": [question("a", "text", json!({"visible_when": {"var": "g.a"}}))], "row_label": text("r")}),
            ),
            "/questions/0/visible_when/var",
            "reads_into_group",
        ),
        (
            question(
                "g",
                "group",
                json!({"questions": [question("a", "text", json!({"valid_when": check(json!({"sum": [{"var": "g"}, {"var": "b"}]}))}))], "row_label": text("r")}),
            ),
            "/questions/0/valid_when/0/rule/sum/1/var",
            "dangling_reference",
        ),
    ];
    for (question, place, code) in cases {
        let found = found(&form(vec![question.clone()]));
        assert!(
            found.contains(&(format!("{q}{place}"), code)),
            "{code} in {question}: {found:?}"
        );
    }
}

#[test]
fn faults_of_the_whole_are_found() {
    let good = form(vec![question("a", "text", json!({}))]);
    let cases = [
        ("/schema", json!("onehall-form/2"), "/schema", "unknown_schema"),
        ("/version", json!(0), "/version", "bad_version"),
        ("/code", json!("De mo"), "/code", "wrong_type"),
        ("/pages", json!([]), "/pages", "empty"),
        (
            "/pages/0/visible_when",
            json!({"==": [1, 2]}),
            "/pages/0/visible_when",
            "unreachable_page",
        ),
        (
            "/pages/0/questions/1",
            question("a", "text", json!({})),
            "/pages/0/questions/1/id",
            "duplicate_id",
        ),
    ];
    for (place, value, path, code) in cases {
        let mut wrong = good.clone();
        let (parent, field) = place.rsplit_once('/').unwrap_or_default();
        match wrong.pointer_mut(parent) {
            Some(Value::Object(fields)) => drop(fields.insert(field.to_owned(), value)),
            Some(Value::Array(items)) => items.push(value),
            _ => panic!("{place}"),
        }
        assert!(
            found(&wrong).contains(&(path.to_owned(), code)),
            "{code}: {:?}",
            found(&wrong)
        );
    }
    assert_eq!(found(&json!("{")), [(String::new(), "wrong_type")]);
    assert_eq!(Form::parse("{").err().map(|findings| findings[0].code), Some("no_json"));
}

#[test]
fn an_id_is_of_its_shape_and_of_no_other() {
    let longest = "a".repeat(64);
    for (id, sound) in [
        ("a", true),
        ("a_9", true),
        (longest.as_str(), true),
        ("9a", false),
        ("_a", false),
        ("a-b", false),
        ("aB", false),
        ("é", false),
        (&format!("{longest}a"), false),
    ] {
        let expected: &[&str] = if sound { &[] } else { &["bad_id"] };
        let found: Vec<_> = findings(&form(vec![question(id, "text", json!({}))]))
            .iter()
            .map(|finding| finding.code)
            .collect();
        assert_eq!(found, expected, "{id}");
    }
}

#[test]
fn a_note_has_no_answer_that_a_rule_could_read() {
    let value = form(vec![
        question("n", "note", json!({})),
        question("a", "text", json!({"visible_when": {"answered": {"var": "n"}}})),
    ]);
    assert_eq!(
        found(&value),
        [(
            "/pages/0/questions/1/visible_when/answered/var".to_owned(),
            "dangling_reference"
        )]
    );
}

#[test]
fn a_part_of_a_row_that_is_taken_whole_is_there_or_told() {
    let rows = question(
        "rows",
        "group",
        json!({"row_label": text("r"), "questions": [question("n", "number", json!({}))]}),
    );
    let of = |path: &str| {
        let sum = json!({"value": {"reduce": [{"var": "rows"}, {"var": path}, 0]}});
        findings(&form(vec![rows.clone(), question("sum", "computed", sum)]))
            .iter()
            .map(|finding| finding.code)
            .collect::<Vec<_>>()
    };
    assert_eq!((of("current"), of("current.n")), (vec![], vec![]));
    assert_eq!(
        (of("current.m"), of("n")),
        (vec!["dangling_reference"], vec!["bad_reference"])
    );
}

/// Of a table that many questions use, what is wrong is told once.
#[test]
fn a_fault_in_a_code_table_is_told_once() {
    let mut value = form(vec![
        question("a", "choice", json!({"code_table": "t"})),
        question("b", "choice", json!({"code_table": "t"})),
        question(
            "c",
            "text",
            json!({"visible_when": {"var": "nobody"}, "required_when": {"var": "nobody"}}),
        ),
    ]);
    value["code_tables"] = json!({"t": [{"value": "x", "label": text("x"), "visible_when": {"var": "nobody"}}]});
    let places: Vec<String> = findings(&value).into_iter().map(|finding| finding.path).collect();
    assert_eq!(
        places,
        [
            "/code_tables/t/0/visible_when/var",
            "/pages/0/questions/2/visible_when/var",
            "/pages/0/questions/2/required_when/var"
        ]
    );
}

#[test]
fn what_no_memory_holds_is_refused_before_it_is_made() {
    let options: Vec<Value> = (0..1_000)
        .map(|at| json!({"value": format!("v{at}"), "label": text("v"), "visible_when": true}))
        .collect();
    let questions = |count: usize| {
        let mut questions = vec![question("first", "text", json!({"visible_when": {"==": [1, 1]}}))];
        questions.extend((1..count).map(|at| question(&format!("q{at}"), "choice", json!({"code_table": "t"}))));
        let mut value = form(questions);
        value["code_tables"] = json!({"t": options});
        value
    };
    assert_eq!(found(&questions(500)), []);
    assert_eq!(found(&questions(502)), [(String::new(), "too_many_rules")]);
}

/// The first thousand findings are told, and that there are more.
#[test]
fn nobody_is_told_more_than_a_thousand_things() {
    let value = |wrong: usize| {
        form(
            (0..wrong)
                .map(|at| question(&format!("q{at}"), "text", json!({"visible_when": {"var": "nobody"}})))
                .collect(),
        )
    };
    assert_eq!(findings(&value(1_000)).len(), 1_000);
    let many = findings(&value(5_000));
    assert_eq!(
        (many.len(), many.last().map(|last| last.code)),
        (1_001, Some("too_many_findings"))
    );
    let mut shape = form(vec![json!(0); 5_000]);
    assert_eq!(findings(&shape).last().map(|last| last.code), Some("too_many_findings"));
    for at in 0..5_000 {
        shape[format!("x{at}")] = json!(1);
    }
    assert_eq!(findings(&shape).len(), 1_001);
    let mut named = form(vec![question("a", "text", json!({}))]);
    for (length, sound) in [(64, true), (65, false)] {
        named["code_tables"] = json!({"名".repeat(length): [{"value": "x", "label": text("x")}]});
        assert_eq!(found(&named).is_empty(), sound, "{length}");
    }
}

#[test]
fn a_circle_is_told_where_it_begins_and_way_by_way() {
    let mut questions: Vec<Value> = (0..5)
        .map(|at| question(&format!("before{at}"), "number", json!({})))
        .collect();
    questions.push(question(
        "a",
        "text",
        json!({"visible_when": {"answered": {"var": "b"}}}),
    ));
    questions.push(question(
        "b",
        "text",
        json!({"visible_when": {"answered": {"var": "a"}}}),
    ));
    let told = findings(&form(questions));
    let [circle] = told.as_slice() else { panic!("{told:?}") };
    assert!(
        ["/pages/0/questions/5", "/pages/0/questions/6"].contains(&circle.path.as_str()),
        "{circle:?}"
    );
    let steps = circle
        .message
        .strip_prefix("these hang on each other in a circle: ")
        .unwrap_or_default();
    let mut steps: Vec<&str> = steps.split(", ").collect();
    assert_eq!(steps.first(), steps.last(), "{circle:?}");
    steps.pop();
    steps.sort_unstable();
    assert_eq!(
        steps,
        [
            "a (its value)",
            "a (whether it is shown)",
            "b (its value)",
            "b (whether it is shown)"
        ]
    );
    // A jump hangs on what is answered behind it, which it hides.
    let mut jump = form(vec![question("a", "text", json!({}))]);
    let page = |id: &str, questions: Value, next: Value| json!({"id": id, "title": text(id), "questions": questions, "next": next});
    jump["pages"] = json!([
        page(
            "one",
            json!([question("a", "text", json!({}))]),
            json!([{"when": {"answered": {"var": "b"}}, "page": "three"}])
        ),
        page("two", json!([question("b", "text", json!({}))]), json!([])),
        page("three", json!([question("c", "text", json!({}))]), json!([])),
    ]);
    let told = findings(&jump);
    assert!(told[0].message.contains("one (where it goes on)"), "{told:?}");
    // Of very many circles twenty are told.
    let pairs = (0..60).map(|at: usize| {
        question(
            &format!("q{at}"),
            "text",
            json!({"visible_when": {"answered": {"var": format!("q{}", at ^ 1)}}}),
        )
    });
    assert_eq!(findings(&form(pairs.collect())).len(), 20);
}

#[test]
fn every_circle_of_rules_is_named() {
    let value = form(vec![
        question("a", "computed", json!({"value": {"+": [{"var": "b"}, 1]}})),
        question("b", "computed", json!({"value": {"var": "c"}})),
        question("c", "number", json!({"visible_when": {">": [{"var": "a"}, 0]}})),
        question("d", "text", json!({"visible_when": {"var": "d"}})),
        question(
            "e",
            "text",
            json!({"visible_when": {"var": "a"}, "valid_when": [{"rule": {"var": "e"}, "message": text("own answer")}]}),
        ),
    ]);
    let circles: Vec<String> = findings(&value)
        .into_iter()
        .filter(|finding| finding.code == "cycle")
        .map(|finding| finding.message)
        .collect();
    assert_eq!(circles.len(), 2, "{circles:?}");
    for name in [
        "a (its value)",
        "b (its value)",
        "c (its value)",
        "c (whether it is shown)",
    ] {
        assert!(
            circles.iter().any(|circle| circle.contains(name)),
            "{name} in {circles:?}"
        );
    }
    assert!(circles.iter().any(|circle| circle.contains("d (whether it is shown)")));
    assert!(
        !circles.iter().any(|circle| circle.contains("e (")),
        "who reads its own answer in a check is in no circle"
    );
}

#[test]
fn a_long_chain_of_rules_is_no_circle_and_needs_no_deep_stack() {
    let mut questions = vec![question("q0", "number", json!({}))];
    for at in 1..5_000 {
        questions.push(question(
            &format!("q{at}"),
            "computed",
            json!({"value": {"+": [{"var": format!("q{}", at - 1)}, 1]}}),
        ));
    }
    assert_eq!(findings(&form(questions)), []);
}

fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        "[a-z_/~.]{0,8}".prop_map(Value::from),
    ];
    let names = prop_oneof![
        Just("id".to_owned()),
        Just("kind".to_owned()),
        Just("questions".to_owned()),
        Just("options".to_owned()),
        Just("visible_when".to_owned()),
        Just("var".to_owned()),
        Just("and".to_owned()),
        "[a-z_]{0,6}",
    ];
    leaf.prop_recursive(4, 48, 5, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::btree_map(names.clone(), inner, 0..4)
                .prop_map(|fields| Value::Object(fields.into_iter().collect())),
        ]
    })
}

proptest! {
    #[test]
    fn no_json_makes_the_loader_panic(value in any_json()) {
        let _ = Form::from_value(&value);
    }

    /// Any part of a sound definition replaced by anything: refused or loaded, never a panic; and what loads can be
    /// written and read again.
    #[test]
    fn no_change_of_a_definition_makes_the_loader_panic(part in any_json(), at in any::<prop::sample::Index>()) {
        let mut value = complete();
        let mut places = Vec::new();
        all(&value, String::new(), &mut places);
        let place = &places[at.index(places.len())];
        if let Some(spot) = value.pointer_mut(place) {
            *spot = part;
        }
        if let Ok(form) = Form::from_value(&value) {
            let again = serde_json::to_value(form.definition()).unwrap_or_default();
            prop_assert_eq!(findings(&again), vec![]);
        }
    }
}

fn all(value: &Value, path: String, found: &mut Vec<String>) {
    match value {
        Value::Object(fields) => fields
            .iter()
            .for_each(|(name, value)| all(value, format!("{path}/{name}"), found)),
        Value::Array(items) => items
            .iter()
            .enumerate()
            .for_each(|(at, value)| all(value, format!("{path}/{at}"), found)),
        _ => {}
    }
    found.push(path);
}
