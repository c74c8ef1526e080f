//! Where the desktop is none of Linux: its key store is not used yet, and secrets are in files.

use crate::keys::{Away, Vault};

/// No key store.
#[derive(Default)]
pub struct Service;

impl Vault for Service {
    fn is_open(&self) -> bool {
        false
    }

    fn get(&self, _folder: &str, _name: &str) -> Result<Option<String>, Away> {
        Err(Away)
    }

    fn put(&self, _folder: &str, _name: &str, _secret: &str) -> Result<(), Away> {
        Err(Away)
    }

    fn delete(&self, _folder: &str, _name: &str) -> Result<(), Away> {
        Err(Away)
    }
}
