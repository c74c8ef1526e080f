//! The citizen's pages.

mod account;
mod app;
mod directory;
mod frame;
mod guide;
mod hall;
mod home;
mod items;
mod not_found;
pub mod place;
pub mod routes;
mod search;

pub use app::start;
pub use hall::{Client, Hall, use_hall};
