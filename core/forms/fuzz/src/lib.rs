//! The form engine and the importers, tried with what is nearly right.
//!
//! A [`Target`] is something that takes JSON from outside: definitions, answers with what a person does to them, rules, the
//! migration of drafts, each importer. It says what must hold whatever comes. [`Fuzz`] begins with sound documents, takes
//! one change after the other to them ([`mutate`]) and keeps for further changes those to which the target reacts as to
//! none before. What does not hold is made as short as it still fails and told as a [`Fault`].
//!
//! A slice of it runs with the tests; `cargo xtask fuzz forms --minutes 5` runs each target for as long as one likes.

mod answers;
mod definition;
mod evaluations;
mod importers;
mod migration;
pub mod mutate;
mod rules;
mod shrink;

use std::collections::BTreeSet;
use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::{Duration, Instant};

use serde_json::Value;

pub use importers::holds as import_holds;
use mutate::{Numbers, Vocabulary, anything, change, garble};

/// What takes JSON from outside.
#[derive(Debug)]
pub struct Target {
    /// Its name.
    pub name: &'static str,
    /// A sound document to begin with, one for each number.
    pub seed: fn(u32) -> Value,
    /// What a change brings in.
    pub vocabulary: Vocabulary,
    /// What must hold of every document: how the target reacts to it, or what does not hold.
    pub holds: fn(&str) -> Result<Reaction, String>,
}

/// Every target.
pub static TARGETS: [Target; 8] = [
    definition::TARGET,
    answers::TARGET,
    rules::TARGET,
    migration::TARGET,
    importers::XGOV,
    importers::JSON_SCHEMA,
    importers::FORMIO,
    importers::GOVUK,
];

/// How a target reacts to a document.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Reaction {
    /// Whether the document was taken.
    pub taken: bool,
    /// What was said of it, place and order apart: codes of findings and errors.
    pub said: BTreeSet<String>,
}

impl Reaction {
    /// The document was taken.
    pub(crate) fn taken(said: impl IntoIterator<Item = String>) -> Reaction {
        Reaction {
            taken: true,
            said: said.into_iter().collect(),
        }
    }

    /// It was refused.
    pub(crate) fn refused(said: impl IntoIterator<Item = String>) -> Reaction {
        Reaction {
            taken: false,
            said: said.into_iter().collect(),
        }
    }
}

/// Something that must hold and does not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// The target.
    pub target: &'static str,
    /// What does not hold.
    pub what: String,
    /// The document, as short as it still fails.
    pub document: String,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}\n{}", self.target, self.what, self.document)
    }
}

/// How far a run came.
#[derive(Debug, Clone, Default)]
pub struct Progress {
    /// Documents tried.
    pub tried: u64,
    /// Those of them that were taken.
    pub taken: u64,
    /// Different reactions.
    pub reactions: usize,
    /// The longest that one took.
    pub longest: Duration,
}

/// The most bytes of a document: copies of copies must not grow without end.
const MOST_BYTES: usize = 60_000;
/// The most documents that are kept for further changes.
const MOST_KEPT: usize = 4_000;
/// After this long one document has taken for ever.
const FOR_EVER: Duration = Duration::from_secs(20);
/// How many seeds a run begins with.
const SEEDS: u32 = 40;

/// A run of a target.
#[derive(Debug)]
pub struct Fuzz {
    target: &'static Target,
    numbers: Numbers,
    kept: Vec<Value>,
    reactions: BTreeSet<Reaction>,
    progress: Progress,
}

impl Fuzz {
    /// A run; the same start gives the same documents.
    ///
    /// # Errors
    /// A seed that is not taken, or of which something does not hold.
    pub fn new(target: &'static Target, start: u64) -> Result<Fuzz, Fault> {
        let mut fuzz = Fuzz {
            target,
            numbers: Numbers(start),
            kept: Vec::new(),
            reactions: BTreeSet::new(),
            progress: Progress::default(),
        };
        for number in 0..SEEDS {
            let seed = (target.seed)(number);
            let text = seed.to_string();
            if !fuzz.try_one(&text)?.taken {
                return Err(fuzz.fault("a document to begin with is refused".to_owned(), text));
            }
            fuzz.kept.push(seed);
        }
        Ok(fuzz)
    }

    /// Tries one more document.
    ///
    /// # Errors
    /// Something does not hold of it.
    pub fn step(&mut self) -> Result<(), Fault> {
        let mut document = match self.numbers.below(50) {
            0 => anything(self.target.vocabulary, &mut self.numbers, 6),
            _ => self.one_kept(),
        };
        for _ in 0..=self.numbers.below(4) {
            let other = self.one_kept();
            change(&mut document, &other, self.target.vocabulary, &mut self.numbers);
        }
        let mut text = document.to_string();
        if text.len() > MOST_BYTES {
            return Ok(());
        }
        let garbled = self.numbers.below(30) == 0;
        if garbled {
            text = garble(&text, &mut self.numbers);
        }
        let known = self.reactions.len();
        self.try_one(&text)?;
        if self.reactions.len() > known && !garbled {
            if self.kept.len() < MOST_KEPT {
                self.kept.push(document);
            } else {
                let at = self.numbers.below(self.kept.len());
                self.kept[at] = document;
            }
        }
        Ok(())
    }

    /// How far it came.
    #[must_use]
    pub fn progress(&self) -> Progress {
        let reactions = self.reactions.len();
        Progress {
            reactions,
            ..self.progress.clone()
        }
    }

    fn one_kept(&mut self) -> Value {
        let at = self.numbers.below(self.kept.len());
        self.kept.get(at).cloned().unwrap_or_default()
    }

    fn try_one(&mut self, text: &str) -> Result<Reaction, Fault> {
        let began = Instant::now();
        let result = tried(self.target, text);
        let took = began.elapsed();
        self.progress.tried += 1;
        self.progress.longest = self.progress.longest.max(took);
        let reaction = result.map_err(|what| {
            let document = shrink::shortest(self.target, text);
            let what = tried(self.target, &document).err().unwrap_or(what);
            self.fault(what, document)
        })?;
        if took > FOR_EVER {
            return Err(self.fault(format!("took {took:?}"), text.to_owned()));
        }
        self.progress.taken += u64::from(reaction.taken);
        self.reactions.insert(reaction.clone());
        Ok(reaction)
    }

    fn fault(&self, what: String, document: String) -> Fault {
        Fault {
            target: self.target.name,
            what,
            document,
        }
    }
}

/// What the target does with a document; a panic is something that does not hold.
fn tried(target: &Target, text: &str) -> Result<Reaction, String> {
    catch_unwind(AssertUnwindSafe(|| (target.holds)(text))).unwrap_or_else(|panic| {
        let text = panic.downcast_ref::<String>().map(String::as_str);
        let text = text.or_else(|| panic.downcast_ref::<&str>().copied());
        Err(format!("a panic: {}", text.unwrap_or("without words")))
    })
}
