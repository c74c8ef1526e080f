//! Publishing hot updates: what `onehall update` does. `docs/updates.md` is for who does it.
//!
//! All of it works on one folder, the office:
//!
//! ```text
//! plan.json            roles, their public keys, thresholds and days; versions that were published
//! keys/NAME.json       keys, encrypted, or how a token is asked; they may as well lie on a stick that is carried here to sign
//! targets/ROLE/NAME    what each role names
//! drafts/ROLE.json     what waits for signatures
//! repository/          what a server serves, or a stick carries: metadata, targets, blobs
//! ```
//! Nothing that terminals would refuse is published: each document is checked against the keys that count before it is put
//! into the repository.

mod command;
mod draft;
mod keeper;
mod key;
mod office;
mod overview;
mod publish;
mod rollout;
mod stage;
#[cfg(any(test, feature = "testing"))]
pub mod testing;
#[cfg(test)]
mod tests;
mod token;
mod words;

pub use command::{Desk, Terminal, UpdateCommand};
pub use keeper::{Ending, Keeper, endings};
pub use office::Failure;
pub use overview::{Published, Stopped, published};
