//! Who citizens are: accounts, one-time codes, sessions, and whose matters somebody may handle.
//!
//! [`Citizen`] is the extractor of a logged-in citizen. [`Citizen::principal`] is how every centre decides whose matter
//! a request is about: somebody who is neither the citizen nor a company of theirs does not exist for them.

#[cfg(test)]
mod asleep_tests;
mod card;
#[cfg(test)]
pub(crate) mod card_tests;
mod contact_store;
#[cfg(test)]
mod contact_tests;
mod contacts;
mod granted;
mod level;
mod level_store;
#[cfg(test)]
mod level_tests;
mod model;
pub mod passkeys;
mod place;
mod reach;
pub mod routes;
pub mod simulator;
mod store;
#[cfg(test)]
mod tests;
pub mod verifier;

pub use contact_store::{Added, ChangeContact, ContactStore, NewContact, StoredContact};
pub use contacts::{first_contact, other_account, ticket};
pub use level::{guardian_of, require_level, seen_in_person, shown_at_window};
pub use level_store::{Counter, LevelStore, NewVisit, RaiseLevel};
pub use model::{
    Address, Citizen, Delegated, Lifetime, Looking, OwnPages, OwnTerminal, Person, SESSION_COOKIE, no_session,
    session_token,
};
pub use place::site_of;
pub use reach::{Items, Reach, Way};
pub use store::{CardLogIn, CodeToSend, Confirmed, IdentityStore, LogIn, Place};
