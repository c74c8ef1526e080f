//! Rules that hang on each other.

use onehall_protocol::Language;
use serde_json::{Value, json};

use crate::{findings, form, question, text};

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
    let said = circle.message(Language::En);
    let steps = said
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
    assert!(
        told[0].message(Language::En).contains("one (where it goes on)"),
        "{told:?}"
    );
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
        .map(|finding| finding.message(Language::En))
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

#[test]
fn of_a_long_circle_thirty_steps_are_named_and_the_others_counted() {
    let around = |count: usize| {
        let each = (0..count).map(|at| {
            let next = format!("c{}", (at + 1) % count);
            question(&format!("c{at}"), "computed", json!({"value": {"var": next}}))
        });
        let mut value = form(each.collect());
        // Pages come first where things are numbered: none of them is taken for what stands in it.
        let pages = value["pages"].as_array_mut().unwrap_or_else(|| panic!("no pages"));
        pages.extend((0..5).map(|at| json!({"id": format!("p{at}"), "title": text("P"), "questions": [question(&format!("q{at}"), "text", json!({}))]})));
        let told = findings(&value);
        let [circle] = told.as_slice() else { panic!("{told:?}") };
        Language::ALL.map(|language| circle.message(language))
    };
    for count in [29, 30] {
        let [zh, en] = around(count);
        assert_eq!(
            en.matches("(its value)").count(),
            count + 1,
            "and back to the first: {en}"
        );
        assert!(!en.contains("more") && !zh.contains("另外"), "{en} {zh}");
    }
    let [zh, en] = around(42);
    assert_eq!(en.matches("(its value)").count(), 31, "{en}");
    assert!(en.contains(", 12 more, ") && zh.contains(", 另外 12 项, "), "{en} {zh}");
}
