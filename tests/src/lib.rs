//! What tests drive the real backend with: a hall of their own, citizens and staff who use it over HTTP, and the demo
//! city's complete answers.

pub mod citizen;
pub mod hall;
pub mod load;
pub mod people;
pub mod samples;
pub mod scenario;
pub mod staff;

/// Why a step did not go as it had to. Tests hand it on with `?`.
pub type Failure = Box<dyn std::error::Error + Send + Sync>;

/// What a step gives.
pub type Outcome<T = ()> = Result<T, Failure>;
