//! The guide of a service item (办事指南).

mod facts;
mod materials;
mod page;
mod parts;

pub use page::GuidePage;
