//! What a change tells, and what a person sees of a filling then.

use onehall_forms::{AnswerCode, Filling, Progress};
use serde_json::{Value, json};

use super::{company, context, error, errors, filled, filling, form, question, single, text};

#[test]
fn a_change_names_what_is_seen_differently_and_nothing_else() {
    let option = |value: &str, more: Value| {
        let mut option = json!({"value": value, "label": text(value)});
        if !more.is_null() {
            option["visible_when"] = more;
        }
        option
    };
    let form = single(vec![
        question("a", "number", json!({})),
        question("needed", "text", json!({"required_when": {">": [{"var": "a"}, 5]}})),
        question(
            "checked",
            "text",
            json!({"valid_when": [{"rule": {"<": [{"var": "a"}, 9]}, "message": text("no")}]}),
        ),
        question(
            "offers",
            "choice",
            json!({"options": [option("x", Value::Null), option("y", json!({">": [{"var": "a"}, 5]}))]}),
        ),
        question(
            "plain",
            "choice",
            json!({"options": [option("x", Value::Null)], "required_when": {">": [{"var": "a"}, 7]}}),
        ),
    ]);
    let mut filling = filling(&form, json!({"checked": "x"}));
    assert_eq!(
        filling.set("a", json!(1)).paths,
        ["a", "offers"],
        "an option may be another one"
    );
    assert_eq!(filling.set("a", json!(6)).paths, ["a", "needed", "offers"]);
    assert_eq!(filling.set("a", json!(8)).paths, ["a", "offers", "plain"]);
    assert_eq!(filling.set("a", json!(9)).paths, ["a", "checked", "offers"]);
    assert!(
        filling.set("a", json!(9)).paths.is_empty(),
        "the same again is no change"
    );
}

/// A row that takes the place of another one has nothing of it, not for those either who read all rows.
#[test]
fn who_reads_rows_sees_that_one_took_the_place_of_another() {
    let form = single(vec![
        question(
            "rows",
            "group",
            json!({"row_label": text("r"), "questions": [question("n", "number", json!({}))]}),
        ),
        question(
            "sum",
            "computed",
            json!({"value": {"sum": [{"var": "rows"}, {"var": ["n", 0]}]}}),
        ),
    ]);
    let mut filling = filling(&form, json!({"rows": ["a"], "rows/a/n": 5}));
    assert_eq!(filling.computed_values()["sum"], 5);
    filling.set("rows", json!(["b"]));
    assert_eq!(filling.computed_values()["sum"], 0);
    filling.set("rows", json!(["a"]));
    assert_eq!(filling.computed_values()["sum"], 5, "what it said waited for it");
}

#[test]
fn pages_are_known_by_their_ids_and_by_what_stands_on_them() {
    let mut filling = filled();
    assert_eq!(filling.pages(), ["basics", "owners", "place"]);
    let titles = ["basics", "owners", "place"].map(|id| filling.page(id).map(|page| page.page.title.en.clone()));
    assert_eq!(
        titles,
        ["Basics", "Owners", "Place"].map(|title| Some(title.to_owned()))
    );
    assert!(filling.page("nowhere").is_none());
    assert_eq!(filling.page_of("shareholders/r1/name"), Some("owners"));
    assert_eq!(filling.page_of("capital"), Some("basics"));
    assert_eq!(filling.page_of("nothing"), None);
    assert!(filling.is_page_complete("owners") && !filling.is_page_complete("nowhere"));
    filling.set("shareholders/r1/share", Value::Null);
    assert!(
        !filling.is_page_complete("owners") && filling.is_page_complete("basics") && filling.is_page_complete("place")
    );
    assert_eq!(filling.page("owners").map(|page| page.complete), Some(false));
    assert_eq!(filling.page("basics").map(|page| page.complete), Some(true));
    // The company needs its kind and its capital; each of two owners a name and a share; one share is missing.
    let expected = Progress {
        pages: 3,
        complete_pages: 2,
        required: 6,
        answered: 5,
    };
    assert_eq!(filling.progress(), expected);
    let form = company();
    assert_eq!(form.page("place").map(|page| page.title.en.as_str()), Some("Place"));
    assert!(form.page("nowhere").is_none());
}

#[test]
fn a_computed_question_shows_its_value() {
    let filling = filled();
    let amount = filling
        .question("shareholders/r1/amount")
        .and_then(|view| view.computed);
    assert_eq!(amount, Some(json!("333.30")));
    let name = filling.question("shareholders/r1/name").map(|view| view.computed);
    assert_eq!(name, Some(None), "what is answered is not computed");
}

#[test]
fn who_may_leave_a_declaration_alone_may_also_say_no() {
    let of = |required: bool| {
        let form = single(vec![question(
            "agree",
            "declaration",
            json!({"statement": text("s"), "required": required}),
        )]);
        errors(&filling(&form, json!({"agree": false})))
    };
    assert_eq!((of(false), of(true)), (vec![], vec![error("agree", "not_agreed")]));
}

/// The signs that JSON writes in another way stand in the canonical document as its description says.
#[test]
fn signs_are_escaped_in_one_way() {
    let form = single(vec![question("a", "long_text", json!({}))]);
    let filling = filling(&form, json!({"a": "\u{1}\u{1f}\n\r\t\"\\/é "}));
    assert!(
        filling
            .canonical()
            .contains(r#""values":{"a":"\u0001\u001f\n\r\t\"\\/é "}"#),
        "{}",
        filling.canonical()
    );
}

#[test]
fn a_code_is_written_as_it_is_named() {
    for code in AnswerCode::ALL {
        assert_eq!(AnswerCode::named(&code.to_string()), Some(*code));
    }
}

#[test]
fn a_rule_in_a_row_waits_for_what_stands_around_it() {
    let row = json!([
        question(
            "n",
            "number",
            json!({"required_when": {"and": [{"var": "outside"}, {"var": "row.other"}]}})
        ),
        question("other", "yes_no", json!({}))
    ]);
    let form = form(
        json!([{"id": "only", "title": text("Only"), "questions": [
            question("outside", "yes_no", json!({})),
            question("rows", "group", json!({"row_label": text("r"), "questions": row})),
        ]}]),
        Value::Null,
    );
    let filling = Filling::new(form, [("rows".to_owned(), json!(["a", "b"]))].into(), context());
    let waits: Vec<_> = filling
        .unknown_rules()
        .into_iter()
        .map(|rule| (rule.path, rule.waits_for))
        .collect();
    let of = |row: &str| {
        (
            format!("rows/{row}/n"),
            vec!["outside".to_owned(), format!("rows/{row}/other")],
        )
    };
    assert_eq!(waits, [of("a"), of("b")]);
}
