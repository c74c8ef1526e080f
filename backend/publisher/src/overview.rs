//! What a repository has published, for whoever looks after it: read, not verified. Terminals believe nothing of it.

use std::collections::BTreeMap;
use std::path::Path;

use onehall_bundle::{Block, Halts, Hash, Manifest, Offer, Policy, Version};
use serde_json::Value;

use crate::office::{Failure, HALTS, Office};

/// The most releases of a kind of terminal that are looked at, the newest.
const MOST: usize = 50;

/// A release that terminals can read of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Published {
    /// The role that signed it.
    pub app: String,
    /// Its number.
    pub release: u64,
    /// What people call it.
    pub version: Version,
    /// Whom it is for; none: for nobody.
    pub offer: Option<Offer>,
    /// Whether it is stopped.
    pub stopped: Option<Stopped>,
}

/// How a release is stopped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stopped {
    /// Nobody gets it any more; who runs it stays.
    Halted,
    /// Nobody gets it any more, and who runs it goes back.
    Revoked,
}

/// What lies in a repository, by role and the newest release first; nothing where nothing was published yet.
///
/// # Errors
/// The repository is damaged.
pub fn published(repository: &Path) -> Result<Vec<Published>, Failure> {
    let at = Repository(Office::new(repository));
    let Some(timestamp) = at.metadata("timestamp.json")? else {
        return Ok(Vec::new());
    };
    let version = &timestamp["signed"]["meta"]["snapshot.json"]["version"];
    let snapshot = at.metadata(&format!("{}.snapshot.json", version.as_u64().unwrap_or_default()))?;
    let snapshot = snapshot.ok_or(Failure::Nothing("the repository has lost metadata"))?;
    let mut targets = BTreeMap::new();
    for (name, meta) in snapshot["signed"]["meta"].as_object().into_iter().flatten() {
        let version = meta["version"].as_u64().unwrap_or_default();
        let role = name.trim_end_matches(".json").to_owned();
        if let Some(document) = at.metadata(&format!("{version}.{name}"))? {
            targets.insert(role, document);
        }
    }
    let halts = targets.remove(HALTS).unwrap_or_default();
    let mut all = Vec::new();
    for (role, document) in &targets {
        let rollout = format!("{role}.rollout.json");
        let Some(policy) = at.target(document, &rollout)? else {
            continue;
        };
        let policy = Policy::read(&policy).map_err(|mistake| Failure::Mistake(rollout, mistake))?;
        let name = format!("{role}.halts.json");
        let stopped = match at.target(&halts, &name)? {
            Some(halts) => Halts::read(&halts).map_err(|mistake| Failure::Mistake(name, mistake))?,
            None => Halts::default(),
        };
        let blocks = || policy.blocks.iter().chain(&stopped.blocks);
        for release in releases(role, document) {
            let name = format!("{role}.{release}.json");
            let Some(bytes) = at.target(document, &name)? else {
                continue;
            };
            let hash = Hash::of(&bytes);
            let manifest = Manifest::read(&bytes).map_err(|mistake| Failure::Mistake(name, mistake))?;
            // What is revoked may be halted, too.
            let stopped = if blocks().any(|block| *block == Block::Revoked(hash)) {
                Some(Stopped::Revoked)
            } else {
                blocks()
                    .any(|block| block.manifest() == hash)
                    .then_some(Stopped::Halted)
            };
            all.push(Published {
                app: role.clone(),
                release,
                version: manifest.version,
                offer: policy.offers.iter().find(|offer| offer.manifest == hash).cloned(),
                stopped,
            });
        }
    }
    Ok(all)
}

/// The numbers of the releases that a role names, the newest first.
fn releases(role: &str, document: &Value) -> Vec<u64> {
    let names = document["signed"]["targets"].as_object().into_iter().flatten();
    let number = |name: &str| {
        name.strip_prefix(role)?
            .strip_prefix('.')?
            .strip_suffix(".json")?
            .parse()
            .ok()
    };
    let mut numbers: Vec<u64> = names.filter_map(|(name, _)| number(name)).collect();
    numbers.sort_unstable_by(|one, other| other.cmp(one));
    numbers.truncate(MOST);
    numbers
}

struct Repository(Office);

impl Repository {
    fn metadata(&self, name: &str) -> Result<Option<Value>, Failure> {
        let path = format!("metadata/{name}");
        let read = self.0.read(&path)?;
        read.map(|bytes| self.0.parsed(&path, &bytes)).transpose()
    }

    /// The content of a target that a document names.
    fn target(&self, document: &Value, name: &str) -> Result<Option<Vec<u8>>, Failure> {
        match document["signed"]["targets"][name]["hashes"]["sha256"].as_str() {
            Some(hash) => self.0.read(&format!("targets/{hash}.{name}")),
            None => Ok(None),
        }
    }
}
