//! A terminal that is killed while its citizen submits: what was acknowledged is sent by the next one, once each.

use std::path::{Path, PathBuf};
use std::sync::mpsc;
use std::time::Duration;

use tokio::runtime::Runtime;

use super::*;
use crate::platform::native::tests::{Folder, runtime};
use crate::platform::native::{Keep, native};
use crate::testing::Quiet;
use crate::testing::killed::{When, folder_of_child, killed, rounds, say_kept, this};

fn terminal(folder: PathBuf, world: &Arc<World>, runtime: &Runtime) -> Core {
    let host = native(Keep::Folder(folder), runtime.handle().clone()).unwrap_or_else(|error| panic!("{error:?}"));
    let host = Host {
        http: world.clone(),
        pokes: Arc::new(Quiet),
        secrets: None,
        ..host
    };
    Core::new(host, "", TerminalKind::Desktop)
}

fn dispatch(core: &Core, runtime: &Runtime, asked: Value) -> Value {
    let reply = runtime.block_on(core.dispatch(command(asked)));
    serde_json::to_value(reply.unwrap_or_else(|error| panic!("{error}"))).unwrap_or_default()
}

/// The child of the test below: submits one draft after the other without a network, and says which is kept.
#[test]
fn submits_until_it_is_killed() {
    let Some(folder) = folder_of_child() else {
        return;
    };
    let runtime = runtime();
    let world = Place::new(TerminalKind::Desktop).world;
    let core = terminal(folder, &world, &runtime);
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
            say_kept(queued["id"].as_str().unwrap_or_default());
        }
    }
}

#[test]
fn a_terminal_killed_while_one_submits_sends_all_that_it_acknowledged_once() {
    let folder = Folder::new();
    let world = Place::new(TerminalKind::Desktop).world;
    let (rounds, mut in_all) = (rounds(10), 0);
    for round in 0..rounds {
        let said = killed(&mut this(), "submits_until_it_is_killed", &folder.0, When::of(round));
        let kept: Vec<&str> = said.kept().collect();
        in_all += kept.len();
        all_arrive(&folder.0, &world, &kept, round);
    }
    assert!(in_all > 0, "it kept nothing");
    // One more may be on the disk each time than could be said.
    let taken = u64::try_from(world.taken().len()).unwrap_or(u64::MAX);
    assert!(taken <= in_all as u64 + rounds, "more than was left");
}

/// The terminal starts again, with a network: every submission arrives, as it was.
fn all_arrive(folder: &Path, world: &Arc<World>, kept: &[&str], round: u64) {
    let runtime = runtime();
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
        kept.iter().filter(|key| !hall.taken.contains_key(**key)).count()
    };
    while missing() > 0 {
        let arrived = sent.recv_timeout(Duration::from_secs(120));
        assert!(
            arrived.is_ok(),
            "round {round}: {} of {} are lost",
            missing(),
            kept.len()
        );
    }
    let hall = lock(&world.hall);
    for key in kept {
        let body: Value = serde_json::from_slice(&hall.taken[*key].0).unwrap_or_default();
        assert_eq!(body["transcript"], **key, "it arrives as something else");
    }
}
