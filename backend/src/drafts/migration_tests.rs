//! Promises of drafts whose form has a new version, asked over HTTP of a hall that was restarted with it.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use onehall_protocol::ItemCode;
use onehall_protocol::catalog::FormReference;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::cases::tests::{CITIZEN, fill};
use crate::city::{self, CityContent};
use crate::testing::{TestHall, TestTerminal, copy_folder, demo_city, save_body};

/// An item of the demo city, its form, and how its folder names the two.
pub(super) struct Changing {
    item: &'static str,
    form: FormReference,
}

impl Changing {
    pub(super) fn of(item: &'static str) -> Changing {
        let code: ItemCode = item.parse().unwrap_or_else(|error| panic!("{error}"));
        let form = demo_city().item(&code).and_then(|item| item.form.clone());
        Changing {
            item,
            form: form.unwrap_or_else(|| panic!("{item} has no form")),
        }
    }

    pub(super) fn next(&self) -> u32 {
        self.form.version + 1
    }

    /// The demo city, in which the item has a newer version of its form.
    pub(super) fn city(&self, change: impl Fn(&mut Value)) -> Arc<CityContent> {
        let next = FormReference {
            version: self.next(),
            ..self.form.clone()
        };
        self.city_with(&[next], change)
    }

    /// The demo city with these forms, each made of the item's in the same way; the item has the last one.
    fn city_with(&self, forms: &[FormReference], change: impl Fn(&mut Value)) -> Arc<CityContent> {
        let demo = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("demo-city");
        let folder = std::env::temp_dir().join(format!("onehall-city-{}", Uuid::now_v7()));
        copy_folder(&demo, &folder);
        let file = |form: &FormReference| folder.join(format!("forms/{}.v{}.json", form.code, form.version));
        let read = |path: &Path| std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{path:?}: {error}"));
        let write = |path: &Path, text: &str| std::fs::write(path, text).unwrap_or_else(|error| panic!("{error}"));
        let text = read(&file(&self.form));
        for next in forms {
            let mut form: Value = serde_json::from_str(&text).unwrap_or_else(|error| panic!("{error}"));
            form["code"] = json!(next.code);
            form["version"] = json!(next.version);
            change(&mut form);
            write(&file(next), &form.to_string());
        }
        let item = folder.join(format!("items/{}.toml", self.item));
        let text = read(&item);
        let named = |form: &FormReference| format!("form = {{ code = \"{}\", version = {} }}", form.code, form.version);
        assert!(text.contains(&named(&self.form)), "{text}");
        let last = forms.last().unwrap_or_else(|| panic!("no forms"));
        write(&item, &text.replace(&named(&self.form), &named(last)));
        let city = city::load(&folder).unwrap_or_else(|findings| panic!("{findings:#?}"));
        let _ = std::fs::remove_dir_all(&folder);
        Arc::new(city)
    }

    /// A citizen with a draft in which these are answered.
    pub(super) async fn draft(&self, hall: &TestHall, answers: &[(&str, Value)]) -> (TestTerminal, Value) {
        let mut citizen = hall.browser();
        citizen.log_in(CITIZEN).await;
        let draft = citizen
            .post("/api/v1/drafts", json!({ "item": self.item }))
            .await
            .json();
        let saved = save(&mut citizen, &draft, answers).await;
        assert!(saved["revision"].is_number(), "{saved}");
        let draft = citizen.get(&path(&draft)).await.json();
        (citizen, draft)
    }
}

pub(super) fn path(draft: &Value) -> String {
    format!("/api/v1/drafts/{}", draft["id"].as_str().unwrap_or_default())
}

pub(super) async fn save(terminal: &mut TestTerminal, draft: &Value, answers: &[(&str, Value)]) -> Value {
    let changes: Vec<Value> = answers
        .iter()
        .map(|(path, value)| json!({ "path": path, "value": value }))
        .collect();
    let mut body = save_body(&draft["revision"], &changes);
    body["page"] = json!("x");
    terminal.patch(&path(draft), body).await.json()
}

/// The questions of a page, by the id of one of them.
pub(super) fn questions<'a>(form: &'a mut Value, id: &str) -> (&'a mut Vec<Value>, usize) {
    let pages = form["pages"].as_array_mut().unwrap_or_else(|| panic!("pages"));
    for page in pages {
        let questions = page["questions"].as_array_mut().unwrap_or_else(|| panic!("questions"));
        if let Some(at) = questions.iter().position(|question| question["id"] == *id) {
            return (questions, at);
        }
    }
    panic!("no question {id}")
}

pub(super) fn named(points: &Value) -> Vec<(String, String)> {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let points = points.as_array().map_or(&[][..], Vec::as_slice);
    points
        .iter()
        .map(|point| (text(&point["path"]), text(&point["code"])))
        .collect()
}

