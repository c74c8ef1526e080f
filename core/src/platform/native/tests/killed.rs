//! A terminal that is killed while it keeps things, and one whose disk is full.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::time::Duration;

use super::{Folder, nowhere, runtime, sealed, secrets};
use crate::platform::native::FileJournal;
use crate::ports::{Journal, Store, Write};

/// Names the folder in which a child process keeps things until it is killed.
const KEEPS_IN: &str = "ONEHALL_TEST_STORE_FOLDER";
/// How often it is killed: the long run sets it to 1,000.
const ROUNDS: &str = "ONEHALL_TEST_ROUNDS";
/// Stands in every value.
const CANARY: &str = "canary-440301199001011234";
/// So many keys are used in turn.
const KEYS: u64 = 40;

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
    let Some(folder) = std::env::var_os(KEEPS_IN).map(PathBuf::from) else {
        return;
    };
    let runtime = runtime();
    let (store, journal) = (sealed(&folder, &runtime), journal(&folder, &runtime));
    runtime.block_on(async {
        // The last one may be in the store and not yet in the journal.
        let noted = journal.kept().await;
        let first = noted.iter().map(|(_, value)| number(value) + 1).max().unwrap_or(0);
        for number in first.. {
            let put = |segment| Write::Put {
                key: format!("{segment}/{:03}", number % KEYS),
                value: text(number),
            };
            let stored = store.batch(vec![put("l"), put("r")]).await;
            let noted = journal.keep(&format!("j/{:03}", number % KEYS), text(number)).await;
            match (stored, noted) {
                (Ok(()), Ok(())) => println!("\nkept {number}"),
                (Err(error), _) => {
                    println!("\nrefused {error:?}");
                    return;
                }
                _ => {
                    println!("\nrefused by the journal");
                    return;
                }
            }
        }
    });
}

fn child(folder: &Path, command: &mut Command) -> Child {
    command
        .args(["keeps_until_it_is_killed", "--nocapture", "--test-threads=1"])
        .env(KEEPS_IN, folder)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap_or_else(|error| panic!("{error}"))
}

/// Kills a child so long after it began; or after it kept its first, which a busy machine may let it do late.
fn kill(child: &Child, after: Duration, kept: Option<mpsc::Receiver<()>>) -> std::thread::JoinHandle<()> {
    let id = child.id();
    std::thread::spawn(move || {
        if let Some(kept) = kept {
            let _ = kept.recv_timeout(Duration::from_secs(20));
        }
        std::thread::sleep(after);
        let _ = Command::new("kill")
            .args(["-9", &id.to_string()])
            .stderr(Stdio::null())
            .status();
    })
}

/// What a child says, until it ends: the last number that it called kept, and why something was refused.
fn said(child: &mut Child, kept: &mpsc::Sender<()>) -> (Option<u64>, Option<String>) {
    let lines = child
        .stdout
        .take()
        .map(BufReader::new)
        .into_iter()
        .flat_map(BufRead::lines);
    let (mut last, mut refused) = (None, None);
    for line in lines.map_while(Result::ok) {
        if let Some(number) = line.strip_prefix("kept ").and_then(|number| number.parse().ok()) {
            last = Some(number);
            // Nobody hears it where the child is killed by the clock alone.
            let _ = kept.send(());
        } else if let Some(why) = line.strip_prefix("refused ") {
            refused = Some(why.to_owned());
        }
    }
    (last, refused)
}

fn this() -> PathBuf {
    std::env::current_exe().unwrap_or_else(|error| panic!("{error}"))
}

/// Everything up to `last` is there, in the store and in the journal, and at most one more than could be said.
fn nothing_is_lost(folder: &Path, last: Option<u64>) {
    let runtime = runtime();
    let store = sealed(folder, &runtime);
    let journal = journal(folder, &runtime);
    let (stored, noted) = runtime.block_on(async { (kept(&store).await, journal.kept().await) });
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
    let rounds = std::env::var(ROUNDS).ok().and_then(|rounds| rounds.parse().ok());
    let folder = Folder::new();
    let mut last = None;
    for round in 0..rounds.unwrap_or(200_u64) {
        let mut child = child(&folder.0, &mut Command::new(this()));
        let (kept, begun) = mpsc::channel();
        // Mostly wherever it is, also while it opens what the one before left.
        let begun = (round % 4 == 3).then_some(begun);
        let killer = kill(&child, Duration::from_millis(25 + round * 37 % 70), begun);
        last = said(&mut child, &kept).0.or(last);
        let _ = (killer.join(), child.wait());
        nothing_is_lost(&folder.0, last);
        if round.is_multiple_of(20) && last.is_some() {
            nowhere(&folder.0, &[CANARY, "440301", "xxxx"]);
        }
    }
    assert!(last > Some(KEYS), "it was killed before it kept anything: {last:?}");
    nowhere(&folder.0, &[CANARY, "440301", "xxxx"]);
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
            .arg(this());
        let mut child = child(&folder.0, &mut shell);
        let (kept, begun) = mpsc::channel();
        let killer = kill(&child, Duration::from_secs(4), Some(begun));
        let (last, refused) = said(&mut child, &kept);
        let _ = child.wait();
        drop(killer);
        full += usize::from(refused.is_some());
        nothing_is_lost(&folder.0, last);
        nowhere(&folder.0, &[CANARY, "440301", "xxxx"]);
    }
    assert!(full >= 2, "the disk was never full");
}
