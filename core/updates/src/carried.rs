//! What travels beside the pages: documents that are signed by the role of a kind of terminal, each kept as it was verified last.

use onehall_bundle::{Hash, Kiosks, Mistake};
use time::OffsetDateTime;

use crate::believed::{Believed, Shown};
use crate::client::{UpdateError, signed};
use crate::disk::{Disk, replace};
use crate::download::disk_error;
use crate::mirror::Mirror;
use crate::trust::Trust;

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
        let shown = believed.shown(disk, self.name, Hash::of(&content));
        (shown != Shown::Nowhere).then_some(content)
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
        let here = self.read(disk);
        let Some(target) = trust.find(&document, now).await? else {
            let gone = here.map_or(Ok(()), |_| disk.remove(self.name));
            return gone.map_err(|error| disk_error(error).into());
        };
        if let Some(content) = here.filter(|content| target.is(content)) {
            let hash = Hash::of(&content);
            return match believed.shown(disk, self.name, hash) {
                Shown::WithIt => Ok(()),
                Shown::Lately | Shown::Nowhere => Ok(believed.keep(disk, self.name, hash)?),
            };
        }
        if let Some(content) = signed(trust, mirror, &document, self.longest, now).await? {
            (self.reads)(&content).map_err(|mistake| UpdateError::Signed { document, mistake })?;
            believed.keep(disk, self.name, Hash::of(&content))?;
            replace(disk, self.name, &content).map_err(disk_error)?;
        }
        Ok(())
    }
}
