//! What the hall fills in where a draft moves to a version that asks for more, and what of it is nobody's answer.

use onehall_protocol::drafts::Answers;
use serde_json::{Value, json};

use super::migration_tests::{Changing, named, path, questions, save};
use crate::testing::TestHall;

/// A version that asks for a second number, too.
fn second_phone(form: &mut Value) {
    let (questions, at) = questions(form, "phone");
    let question = json!({"id": "second_phone", "kind": "phone", "label": {"zh-CN": "备用手机", "en": "Second number"},
        "prefill": "person.phone"});
    questions.insert(at + 1, question);
}

fn answers(draft: &Value) -> Answers {
    serde_json::from_value(draft["answers"].clone()).unwrap_or_else(|error| panic!("{error}"))
}

fn prefilled(draft: &Value) -> Vec<&str> {
    let all = draft["prefilled"].as_array().map_or(&[][..], Vec::as_slice);
    all.iter().filter_map(|one| one["path"].as_str()).collect()
}

#[tokio::test]
async fn what_only_the_new_version_asks_is_filled_in_as_in_a_new_draft() {
    let permit = Changing::of("residence-permit");
    let mut hall = TestHall::open().await;
    let (citizen, before) = permit.draft(&hall, &[("phone", json!("13900000001"))]).await;
    hall.restart_with(permit.city(second_phone));
    let mut citizen = hall.again(&citizen);
    let moved = citizen.get(&path(&before)).await.json();
    let mut expected = answers(&before);
    expected.insert("second_phone".to_owned(), json!("13800000001"));
    assert_eq!(answers(&moved), expected, "the citizen's own answers stay as they are");
    assert!(prefilled(&moved).contains(&"second_phone"), "{moved}");
    let source = moved["prefilled"]
        .as_array()
        .into_iter()
        .flatten()
        .find(|one| one["path"] == "second_phone");
    assert_eq!(source.map(|one| &one["source"]["kind"]), Some(&json!("profile")));

    // Once it was moved it is the citizen's: what was taken away does not come back.
    save(&mut citizen, &moved, &[("second_phone", Value::Null)]).await;
    let again = citizen.get(&path(&before)).await.json();
    assert!(!answers(&again).contains_key("second_phone"));
}

#[tokio::test]
async fn nothing_is_filled_in_that_would_turn_anything_round() {
    let permit = Changing::of("residence-permit");
    let mut hall = TestHall::open().await;
    let (citizen, before) = permit.draft(&hall, &[("education", json!("bachelor"))]).await;
    hall.restart_with(permit.city(|form| {
        second_phone(form);
        let (questions, at) = questions(form, "education");
        questions[at]["visible_when"] = json!({"!": [{"answered": {"var": "second_phone"}}]});
    }));
    let moved = hall.again(&citizen).get(&path(&before)).await.json();
    assert_eq!(moved["form"]["version"], permit.next(), "{}", moved["form_change"]);
    assert_eq!(answers(&moved), answers(&before));
}

#[tokio::test]
async fn what_the_hall_filled_in_and_nobody_confirmed_holds_no_draft_back() {
    let permit = Changing::of("residence-permit");
    let without_phone = |form: &mut Value| {
        let (questions, at) = questions(form, "phone");
        questions.remove(at);
    };
    let mut hall = TestHall::open().await;
    let (citizen, before) = permit.draft(&hall, &[("education", json!("bachelor"))]).await;
    assert!(prefilled(&before).contains(&"phone"), "{before}");
    hall.restart_with(permit.city(without_phone));
    let mut citizen = hall.again(&citizen);
    let moved = citizen.get(&path(&before)).await.json();
    assert_eq!(moved["form"]["version"], permit.next(), "{}", moved["form_change"]);
    assert!(!answers(&moved).contains_key("phone") && !prefilled(&moved).contains(&"phone"));

    // Confirmed, it is an answer of the citizen.
    let mut hall = TestHall::open().await;
    let (mut citizen, before) = permit.draft(&hall, &[]).await;
    let phone = answers(&before)["phone"].clone();
    save(&mut citizen, &before, &[("phone", phone)]).await;
    hall.restart_with(permit.city(without_phone));
    let pinned = hall.again(&citizen).get(&path(&before)).await.json();
    let reasons = named(&pinned["form_change"]["pinned"]["reasons"]);
    assert_eq!(reasons, [("phone".to_owned(), "answer_lost".to_owned())]);
}
