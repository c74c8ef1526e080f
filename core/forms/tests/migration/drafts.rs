//! A draft that moves to another version, or stays and says why.

use onehall_forms::{Form, Migration, Reason, Why, migrate};
use onehall_protocol::Text;
use onehall_protocol::drafts::Answers;
use serde_json::{Value, json};

use super::{P, Q, context, form, load, option, question, text, with};

fn answers(list: &[(&str, Value)]) -> Answers {
    list.iter()
        .map(|(path, value)| ((*path).to_owned(), value.clone()))
        .collect()
}

/// A draft in which everything is answered.
fn filled() -> Answers {
    answers(&[
        ("name", json!("李雷")),
        ("married", json!(true)),
        ("spouse", json!("韩梅梅")),
        ("letter", json!("c")),
        ("size", json!("m")),
        ("share", json!(40)),
        ("truthful", json!(true)),
        ("people", json!(["r1"])),
        ("people/r1/age", json!(20)),
        ("people/r1/note", json!("tall")),
    ])
}

/// Why a draft does not move; nothing where it does.
fn pinned(new: &Value, answers: &Answers) -> Vec<(String, &'static str)> {
    match migrate(&load(&form()), &load(new), answers, &context()) {
        Migration::Moves { .. } => Vec::new(),
        Migration::Pinned { reasons } => reasons
            .into_iter()
            .map(|reason| (reason.path.clone(), reason.why.code()))
            .collect(),
    }
}

#[test]
fn a_draft_moves_where_only_something_is_added_or_said_better() {
    let mut new = form();
    new["pages"][0]["questions"][0]["label"] = text("Full name");
    new["pages"][0]["questions"][0]["max_length"] = json!(30);
    if let Some(list) = new["code_tables"]["letters"].as_array_mut() {
        list.push(option("d"))
    }
    let more = [
        question("phone", "phone", json!({"required": true})),
        question("fee", "computed", json!({"value": {"+": [1, {"var": "share"}]}})),
    ];
    if let Some(list) = new["pages"][1]["questions"].as_array_mut() {
        list.extend(more)
    }
    let Migration::Moves { answers } = migrate(&load(&form()), &load(&new), &filled(), &context()) else {
        panic!("{:?}", pinned(&new, &filled()));
    };
    assert_eq!(answers, filled());
}

#[test]
fn a_draft_stays_where_an_answer_would_be_lost_wrong_hidden_or_shown() {
    let without = |place: &str| with(place, Value::Null);
    let cases = [
        (without(&format!("{Q}/0")), "name", "answer_lost"),
        (without(&format!("{P}/3/questions/1")), "people/r1/note", "answer_lost"),
        (with(&format!("{Q}/0/kind"), json!("yes_no")), "name", "retyped"),
        (without("/code_tables/letters/2"), "letter", "option_removed"),
        (
            with(
                "/code_tables/letters/2/visible_when",
                json!({"!": [{"var": "married"}]}),
            ),
            "letter",
            "newly_wrong",
        ),
        (with(&format!("{Q}/0/max_length"), json!(1)), "name", "newly_wrong"),
        (
            with(
                &format!("{P}/1/valid_when/0/rule"),
                json!({"!=": [{"var": "share"}, 40]}),
            ),
            "share",
            "newly_wrong",
        ),
        (with(&format!("{P}/3/min_rows"), json!(2)), "people", "newly_wrong"),
        (
            with(&format!("{Q}/2/visible_when"), json!({"!": [{"var": "married"}]})),
            "spouse",
            "newly_hidden",
        ),
        (
            with(&format!("{P}/2/statement"), text("Something else is true.")),
            "truthful",
            "asks_other",
        ),
    ];
    for (mut new, path, why) in cases {
        // What belongs to a text alone would not load with another kind.
        if why == "retyped" {
            new["pages"][0]["questions"][0]
                .as_object_mut()
                .map(|question| question.remove("max_length"));
        }
        assert_eq!(pinned(&new, &filled()), [(path.to_owned(), why)], "{new:#}");
        // Who did not answer that question is not held up by it.
        let mut others = filled();
        others.retain(|other, _| other != path && !other.starts_with("people"));
        assert_eq!(pinned(&new, &others), [], "{path}");
    }
}

