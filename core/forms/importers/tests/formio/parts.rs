//! Parts of a page with a title, in rows and around them.

use onehall_forms::{Kind, Question};
use serde_json::{Value, json};

use super::support::{imported, is_shown, kind, outline, page, question, told, told_sorted};
use super::{form, radio, text, with};

fn panel(key: &str, title: &str, components: &[Value]) -> Value {
    json!({"type": "panel", "key": key, "title": title, "components": components})
}

fn in_rows(group: &Question) -> &[Question] {
    match &group.kind {
        Kind::Group { questions, .. } => questions,
        other => panic!("{other:?}"),
    }
}

#[test]
fn what_is_never_shown_goes_from_its_part_and_an_empty_part_with_it() {
    let never = |key: &str| with(text(key), "conditional", json!({"json": {"==": [1, 2]}}));
    let all = imported(&form(json!([
        panel("p", "P", &[never("a")]),
        panel("q", "Q", &[never("b"), text("c")]),
        {"type": "datagrid", "key": "d", "label": "D", "components": [panel("r", "R", &[never("e"), text("f")])]}
    ])));
    assert_eq!(outline(&page(&all, "form").questions), "Q(c) d");
    assert_eq!(outline(in_rows(question(&all, "d"))), "R(f)");
    assert_eq!(
        told_sorted(&all),
        [
            ("/components/0/components/0", "never_shown"),
            ("/components/1/components/0", "never_shown"),
            ("/components/2/components/0/components/0", "never_shown"),
        ]
    );
}

#[test]
fn a_circle_in_a_part_is_cut_and_told_at_its_question() {
    let when = |key: &str, other: &str| {
        with(
            text(key),
            "conditional",
            json!({"show": true, "when": other, "eq": "x"}),
        )
    };
    let all = imported(&form(json!([
        text("first"),
        panel("p", "P", &[when("a", "b"), when("b", "a")])
    ])));
    let told = told(&all);
    assert_eq!(told.len(), 1, "{told:?}");
    let (path, code) = told[0];
    assert_eq!(code, "rule_not_carried");
    assert!(path.starts_with("/components/1/components/"), "{path}");
    let rules = ["a", "b"].map(|id| question(&all, id).visible_when.is_some());
    assert_eq!(rules.iter().filter(|rule| **rule).count(), 1);
}

#[test]
fn options_that_a_part_shares_with_the_page_are_written_once() {
    let options: Vec<Value> = (0..12)
        .map(|at| json!({"label": format!("L{at}"), "value": format!("v{at}")}))
        .collect();
    let select = |key: &str| json!({"type": "select", "key": key, "label": key, "data": {"values": options}});
    let all = imported(&form(json!([select("one"), panel("p", "P", &[select("two")])])));
    let tables = ["one", "two"].map(|id| kind(question(&all, id))["code_table"].clone());
    assert_eq!(tables, [json!("one"), json!("one")]);
    assert_eq!(all.definition.code_tables["one"].len(), 12);
}

#[test]
fn only_what_the_builder_calls_parts_by_itself_is_no_title() {
    let all = imported(&form(json!([
        panel("p", "Page 2", &[text("a")]),
        panel("q", "Page turner", &[text("b")]),
        {"type": "tabs", "key": "tabs", "components": [
            {"label": "Tab 1", "key": "t1", "components": [text("c")]},
            {"label": "Tab of the bill", "key": "t2", "components": [text("d")]}]}
    ])));
    assert_eq!(
        outline(&page(&all, "form").questions),
        "a Page turner(b) c Tab of the bill(d)"
    );
}

#[test]
fn a_row_has_parts_of_its_own_however_deep_it_stands_and_may_be_named_in_one() {
    let who = panel("who", "Who", &[text("name")]);
    let grid = json!({"type": "datagrid", "key": "people", "label": "People", "components": [who]});
    let deep = panel("p1", "P1", &[panel("p2", "P2", &[panel("p3", "P3", &[grid])])]);
    let all = imported(&form(json!([text("first"), deep])));
    let people = question(&all, "people");
    assert_eq!(outline(in_rows(people)), "Who(name)");
    assert_eq!(kind(people)["row_title"], "name");
    assert_eq!(told(&all), []);
}

