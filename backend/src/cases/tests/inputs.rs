//! With what a form is evaluated: named by the terminal, kept with the case, confirmed where it changes something.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::*;
use crate::city::{self, CityContent};
use crate::testing::copy_folder;

/// Draws unemployment benefit.
const UNEMPLOYED: &str = "13800000010";

async fn unemployed(hall: &TestHall) -> (TestTerminal, Ready) {
    let mut browser = hall.browser();
    browser.log_in(UNEMPLOYED).await;
    let ready = fill(hall, &mut browser, BENEFIT).await;
    (browser, ready)
}

/// The demo city in a folder of its own, gone when dropped.
struct City(PathBuf);

impl City {
    fn copy() -> City {
        let folder = std::env::temp_dir().join(format!("onehall-inputs-{}", Uuid::now_v7()));
        copy_folder(Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/demo-city")), &folder);
        City(folder)
    }

    fn replace(self, file: &str, from: &str, to: &str) -> City {
        let path = self.0.join(file);
        let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{file}: {error}"));
        assert!(text.contains(from), "{file} has no {from:?}");
        std::fs::write(path, text.replace(from, to)).unwrap_or_else(|error| panic!("{file}: {error}"));
        self
    }

    fn load(&self) -> Arc<CityContent> {
        Arc::new(city::load(&self.0).unwrap_or_else(|findings| panic!("{findings:#?}")))
    }
}

impl Drop for City {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

#[tokio::test]
async fn the_case_keeps_with_what_it_was_evaluated_and_both_sides_see_it() {
    let hall = TestHall::open().await;
    let (mut browser, ready) = unemployed(&hall).await;
    let reply = ready.submit(&mut browser, Uuid::now_v7()).await;
    assert_eq!(reply.status, 201, "{}", reply.json());
    let case = reply.json()["case_id"].as_str().unwrap_or_default().to_owned();
    let mut expected = serde_json::Map::new();
    for name in ["engine", "as_of", "calendar", "lists"] {
        expected.insert(name.to_owned(), ready.submission[name].clone());
    }
    let lists = expected["lists"].as_object().cloned().unwrap_or_default();
    assert_eq!(lists.keys().collect::<Vec<_>>(), ["occupations"]);
    assert!(expected["calendar"].is_string());
    let mut window = clerk(&hall, "hr-window").await;
    let seen = window.get(&format!("/api/v1/staff/cases/{case}")).await.json();
    assert_eq!(seen["evaluated"], json!(expected));
    assert_eq!(look(&mut browser, &case).await["evaluated"], json!(expected));
}

#[tokio::test]
async fn other_versions_that_change_nothing_are_taken_as_the_hall_evaluates() {
    let hall = TestHall::open().await;
    let (mut browser, ready) = unemployed(&hall).await;
    let mut other = ready.submission.clone();
    other["engine"] = json!(1);
    other["calendar"] = json!("2025-2025.00000000");
    other["lists"] = json!({ "occupations": "1999.00000000" });
    other["transcript"] = "0".repeat(64).into();
    let reply = submit(&mut browser, &ready.draft, &other, Uuid::now_v7()).await;
    assert_eq!(reply.status, 201, "{}", reply.json());
    assert_eq!(reply.json()["transcript"], ready.submission["transcript"]);
    let case = look(&mut browser, reply.json()["case_id"].as_str().unwrap_or_default()).await;
    assert_eq!(case["evaluated"]["calendar"], ready.submission["calendar"]);
    assert_eq!(case["evaluated"]["engine"], ready.submission["engine"]);
}

#[tokio::test]
async fn what_newer_rules_change_is_told_and_taken_only_when_it_is_confirmed() {
    let hall = TestHall::open().await;
    let (mut browser, ready) = unemployed(&hall).await;
    // An older page, which computed another last day, asked for one thing more and did not know of another.
    let mut older = ready.submission.clone();
    older["engine"] = json!(1);
    older["transcript"] = "1".repeat(64).into();
    older["marks"]["answered_by"] = json!("0123456789abcdef");
    older["marks"]["hobby"] = json!("0123456789abcdef");
    older["marks"].as_object_mut().map(|marks| marks.remove("monthly"));
    let reply = submit(&mut browser, &ready.draft, &older, Uuid::now_v7()).await;
    assert_eq!(
        (reply.status, reply.code().as_str()),
        (409, "forms/confirm_changes"),
        "{}",
        reply.json()
    );
    let details = reply.json()["details"].clone();
    assert_eq!(
        details["changes"],
        json!([
            // A Monday and five working days.
            { "path": "answered_by", "what": "value", "value": "2026-11-30" },
            { "path": "monthly", "what": "shown", "value": "1960.00" },
            { "path": "hobby", "what": "hidden" },
        ])
    );
    assert_eq!(details["transcript"], ready.submission["transcript"]);
    older["confirmed"] = "2".repeat(64).into();
    let reply = submit(&mut browser, &ready.draft, &older, Uuid::now_v7()).await;
    assert_eq!(reply.code(), "forms/confirm_changes", "something else was confirmed");
    assert_eq!(count(&hall, "SELECT count(*) FROM case_record"), 0);

    older["confirmed"] = details["transcript"].clone();
    let key = Uuid::now_v7();
    let reply = submit(&mut browser, &ready.draft, &older, key).await;
    assert_eq!(reply.status, 201, "{}", reply.json());
    assert_eq!(reply.json()["transcript"], details["transcript"]);
    let again = submit(&mut browser, &ready.draft, &older, key).await;
    assert_eq!((again.status, again.json()), (200, reply.json()));
    assert_eq!(count(&hall, "SELECT count(*) FROM case_record"), 1);
}

#[tokio::test]
async fn a_hash_that_differs_under_equal_inputs_is_refused_with_the_questions_that_differ() {
    let hall = TestHall::open().await;
    let (mut browser, ready) = unemployed(&hall).await;
    let mut other = ready.submission.clone();
    other["transcript"] = "0".repeat(64).into();
    other["marks"]["insured_months"] = json!("0123456789abcdef");
    other["confirmed"] = ready.submission["transcript"].clone();
    let reply = submit(&mut browser, &ready.draft, &other, Uuid::now_v7()).await;
    assert_eq!((reply.status, reply.code().as_str()), (409, "forms/transcript_differs"));
    assert_eq!(fields(&reply), [field("insured_months", "differs")]);
    for name in ["engine", "as_of", "calendar", "lists"] {
        assert_eq!(reply.json()["details"][name], ready.submission[name], "{name}");
    }
    assert_eq!(count(&hall, "SELECT count(*) FROM case_record"), 0);
}

#[tokio::test]
async fn an_entry_that_the_list_does_not_have_or_calls_otherwise_is_refused() {
    let (label, other) = (
        json!({ "zh-CN": "修理及制作服务人员", "en": "Repair and making service workers" }),
        json!({ "zh-CN": "军人", "en": "Military personnel" }),
    );
    for invented in [
        json!({ "code": "9-01", "label": label }),
        json!({ "code": "4-12", "label": other }),
    ] {
        let hall = TestHall::open().await;
        let mut browser = hall.browser();
        browser.log_in(UNEMPLOYED).await;
        let change = |answers: &mut Map<String, Value>| {
            answers.insert("wanted_occupation".to_owned(), invented.clone());
        };
        let ready = fill_with(&hall, &mut browser, BENEFIT, None, change).await;
        let reply = ready.submit(&mut browser, Uuid::now_v7()).await;
        assert_eq!(
            (reply.status, reply.code().as_str()),
            (422, "forms/invalid_answers"),
            "{invented}"
        );
        assert_eq!(
            fields(&reply),
            [field("wanted_occupation", "unknown_option")],
            "{invented}"
        );
    }
}

#[tokio::test]
async fn a_list_that_changed_under_an_open_draft_is_named_as_another_version() {
    let mut hall = TestHall::open().await;
    let (browser, ready) = unemployed(&hall).await;
    let city = City::copy().replace(
        "lists/occupations.toml",
        "code = \"7-00\", zh-CN = \"军人\"",
        "code = \"7-00\", zh-CN = \"军队人员\"",
    );
    hall.restart_with(city.load());
    let mut browser = hall.again(&browser);
    // Nothing of it concerns this application: the terminal need not even notice.
    let reply = submit(&mut browser, &ready.draft, &ready.submission, Uuid::now_v7()).await;
    assert_eq!(reply.status, 201, "{}", reply.json());
    let case = look(&mut browser, reply.json()["case_id"].as_str().unwrap_or_default()).await;
    assert_ne!(
        case["evaluated"]["lists"], ready.submission["lists"],
        "the hall's list of now"
    );
}

/// A case whose occupation has left the city's list meanwhile, and of which a clerk asks for the answer at `path` again.
async fn asked_again(path: &str, reason: &str) -> (TestHall, TestTerminal, String, Ready) {
    let mut hall = TestHall::open().await;
    let (browser, ready) = unemployed(&hall).await;
    let mut browser = browser;
    let reply = ready.submit(&mut browser, Uuid::now_v7()).await;
    let case = reply.json()["case_id"].as_str().unwrap_or_default().to_owned();
    let city = City::copy().replace("lists/occupations.toml", "code = \"4-12\"", "code = \"4-13-99\"");
    hall.restart_with(city.load());
    let browser = hall.again(&browser);

    let mut window = clerk(&hall, "hr-window").await;
    let items = json!([{ "path": path, "reason": reason }]);
    done(&mut window, &case, "pass-pre-review", json!({})).await;
    done(
        &mut window,
        &case,
        "ask-supplement",
        json!({ "items": items, "reason": "请补正。" }),
    )
    .await;
    (hall, browser, case, ready)
}

#[tokio::test]
async fn an_entry_that_left_the_list_stays_right_in_a_case_until_it_is_asked_for() {
    let (_hall, mut browser, case, ready) = asked_again("employer_code", "请补填。").await;
    let version = look(&mut browser, &case).await["version"].clone();
    let answers = json!({ "employer_code": "91350100M000100Y43" });
    let reply = hand_in(&mut browser, &case, &version, answers, Uuid::now_v7()).await;
    assert_eq!(reply.status, 200, "{}", reply.json());
    assert_ne!(reply.json()["evaluated"]["lists"], ready.submission["lists"]);
    assert_eq!(
        reply.json()["evaluated"]["as_of"],
        ready.submission["as_of"],
        "as of the day of the submission"
    );
}

/// The citizen filled it in before midnight and submitted it after; the supplement comes days later.
#[tokio::test]
async fn a_supplement_on_a_later_day_is_judged_as_of_the_day_that_the_citizen_saw() {
    let hall = TestHall::open().await;
    let (mut browser, ready) = unemployed(&hall).await;
    hall.clock.advance(86_400);
    browser.log_in(UNEMPLOYED).await;
    let reply = ready.submit(&mut browser, Uuid::now_v7()).await;
    assert_eq!(reply.status, 201, "{}", reply.json());
    let case = reply.json()["case_id"].as_str().unwrap_or_default().to_owned();
    let mut window = clerk(&hall, "hr-window").await;
    let items = json!([{ "path": "employer_code", "reason": "请补填。" }]);
    done(&mut window, &case, "pass-pre-review", json!({})).await;
    done(&mut window, &case, "ask-supplement", json!({ "items": items })).await;
    hall.clock.advance(3 * 86_400);
    browser.log_in(UNEMPLOYED).await;
    let version = look(&mut browser, &case).await["version"].clone();
    let answers = json!({ "employer_code": "91350100M000100Y43" });
    let reply = hand_in(&mut browser, &case, &version, answers, Uuid::now_v7()).await;
    assert_eq!(reply.status, 200, "{}", reply.json());
    assert_eq!(reply.json()["evaluated"]["as_of"], "2026-11-23");
}

#[tokio::test]
async fn what_is_asked_for_again_is_judged_by_the_list_of_now() {
    let (_hall, mut browser, case, _) = asked_again("wanted_occupation", "请重新选择。").await;
    let before = look(&mut browser, &case).await;
    let same = json!({ "wanted_occupation": before["answers"]["wanted_occupation"] });
    let reply = hand_in(&mut browser, &case, &before["version"], same, Uuid::now_v7()).await;
    assert_eq!((reply.status, reply.code().as_str()), (422, "forms/invalid_answers"));
    assert_eq!(fields(&reply), [field("wanted_occupation", "unknown_option")]);
}

#[tokio::test]
async fn a_clerk_asks_for_what_the_citys_calendar_shows() {
    let mut hall = TestHall::open().await;
    let shown = r#""id": "employer_code",
          "visible_when": { "is_working_day": [{"today": []}] },"#;
    let city = City::copy().replace(
        "forms/unemployment-benefit.v2.json",
        "\"id\": \"employer_code\",",
        shown,
    );
    hall.restart_with(city.load());
    let (mut browser, ready) = unemployed(&hall).await;
    let reply = ready.submit(&mut browser, Uuid::now_v7()).await;
    assert_eq!(reply.status, 201, "{}", reply.json());
    let case = reply.json()["case_id"].as_str().unwrap_or_default().to_owned();
    let mut window = clerk(&hall, "hr-window").await;
    let items = json!([{ "path": "employer_code", "reason": "请补填。" }]);
    done(&mut window, &case, "pass-pre-review", json!({})).await;
    done(
        &mut window,
        &case,
        "ask-supplement",
        json!({ "items": items, "reason": "请补正。" }),
    )
    .await;
}

#[tokio::test]
async fn a_submission_may_name_every_question_of_a_long_form() {
    let hall = TestHall::open().await;
    let (mut browser, ready) = unemployed(&hall).await;
    let mut long = ready.submission.clone();
    for number in 0..20_000 {
        long["marks"][format!("shareholders/r{number}/contribution")] = json!("0123456789abcdef");
    }
    long["engine"] = json!(1);
    let reply = submit(&mut browser, &ready.draft, &long, Uuid::now_v7()).await;
    assert_eq!((reply.status, reply.code().as_str()), (409, "forms/confirm_changes"));
    long["marks"]["long"] = "x".repeat(2 * 1024 * 1024).into();
    let reply = submit(&mut browser, &ready.draft, &long, Uuid::now_v7()).await;
    assert_eq!((reply.status, reply.code().as_str()), (413, "request/body_too_large"));
}
