//! The configuration in force, and where each part of it comes from.
//!
//! A value stands in the file (`--config`, TOML), in the environment (`ONEHALL_…`) or in a flag; a later one of these
//! beats an earlier one. [`sources`] does that; this is what comes of it.

mod files;
pub mod flags;
pub mod sources;
mod updates;

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::PathBuf;

use onehall_protocol::ItemCode;
use onehall_protocol::contacts::Contact;
use onehall_protocol::identity::CodeSent;
use serde::{Deserialize, Serialize};

use crate::events::relay::{NatsPlace, PlaceError};
use crate::identity::Items;
use crate::storage::sql::{PostgresUrl, UrlError};

pub use files::{FileKeeping, Files, Secret};
pub use updates::Updates;

/// How the backend is run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Mode {
    /// For people who try it: messages are shown on a page, demo accounts have known passwords.
    Development,
    /// For citizens.
    #[default]
    Production,
}

/// How log lines are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LogFormat {
    /// Lines for a person where the log goes to a terminal, JSON elsewhere.
    #[default]
    Auto,
    /// One JSON object a line.
    Json,
    /// Lines for a person.
    Pretty,
}

/// The log, on standard error.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Log {
    /// How lines are written.
    pub format: LogFormat,
    /// Which lines are written: `info`, or by part, `warn,onehall::access=info`.
    pub filter: String,
}

impl Default for Log {
    fn default() -> Log {
        Log {
            format: LogFormat::Auto,
            filter: "info".to_owned(),
        }
    }
}

/// How text messages and e-mail leave the hall.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Messages {
    /// A program and its arguments, run for each message (see `messages::CommandSender`). Required in production.
    pub command: Vec<String>,
    /// A program and its arguments, run for each e-mail (see `messages::CommandSender`). Without one, in production, no e-mail
    /// address logs anybody in.
    pub mail: Vec<String>,
}

/// Who citizens are.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Identity {
    /// A program and its arguments, run for each check of a name with a number or a face (see
    /// `identity::verifier::CommandVerifier`). Without one, in production, that is done at the windows alone.
    pub verifier: Vec<String>,
}

/// How many one-time codes and wrong tries are allowed, and for how long a code counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct CodeLimits {
    /// Seconds for which a code counts.
    pub expires_after: i64,
    /// Seconds until another code can be asked for.
    pub resend_after: i64,
    /// Tries of one code.
    pub tries: u32,
    /// Codes for one phone number in an hour.
    pub per_phone_hour: u32,
    /// Codes for one phone number in a day.
    pub per_phone_day: u32,
    /// Codes asked for from one address in an hour.
    pub per_client_hour: u32,
    /// Codes asked for from one address in a day.
    pub per_client_day: u32,
    /// Wrong codes from one address in an hour.
    pub wrong_per_client_hour: u32,
}

impl CodeLimits {
    /// What is told of a code that was sent just now.
    #[must_use]
    pub fn sent_to(&self, to: &Contact) -> CodeSent {
        let seconds = |seconds: i64| u32::try_from(seconds).unwrap_or(0);
        CodeSent {
            resend_after: seconds(self.resend_after),
            expires_in: seconds(self.expires_after),
            phone: to.masked(),
        }
    }
}

impl Default for CodeLimits {
    fn default() -> CodeLimits {
        CodeLimits {
            expires_after: 300,
            resend_after: 60,
            tries: 5,
            per_phone_hour: 5,
            per_phone_day: 10,
            per_client_hour: 60,
            per_client_day: 300,
            wrong_per_client_hour: 60,
        }
    }
}

/// How the hall is used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Insight {
    /// Batches of events from one address in an hour. Many terminals may share an address.
    pub batches_per_client_hour: u32,
}

impl Default for Insight {
    fn default() -> Insight {
        Insight {
            batches_per_client_hour: 300,
        }
    }
}

/// The login for others' applications.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Oidc {
    /// Requests from one address in an hour that wait for a citizen's answer. Many citizens may share an address.
    pub requests_per_client_hour: u32,
}

