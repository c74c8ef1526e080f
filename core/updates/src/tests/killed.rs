//! A real process on a real disk, killed at any moment of an update, again and again. `ONEHALL_TEST_ROUNDS` says how often.

use std::fs;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use onehall_bundle::Hash;

use super::{City, Terminal, shown};
use crate::disk::Folder;
use crate::machine::Kept;
use crate::mirror::FolderMirror;
use crate::testing::wait;
use crate::trust::{MetadataFolder, SigstoreTrust};

/// How often the process is killed, where nobody says.
const ROUNDS: u32 = 50;

/// Where the process of a terminal finds its folder and the repository.
const PLACE: &str = "ONEHALL_TEST_KILLED_AT";

/// Every fourth release never draws a page.
const fn is_broken(release: u64) -> bool {
    release.is_multiple_of(4)
}

struct Place(PathBuf);

impl Drop for Place {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

impl Place {
    fn new() -> Place {
        let place = std::env::temp_dir().join(format!("onehall-killed-{}", std::process::id()));
        let _ = fs::remove_dir_all(&place);
        Place(place)
    }

    /// Puts what the city has published onto the disk, and nothing else. No terminal runs meanwhile.
    fn publish(&self, city: &City) {
        let _ = fs::remove_dir_all(self.0.join("repository"));
        let write = |path: String, content: &[u8]| {
            let path = self.0.join(path);
            let made = path.parent().map_or(Ok(()), fs::create_dir_all);
            made.and_then(|()| fs::write(&path, content))
                .unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        };
        write("root.json".to_owned(), &city.root);
        let files = city.mirror.files().clone();
        for (name, content) in &files.metadata {
            write(format!("repository/metadata/{name}"), content);
        }
        for (name, content) in &files.targets {
            write(format!("repository/targets/{name}"), content);
        }
        for (hash, content) in &files.blobs {
            write(format!("repository/blobs/{hash}"), content);
        }
    }

    fn terminal(&self) -> Child {
        let program = std::env::current_exe().unwrap_or_else(|error| panic!("{error}"));
        let mut command = Command::new(program);
        command
            .args([
                "tests::killed::a_terminal_that_somebody_kills",
                "--exact",
                "--ignored",
                "--nocapture",
            ])
            .env(PLACE, &self.0)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::inherit());
        command.spawn().unwrap_or_else(|error| panic!("{error}"))
    }

    fn kept(&self) -> Kept {
        let bytes = fs::read(self.0.join("terminal/state.json")).unwrap_or_default();
        Kept::read(&bytes).unwrap_or_default()
    }
}

/// Starts a page; its release, every file of which was compared.
fn start(place: &Path) -> (Terminal<Folder>, u64) {
    let terminal = Terminal::new(Arc::new(Folder::new(place.join("terminal"))));
    let page = terminal.updates.boot();
    let release = shown(&page);
    if !is_broken(release) || release == 0 {
        terminal.updates.ready(page.nonce);
    }
    (terminal, release)
}

/// The process that is killed: it starts, asks the repository, and starts again, until there is nothing newer.
#[test]
#[ignore = "it is the process of another test"]
fn a_terminal_that_somebody_kills() {
    let Some(place) = std::env::var_os(PLACE).map(PathBuf::from) else {
        return;
    };
    let root = fs::read(place.join("root.json")).unwrap_or_else(|error| panic!("{error}"));
    let mirror = Arc::new(FolderMirror::new(place.join("repository")));
    for _ in 0..5 {
        let (terminal, release) = start(&place);
        let good = terminal.updates.state().kept.committed;
        if good.is_some_and(|good| good.number == release) {
            println!("good {release}.");
        }
        let kept = MetadataFolder::beside(Arc::clone(&terminal.disk));
        let trust = SigstoreTrust::new(&root, kept, mirror.clone());
        let mut trust = trust.unwrap_or_else(|error| panic!("{error}"));
        wait(terminal.updates.check(&mut trust, mirror.as_ref())).unwrap_or_else(|error| panic!("{error}"));
        let state = terminal.updates.state();
        if state.kept.staged.is_none() && state.kept.trial.is_none() {
            return;
        }
    }
}

