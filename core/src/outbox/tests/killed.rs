//! A terminal that is killed while its citizen submits: what was acknowledged is sent by the next one, once each.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command as Process, Stdio};
use std::sync::mpsc;
use std::time::Duration;

use tokio::runtime::Runtime;

use super::*;
use crate::platform::native::{Keep, native};

/// Names the folder in which a child process submits until it is killed.
const SUBMITS_IN: &str = "ONEHALL_TEST_OUTBOX";
/// How often it is killed: the long run sets it to 1,000.
const ROUNDS: &str = "ONEHALL_TEST_ROUNDS";

fn terminal(folder: PathBuf, world: &Arc<World>, runtime: &Runtime) -> Core {
    let host = native(Keep::Folder(folder), runtime.handle().clone()).unwrap_or_else(|error| panic!("{error:?}"));
    let hosted = Arc::new(Hosted(world.clone()));
    let host = Host {
        http: hosted.clone(),
        pokes: hosted,
        secrets: None,
        ..host
    };
    Core::new(host, "", TerminalKind::Desktop)
}

fn dispatch(core: &Core, runtime: &Runtime, command: Value) -> Value {
    let command: Command = serde_json::from_value(command).unwrap_or_else(|error| panic!("no command: {error}"));
    let reply = runtime.block_on(core.dispatch(command));
    serde_json::to_value(reply.unwrap_or_else(|error| panic!("{error}"))).unwrap_or_default()
}

/// The child of the test below: submits one draft after the other without a network, and says which is kept.
#[test]
fn submits_until_it_is_killed() {
    let Some(folder) = std::env::var_os(SUBMITS_IN) else {
        return;
    };
    let runtime = Runtime::new().unwrap_or_else(|error| panic!("{error}"));
    let world = Place::new(TerminalKind::Desktop).world;
    let core = terminal(PathBuf::from(folder), &world, &runtime);
    dispatch(&core, &runtime, json!({"restore_session": {}}));
    world.network(Network::Gone);
    loop {
        let reply = dispatch(&core, &runtime, json!({"new_key": {}}));
        let key = reply["new_key"].clone();
        // Each is another draft, and its transcript says which.
        let submission = json!({"revision": 3, "as_of": "2026-11-26", "engine": 1, "transcript": key});
        let submit = json!({"id": key, "submission": submission, "key": key,
            "wait_as": {"zh-CN": "护照", "en": "Passport"}});
        let reply = dispatch(&core, &runtime, json!({ "submit": submit }));
        let queued = &reply["submit"]["queued"];
        if queued["kept"] == true {
            println!("\nkept {}", queued["id"].as_str().unwrap_or_default());
        }
    }
}

#[test]
fn a_terminal_killed_while_one_submits_sends_all_that_it_acknowledged_once() {
    let rounds: u64 = std::env::var(ROUNDS)
        .ok()
        .and_then(|rounds| rounds.parse().ok())
        .unwrap_or(10);
    let name = format!("onehall-outbox-{}", std::process::id());
    let folder = std::env::temp_dir().join(name);
    let this = std::env::current_exe().unwrap_or_else(|error| panic!("{error}"));
    let world = Place::new(TerminalKind::Desktop).world;
    let mut in_all = 0;
    for round in 0..rounds {
        let mut child = Process::new(&this)
            .args(["submits_until_it_is_killed", "--nocapture", "--test-threads=1"])
            .env(SUBMITS_IN, &folder)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap_or_else(|error| panic!("{error}"));
        let lines = child
            .stdout
            .take()
            .map(BufReader::new)
            .into_iter()
            .flat_map(BufRead::lines);
        // Killed by another thread, while this one reads what is acknowledged.
        let id = child.id();
        let (said, begun) = mpsc::channel();
        let killer = std::thread::spawn(move || {
            // Mostly by the clock, wherever it is; a busy machine may let it keep its first only later.
            let wait = match round % 3 {
                2 => begun.recv_timeout(Duration::from_secs(20)).map_or(0, |()| 20),
                _ => 150,
            };
            std::thread::sleep(Duration::from_millis(wait + round * 37 % 90));
            let _ = Process::new("kill").args(["-9", &id.to_string()]).status();
        });
        let kept = lines.map_while(Result::ok);
        let kept: Vec<String> = kept
            .filter_map(|line| line.strip_prefix("kept ").map(str::to_owned))
            .inspect(|_| {
                let _ = said.send(());
            })
            .collect();
        let _ = killer.join();
        let _ = child.wait();
        in_all += kept.len();
        all_arrive(&folder, &world, &kept, round);
    }
    let _ = std::fs::remove_dir_all(&folder);
    assert!(
        rounds == 0 || in_all > 0,
        "it was always killed before it kept anything"
    );
    // One more may be on the disk each time than could be said.
    let taken = u64::try_from(world.taken().len()).unwrap_or(u64::MAX);
    assert!(taken <= in_all as u64 + rounds, "more than was left");
}

/// The terminal starts again, with a network: every submission arrives, as it was.
fn all_arrive(folder: &Path, world: &Arc<World>, kept: &[String], round: u64) {
    let runtime = Runtime::new().unwrap_or_else(|error| panic!("{error}"));
    let core = terminal(folder.to_owned(), world, &runtime);
    let (sender, sent) = mpsc::channel();
    core.subscribe(Box::new(move |event| {
        if matches!(event, Event::OutboxSent { .. }) {
            let _ = sender.send(());
        }
    }));
    dispatch(&core, &runtime, json!({"restore_session": {}}));
    let missing = || {
        let hall = lock(&world.hall);
        kept.iter().filter(|key| !hall.taken.contains_key(*key)).count()
    };
    while missing() > 0 {
        let arrived = sent.recv_timeout(Duration::from_secs(20));
        assert!(
            arrived.is_ok(),
            "round {round}: {} of {} are lost",
            missing(),
            kept.len()
        );
    }
    let hall = lock(&world.hall);
    for key in kept {
        let body: Value = serde_json::from_slice(&hall.taken[key].0).unwrap_or_default();
        assert_eq!(body["transcript"], **key, "it arrives as something else");
    }
}
