//! Promises of updates: what is served, what is signed by itself, what is counted, what is stopped.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use onehall_publisher::testing::{PASSPHRASE, Place};
use onehall_publisher::{Failure, Keeper};
use serde_json::{Value, json};
use time::OffsetDateTime;
use uuid::Uuid;

use super::keeping;
use crate::clock::Clock as _;
use crate::config::Updates;
use crate::testing::{TestHall, TestTerminal};

const REPORTS: &str = "/api/v1/updates/reports";
/// The clock of the tests' hall stands here.
const NOW: i64 = 1_795_395_600;

/// An office on the disk.
struct Office(Place);

impl Office {
    /// One that has published nothing yet but its keys, and has a release of kiosks that waits to be offered.
    fn found() -> Office {
        let now = OffsetDateTime::from_unix_timestamp(NOW).unwrap_or_else(|error| panic!("{error}"));
        let place = Place::with_few_keys(&Uuid::now_v7().to_string(), "ui-kiosk", now);
        let mut office = Office(place.unwrap_or_else(|error| panic!("{error}")));
        let pages = office.0.root.join("pages");
        let written = std::fs::create_dir_all(&pages)
            .and_then(|()| std::fs::write(pages.join("index.html"), "<!doctype html>".repeat(100)));
        written.unwrap_or_else(|error| panic!("{error}"));
        office.run("stage ui-kiosk @pages --version 1.0.0 --revision 0123abc --profile kiosk");
        office.run("rollout ui-kiosk 1 --share 100");
        office.run("sign --key @office/keys/offline.json");
        office.0.publish().unwrap_or_else(|error| panic!("{error}"));
        office
    }

    fn run(&mut self, line: &str) {
        self.0.run(line).unwrap_or_else(|error| panic!("{line}: {error}"));
    }

    fn folder(&self) -> PathBuf {
        self.0.office()
    }

    fn key(&self, name: &str) -> PathBuf {
        self.0.key(name)
    }

    /// A hall on the machine on which it lies, whose terminals are all in one network.
    async fn hall(&self) -> TestHall {
        let change = |updates: &mut Updates| (updates.halt_after, updates.halt_networks) = (4, 1);
        self.hall_with(change).await
    }

    async fn hall_with(&self, change: impl FnOnce(&mut Updates)) -> TestHall {
        let (office, keys) = (self.folder(), vec![self.key("online"), self.key("halt")]);
        TestHall::open_with(move |config| {
            config.updates.office = Some(office);
            config.updates.keys = keys;
            config.updates.passphrase.0 = PASSPHRASE.to_owned();
            change(&mut config.updates);
        })
        .await
    }

    fn timestamp(&self) -> u64 {
        let text = std::fs::read(self.folder().join("repository/metadata/timestamp.json")).unwrap_or_default();
        let timestamp: Value = serde_json::from_slice(&text).unwrap_or_default();
        timestamp["signed"]["version"].as_u64().unwrap_or_default()
    }

    fn halted(&self) -> bool {
        let named = self.folder().join("targets/halts/ui-kiosk.halts.json");
        let published = self.folder().join("repository/metadata/2.halts.json");
        named.is_file() && published.is_file()
    }
}

async fn keeper(hall: &TestHall) -> Arc<Keeper> {
    keeping::open(&hall.state)
        .await
        .unwrap_or_else(|| panic!("no office is kept"))
}