/// A release for all, and none beside it: a thousand of them would not fit into a policy.
fn only(city: &mut City, release: u64) {
    city.policy.offers.clear();
    city.repository.targets.clear();
    {
        let mut files = city.mirror.files();
        files.metadata.retain(|name, _| name.ends_with(".root.json"));
        files.targets.clear();
        files.blobs.clear();
    }
    let from: &[u64] = if release > 11 { &[release - 1] } else { &[] };
    city.release(release, from);
}

/// A number below `below` that nobody would guess, the same in each run.
fn drawn(round: u32, below: u128) -> u128 {
    let digits = Hash::of(&round.to_le_bytes()).to_string();
    u128::from_str_radix(&digits[..16], 16).unwrap_or_default() % below.max(1)
}

#[test]
fn a_process_that_is_killed_at_any_moment_of_an_update_shows_one_whole_version_when_it_is_back() {
    let rounds = std::env::var("ONEHALL_TEST_ROUNDS")
        .ok()
        .and_then(|rounds| rounds.parse().ok());
    let (place, mut city) = (Place::new(), City::new());
    let (mut release, mut good, mut killed, mut refused) = (10, 0, 0, 0);
    // How long a life takes that nobody ends, on this machine and in this hour: what is drawn from.
    let mut life = Duration::MAX;
    for round in 0..rounds.unwrap_or(ROUNDS) {
        let kept = place.kept();
        let there = kept.committed.is_some_and(|committed| committed.number >= release);
        if there || is_broken(release) && kept.refused.len() > refused || release == 10 {
            refused = kept.refused.len();
            release += 1;
            only(&mut city, release);
            place.publish(&city);
        }
        let (mut process, began) = (place.terminal(), Instant::now());
        let after = if round % 8 == 0 {
            Duration::MAX
        } else {
            Duration::from_nanos(u64::try_from(drawn(round, life.as_nanos())).unwrap_or_default())
        };
        let ended = loop {
            if let Some(ended) = process.try_wait().unwrap_or_else(|error| panic!("{error}")) {
                life = began.elapsed();
                break Some(ended);
            }
            if began.elapsed() >= after {
                // Nothing of it runs after this: not a destructor, not a handler.
                let _ = process.kill();
                let _ = process.wait();
                killed += 1;
                break None;
            }
            std::thread::sleep(Duration::from_micros(200));
        };
        assert!(
            ended.is_none_or(|ended| ended.success()),
            "round {round}: it failed by itself"
        );
        let mut said = String::new();
        if let Some(output) = &mut process.stdout {
            let _ = output.read_to_string(&mut said);
        }
        // What it has said is good has lasted. A line that broke off was not said.
        let goods = said
            .lines()
            .filter_map(|line| line.strip_prefix("good ")?.strip_suffix('.')?.parse().ok());
        good = goods.chain([good]).max().unwrap_or_default();

        let (terminal, first) = start(&place.0);
        let trial = terminal.updates.state().kept.trial.is_some() || is_broken(first);
        assert!(
            first >= good || trial,
            "round {round}: {first} is shown after {good} was good"
        );
        let committed = terminal
            .updates
            .state()
            .kept
            .committed
            .map_or(0, |committed| committed.number);
        assert!(
            !is_broken(committed) || committed == 0,
            "round {round}: {committed} never drew a page"
        );
        assert!(committed >= good, "round {round}: {committed} is left of {good}");
        good = good.max(committed);
    }
    assert!(
        killed > 0 && release > 12,
        "{killed} were killed, and {release} is the newest"
    );
    println!("{killed} of them were killed, {release} releases were published, {good} was good");
}
