//! Two accounts become one.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::own_data::{refers_to_a_person, rows_of, schema};
use super::{DELEGATIONS, MA_WENBIN, WANG_LEI, ZHANG_MIN, begin, good, text};
use crate::cases::tests::{apply, clerk};
use crate::identity::passkeys::tests::{Device, add, log_in, prove};
use crate::storage::sql::merging::{ENDED, KEPT, MOVED, MOVED_WITH_CARE};
use crate::testing::{Reply, TestHall, TestTerminal};

const CONTACTS: &str = "/api/v1/identity/contacts";
const LOOK: &str = "/api/v1/account/merging/look";
const MERGE: &str = "/api/v1/account/merging";
const SESSION: &str = "/api/v1/identity/session";

/// A browser of who has shown that they are there, and the id of the account.
async fn citizen(hall: &TestHall, phone: &str) -> (TestTerminal, String) {
    let mut browser = hall.browser();
    let session = browser.log_in(phone).await;
    prove(&mut browser, hall).await;
    (browser, text(&session["actor"]["id"]))
}

/// Shows to have what logs another account in.
async fn refused(browser: &mut TestTerminal, hall: &TestHall, to: &str) -> Reply {
    good(browser.post(&format!("{CONTACTS}/codes"), json!({ "to": to })).await);
    let message = hall.messages.sent().into_iter().find(|message| message.to == to);
    let message = message.map(|message| message.text).unwrap_or_default();
    let mut digits = message.split(|character: char| !character.is_ascii_digit());
    let code = digits.find(|part| part.len() == 6).unwrap_or_default();
    browser.post(CONTACTS, json!({ "to": to, "code": code })).await
}

async fn ticket(browser: &mut TestTerminal, hall: &TestHall, to: &str) -> Value {
    let refused = refused(browser, hall, to).await;
    assert_eq!(refused.code(), "identity/contact_in_use", "{}", refused.json());
    json!({ "ticket": refused.json()["details"]["merge"] })
}

/// All rows of a table.
fn rows(hall: &TestHall, table: &str) -> i64 {
    let sql = format!("SELECT count(*) FROM {table}");
    let rows = hall.database.look(move |db| db.query_row(&sql, [], |row| row.get(0)));
    rows.unwrap_or_else(|error| panic!("{error}"))
}

