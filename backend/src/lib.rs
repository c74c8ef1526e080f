//! The OneHall backend: one library, one binary `onehall`.
//!
//! # How a centre plugs in
//!
//! A centre (identity, drafts, cases, ...) is a folder `src/<centre>/`:
//!
//! - `mod.rs`: its face. `model.rs`: its own types. Wire types are in `onehall-protocol`, never here.
//! - `store.rs`: a trait of whole domain commands, `#[async_trait] pub trait CaseStore: Send + Sync { async fn
//!   submit(&self, command: Submit) -> Result<Submitted>; ... }`. No transactions in the trait: one call is one unit.
//! - `routes.rs`: `pub fn routes() -> OpenApiRouter<AppState>` with
//!   `OpenApiRouter::new().routes(routes!(list, create)).routes(routes!(one))`; one `routes!` holds the methods of one
//!   path. Paths are relative to `/api/v1`. Handlers carry `#[utoipa::path(...)]`, take the extractors of
//!   [`http::extract`] and `identity::Citizen` / `staff::Staff`, and return [`error::Result`] of [`http::extract::Json`]
//!   or of a response.
//!
//! and four lines elsewhere:
//!
//! | what | where |
//! |---|---|
//! | routes | `.merge(centre::routes())` in `ordinary` of `http/mod.rs`; in `uploads` there if they take files |
//! | store | `impl CentreStore for Database` in `storage/sql/<centre>.rs`, and `+ CentreStore` on [`storage::Storage`] |
//! | schema | a file in `storage/sql/migrations/` and a line in `storage/sql/migrations.rs` (numbers are given by range there) |
//! | own services | a field of [`state::Services`], filled where it is built |
//!
//! A handler reads the time from `state.clock`, never from the machine, and passes it into the command. Refusals are
//! `Error::new(ErrorCode::…)` (a code of the protocol's glossary), faults are `Error::internal(...)` or `?` on a statement's
//! error. Ids, times, codes and JSON go into columns by [`storage::sql::values`].
//!
//! Tests that speak HTTP open a whole hall with `testing::TestHall`: the demo city, a clock that stands, terminals that log
//! in. Promises of the binary (start, stop, signals) are in `tests/binary.rs`.

pub mod account;
pub mod beside;
pub mod cases;
pub mod catalog;
pub mod city;
pub mod cli;
pub mod clock;
pub mod config;
pub mod database_command;
pub mod drafts;
pub mod error;
pub mod events;
pub mod files;
pub mod form_command;
pub mod form_file;
pub mod form_preview;
pub mod founding;
pub mod halls;
pub mod http;
pub mod identity;
pub mod insight;
pub mod json_fault;
pub mod json_places;
pub mod messages;
pub mod oidc;
pub mod operations;
pub mod rng;
pub mod secrets;
pub mod serve;
pub mod staff;
pub mod start;
pub mod state;
pub mod storage;
pub mod sync;
#[cfg(test)]
pub(crate) mod testing;
pub mod updates;
