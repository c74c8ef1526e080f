//! Hot updates in the configuration.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::Secret;

/// Hot updates of the pages of desktops and kiosks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Updates {
    /// The office that lies on this machine: its repository is served, and its timestamp is signed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub office: Option<PathBuf>,
    /// A repository that is served and signed elsewhere.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub repository: Option<PathBuf>,
    /// The files of the keys that are online: of snapshot and timestamp, and of the halts.
    pub keys: Vec<PathBuf>,
    /// What opens them.
    pub passphrase: Secret,
    /// A release is stopped where more than so many of a hundred terminals that tried it went back from it.
    pub halt_percent: u32,
    /// And so many terminals at least have tried it.
    pub halt_after: u32,
    /// In so many networks at least. 1: what comes from one network is enough.
    pub halt_networks: u32,
    /// Batches of reports of terminals from one address in an hour.
    pub reports_per_client_hour: u32,
}

impl Default for Updates {
    fn default() -> Updates {
        Updates {
            office: None,
            repository: None,
            keys: Vec::new(),
            passphrase: Secret::default(),
            halt_percent: 2,
            halt_after: 50,
            halt_networks: 3,
            reports_per_client_hour: 120,
        }
    }
}

impl Updates {
    /// The folder that is served.
    #[must_use]
    pub fn served(&self) -> Option<PathBuf> {
        let own = self.office.as_ref().map(|office| office.join("repository"));
        self.repository.clone().or(own)
    }

    /// How many reports of one network decide on whether a release is stopped: its part of `halt_after`.
    #[must_use]
    pub fn per_network(&self) -> u32 {
        if self.halt_networks > 1 {
            self.halt_after.div_ceil(self.halt_networks).max(1)
        } else {
            u32::MAX
        }
    }

    /// What cannot be meant.
    pub(super) fn faults(&self, faults: &mut Vec<String>) {
        if self.office.is_some() && self.repository.is_some() {
            faults.push("updates: an office has a repository; leave updates.repository out".to_owned());
        }
        if self.office.is_none() && !self.keys.is_empty() {
            faults.push("updates.keys: keys are for an office (updates.office)".to_owned());
        }
        if self.halt_percent > 100 {
            faults.push("updates.halt_percent: more than a hundred".to_owned());
        }
        if self.halt_networks == 0 {
            faults.push("updates.halt_networks: less than one".to_owned());
        }
    }
}
