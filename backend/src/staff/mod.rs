//! Who works in the hall: accounts and roles, login with password and one-time password or passkey, and the administration of both.
//!
//! [`Staff`] is the extractor of a logged-in member of staff; [`Staff::require`] is how a handler asks for a role.

mod audit;
#[cfg(test)]
mod audit_tests;
pub mod login;
mod model;
#[cfg(test)]
mod passkey_tests;
mod passkeys;
pub mod password;
#[cfg(test)]
mod races;
pub mod routes;
#[cfg(test)]
mod step_up_tests;
mod store;
#[cfg(test)]
mod tests;
pub mod totp;

pub use audit::{AuditQuestion, AuditStore, FoundLine};
pub use model::{AuditAction, AuditEntry, STAFF_COOKIE, Scope, Staff, StaffAccount, lifetime};
pub(crate) use routes::is_account_name;
pub use store::{
    Attempt, ChangeAccount, CreateAccount, Credentials, Enter, Factor, NewTicket, SecondFactor, StaffStore,
};
