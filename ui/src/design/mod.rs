//! The design system: components over the tokens of `styles/tokens.css`. Every component brings its own labels,
//! descriptions, keyboard and focus behaviour; a page puts them together and styles nothing by itself.

pub mod button;
pub mod choices;
pub mod combobox;
pub mod content;
pub mod date_field;
pub mod dialog;
pub mod errors;
pub mod field;
pub mod file_field;
pub mod icon;
pub mod keyboard;
pub mod navigation;
pub mod newer;
pub mod notice;
pub mod parts;
pub mod passkeys;
pub mod qr;
pub mod signature;
pub mod states;
pub mod text_field;
pub mod time_field;
pub mod toasts;
