//! For those who run the hall: health, readiness, metrics.

mod metrics_text;
pub mod routes;

pub use metrics_text::{install, render};
