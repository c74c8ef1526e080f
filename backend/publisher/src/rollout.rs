//! Who gets which release, and what is stopped.

use onehall_bundle::{Block, Halts, Hash, Offer, Policy, Version};

use crate::key::{hexadecimal, random};
use crate::office::{Failure, HALTS, Office};

/// What is said of an offer.
#[derive(Debug, Clone, Default)]
pub struct Terms {
    pub share: u8,
    pub channels: Vec<String>,
    pub regions: Vec<String>,
    pub halls: Vec<String>,
    pub terminals: Vec<String>,
    pub core_first: Option<Version>,
    pub core_last: Option<Version>,
    pub forced: bool,
}

impl Office {
    pub fn policy(&self, role: &str) -> Result<Policy, Failure> {
        let bytes = self.read(&format!("targets/{role}/{role}.rollout.json"))?;
        let policy = bytes.map_or_else(|| Ok(Policy::default()), |bytes| Policy::read(&bytes));
        policy.map_err(|mistake| Failure::Mistake(format!("{role}.rollout.json"), mistake))
    }

    fn keep_policy(&self, role: &str, policy: &Policy) -> Result<(), Failure> {
        let bytes = policy.to_bytes();
        // What terminals would refuse is refused here, before anybody signs it.
        Policy::read(&bytes).map_err(|mistake| Failure::Mistake(format!("{role}.rollout.json"), mistake))?;
        self.write(&format!("targets/{role}/{role}.rollout.json"), &bytes)
    }

    pub fn halts(&self, role: &str) -> Result<Halts, Failure> {
        let bytes = self.read(&format!("targets/{HALTS}/{role}.halts.json"))?;
        let halts = bytes.map_or_else(|| Ok(Halts::default()), |bytes| Halts::read(&bytes));
        halts.map_err(|mistake| Failure::Mistake(format!("{role}.halts.json"), mistake))
    }

    /// The manifest of a release, by its hash.
    pub fn release(&self, role: &str, release: u64) -> Result<Hash, Failure> {
        let found = self
            .manifests(role)?
            .into_iter()
            .find(|(_, manifest)| manifest.release == release);
        let (bytes, _) = found.ok_or_else(|| Failure::NoRelease(role.to_owned(), release))?;
        Ok(Hash::of(&bytes))
    }

    /// Offers a release on these terms. The share that it had, where it was offered before; while it grows the draw stays
    /// the same.
    pub fn offer(&self, role: &str, release: u64, terms: Terms) -> Result<Option<u8>, Failure> {
        let manifest = self.release(role, release)?;
        let mut policy = self.policy(role)?;
        let before = policy.offers.iter().find(|offer| offer.release == release).cloned();
        let salt = match &before {
            Some(before) => before.salt.clone(),
            None => hexadecimal(&random::<8>()?),
        };
        policy.offers.retain(|offer| offer.release != release);
        policy.offers.push(Offer {
            release,
            manifest,
            channels: terms.channels,
            share: terms.share,
            salt,
            regions: terms.regions,
            halls: terms.halls,
            terminals: terms.terminals,
            core_first: terms.core_first,
            core_last: terms.core_last,
            forced: terms.forced,
        });
        policy.offers.sort_by_key(|offer| offer.release);
        self.keep_policy(role, &policy)?;
        Ok(before.map(|before| before.share))
    }

    /// Lets terminals try a release once more that failed on them.
    pub fn forgive(&self, role: &str, release: u64) -> Result<(), Failure> {
        let manifest = self.release(role, release)?;
        let mut policy = self.policy(role)?;
        if !policy.forgiven.contains(&manifest) {
            policy.forgiven.push(manifest);
        }
        self.keep_policy(role, &policy)
    }

    /// Stops a release; one that was halted can be revoked, and what was revoked stays so.
    pub fn block(&self, role: &str, release: u64, revoked: bool) -> Result<(), Failure> {
        let manifest = self.release(role, release)?;
        let mut halts = self.halts(role)?;
        let revoked = revoked || halts.blocks.contains(&Block::Revoked(manifest));
        halts.blocks.retain(|block| block.manifest() != manifest);
        halts.blocks.push(if revoked {
            Block::Revoked(manifest)
        } else {
            Block::Halted(manifest)
        });
        self.write(&format!("targets/{HALTS}/{role}.halts.json"), &halts.to_bytes())
    }
}
