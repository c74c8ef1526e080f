//! The staff's pages: log in, take cases through their steps, administer accounts.

mod accounts;
mod act;
mod app;
mod case;
mod desk;
mod login;
mod queue;
mod roles;
pub mod routes;
mod standing;

pub use app::start;
pub use desk::{Desk, StaffCore, use_desk};
