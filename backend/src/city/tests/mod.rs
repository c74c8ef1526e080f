//! Promises of the loader.

mod accounts;
mod clients;
mod content;
mod data;
mod fixture;
mod forms;
mod items;
mod lists;
