//! The catalog: what citizens can apply for, its guides and its forms. Content of the city, the same for everybody.

mod conditional;
mod contents;
mod delta;
pub mod routes;
mod store;
#[cfg(test)]
mod tests;

pub use contents::snapshot;
pub use delta::{MOST_VERSIONS, remember_version, routes as delta_routes};
pub use store::{CatalogStore, CatalogVersion};
