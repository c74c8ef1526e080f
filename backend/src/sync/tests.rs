//! Promises of synchronisation, asked over HTTP of a whole hall.

use std::collections::BTreeSet;

use onehall_protocol::sync::{Change, Entity};
use onehall_sync::Checksum;
use serde_json::{Value, json};
use uuid::Uuid;

use super::trim_logs;
use crate::cases::tests::{AGENT, CITIZEN, STRANGER, apply, clerk, done};
use crate::testing::{Reply, TestHall, TestTerminal, save_body};

const DRAFTS: &str = "/api/v1/drafts";

/// What a terminal holds: by entity and id, the view.
#[derive(Debug, Default, PartialEq)]
struct Held(std::collections::BTreeMap<(Entity, Uuid), Value>);

impl Held {
    fn take(&mut self, changes: &Value) {
        for change in changes.as_array().cloned().unwrap_or_default() {
            let put = change["put"].clone();
            let key = match parsed(change) {
                Change::Draft { id, .. } => (Entity::Draft, id.0),
                Change::Case { id, .. } => (Entity::Case, id.0),
            };
            if put.is_null() {
                self.0.remove(&key);
            } else {
                self.0.insert(key, put);
            }
        }
    }

    fn checksum(&self) -> String {
        let mut sum = Checksum::default();
        for ((entity, id), view) in &self.0 {
            let version = match entity {
                Entity::Draft => &view["revision"],
                Entity::Case => &view["version"],
            };
            sum.add(*entity, *id, version.as_u64().unwrap_or_default());
        }
        sum.to_string()
    }
}

