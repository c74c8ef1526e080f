//! Promises of the loader.

mod accounts;
mod content;
mod data;
mod fixture;
mod forms;
mod items;
mod lists;
