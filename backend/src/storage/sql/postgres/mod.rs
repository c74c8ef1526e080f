//! PostgreSQL: the engine of a hall that several processes serve.
//!
//! Every transaction that writes is SERIALIZABLE: a command is right here because it is right alone, as on SQLite's one
//! writer, and whoever writes a command need not know which rows another replica may touch. The price is that of two
//! transactions that depend on each other one is done anew; the writers ([`writer`]) do that before anybody hears of it.
//! Readers see one state of the database throughout (REPEATABLE READ, READ ONLY) and are never refused.

mod cell;
mod session;
mod text;
mod tls;
pub(super) mod writer;

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use postgres::NoTls;
use postgres::config::SslMode;

pub(super) use cell::column;
pub(super) use session::{Entry, Noticed, Session};
pub(super) use text::schema;

use super::Connection;
use super::fault::{Error, Result};
use tls::Tls;

/// How long a server may take to answer a connection.
const PATIENCE: Duration = Duration::from_secs(5);

/// Where a database of PostgreSQL is. Printing it shows no password.
#[derive(Clone)]
pub struct PostgresUrl {
    config: Arc<postgres::Config>,
    tls: Tls,
    shown: String,
}

/// Why a text is no address of a database.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum UrlError {
    /// It is not of this shape.
    #[error("it must be postgres://user:password@host:port/database")]
    Shape,
    /// It asks for TLS in a way that promises more than it would keep.
    #[error(
        "with TLS it takes sslmode=verify-full, with sslrootcert=FILE where the machine does not know the authority, or \
         sslmode=require, which checks no certificate and takes no sslrootcert"
    )]
    Tls,
}

impl FromStr for PostgresUrl {
    type Err = UrlError;

    fn from_str(url: &str) -> std::result::Result<PostgresUrl, UrlError> {
        if !(url.starts_with("postgres://") || url.starts_with("postgresql://")) {
            return Err(UrlError::Shape);
        }
        let (rest, tls) = tls::of(url)?;
        let mut config: postgres::Config = rest.parse().map_err(|_| UrlError::Shape)?;
        config.ssl_mode(match tls {
            Tls::Off => SslMode::Disable,
            Tls::Unchecked | Tls::Checked(_) => SslMode::Require,
        });
        if config.get_dbname().is_none() {
            return Err(UrlError::Shape);
        }
        if config.get_connect_timeout().is_none() {
            config.connect_timeout(PATIENCE);
        }
        if config.get_application_name().is_none() {
            config.application_name("onehall");
        }
        Ok(PostgresUrl {
            config: Arc::new(config),
            tls,
            shown: without_password(url),
        })
    }
}

impl PostgresUrl {
    /// Whether TLS is spoken to whoever answers.
    #[must_use]
    pub fn is_unchecked(&self) -> bool {
        self.tls == Tls::Unchecked
    }
}

/// The address up to where a password can stand: after the user, or among the parameters.
fn without_password(url: &str) -> String {
    let (url, _) = url.split_once('?').unwrap_or((url, ""));
    let Some((scheme, rest)) = url.split_once("://") else {
        return String::new();
    };
    match rest.rsplit_once('@') {
        Some((user, host)) => format!("{scheme}://{}@{host}", user.split(':').next().unwrap_or_default()),
        None => format!("{scheme}://{rest}"),
    }
}

impl fmt::Display for PostgresUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.shown)
    }
}

impl fmt::Debug for PostgresUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.shown)
    }
}

/// Connects. Blocks, and must not be called on a thread of the runtime.
pub(super) fn connect(url: &PostgresUrl) -> Result<Connection> {
    // The reason names the host at most.
    let connected = match url.tls.connector()? {
        None => url.config.connect(NoTls),
        Some(tls) => url.config.connect(tls),
    };
    let mut client = connected.map_err(|cause| {
        Error::Connect(match (cause.as_db_error(), std::error::Error::source(&cause)) {
            (Some(said), _) => said.message().to_owned(),
            (None, Some(source)) => format!("{cause}: {source}"),
            (None, None) => cause.to_string(),
        })
    })?;
    // What is acknowledged is on disk, whatever the server's configuration would make of it.
    client
        .batch_execute(
            "SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') = 'off';
             SET client_min_messages = warning; SET statement_timeout = '60s'",
        )
        .map_err(|cause| Error::Connect(cause.to_string()))?;
    Ok(Connection::postgres(Session::new(client)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_never_shows_its_password() {
        for (url, shown) in [
            ("postgres://hall:s3cr@t@db:5433/city", "postgres://hall@db:5433/city"),
            ("postgresql://db/city?password=s3cret&user=hall", "postgresql://db/city"),
            ("postgres://hall@/city?host=/run/postgresql", "postgres://hall@/city"),
        ] {
            let parsed: PostgresUrl = url.parse().unwrap_or_else(|error| panic!("{url}: {error}"));
            assert_eq!(
                (parsed.to_string(), format!("{parsed:?}")),
                (shown.to_owned(), shown.to_owned())
            );
        }
    }

    #[test]
    fn what_is_no_database_of_postgresql_is_refused() {
        for url in [
            "",
            "mysql://a/b",
            "postgres://host",
            "postgres://a:b:c:d/e f",
            "postgres://h:x/d",
        ] {
            assert_eq!(url.parse::<PostgresUrl>().err(), Some(UrlError::Shape), "{url}");
        }
        let tls = "postgres://h/d?sslmode=verify-ca".parse::<PostgresUrl>();
        assert_eq!(tls.err(), Some(UrlError::Tls));
    }
}
