//! Whoever publishes, without a terminal: for the tests of this crate and of the hall, and for measurements.

use std::fs;
use std::path::PathBuf;

use clap::Parser;
use time::OffsetDateTime;

use crate::{Desk, Failure, UpdateCommand};

/// What is typed for every key, unless a person types something else.
pub const PASSPHRASE: &str = "correct horse battery";

#[derive(Parser)]
struct Words {
    #[command(flatten)]
    command: UpdateCommand,
}

/// A person at a desk.
#[derive(Debug)]
pub struct Person {
    /// What was said to them.
    pub said: Vec<String>,
    /// Whether they agree to what cannot be undone.
    pub agrees: bool,
    /// The time.
    pub now: OffsetDateTime,
    /// What they type for every key.
    pub passphrase: &'static str,
}

impl Desk for Person {
    fn say(&mut self, line: &str) {
        self.said.push(line.to_owned());
    }

    fn agrees(&mut self, _: &str) -> bool {
        self.agrees
    }

    fn passphrase(&mut self, _: &str) -> String {
        self.passphrase.to_owned()
    }

    fn now(&self) -> OffsetDateTime {
        self.now
    }
}

/// A folder with an office in it, and what else is put there. It goes in the end.
#[derive(Debug)]
pub struct Place {
    /// The folder.
    pub root: PathBuf,
    /// Who types.
    pub person: Person,
}

impl Drop for Place {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.root);
    }
}

impl Place {
    /// An empty one, which no other of this process has the name of.
    #[must_use]
    pub fn new(name: &str, now: OffsetDateTime) -> Place {
        let root = std::env::temp_dir().join(format!("onehall-publisher-{name}-{}", std::process::id()));
        let _ = fs::remove_dir_all(&root);
        Place {
            root,
            person: Person {
                said: Vec::new(),
                agrees: true,
                now,
                passphrase: PASSPHRASE,
            },
        }
    }

    /// One with an office for one kind of terminal and few keys, each of which signs alone: `online`, `halt`, and `offline` for all
    /// else. What `offline` has to sign waits.
    ///
    /// # Errors
    /// Why there is none.
    pub fn with_few_keys(name: &str, terminal: &str, now: OffsetDateTime) -> Result<Place, Failure> {
        let mut place = Place::new(name, now);
        place.run(&format!("init --terminal {terminal}"))?;
        for (role, key) in [
            ("root", "offline"),
            ("targets", "offline"),
            (terminal, "offline"),
            ("snapshot", "online"),
            ("timestamp", "online"),
            ("halts", "halt"),
        ] {
            place.run(&format!("add-key {role} {key} --threshold 1"))?;
        }
        place.run("sign --key @office/keys/halt.json")?;
        Ok(place)
    }

    /// The office.
    #[must_use]
    pub fn office(&self) -> PathBuf {
        self.root.join("office")
    }

    /// What it has published.
    #[must_use]
    pub fn repository(&self) -> PathBuf {
        self.root.join("office/repository")
    }

    /// The file of a key.
    #[must_use]
    pub fn key(&self, name: &str) -> PathBuf {
        self.root.join(format!("office/keys/{name}.json"))
    }

    /// Types what stands behind `onehall update`; `@` is this folder.
    ///
    /// # Errors
    /// What was not done.
    pub fn run(&mut self, line: &str) -> Result<(), Failure> {
        self.words(line, &[])
    }

    /// Types a line, and behind `--` what asks a token.
    ///
    /// # Errors
    /// What was not done.
    ///
    /// # Panics
    /// These are no words of `onehall update`.
    pub fn words(&mut self, line: &str, asked: &[String]) -> Result<(), Failure> {
        let mut words = vec!["onehall".to_owned()];
        words.extend(
            line.split(' ')
                .map(|word| word.replace('@', &format!("{}/", self.root.display()))),
        );
        words.extend(["--office".to_owned(), self.office().display().to_string()]);
        if !asked.is_empty() {
            words.push("--".to_owned());
            words.extend_from_slice(asked);
        }
        let words = Words::try_parse_from(words).unwrap_or_else(|error| panic!("{line}: {error}"));
        words.command.run(&mut self.person)
    }

    /// Publishes what has its signatures.
    ///
    /// # Errors
    /// Why nothing is published.
    pub fn publish(&mut self) -> Result<(), Failure> {
        self.run("publish --key @office/keys/online.json")
    }
}