impl Default for Oidc {
    fn default() -> Oidc {
        Oidc {
            requests_per_client_hour: 600,
        }
    }
}

/// What keeps terminals alike.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Sync {
    /// Days for which changes are kept for terminals that have not read them. One that comes later reads everything anew.
    pub keep_days: u32,
}

impl Default for Sync {
    fn default() -> Sync {
        Sync { keep_days: 30 }
    }
}

/// The database.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Storage {
    /// A server of PostgreSQL, `postgres://user:password@host:port/database`. Empty for SQLite in the data folder.
    pub url: Secret,
    /// Connections that write to the server.
    pub writers: usize,
}

impl Default for Storage {
    fn default() -> Storage {
        Storage {
            url: Secret::default(),
            writers: 2,
        }
    }
}

impl Storage {
    /// The server, where there is one.
    ///
    /// # Errors
    /// Why the address is none.
    pub fn server(&self) -> Result<Option<PostgresUrl>, UrlError> {
        match self.url.0.as_str() {
            "" => Ok(None),
            url => url.parse().map(Some),
        }
    }
}

/// What carries pokes between replicas.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Nats {
    /// Servers of NATS, `nats://user:password@host:port` or `tls://…`, with commas between them. Empty where there is one
    /// replica.
    pub url: Secret,
    /// A file with `user:password` or a token, where they are not in the address.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub credentials: Option<PathBuf>,
    /// What the subjects of the hall begin with. Two halls with different keys never hear each other, whatever stands here.
    pub subject: String,
}

impl Default for Nats {
    fn default() -> Nats {
        Nats {
            url: Secret::default(),
            credentials: None,
            subject: "onehall.pokes".to_owned(),
        }
    }
}

impl Nats {
    /// The servers, where there are any.
    ///
    /// # Errors
    /// Why they are none.
    pub fn place(&self) -> Result<Option<NatsPlace>, PlaceError> {
        match self.url.0.as_str() {
            "" => Ok(None),
            url => NatsPlace::new(url, self.credentials.clone(), &self.subject).map(Some),
        }
    }
}

/// Everything that can be configured.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    /// How the backend is run.
    pub mode: Mode,
    /// The address on which it listens.
    pub address: IpAddr,
    /// The port on which it listens; 0 for any that is free.
    pub port: u16,
    /// The address under which people reach it, where that is another: `https://hall.example`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub public_url: Option<String>,
    /// Sites whose pages may embed services: `https://bank.example`. Their requests carry a token, never a cookie.
    pub embed_origins: Vec<String>,
    /// What the pages of one of these sites reach, where that is not everything: the site and its service items,
    /// `https://bank.example residence-permit passport`.
    pub embed_services: Vec<String>,
    /// Proxies whose `X-Forwarded-For` is believed.
    pub trusted_proxies: Vec<IpAddr>,
    /// The data folder.
    pub data: PathBuf,
    /// The folder of the city's files.
    pub city: PathBuf,
    /// The folder of the UI bundle.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ui: Option<PathBuf>,
    /// How many connections read from the database at the same time.
    pub readers: usize,
    /// Seconds for which a stop waits for what was begun.
    pub stop_within: u64,
    /// Wrong passwords and second factors of staff from one address in an hour.
    pub staff_wrong_per_client_hour: u32,
    /// One-time codes.
    pub codes: CodeLimits,
    /// Text messages.
    pub messages: Messages,
    /// Who citizens are.
    pub identity: Identity,
    /// The database.
    pub storage: Storage,
    /// What carries pokes between replicas.
    pub nats: Nats,
    /// Uploaded files.
    pub files: Files,
    /// How the hall is used.
    pub insight: Insight,
    /// The login for others' applications.
    pub oidc: Oidc,
    /// What keeps terminals alike.
    pub sync: Sync,
    /// Hot updates of the pages of desktops and kiosks.
    pub updates: Updates,
    /// The log.
    pub log: Log,
}

