//! What a hot update is made of, as data: nothing here reads a clock, a disk or a network.
//!
//! - [`Manifest`]: the files of one bundle, by hash, and where it may run.
//! - [`Policy`]: who gets which release, decided on the terminal; [`Halts`], which can only block.
//! - [`Kiosks`]: what kiosks are told: their looks, devices, services, hours.
//! - [`Plan`]: what of a bundle has to be fetched, and in which form.
//! - [`metadata`]: the documents of The Update Framework that a repository signs.
//! - `patch` (feature `patch`): one file as the difference to another.
//!
//! Everything that is read comes from a network, a stick or a disk that others can write to. Each reader takes canonical
//! JSON alone (so that one content has one form and one hash), knows every field by name, holds limits before it
//! allocates, and says where it found a mistake.

mod canonical;
mod hash;
mod kiosks;
mod manifest;
pub mod metadata;
mod name;
#[cfg(feature = "patch")]
pub mod patch;
mod plan;
mod policy;
mod read;

pub use canonical::{NotCanonical, canonical};
pub use hash::{Hash, NotAHash};
pub use kiosks::{Hours, Kiosk, Kiosks, Notice, Theme};
pub use manifest::{Blob, CspHashes, File, Flavour, Manifest, Patch, Range};
pub use name::{FileName, NotAName};
pub use plan::{Plan, Source};
pub use policy::{Block, Decision, Halts, InstallId, NotAVersion, Offer, Policy, Running, Terminal, Version};
pub use read::{Mistake, Wrong};
