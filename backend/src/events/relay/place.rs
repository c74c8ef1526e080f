//! Where the servers of NATS are, and how one logs in there.

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;

use async_nats::{Auth, AuthError, ConnectOptions, ServerAddr};
use percent_encoding::percent_decode_str;

/// Why there is no such place.
#[derive(Debug, thiserror::Error)]
pub enum PlaceError {
    /// The address is none.
    #[error(
        "nats.url must be nats://host:port or tls://host:port, with user:password@ before the host; several with commas"
    )]
    Url,
    /// The address has credentials, and a file of them is named as well.
    #[error("nats.url holds credentials already: leave them out, or leave nats.credentials out")]
    TwoLogins,
    /// The file of the credentials.
    #[error("cannot read nats.credentials, {0}: {1}")]
    Credentials(PathBuf, std::io::Error),
    /// The subject is none.
    #[error("nats.subject takes letters, digits, - and _, in parts with dots between them")]
    Subject,
}

/// Servers of NATS. Printing them shows no credentials.
#[derive(Clone)]
pub struct NatsPlace {
    // Without credentials: the client prints them where its log is open enough.
    servers: Vec<ServerAddr>,
    login: Login,
    pub(super) subject: String,
}

#[derive(Clone)]
enum Login {
    Nobody,
    Known(Credentials),
    // Read at each connection, so that they can be changed while the hall serves.
    File(PathBuf),
}

/// `user:password`, or a token.
#[derive(Clone, PartialEq, Eq)]
struct Credentials {
    user: String,
    password: Option<String>,
}

impl NatsPlace {
    /// The servers of `url`, which log in with the credentials in it or in the file `credentials`, and what subjects of
    /// halls begin with.
    ///
    /// # Errors
    /// [`PlaceError`]; the file is read once, to say at the start what is wrong with it.
    pub fn new(url: &str, credentials: Option<PathBuf>, subject: &str) -> Result<NatsPlace, PlaceError> {
        let mut servers = Vec::new();
        let mut login = Login::Nobody;
        for url in url.split(',') {
            let (server, known) = server(url.trim()).ok_or(PlaceError::Url)?;
            servers.push(server);
            if let Some(known) = known {
                login = Login::Known(known);
            }
        }
        if let Some(file) = credentials {
            if let Login::Known(_) = login {
                return Err(PlaceError::TwoLogins);
            }
            if let Err(cause) = std::fs::read_to_string(&file) {
                return Err(PlaceError::Credentials(file, cause));
            }
            login = Login::File(file);
        }
        let plain = |part: &str| {
            !part.is_empty()
                && part
                    .bytes()
                    .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
        };
        if !subject.split('.').all(plain) {
            return Err(PlaceError::Subject);
        }
        Ok(NatsPlace {
            servers,
            login,
            subject: subject.to_owned(),
        })
    }

    pub(super) fn servers(&self) -> Vec<ServerAddr> {
        self.servers.clone()
    }

    /// Options that log in.
    pub(super) fn options(&self) -> ConnectOptions {
        let login = self.login.clone();
        ConnectOptions::with_auth_callback(move |_| {
            let login = login.clone();
            async move { login.auth().await }
        })
    }
}

/// A server without its credentials, and these.
fn server(url: &str) -> Option<(ServerAddr, Option<Credentials>)> {
    // One without a scheme would be taken for many things.
    if !(url.starts_with("nats://") || url.starts_with("tls://")) {
        return None;
    }
    let mut url = ServerAddr::from_str(url).ok()?.into_inner();
    let decoded = |text: &str| percent_decode_str(text).decode_utf8().ok().map(String::from);
    let credentials = match (url.username(), url.password()) {
        ("", None) => None,
        (user, password) => Some(Credentials {
            user: decoded(user)?,
            password: match password {
                Some(password) => Some(decoded(password)?),
                None => None,
            },
        }),
    };
    url.set_username("").ok()?;
    url.set_password(None).ok()?;
    let server = ServerAddr::from_url(url).ok()?;
    (!server.host().is_empty()).then_some((server, credentials))
}

