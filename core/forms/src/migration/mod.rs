//! From one version of a form to the next: what differs, and whether an open draft may go along.
//!
//! [`diff`] names what an agency changed. [`migrate`] decides for one draft: it moves only where no answer is lost and
//! nothing that held of an answer turns round; else it stays with the version that it was filled with, and each
//! [`Reason`] says why. Cases are never asked: what was submitted stays with its version for good.

mod diff;
mod difference;
mod draft;
mod order;
mod questions;

pub use diff::diff;
pub use difference::{Change, Difference};
pub use draft::{Migration, Reason, Why, migrate};
