//! Reading a policy and halts.

use super::{Block, Halts, Offer, Policy};
use crate::read::{At, document};
use crate::{Hash, Mistake, Wrong};

/// The format that is read and written here.
pub(super) const FORMAT: u64 = 1;

/// The most releases that are offered at once, and the most that are stopped.
const MOST: usize = 200;

const A_HASH: &str = "a SHA-256 in small hexadecimal digits";

pub(super) fn policy(bytes: &[u8]) -> Result<Policy, Mistake> {
    let value = document(bytes, Policy::LONGEST)?;
    let whole = At::whole(&value);
    whole.format(FORMAT)?;
    let fields = whole.object(&["format", "offers", "blocks", "forgiven"])?;
    let mut offers: Vec<Offer> = Vec::new();
    for item in fields.get("offers")?.list(MOST)? {
        offers.push(offer(item)?);
    }
    let forgiven = fields.get("forgiven")?.list(MOST)?;
    Ok(Policy {
        offers,
        blocks: blocks(&fields.get("blocks")?)?,
        forgiven: forgiven
            .iter()
            .map(|item| item.parsed(A_HASH))
            .collect::<Result<Vec<Hash>, Mistake>>()?,
    })
}

pub(super) fn halts(bytes: &[u8]) -> Result<Halts, Mistake> {
    let value = document(bytes, Policy::LONGEST)?;
    let whole = At::whole(&value);
    whole.format(FORMAT)?;
    let fields = whole.object(&["format", "blocks"])?;
    Ok(Halts {
        blocks: blocks(&fields.get("blocks")?)?,
    })
}

fn offer(at: At<'_>) -> Result<Offer, Mistake> {
    let place = at.clone();
    let fields = at.object(&[
        "release",
        "manifest",
        "channels",
        "share",
        "salt",
        "regions",
        "halls",
        "terminals",
        "core_first",
        "core_last",
        "forced",
    ])?;
    let words = |name: &str| fields.find(name).map_or(Ok(Vec::new()), |list| list.words(MOST));
    let version = |name: &str| fields.find(name).map(|text| text.parsed("a version")).transpose();
    let offer = Offer {
        release: fields.get("release")?.number(u64::from(u32::MAX))?,
        manifest: fields.get("manifest")?.parsed(A_HASH)?,
        channels: words("channels")?,
        share: u8::try_from(fields.get("share")?.number(100)?).unwrap_or_default(),
        salt: fields.get("salt")?.text(64)?.to_owned(),
        regions: words("regions")?,
        halls: words("halls")?,
        terminals: words("terminals")?,
        core_first: version("core_first")?,
        core_last: version("core_last")?,
        forced: fields.get("forced")?.yes()?,
    };
    match (offer.core_first, offer.core_last) {
        (Some(first), Some(last)) if first > last => Err(place.wrong(Wrong::Backwards)),
        _ => Ok(offer),
    }
}

fn blocks(at: &At<'_>) -> Result<Vec<Block>, Mistake> {
    let block = |item: At<'_>| {
        let fields = item.object(&["manifest", "revoked"])?;
        let manifest = fields.get("manifest")?.parsed(A_HASH)?;
        Ok(if fields.get("revoked")?.yes()? {
            Block::Revoked(manifest)
        } else {
            Block::Halted(manifest)
        })
    };
    at.list(MOST)?.into_iter().map(block).collect()
}
