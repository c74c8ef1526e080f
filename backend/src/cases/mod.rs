//! Cases (办件): what becomes of an application, step by step, until it has its one result.
//!
//! - [`workflow`] decides, purely: where an action leads, who may take it, how many days are left.
//! - [`store`] keeps: a draft becomes a case, a case moves one step on, each as one command.
//! - [`results`] makes the notice that a citizen gets at the end.
//! - [`watch`] takes on what is overdue.
//!
//! A clerk, the citizen and the clock all go the same way: `act::take` decides by the workflow, keeps the step with its
//! event, and pokes whoever looks.

mod act;
mod lapse;
pub mod model;
mod number;
pub mod results;
mod routes;
pub mod store;
mod submission;
mod supplement;
#[cfg(test)]
pub(crate) mod tests;
mod view;
pub mod workflow;

pub use lapse::{lapse_overdue, watch};
pub use number::case_number;
pub use routes::{file_routes, routes};
pub use store::CaseStore;
