//! Hot updates of the UI on a native terminal: one signed bundle or none of it, tried before it is trusted, and back by
//! itself when it fails.
//!
//! - [`machine`]: what happens next, as a pure function.
//! - [`trust`]: which metadata counts (The Update Framework).
//! - [`mirror`]: where updates come from: a server, a folder. Trusted with nothing.
//! - [`download`]: what is fetched of a bundle, and how.
//! - [`store`]: what lies on the disk, and a whole bundle in memory.
//! - [`disk`]: the few things that are asked of a file system.
//! - [`Updates`]: all of it, for one terminal.
//! - [`Reports`]: what became of releases, kept until a hall was told of it by a [`Reporter`].
//!
//! What a bundle and a policy are, `onehall-bundle` says. `docs/updates.md` is for who runs a repository.

mod carried;
mod client;
pub mod disk;
pub mod download;
pub mod machine;
pub mod mirror;
mod report;
pub mod store;
#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;
pub mod trust;

pub use client::{Ask, Outcome, Page, Settings, UpdateError, Updates, Watch, kept_kiosks};
pub use report::{NotAHall, Reporter, Reports};
