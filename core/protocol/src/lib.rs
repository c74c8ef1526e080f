//! What every part of OneHall says to every other part: wire types, identifiers, error codes.
//!
//! serde only, no I/O. A type here is a shape that crosses a wire (HTTP, the bridge of a shell, a file of a city), so
//! its JSON is a promise: unknown fields are refused in what comes in ([`serde(deny_unknown_fields)`] on requests) and
//! values that have rules (a citizen id, a phone number, a date) are types that cannot hold anything else.
//!
//! [`serde(deny_unknown_fields)`]: https://serde.rs/container-attrs.html#deny_unknown_fields

pub mod account;
pub mod analytics;
pub mod assurance;
pub mod authorization;
pub mod cases;
pub mod catalog;
pub mod contacts;
pub mod drafts;
mod error;
pub mod files;
pub mod form_change;
pub mod halls;
mod identifiers;
pub mod identity;
mod ids;
mod moment;
mod money;
pub mod passkeys;
pub mod search;
pub mod staff;
pub mod sync;
mod text;
pub mod updates;

pub use error::{CoreError, ErrorCode, FieldError, Problem};
pub use identifiers::{CitizenId, InvalidIdentifier, OrganisationCode, PhoneNumber};
pub use ids::*;
pub use moment::{Date, InvalidMoment, Timestamp};
pub use money::{InvalidMoney, Money};
pub use text::{Language, Text};

/// The prefix of every route of the public API.
pub const API: &str = "/api/v1";
