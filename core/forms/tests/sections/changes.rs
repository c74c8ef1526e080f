//! Sections from one version of a form to the next.

use onehall_forms::{Migration, diff, migrate};
use onehall_protocol::drafts::Answers;
use serde_json::{Value, json};

use crate::made::{context, form, question, single, text};
use crate::{household, section};

fn told(old: &Value, new: &Value) -> Vec<String> {
    diff(&form(old), &form(new)).iter().map(ToString::to_string).collect()
}

#[test]
fn moving_into_a_section_or_out_of_one_loses_no_answer() {
    let apart = json!([
        {"id": "only", "title": text("Only"), "questions": [question("a", "number", json!({})), question("b", "number", json!({}))]},
        {"id": "rows", "title": text("Rows"), "questions": [question("g", "group", json!({"row_label": text("r"), "questions": [
            question("x", "number", json!({})), question("y", "number", json!({}))]}))]},
    ]);
    let together = json!([
        {"id": "only", "title": text("Only"), "questions": [
            question("a", "number", json!({})), section("s", &[question("b", "number", json!({}))], json!({}))]},
        {"id": "rows", "title": text("Rows"), "questions": [question("g", "group", json!({"row_label": text("r"), "questions": [
            section("t", &[question("x", "number", json!({})), question("y", "number", json!({}))], json!({}))]}))]},
    ]);
    assert_eq!(
        told(&apart, &together),
        [
            "s: section_added",
            "b: moved (only -> only/s)",
            "g/t: section_added",
            "g/x: moved (rows -> rows/t)",
            "g/y: moved (rows -> rows/t)",
        ]
    );
    assert_eq!(
        told(&together, &apart),
        [
            "b: moved (only/s -> only)",
            "g/x: moved (rows/t -> rows)",
            "g/y: moved (rows/t -> rows)",
            "s: section_removed",
            "g/t: section_removed",
        ]
    );
    let answers: Answers = [
        ("a", json!(1)),
        ("b", json!(2)),
        ("g", json!(["r1"])),
        ("g/r1/x", json!(3)),
    ]
    .map(|(path, value)| (path.to_owned(), value))
    .into();
    for (old, new) in [(&apart, &together), (&together, &apart)] {
        let moves = migrate(&form(old), &form(new), &answers, &context());
        assert_eq!(
            moves,
            Migration::Moves {
                answers: answers.clone()
            }
        );
    }
}

#[test]
fn what_changes_of_a_section_is_told_of_the_section() {
    let with = |field: &str, value: Value| {
        let mut pages = household();
        pages[0]["questions"][1][field] = value;
        pages
    };
    let cases = [
        (with("label", text("Partner")), "spouse: text_changed (label)"),
        (with("help", text("Partner")), "spouse: text_changed (help)"),
        (
            with("visible_when", json!({"!": [{"var": "married"}]})),
            "spouse: rule_changed (visible_when)",
        ),
    ];
    for (new, expected) in cases {
        assert_eq!(told(&household(), &new), [expected]);
    }
    let mut inside = household();
    inside[0]["questions"][1]["questions"][1]["label"] = text("Day of birth");
    assert_eq!(told(&household(), &inside), ["born: text_changed (label)"]);
    // Elsewhere: what stands in it goes along.
    let page = |id: &str, questions: Value| json!({"id": id, "title": text(id), "questions": questions});
    let note = |id: &str| question(id, "note", json!({}));
    let spouse = || section("spouse", &[question("name", "text", json!({}))], json!({}));
    let first = json!([
        page("one", json!([note("a"), spouse()])),
        page("two", json!([note("b")]))
    ]);
    let second = json!([
        page("one", json!([note("a")])),
        page("two", json!([note("b"), spouse()]))
    ]);
    assert_eq!(told(&first, &second), ["spouse: moved (one -> two)"]);
    let before = json!([page("one", json!([note("a"), spouse(), note("b")]))]);
    let after = json!([page("one", json!([spouse(), note("a"), note("b")]))]);
    assert_eq!(told(&before, &after), ["spouse: moved (on page one)"]);
    // A question becomes a section of the same name: its answer would be lost.
    let text_of_it = json!([page("one", json!([question("spouse", "text", json!({}))]))]);
    let section_of_it = json!([page("one", json!([spouse()]))]);
    assert_eq!(
        told(&text_of_it, &section_of_it),
        ["spouse: section_added", "name: added", "spouse: removed"]
    );
    let answers = Answers::from([("spouse".to_owned(), json!("李雷"))]);
    let Migration::Pinned { reasons } = migrate(&form(&text_of_it), &form(&section_of_it), &answers, &context()) else {
        panic!("the answer would be lost");
    };
    assert_eq!(
        (reasons[0].path.as_str(), reasons[0].why.code()),
        ("spouse", "answer_lost")
    );
}

#[test]
fn a_rule_of_a_section_that_would_hide_an_answer_keeps_the_draft() {
    let mut shown = household();
    drop(
        shown[0]["questions"][1]
            .as_object_mut()
            .and_then(|section| section.remove("visible_when")),
    );
    let answers = Answers::from([("name".to_owned(), json!("李雷"))]);
    let Migration::Pinned { reasons } = migrate(&form(&shown), &form(&household()), &answers, &context()) else {
        panic!("the answer would be hidden");
    };
    assert_eq!(
        (reasons[0].path.as_str(), reasons[0].why.code()),
        ("name", "newly_hidden")
    );
}

#[test]
fn what_goes_with_a_section_is_told_and_what_goes_along_is_not() {
    let without = single(&[
        question("married", "yes_no", json!({})),
        question("rooms", "number", json!({})),
    ]);
    assert_eq!(
        told(&household(), &without),
        ["spouse: section_removed", "name: removed", "born: removed"]
    );
    // A group takes its rows along, into a section as onto another page.
    let note = |id: &str| question(id, "note", json!({}));
    let group = || {
        let inner = json!([question("x", "number", json!({}))]);
        question("g", "group", json!({"row_label": text("r"), "questions": inner}))
    };
    let apart = single(&[note("a"), group()]);
    let together = single(&[note("a"), section("s", &[group()], json!({}))]);
    assert_eq!(
        told(&apart, &together),
        ["s: section_added", "g: moved (only -> only/s)"]
    );
    let page = |id: &str, questions: Value| json!({"id": id, "title": text(id), "questions": questions});
    let first = json!([
        page("one", json!([note("a"), group()])),
        page("two", json!([note("b")]))
    ]);
    let second = json!([
        page("one", json!([note("a")])),
        page("two", json!([note("b"), group()]))
    ]);
    assert_eq!(told(&first, &second), ["g: moved (one -> two)"]);
    // A section in a section, taken out of the outer one.
    let inner = || section("inner", &[question("x", "number", json!({}))], json!({}));
    let nested = single(&[section("outer", &[note("a"), inner()], json!({}))]);
    let out = single(&[section("outer", &[note("a")], json!({})), inner()]);
    assert_eq!(told(&nested, &out), ["inner: moved (only/outer -> only)"]);
}