fn parsed(change: Value) -> Change {
    serde_json::from_value(change).unwrap_or_else(|error| panic!("{error}"))
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

async fn good(terminal: &mut TestTerminal, path: &str) -> Value {
    let reply = terminal.get(path).await;
    assert_eq!(reply.status, 200, "{path}: {}", reply.json());
    reply.json()
}

/// Pulls until there is no more; gives the last cursor.
async fn pull(terminal: &mut TestTerminal, held: &mut Held, cursor: &str) -> String {
    let mut cursor = cursor.to_owned();
    loop {
        let page = good(
            terminal,
            &format!("/api/v1/sync?cursor={cursor}&limit=2&checksums=true"),
        )
        .await;
        held.take(&page["changes"]);
        cursor = text(&page["cursor"]);
        if page["more"] == false {
            let own = text(&page["principals"][0]);
            if page["principals"].as_array().is_some_and(|all| all.len() == 1) {
                assert_eq!(page["checksums"][&own], held.checksum(), "{held:?}");
            }
            return cursor;
        }
        assert!(page.get("checksums").is_none());
    }
}

/// Reads a whole snapshot, a thing at a time; gives what it holds and its cursor.
async fn snapshot(terminal: &mut TestTerminal) -> (Held, String) {
    let mut held = Held::default();
    let mut path = "/api/v1/sync/snapshot?limit=1".to_owned();
    loop {
        let page = good(terminal, &path).await;
        held.take(&page["changes"]);
        match page["next"].as_str() {
            Some(next) => path = format!("/api/v1/sync/snapshot?limit=1&page={next}"),
            None => return (held, text(&page["cursor"])),
        }
    }
}

async fn open(terminal: &mut TestTerminal, item: &str) -> Value {
    let reply = terminal.post(DRAFTS, json!({ "item": item })).await;
    assert!(matches!(reply.status, 200 | 201), "{}", reply.json());
    reply.json()
}

async fn name(terminal: &mut TestTerminal, draft: &Value, name: &str) -> Reply {
    let body = save_body(&draft["revision"], &[json!({ "path": "name", "value": name })]);
    terminal.patch(&format!("{DRAFTS}/{}", text(&draft["id"])), body).await
}

fn ids(changes: &Value) -> Vec<String> {
    let changes = changes.as_array().cloned().unwrap_or_default();
    changes.iter().map(|change| text(&change["id"])).collect()
}

/// Looks into the log itself, past the port.
fn log_of(hall: &TestHall) -> Vec<(Uuid, i64)> {
    let rows = hall.database.look(|db| {
        db.prepare_cached("SELECT principal, seq FROM sync_change ORDER BY principal, seq")?
            .query_map([], |row| Ok((Uuid::from_bytes(row.get(0)?), row.get(1)?)))?
            .collect()
    });
    rows.unwrap_or_else(|error| panic!("{error}"))
}

#[tokio::test]
async fn what_changes_on_one_terminal_comes_to_the_other_once_and_as_it_is_now() {
    let hall = TestHall::open().await;
    let mut browser = hall.browser();
    browser.log_in(CITIZEN).await;
    let mut phone = browser.clone();
    let (mut held, cursor) = snapshot(&mut phone).await;
    assert_eq!(held, Held::default());

    let draft = open(&mut browser, "residence-permit").await;
    for answer in ["study", "work"] {
        let now = good(&mut browser, &format!("{DRAFTS}/{}", text(&draft["id"]))).await;
        assert_eq!(name(&mut browser, &now, answer).await.status, 200);
    }
    let page = good(&mut phone, &format!("/api/v1/sync?cursor={cursor}")).await;
    assert_eq!(ids(&page["changes"]), [text(&draft["id"])], "three changes, one thing");
    assert_eq!(page["changes"][0]["put"]["answers"]["name"], "work");
    assert_eq!(page["more"], false);
    held.take(&page["changes"]);
    let cursor = text(&page["cursor"]);
    let nothing = good(&mut phone, &format!("/api/v1/sync?cursor={cursor}")).await;
    assert_eq!(nothing["changes"], json!([]));
    assert_eq!(nothing["cursor"], cursor, "nothing changed: the place is the same");

    let gone = browser.delete(&format!("{DRAFTS}/{}", text(&draft["id"]))).await;
    assert_eq!(gone.status, 204);
    let cursor = pull(&mut phone, &mut held, &cursor).await;
    assert_eq!(held, Held::default(), "a draft that was thrown away goes");

    let case = apply(&hall, &mut browser).await;
    let cursor = pull(&mut phone, &mut held, &cursor).await;
    let kinds: Vec<_> = held.0.keys().map(|(entity, id)| (*entity, id.to_string())).collect();
    assert_eq!(kinds, [(Entity::Case, case.clone())], "the draft became a case");

    let mut window = clerk(&hall, "ps-window").await;
    done(&mut window, &case, "pass-pre-review", json!({})).await;
    let cursor = pull(&mut phone, &mut held, &cursor).await;
    let seen = good(&mut browser, &format!("/api/v1/cases/{case}")).await;
    assert_eq!(
        held.0.values().collect::<Vec<_>>(),
        [&seen],
        "a clerk's step comes, as the citizen sees it"
    );

    let reason = json!({ "reason": "不属于本机关职权范围。" });
    done(&mut window, &case, "refuse-acceptance", reason).await;
    let cursor = pull(&mut phone, &mut held, &cursor).await;
    let rating = json!({ "stars": 4, "tags": [] });
    let reply = browser.post(&format!("/api/v1/cases/{case}/rating"), rating).await;
    assert_eq!(reply.status, 200, "{}", reply.json());
    pull(&mut phone, &mut held, &cursor).await;
    let seen = good(&mut browser, &format!("/api/v1/cases/{case}")).await;
    assert_eq!(held.0.values().collect::<Vec<_>>(), [&seen]);
}

#[tokio::test]
async fn a_snapshot_and_what_comes_behind_it_are_all_there_is_whatever_changes_meanwhile() {
    let hall = TestHall::open().await;
    let mut browser = hall.browser();
    browser.log_in(CITIZEN).await;
    let mut phone = browser.clone();
    let first = open(&mut browser, "residence-permit").await;
    let second = open(&mut browser, "identity-card-renewal").await;
    let page = good(&mut phone, "/api/v1/sync/snapshot?limit=1").await;
    // Two ids of one millisecond are in either order.
    let (first, second) = match ids(&page["changes"])[..] == [text(&first["id"])] {
        true => (first, second),
        false => (second, first),
    };
    assert_eq!(ids(&page["changes"]), [text(&first["id"])]);
    assert!(page.get("cursor").is_none(), "a snapshot is of use as a whole only");
    let mut held = Held::default();
    held.take(&page["changes"]);

    // What was read goes, what was not read changes, something comes.
    let gone = browser.delete(&format!("{DRAFTS}/{}", text(&first["id"]))).await;
    assert_eq!(gone.status, 204);
    let third = open(&mut browser, "elder-allowance").await;
    let next = text(&page["next"]);
    let page = good(&mut phone, &format!("/api/v1/sync/snapshot?page={next}")).await;
    held.take(&page["changes"]);
    pull(&mut phone, &mut held, &text(&page["cursor"])).await;
    let there: BTreeSet<String> = held.0.keys().map(|(_, id)| id.to_string()).collect();
    assert_eq!(there, [text(&second["id"]), text(&third["id"])].into());
}

#[tokio::test]
async fn the_log_has_no_gaps_however_many_write_at_once_and_no_reader_misses_a_change() {
    let hall = TestHall::open().await;
    let mut browser = hall.browser();
    browser.log_in(CITIZEN).await;
    let mut stranger = hall.browser();
    stranger.log_in(STRANGER).await;
    let (mut held, mut cursor) = snapshot(&mut browser).await;
    let items = [
        "residence-permit",
        "identity-card-renewal",
        "elder-allowance",
        "school-enrolment",
    ];
    let mut writers = Vec::new();
    for terminal in [&browser, &stranger] {
        for item in items {
            let mut terminal = terminal.clone();
            writers.push(tokio::spawn(async move {
                for round in 0..6 {
                    let draft = open(&mut terminal, item).await;
                    let path = format!("{DRAFTS}/{}", text(&draft["id"]));
                    let mut body = save_body(&draft["revision"], &[]);
                    body["page"] = json!(format!("page-{round}"));
                    assert_eq!(terminal.patch(&path, body).await.status, 200);
                    if round < 5 {
                        assert_eq!(terminal.delete(&path).await.status, 204);
                    }
                }
            }));
        }
    }
    // A reader that reads while others write.
    for _ in 0..20 {
        let page = good(&mut browser, &format!("/api/v1/sync?cursor={cursor}&limit=3")).await;
        held.take(&page["changes"]);
        cursor = text(&page["cursor"]);
        tokio::task::yield_now().await;
    }
    for writer in writers {
        writer.await.unwrap_or_else(|error| panic!("{error}"));
    }
    pull(&mut browser, &mut held, &cursor).await;
    assert_eq!(held, snapshot(&mut browser).await.0);
    assert_eq!(held.0.len(), items.len());

    let log = log_of(&hall);
    for principal in log.iter().map(|(principal, _)| *principal).collect::<BTreeSet<_>>() {
        let numbers: Vec<i64> = log
            .iter()
            .filter(|(of, _)| *of == principal)
            .map(|(_, seq)| *seq)
            .collect();
        // Each round opens, saves and throws away; the last one does not throw away.
        assert_eq!(numbers, (1..=items.len() as i64 * 17).collect::<Vec<_>>());
    }
}

#[tokio::test]
async fn nobody_sees_what_is_another_citizens() {
    let hall = TestHall::open().await;
    let (mut browser, mut stranger) = (hall.browser(), hall.browser());
    browser.log_in(CITIZEN).await;
    stranger.log_in(STRANGER).await;
    let (_, cursor) = snapshot(&mut browser).await;
    open(&mut browser, "residence-permit").await;

    let (mut held, own) = snapshot(&mut stranger).await;
    pull(&mut stranger, &mut held, &own).await;
    assert_eq!(held, Held::default());
    for path in [
        format!("/api/v1/sync?cursor={cursor}"),
        format!("/api/v1/sync/wait?cursor={cursor}"),
        "/api/v1/sync?cursor=AAAA.AAAA".to_owned(),
        format!("/api/v1/sync/snapshot?page={cursor}"),
    ] {
        let refused = stranger.get(&path).await;
        assert_eq!(
            (refused.status, refused.code().as_str()),
            (400, "sync/invalid_cursor"),
            "{path}"
        );
    }
    let mut nobody = hall.browser();
    for path in ["/api/v1/sync", "/api/v1/sync/snapshot", "/api/v1/sync/wait?cursor=a"] {
        assert_eq!(nobody.get(path).await.code(), "identity/not_logged_in", "{path}");
    }
    for limit in ["0", "201"] {
        let refused = browser.get(&format!("/api/v1/sync?limit={limit}")).await;
        assert_eq!(refused.code(), "request/invalid_parameter");
    }
}

#[tokio::test]
async fn who_comes_after_the_log_was_trimmed_reads_a_snapshot() {
    let hall = TestHall::open().await;
    let mut browser = hall.terminal("mobile");
    browser.log_in(CITIZEN).await;
    let (_, cursor) = snapshot(&mut browser).await;
    let old = open(&mut browser, "residence-permit").await;
    hall.clock.advance(29 * 86_400);
    assert_eq!(trim_logs(&hall.state).await.ok(), Some(0), "29 days are kept");
    browser.log_in(CITIZEN).await;
    let page = good(&mut browser, &format!("/api/v1/sync?cursor={cursor}")).await;
    assert_eq!(
        ids(&page["changes"]),
        [text(&old["id"])],
        "a month offline is caught up with"
    );
    let recent = text(&page["cursor"]);

    hall.clock.advance(2 * 86_400);
    browser.log_in(CITIZEN).await;
    open(&mut browser, "identity-card-renewal").await;
    assert_eq!(trim_logs(&hall.state).await.ok(), Some(1));
    let refused = browser.get(&format!("/api/v1/sync?cursor={cursor}")).await;
    assert_eq!(
        (refused.status, refused.code().as_str()),
        (410, "sync/snapshot_required")
    );
    assert_eq!(
        browser.get("/api/v1/sync").await.status,
        410,
        "nor can it be read from the beginning"
    );
    // Who had read what was trimmed goes on.
    let page = good(&mut browser, &format!("/api/v1/sync?cursor={recent}")).await;
    assert_eq!(page["changes"].as_array().map(Vec::len), Some(1));
    let (mut held, cursor) = snapshot(&mut browser).await;
    pull(&mut browser, &mut held, &cursor).await;
    assert_eq!(held.0.len(), 2);
}

#[tokio::test]
async fn an_agent_gets_the_companys_matters_and_loses_them_with_the_mandate() {
    let hall = TestHall::open().await;
    let mut browser = hall.browser();
    let session = browser.log_in(AGENT).await;
    let company = text(&session["principals"][1]["id"]);
    let (_, begun) = snapshot(&mut browser).await;
    let started = json!({ "item": "food-business-licence", "principal": company });
    let of_company = browser.post(DRAFTS, started).await.json();
    let own = open(&mut browser, "residence-permit").await;
    let page = good(&mut browser, &format!("/api/v1/sync?cursor={begun}&checksums=true")).await;
    let mut both = vec![text(&of_company["id"]), text(&own["id"])];
    let mut there = ids(&page["changes"]);
    both.sort();
    there.sort();
    assert_eq!(there, both);
    assert_eq!(page["principals"].as_array().map(Vec::len), Some(2));
    assert_eq!(page["checksums"].as_object().map(|sums| sums.len()), Some(2));
    // A page that ends between two principals loses nothing of the second.
    let mut one_by_one = Held::default();
    pull(&mut browser, &mut one_by_one, &begun).await;
    assert_eq!(one_by_one.0.len(), 2);

    let company_id: Uuid = company.parse().unwrap_or_else(|error| panic!("{error}"));
    let gone = hall
        .database
        .look(|db| db.execute("DELETE FROM agency WHERE legal_person = ?1", [*company_id.as_bytes()]));
    assert!(gone.is_ok_and(|rows| rows > 0));
    let page = good(&mut browser, &format!("/api/v1/sync?cursor={begun}")).await;
    assert_eq!(
        ids(&page["changes"]),
        [text(&own["id"])],
        "what was the company's comes no more"
    );
    assert_eq!(
        page["principals"].as_array().map(Vec::len),
        Some(1),
        "and what is held of it is to go"
    );
    assert_eq!(snapshot(&mut browser).await.0.0.len(), 1);
}

#[tokio::test]
async fn who_waits_is_told_of_a_change_at_once_and_of_one_that_was_there_before() {
    let hall = TestHall::open().await;
    let mut browser = hall.browser();
    let session = browser.log_in(CITIZEN).await;
    let (_, cursor) = snapshot(&mut browser).await;
    let path = format!("/api/v1/sync/wait?cursor={cursor}");
    let mut phone = browser.clone();
    let waiting = {
        let path = path.clone();
        tokio::spawn(async move { phone.get(&path).await })
    };
    let me = session["actor"]["id"].as_str().and_then(|id| id.parse().ok());
    let me = crate::events::Channel::Person(me.unwrap_or_else(|| panic!("no id")));
    while hall.state.events.listeners(&me) == 0 {
        tokio::task::yield_now().await;
    }
    let draft = open(&mut browser, "residence-permit").await;
    assert_eq!(name(&mut browser, &draft, "work").await.status, 200);
    // Who is not told waits until the hall's patience ends, and hears of no change.
    let told = waiting.await.unwrap_or_else(|error| panic!("{error}"));
    assert_eq!((told.status, told.json()), (200, json!({ "changed": true })));
    assert_eq!(hall.state.events.listeners(&me), 0, "who is answered listens no more");
    let at_once = good(&mut browser, &path).await;
    assert_eq!(at_once, json!({ "changed": true }));
}

#[tokio::test]
async fn who_may_handle_some_matters_does_not_hear_that_others_changed() {
    let hall = TestHall::open().await;
    let (mut principal, mut actor) = (hall.browser(), hall.browser());
    let session = principal.log_in(CITIZEN).await;
    actor.log_in(STRANGER).await;
    let scope = json!({ "role": "helper", "items": ["residence-permit"], "submits": true, "until": "2026-12-31" });
    let request = json!({ "phone": STRANGER, "scope": scope });
    let asked = principal.post("/api/v1/account/delegations", request).await;
    let answer = format!(
        "/api/v1/account/delegations/{}/answer",
        text(&asked.json()["delegation"]["id"])
    );
    assert_eq!(actor.post(&answer, json!({ "agree": true })).await.status, 200);
    let (_, cursor) = snapshot(&mut actor).await;
    let path = format!("/api/v1/sync/wait?cursor={cursor}");
    let mut waiting = {
        let (mut actor, path) = (actor.clone(), path.clone());
        tokio::spawn(async move { actor.get(&path).await })
    };
    let theirs = session["actor"]["id"].as_str().and_then(|id| id.parse().ok());
    let theirs = crate::events::Channel::Person(theirs.unwrap_or_else(|| panic!("no id")));
    while hall.state.events.listeners(&theirs) == 0 {
        tokio::task::yield_now().await;
    }
    let other = open(&mut principal, "identity-card-renewal").await;
    assert_eq!(name(&mut principal, &other, "work").await.status, 200);
    // Who waits is asked to come again when the hall closes, and has heard of no change until then.
    let told = tokio::select! {
        told = &mut waiting => Some(told),
        () = async {
            for _ in 0..100 {
                tokio::task::yield_now().await;
            }
        } => None,
    };
    assert!(told.is_none(), "{told:?}");
    hall.state.events.close();
    let told = waiting.await.unwrap_or_else(|error| panic!("{error}"));
    assert_eq!((told.status, told.json()), (200, json!({ "changed": false })));
    assert_eq!(good(&mut actor, &path).await, json!({ "changed": false }));
    open(&mut principal, "residence-permit").await;
    assert_eq!(good(&mut actor, &path).await, json!({ "changed": true }));
}

#[tokio::test]
async fn waiting_ends_with_the_session_and_with_the_hall() {
    let hall = TestHall::open().await;
    let mut kiosk = hall.terminal("kiosk");
    kiosk.log_in(CITIZEN).await;
    let (_, cursor) = snapshot(&mut kiosk).await;
    let path = format!("/api/v1/sync/wait?cursor={cursor}");
    let mut waiting = kiosk.clone();
    let waiting = {
        let path = path.clone();
        tokio::spawn(async move { waiting.get(&path).await })
    };
    while hall.state.events.streams() == 0 {
        tokio::task::yield_now().await;
    }
    assert_eq!(kiosk.delete("/api/v1/identity/session").await.status, 204);
    // Who is not told waits until the hall's patience ends, and hears of no change.
    let told = waiting.await.unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(told.code(), "identity/not_logged_in");

    hall.clock.advance(61);
    kiosk.log_in(CITIZEN).await;
    hall.state.events.close();
    assert_eq!(good(&mut kiosk, &path).await, json!({ "changed": false }));
}

#[tokio::test]
async fn looking_for_changes_keeps_no_session_alive() {
    let hall = TestHall::open().await;
    let mut kiosk = hall.terminal("kiosk");
    kiosk.log_in(CITIZEN).await;
    let (_, cursor) = snapshot(&mut kiosk).await;
    // A kiosk that was left alone looks again and again, and is logged out all the same.
    let mut ended = false;
    for _ in 0..60 {
        hall.clock.advance(60);
        let reply = kiosk.get(&format!("/api/v1/sync?cursor={cursor}")).await;
        ended = reply.code() == "identity/not_logged_in";
        if ended {
            break;
        }
    }
    assert!(ended, "it looked for an hour and was still logged in");
}