#[tokio::test]
async fn a_repository_is_served_and_nothing_beside_it() {
    let office = Office::found();
    let hall = office.hall().await;
    let mut browser = hall.browser();
    let timestamp = browser.get("/updates/metadata/timestamp.json").await;
    assert_eq!(
        (timestamp.status, timestamp.header("cache-control")),
        (200, "no-cache".to_owned())
    );
    let root = browser.get("/updates/metadata/1.root.json").await;
    assert_eq!(root.status, 200);
    assert!(root.header("cache-control").contains("immutable"));
    let newer = browser.get("/updates/metadata/2.root.json").await;
    assert_eq!(
        (newer.status, newer.header("cache-control")),
        (404, "no-store".to_owned()),
        "it may come: nobody keeps that it was not there"
    );
    let blobs = std::fs::read_dir(office.folder().join("repository/blobs")).unwrap_or_else(|error| panic!("{error}"));
    for blob in blobs.flatten() {
        let path = format!("/updates/blobs/{}", blob.file_name().to_string_lossy());
        let whole = browser.get(&path).await;
        assert_eq!(
            (whole.status, whole.body.len() as u64),
            (200, blob.metadata().map_or(0, |meta| meta.len()))
        );
        assert!(whole.header("cache-control").contains("immutable"));
    }
    for path in [
        "/updates/keys/online.json",
        "/updates/metadata/..%2f..%2fplan.json",
        "/updates/metadata/..%2f..%2fkeys%2fonline.json",
        "/updates/../plan.json",
        "/updates/blobs/plan.json",
        "/updates/drafts/halts.json",
    ] {
        assert_eq!(browser.get(path).await.status, 404, "{path}");
    }
    assert_eq!(
        TestHall::open()
            .await
            .browser()
            .get("/updates/metadata/timestamp.json")
            .await
            .status,
        404
    );
}

#[tokio::test]
async fn the_timestamp_is_signed_anew_before_it_ends_and_ready_says_how_it_stands() {
    let office = Office::found();
    let hall = office.hall().await;
    let keeper = keeper(&hall).await;
    let stands = async |hall: &TestHall| hall.browser().get("/ready").await.json()["updates"].clone();
    keeping::keep(&hall.state, &keeper).await;
    assert_eq!((office.timestamp(), stands(&hall).await), (1, json!("signed")));
    hall.clock.advance(13 * 3600);
    assert_eq!(
        stands(&hall).await,
        json!("signed"),
        "it is no news that half of its time is over"
    );
    keeping::keep(&hall.state, &keeper).await;
    assert_eq!((office.timestamp(), stands(&hall).await), (2, json!("signed")));
    hall.clock.advance(25 * 3600);
    assert_eq!(stands(&hall).await, json!("ended"));
    keeping::keep(&hall.state, &keeper).await;
    assert_eq!((office.timestamp(), stands(&hall).await), (3, json!("signed")));
    // What only people can sign: they are told in time.
    hall.clock.advance(80 * 86_400);
    keeping::keep(&hall.state, &keeper).await;
    assert_eq!(stands(&hall).await, json!("ends_soon"));
    assert_eq!(
        TestHall::open()
            .await
            .browser()
            .get("/ready")
            .await
            .json()
            .get("updates"),
        None
    );
}

#[tokio::test]
async fn a_key_that_could_offer_something_is_not_taken_to_a_server() {
    let office = Office::found();
    let open =
        |name: &str, passphrase: &str| Keeper::open(&office.folder(), &[office.key(name)], passphrase).map(|_| ());
    assert!(matches!(open("offline", PASSPHRASE), Err(Failure::NotOnline(name, _)) if name == "offline"));
    assert!(matches!(
        open("online", "another passphrase"),
        Err(Failure::WrongPassphrase(_))
    ));
    assert!(open("online", PASSPHRASE).is_ok());
    assert!(matches!(
        Keeper::open(Path::new("/nowhere"), &[], PASSPHRASE),
        Err(Failure::NoOffice(_))
    ));
}

fn report(outcome: &str) -> Value {
    json!({ "id": Uuid::now_v7(), "release": 1, "outcome": outcome })
}