impl Default for Config {
    fn default() -> Config {
        Config {
            mode: Mode::Production,
            address: IpAddr::V4(Ipv4Addr::LOCALHOST),
            port: 8080,
            public_url: None,
            embed_origins: Vec::new(),
            embed_services: Vec::new(),
            trusted_proxies: Vec::new(),
            data: PathBuf::from("data"),
            city: PathBuf::from("city"),
            ui: None,
            readers: std::thread::available_parallelism().map_or(4, |cores| (cores.get() * 2).clamp(4, 16)),
            stop_within: 20,
            staff_wrong_per_client_hour: 100,
            codes: CodeLimits::default(),
            messages: Messages::default(),
            identity: Identity::default(),
            storage: Storage::default(),
            nats: Nats::default(),
            files: Files::default(),
            insight: Insight::default(),
            oidc: Oidc::default(),
            sync: Sync::default(),
            updates: Updates::default(),
            log: Log::default(),
        }
    }
}

impl Config {
    /// Where it listens.
    #[must_use]
    pub fn listen(&self) -> SocketAddr {
        SocketAddr::from((self.address, self.port))
    }

    /// Whether cookies are sent over TLS only: wherever people reach the hall by https.
    #[must_use]
    pub fn secure_cookies(&self) -> bool {
        self.public_url
            .as_deref()
            .is_some_and(|url| url.starts_with("https://"))
    }

    /// The service items that a session in the pages of a site reaches.
    #[must_use]
    pub fn services_of(&self, site: &str) -> Items {
        let mut named = self.embed_services.iter().filter_map(|entry| {
            let mut words = entry.split_whitespace();
            let of = words.next()?.trim_end_matches('/');
            of.eq_ignore_ascii_case(site).then_some(words)
        });
        match named.next() {
            None => Items::All,
            Some(first) => {
                let codes = first.chain(named.flatten());
                Items::Only(codes.filter_map(|code| code.parse().ok()).collect())
            }
        }
    }

    /// Whatever has the right type and still cannot be meant.
    pub(crate) fn faults(&self) -> Vec<String> {
        let mut faults = Vec::new();
        let mut origins: Vec<(&str, &String)> = self.embed_origins.iter().map(|url| ("embed_origins", url)).collect();
        origins.extend(self.public_url.iter().map(|url| ("public_url", url)));
        for (key, url) in origins {
            let rest = url
                .split_once("://")
                .map(|(_, rest)| rest.trim_end_matches('/'))
                .unwrap_or_default();
            if rest.is_empty() || rest.contains('/') {
                faults.push(format!("{key}: {url:?} is no origin such as https://hall.example"));
            }
        }
        for entry in &self.embed_services {
            let mut words = entry.split_whitespace();
            let site = words.next().unwrap_or_default().trim_end_matches('/');
            let known = |origin: &String| origin.trim_end_matches('/').eq_ignore_ascii_case(site);
            if !self.embed_origins.iter().any(known) {
                faults.push(format!("embed_services: {site:?} is none of embed_origins"));
            }
            let items: Vec<&str> = words.collect();
            if items.is_empty() || items.iter().any(|code| code.parse::<ItemCode>().is_err()) {
                faults.push(format!(
                    "embed_services: {entry:?} names a site and the codes of its service items"
                ));
            }
        }
        if !(1..=64).contains(&self.readers) {
            faults.push("readers: choose 1 to 64".to_owned());
        }
        self.files.faults(&mut faults);
        self.updates.faults(&mut faults);
        if !(1..=16).contains(&self.storage.writers) {
            faults.push("storage.writers: choose 1 to 16".to_owned());
        }
        if let Err(fault) = self.storage.server() {
            faults.push(format!("storage.url: {fault}"));
        }
        // A file that cannot be read is found at the start: `onehall config` may be asked by somebody else.
        if let Err(fault) = self.nats.place()
            && !matches!(fault, PlaceError::Credentials(..))
        {
            faults.push(fault.to_string());
        }
        if self.codes.expires_after < 30 || self.codes.resend_after < 0 || self.codes.tries == 0 {
            faults.push("codes: expires_after needs at least 30 seconds, tries at least 1".to_owned());
        }
        if self.sync.keep_days == 0 {
            faults.push("sync: keep_days is at least 1".to_owned());
        }
        faults
    }
}
