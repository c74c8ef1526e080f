//! A repository with keys, as a city would have it: thresholds, a role for each kind of terminal, a key that only blocks.

use std::collections::BTreeMap;

use onehall_bundle::metadata::{Content, Delegation, Keys, NotSigned, PublicKey, Signer, sign};
use onehall_bundle::{Blob, Hash};
use ring::signature::{Ed25519KeyPair, KeyPair as _};
use time::OffsetDateTime;

use super::{Files, day};

/// A key of Ed25519.
pub struct Key(Ed25519KeyPair);

impl Key {
    /// The key of a name.
    pub fn of(name: &str) -> Key {
        let mut seed = [0; 32];
        for (byte, letter) in seed.iter_mut().zip(Hash::of(name.as_bytes()).to_string().into_bytes()) {
            *byte = letter;
        }
        Key(Ed25519KeyPair::from_seed_unchecked(&seed).unwrap_or_else(|error| panic!("{error}")))
    }
}

impl Signer for Key {
    fn public_key(&self) -> PublicKey {
        let mut bytes = [0; 32];
        bytes.copy_from_slice(self.0.public_key().as_ref());
        PublicKey::Ed25519(bytes)
    }

    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, NotSigned> {
        Ok(self.0.sign(message).as_ref().to_vec())
    }
}

/// Which keys a role has, by name, and how many must sign.
#[derive(Clone)]
pub struct Layout {
    pub keys: Vec<&'static str>,
    pub threshold: u32,
}

impl Layout {
    pub fn new(keys: &[&'static str], threshold: u32) -> Layout {
        Layout {
            keys: keys.to_vec(),
            threshold,
        }
    }

    fn keys(&self) -> Keys {
        Keys {
            keys: self.keys.iter().map(|name| Key::of(name).public_key()).collect(),
            threshold: self.threshold,
        }
    }
}

pub struct Repository {
    /// Keys by role.
    pub roles: BTreeMap<&'static str, Layout>,
    /// What a role signs with, where it is not all of its keys.
    pub signs: BTreeMap<&'static str, Vec<&'static str>>,
    /// Roles and the paths that are handed to them, in order.
    pub delegations: Vec<(&'static str, Vec<&'static str>)>,
    /// Targets by role and name.
    pub targets: BTreeMap<&'static str, BTreeMap<String, Vec<u8>>>,
    /// The versions of the roles.
    pub versions: BTreeMap<&'static str, u64>,
    /// When each role ends, in days from today.
    pub ends: BTreeMap<&'static str, i64>,
}

impl Repository {
    pub fn new() -> Repository {
        Repository {
            roles: BTreeMap::from([
                ("root", Layout::new(&["root 1", "root 2", "root 3"], 2)),
                ("targets", Layout::new(&["targets 1", "targets 2"], 2)),
                ("snapshot", Layout::new(&["online"], 1)),
                ("timestamp", Layout::new(&["online"], 1)),
                ("halts", Layout::new(&["halt"], 1)),
                ("ui-desktop", Layout::new(&["desktop 1", "desktop 2", "desktop 3"], 2)),
            ]),
            signs: BTreeMap::new(),
            delegations: vec![("halts", vec!["*.halts.json"]), ("ui-desktop", vec!["ui-desktop.*"])],
            targets: BTreeMap::new(),
            versions: BTreeMap::new(),
            ends: BTreeMap::new(),
        }
    }

    /// Another target of a role.
    pub fn add(&mut self, role: &'static str, name: &str, content: Vec<u8>) {
        self.targets.entry(role).or_default().insert(name.to_owned(), content);
    }

    fn end(&self, role: &str) -> OffsetDateTime {
        day(self.ends.get(role).copied().unwrap_or(7))
    }

    /// The next version of a role, signed.
    fn next(&mut self, role: &'static str, content: &Content) -> (u64, Vec<u8>) {
        let version = self.versions.entry(role).or_default();
        *version += 1;
        let version = *version;
        let names = self.signs.get(role).unwrap_or(&self.roles[role].keys).clone();
        let keys: Vec<Key> = names.into_iter().map(Key::of).collect();
        let signers: Vec<&dyn Signer> = keys.iter().map(|key| key as &dyn Signer).collect();
        let signed = content
            .signed(version, self.end(role))
            .unwrap_or_else(|error| panic!("{error}"));
        (
            version,
            sign(&signed, &signers).unwrap_or_else(|error| panic!("{error}")),
        )
    }

    /// Signs the next root.
    pub fn publish_root(&mut self, files: &mut Files) -> Vec<u8> {
        let keys = |role: &str| self.roles[role].keys();
        let content = Content::Root {
            root: keys("root"),
            targets: keys("targets"),
            snapshot: keys("snapshot"),
            timestamp: keys("timestamp"),
        };
        let (version, root) = self.next("root", &content);
        files.metadata.insert(format!("{version}.root.json"), root.clone());
        root
    }

    /// Signs everything below the root anew.
    pub fn publish(&mut self, files: &mut Files) {
        let mut meta = BTreeMap::new();
        let delegations: Vec<Delegation> = self
            .delegations
            .iter()
            .map(|(role, paths)| Delegation {
                name: (*role).to_owned(),
                keys: self.roles[role].keys(),
                paths: paths.iter().map(|path| (*path).to_owned()).collect(),
            })
            .collect();
        let names: Vec<&'static str> = self
            .delegations
            .iter()
            .map(|(role, _)| *role)
            .chain(["targets"])
            .collect();
        for role in names {
            let targets = self.targets.get(role).cloned().unwrap_or_default();
            for (name, content) in &targets {
                files
                    .targets
                    .insert(format!("{}.{name}", Hash::of(content)), content.clone());
            }
            let content = Content::Targets {
                targets: targets
                    .iter()
                    .map(|(name, content)| (name.clone(), Blob::of(content)))
                    .collect(),
                delegations: if role == "targets" {
                    delegations.clone()
                } else {
                    Vec::new()
                },
            };
            let (version, bytes) = self.next(role, &content);
            meta.insert(format!("{role}.json"), (version, Blob::of(&bytes)));
            files.metadata.insert(format!("{version}.{role}.json"), bytes);
        }
        let (version, snapshot) = self.next("snapshot", &Content::Snapshot { meta });
        let content = Content::Timestamp {
            snapshot: (version, Blob::of(&snapshot)),
        };
        files.metadata.insert(format!("{version}.snapshot.json"), snapshot);
        let (_, timestamp) = self.next("timestamp", &content);
        files.metadata.insert("timestamp.json".to_owned(), timestamp);
    }
}
