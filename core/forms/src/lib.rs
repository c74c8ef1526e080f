//! The form engine: definitions, rules, validation and answers, the same on every target.
//!
//! Pure: no I/O, no clock, no machine time zone. The backend, the native core and the UI in the browser link this very
//! crate, so that a form decides alike everywhere.
//!
//! - [`Definition`] is a form as an agency writes it: JSON of the format `onehall-form/1`.
//! - [`Form`] is a definition that was checked when it was loaded: rules compiled, dependency graph laid. What is wrong
//!   with a definition comes as [`Finding`]s, each with its place.
//! - [`Filling`] is a form with answers: what is shown, what is missing or wrong, what is computed, how far it is. A
//!   change evaluates only what it reaches. [`evaluate`] does all of it at once, for the backend.
//! - [`rules`] is the language of conditions, checks and computed values: JsonLogic, and what "unanswered" means in it.
//! - [`normalise`] reads what a person typed, [`QuestionView::display`] writes it as a person reads it, [`message`] says
//!   what to do about a fault, [`calendar`] counts working days.
//!
//! # A form
//! Pages in order, each with questions; a question has a `kind` and what belongs to it ([`Kind`] lists all). Texts stand
//! in every language. Rules decide what is shown (`visible_when`), required (`required_when`), sound (`valid_when`),
//! offered (an option's `visible_when`), computed, and where it goes on after a page (`next`). Questions of a repeating
//! group are answered once in each row. Sections put questions under a heading, and hide them together; they are in no
//! path, no rule and no transcript, so that a question moves into one or out of one with its answers.
//!
//! ```
//! use std::sync::Arc;
//! use onehall_forms::{Context, Filling, Form};
//! use onehall_protocol::Language;
//! use serde_json::json;
//!
//! let form = Form::parse(r#"{
//!     "schema": "onehall-form/1", "code": "company", "version": 1, "title": {"zh-CN": "公司设立", "en": "Start a company"},
//!     "pages": [{
//!         "id": "owners", "title": {"zh-CN": "股东", "en": "Shareholders"}, "questions": [{
//!             "id": "shareholders", "kind": "group", "label": {"zh-CN": "股东", "en": "Shareholders"}, "min_rows": 1,
//!             "row_label": {"zh-CN": "股东", "en": "shareholder"}, "row_title": "name",
//!             "questions": [
//!                 {"id": "name", "kind": "text", "label": {"zh-CN": "姓名", "en": "Name"}, "required": true},
//!                 {"id": "share", "kind": "number", "label": {"zh-CN": "股份", "en": "Share"}, "required": true,
//!                  "min": 0, "max": 100, "decimals": 2, "unit": {"zh-CN": "%", "en": "%"}}
//!             ],
//!             "valid_when": [{
//!                 "rule": {"==": [{"sum": [{"var": "shareholders"}, {"var": "share"}]}, 100]},
//!                 "message": {"zh-CN": "股份合计须为 100%。", "en": "Shares must add up to 100 %."}
//!             }]
//!         }]
//!     }]
//! }"#).map_err(|findings| format!("{findings:?}"))?;
//!
//! let mut filling = Filling::new(Arc::new(form), Default::default(), Context::on("2026-11-23".parse()?));
//! filling.add_row("shareholders", "r1");
//! filling.set("shareholders/r1/name", json!("李雷"));
//! filling.set("shareholders/r1/share", json!(60));
//! let error = &filling.errors()[0];
//! assert_eq!((error.path.as_str(), error.code.as_str()), ("shareholders", "check_failed"));
//! assert_eq!(filling.message(error, Language::En), "Shares must add up to 100 %.");
//! filling.set("shareholders/r1/share", json!(100));
//! assert!(filling.is_complete());
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Answers
//! A flat map from paths to JSON values ([`Answers`](onehall_protocol::drafts::Answers)). `name` is a question;
//! `shareholders/r1/name` one in row `r1` of a group; the group's own path holds the list of its row ids, in order. Row
//! ids never change and say nothing about the order, so two terminals that add, move and remove rows do not mix up answers.
//! Null takes an answer away; a blank text, an empty list and an address without content count as unanswered.
//!
//! Answers of hidden questions are kept, read as unanswered and never submitted; so are those of rows that the group does
//! not list. An answer at a path that the form does not have is an error, `unknown_path`.
//!
//! Some answers have parts, which rules read as `stay.from`: an address (`region`, `detail`), a span of days (`from`, `to`),
//! an entry of a list and a region (`code`), a person (`name`, `id_type`, `id_number`, `phone`).
//!
//! # The path
//! A page is on the path where its `visible_when` is true, something on it is to be seen, and no page before jumps over it.
//! After a page the first [`Next`] whose rule is true decides where it goes on; where none is, it is the next page. Jumps
//! lead down only. A page that is not shown jumps nowhere.
//!
//! # What an evaluation hangs on
//! Form, answers and [`Context`]: the day, the city's working days, the lists. The last two come to a terminal as
//! [`Inputs`], each with its version; [`Form::uses_calendar`] and [`Form::lists`] say which a form needs. Without a calendar
//! the rules that count working days are unknown; an entry of a list is checked only where the entries are at hand.
//!
//! # The transcript
//! [`Filling::transcript`] is what terminal and backend compare: SHA-256, in lower-case hex, over the UTF-8 bytes of
//! [`Filling::canonical`]. What that holds and how it is written stands in `docs/transcript.md`, so that anyone can make it anew.
//!
//! Where two transcripts differ, [`Filling::marks`] say in what: a short hash for each question and page.
//!
//! # Equal on every target
//! Numbers are [`Decimal`]s, texts compare by their characters, the day comes from outside, maps are sorted. Nothing
//! depends on floating-point arithmetic, a hash's order, a locale or a time zone.

pub mod calendar;
mod context;
mod decimal;
mod definition;
mod display;
mod filling;
mod form;
mod list_search;
mod mask;
mod message;
mod migration;
mod normalise;
pub mod rules;
mod time_of_day;

pub use context::{Calendar, Context, Entries, Inputs, List, ListEntry, Lists, whole_label};
pub use decimal::{Decimal, InvalidDecimal};
pub use definition::*;
pub use display::{display, display_date, display_money};
pub use filling::{
    AnswerCode, AnswerFault, Changed, Evaluation, Filling, PageView, Progress, QuestionView, RowView, UnknownRule,
    evaluate,
};
pub use form::{Finding, Form, SCHEMA_PATH, is_row_id, json_schema};
pub use list_search::ListSearch;
pub use mask::example as mask_example;
pub use message::message;
pub use migration::{Change, Difference, Migration, Reason, Why, diff, migrate};
pub use normalise::normalise;
pub use time_of_day::{InvalidTime, TimeOfDay};
