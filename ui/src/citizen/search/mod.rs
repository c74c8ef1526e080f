//! Search: the box with suggestions, and the page of results.

mod box_view;
mod by_number;
mod page;

pub use box_view::SearchBox;
pub use page::SearchPage;
