//! The workflow engine: what may happen to a case, who may do it, and how long it may take. Pure: no I/O, no clock.
//!
//! A workflow is data that a city edits (`workflows/<code>.toml`), not code:
//!
//! - [`Workflow`] is the definition: states, actions, and for each state who has to act and whether the promised days
//!   run. [`Workflow::parse`] refuses a definition that could leave a case stuck, unended or ended twice, with a line
//!   and a reason for each finding.
//! - [`Standing`] is where one case stands; [`decide`] says where an action leads it, or why it does not.
//! - [`CaseClock`] counts the authority's working days: it stands still whenever somebody else has to act.
//! - [`status`] derives what the citizen reads: who waits, for what, until when. Nobody types it.

mod check;
mod clock;
mod decide;
mod definition;
#[cfg(test)]
mod examples;
mod parse;
#[cfg(test)]
mod properties;
#[cfg(test)]
mod slips;
mod status;

pub use clock::CaseClock;
pub use decide::{Act, Given, Refusal, Standing, Transition, decide};
pub use definition::{Action, By, ClockMode, End, Finding, State, Workflow};
pub use status::{citizen_actions, staff_actions, status};
