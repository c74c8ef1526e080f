//! Every text that the UI itself says, in every language. Texts of the catalog and of forms come with their data.
//!
//! A module per area of the UI; a phrase that is missing in a language does not compile.

pub mod account;
pub mod audit;
pub mod authorization;
pub mod changes;
pub mod console;
pub mod console_identity;
pub mod console_passkeys;
pub mod contacts;
#[cfg(feature = "shell")]
pub mod desktop;
pub mod devices;
pub mod elsewhere;
pub mod fill;
pub mod find;
pub mod floor;
pub mod format;
pub mod frame;
pub mod general;
pub mod guide;
pub mod halls;
pub mod home;
pub mod insight;
#[cfg(feature = "shell")]
pub mod kiosk;
pub mod level;
pub mod login;
pub mod matters;
pub mod outbox;
pub mod passkeys;
#[cfg(feature = "shell")]
pub mod phone_login;
mod phrase;
pub mod preview;
pub mod reuse;
pub mod updates;

pub(crate) use phrase::texts;
pub use phrase::{CurrentLanguage, Phrase, Words, counted, language};
