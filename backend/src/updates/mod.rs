//! Hot updates of desktops and kiosks, as far as the hall has to do with them: it serves a repository, signs its timestamp
//! before it ends, counts what terminals tell of releases, and stops one that too many of them went back from.
//!
//! Nobody has to believe the hall: what a terminal takes, keys have signed that are not here. `docs/updates.md` has the whole.

mod keeping;
mod model;
mod repository;
mod routes;
mod store;
#[cfg(test)]
mod tests;

pub use keeping::{Signing, standing, watch};
pub use model::{NewReport, ReleaseCount, TakeReports};
pub use repository::repository;
pub use routes::routes;
pub use store::UpdateStore;
