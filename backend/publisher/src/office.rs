//! The folder of whoever publishes.

use std::collections::BTreeMap;
use std::fs::{self, File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};

use onehall_bundle::{Manifest, Mistake, metadata::NotSigned};
use serde::{Deserialize, Serialize};

use crate::key::KeyFile;

/// The role of the key that can only block.
pub const HALTS: &str = "halts";

/// Why something was not done.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// There is no office in this folder.
    #[error("{} is no office of updates: `onehall update init` makes one", .0.display())]
    NoOffice(PathBuf),
    /// There is one already.
    #[error("{} is not empty", .0.display())]
    NotEmpty(PathBuf),
    /// A file.
    #[error("{}: {error}", .path.display())]
    File {
        /// Which.
        path: PathBuf,
        /// What the system says.
        error: io::Error,
    },
    /// A file that is damaged.
    #[error("{}: {what}", .path.display())]
    Damaged {
        /// Which.
        path: PathBuf,
        /// What is wrong.
        what: String,
    },
    /// A document of ours that a terminal would refuse.
    #[error("{0} would be refused by terminals: {1}")]
    Mistake(String, Mistake),
    /// No such role.
    #[error("there is no role `{0}`; there are {1}")]
    NoRole(String, String),
    /// No such release.
    #[error("{0} has no release {1}")]
    NoRelease(String, u64),
    /// A name that is none.
    #[error("`{0}` is no name: small letters, digits and hyphens")]
    NotAName(String),
    /// A key of this name is there.
    #[error("there is a key `{0}` already")]
    KeyThere(String),
    /// No key of this name is there.
    #[error("the role {0} has no key `{1}`")]
    NoKey(String, String),
    /// Too few signatures.
    #[error("{role}: signed by {has} of the {needed} keys that must sign{of}")]
    NotSigned {
        /// Which role.
        role: String,
        /// How many must sign.
        needed: u64,
        /// How many did.
        has: usize,
        /// Whose keys, where there are two sets of them.
        of: &'static str,
    },
    /// Nothing to do.
    #[error("{0}")]
    Nothing(&'static str),
    /// A passphrase that can be guessed.
    #[error("a passphrase has at least {} characters", crate::key::SHORTEST)]
    ShortPassphrase,
    /// A key that must not lie on a server.
    #[error("the key `{0}` counts for {1}: it must not be online")]
    NotOnline(String, String),
    /// Not the passphrase, or a damaged file.
    #[error("this does not open the key `{0}`")]
    WrongPassphrase(String),
    /// Whoever was asked said no.
    #[error("nothing was changed")]
    SaidNo,
    /// The machine failed.
    #[error("this machine could not {0}")]
    Machine(&'static str),
    /// A key did not sign.
    #[error(transparent)]
    Key(#[from] NotSigned),
    /// What is typed contradicts what the build said of its pages.
    #[error("updates/not_as_built: `--{fact}` says {typed}, and the pages were built as {built}")]
    NotAsBuilt {
        /// What is said.
        fact: &'static str,
        /// By whoever types.
        typed: String,
        /// By the build.
        built: String,
    },
    /// A file that a bundle cannot have.
    #[error("{0} cannot be in a bundle")]
    NotInABundle(String),
}

/// Roles and what was published of them.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Plan {
    /// By name: root, targets, snapshot, timestamp, halts and one for each kind of terminal.
    pub roles: BTreeMap<String, Role>,
    /// The roles of terminals, in the order in which they are delegated.
    pub terminals: Vec<String>,
    /// The versions that were published.
    pub versions: BTreeMap<String, u64>,
    /// When what was published ends, in seconds since 1970.
    pub ends: BTreeMap<String, i64>,
}

/// A role.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Role {
    /// Its public keys, by name.
    pub keys: BTreeMap<String, String>,
    /// How many of them must sign.
    pub threshold: u32,
    /// For how many days a signature counts.
    pub days: u32,
}

/// The folder.
pub struct Office {
    root: PathBuf,
    /// Held while somebody works in it, so that a person and a server do not write over each other.
    _held: Option<File>,
}

/// The file that is held. It has nothing in it.
pub const LOCK: &str = "lock";

impl Office {
    /// The office in a folder, whether or not there is one.
    pub fn new(root: &Path) -> Office {
        Office {
            root: root.to_owned(),
            _held: None,
        }
    }

    /// The office in a folder, for one who changes something in it. Waits until whoever does so has ended.
    pub fn held(root: &Path) -> Result<Office, Failure> {
        let held = lock_of(root)?;
        if let Some(lock) = &held {
            lock.lock().map_err(|error| file(&root.join(LOCK), error))?;
        }
        Ok(Office {
            root: root.to_owned(),
            _held: held,
        })
    }

    /// The same; none where somebody else changes something.
    pub fn if_free(root: &Path) -> Result<Option<Office>, Failure> {
        let held = lock_of(root)?;
        match held.as_ref().map(File::try_lock) {
            Some(Err(TryLockError::WouldBlock)) => return Ok(None),
            Some(Err(TryLockError::Error(error))) => return Err(file(&root.join(LOCK), error)),
            Some(Ok(())) | None => {}
        }
        Ok(Some(Office {
            root: root.to_owned(),
            _held: held,
        }))
    }

