//! Promises of first answers, on forms made for them.

mod rows;

use std::sync::Arc;

use onehall_forms::{Entries, List, ListEntry, Lists};
use onehall_protocol::cases::ResultKind;
use onehall_protocol::catalog::FormReference;
use onehall_protocol::drafts::Answers;
use onehall_protocol::{CaseId, CaseNumber, Date, Text, Timestamp};
use uuid::Uuid;

use super::*;
use crate::cases::{EarlierCase, EarlierResult};
use crate::city::{Fact, Proof};
use crate::drafts::past::certificate;

fn today() -> Date {
    "2026-11-23".parse().unwrap_or_else(|error| panic!("{error}"))
}

fn label(text: &str) -> Value {
    json!({ "zh-CN": text, "en": text })
}

/// A question: its id, its kind, its name, and what else belongs to it.
fn question(id: &str, kind: &str, name: Option<&str>, more: Value) -> Value {
    let mut question = json!({ "id": id, "kind": kind, "label": label(id) });
    if let Some(name) = name {
        question["prefill"] = json!(name);
    }
    for (key, value) in more.as_object().cloned().unwrap_or_default() {
        question[key] = value;
    }
    question
}

fn named(id: &str, kind: &str, name: &str) -> Value {
    question(id, kind, Some(name), json!({}))
}

fn form(questions: Value) -> Arc<Form> {
    let definition = json!({ "schema": "onehall-form/1", "code": "f", "version": 1, "title": label("f"),
        "pages": [{ "id": "p", "title": label("p"), "questions": questions }] });
    Arc::new(Form::from_value(&definition).unwrap_or_else(|findings| panic!("{findings:?}")))
}

fn profile(values: &[(&str, &str)]) -> Profile {
    let mut profile = Profile::default();
    for (name, value) in values {
        profile.values.insert((*name).to_owned(), (*value).to_owned());
    }
    profile
}

/// A case number `at`, submitted that many days after 1970.
fn past(at: u128, form: &Arc<Form>, answers: Value) -> Past {
    let answers: Answers = serde_json::from_value(answers).unwrap_or_else(|error| panic!("{error}"));
    Past {
        case: EarlierCase {
            id: CaseId(Uuid::from_u128(at)),
            number: CaseNumber(format!("L{at}")),
            item: "item".parse().unwrap_or_else(|error| panic!("{error}")),
            form: FormReference {
                code: "f".parse().unwrap_or_else(|error| panic!("{error}")),
                version: 1,
            },
            submitted_at: Timestamp::from_unix_millis(at as i64 * 86_400_000),
            answers,
            wanting: Vec::new(),
            result: None,
        },
        form: Arc::clone(form),
        item_name: Text::new("事项", "Item"),
        certificate: None,
    }
}

/// Each answer, with the number of the case that it comes from; `profile` and `certificate` for those.
fn filled(form: &Form, kind: PersonKind, profile: &Profile, past: &[Past]) -> Value {
    let known = Knowledge { kind, profile, past };
    let mut found = json!({});
    for first in first_answers(form, known, &Context::on(today())) {
        let from = match first.source {
            PrefillSource::Profile => "profile".to_owned(),
            PrefillSource::Certificate { .. } => "certificate".to_owned(),
            PrefillSource::Case { number, .. } => number.0,
        };
        found[first.path] = json!([first.value, from]);
    }
    found
}

fn citizen(form: &Form, past: &[Past]) -> Value {
    filled(form, PersonKind::Citizen, &Profile::default(), past)
}

#[test]
fn what_the_profile_has_is_not_asked_again_and_nothing_else_is_made_up() {
    let form = form(json!([
        named("name", "text", "person.name"),
        named("home", "address", "person.address"),
        named("firm", "text", "organisation.name"),
        named("who", "person", "person"),
        question(
            "agree",
            "declaration",
            Some("person.name"),
            json!({ "statement": label("x") })
        ),
        question("other", "text", None, json!({})),
    ]));
    let profile = profile(&[
        ("person.name", "陈雨"),
        ("person.citizen_id", "422801200504180268"),
        ("person.address.region", "兰川市"),
        ("person.address.detail", "河滨路1号"),
    ]);
    assert_eq!(
        filled(&form, PersonKind::Citizen, &profile, &[]),
        json!({
            "home": [{ "region": "兰川市", "detail": "河滨路1号" }, "profile"],
            "name": ["陈雨", "profile"],
            "who": [{ "name": "陈雨", "id_type": "citizen_id", "id_number": "422801200504180268" }, "profile"],
        })
    );
}

