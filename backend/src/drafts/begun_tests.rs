//! Drafts that a terminal began by itself, over HTTP: each is begun once, whatever becomes of it.

use onehall_protocol::DraftId;
use serde_json::{Value, json};
use uuid::Uuid;

use super::migration_tests::Changing;
use crate::cases::tests::{CITIZEN, fill};
use crate::testing::{Reply, TestHall, TestTerminal, save_body};

const ITEM: &str = "identity-card-renewal";
const STRANGER: &str = "13800000002";

/// What a terminal says of a draft that it began.
fn begun(id: DraftId, version: u32, fill_in: bool) -> Value {
    let form = json!({ "code": ITEM, "version": version });
    json!({ "item": ITEM, "begun": { "id": id, "form": form, "fill_in": fill_in } })
}

async fn tell(terminal: &mut TestTerminal, id: DraftId) -> Reply {
    terminal.post("/api/v1/drafts", begun(id, 1, true)).await
}

fn new_id() -> DraftId {
    DraftId(Uuid::now_v7())
}

async fn citizen(hall: &TestHall) -> TestTerminal {
    let mut citizen = hall.browser();
    citizen.log_in(CITIZEN).await;
    citizen
}

async fn open_drafts(citizen: &mut TestTerminal) -> usize {
    let all = citizen.get("/api/v1/drafts").await.json();
    all.as_array().map_or(0, Vec::len)
}

#[tokio::test]
async fn a_draft_has_the_id_that_its_terminal_gave_it_and_is_begun_once() {
    let hall = TestHall::open().await;
    let mut citizen = citizen(&hall).await;
    let id = new_id();
    let told = tell(&mut citizen, id).await;
    assert_eq!((told.status, &told.json()["id"]), (201, &json!(id)));
    assert!(
        told.json()["prefilled"]
            .as_array()
            .is_some_and(|known| !known.is_empty())
    );
    let again = tell(&mut citizen, id).await;
    assert_eq!((again.status, &again.json()["id"]), (200, &json!(id)));
    assert_eq!(open_drafts(&mut citizen).await, 1);

    // What the hall filled in after somebody answered stands against nobody.
    let change = json!({ "path": "name", "value": "张敏敏", "stamp": format!("1.0.{}", Uuid::now_v7()), "seen": 0 });
    let body = json!({ "base_revision": 1, "changes": [change] });
    let saved = citizen.patch(&format!("/api/v1/drafts/{id}"), body).await.json();
    assert_eq!((&saved["others"], &saved["lost"]), (&json!([]), &json!([])), "{saved}");
    let read = citizen.get(&format!("/api/v1/drafts/{id}")).await.json();
    assert_eq!(read["answers"]["name"], "张敏敏");

    // Thrown away it stays thrown away, however often it is told of.
    assert_eq!(citizen.delete(&format!("/api/v1/drafts/{id}")).await.status, 204);
    assert_eq!(tell(&mut citizen, id).await.code(), "request/not_found");
    assert_eq!(open_drafts(&mut citizen).await, 0);
}

#[tokio::test]
async fn where_one_is_open_that_is_the_one_also_when_it_is_told_again_after_that_became_a_case() {
    let hall = TestHall::open().await;
    let mut citizen = citizen(&hall).await;
    let (one, two) = (new_id(), new_id());
    assert_eq!(tell(&mut citizen, one).await.status, 201);
    for _ in 0..2 {
        let told = tell(&mut citizen, two).await;
        assert_eq!((told.status, &told.json()["id"]), (200, &json!(one)));
    }
    // It fills the one that is open.
    let ready = fill(&hall, &mut citizen, ITEM).await;
    let receipt = ready.submit(&mut citizen, Uuid::now_v7()).await;
    assert_eq!(receipt.status, 201, "{}", receipt.json());
    for id in [one, two] {
        let told = tell(&mut citizen, id).await;
        assert_eq!(told.code(), "drafts/submitted");
        assert!(told.json()["details"]["case_id"].is_string());
    }
    assert_eq!(open_drafts(&mut citizen).await, 0);
}

#[tokio::test]
async fn an_id_is_nobody_elses() {
    let hall = TestHall::open().await;
    let mut citizen = citizen(&hall).await;
    let mut stranger = hall.browser();
    stranger.log_in(STRANGER).await;
    let (told, opened) = (new_id(), new_id());
    assert_eq!(tell(&mut citizen, told).await.status, 201);
    let theirs = citizen
        .post("/api/v1/drafts", json!({ "item": "residence-permit" }))
        .await
        .json();
    let theirs: DraftId = serde_json::from_value(theirs["id"].clone()).unwrap_or_else(|error| panic!("{error}"));
    for taken in [told, theirs] {
        assert_eq!(tell(&mut stranger, taken).await.code(), "request/not_found");
    }
    assert_eq!(tell(&mut stranger, opened).await.status, 201);
    // Also where theirs would only become part of another one.
    assert_eq!(tell(&mut stranger, told).await.code(), "request/not_found");
    assert_eq!(open_drafts(&mut stranger).await, 1);
}

#[tokio::test]
async fn what_was_checked_is_not_filled_in_and_an_older_version_is_taken_along() {
    let changing = Changing::of(ITEM);
    let mut hall = TestHall::open().await;
    hall.restart_with(changing.city(|form| {
        form["title"]["en"] = json!("A newer version");
    }));
    let mut citizen = citizen(&hall).await;
    let id = new_id();
    let told = citizen
        .post("/api/v1/drafts", begun(id, changing.next() - 1, false))
        .await;
    assert_eq!(told.status, 201, "{}", told.json());
    let told = told.json();
    assert_eq!((&told["prefilled"], &told["answers"]), (&json!([]), &json!({})));
    assert_eq!(told["form"]["version"], changing.next(), "it came along");
    let body = save_body(&json!(1), &[json!({ "path": "name", "value": "张敏" })]);
    let saved = citizen.patch(&format!("/api/v1/drafts/{id}"), body).await;
    assert_eq!(saved.status, 200, "{}", saved.json());
}

#[tokio::test]
async fn that_a_draft_was_begun_is_known_for_more_than_a_year_after_it_is_gone() {
    let hall = TestHall::open().await;
    let mut citizen = citizen(&hall).await;
    let (gone, open) = (new_id(), new_id());
    assert_eq!(tell(&mut citizen, gone).await.status, 201);
    assert_eq!(citizen.delete(&format!("/api/v1/drafts/{gone}")).await.status, 204);
    assert_eq!(tell(&mut citizen, open).await.status, 201);
    let sweep = async || {
        let swept = super::keeping::sweep_begun(&hall.state).await;
        swept.unwrap_or_else(|error| panic!("{error}"))
    };
    hall.clock.advance(399 * 86_400);
    assert_eq!(sweep().await, 0);
    hall.clock.advance(2 * 86_400);
    assert_eq!(sweep().await, 1, "the one that is there is known for as long as it is");
    citizen.log_in(CITIZEN).await;
    let again = tell(&mut citizen, open).await;
    assert_eq!((again.status, &again.json()["id"]), (200, &json!(open)));
}
