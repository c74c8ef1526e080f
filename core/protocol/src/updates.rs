//! What a terminal tells the hall of hot updates: which release, and what became of it. Nothing of who tells it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{EventId, Timestamp};

/// The most reports at once.
pub const MOST_REPORTS: usize = 50;

/// What a terminal tells.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct UpdateReports {
    /// The role that signs for this kind of terminal: `ui-desktop`, `ui-kiosk`.
    pub app: String,
    /// What happened, 50 at most.
    pub reports: Vec<UpdateReport>,
}

/// What became of a release on a terminal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct UpdateReport {
    /// Names the report, so that one that is sent twice counts once. Drawn for it alone.
    pub id: EventId,
    /// The number of the release.
    pub release: u64,
    /// What became of it.
    pub outcome: UpdateOutcome,
}

/// What may become of a release.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum UpdateOutcome {
    /// It is on the disk and waits for its first page.
    Staged,
    /// Its page came up.
    Committed,
    /// Its page did not come up twice, and the one before is back.
    RolledBack,
    /// It was not whole on the disk.
    Damaged,
    /// The program no longer takes it.
    Dropped,
    /// It did not come.
    NotDownloaded,
    /// It was taken back from this terminal.
    Revoked,
}

impl UpdateOutcome {
    /// All of them.
    pub const ALL: [UpdateOutcome; 7] = [
        UpdateOutcome::Staged,
        UpdateOutcome::Committed,
        UpdateOutcome::RolledBack,
        UpdateOutcome::Damaged,
        UpdateOutcome::Dropped,
        UpdateOutcome::NotDownloaded,
        UpdateOutcome::Revoked,
    ];

    /// The name on the wire.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            UpdateOutcome::Staged => "staged",
            UpdateOutcome::Committed => "committed",
            UpdateOutcome::RolledBack => "rolled_back",
            UpdateOutcome::Damaged => "damaged",
            UpdateOutcome::Dropped => "dropped",
            UpdateOutcome::NotDownloaded => "not_downloaded",
            UpdateOutcome::Revoked => "revoked",
        }
    }

    /// The outcome of a name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<UpdateOutcome> {
        UpdateOutcome::ALL.into_iter().find(|outcome| outcome.name() == name)
    }
}

/// How many reports were new.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ReportsTaken {
    /// The others were known.
    pub new: u32,
}

/// A release: whom it is for, and what became of it on the terminals that told of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ReleaseHealth {
    /// The role that signs for this kind of terminal.
    pub app: String,
    /// Its number.
    pub release: u64,
    /// What people call it: `1.42.0`. None where the repository here does not name it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
    /// Whom it is offered to; none: to nobody.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub offer: Option<ReleaseOffer>,
    /// Whether it is stopped.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stopped: Option<ReleaseStop>,
    /// How often each thing was told.
    pub counts: BTreeMap<UpdateOutcome, u64>,
    /// When something was told of it last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last: Option<Timestamp>,
    /// Whether too many went back from it: then it is stopped.
    pub fails: bool,
}

/// Whom a release is offered to. An empty list is for all.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ReleaseOffer {
    /// The share of terminals, in percent.
    pub share: u8,
    /// The channels that get it.
    pub channels: Vec<String>,
    /// The regions that get it.
    pub regions: Vec<String>,
    /// The halls that get it.
    pub halls: Vec<String>,
    /// Whether whoever runs an older one is interrupted, once.
    pub forced: bool,
}

/// How a release is stopped.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum ReleaseStop {
    /// Nobody gets it any more; who runs it stays.
    Halted,
    /// Nobody gets it any more, and who runs it goes back.
    Revoked,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_outcome_has_the_same_name_everywhere() -> Result<(), serde_json::Error> {
        for outcome in UpdateOutcome::ALL {
            assert_eq!(serde_json::to_value(outcome)?, outcome.name());
            assert_eq!(UpdateOutcome::from_name(outcome.name()), Some(outcome));
        }
        assert_eq!(UpdateOutcome::from_name("installed"), None);
        Ok(())
    }
}
