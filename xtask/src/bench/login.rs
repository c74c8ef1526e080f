//! `cargo xtask bench login`: tokens, refresh tokens and what a token is worth, over HTTP on both engines.

use anyhow::Result;

use crate::say::say;
use crate::toolchain::postgres::Server;

use super::against_the_hall;

/// Measures and prints the tables.
///
/// # Errors
/// Something is missing or does not build, or the hall does not do what it has to.
pub fn bench() -> Result<()> {
    let server = Server::durable()?;
    let database = server.database("login")?;
    say("the login over HTTP");
    against_the_hall("login", &[("ONEHALL_BENCH_POSTGRES", &database)])
}