#[tokio::test]
async fn all_that_is_the_others_moves_and_nothing_is_lost_or_doubled() {
    let hall = TestHall::open().await;
    // 王磊 has a case, a draft, a passkey, a delegation, and another terminal; 马文斌's account knows a phone number alone.
    let (mut other, from) = citizen(&hall, WANG_LEI).await;
    let device = Device::new();
    assert_eq!(add(&mut other, &device).await.status, 201);
    let case = apply(&hall, &mut other).await;
    let draft = good(begin(&mut other, "food-business-licence", None).await);
    let scope = json!({ "role": "helper", "submits": true, "until": "2026-12-31" });
    let invited = good(
        other
            .post(DELEGATIONS, json!({ "phone": ZHANG_MIN, "scope": scope }))
            .await,
    );
    let mut helper = hall.browser();
    helper.log_in(ZHANG_MIN).await;
    let answer = format!("{DELEGATIONS}/{}/answer", text(&invited["delegation"]["id"]));
    good(helper.post(&answer, json!({ "agree": true })).await);

    let (mut browser, into) = citizen(&hall, MA_WENBIN).await;
    let own = good(begin(&mut browser, "residence-permit", None).await);
    let ticket = ticket(&mut browser, &hall, WANG_LEI).await;
    let seen = good(browser.post(LOOK, ticket.clone()).await);
    assert_eq!(seen["other"]["name"], "王磊");
    let counts = ["drafts", "cases", "passkeys", "delegations", "sessions", "consents"].map(|what| seen[what].clone());
    assert_eq!(json!(counts), json!([1, 1, 1, 1, 1, 0]), "{seen}");
    assert_eq!((&seen["takes_identity"], &seen["in_both"]), (&json!(true), &json!([])));

    let tables: BTreeSet<&str> = MOVED.iter().map(|(table, _)| *table).collect();
    let before: Vec<_> = tables.iter().map(|table| rows(&hall, table)).collect();
    let session = good(browser.post(MERGE, ticket.clone()).await);
    let after: Vec<_> = tables.iter().map(|table| rows(&hall, table)).collect();
    assert_eq!(before, after, "nothing is lost and nothing doubled: {tables:?}");
    for (table, column) in MOVED.into_iter().chain(MOVED_WITH_CARE).chain(ENDED) {
        assert_eq!(rows_of(&hall, table, column, &from), 0, "{table}.{column}");
    }
    assert_eq!(rows_of(&hall, "person", "id", &from), 0);

    // It is one account, known as well as either was.
    assert_eq!(
        (
            &session["actor"]["id"],
            &session["actor"]["name"],
            &session["assurance"]
        ),
        (&json!(into), &json!("王磊"), &json!("L2"))
    );
    let drafts = good(browser.get("/api/v1/drafts").await);
    let drafts: BTreeSet<_> = drafts
        .as_array()
        .into_iter()
        .flatten()
        .map(|one| text(&one["id"]))
        .collect();
    assert_eq!(drafts, BTreeSet::from([text(&draft["id"]), text(&own["id"])]));
    let told = good(browser.get(&format!("/api/v1/cases/{case}")).await);
    assert_eq!(told["principal"]["id"], json!(into));
    assert_eq!(told["history"][0]["actor"]["name"], "王磊");
    let mut desk = clerk(&hall, "ps-window").await;
    assert_eq!(
        good(desk.get(&format!("/api/v1/staff/cases/{case}")).await)["principal"]["name"],
        "王磊"
    );
    // The other's terminal is logged out, and keeps what it has not sent: nobody ended its session from elsewhere.
    let refused = other.get(SESSION).await;
    assert_eq!(
        (refused.status, &refused.json()["details"]["ended"]),
        (401, &Value::Null)
    );
    // The number, the passkey and the helper reach the one account.
    hall.clock.advance(61);
    assert_eq!(hall.browser().log_in(WANG_LEI).await["actor"]["id"], json!(into));
    let mut anew = hall.browser();
    assert_eq!(log_in(&mut anew, &device).await.json()["actor"]["id"], json!(into));
    let acts_for = good(helper.get(SESSION).await)["principals"].clone();
    let acts_for: Vec<_> = acts_for
        .as_array()
        .into_iter()
        .flatten()
        .map(|one| one["id"].clone())
        .collect();
    assert!(
        acts_for.contains(&json!(into)) && !acts_for.contains(&json!(from)),
        "{acts_for:?}"
    );
    // Terminals that keep a copy are told of what moved.
    let pulled = good(browser.get("/api/v1/sync").await);
    assert!(pulled.to_string().contains(&case), "{pulled}");
    // The id of before is the account's wherever a history names it.
    let known = hall
        .state
        .storage
        .person(from.parse().unwrap_or_else(|error| panic!("{error}")))
        .await;
    let known = known.ok().flatten().map(|person| person.id.to_string());
    assert_eq!(known, Some(into));
    let events = good(browser.get(CONTACTS).await)["events"].clone();
    assert_eq!(
        (&events[0]["what"], &events[0]["shown"]),
        (&json!("merged"), &json!("138****0003"))
    );
    // And its terminals, which keep by that id what they have not sent.
    assert_eq!(good(browser.get(MERGE).await), json!([from]));
    assert_eq!(good(helper.get(MERGE).await), json!([]));
    // Once more there is nothing to become one.
    assert_eq!(browser.post(MERGE, ticket).await.status, 404);
}