#[test]
fn what_another_form_asked_is_taken_from_the_last_case_that_has_it() {
    let earlier = form(json!([
        named("firm", "text", "person.employer"),
        named("since", "date", "person.employed_since"),
        named("card", "bank_card", "person.bank_card"),
    ]));
    let now = form(json!([
        named("employer", "text", "person.employer"),
        named("from", "date", "person.employed_since"),
        named("card", "bank_card", "person.bank_card"),
        named("school", "text", "person.school"),
    ]));
    let cases = [
        past(9, &earlier, json!({ "firm": "云帆公司" })),
        past(5, &earlier, json!({ "firm": "旧公司", "since": "2020-03-01" })),
    ];
    assert_eq!(
        citizen(&now, &cases),
        json!({ "employer": ["云帆公司", "L9"], "from": ["2020-03-01", "L5"] })
    );
}

#[test]
fn the_profile_comes_first_then_a_certificate_then_an_earlier_case() {
    let form = form(json!([
        named("name", "text", "person.name"),
        named("permit", "text", "person.permit"),
        named("job", "text", "person.job"),
    ]));
    let mut issued = past(3, &form, json!({ "name": "旧名", "permit": "old", "job": "教师" }));
    issued.case.result = Some(EarlierResult {
        kind: ResultKind::Issued,
        at: Timestamp::from_unix_millis(0),
        document_number: Some("P-1".to_owned()),
        file: None,
    });
    let proof = Proof {
        material: None,
        facts: [("person.permit".to_owned(), Fact::DocumentNumber)].into(),
        own_when: None,
    };
    issued.certificate = certificate(&issued.case, &form, &proof, &Text::new("证", "Permit"));
    let newer = past(8, &form, json!({ "permit": "typed", "job": "医生" }));
    assert_eq!(
        filled(
            &form,
            PersonKind::Citizen,
            &profile(&[("person.name", "陈雨")]),
            &[newer, issued]
        ),
        json!({ "name": ["陈雨", "profile"], "permit": ["P-1", "certificate"], "job": ["医生", "L8"] })
    );
}

#[test]
fn a_certificate_proves_what_was_answered_only_to_a_question_of_that_kind() {
    let asked = form(json!([
        named("home", "address", "person.residence"),
        question("job", "long_text", None, json!({})),
    ]));
    let home = json!({ "region": "兰川市", "detail": "1号" });
    let mut issued = past(3, &asked, json!({ "home": home, "job": "教师" }));
    issued.case.result = Some(EarlierResult {
        kind: ResultKind::Issued,
        at: Timestamp::from_unix_millis(0),
        document_number: None,
        file: None,
    });
    let proof = Proof {
        material: None,
        facts: [("lives_at", "home"), ("job", "job")]
            .map(|(name, id)| (format!("person.{name}"), Fact::Answer(id.to_owned())))
            .into(),
        own_when: None,
    };
    issued.certificate = certificate(&issued.case, &asked, &proof, &Text::new("证", "Permit"));
    let now = form(json!([
        named("here", "address", "person.lives_at"),
        named("text", "text", "person.lives_at"),
        named("job", "text", "person.job"),
    ]));
    let expected = json!({ "here": [{ "region": "兰川市", "detail": "1号" }, "certificate"] });
    assert_eq!(citizen(&now, &[issued]), expected);
}

#[test]
fn a_certificate_that_was_applied_for_for_somebody_else_proves_nothing_of_the_principal() {
    let form = form(json!([
        question("for_whom", "text", None, json!({})),
        named("card", "text", "person.card"),
    ]));
    let proof = Proof {
        material: None,
        facts: [("person.card".to_owned(), Fact::DocumentNumber)].into(),
        own_when: Some(("for_whom".to_owned(), "self".to_owned())),
    };
    let filled_for = |whom: &str| {
        let mut issued = past(3, &form, json!({ "for_whom": whom }));
        issued.case.result = Some(EarlierResult {
            kind: ResultKind::Issued,
            at: Timestamp::from_unix_millis(0),
            document_number: Some("K-1".to_owned()),
            file: None,
        });
        issued.certificate = certificate(&issued.case, &form, &proof, &Text::new("证", "Card"));
        citizen(&form, &[issued])
    };
    assert_eq!(filled_for("self"), json!({ "card": ["K-1", "certificate"] }));
    assert_eq!(filled_for("child"), json!({}));
}

