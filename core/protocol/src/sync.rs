//! What keeps a citizen's terminals alike, on the wire.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::cases::CaseView;
use crate::drafts::DraftView;
use crate::{CaseId, DraftId, PersonId, WriterId};

/// A reading of a hybrid logical clock: when an answer was given, in an order on which all terminals agree.
///
/// Ordered by time, then count, then writer, so that two different stamps are never equal. On the wire it is a text,
/// `<at>.<count>.<writer>`:
///
/// ```
/// # use onehall_protocol::sync::Stamp;
/// let text = "1764150844000.2.019abe5b-7d60-7000-8000-000000000001";
/// let stamp: Stamp = text.parse()?;
/// assert_eq!((stamp.at, stamp.count, stamp.to_string().as_str()), (1_764_150_844_000, 2, text));
/// # Ok::<(), onehall_protocol::sync::InvalidStamp>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Stamp {
    /// Milliseconds since 1970, of the clock that was furthest ahead of those that the writer knew.
    pub at: u64,
    /// Counts up within one millisecond.
    pub count: u32,
    /// Who wrote.
    pub writer: WriterId,
}

/// The text is no stamp.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a stamp of time, count and writer")]
pub struct InvalidStamp;

impl std::fmt::Display for Stamp {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}.{}.{}", self.at, self.count, self.writer)
    }
}

impl std::str::FromStr for Stamp {
    type Err = InvalidStamp;

    fn from_str(text: &str) -> Result<Stamp, InvalidStamp> {
        let mut parts = text.splitn(3, '.');
        let mut part = || parts.next().ok_or(InvalidStamp);
        let (at, count, writer) = (part()?, part()?, part()?);
        Ok(Stamp {
            at: at.parse().map_err(|_| InvalidStamp)?,
            count: count.parse().map_err(|_| InvalidStamp)?,
            writer: writer.parse().map_err(|_| InvalidStamp)?,
        })
    }
}

impl TryFrom<String> for Stamp {
    type Error = InvalidStamp;

    fn try_from(text: String) -> Result<Stamp, InvalidStamp> {
        text.parse()
    }
}

impl From<Stamp> for String {
    fn from(stamp: Stamp) -> String {
        stamp.to_string()
    }
}

/// A kind of thing that terminals keep a copy of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum Entity {
    /// An open draft.
    Draft,
    /// A case.
    Case,
}

/// One thing that changed, as it is now. However often it changed, it comes once.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "entity", rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum Change {
    /// A draft.
    Draft {
        /// Whose matter it is.
        principal: PersonId,
        /// Which.
        id: DraftId,
        /// The draft with its answers; absent where it is not open any more: thrown away, or submitted.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        put: Option<Box<DraftView>>,
    },
    /// A case.
    Case {
        /// Whose matter it is.
        principal: PersonId,
        /// Which.
        id: CaseId,
        /// All that its citizen sees of it; absent where there is no such case any more.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        put: Option<Box<CaseView>>,
    },
}

/// What changed since a cursor. Answers `GET /api/v1/sync`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Pull {
    /// The changes, oldest first.
    pub changes: Vec<Change>,
    /// From where the next pull goes on. Opaque: for each principal a place in its log, signed by the hall.
    pub cursor: String,
    /// There is more at once.
    pub more: bool,
    /// Whose matters the actor may handle. What a terminal holds of anybody else is to go.
    pub principals: Vec<PersonId>,
    /// By principal, a checksum over what the terminal should hold now (`onehall-sync`). Only where it was asked for, and
    /// only with the last page.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<std::collections::HashMap<String, String>>))]
    pub checksums: Option<BTreeMap<PersonId, String>>,
}

/// A page of all that a terminal should hold. Answers `GET /api/v1/sync/snapshot`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Snapshot {
    /// What there is; none of these is gone.
    pub changes: Vec<Change>,
    /// Where the next page begins; absent of the last page.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
    /// With the last page: the cursor of the moment at which the snapshot began. A pull from there brings what changed
    /// while it was read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cursor: Option<String>,
    /// Whose matters the actor may handle.
    pub principals: Vec<PersonId>,
}

/// What came of waiting. Answers `GET /api/v1/sync/wait`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Waited {
    /// Something changed since the cursor: pull. Otherwise nothing did for as long as the hall waits: ask again.
    pub changed: bool,
}
