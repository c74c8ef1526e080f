//! What may be typed after `onehall update`.

use std::fmt::Display;
use std::path::{Path, PathBuf};

use clap::{Args, Subcommand, ValueEnum};
use onehall_bundle::{FileName, Flavour, Range, Version};

use crate::office::{Failure, Office};
use crate::rollout::Terms;
use crate::stage::{Built, Facts};

#[derive(Debug, Subcommand)]
pub enum Deed {
    /// Make an office of updates in an empty folder
    Init {
        #[command(flatten)]
        office: At,
        /// A kind of terminal that is signed for, such as ui-desktop (repeat)
        #[arg(long = "terminal", required = true)]
        terminals: Vec<String>,
        /// For how many days a timestamp counts: 1 where terminals are online, 30 for those that a stick is carried to
        #[arg(long, default_value_t = 1)]
        timestamp_days: u32,
    },
    /// Make a key for a role, encrypted by a passphrase, or name one in a token
    AddKey {
        #[command(flatten)]
        office: At,
        /// root, targets, snapshot, timestamp, halts or a kind of terminal
        role: String,
        /// The name of the key among people
        name: String,
        /// Take the public key of a file that was made elsewhere, instead of making one
        #[arg(long, conflicts_with = "token")]
        of: Option<PathBuf>,
        /// The key is in a token: the file of its public key (PEM; P-256 or Ed25519). It is asked by the program that stands
        /// behind `--`, which gets what is signed on its standard input and gives the signature
        #[arg(long, requires = "program")]
        token: Option<PathBuf>,
        /// How the token is asked, such as `-- pkcs11-tool --sign --label root --mechanism ECDSA-SHA256 --signature-format openssl`
        #[arg(last = true, requires = "token")]
        program: Vec<String>,
        /// How many keys of the role must sign from now on
        #[arg(long)]
        threshold: Option<u32>,
    },
    /// Put a new key in the place of one that is lost, stolen or old
    Rotate {
        #[command(flatten)]
        office: At,
        role: String,
        /// The key that goes
        old: String,
        /// The key that comes
        new: String,
    },
    /// Make the next release of a folder of pages (cargo xtask bundle)
    Stage {
        #[command(flatten)]
        office: At,
        terminal: String,
        folder: PathBuf,
        #[command(flatten)]
        facts: FactWords,
    },
    /// Have a catalog travel with the pages, for terminals that reach no hall (onehall city snapshot)
    Catalog {
        #[command(flatten)]
        office: At,
        terminal: String,
        file: PathBuf,
    },
    /// Tell kiosks how they look, which devices and services are in use, and when they are open (docs/kiosk.md)
    Kiosks {
        #[command(flatten)]
        office: At,
        terminal: String,
        file: PathBuf,
    },
    /// Offer a release to a share of terminals, or change its share; terms that are not named stay as they were
    Rollout {
        #[command(flatten)]
        office: At,
        terminal: String,
        release: u64,
        #[command(flatten)]
        terms: TermWords,
    },
    /// Let terminals try a release once more that failed on them
    Forgive {
        #[command(flatten)]
        office: At,
        terminal: String,
        release: u64,
    },
    /// Stop a release: nobody gets it any more, who runs it stays
    Halt {
        #[command(flatten)]
        office: At,
        terminal: String,
        release: u64,
    },
    /// Take a release back from everybody who runs it; this cannot be undone
    Revoke {
        #[command(flatten)]
        office: At,
        terminal: String,
        release: u64,
    },
    /// Sign every draft for which a key counts
    Sign {
        #[command(flatten)]
        office: At,
        /// The file of the key
        #[arg(long)]
        key: PathBuf,
    },
    /// Publish what has all of its signatures; this cannot be undone
    Publish {
        #[command(flatten)]
        office: At,
        /// The files of the keys of snapshot and timestamp
        #[arg(long = "key", required = true)]
        keys: Vec<PathBuf>,
    },
    /// Sign snapshot and timestamp anew, so that they do not end: for a timer
    Refresh {
        #[command(flatten)]
        office: At,
        #[arg(long = "key", required = true)]
        keys: Vec<PathBuf>,
    },
    /// How every role stands: versions, signatures, what ends soon
    Status {
        #[command(flatten)]
        office: At,
    },
    /// Copy what a terminal without a network needs into a folder
    Export {
        #[command(flatten)]
        office: At,
        to: PathBuf,
    },
}

/// Which office.
#[derive(Debug, Args)]
pub struct At {
    /// The folder of the office
    #[arg(long, env = "ONEHALL_UPDATE_OFFICE", default_value = "updates")]
    office: PathBuf,
    /// Do not ask
    #[arg(long)]
    pub yes: bool,
}

/// What is said of a bundle.
#[derive(Debug, Args)]
pub struct FactWords {
    /// What people call it, such as 1.42.0
    #[arg(long)]
    version: String,
    /// The commit that it was built from; not needed where `cargo xtask bundle` made the pages of one
    #[arg(long)]
    revision: Option<String>,
    /// As the pages were built, else shell
    #[arg(long, value_enum)]
    flavour: Option<FlavourWord>,
    /// A layout that it was made for (repeat)
    #[arg(long = "profile", required = true)]
    profiles: Vec<String>,
    /// The protocols of the bridge that its pages speak, such as 1-2; as the pages were built, else 1-1
    #[arg(long)]
    protocol: Option<String>,
    /// The forms of data on a terminal that its pages understand; as the pages were built, else 1-1
    #[arg(long)]
    data: Option<String>,
    /// The page of every address
    #[arg(long, default_value = "index.html")]
    entry: String,
}

