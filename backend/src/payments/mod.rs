//! Payments: what a case owes is paid once, however often somebody presses, whatever answer is lost on the way.
//!
//! - [`provider`] is the port to whoever takes the money; `simulator` is one for development and tests.
//! - [`store`] keeps: a payment is there before its provider is told of it, so a process that is killed in between leaves
//!   something to ask after, and never money that nobody knows of.
//! - `flow` begins, asks after, breaks off and gives back; [`watch`] does so for whoever does not come back.
//!
//! That something is paid, only the provider says, or a clerk who took the money. What a terminal says of it is a reason to ask.

pub mod charge;
pub mod flow;
pub mod model;
pub mod provider;
mod receipt;
mod routes;
pub mod simulator;
pub mod store;
#[cfg(test)]
mod tests;
mod view;

pub use flow::{follow_up, watch};
pub use routes::{development_routes, routes};
pub use store::PaymentStore;
pub(crate) use view::of as payment_view;
