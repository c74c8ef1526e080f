//! Terminals that are killed: a test of this program runs as a process of its own, says what it keeps, and is killed.
//!
//! No kill goes by the clock alone. The parent waits until the child has said where it is, however long a busy machine
//! takes for that, and only where the child is struck from then on differs from round to round.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

/// Names to a child the folder that it works in.
const FOLDER: &str = "ONEHALL_TEST_KILLED_IN";
/// How often a terminal is killed: the long run sets it to 1,000.
const ROUNDS: &str = "ONEHALL_TEST_ROUNDS";

const OPENS: &str = "opens";
const KEPT: &str = "kept ";

/// How often a terminal is killed, where no long run asks for more.
pub(crate) fn rounds(usual: u64) -> u64 {
    let rounds = std::env::var(ROUNDS).ok().and_then(|rounds| rounds.parse().ok());
    rounds.unwrap_or(usual)
}

/// For a child: the folder that it works in, which it is about to open. None where it runs as a test among others.
pub(crate) fn folder_of_child() -> Option<PathBuf> {
    let folder = std::env::var_os(FOLDER)?;
    say(OPENS);
    Some(folder.into())
}

/// For a child: it has acknowledged something.
pub(crate) fn say_kept(what: impl std::fmt::Display) {
    say(&format!("{KEPT}{what}"));
}

/// For a child: a line to its parent, apart from what the test harness writes.
pub(crate) fn say(line: &str) {
    println!("\n{line}");
}

/// This program, to be run with [`killed`].
pub(crate) fn this() -> Command {
    Command::new(std::env::current_exe().unwrap_or_else(|error| panic!("{error}")))
}

/// When a child is killed.
#[derive(Debug, Clone, Copy)]
pub(crate) struct When {
    /// After it called so many things kept; zero: after it began to open what is there.
    pub(crate) kept: usize,
    /// And so much later.
    pub(crate) later: Duration,
}

impl When {
    /// In every third round while it opens what the one before left, else while it keeps things.
    pub(crate) fn of(round: u64) -> When {
        When {
            kept: usize::from(round % 3 != 2),
            later: Duration::from_millis(round * 37 % 90),
        }
    }
}

/// What a child said before it ended.
pub(crate) struct Said(Vec<String>);

impl Said {
    /// What it called kept.
    pub(crate) fn kept(&self) -> impl DoubleEndedIterator<Item = &str> {
        self.after(KEPT)
    }

    /// The rests of the lines that begin so.
    pub(crate) fn after<'a>(&'a self, start: &'a str) -> impl DoubleEndedIterator<Item = &'a str> {
        self.0.iter().filter_map(move |line| line.strip_prefix(start))
    }
}

/// Runs a test of [`this`] program in a folder and kills it, unless it ends before by itself.
pub(crate) fn killed(program: &mut Command, test: &str, folder: &Path, when: When) -> Said {
    let mut child = program
        .args([test, "--nocapture", "--test-threads=1"])
        .env(FOLDER, folder)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap_or_else(|error| panic!("{error}"));
    let output = child.stdout.take().unwrap_or_else(|| panic!("it says nothing"));
    let mut lines = BufReader::new(output).lines().map_while(Result::ok);
    let mut said = Vec::new();
    let (mut opens, mut kept) = (false, 0);
    for line in lines.by_ref() {
        opens |= line == OPENS;
        kept += usize::from(line.starts_with(KEPT));
        said.push(line);
        if opens && kept >= when.kept {
            std::thread::sleep(when.later);
            break;
        }
    }
    // Where it has ended by itself, there is nothing to be killed.
    let _ = child.kill();
    said.extend(lines);
    let _ = child.wait();
    Said(said)
}
