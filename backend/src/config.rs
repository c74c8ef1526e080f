//! The configuration in force.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::PathBuf;

/// How the backend is run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// For people who try it: messages are shown on a page, demo accounts have known passwords.
    Development,
    /// For citizens.
    Production,
}

/// Everything that can be configured.
#[derive(Debug, Clone)]
pub struct Config {
    /// How the backend is run.
    pub mode: Mode,
    /// Where it listens.
    pub listen: SocketAddr,
    /// The data folder.
    pub data: PathBuf,
    /// The folder of the city's files.
    pub city: PathBuf,
    /// Proxies whose `X-Forwarded-For` is believed.
    pub trusted_proxies: Vec<IpAddr>,
}

impl Default for Config {
    fn default() -> Config {
        Config {
            mode: Mode::Production,
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 8080)),
            data: PathBuf::from("data"),
            city: PathBuf::from("city"),
            trusted_proxies: Vec::new(),
        }
    }
}