#[tokio::test]
async fn every_table_that_names_a_person_moves_ends_or_stays_and_none_is_forgotten() {
    let names = [
        "person",
        "principal",
        "actor",
        "agent",
        "sender",
        "legal_person",
        "citizen",
        "owner",
    ];
    let by_name = schema()
        .into_iter()
        .filter(|(_, column)| names.contains(&column.as_str()));
    let named: BTreeSet<_> = refers_to_a_person().into_iter().chain(by_name).collect();
    assert!(named.len() > 15, "{named:?}");
    let known = MOVED.into_iter().chain(MOVED_WITH_CARE).chain(ENDED).chain(KEPT);
    let known: BTreeSet<_> = known
        .map(|(table, column)| (table.to_owned(), column.to_owned()))
        .collect();
    let forgotten: Vec<_> = named.difference(&known).collect();
    assert!(
        forgotten.is_empty(),
        "say in storage/sql/merging.rs what becomes of {forgotten:?}"
    );
    let columns: BTreeSet<_> = schema().into_iter().collect();
    let gone: Vec<_> = known.difference(&columns).collect();
    assert!(gone.is_empty(), "there is no {gone:?}");
}

#[tokio::test]
async fn two_persons_stay_two() {
    let hall = TestHall::open().await;
    let (mut browser, _) = citizen(&hall, ZHANG_MIN).await;
    let ticket = ticket(&mut browser, &hall, WANG_LEI).await;
    for path in [LOOK, MERGE] {
        let refused = browser.post(path, ticket.clone()).await;
        assert_eq!(
            (refused.status, refused.code().as_str()),
            (409, "identity/other_person"),
            "{path}"
        );
    }
    hall.clock.advance(61);
    assert_eq!(hall.browser().log_in(WANG_LEI).await["actor"]["name"], "王磊");
}

#[tokio::test]
async fn of_two_drafts_for_one_service_one_goes_first() {
    let hall = TestHall::open().await;
    let (mut other, _) = citizen(&hall, WANG_LEI).await;
    let theirs = good(begin(&mut other, "residence-permit", None).await);
    let (mut browser, _) = citizen(&hall, MA_WENBIN).await;
    good(begin(&mut browser, "residence-permit", None).await);
    let ticket = ticket(&mut browser, &hall, WANG_LEI).await;
    let seen = good(browser.post(LOOK, ticket.clone()).await);
    assert_eq!(seen["in_both"][0]["zh-CN"], "居住证申领", "{seen}");
    let refused = browser.post(MERGE, ticket.clone()).await;
    assert_eq!(
        (refused.status, refused.code().as_str()),
        (409, "identity/merge_blocked")
    );
    assert_eq!(other.get(SESSION).await.status, 200, "nothing of it was done");
    assert_eq!(
        other
            .delete(&format!("/api/v1/drafts/{}", text(&theirs["id"])))
            .await
            .status,
        204
    );
    good(browser.post(MERGE, ticket).await);
}

#[tokio::test]
async fn a_ticket_is_of_who_showed_it_on_their_own_terminal_and_for_ten_minutes() {
    let hall = TestHall::open().await;
    let (mut browser, _) = citizen(&hall, MA_WENBIN).await;
    let theirs = ticket(&mut browser, &hall, WANG_LEI).await;
    let (mut stranger, _) = citizen(&hall, ZHANG_MIN).await;
    for (who, ticket) in [
        (&mut stranger, theirs.clone()),
        (&mut browser, json!({ "ticket": "AAAA" })),
    ] {
        for path in [LOOK, MERGE] {
            assert_eq!(
                who.post(path, ticket.clone()).await.code(),
                "identity/wrong_code",
                "{path}"
            );
        }
    }
    hall.clock.advance(61);
    let mut kiosk = hall.terminal("kiosk");
    kiosk.log_in(MA_WENBIN).await;
    prove(&mut kiosk, &hall).await;
    hall.clock.advance(61);
    let mut unproved = hall.browser();
    unproved.log_in(MA_WENBIN).await;
    for path in [LOOK, MERGE] {
        assert_eq!(kiosk.post(path, theirs.clone()).await.code(), "identity/other_terminal");
        assert_eq!(
            unproved.post(path, theirs.clone()).await.code(),
            "identity/step_up_required"
        );
    }
    hall.clock.advance(480);
    prove(&mut browser, &hall).await;
    assert_eq!(
        browser.post(MERGE, theirs).await.code(),
        "identity/wrong_code",
        "out of time"
    );
}
