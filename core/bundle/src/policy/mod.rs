//! Who gets which release.
//!
//! The policy is signed as a whole, so nobody between the repository and a terminal can widen it, and it is decided on at
//! the terminal: neither the number that a terminal drew nor where it stands leaves it.

mod read;
#[cfg(test)]
mod tests;
mod version;

use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

pub use version::{NotAVersion, Version};

use crate::Hash;
use crate::canonical::canonical;

/// The number that an installation drew for itself once. It never leaves the terminal.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct InstallId(pub [u8; 16]);

impl std::fmt::Debug for InstallId {
    /// Not the number: what is logged leaves the terminal.
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str("InstallId")
    }
}

/// What decides on a terminal which releases are for it.
#[derive(Debug, Clone)]
pub struct Terminal {
    /// `stable`, or another that its operator set.
    pub channel: String,
    /// The region that its operator set; empty: none.
    pub region: String,
    /// The hall that it stands in; empty: none.
    pub hall: String,
    /// The kind of terminal, as on the wire: `desktop`, `kiosk`.
    pub kind: String,
    /// The version of its native core.
    pub core: Version,
    /// The number that it drew.
    pub install: InstallId,
}

/// The rollout policy of a repository.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Policy {
    /// Every release that terminals may have, in any order.
    pub offers: Vec<Offer>,
    /// What is stopped.
    pub blocks: Vec<Block>,
    /// Releases that terminals rolled back from and may try once more, by their manifests.
    pub forgiven: Vec<Hash>,
}

/// A release, and whom it is for. An empty list is for all.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Offer {
    /// Its number.
    pub release: u64,
    /// Its manifest.
    pub manifest: Hash,
    /// The channels that get it.
    pub channels: Vec<String>,
    /// The share of terminals, in percent.
    pub share: u8,
    /// What the share is drawn by. It stays while the share grows, so that nobody falls out again; a new one draws anew.
    pub salt: String,
    /// The regions that get it.
    pub regions: Vec<String>,
    /// The halls that get it.
    pub halls: Vec<String>,
    /// The kinds of terminals that get it.
    pub terminals: Vec<String>,
    /// The first native core that gets it.
    pub core_first: Option<Version>,
    /// The last native core that gets it.
    pub core_last: Option<Version>,
    /// Whether a terminal that runs an older one must not go on with that.
    pub forced: bool,
}

/// A release that is stopped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Block {
    /// Nobody gets it any more; who runs it stays.
    Halted(Hash),
    /// Nobody gets it any more, and who runs it goes back.
    Revoked(Hash),
}

impl Block {
    /// The manifest of the release.
    #[must_use]
    pub const fn manifest(self) -> Hash {
        match self {
            Block::Halted(manifest) | Block::Revoked(manifest) => manifest,
        }
    }
}

/// What the key that can only block has signed: it names releases and can offer none.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Halts {
    /// What is stopped.
    pub blocks: Vec<Block>,
}

/// What a terminal runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Running {
    /// Its number.
    pub release: u64,
    /// Its manifest; none for the bundle inside the application, which nobody can block.
    pub manifest: Option<Hash>,
}

/// What a policy means for one terminal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decision {
    /// The release that it should have, if not the one that it runs.
    pub wanted: Option<Offer>,
    /// Whether it must not go on with what it runs.
    pub forced: bool,
    /// Whether what it runs was revoked: it goes back even where nothing is wanted.
    pub revoked: bool,
}

impl Offer {
    /// Whether a terminal gets this release.
    #[must_use]
    pub fn is_for(&self, terminal: &Terminal) -> bool {
        let among = |list: &[String], word: &str| list.is_empty() || list.iter().any(|item| item == word);
        among(&self.channels, &terminal.channel)
            && among(&self.regions, &terminal.region)
            && among(&self.halls, &terminal.hall)
            && among(&self.terminals, &terminal.kind)
            && self.core_first.is_none_or(|first| terminal.core >= first)
            && self.core_last.is_none_or(|last| terminal.core <= last)
            && place(&self.salt, terminal.install) < u64::from(self.share) * 100
    }
}

