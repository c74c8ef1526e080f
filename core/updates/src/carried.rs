//! What travels beside the pages: documents that are signed by the role of a kind of terminal, each kept as it was verified last.

use onehall_bundle::{Hash, Kiosks, Mistake};
use time::OffsetDateTime;

use crate::client::{UpdateError, signed};
use crate::disk::{Disk, replace};
use crate::download::disk_error;
use crate::mirror::{FetchError, Mirror};
use crate::store::{keep_proof, proof};
use crate::trust::{Trust, is_shown};

/// The services, guides and forms of the hall, for a terminal that reaches none.
pub const CATALOG: Carried = Carried {
    name: "catalog.json",
    longest: 8 << 20,
    // Whoever takes it reads it.
    reads: |_| Ok(()),
};

/// What kiosks are told.
pub const KIOSKS: Carried = Carried {
    name: "kiosks.json",
    longest: Kiosks::LONGEST,
    reads: |content| Kiosks::read(content).map(drop),
};

/// Whose signatures count for what lies here.
#[derive(Debug, Clone, Copy)]
pub struct Believed<'b> {
    /// The role that signs for this kind of terminal.
    pub role: &'b str,
    /// The root of trust from which that has to be shown; none: what lies here is what was taken.
    pub root: Option<&'b [u8]>,
}

/// The hashes of what lies here.
pub fn contents(disk: &dyn Disk) -> impl Iterator<Item = Hash> {
    let here = [CATALOG, KIOSKS]
        .into_iter()
        .filter_map(move |carried| carried.read(disk));
    here.map(|content| Hash::of(&content))
}

/// A document that travels.
pub struct Carried {
    /// The end of its target's name, and its file.
    name: &'static str,
    /// The most bytes of it.
    longest: usize,
    /// Whether it can be read here; what cannot does not take the place of what is kept.
    reads: fn(&[u8]) -> Result<(), Mistake>,
}

impl Carried {
    /// What was kept last; none where it is not shown to be signed, and has to be.
    pub fn kept(&self, disk: &dyn Disk, believed: Believed<'_>) -> Option<Vec<u8>> {
        let content = self.read(disk)?;
        let Some(root) = believed.root else {
            return Some(content);
        };
        let hash = Hash::of(&content);
        let document = format!("{}.{}", believed.role, self.name);
        is_shown(root, &proof(disk, hash)?, &document, hash).then_some(content)
    }

    fn read(&self, disk: &dyn Disk) -> Option<Vec<u8>> {
        disk.read(self.name, self.longest as u64).ok().flatten()
    }

    /// Keeps what is signed for this kind of terminal; gone where nothing is any longer. What lies here and is not what was
    /// signed, is replaced.
    pub async fn carry(
        &self,
        disk: &dyn Disk,
        believed: Believed<'_>,
        trust: &mut dyn Trust,
        mirror: &dyn Mirror,
        now: OffsetDateTime,
    ) -> Result<(), UpdateError> {
        let document = format!("{}.{}", believed.role, self.name);
        let kept = self.kept(disk, believed);
        let Some(target) = trust.find(&document, now).await? else {
            let gone = kept.map_or(Ok(()), |_| disk.remove(self.name));
            return gone.map_err(|error| disk_error(error).into());
        };
        if kept.is_some_and(|kept| target.is(&kept)) {
            return Ok(());
        }
        if let Some(content) = signed(trust, mirror, &document, self.longest, now).await? {
            (self.reads)(&content).map_err(|mistake| UpdateError::Signed { document, mistake })?;
            if believed.root.is_some() {
                let proof = trust.proof(believed.role).ok_or(FetchError::Disk)?;
                keep_proof(disk, Hash::of(&content), &proof).map_err(disk_error)?;
            }
            replace(disk, self.name, &content).map_err(disk_error)?;
        }
        Ok(())
    }
}