#[tokio::test]
async fn a_release_that_too_many_go_back_from_is_stopped_by_itself_and_what_waits_goes_on_waiting() {
    let mut office = Office::found();
    let hall = office.hall().await;
    let keeper = keeper(&hall).await;
    let mut kiosk = hall.terminal("kiosk");
    let path = REPORTS;
    let three = [report("committed"), report("committed"), report("rolled_back")];
    let told = kiosk.post(path, json!({ "app": "ui-kiosk", "reports": three })).await;
    assert_eq!((told.status, told.json()), (200, json!({ "new": 3 })));
    // The same ones, from wherever: none of them is new.
    let again = hall
        .terminal("kiosk")
        .post(path, json!({ "app": "ui-kiosk", "reports": three }))
        .await;
    assert_eq!(again.json(), json!({ "new": 0 }));
    keeping::keep(&hall.state, &keeper).await;
    assert!(!office.halted(), "three have tried it, and four have to");
    // A rollout that somebody has drafted and nobody signed yet.
    office.run("rollout ui-kiosk 1 --share 50");
    kiosk
        .post(path, json!({ "app": "ui-kiosk", "reports": [report("rolled_back")] }))
        .await;
    keeping::keep(&hall.state, &keeper).await;
    assert!(office.halted());
    assert!(
        office.folder().join("drafts/ui-kiosk.json").is_file(),
        "it waits for its own signatures"
    );
    let version = office.timestamp();
    keeping::keep(&hall.state, &keeper).await;
    assert_eq!(office.timestamp(), version, "it is stopped once");

    let mut admin = hall.console();
    admin.staff_log_in("admin").await;
    let seen = admin.get("/api/v1/staff/updates").await;
    let counts = json!({ "committed": 2, "rolled_back": 2 });
    let offer = json!({ "share": 100, "channels": [], "regions": [], "halls": [], "forced": false });
    let mut release = json!({ "app": "ui-kiosk", "release": 1, "version": "1.0.0", "counts": counts, "fails": true });
    release["offer"] = offer;
    release["stopped"] = json!("halted");
    release["last"] = json!(hall.clock.now());
    assert_eq!(
        (seen.status, seen.json()),
        (200, json!([release])),
        "what is published, not what somebody drafts"
    );
    assert_eq!(hall.browser().get("/api/v1/staff/updates").await.status, 401);
}

/// Terminals behind one address tell what became of the release.
async fn tell(hall: &TestHall, network: u8, outcomes: &[&str]) {
    let mut kiosk = hall.terminal("kiosk");
    kiosk.address = format!("10.0.0.{network}:40000");
    for outcomes in outcomes.chunks(50) {
        let reports: Vec<Value> = outcomes.iter().map(|outcome| report(outcome)).collect();
        let told = kiosk
            .post(REPORTS, json!({ "app": "ui-kiosk", "reports": reports }))
            .await;
        assert_eq!(told.json(), json!({ "new": outcomes.len() }));
    }
}

async fn administrator(hall: &TestHall) -> TestTerminal {
    let mut admin = hall.console();
    admin.staff_log_in("admin").await;
    admin
}

/// What an administrator sees of the release.
async fn seen(admin: &mut TestTerminal) -> Value {
    admin.get("/api/v1/staff/updates").await.json()[0].clone()
}

#[tokio::test]
async fn one_network_stops_no_release_whatever_it_makes_up() {
    let office = Office::found();
    let hall = office.hall_with(|_| {}).await;
    let keeper = keeper(&hall).await;
    tell(&hall, 1, &["rolled_back"; 150]).await;
    keeping::keep(&hall.state, &keeper).await;
    assert!(!office.halted(), "nobody else has tried it");
    for network in 2..=51 {
        tell(&hall, network, &["committed"]).await;
    }
    keeping::keep(&hall.state, &keeper).await;
    assert!(!office.halted(), "everybody else gets on with it");
    let release = seen(&mut administrator(&hall).await).await;
    assert_eq!(release["counts"], json!({ "committed": 50, "rolled_back": 150 }));
    assert_eq!(release["fails"], json!(false));
    // It went back elsewhere, too.
    for network in [52, 53] {
        tell(&hall, network, &["rolled_back"; 3]).await;
    }
    keeping::keep(&hall.state, &keeper).await;
    assert!(office.halted());
}

#[tokio::test]
async fn one_network_hides_no_release_that_fails() {
    let hall = TestHall::open().await;
    tell(&hall, 1, &["committed"; 2_000]).await;
    // Three halls of three dozen kiosks, each behind one address: every sixth goes back.
    let kiosks: Vec<&str> = (0..36)
        .map(|kiosk| if kiosk % 6 == 0 { "rolled_back" } else { "committed" })
        .collect();
    for network in [2, 3, 4] {
        tell(&hall, network, &kiosks).await;
    }
    let release = seen(&mut administrator(&hall).await).await;
    assert_eq!(release["counts"], json!({ "committed": 2_090, "rolled_back": 18 }));
    assert_eq!(release["fails"], json!(true));
}