/// A version that asks one thing more and says another better.
fn better(form: &mut Value) {
    let (questions, at) = questions(form, "education");
    questions[at]["label"] = json!({"zh-CN": "学历", "en": "Highest education"});
    questions.push(
        json!({"id": "nickname", "kind": "text", "label": {"zh-CN": "曾用名", "en": "Former name"}, "required": true}),
    );
}

/// A version that no longer asks for the education.
fn without_education(form: &mut Value) {
    let (questions, at) = questions(form, "education");
    questions.remove(at);
}

#[tokio::test]
async fn an_open_draft_moves_to_the_new_version_with_every_answer_and_tells_of_it_until_it_was_seen() {
    let permit = Changing::of("residence-permit");
    let mut hall = TestHall::open().await;
    let (citizen, before) = permit
        .draft(&hall, &[("education", json!("bachelor")), ("phone", json!("123"))])
        .await;
    assert!(before.get("form_change").is_none(), "{before}");

    hall.restart_with(permit.city(better));
    let mut citizen = hall.again(&citizen);
    let moved = citizen.get(&path(&before)).await.json();
    assert_eq!(
        moved["form"],
        json!({"code": permit.form.code, "version": permit.next()})
    );
    assert_eq!(
        (&moved["answers"], &moved["prefilled"]),
        (&before["answers"], &before["prefilled"])
    );
    assert_eq!(
        moved["revision"].as_u64(),
        before["revision"].as_u64().map(|revision| revision + 1)
    );
    assert_eq!(
        (&moved["updated_at"], &moved["terminal"]),
        (&before["updated_at"], &before["terminal"])
    );
    let told = &moved["form_change"]["moved"];
    assert_eq!((&told["from"], &told["to"]), (&before["form"], &moved["form"]));
    let expected = [("education", "text_changed"), ("nickname", "added")];
    assert_eq!(
        named(&told["differences"]),
        expected.map(|(path, code)| (path.to_owned(), code.to_owned()))
    );
    assert_eq!(told["differences"][0]["label"]["en"], "Highest education");

    // Another terminal finds it moved, and is told as well: nobody has gone on filling it yet.
    hall.clock.advance(61);
    let mut kiosk = hall.terminal("kiosk");
    kiosk.log_in(CITIZEN).await;
    let again = kiosk.post("/api/v1/drafts", json!({ "item": permit.item })).await;
    let (mut again, mut moved) = ((again.status, again.json()), moved);
    again.1["clock"] = moved["clock"].take();
    moved["clock"] = again.1["clock"].clone();
    assert_eq!(again, (200, moved.clone()));
    // To look at another page is no answer to it; nor is what a terminal says that has not seen the move.
    save(&mut citizen, &moved, &[]).await;
    save(&mut citizen, &before, &[("education", json!("master"))]).await;
    let still = citizen.get(&path(&moved)).await.json();
    assert_eq!(still["form_change"], moved["form_change"]);
    save(&mut citizen, &still, &[("nickname", json!("小陈"))]).await;
    let seen = citizen.get(&path(&moved)).await.json();
    assert_eq!(
        (seen.get("form_change"), &seen["answers"]["nickname"]),
        (None, &json!("小陈"))
    );
}

#[tokio::test]
async fn whoever_reads_a_draft_in_the_moment_of_its_move_is_told_of_it() {
    let permit = Changing::of("residence-permit");
    let mut hall = TestHall::open().await;
    let (citizen, before) = permit.draft(&hall, &[("education", json!("bachelor"))]).await;
    hall.restart_with(permit.city(better));
    let (mut one, mut two, mut three) = (hall.again(&citizen), hall.again(&citizen), hall.again(&citizen));
    let at = path(&before);
    let (one, two, three) = tokio::join!(one.get(&at), two.get(&at), three.get(&at));
    for read in [one, two, three] {
        let read = read.json();
        assert_eq!(read["form"]["version"], permit.next());
        assert_eq!(
            read["form_change"]["moved"]["from"]["version"], before["form"]["version"],
            "{read}"
        );
    }
}

