//! A terminal that is killed while it keeps things, and one whose disk is full.

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use super::{Folder, nowhere, runtime, sealed, secrets};
use crate::platform::native::FileJournal;
use crate::ports::{Journal, Store, Write};
use crate::testing::killed::{Said, When, folder_of_child, killed, rounds, say, say_kept, this};

/// Stands in every value.
const CANARY: &str = "canary-440301199001011234";
/// What a child says whose disk is full.
const REFUSED: &str = "refused ";
/// So many keys are used in turn.
const KEYS: u64 = 40;
/// A child whose disk is not full by then has enough of it.
const MOST_KEPT: usize = 2_000;

fn text(number: u64) -> Vec<u8> {
    // Now and then one that is cut into pieces.
    let length = if number.is_multiple_of(97) { 4_000 } else { 10 };
    format!("{number} {CANARY} {}", "x".repeat(length)).into_bytes()
}

fn number(value: &[u8]) -> u64 {
    let text = String::from_utf8_lossy(value);
    let number = text.split(' ').next().and_then(|number| number.parse().ok());
    let number = number.unwrap_or_else(|| panic!("no value: {text}"));
    assert_eq!(value, self::text(number), "a value that nobody kept");
    number
}

/// Numbers of what is kept, by the keys' order; each pair of a batch is of one number.
async fn kept(store: &dyn Store) -> Vec<(String, u64)> {
    let all = |segment| async move {
        let found = store
            .scan(segment)
            .await
            .unwrap_or_else(|error| panic!("could not {error}"));
        let found = found.iter().map(|(key, value)| (key[2..].to_owned(), number(value)));
        found.collect::<Vec<_>>()
    };
    let (left, right) = (all("l").await, all("r").await);
    assert_eq!(left, right, "half a batch was kept");
    left
}

fn journal(folder: &Path, runtime: &tokio::runtime::Runtime) -> FileJournal {
    FileJournal::new(
        folder.join("journal"),
        secrets(folder, runtime),
        runtime.handle().clone(),
    )
}

/// The child of the tests below.
#[test]
fn keeps_until_it_is_killed() {
    let Some(folder) = folder_of_child() else {
        return;
    };
    let runtime = runtime();
    let (store, journal) = (sealed(&folder, &runtime), journal(&folder, &runtime));
    runtime.block_on(async {
        // The last one may be in the store and not yet in the journal.
        let noted = journal.kept().await.unwrap_or_else(|error| panic!("could not {error}"));
        let first = noted.iter().map(|(_, value)| number(value) + 1).max().unwrap_or(0);
        for number in first.. {
            let put = |segment| Write::Put {
                key: format!("{segment}/{:03}", number % KEYS),
                value: text(number),
            };
            let stored = store.batch(vec![put("l"), put("r")]).await;
            let noted = journal.keep(&format!("j/{:03}", number % KEYS), text(number)).await;
            match (stored, noted) {
                (Ok(()), Ok(())) => say_kept(number),
                (Err(error), _) => return say(&format!("{REFUSED}{error:?}")),
                _ => return say(&format!("{REFUSED}by the journal")),
            }
        }
    });
}

/// The last number that a child called kept.
fn last_kept(said: &Said) -> Option<u64> {
    said.kept().next_back().and_then(|number| number.parse().ok())
}

/// Everything up to `last` is there, in the store and in the journal, and at most one more than could be said.
fn nothing_is_lost(folder: &Path, last: Option<u64>) {
    let runtime = runtime();
    let store = sealed(folder, &runtime);
    let journal = journal(folder, &runtime);
    let (stored, noted) = runtime.block_on(async { (kept(&store).await, journal.kept().await) });
    let noted = noted.unwrap_or_else(|error| panic!("could not {error}"));
    let noted: Vec<_> = noted
        .iter()
        .map(|(key, value)| (key[2..].to_owned(), number(value)))
        .collect();
    for (place, kept) in [("store", stored), ("journal", noted)] {
        for number in last.map_or(0, |last| (last + 1).saturating_sub(KEYS))..last.map_or(0, |last| last + 1) {
            let name = format!("{:03}", number % KEYS);
            let found = kept.iter().find(|(key, _)| *key == name).map(|(_, number)| *number);
            let well = found == Some(number) || found == Some(number + KEYS) && last < Some(number + KEYS);
            assert!(
                well,
                "{place}: {name} is {found:?}, not {number}; {last:?} was called kept"
            );
        }
    }
}

#[test]
fn a_terminal_killed_at_any_moment_keeps_what_it_acknowledged_and_shows_nothing() {
    let folder = Folder::new();
    let mut last = None;
    for round in 0..rounds(100) {
        let said = killed(&mut this(), "keeps_until_it_is_killed", &folder.0, When::of(round));
        last = last_kept(&said).or(last);
        nothing_is_lost(&folder.0, last);
        if round.is_multiple_of(20) && last.is_some() {
            nowhere(&folder.0, &[CANARY, "440301", "xxxxxxxx"]);
        }
    }
    assert!(last > Some(KEYS), "it was killed before it kept anything: {last:?}");
    nowhere(&folder.0, &[CANARY, "440301", "xxxxxxxx"]);
}

/// A disk that is full: no file may grow beyond so many blocks of 512 bytes.
#[cfg(target_os = "linux")]
#[test]
fn what_a_full_disk_does_not_take_is_not_called_kept_and_the_rest_stays() {
    let mut full = 0;
    for blocks in [100, 1_100, 1_500, 2_100, 3_000, 5_000] {
        let folder = Folder::new();
        let mut shell = Command::new("sh");
        // A signal would end the process where a full disk only fails.
        shell
            .args(["-c", &format!("trap '' XFSZ; ulimit -f {blocks}; exec \"$0\" \"$@\"")])
            .arg(this().get_program())
            .stderr(Stdio::null());
        let when = When {
            kept: MOST_KEPT,
            later: Duration::ZERO,
        };
        let said = killed(&mut shell, "keeps_until_it_is_killed", &folder.0, when);
        full += said.after(REFUSED).count();
        nothing_is_lost(&folder.0, last_kept(&said));
        nowhere(&folder.0, &[CANARY, "440301", "xxxxxxxx"]);
    }
    assert!(full >= 2, "the disk was never full");
}
