//! Whose signatures count for what lies on this disk, and whether it is shown to have them.

use onehall_bundle::Hash;

use crate::disk::Disk;
use crate::download::disk_error;
use crate::mirror::FetchError;
use crate::store::{keep_proof, proof};
use crate::trust::{Proof, is_shown, latest};

/// Whose signatures count.
#[derive(Debug, Clone, Copy)]
pub struct Believed<'b> {
    /// The role that signs for this kind of terminal.
    pub role: &'b str,
    /// The root of trust from which that has to be shown; none: what lies here is what was taken.
    pub root: Option<&'b [u8]>,
}

/// What shows that something was signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shown {
    /// Nothing.
    Nowhere,
    /// What was kept with it, or nothing has to.
    WithIt,
    /// The metadata that was verified last, which will be another: a program of before kept nothing with it, or one with an older root did.
    Lately,
}

impl Believed<'_> {
    /// What shows that this was signed under a name, such as `catalog.json`, by the role.
    pub fn shown(self, disk: &dyn Disk, name: &str, content: Hash) -> Shown {
        if self.root.is_none() || proof(disk, content).is_some_and(|proof| self.shows(&proof, name, content)) {
            Shown::WithIt
        } else if latest(disk, self.role).is_some_and(|proof| self.shows(&proof, name, content)) {
            Shown::Lately
        } else {
            Shown::Nowhere
        }
    }

    /// Keeps what shows that this was signed, by the metadata that was verified last.
    ///
    /// # Errors
    /// That is not to be read any more, or what shows it may not last.
    pub fn keep(self, disk: &dyn Disk, name: &str, content: Hash) -> Result<(), FetchError> {
        if self.root.is_none() {
            return Ok(());
        }
        // Nothing is kept that would show nothing: it would be fetched, let go and fetched again.
        let proof = latest(disk, self.role).filter(|proof| self.shows(proof, name, content));
        keep_proof(disk, content, &proof.ok_or(FetchError::Disk)?).map_err(disk_error)
    }

    fn shows(self, proof: &Proof, name: &str, content: Hash) -> bool {
        let target = format!("{}.{name}", self.role);
        self.root.is_none_or(|root| is_shown(root, proof, &target, content))
    }
}