/// Where a terminal stands in the draw of a release, from 0 to 9,999: the same each time, and another in each draw.
fn place(salt: &str, install: InstallId) -> u64 {
    let digest: [u8; 32] = Sha256::new()
        .chain_update(salt.as_bytes())
        .chain_update([0])
        .chain_update(install.0)
        .finalize()
        .into();
    let mut first = [0; 8];
    first.copy_from_slice(&digest[..8]);
    u64::from_be_bytes(first) % 10_000
}

impl Policy {
    /// The most bytes that a policy may have.
    pub const LONGEST: usize = 64 * 1024;

    /// Reads a policy.
    ///
    /// # Errors
    /// The first mistake, with its place.
    pub fn read(bytes: &[u8]) -> Result<Policy, crate::Mistake> {
        read::policy(bytes)
    }

    /// The policy as it is signed and sent.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let value = json!({
            "format": read::FORMAT,
            "offers": self.offers.iter().map(offer).collect::<Vec<_>>(),
            "blocks": blocks(&self.blocks),
            "forgiven": self.forgiven.iter().map(Hash::to_string).collect::<Vec<_>>(),
        });
        canonical(&value).unwrap_or_default()
    }

    /// What the policy and the halts mean for a terminal that runs `running`.
    ///
    /// The highest release that is for it and not stopped is wanted; nothing lower than what it runs is, unless what it
    /// runs was revoked.
    #[must_use]
    pub fn decide(&self, halts: &Halts, terminal: &Terminal, running: Running) -> Decision {
        let stops = || self.blocks.iter().chain(&halts.blocks);
        let stopped = |manifest: Hash| stops().any(|block| block.manifest() == manifest);
        let revoked = running
            .manifest
            .is_some_and(|manifest| stops().any(|block| *block == Block::Revoked(manifest)));
        let mine = || {
            self.offers
                .iter()
                .filter(|offer| offer.is_for(terminal) && !stopped(offer.manifest))
        };
        let best = mine().max_by_key(|offer| offer.release);
        let wanted = best
            .filter(|offer| Some(offer.manifest) != running.manifest && (revoked || offer.release > running.release));
        // Also where a later one is not forced itself: what the forced one mended is mended in it too.
        let forced = revoked
            || wanted.is_some_and(|wanted| {
                mine().any(|offer| offer.forced && running.release < offer.release && offer.release <= wanted.release)
            });
        Decision {
            wanted: wanted.cloned(),
            forced,
            revoked,
        }
    }
}

impl Halts {
    /// Reads halts.
    ///
    /// # Errors
    /// The first mistake, with its place.
    pub fn read(bytes: &[u8]) -> Result<Halts, crate::Mistake> {
        read::halts(bytes)
    }

    /// The halts as they are signed and sent.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        canonical(&json!({ "format": read::FORMAT, "blocks": blocks(&self.blocks) })).unwrap_or_default()
    }
}

fn blocks(blocks: &[Block]) -> Value {
    let block = |block: &Block| {
        json!({
            "manifest": block.manifest().to_string(),
            "revoked": matches!(block, Block::Revoked(_)),
        })
    };
    blocks.iter().map(block).collect()
}

fn offer(offer: &Offer) -> Value {
    let mut fields = json!({
        "release": offer.release,
        "manifest": offer.manifest.to_string(),
        "share": offer.share,
        "salt": offer.salt,
        "forced": offer.forced,
    });
    for (name, list) in [
        ("channels", &offer.channels),
        ("regions", &offer.regions),
        ("halls", &offer.halls),
        ("terminals", &offer.terminals),
    ] {
        if !list.is_empty() {
            fields[name] = json!(list);
        }
    }
    for (name, version) in [("core_first", offer.core_first), ("core_last", offer.core_last)] {
        if let Some(version) = version {
            fields[name] = version.to_string().into();
        }
    }
    fields
}