    pub fn path(&self, path: &str) -> PathBuf {
        self.root.join(path)
    }

    pub fn plan(&self) -> Result<Plan, Failure> {
        let bytes = self
            .read("plan.json")?
            .ok_or_else(|| Failure::NoOffice(self.root.clone()))?;
        self.parsed("plan.json", &bytes)
    }

    pub fn keep_plan(&self, plan: &Plan) -> Result<(), Failure> {
        self.write("plan.json", &pretty(plan))
    }

    pub fn key(&self, path: &Path) -> Result<KeyFile, Failure> {
        let bytes = fs::read(path).map_err(|error| file(path, error))?;
        serde_json::from_slice(&bytes).map_err(|error| damaged(path, &error))
    }

    pub fn parsed<T: for<'de> Deserialize<'de>>(&self, path: &str, bytes: &[u8]) -> Result<T, Failure> {
        serde_json::from_slice(bytes).map_err(|error| damaged(&self.path(path), &error))
    }

    pub fn read(&self, path: &str) -> Result<Option<Vec<u8>>, Failure> {
        let place = self.path(path);
        match fs::read(&place) {
            Ok(bytes) => Ok(Some(bytes)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(file(&place, error)),
        }
    }

    /// Writes a file aside and moves it in place: a server that reads it sees the old one or the new one.
    pub fn write(&self, path: &str, content: &[u8]) -> Result<(), Failure> {
        let place = self.path(path);
        let aside = place.with_extension("new");
        let folder = place.parent().unwrap_or(&self.root);
        fs::create_dir_all(folder).map_err(|error| file(folder, error))?;
        fs::write(&aside, content).map_err(|error| file(&aside, error))?;
        fs::rename(&aside, &place).map_err(|error| file(&place, error))
    }

    pub fn remove(&self, path: &str) -> Result<(), Failure> {
        let place = self.path(path);
        match fs::remove_file(&place) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(file(&place, error)),
            _ => Ok(()),
        }
    }

    /// The names of the files in a folder, in order.
    pub fn names(&self, folder: &str) -> Result<Vec<String>, Failure> {
        let place = self.path(folder);
        let entries = match fs::read_dir(&place) {
            Ok(entries) => entries,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(file(&place, error)),
        };
        let mut names = Vec::new();
        for entry in entries {
            let name = entry.map_err(|error| file(&place, error))?.file_name();
            names.extend(name.into_string().ok().filter(|name| !name.ends_with(".new")));
        }
        names.sort();
        Ok(names)
    }

    /// The manifests of a role, the newest first.
    pub fn manifests(&self, role: &str) -> Result<Vec<(Vec<u8>, Manifest)>, Failure> {
        let mut manifests = Vec::new();
        for name in self.names(&format!("targets/{role}"))? {
            let number = name
                .strip_prefix(role)
                .and_then(|rest| rest.strip_prefix('.')?.strip_suffix(".json"));
            if !number.is_some_and(|number| number.bytes().all(|byte| byte.is_ascii_digit())) {
                continue;
            }
            let Some(bytes) = self.read(&format!("targets/{role}/{name}"))? else {
                continue;
            };
            let manifest = Manifest::read(&bytes).map_err(|mistake| Failure::Mistake(name, mistake))?;
            manifests.push((bytes, manifest));
        }
        manifests.sort_by_key(|(_, manifest)| std::cmp::Reverse(manifest.release));
        Ok(manifests)
    }
}

impl Plan {
    pub fn role(&self, name: &str) -> Result<&Role, Failure> {
        self.roles.get(name).ok_or_else(|| self.no_role(name))
    }

    fn no_role(&self, name: &str) -> Failure {
        let known: Vec<&str> = self.roles.keys().map(String::as_str).collect();
        Failure::NoRole(name.to_owned(), known.join(", "))
    }

    pub fn role_mut(&mut self, name: &str) -> Result<&mut Role, Failure> {
        let missing = self.no_role(name);
        self.roles.get_mut(name).ok_or(missing)
    }

    /// The role of a kind of terminal.
    pub fn terminal(&self, name: &str) -> Result<&str, Failure> {
        let found = self.terminals.iter().find(|terminal| *terminal == name);
        found
            .map(String::as_str)
            .ok_or_else(|| Failure::NoRole(name.to_owned(), self.terminals.join(", ")))
    }
}

pub fn pretty<T: Serialize>(value: &T) -> Vec<u8> {
    let mut bytes = serde_json::to_vec_pretty(value).unwrap_or_default();
    bytes.push(b'\n');
    bytes
}

/// The lock of an office; none where there is no office, and nothing to write over.
fn lock_of(root: &Path) -> Result<Option<File>, Failure> {
    if !root.join("plan.json").is_file() {
        return Ok(None);
    }
    let path = root.join(LOCK);
    File::create(&path).map(Some).map_err(|error| file(&path, error))
}

pub fn file(path: &Path, error: io::Error) -> Failure {
    Failure::File {
        path: path.to_owned(),
        error,
    }
}

fn damaged(path: &Path, error: &serde_json::Error) -> Failure {
    Failure::Damaged {
        path: path.to_owned(),
        what: error.to_string(),
    }
}
