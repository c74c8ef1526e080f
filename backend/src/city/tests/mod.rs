//! Promises of the loader.

mod accounts;
mod clients;
mod content;
mod data;
mod fixture;
mod floors;
mod forms;
mod items;
mod lists;
mod register;