#[tokio::test]
async fn a_draft_that_would_lose_an_answer_stays_says_why_and_goes_on() {
    let permit = Changing::of("residence-permit");
    let mut hall = TestHall::open().await;
    let (citizen, before) = permit.draft(&hall, &[("education", json!("bachelor"))]).await;

    hall.restart_with(permit.city(without_education));
    let mut citizen = hall.again(&citizen);
    for _ in 0..2 {
        let pinned = citizen.get(&path(&before)).await.json();
        assert_eq!(
            (&pinned["form"], &pinned["revision"]),
            (&before["form"], &before["revision"])
        );
        assert_eq!(pinned["answers"], before["answers"]);
        let told = &pinned["form_change"]["pinned"];
        assert_eq!(told["newest"]["version"], permit.next());
        assert_eq!(
            told["reasons"],
            json!([{
                "path": "education", "label": {"zh-CN": "文化程度", "en": "Education"}, "code": "answer_lost",
            }])
        );
    }
    let saved = save(&mut citizen, &before, &[("education", json!("master"))]).await;
    assert!(saved["revision"].is_number(), "{saved}");
    // Without the answer that kept it, it moves.
    let now = citizen.get(&path(&before)).await.json();
    save(&mut citizen, &now, &[("education", Value::Null)]).await;
    let moved = citizen.get(&path(&before)).await.json();
    assert_eq!(moved["form"]["version"], permit.next(), "{}", moved["form_change"]);
}

#[tokio::test]
async fn a_terminal_that_never_heard_of_a_move_loses_no_answer_by_it() {
    let permit = Changing::of("residence-permit");
    let mut hall = TestHall::open().await;
    let (citizen, before) = permit.draft(&hall, &[("phone", json!("13800000009"))]).await;
    hall.restart_with(permit.city(without_education));
    // One terminal takes the draft along; another one, without a network until now, answers what is not asked any more.
    let mut citizen = hall.again(&citizen);
    let moved = citizen.get(&path(&before)).await.json();
    assert_eq!(moved["form"]["version"], permit.next());
    // What no version asks for is nobody's answer, and moves nothing.
    let unknown = save(&mut citizen, &before, &[("shoe_size", json!(42))]).await;
    assert_eq!(unknown["code"], "forms/invalid_answers");
    assert_eq!(citizen.get(&path(&before)).await.json()["revision"], moved["revision"]);
    let saved = save(&mut citizen, &before, &[("education", json!("master"))]).await;
    assert!(saved["revision"].is_number(), "{saved}");
    let now = citizen.get(&path(&before)).await.json();
    assert_eq!(
        (&now["form"], &now["answers"]["education"]),
        (&before["form"], &json!("master"))
    );
    assert_eq!(now["answers"]["phone"], "13800000009");
    let reasons = named(&now["form_change"]["pinned"]["reasons"]);
    assert_eq!(reasons, [("education".to_owned(), "answer_lost".to_owned())]);

    // Who has gone on in the new version is not thrown back.
    save(&mut citizen, &now, &[("education", Value::Null)]).await;
    let moved = citizen.get(&path(&before)).await.json();
    save(&mut citizen, &moved, &[("phone", json!("13800000008"))]).await;
    // What came too late holds nothing up: the rest is saved, and the citizen is told.
    let late = save(
        &mut citizen,
        &now,
        &[("education", json!("master")), ("phone", json!("13800000007"))],
    )
    .await;
    assert!(late["revision"].is_number(), "{late}");
    let told = |draft: &Value| {
        let lost = draft["lost"].as_array().cloned().unwrap_or_default();
        lost.iter()
            .any(|one| one["path"] == "education" && one["value"] == "master")
    };
    assert!(told(&late), "{late}");
    let after = citizen.get(&path(&before)).await.json();
    assert_eq!(after["form"]["version"], permit.next());
    assert!(told(&after), "{after}");
    assert!(after["answers"].get("education").is_none(), "{after}");
    // What no version ever asked is still nobody's answer.
    let wrong = save(
        &mut citizen,
        &after,
        &[("education", json!("x")), ("shoe_size", json!(42))],
    )
    .await;
    assert_eq!(wrong["code"], "forms/invalid_answers");
}

#[tokio::test]
async fn an_answer_that_the_new_version_takes_in_another_form_is_written_so() {
    let permit = Changing::of("residence-permit");
    let mut hall = TestHall::open().await;
    let (citizen, before) = permit
        .draft(&hall, &[("education", json!("bachelor")), ("home_address", json!(" "))])
        .await;

    hall.restart_with(permit.city(|form| {
        let (list, at) = questions(form, "education");
        list[at]["kind"] = json!("choices");
        list[at].as_object_mut().map(|question| question.remove("prefill"));
        let (list, at) = questions(form, "home_address");
        list.remove(at);
    }));
    let mut citizen = hall.again(&citizen);
    let moved = citizen.get(&path(&before)).await.json();
    assert_eq!(
        moved["answers"]["education"],
        json!(["bachelor"]),
        "{}",
        moved["form_change"]
    );
    assert!(
        moved["answers"].get("home_address").is_none(),
        "a blank answer to nothing is an error of nobody"
    );
    // It was the move that wrote it: the answer of who saw the draft before is kept beside it, and no wrong answer.
    let saved = save(&mut citizen, &before, &[("education", json!("master"))]).await;
    assert_eq!(saved["others"][0]["value"], json!(["bachelor"]), "{saved}");
    assert_eq!(saved["lost"][0]["value"], "master");
}

