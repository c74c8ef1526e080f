//! The citizen's pages.

mod account;
mod app;
pub mod apply;
mod authorization;
mod device;
mod directory;
mod frame;
mod guide;
mod hall;
pub mod halls;
mod home;
mod items;
mod later;
pub mod matters;
mod not_found;
mod order;
mod outbox;
pub mod place;
mod printing;
pub mod questions;
pub mod routes;
mod search;

pub use app::{start, start_and};
pub use hall::{Client, Hall, use_hall};
