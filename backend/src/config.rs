//! The configuration in force.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

/// How the backend is run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, clap::ValueEnum)]
#[serde(rename_all = "snake_case")]
pub enum Mode {
    /// For people who try it: messages are shown on a page, demo accounts have known passwords.
    Development,
    /// For citizens.
    #[default]
    Production,
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

/// Everything that can be configured.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Config {
    /// How the backend is run.
    pub mode: Mode,
    /// Where it listens.
    pub listen: SocketAddr,
    /// The address under which people reach it, where that is another: `https://hall.example`.
    pub public_url: Option<String>,
    /// The data folder.
    pub data: PathBuf,
    /// The folder of the city's files.
    pub city: PathBuf,
    /// The folder of the UI bundle.
    pub ui: Option<PathBuf>,
    /// Other origins from which requests may come: shells with a web view of their own.
    pub allowed_origins: Vec<String>,
    /// Proxies whose `X-Forwarded-For` is believed.
    pub trusted_proxies: Vec<IpAddr>,
    /// One-time codes.
    pub codes: CodeLimits,
    /// Wrong passwords and second factors of staff from one address in an hour.
    pub staff_wrong_per_client_hour: u32,
}

impl Default for Config {
    fn default() -> Config {
        Config {
            mode: Mode::Production,
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 8080)),
            public_url: None,
            data: PathBuf::from("data"),
            city: PathBuf::from("city"),
            ui: None,
            allowed_origins: Vec::new(),
            trusted_proxies: Vec::new(),
            codes: CodeLimits::default(),
            staff_wrong_per_client_hour: 100,
        }
    }
}

impl Config {
    /// Whether cookies are sent over TLS only: wherever people reach the hall by https.
    #[must_use]
    pub fn secure_cookies(&self) -> bool {
        self.public_url.as_deref().is_some_and(|url| url.starts_with("https://"))
    }
}