#[tokio::test]
async fn what_was_submitted_keeps_its_version() {
    let card = Changing::of("identity-card-renewal");
    let mut hall = TestHall::open().await;
    let mut citizen = hall.browser();
    citizen.log_in(CITIZEN).await;
    let ready = fill(&hall, &mut citizen, card.item).await;
    let receipt = ready.submit(&mut citizen, Uuid::now_v7()).await;
    assert_eq!(receipt.status, 201, "{}", receipt.json());
    let case = format!(
        "/api/v1/cases/{}",
        receipt.json()["case_id"].as_str().unwrap_or_default()
    );
    let before = citizen.get(&case).await.json();
    assert_eq!(before["form"]["version"], card.form.version, "{before}");

    hall.restart_with(card.city(|form| form["title"]["en"] = json!("Another title")));
    let mut citizen = hall.again(&citizen);
    let refused = citizen.get(&ready.draft).await;
    assert_eq!((refused.status, refused.code().as_str()), (409, "drafts/submitted"));
    let after = citizen.get(&case).await.json();
    assert_eq!(
        (&after["form"], &after["answers"]),
        (&before["form"], &before["answers"])
    );
}

#[tokio::test]
async fn a_draft_that_stays_is_submitted_in_its_own_version() {
    let card = Changing::of("identity-card-renewal");
    let mut hall = TestHall::open().await;
    let mut citizen = hall.browser();
    citizen.log_in(CITIZEN).await;
    let ready = fill(&hall, &mut citizen, card.item).await;

    hall.restart_with(card.city(|form| {
        let (list, at) = questions(form, "name");
        list.remove(at);
    }));
    let mut citizen = hall.again(&citizen);
    let pinned = citizen.get(&ready.draft).await.json();
    assert_eq!(
        named(&pinned["form_change"]["pinned"]["reasons"]),
        [("name".to_owned(), "answer_lost".to_owned())]
    );
    let receipt = ready.submit(&mut citizen, Uuid::now_v7()).await;
    assert_eq!(receipt.status, 201, "{}", receipt.json());
    let case = format!(
        "/api/v1/cases/{}",
        receipt.json()["case_id"].as_str().unwrap_or_default()
    );
    assert_eq!(citizen.get(&case).await.json()["form"]["version"], card.form.version);
}

#[tokio::test]
async fn two_unseen_moves_are_told_as_one_from_the_version_that_the_citizen_knows() {
    let permit = Changing::of("residence-permit");
    let version = |version: u32| FormReference {
        version,
        ..permit.form.clone()
    };
    let (next, after_next) = (version(permit.next()), version(permit.next() + 1));
    let mut hall = TestHall::open().await;
    let (citizen, before) = permit.draft(&hall, &[]).await;
    for forms in [vec![next.clone()], vec![next.clone(), after_next.clone()]] {
        hall.restart_with(permit.city_with(&forms, better));
        let moved = hall.again(&citizen).get(&path(&before)).await.json();
        assert_eq!(moved["form"], json!(forms.last()));
        assert_eq!(moved["form_change"]["moved"]["from"], before["form"]);
        let differences = named(&moved["form_change"]["moved"]["differences"]);
        assert!(
            differences.contains(&("nickname".to_owned(), "added".to_owned())),
            "{differences:?}"
        );
    }
    // A city that took a version away holds up nobody who has a draft in it.
    hall.restart_with(permit.city_with(&[version(permit.next() + 2)], better));
    let kept = hall.again(&citizen).get(&path(&before)).await;
    assert_eq!((kept.status, &kept.json()["form"]), (200, &json!(after_next)));
}

#[tokio::test]
async fn a_draft_does_not_move_to_another_form_however_alike() {
    let permit = Changing::of("residence-permit");
    let mut hall = TestHall::open().await;
    let (citizen, before) = permit.draft(&hall, &[]).await;
    let other = FormReference {
        code: "residence-permit-anew"
            .parse()
            .unwrap_or_else(|error| panic!("{error}")),
        version: 9,
    };
    hall.restart_with(permit.city_with(std::slice::from_ref(&other), |_| {}));
    let pinned = hall.again(&citizen).get(&path(&before)).await.json();
    assert_eq!(
        (&pinned["form"], &pinned["answers"]),
        (&before["form"], &before["answers"])
    );
    let told = &pinned["form_change"]["pinned"];
    assert_eq!(told["newest"], json!(other));
    assert_eq!(named(&told["reasons"]), [(String::new(), "other_form".to_owned())]);
}
