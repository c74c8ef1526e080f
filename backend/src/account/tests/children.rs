//! Accounts of children.

use serde_json::{Value, json};

use super::own_data::unpacked;
use super::{DELEGATIONS, MA_WENBIN, WANG_LEI, ZHANG_MIN, begin, good, text};
use crate::identity::passkeys::tests::prove;
use crate::testing::{TestHall, TestTerminal};

const CHILDREN: &str = "/api/v1/account/children";
const CLAIMS: &str = "/api/v1/account/claims";
const MERGE: &str = "/api/v1/account/merging";
const SESSION: &str = "/api/v1/identity/session";
const ZHAO_XUE: &str = "13800000004";
/// A number that nobody has used.
const NEW: &str = "13912340009";
/// The child of 赵雪 and 王磊.
const CHILD: (&str, &str) = ("王小禾", "620103201909152024");
const PICTURE: &str = "/9j/4AAQSkZJRgABAQEAYABgAAD/2Q==";
const DAY: i64 = 86_400;

async fn citizen(hall: &TestHall, phone: &str) -> TestTerminal {
    let mut browser = hall.browser();
    browser.log_in(phone).await;
    prove(&mut browser, hall).await;
    browser
}

fn child((name, number): (&str, &str)) -> Value {
    json!({ "name": name, "citizen_id": number })
}

fn claim() -> Value {
    json!({ "name": CHILD.0, "citizen_id": CHILD.1, "picture": PICTURE })
}

/// For how many somebody acts, themselves counted.
async fn principals(terminal: &mut TestTerminal) -> Vec<String> {
    let session = good(terminal.get(SESSION).await);
    let all = session["principals"].as_array().cloned().unwrap_or_default();
    all.iter().map(|one| text(&one["name"])).collect()
}

#[tokio::test]
async fn both_parents_act_for_a_child_without_a_phone() {
    let hall = TestHall::open().await;
    let mut mother = citizen(&hall, ZHAO_XUE).await;
    let acts = mother.post(CHILDREN, child(CHILD)).await;
    assert_eq!(acts.status, 201, "{}", acts.json());
    let acts = acts.json();
    assert_eq!(
        (
            &acts["state"],
            &acts["scope"]["role"],
            &acts["scope"]["until"],
            &acts["by_register"]
        ),
        (&json!("active"), &json!("guardian"), &json!("2037-09-14"), &json!(true)),
        "{acts}"
    );
    assert_eq!(principals(&mut mother).await, ["赵雪", CHILD.0]);
    let principal = text(&good(mother.get(SESSION).await)["principals"][1]["id"]);
    let draft = good(begin(&mut mother, "residence-permit", Some(&principal)).await);
    // The father comes to act for the same child, and once is enough.
    let mut father = citizen(&hall, WANG_LEI).await;
    for _ in 0..2 {
        assert_eq!(father.post(CHILDREN, child(CHILD)).await.status, 201);
    }
    assert_eq!(principals(&mut father).await, ["王磊", CHILD.0]);
    good(father.get(&format!("/api/v1/drafts/{}", text(&draft["id"]))).await);
    let all = good(father.get(DELEGATIONS).await);
    assert_eq!(all["all"].as_array().map(Vec::len), Some(1));
    // What the hall holds of the child is the guardian's to take along, and nobody else's.
    let data = format!("/api/v1/account/data?child={principal}");
    let archive = father.get(&data).await;
    let files = unpacked(&archive.body);
    let described: Value = serde_json::from_slice(&files[1].1).unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(
        (&described["person"]["citizen_id"], &described["drafts"][0]["id"]),
        (&json!(CHILD.1), &draft["id"])
    );
    assert_eq!(described["delegations"].as_array().map(Vec::len), Some(2));
    let mut stranger = hall.browser();
    stranger.log_in(ZHANG_MIN).await;
    assert_eq!(stranger.get(&data).await.status, 404);
    // One of them stops; the other goes on, and the first takes it up again.
    let own = text(&all["all"][0]["id"]);
    assert_eq!(father.delete(&format!("{DELEGATIONS}/{own}")).await.status, 204);
    assert_eq!(father.get(&data).await.status, 404);
    assert_eq!(principals(&mut father).await, ["王磊"]);
    assert_eq!(principals(&mut mother).await, ["赵雪", CHILD.0]);
    assert_eq!(father.post(CHILDREN, child(CHILD)).await.status, 201);
    assert_eq!(principals(&mut father).await, ["王磊", CHILD.0]);
}

