//! The addresses of the console, below `/console`.

use onehall_protocol::CaseId;

/// Where the console is.
pub const BASE: &str = "/console";
/// The queue: the console's home.
pub const QUEUE: &str = "/console/";
/// The accounts.
pub const ACCOUNTS: &str = "/console/accounts";

/// A case.
#[must_use]
pub fn case(id: CaseId) -> String {
    format!("/console/cases/{id}")
}
