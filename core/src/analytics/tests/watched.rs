//! What each command counts as.

use onehall_client::citizen::Reply;

use super::*;
use crate::analytics::watched::Asked;

const DRAFT: &str = "01900000-0000-7000-8000-000000000001";
const CASE: &str = "01900000-0000-7000-8000-000000000002";
const FILE: &str = "01900000-0000-7000-8000-000000000003";
const AT: &str = "2026-11-26T01:00:00.000Z";

fn id<T: std::str::FromStr>(text: &str) -> T {
    text.parse().unwrap_or_else(|_| panic!("no id"))
}

fn reply(json: Value) -> Reply {
    serde_json::from_value(json).unwrap_or_else(|error| panic!("{error}"))
}

fn person() -> Value {
    json!({ "id": CASE, "kind": "citizen", "name": "王小明", "number": "1101**********0018" })
}

fn text() -> Value {
    json!({ "zh-CN": "事项", "en": "Item" })
}

fn draft() -> Value {
    json!({
        "id": DRAFT, "item": "passport", "item_name": text(), "principal": person(), "updated_at": AT,
        "terminal": "browser", "form": { "code": "passport", "version": 1 }, "revision": 1,
        "answers": { "name": "王小明" }
    })
}

fn receipt() -> Value {
    json!({
        "case_id": CASE, "number": "LC-20261126-000001-2", "item": "passport", "item_name": text(),
        "submitted_at": AT, "key": DRAFT, "transcript": "00"
    })
}

/// A case that has ended with a result to download, and was rated.
fn case(stars: u8) -> Value {
    json!({
        "id": CASE, "number": "LC-20261126-000001-2", "item": "passport", "item_name": text(),
        "authority": "public-security", "principal": person(), "submitted_at": AT, "updated_at": AT, "version": 3,
        "status": {
            "state": "closed", "step": "closed", "step_name": text(), "waits_for": "nobody", "next": text(),
            "clock_paused": false
        },
        "form": { "code": "passport", "version": 1 }, "answers": { "name": "王小明" }, "history": [], "can": [],
        "result": {
            "kind": "issued", "at": AT, "document_number": "证 1",
            "file": { "id": FILE, "name": "王小明.pdf", "media_type": "application/pdf", "size": 1, "sha256": "00", "uploaded_at": AT }
        },
        "rating": { "stars": stars, "tags": ["guide"], "comment": "很好" }
    })
}

fn file() -> Value {
    json!({ "read_file": { "name": "王小明.pdf", "media_type": "application/pdf", "bytes": "" } })
}

/// A terminal that counts, and a way to end: what arrived, as `event item detail`.
fn counting() -> (Place, Core) {
    let place = Place::new(TerminalKind::Browser);
    let core = place.start();
    consent(&core, Some(true));
    place.world.pass(2_000);
    (place, core)
}

fn counted(place: &Place) -> Vec<String> {
    place.world.pass(15_000);
    let batches = std::mem::take(&mut *lock(&place.world.arrived));
    let sent = serde_json::to_string(&batches).unwrap_or_default();
    for personal in ["王小明", "1101", "LC-2026", DRAFT, CASE, FILE, "很好", "证 1"] {
        assert!(!sent.contains(personal), "{personal} was sent: {sent}");
    }
    let events = batches.into_iter().flat_map(|batch| batch.events);
    events
        .map(|event| {
            let item = event.item.map(|item| item.to_string()).unwrap_or_default();
            format!("{} {item} {}", event.event, event.detail.unwrap_or_default())
        })
        .collect()
}

#[test]
fn an_application_counts_when_it_is_opened_and_when_it_is_taken_with_the_time_between() {
    let (place, core) = counting();
    core.watch(Asked::Nothing, &reply(json!({ "open_draft": draft() })));
    assert_eq!(counted(&place), ["draft_opened passport "]);
    // The page of the draft reads it anew: that is no second opening, and its time goes on.
    place.world.pass(4 * 60_000);
    core.watch(Asked::Nothing, &reply(json!({ "get_draft": draft() })));
    place.world.pass(3 * 60_000);
    core.watch(Asked::Submit(id(DRAFT)), &reply(json!({ "submit": receipt() })));
    assert_eq!(counted(&place), ["application_submitted passport under_15"]);
}