#[tokio::test]
async fn three_halls_of_some_dozens_of_kiosks_stop_a_release_together() {
    let hall = TestHall::open().await;
    let mut admin = administrator(&hall).await;
    for (network, fails) in [(1, false), (2, false), (3, true)] {
        tell(&hall, network, &["rolled_back"; 36]).await;
        assert_eq!(seen(&mut admin).await["fails"], json!(fails), "{network}");
    }
}

#[tokio::test]
async fn which_networks_told_of_a_release_is_forgotten_once_nobody_tells_of_it_any_more() {
    let hall = TestHall::open().await;
    for network in [1, 2] {
        tell(&hall, network, &["committed", "rolled_back"]).await;
    }
    let networks = || {
        let count = hall
            .database
            .look(|db| db.query_row("SELECT count(*) FROM update_network", [], |row| row.get::<_, i64>(0)));
        count.unwrap_or_else(|error| panic!("{error}"))
    };
    let now = hall.clock.now();
    let forget = async |oldest| {
        let forgot = hall.state.storage.forget_update_reports(oldest).await;
        forgot.unwrap_or_else(|error| panic!("{error}"))
    };
    assert_eq!((forget(now).await, networks()), (0, 2));
    assert_eq!((forget(now.plus_seconds(1)).await, networks()), (4, 0));
    let release = seen(&mut administrator(&hall).await).await;
    assert_eq!(release["counts"], json!({ "committed": 2, "rolled_back": 2 }));
}

#[tokio::test]
async fn what_is_published_is_shown_before_anybody_told_of_it_and_what_is_told_without_a_repository() {
    let office = Office::found();
    let hall = office.hall().await;
    let mut admin = hall.console();
    admin.staff_log_in("admin").await;
    let seen = admin.get("/api/v1/staff/updates").await.json();
    assert_eq!(seen[0]["release"], 1);
    assert_eq!(
        (&seen[0]["offer"]["share"], &seen[0]["counts"]),
        (&json!(100), &json!({}))
    );
    let _ = std::fs::write(office.folder().join("repository/metadata/timestamp.json"), b"damaged");
    assert_eq!(admin.get("/api/v1/staff/updates").await.json(), json!([]));

    let hall = TestHall::open().await;
    let reports = [report("staged")];
    hall.terminal("kiosk")
        .post(REPORTS, json!({ "app": "ui-kiosk", "reports": reports }))
        .await;
    let mut admin = hall.console();
    admin.staff_log_in("admin").await;
    let seen = admin.get("/api/v1/staff/updates").await.json();
    assert_eq!(
        (&seen[0]["counts"], seen[0].get("offer")),
        (&json!({ "staged": 1 }), None)
    );
    let mut clerk = hall.console();
    clerk.staff_log_in("ps-window").await;
    assert_eq!(clerk.get("/api/v1/staff/updates").await.status, 403);
}

#[tokio::test]
async fn a_report_says_what_it_may_and_nothing_else() {
    let hall = TestHall::open().await;
    let mut kiosk = hall.terminal("kiosk");
    let mut with = report("committed");
    with["terminal"] = json!("kiosk-3");
    let mut high = report("committed");
    high["release"] = json!(u64::MAX);
    let many: Vec<Value> = (0..51).map(|_| report("staged")).collect();
    for body in [
        json!({ "app": "ui-kiosk", "reports": [with] }),
        json!({ "app": "ui-kiosk", "reports": [high] }),
        json!({ "app": "ui-kiosk", "reports": [report("installed")] }),
        json!({ "app": "ui-kiosk", "reports": many }),
        json!({ "app": "forms", "reports": [] }),
        json!({ "app": "ui-kiosk", "reports": [], "who": "me" }),
    ] {
        let status = kiosk.post(REPORTS, body.clone()).await.status;
        assert!((400..500).contains(&status), "{status}: {body}");
    }
}
