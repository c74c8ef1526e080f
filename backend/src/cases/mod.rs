//! Cases (办件): what becomes of an application, step by step, until it has its one result.
//!
//! - [`workflow`] decides, purely: where an action leads, who may take it, how many days are left.
//! - [`store`] keeps: a draft becomes a case, a case moves one step on, each as one command.

pub mod model;
mod number;
pub mod store;
pub mod workflow;

pub use number::case_number;
pub use store::CaseStore;
