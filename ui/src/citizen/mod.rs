//! The citizen's pages.

mod app;
mod frame;
mod hall;
pub mod routes;

pub use app::start;
pub use hall::{Client, Hall, use_hall};