#[test]
fn an_old_answer_that_does_not_fit_the_question_any_more_is_not_taken() {
    let choice = |values: &[&str]| {
        let options: Vec<Value> = values
            .iter()
            .map(|value| json!({ "value": value, "label": label(value) }))
            .collect();
        json!({ "options": options })
    };
    let earlier = form(json!([
        question("a", "choice", Some("person.status"), choice(&["single", "widowed"])),
        question("b", "choices", Some("person.needs"), choice(&["ramp", "sign"])),
        named("c", "text", "person.code"),
        named("d", "long_text", "person.job"),
        named("e", "date", "person.until"),
        named("f", "number", "person.children"),
    ]));
    let now = form(json!([
        question("a", "choice", Some("person.status"), choice(&["single", "married"])),
        question("b", "choices", Some("person.needs"), choice(&["ramp"])),
        question("c", "text", Some("person.code"), json!({ "pattern": "[0-9]+" })),
        named("d", "text", "person.job"),
        question(
            "e",
            "date",
            Some("person.until"),
            json!({ "min": { "today_plus_days": 0 } })
        ),
        question("f", "number", Some("person.children"), json!({ "max": 10 })),
    ]));
    let old = json!({ "a": "widowed", "b": ["ramp", "sign"], "c": "x1", "d": "教师", "e": "2020-01-01", "f": 11 });
    assert_eq!(citizen(&now, &[past(1, &earlier, old)]), json!({}));
    // An older one that fits is taken instead.
    let older = past(
        1,
        &earlier,
        json!({ "a": "single", "b": ["ramp"], "c": "12", "e": "2027-01-01", "f": 2 }),
    );
    let newer = past(2, &earlier, json!({ "a": "widowed", "f": 11 }));
    assert_eq!(
        citizen(&now, &[newer, older]),
        json!({ "a": ["single", "L1"], "b": [["ramp"], "L1"], "c": ["12", "L1"], "e": ["2027-01-01", "L1"], "f": [2, "L1"] })
    );
}

#[test]
fn whether_an_option_is_offered_now_is_decided_when_the_rest_is_filled() {
    let options = json!({ "options": [
        { "value": "plain", "label": label("plain") },
        { "value": "rare", "label": label("rare"), "visible_when": { "var": "special" } },
    ], "visible_when": { "var": "special" }, "required_when": { "var": "special" } });
    let form = form(json!([
        question("special", "yes_no", None, json!({})),
        question("kind", "choice", Some("person.kind"), options),
    ]));
    assert_eq!(
        citizen(&form, &[past(1, &form, json!({ "kind": "rare" }))]),
        json!({ "kind": ["rare", "L1"] })
    );
}

#[test]
fn an_entry_that_left_the_list_is_not_taken_and_one_that_was_renamed_has_its_new_name() {
    let form = form(json!([
        question(
            "job",
            "list_choice",
            Some("person.job"),
            json!({ "list": "occupations" })
        ),
        question(
            "second",
            "list_choice",
            Some("person.second_job"),
            json!({ "list": "occupations" })
        ),
    ]));
    let entries = vec![ListEntry {
        code: "2-01".to_owned(),
        label: Text::new("教学人员", "Teachers"),
        parent: None,
    }];
    let list = List {
        code: "occupations".parse().unwrap_or_else(|error| panic!("{error}")),
        version: "2".to_owned(),
        entries: Some(Entries::from(entries)),
    };
    let context = Context {
        lists: Lists::new([list]),
        ..Context::on(today())
    };
    let old = |code: &str| json!({ "code": code, "label": { "zh-CN": "教师", "en": "Teacher" } });
    let past = [past(1, &form, json!({ "job": old("2-01"), "second": old("9-99") }))];
    let known = Knowledge {
        kind: PersonKind::Citizen,
        profile: &Profile::default(),
        past: &past,
    };
    let first = first_answers(&form, known, &context);
    assert_eq!(first.len(), 1, "{first:?}");
    assert_eq!(
        first[0].value,
        json!({ "code": "2-01", "label": { "zh-CN": "教学人员", "en": "Teachers" } })
    );
}

#[test]
fn what_an_authority_found_wanting_is_not_taken_and_what_it_refused_neither() {
    let form = form(json!([named("a", "text", "person.a"), named("b", "text", "person.b")]));
    let mut wanting = past(1, &form, json!({ "a": "x", "b": "y" }));
    wanting.case.wanting = vec!["a".to_owned()];
    assert_eq!(citizen(&form, &[wanting]), json!({ "b": ["y", "L1"] }));
    let ended = |kind| {
        let mut case = past(1, &form, json!({})).case;
        case.result = Some(EarlierResult {
            kind,
            at: Timestamp::from_unix_millis(0),
            document_number: None,
            file: None,
        });
        (case.may_be_used_again(), case.certificate().is_some())
    };
    assert_eq!(ended(ResultKind::Issued), (true, true));
    for kind in [
        ResultKind::Withdrawn,
        ResultKind::SupplementLapsed,
        ResultKind::Transferred,
    ] {
        assert_eq!(ended(kind), (true, false), "{kind:?}");
    }
    for kind in [ResultKind::Rejected, ResultKind::NotAccepted, ResultKind::Terminated] {
        assert_eq!(ended(kind), (false, false), "{kind:?}");
    }
}

#[test]
fn nobody_signs_or_agrees_by_having_done_so_once() {
    let form = form(json!([
        question(
            "agree",
            "declaration",
            Some("person.agrees"),
            json!({ "statement": label("x") })
        ),
        named("signed", "signature", "person.signature"),
    ]));
    let case = past(1, &form, json!({ "agree": true, "signed": { "typed": "李雷" } }));
    assert_eq!(citizen(&form, &[case]), json!({}));
}
