//! Passkeys: to log in without a code, and to show that who is logged in is there now.
//!
//! The hall asks for no attestation: it does not matter by whom a device was made, only that the same one comes again. So
//! what is to be verified is one signature by one of three algorithms, which `ring` does for TLS anyway ([`webauthn`]).
//! A challenge is sealed by the hall's key and says for what and for whom it was given; only that it was used is kept.

mod cose;
mod routes;
mod store;
#[cfg(test)]
pub(crate) mod tests;
pub mod webauthn;

pub use cose::CredentialKey;
pub use routes::{asks_for_proof, named, require_proof, routes};
pub use store::{NewPasskey, PasskeyLogIn, PasskeyStore, PasskeyUse, Proof, StoredPasskey, UseCode};
