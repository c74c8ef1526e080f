//! Pokes: who looks at a case, a draft or a queue is told within a second that it changed.
//!
//! A poke says only that something changed; the terminal reads anew. [`Hub`] knows who listens in this process; the
//! routes carry pokes to terminals as server-sent events. A stream ends when its session does and when the backend stops.
//! [`relay`] carries pokes between the replicas of a hall.

mod hub;
mod overheard;
pub mod relay;
mod routes;
#[cfg(test)]
mod tests;

pub use hub::{Channel, Hub, Listener, Reach};
pub use routes::{Asked, routes, stream_of_hall};
