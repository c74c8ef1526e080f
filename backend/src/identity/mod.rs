//! Who citizens are: accounts, one-time codes, sessions, and whose matters somebody may handle.
//!
//! [`Citizen`] is the extractor of a logged-in citizen. [`Citizen::principal`] is how every centre decides whose matter
//! a request is about: somebody who is neither the citizen nor a company of theirs does not exist for them.

mod model;
pub mod routes;
mod store;
#[cfg(test)]
mod tests;

pub use model::{Address, Citizen, Lifetime, Looking, Person, SESSION_COOKIE, session_token};
pub use store::{CodeToSend, IdentityStore, LogIn};
