//! The user interface of OneHall: one bundle for citizens on every terminal, one console for staff.
//!
//! - [`design`]: tokens and components.
//! - [`texts`]: every text that the UI itself says, in every language.
//! - [`shell`]: what every page stands in.
//! - [`router`]: which page an address is.
//! - [`view`]: what `view!` makes of elements.
//! - [`citizen`], [`console`]: the pages.
//! - `preview` (with the feature of that name): a form, for the one who writes it.
//!
//! How to add a page, a text, a component, an icon, a style: README.md of this crate.

pub mod citizen;
pub mod console;
pub mod design;
#[cfg(any(feature = "preview", test))]
pub mod preview;
pub mod router;
pub mod shell;
pub mod texts;
pub mod view;
