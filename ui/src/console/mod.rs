//! The staff's pages: log in, take cases through their steps, administer accounts, see how the hall is used.

mod accounts;
mod act;
mod app;
mod audit;
mod case;
mod desk;
mod floor;
mod identity;
mod insight;
mod login;
mod passkeys;
mod queue;
mod roles;
pub mod routes;
mod standing;
mod step_up;
mod updates;

use app::not_allowed;
pub use app::start;
pub use desk::{Desk, StaffCore, use_desk};
