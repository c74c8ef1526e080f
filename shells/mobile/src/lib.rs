//! OneHall's core for Android and iOS.
//!
//! [`OneHall`] holds a native core behind the bridge of `onehall-client`: one call, [`OneHall::call`], takes an envelope
//! as JSON and gives a reply as JSON; events come to an [`EventListener`]. UniFFI makes Kotlin and Swift of what this crate
//! exports (`cargo xtask bindings`), and that is deliberately little: what is asked and answered is JSON, which old and new
//! sides read alike, while UniFFI's own types cross by their position and must come from one build.
//!
//! [`PageUpdates`] keeps the pages of an application with its own web view up to date, by the verifier and the machine of the
//! desktops and kiosks. It is an object of its own: a page that breaks must not take the core along.
//!
//! What a phone does better than a file in a folder, it does itself: see [`SecretStore`] and [`LogSink`].

mod config;
mod hall;
mod host;
mod log;
#[cfg(test)]
mod tests;
mod updates;

pub use config::{Config, OpenError};
pub use hall::OneHall;
pub use host::{EventListener, HostError, LogSink, SecretStore};
pub use updates::{PageUpdates, UpdatesConfig};

uniffi::setup_scaffolding!("onehall");