/// Whether pages carry the core.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub enum FlavourWord {
    /// They do, for a browser.
    Web,
    /// They speak to the core of a shell.
    Shell,
}

/// Who gets a release.
#[derive(Debug, Args)]
pub struct TermWords {
    /// In percent
    #[arg(long, value_parser = clap::value_parser!(u8).range(0..=100))]
    share: u8,
    /// Drop the terms of before: channels, regions, halls, kinds, versions of the core, forced. Those that are named here count
    /// alone
    #[arg(long)]
    everywhere: bool,
    /// A channel that gets it (repeat)
    #[arg(long = "channel")]
    channels: Vec<String>,
    /// A region that gets it (repeat)
    #[arg(long = "region")]
    regions: Vec<String>,
    /// A hall that gets it (repeat)
    #[arg(long = "hall")]
    halls: Vec<String>,
    /// A kind of terminal that gets it, such as kiosk (repeat)
    #[arg(long = "kind")]
    kinds: Vec<String>,
    /// The first version of the native core that gets it
    #[arg(long)]
    core_first: Option<String>,
    /// The last version of the native core that gets it
    #[arg(long)]
    core_last: Option<String>,
    /// Interrupt whoever runs an older one, once
    #[arg(long)]
    forced: bool,
}

impl FactWords {
    /// What is typed, and what the build said of the pages in a folder.
    pub fn read(self, folder: &Path) -> Result<Facts, Failure> {
        let built = Built::of(folder)?;
        let entry: FileName = self
            .entry
            .parse()
            .map_err(|_| Failure::NotInABundle(self.entry.clone()))?;
        Ok(Facts {
            version: version(&self.version)?,
            revision: revision(self.revision, built.revision)?,
            flavour: match self.flavour {
                Some(FlavourWord::Web) => same("flavour", Flavour::Web, built.flavour, Flavour::name)?,
                Some(FlavourWord::Shell) => same("flavour", Flavour::Shell, built.flavour, Flavour::name)?,
                None => built.flavour.unwrap_or(Flavour::Shell),
            },
            profiles: self.profiles,
            protocol: agreement("protocol", self.protocol, built.protocol)?,
            data: agreement("data", self.data, built.data)?,
            entry,
        })
    }
}

/// The revision: as it was built, however little of it is typed.
fn revision(typed: Option<String>, built: Option<String>) -> Result<String, Failure> {
    match (typed, built) {
        (Some(typed), Some(built)) if !built.starts_with(&typed) => Err(not_as_built("revision", typed, built)),
        (_, Some(built)) => Ok(built),
        (Some(typed), None) => Ok(typed),
        (None, None) => Err(Failure::Nothing(
            "nothing says which commit these pages were built from: `--revision` does",
        )),
    }
}

fn agreement(fact: &'static str, typed: Option<String>, built: Option<Range>) -> Result<Range, Failure> {
    match typed {
        Some(typed) => same(fact, range(&typed)?, built, |range| {
            format!("{}-{}", range.first, range.last)
        }),
        None => Ok(built.unwrap_or(Range { first: 1, last: 1 })),
    }
}

/// What is typed, where the build said nothing else.
fn same<T: Copy + PartialEq, S: Display>(
    fact: &'static str,
    typed: T,
    built: Option<T>,
    said: fn(T) -> S,
) -> Result<T, Failure> {
    match built {
        Some(built) if built != typed => Err(not_as_built(fact, said(typed), said(built))),
        _ => Ok(typed),
    }
}

fn not_as_built(fact: &'static str, typed: impl Display, built: impl Display) -> Failure {
    Failure::NotAsBuilt {
        fact,
        typed: typed.to_string(),
        built: built.to_string(),
    }
}

impl TermWords {
    pub fn read(self) -> Result<Terms, Failure> {
        let version = |text: Option<String>| text.map(|text| version(&text)).transpose();
        Ok(Terms {
            share: self.share,
            everywhere: self.everywhere,
            channels: self.channels,
            regions: self.regions,
            halls: self.halls,
            terminals: self.kinds,
            core_first: version(self.core_first)?,
            core_last: version(self.core_last)?,
            forced: self.forced,
        })
    }
}

fn version(text: &str) -> Result<Version, Failure> {
    text.parse().map_err(|_| Failure::NotAName(text.to_owned()))
}

fn range(text: &str) -> Result<Range, Failure> {
    let ends = text.split_once('-').unwrap_or((text, text));
    match (ends.0.parse(), ends.1.parse()) {
        (Ok(first), Ok(last)) => Ok(Range { first, last }),
        _ => Err(Failure::NotAName(text.to_owned())),
    }
}

impl At {
    pub fn open(&self) -> Result<Office, Failure> {
        Office::held(&self.office)
    }
}
