//! Verified metadata on the disk, byte for byte as it came. It is verified again each time that it is read.

use std::io;

use crate::disk::{Disk, replace};

/// The most bytes that are read of a file of metadata.
const LONGEST: u64 = 8 << 20;

/// The folder of older roots, below the other metadata.
const ROOTS: &str = "root_history";

/// The metadata in a folder of a disk: `root.json`, `timestamp.json` and so on, without versions in their names, and below
/// it the chain of roots.
#[derive(Debug, Clone)]
pub struct MetadataFolder<D> {
    disk: D,
    /// Empty, or ending with a slash.
    folder: &'static str,
}

impl<D: Disk> MetadataFolder<D> {
    /// The metadata in the folder of all.
    pub fn at_the_root(disk: D) -> MetadataFolder<D> {
        MetadataFolder { disk, folder: "" }
    }

    /// The metadata beside other things, in `tuf`.
    pub fn beside(disk: D) -> MetadataFolder<D> {
        MetadataFolder { disk, folder: "tuf/" }
    }

    /// A file; none where it is not here.
    ///
    /// # Errors
    /// It cannot be read.
    pub fn load(&self, name: &str) -> io::Result<Option<Vec<u8>>> {
        self.place(name)
            .map_or(Ok(None), |place| self.disk.read(&place, LONGEST))
    }

    /// Keeps a file.
    ///
    /// # Errors
    /// It may not last.
    pub fn store(&self, name: &str, content: &[u8]) -> io::Result<()> {
        self.place(name)
            .map_or(Ok(()), |place| replace(&self.disk, &place, content))
    }

    /// Where a file lies; none for one that is not kept: a copy whose name has a version, a target, and whatever would lead
    /// elsewhere.
    fn place(&self, name: &str) -> Option<String> {
        let part = match name.split_once('/') {
            Some((ROOTS, root)) if is_versioned(root, &["root"]) => {
                return Some(format!("{}{ROOTS}/{root}", self.folder));
            }
            Some(_) => return None,
            None => name,
        };
        let plain = part.ends_with(".json") && !part.contains(['\\', '\0']) && part.len() < 250;
        (plain && !is_versioned(part, &["root", "snapshot", "targets"])).then(|| format!("{}{part}", self.folder))
    }
}

/// `3.root.json`, where `root` is among the roles.
fn is_versioned(name: &str, roles: &[&str]) -> bool {
    name.strip_suffix(".json")
        .and_then(|stem| stem.split_once('.'))
        .is_some_and(|(version, role)| {
            !version.is_empty() && version.bytes().all(|byte| byte.is_ascii_digit()) && roles.contains(&role)
        })
}

#[cfg(test)]
mod tests {
    use crate::disk::Folder;

    use super::MetadataFolder;

    #[test]
    fn each_role_has_one_place_and_nothing_lies_elsewhere() {
        let folder = MetadataFolder::at_the_root(Folder::new("/nowhere"));
        let place = |name: &str| folder.place(name);
        assert_eq!(place("timestamp.json"), Some("timestamp.json".to_owned()));
        assert_eq!(place("..%2Fdelegated.json"), Some("..%2Fdelegated.json".to_owned()));
        assert_eq!(place("2.custom.json"), Some("2.custom.json".to_owned()));
        assert_eq!(
            place("root_history/12.root.json"),
            Some("root_history/12.root.json".to_owned())
        );
        for other in [
            "3.snapshot.json",
            "4.root.json",
            "targets/a.json",
            "../root.json",
            "root_history/../../x.root.json",
            "root_history/x.json",
            "a\\b.json",
            "/etc/x.json",
            "name",
            "",
        ] {
            assert_eq!(place(other), None, "{other}");
        }
        let beside = MetadataFolder::beside(Folder::new("/nowhere"));
        assert_eq!(beside.place("root.json"), Some("tuf/root.json".to_owned()));
    }
}
