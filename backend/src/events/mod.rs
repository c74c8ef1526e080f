//! Pokes: who looks at a case, a draft or a queue is told within a second that it changed.
//!
//! A poke says only that something changed; the terminal reads anew. [`Hub`] knows who listens.

mod hub;

pub use hub::{Channel, Hub, Listener};
