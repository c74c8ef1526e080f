//! The city: what it writes in files (`backend/demo-city` is an example), checked and loaded as a whole.
//!
//! | file | holds |
//! |---|---|
//! | `city.toml` | the city and its hall |
//! | `calendar.toml` | holidays, weekends that are worked, and which days the calendar covers |
//! | `authorities.toml`, `halls.toml`, `themes.toml`, `life-events.toml` | `[[authority]]`, `[[hall]]`, `[[theme]]`, `[[life_event]]` |
//! | `items/<code>.toml` | one service item with its guide |
//! | `forms/<code>.v<version>.json` | one version of a form, `onehall-form/1`; versions stay as long as cases name them |
//! | `lists/<code>.toml` | a list of which forms let choose an entry: regions, occupations |
//! | `halls/<code>.toml` | how a hall is run: hours, queues, counters, appointments; optional |
//! | `workflows/<code>.toml` | the states and actions of cases |
//! | `clients/<client id>.toml` | another's application that citizens log in to here |
//! | `data.toml` | the names of data that forms ask for (`prefill`) beyond the profile; optional |
//! | `people.toml`, `staff.toml` | accounts of a demonstration; a real city has neither |
//!
//! [`load`] reports everything that is wrong at once, each with file, line and reason, and loads nothing by half.

mod accounts;
mod calendar;
mod clients;
mod content;
mod data;
mod directory;
mod document;
mod finding;
mod floors;
mod folder;
mod forms;
mod guide;
mod inputs;
mod items;
mod json_lines;
mod leaf;
mod lists;
mod load;
mod pinyin;
mod register;
mod served;
#[cfg(test)]
mod tests;
mod version;
mod workflows;

pub use content::{
    Citizen, CityContent, FormContent, LegalPerson, People, PostalAddress, Resident, SimulatedAnswer, StaffMember,
};
pub use data::{Fact, Proof};
pub use finding::LoadError;
pub use inputs::{inputs, spelt};
pub use lists::CityList;
pub use load::{Checked, check, load};
pub use served::Served;
pub(crate) use version::of as content_hash;
