//! Cases (办件): what becomes of an application, step by step, until it has its one result.
//!
//! - [`workflow`] decides, purely: where an action leads, who may take it, how many days are left.
//! - [`store`] keeps: a draft becomes a case, a case moves one step on, each as one command.
//! - [`results`] makes the notice that a citizen gets at the end.
//! - [`watch`] takes on what is overdue.
//! - [`watch_terms`] destroys records whose term is over, [`watch_attempts`] what attempts came to long ago.
//!
//! A clerk, the citizen and the clock all go the same way: `act::take` decides by the workflow, keeps the step with its
//! event, and pokes whoever looks.

mod act;
mod attempts;
mod disposal;
mod earlier;
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

use crate::city::CityContent;
use crate::error::Result;
use crate::storage::Storage;

pub(crate) use attempts::KEPT_DAYS;
pub use attempts::watch as watch_attempts;
pub use disposal::{dispose, kept_until, watch as watch_terms};
pub use earlier::{EarlierCase, EarlierCases, EarlierResult, MOST_EARLIER_CASES};
pub use lapse::{lapse_overdue, watch};
pub use number::case_number;
pub use routes::{file_routes, place_of_supplement, routes};
pub use store::CaseStore;
pub(crate) use supplement::belongs;
pub(crate) use view::{for_citizen as view_for_citizen, item_name, summary};

/// The steps (`workflow/step`) in which cases stand and which the city's workflows do not have: somebody took a state out
/// of a file while a case stood in it. Such a hall must not open, or those cases could neither be shown nor taken on.
///
/// # Errors
/// What the store says.
pub async fn lost_steps(city: &CityContent, storage: &dyn Storage) -> Result<Vec<String>> {
    let steps = storage.steps_in_use().await?;
    let known = |workflow, step| {
        city.workflow(workflow)
            .is_some_and(|workflow| workflow.state(step).is_some())
    };
    let lost = steps.iter().filter(|(workflow, step)| !known(workflow, step));
    Ok(lost.map(|(workflow, step)| format!("{workflow}/{step}")).collect())
}
