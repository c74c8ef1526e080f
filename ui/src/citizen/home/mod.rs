//! The home page: search first.

mod matters;
mod view;

pub use view::HomePage;
