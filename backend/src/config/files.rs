//! Uploaded files in the configuration.

use std::fmt;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

/// Where the bytes of files are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FileKeeping {
    /// In a folder: of one replica, or one that all share.
    #[default]
    Disk,
    /// In the database.
    Database,
    /// In an S3-compatible object store.
    S3,
}

/// A text that no log and no debug output shows.
#[derive(Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Secret(pub String);

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.0.is_empty() {
            "(not set)"
        } else {
            "(set, not shown)"
        })
    }
}

/// Uploaded files.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Files {
    /// What looks through them: `none`, `clamav:HOST:PORT`, `clamav:/path/of/the/socket`.
    pub scanner: String,
    /// Where they are.
    pub store: FileKeeping,
    /// The folder, where they are in one; `files` in the data folder unless it is set.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub folder: Option<PathBuf>,
    /// The object store: `https://store.example`.
    pub s3_endpoint: String,
    /// Its region.
    pub s3_region: String,
    /// The bucket.
    pub s3_bucket: String,
    /// What every key in it begins with: `hall/`.
    pub s3_prefix: String,
    /// The public name of the key that signs.
    pub s3_access_key: String,
    /// The key that signs.
    pub s3_secret_key: Secret,
}

impl Default for Files {
    fn default() -> Files {
        Files {
            scanner: "none".to_owned(),
            store: FileKeeping::Disk,
            folder: None,
            s3_endpoint: String::new(),
            s3_region: "us-east-1".to_owned(),
            s3_bucket: String::new(),
            s3_prefix: String::new(),
            s3_access_key: String::new(),
            s3_secret_key: Secret::default(),
        }
    }
}

impl Files {
    /// What cannot be meant.
    pub(super) fn faults(&self, faults: &mut Vec<String>) {
        if self.store != FileKeeping::S3 {
            return;
        }
        let wanted = [
            ("s3_endpoint", self.s3_endpoint.as_str()),
            ("s3_region", &self.s3_region),
            ("s3_bucket", &self.s3_bucket),
            ("s3_access_key", &self.s3_access_key),
            ("s3_secret_key", &self.s3_secret_key.0),
        ];
        for (key, _) in wanted.iter().filter(|(_, value)| value.is_empty()) {
            faults.push(format!("files.{key} must be set where files.store is s3"));
        }
        let (scheme, host) = self.s3_endpoint.split_once("://").unwrap_or_default();
        let host = host.trim_end_matches('/');
        if !matches!(scheme, "http" | "https") || host.is_empty() || host.contains('/') {
            faults.push("files.s3_endpoint is no address such as https://store.example".to_owned());
        }
        // What is written alike in a path and in its signature.
        let plain = |text: &str| {
            text.bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'/'))
        };
        let bucket = plain(&self.s3_bucket) && !self.s3_bucket.contains('/');
        let prefix = plain(&self.s3_prefix) && !self.s3_prefix.starts_with('/') && !self.s3_prefix.contains("//");
        if !bucket || !prefix {
            faults.push(
                "files.s3_bucket and files.s3_prefix take letters, digits and - . _ (a prefix also /)".to_owned(),
            );
        }
    }
}
