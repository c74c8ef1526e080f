//! Every text that the UI itself says, in every language. Texts of the catalog and of forms come with their data.
//!
//! A module per area of the UI; a phrase that is missing in a language does not compile.

pub mod changes;
pub mod console;
pub mod elsewhere;
pub mod fill;
pub mod find;
pub mod format;
pub mod frame;
pub mod general;
pub mod guide;
pub mod home;
pub mod insight;
pub mod login;
pub mod matters;
pub mod outbox;
mod phrase;
pub mod preview;
pub mod reuse;

pub(crate) use phrase::texts;
pub use phrase::{CurrentLanguage, Phrase, Words, counted, language};
