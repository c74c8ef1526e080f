//! What the machine is told, what it answers, and what it stands for.

use onehall_bundle::{Flavour, Hash, Manifest, Range, Version};

use super::Release;

/// The number of one boot of a page. Random, so that no other page can know it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Nonce(pub u128);

/// What this native program is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Native {
    /// Its version.
    pub core: Version,
    /// The layout that it shows: `desktop`, `kiosk`.
    pub profile: String,
    /// The protocols of the bridge that it speaks.
    pub protocol: Range,
    /// The forms of what lies on the terminal that it reads and writes.
    pub data: Range,
    /// The release of the bundle inside of it.
    pub inside: u64,
}

/// Why a bundle is not for this program.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Unfit {
    /// It was made for a browser.
    #[error("the bundle carries its own core")]
    Flavour,
    /// It was made for other layouts.
    #[error("the bundle was not made for this layout")]
    Profile,
    /// Its pages speak no protocol that this program speaks.
    #[error("the pages and this program speak no common protocol")]
    Protocol,
    /// Its pages do not understand what lies on this terminal.
    #[error("the pages do not understand what lies on this terminal")]
    Data,
    /// The bundle inside the application is the newer one.
    #[error("the bundle inside the application is newer")]
    OlderThanInside,
}

impl Native {
    /// Whether a bundle may run here.
    ///
    /// # Errors
    /// Why not.
    pub fn takes(&self, manifest: &Manifest) -> Result<(), Unfit> {
        if manifest.flavour != Flavour::Shell {
            return Err(Unfit::Flavour);
        }
        if !manifest.profiles.contains(&self.profile) {
            return Err(Unfit::Profile);
        }
        self.fits(&Release::of(manifest, Hash::from_bytes([0; 32])))
    }

    /// Whether a release that was taken once still fits: this program may be another one today.
    pub(super) fn fits(&self, release: &Release) -> Result<(), Unfit> {
        if !release.protocol.meets(self.protocol) {
            Err(Unfit::Protocol)
        } else if !release.data.meets(self.data) {
            Err(Unfit::Data)
        } else if release.number <= self.inside {
            Err(Unfit::OlderThanInside)
        } else {
            Ok(())
        }
    }
}

/// What a boot shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shows {
    /// The bundle inside the application.
    Inside,
    /// The last good one.
    Committed(Release),
    /// One that has to prove itself.
    Trial(Release),
}

impl Shows {
    /// The release, where it is not the one inside.
    #[must_use]
    pub const fn release(self) -> Option<Release> {
        match self {
            Shows::Inside => None,
            Shows::Committed(release) | Shows::Trial(release) => Some(release),
        }
    }
}

/// A boot of a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Boot {
    /// What it shows.
    pub shows: Shows,
    /// Its number.
    pub nonce: Nonce,
}

/// What is under way besides the page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Work {
    /// Nothing.
    #[default]
    Idle,
    /// The repository is asked.
    Checking,
    /// A bundle is fetched.
    Downloading {
        /// Which.
        release: Release,
        /// Whether the one that runs must not go on.
        forced: bool,
    },
}

/// What happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Event {
    /// A page is about to be shown, for the first time or in a new web view.
    Boot(Nonce),
    /// What was to be written is on the disk.
    Written,
    /// It is not.
    NotWritten,
    /// A bundle is not whole on the disk.
    Damaged(Hash),
    /// A page says that it has drawn itself.
    Ready(Nonce),
    /// A page says that it cannot go on.
    Failed(Nonce),
    /// A page has not been ready in its time, in a window that is seen.
    Late(Nonce),
    /// It is time to ask the repository.
    CheckDue,
    /// The repository answered.
    Checked {
        /// What this terminal should have instead of what it runs; it fits.
        wanted: Option<Release>,
        /// Whether it must not go on with what it runs.
        forced: bool,
        /// Whether what it runs was revoked.
        revoked: bool,
    },
    /// The policy lets a bundle that failed here be tried once more.
    Forgiven(Hash),
    /// The repository could not be asked, or its answer was refused.
    NotChecked,
    /// A bundle is whole on the disk, and synced.
    Downloaded(Hash),
    /// It could not be fetched.
    NotDownloaded(Hash),
    /// Nobody would be disturbed: between two visits at a kiosk, in an idle window, after drafts were saved.
    Quiet,
}

/// What is to be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effect {
    /// Write [`super::State::kept`] down and sync it; then [`Event::Written`] or [`Event::NotWritten`].
    Write,
    /// Open this bundle as a whole and show it; [`Event::Damaged`] where it is not whole.
    Show(Boot),
    /// Ask the repository; then [`Event::Checked`] or [`Event::NotChecked`].
    Check,
    /// Fetch this bundle; then [`Event::Downloaded`] or [`Event::NotDownloaded`].
    Download(Release),
    /// End the page and its web view and show a new one: [`Event::Boot`].
    Rebuild,
    /// Save drafts, say that the page starts again, then [`Event::Quiet`]. At most once for a release.
    Interrupt,
    /// Remove what no release that is written down needs.
    Collect,
    /// Something to count, without anybody's identity.
    Tell(Told),
}

/// What is counted of an update.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Told {
    /// A release is good on this terminal.
    Committed(u64),
    /// It failed to show a page twice.
    RolledBack(u64),
    /// It was not whole on the disk.
    Damaged(u64),
    /// It is on the disk and waits for its boot.
    Staged(u64),
    /// This program no longer takes it.
    Dropped(u64, Unfit),
    /// It could not be fetched.
    NotDownloaded(u64),
    /// It was revoked.
    Revoked(u64),
}