#[test]
fn an_answer_is_one_to_what_was_asked_and_to_nothing_else() {
    let file = json!([{"id": "01935a00-0000-7000-8000-000000000001", "name": "a.png", "media_type": "image/png", "size": 1,
        "sha256": "0".repeat(64), "uploaded_at": "2026-11-23T01:00:00.000Z"}]);
    let entry = json!({"code": "1", "label": text("one")});
    let old = load(&with(
        &format!("{Q}/4"),
        question("job", "list_choice", json!({"list": "occupations"})),
    ));
    let given = answers(&[("photo", file), ("job", entry)]);
    let decided = |place: &str, value: Value| {
        let mut new = definition_of(&old);
        *new.pointer_mut(place).unwrap_or_else(|| panic!("{place}")) = value;
        match migrate(&old, &load(&new), &given, &context()) {
            Migration::Moves { .. } => Vec::new(),
            Migration::Pinned { reasons } => reasons
                .into_iter()
                .map(|reason| (reason.path.clone(), reason.why.code()))
                .collect(),
        }
    };
    assert_eq!(decided("/version", json!(2)), []);
    let photo = "/pages/2/questions/0/material";
    assert_eq!(
        decided(photo, json!("passport-photo")),
        [("photo".to_owned(), "asks_other")]
    );
    let job = format!("{Q}/4/list");
    assert_eq!(decided(&job, json!("trades")), [("job".to_owned(), "asks_other")]);
}

/// The definition of a form as JSON.
fn definition_of(form: &Form) -> Value {
    serde_json::to_value(form.definition()).unwrap_or_else(|error| panic!("{error}"))
}

#[test]
fn a_hidden_answer_is_an_answer() {
    let mut hidden = filled();
    hidden.insert("married".to_owned(), json!(false));
    let gone = with(&format!("{Q}/2"), Value::Null);
    assert_eq!(pinned(&gone, &hidden), [("spouse".to_owned(), "answer_lost")]);
    let shown = with(&format!("{Q}/2/visible_when"), Value::Null);
    assert_eq!(pinned(&shown, &hidden), [("spouse".to_owned(), "newly_shown")]);
    // A jump over a page hides what was answered on it.
    let jump = with("/pages/0/next", json!([{"when": {"var": "married"}, "page": "three"}]));
    let over: Vec<String> = pinned(&jump, &filled())
        .into_iter()
        .filter(|(_, why)| *why == "newly_hidden")
        .map(|(path, _)| path)
        .collect();
    assert_eq!(
        over,
        ["people", "people/r1/age", "people/r1/note", "share", "size", "truthful"]
    );
    assert_eq!(pinned(&jump, &hidden), []);
}

#[test]
fn an_answer_that_another_kind_takes_as_it_is_is_carried_over() {
    let mut new = with(&format!("{Q}/0/kind"), json!("long_text"));
    new["pages"][1]["questions"][0]["kind"] = json!("choices");
    let Migration::Moves { answers } = migrate(&load(&form()), &load(&new), &filled(), &context()) else {
        panic!("{:?}", pinned(&new, &filled()));
    };
    assert_eq!((&answers["name"], &answers["size"]), (&json!("李雷"), &json!(["m"])));
    // A text that is no phone number is none in the new version either.
    let mut phone = with(&format!("{Q}/0/kind"), json!("phone"));
    phone["pages"][0]["questions"][0]
        .as_object_mut()
        .map(|question| question.remove("max_length"));
    assert_eq!(pinned(&phone, &filled()), [("name".to_owned(), "newly_wrong")]);
}

#[test]
fn an_answer_of_the_wrong_type_becomes_no_list_of_one() {
    let mut new = form();
    new["pages"][1]["questions"][0]["kind"] = json!("choices");
    for given in [json!(5), json!(["m"]), json!({"a": 1})] {
        let migration = migrate(
            &load(&form()),
            &load(&new),
            &answers(&[("size", given.clone())]),
            &context(),
        );
        let Migration::Pinned { reasons } = migration else {
            panic!("{given}")
        };
        let why = serde_json::to_value(&reasons[0]).unwrap_or_else(|error| panic!("{error}"));
        assert_eq!(
            why,
            json!({"path": "size", "why": "retyped", "from": "choice", "to": "choices"})
        );
        assert_eq!(
            reasons[0].label(&load(&form())),
            load(&form())
                .question("size")
                .map(|question| question.label.clone())
                .unwrap_or_default()
        );
    }
    let unknown = Reason {
        path: "nowhere".to_owned(),
        why: Why::AnswerLost,
    };
    assert_eq!(unknown.label(&load(&form())), Text::new("nowhere", "nowhere"));
}

#[test]
fn nothing_is_lost_with_a_blank() {
    let blank = answers(&[("name", json!(" ")), ("people", json!([])), ("letter", Value::Null)]);
    let gone = with(&format!("{Q}/0"), Value::Null);
    let Migration::Moves { answers: moved } = migrate(&load(&form()), &load(&gone), &blank, &context()) else {
        panic!("{:?}", pinned(&gone, &blank));
    };
    assert!(
        !moved.contains_key("name"),
        "the new version would call it an unknown path"
    );
}