#[test]
fn a_title_that_is_only_read_keeps_its_help() {
    let mut deep = with(panel("p4", "P4", &[text("inmost")]), "tooltip", json!("Why"));
    for level in (1..=3).rev() {
        deep = panel(&format!("p{level}"), &format!("P{level}"), &[deep]);
    }
    let all = imported(&form(json!([text("first"), deep])));
    assert_eq!(question(&all, "note").label.en, "P4\nWhy");
}

#[test]
fn the_question_of_a_survey_stands_over_what_it_asks() {
    let survey = json!({"type": "survey", "key": "sat", "label": "How satisfied were you?", "description": "Last visit only",
        "questions": [{"label": "Cleanliness", "value": "clean"}, {"label": "Staff", "value": "staff"}],
        "values": [{"label": "Good", "value": "g"}, {"label": "Bad", "value": "b"}],
        "conditional": {"show": true, "when": "came", "eq": "a"}});
    let why = with(
        text("why"),
        "conditional",
        json!({"show": true, "when": "sat.staff", "eq": "b"}),
    );
    let all = imported(&form(json!([
        radio("came"),
        survey,
        why,
        with(with(survey.clone(), "key", json!("more")), "hideLabel", json!(true))
    ])));
    let form = &page(&all, "form").questions;
    assert_eq!(
        outline(form),
        "came How satisfied were you?(sat_clean sat_staff) why more_clean more_staff"
    );
    assert_eq!(
        form[1].help.as_ref().map(|help| help.en.as_str()),
        Some("Last visit only")
    );
    let answers = [("came", json!("a")), ("sat_staff", json!("b"))];
    assert!(is_shown(&all, "sat_clean", &answers) && is_shown(&all, "why", &answers));
    assert!(!is_shown(&all, "sat_clean", &[("came", json!("b"))]) && !is_shown(&all, "why", &answers[..1]));
    assert_eq!(told(&all), []);
}

#[test]
fn what_stands_in_a_part_of_an_unknown_kind_is_asked_for() {
    let needed = |key: &str| with(text(key), "validate", json!({"required": true}));
    let when = |key: &str, name: &str| with(text(key), "conditional", json!({"show": true, "when": name, "eq": "a"}));
    let all = imported(&form(json!([
        {"type": "accordion", "key": "acc", "label": "Accordion", "input": true, "components": [needed("q"), radio("r")]},
        {"type": "custom", "key": "own", "label": "Own", "input": true, "tree": true, "components": [
            {"type": "steps", "key": "steps", "input": true, "multiple": true, "components": [needed("z")]}]},
        {"type": "stepper", "key": "st", "label": "Steps", "input": true},
        {"type": "block", "key": "b", "label": "Block", "components": [text("plain")]},
        {"type": "address", "key": "ad", "label": "Address", "input": true, "components": [text("street")]},
        when("by_key", "r"),
        when("by_path", "acc.r"),
        with(text("by_json"), "conditional", json!({"json": {"==": [{"var": "data.acc.r"}, "a"]}}))
    ])));
    assert_eq!(
        outline(&page(&all, "form").questions),
        "q r z st plain ad by_key by_path by_json"
    );
    assert!(question(&all, "q").required && question(&all, "z").required);
    for id in ["by_key", "by_path", "by_json"] {
        assert!(
            is_shown(&all, id, &[("r", json!("a"))]) && !is_shown(&all, id, &[("r", json!("b"))]),
            "{id}"
        );
    }
    assert_eq!(
        told_sorted(&all),
        [
            ("/components/0", "component_not_carried"),
            ("/components/1", "component_not_carried"),
            ("/components/1/components/0", "component_not_carried"),
            ("/components/2", "kind_as_text"),
            ("/components/4", "address_parts"),
        ]
    );
}