#[test]
fn a_case_counts_once_while_it_is_looked_at() {
    let (place, core) = counting();
    for _ in 0..3 {
        core.watch(Asked::Nothing, &reply(json!({ "get_case": case(5) })));
    }
    assert_eq!(counted(&place), ["case_viewed passport "]);
}

#[test]
fn of_all_files_only_the_result_of_the_case_counts() {
    let (place, core) = counting();
    core.watch(Asked::File(id(FILE)), &reply(file()));
    core.watch(Asked::Nothing, &reply(json!({ "get_case": case(5) })));
    core.watch(Asked::File(id(DRAFT)), &reply(file()));
    assert_eq!(counted(&place), ["case_viewed passport "]);
    core.watch(Asked::File(id(FILE)), &reply(file()));
    assert_eq!(counted(&place), ["result_downloaded passport "]);
}

#[test]
fn a_rating_counts_as_its_stars() {
    let (place, core) = counting();
    core.watch(Asked::Nothing, &reply(json!({ "rate": case(2) })));
    core.watch(Asked::Nothing, &reply(json!({ "rate": case(5) })));
    assert_eq!(
        counted(&place),
        [
            "service_rated passport dissatisfied",
            "service_rated passport very_satisfied"
        ]
    );
}

fn search(query: &str) -> Command {
    Command::SearchCatalog(onehall_client::citizen::SearchCatalog {
        query: query.to_owned(),
        language: onehall_protocol::Language::ZhCn,
        limit: 7,
    })
}

fn found(hits: usize) -> Reply {
    let hits = vec![json!({ "item": item("passport"), "marks": [] }); hits];
    reply(json!({ "search_catalog": hits }))
}

#[test]
fn a_search_counts_when_nothing_more_is_typed_and_an_empty_one_never() {
    let (place, core) = counting();
    for typed in ["身", "身份", "身份证"] {
        core.watch(core.asked(&search(typed)), &found(0));
        place.world.pass(500);
    }
    place.world.pass(2_000);
    core.watch(core.asked(&search(" ")), &found(0));
    place.world.pass(2_000);
    assert_eq!(counted(&place), ["search_made  none"]);
}

#[test]
fn the_last_search_counts_also_where_an_earlier_one_is_answered_after_it() {
    let (place, core) = counting();
    let first = core.asked(&search("身份证"));
    let last = core.asked(&search("身份证王小明"));
    core.watch(last, &found(0));
    core.watch(first, &found(3));
    place.world.pass(2_000);
    assert_eq!(counted(&place), ["search_made  none"]);
}

#[test]
fn what_counts_is_sent_without_the_login_of_who_did_it() {
    let place = Place::new(TerminalKind::Mobile);
    let secrets = Arc::new(crate::platform::memory::MemorySecrets::default());
    now(crate::ports::SecretStore::put(
        &*secrets,
        "session-token",
        "secret".to_owned(),
    ));
    let core = place.start_with(Some(secrets));
    // What the session is does not matter here: the terminal holds its token from now on.
    let _ = now(core.dispatch(Command::RestoreSession(onehall_client::citizen::RestoreSession {})));
    consent(&core, Some(true));
    place.view(&core, "passport");
    place.world.pass(15_000);
    let named = lock(&place.world.named).clone();
    let of = |path: &str| {
        named
            .iter()
            .filter(|(url, _)| url.ends_with(path))
            .map(|(_, named)| *named)
            .collect::<Vec<_>>()
    };
    assert_eq!(of("/catalog/items/passport"), [true]);
    assert_eq!(of("/insight/events"), [false]);
}
