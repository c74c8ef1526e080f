//! What travels beside the pages: documents that are signed by the role of a kind of terminal, each kept as it was verified last.

use onehall_bundle::{Kiosks, Mistake};
use time::OffsetDateTime;

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
    read: |_| Ok(()),
};

/// What kiosks are told.
pub const KIOSKS: Carried = Carried {
    name: "kiosks.json",
    longest: Kiosks::LONGEST,
    read: |content| Kiosks::read(content).map(drop),
};

/// A document that travels.
pub struct Carried {
    /// The end of its target's name, and its file.
    name: &'static str,
    /// The most bytes of it.
    longest: usize,
    /// Whether it can be read here; what cannot does not take the place of what is kept.
    read: fn(&[u8]) -> Result<(), Mistake>,
}

impl Carried {
    /// What was kept last.
    pub fn kept(&self, disk: &dyn Disk) -> Option<Vec<u8>> {
        disk.read(self.name, self.longest as u64).ok().flatten()
    }

    /// Keeps what is signed for this kind of terminal; gone where nothing is any longer. What lies here and is not what was
    /// signed, is replaced.
    pub async fn carry(
        &self,
        disk: &dyn Disk,
        role: &str,
        trust: &mut dyn Trust,
        mirror: &dyn Mirror,
        now: OffsetDateTime,
    ) -> Result<(), UpdateError> {
        let document = format!("{role}.{}", self.name);
        let kept = self.kept(disk);
        let Some(target) = trust.find(&document, now).await? else {
            let gone = kept.map_or(Ok(()), |_| disk.remove(self.name));
            return gone.map_err(|error| disk_error(error).into());
        };
        if kept.is_some_and(|kept| target.is(&kept)) {
            return Ok(());
        }
        if let Some(content) = signed(trust, mirror, &document, self.longest, now).await? {
            (self.read)(&content).map_err(|mistake| UpdateError::Signed { document, mistake })?;
            replace(disk, self.name, &content).map_err(disk_error)?;
        }
        Ok(())
    }
}