impl Login {
    async fn auth(&self) -> Result<Auth, AuthError> {
        let credentials = match self {
            Login::Nobody => return Ok(Auth::new()),
            Login::Known(credentials) => credentials.clone(),
            Login::File(file) => {
                let text = tokio::fs::read_to_string(file).await;
                Credentials::of(&text.map_err(|_| AuthError::new("the file of the credentials cannot be read"))?)
            }
        };
        let mut auth = Auth::new();
        match credentials.password {
            Some(password) => (auth.username, auth.password) = (Some(credentials.user), Some(password)),
            None => auth.token = Some(credentials.user),
        }
        Ok(auth)
    }
}

impl Credentials {
    /// Of a file: one line.
    fn of(text: &str) -> Credentials {
        match text.trim().split_once(':') {
            Some((user, password)) => Credentials {
                user: user.to_owned(),
                password: Some(password.to_owned()),
            },
            None => Credentials {
                user: text.trim().to_owned(),
                password: None,
            },
        }
    }
}

impl fmt::Display for NatsPlace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (count, server) in self.servers.iter().enumerate() {
            let comma = if count == 0 { "" } else { ", " };
            write!(f, "{comma}{}:{}", server.host(), server.port())?;
        }
        Ok(())
    }
}

impl fmt::Debug for NatsPlace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(url: &str) -> Result<NatsPlace, PlaceError> {
        NatsPlace::new(url, None, "onehall.pokes")
    }

    async fn auth(place: Result<NatsPlace, PlaceError>) -> (Option<String>, Option<String>, Option<String>) {
        let place = place.unwrap_or_else(|error| panic!("{error}"));
        let auth = place.login.auth().await.unwrap_or_else(|error| panic!("{error}"));
        (auth.username, auth.password, auth.token)
    }

    #[tokio::test]
    async fn credentials_are_used_and_shown_nowhere() {
        let text = |text: &str| Some(text.to_owned());
        let given = place("nats://hall:s3cr%40t@a:4223, tls://b");
        let shown = given
            .as_ref()
            .map(|place| format!("{place} {place:?} {:?}", place.servers()));
        let shown = shown.unwrap_or_default();
        assert!(shown.contains("a:4223, b:4222") && !shown.contains("s3cr"), "{shown}");
        assert_eq!(auth(given).await, (text("hall"), text("s3cr@t"), None));
        assert_eq!(auth(place("nats://t0ken@a")).await, (None, None, text("t0ken")));
        assert_eq!(auth(place("nats://a")).await, (None, None, None));
    }

    #[tokio::test]
    async fn credentials_in_a_file_are_those_of_the_moment() -> std::io::Result<()> {
        let file = std::env::temp_dir().join(format!("onehall-nats-{}", uuid::Uuid::now_v7()));
        let from_file = || NatsPlace::new("nats://a", Some(file.clone()), "s");
        assert!(matches!(from_file(), Err(PlaceError::Credentials(..))));
        let text = |text: &str| Some(text.to_owned());
        std::fs::write(&file, "hall:one:two\n")?;
        let known = from_file();
        std::fs::write(&file, "t0ken\n")?;
        assert_eq!(auth(known).await, (None, None, text("t0ken")));
        std::fs::write(&file, "hall:one:two\n")?;
        assert_eq!(auth(from_file()).await, (text("hall"), text("one:two"), None));
        let both = NatsPlace::new("nats://hall:x@a", Some(file.clone()), "s");
        assert!(matches!(both, Err(PlaceError::TwoLogins)));
        std::fs::remove_file(file)
    }

    #[test]
    fn what_is_no_place_is_refused() {
        for url in ["", "a:4222", "http://a", "ws://a", "nats://", "nats://a,", "nats://a:x"] {
            assert!(matches!(place(url), Err(PlaceError::Url)), "{url}");
        }
        for subject in ["", "a.", "a b", "a.*", "a.>"] {
            let refused = NatsPlace::new("nats://a", None, subject);
            assert!(matches!(refused, Err(PlaceError::Subject)), "{subject}");
        }
    }
}