#[tokio::test]
async fn the_day_before_a_child_is_of_age_that_ends_and_the_account_is_taken_over() {
    let hall = TestHall::open().await;
    let mut mother = citizen(&hall, ZHAO_XUE).await;
    good(mother.post(CHILDREN, child(CHILD)).await);
    let principal = text(&good(mother.get(SESSION).await)["principals"][1]["id"]);
    let draft = good(begin(&mut mother, "residence-permit", Some(&principal)).await);
    // As long as guardians act, document and face of the child get hold of nothing.
    let mut own = citizen(&hall, NEW).await;
    assert_eq!(own.post(CLAIMS, claim()).await.code(), "identity/forbidden");
    // From the 23rd of November 2026, nine in the morning, to the last hour of the 14th of September 2037.
    let last = crate::clock::begin_of("2037-09-15".parse().unwrap_or_else(|error| panic!("{error}")), 480);
    let left = (last.unix_millis() - crate::clock::Clock::now(&*hall.clock).unix_millis()) / 1000;
    hall.clock.advance(left - 60);
    let mut mother = hall.browser();
    mother.log_in(ZHAO_XUE).await;
    assert_eq!(principals(&mut mother).await, ["赵雪", CHILD.0]);
    hall.clock.advance(61);
    assert_eq!(principals(&mut mother).await, ["赵雪"]);
    let all = good(mother.get(DELEGATIONS).await);
    assert_eq!(all["all"][0]["state"], "expired");
    assert_eq!(
        mother
            .get(&format!("/api/v1/account/data?child={principal}"))
            .await
            .status,
        404
    );
    // The account is taken over by the one whose it is, with what is in it; who handled it is told.
    let mut own = citizen(&hall, NEW).await;
    let asked = good(own.post(CLAIMS, claim()).await);
    let told = hall.messages.sent().into_iter().find(|message| message.to == ZHAO_XUE);
    assert!(told.is_some_and(|message| message.text.contains("接管")));
    hall.clock.advance(3 * DAY);
    let mut own = citizen(&hall, NEW).await;
    let ticket = good(
        own.post(&format!("{CLAIMS}/{}/ticket", text(&asked["id"])), json!({}))
            .await,
    );
    assert_eq!(good(own.post(MERGE, ticket).await)["actor"]["name"], CHILD.0);
    assert_eq!(good(own.get("/api/v1/drafts").await)[0]["id"], draft["id"]);
}

#[tokio::test]
async fn nobody_opens_an_account_for_a_child_that_is_not_theirs() {
    let hall = TestHall::open().await;
    let mut stranger = citizen(&hall, ZHANG_MIN).await;
    assert_eq!(
        stranger.post(CHILDREN, child(CHILD)).await.code(),
        "identity/not_matched"
    );
    let mut father = citizen(&hall, WANG_LEI).await;
    for (name, number) in [("王小花", CHILD.1), (CHILD.0, "620105197612157442")] {
        let refused = father.post(CHILDREN, child((name, number))).await;
        assert_eq!(refused.code(), "identity/not_matched", "{name}");
    }
    assert_eq!(principals(&mut father).await, ["王磊"]);
    // Whoever is of age answers for themselves.
    let refused = father.post(CHILDREN, child(("王小川", "620103200801012033"))).await;
    assert_eq!(
        (refused.code().as_str(), &refused.json()["fields"][0]["code"]),
        ("request/invalid_body", &json!("of_age"))
    );
    let mut unknown = citizen(&hall, MA_WENBIN).await;
    assert_eq!(
        unknown.post(CHILDREN, child(CHILD)).await.code(),
        "identity/level_too_low"
    );
    // Five tries a day, whatever became of them.
    for _ in 0..2 {
        father.post(CHILDREN, child(("王小花", CHILD.1))).await;
    }
    assert_eq!(father.post(CHILDREN, child(CHILD)).await.code(), "request/too_many");
}

#[tokio::test]
async fn an_account_for_a_child_is_opened_by_who_is_there_on_a_terminal_of_their_own() {
    let hall = TestHall::open().await;
    let mut kiosk = hall.terminal("kiosk");
    kiosk.log_in(WANG_LEI).await;
    prove(&mut kiosk, &hall).await;
    assert_eq!(
        kiosk.post(CHILDREN, child(CHILD)).await.code(),
        "identity/other_terminal"
    );
    hall.clock.advance(61);
    let mut unproved = hall.browser();
    unproved.log_in(WANG_LEI).await;
    assert_eq!(
        unproved.post(CHILDREN, child(CHILD)).await.code(),
        "identity/step_up_required"
    );
}

#[tokio::test]
async fn a_child_that_logs_in_by_itself_has_no_account_opened_for_it_and_dismisses_no_guardian() {
    let hall = TestHall::open().await;
    // It has a phone, and has shown its number.
    let mut own = citizen(&hall, NEW).await;
    let ask = json!({ "name": CHILD.0, "citizen_id": CHILD.1 });
    good(own.post("/api/v1/identity/level/document", ask).await);
    let mut father = citizen(&hall, WANG_LEI).await;
    assert_eq!(
        father.post(CHILDREN, child(CHILD)).await.code(),
        "identity/number_in_use"
    );

    let hall = TestHall::open().await;
    let mut father = citizen(&hall, WANG_LEI).await;
    let acts = good(father.post(CHILDREN, child(CHILD)).await);
    // A phone of the child's is added to its account past every route, as whoever comes later might allow it.
    let principal = text(&acts["principal"]["id"]);
    give_phone(&hall, &principal, NEW).await;
    let mut own = hall.browser();
    own.log_in(NEW).await;
    assert_eq!(good(own.get(SESSION).await)["actor"]["name"], CHILD.0);
    let path = format!("{DELEGATIONS}/{}", text(&acts["id"]));
    assert_eq!(own.delete(&path).await.code(), "identity/forbidden");
    assert_eq!(principals(&mut father).await, ["王磊", CHILD.0]);
}

/// Has a phone number log somebody in.
async fn give_phone(hall: &TestHall, person: &str, phone: &str) {
    let person: uuid::Uuid = person.parse().unwrap_or_else(|error| panic!("{error}"));
    let phone = phone.to_owned();
    let given = hall.database.look(move |db| {
        db.prepare_cached("INSERT INTO contact (id, person, kind, value, added_at) VALUES (?1, ?1, 'phone', ?2, 0)")?
            .execute(crate::storage::sql::params![*person.as_bytes(), phone])
    });
    given.unwrap_or_else(|error| panic!("{error}"));
}
