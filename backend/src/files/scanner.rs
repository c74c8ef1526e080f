//! Whether a file is harmless: a port, because cities have different scanners.

use std::io;

use async_trait::async_trait;
use tokio::io::AsyncRead;

use super::ClamAv;

/// What a scanner says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// Nothing was found.
    Clean,
    /// Something was found; its name is for the log.
    Infected(String),
}

/// Looks through files before they are taken.
#[async_trait]
pub trait Scanner: Send + Sync + std::fmt::Debug {
    /// Looks through a file.
    ///
    /// # Errors
    /// If no verdict could be had: such a file is not taken.
    async fn scan(&self, content: &mut (dyn AsyncRead + Send + Unpin)) -> io::Result<Verdict>;
}

/// No scanner is there. The start says so; nothing is looked through.
#[derive(Debug, Clone, Copy)]
pub struct NoScanner;

#[async_trait]
impl Scanner for NoScanner {
    async fn scan(&self, _: &mut (dyn AsyncRead + Send + Unpin)) -> io::Result<Verdict> {
        Ok(Verdict::Clean)
    }
}

/// The scanner of a setting: `none`, `clamav:127.0.0.1:3310`, `clamav:/run/clamav/clamd.ctl`.
///
/// # Errors
/// One sentence where the setting is none of these.
pub fn scanner_from(setting: &str) -> Result<std::sync::Arc<dyn Scanner>, String> {
    match setting.split_once(':') {
        None if setting == "none" => Ok(std::sync::Arc::new(NoScanner)),
        Some(("clamav", place)) if !place.is_empty() => Ok(std::sync::Arc::new(ClamAv::at(place))),
        _ => Err("the scanner must be `none`, `clamav:HOST:PORT` or `clamav:/path/of/the/socket`".to_owned()),
    }
}
