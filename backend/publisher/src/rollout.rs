//! Who gets which release, and what is stopped.

use onehall_bundle::{Block, Halts, Hash, Offer, Policy, Version};

use crate::key::{hexadecimal, random};
use crate::office::{Failure, HALTS, Office};

/// What is said of an offer: an empty list, none and `false` say nothing.
#[derive(Debug, Clone, Default)]
pub struct Terms {
    pub share: u8,
    /// Whether the terms of before count no more.
    pub everywhere: bool,
    pub channels: Vec<String>,
    pub regions: Vec<String>,
    pub halls: Vec<String>,
    pub terminals: Vec<String>,
    pub core_first: Option<Version>,
    pub core_last: Option<Version>,
    pub forced: bool,
}

/// An offer as it was, where there was one, and as it is.
#[derive(Debug, Clone)]
pub struct Offered {
    pub before: Option<Offer>,
    pub now: Offer,
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

    /// Offers a release on these terms. Where it was offered before the draw stays the same, so that a share that grows loses
    /// nobody, and so do the terms of which nothing is said: a share that grows reaches nobody else.
    pub fn offer(&self, role: &str, release: u64, terms: Terms) -> Result<Offered, Failure> {
        let manifest = self.release(role, release)?;
        let mut policy = self.policy(role)?;
        let before = policy.offers.iter().find(|offer| offer.release == release).cloned();
        let salt = match &before {
            Some(before) => before.salt.clone(),
            None => hexadecimal(&random::<8>()?),
        };
        let stays = before.as_ref().filter(|_| !terms.everywhere);
        let list = |said: Vec<String>, of: fn(&Offer) -> &[String]| match stays {
            Some(before) if said.is_empty() => of(before).to_vec(),
            _ => said,
        };
        let now = Offer {
            release,
            manifest,
            channels: list(terms.channels, |offer| &offer.channels),
            share: terms.share,
            salt,
            regions: list(terms.regions, |offer| &offer.regions),
            halls: list(terms.halls, |offer| &offer.halls),
            terminals: list(terms.terminals, |offer| &offer.terminals),
            core_first: terms.core_first.or(stays.and_then(|before| before.core_first)),
            core_last: terms.core_last.or(stays.and_then(|before| before.core_last)),
            forced: terms.forced || stays.is_some_and(|before| before.forced),
        };
        policy.offers.retain(|offer| offer.release != release);
        policy.offers.push(now.clone());
        policy.offers.sort_by_key(|offer| offer.release);
        self.keep_policy(role, &policy)?;
        Ok(Offered { before, now })
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

impl Offered {
    /// Each term that was said or has changed, in a line.
    pub fn lines(&self) -> Vec<String> {
        let before = self.before.as_ref().map(terms);
        let mut lines = Vec::new();
        for (place, (name, said, text)) in terms(&self.now).into_iter().enumerate() {
            match before.as_ref().map(|before| &before[place].2) {
                Some(before) if *before != text => lines.push(format!("  {name}: {text} (before: {before})")),
                _ if said => lines.push(format!("  {name}: {text}")),
                _ => {}
            }
        }
        lines
    }
}

/// The terms of an offer besides its share: the name, whether it was said, and the words.
fn terms(offer: &Offer) -> [(&'static str, bool, String); 6] {
    let list = |list: &[String]| match list {
        [] => "all".to_owned(),
        list => list.join(", "),
    };
    let core = match (offer.core_first, offer.core_last) {
        (None, None) => "all".to_owned(),
        (Some(first), None) => format!("from {first} on"),
        (None, Some(last)) => format!("up to {last}"),
        (Some(first), Some(last)) => format!("{first} to {last}"),
    };
    let cores = offer.core_first.is_some() || offer.core_last.is_some();
    let forced = if offer.forced { "yes" } else { "no" };
    [
        ("channels", !offer.channels.is_empty(), list(&offer.channels)),
        ("regions", !offer.regions.is_empty(), list(&offer.regions)),
        ("halls", !offer.halls.is_empty(), list(&offer.halls)),
        ("kinds", !offer.terminals.is_empty(), list(&offer.terminals)),
        ("versions of the core", cores, core),
        ("forced", offer.forced, forced.to_owned()),
    ]
}
