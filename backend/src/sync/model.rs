//! Changes as they are kept and read.

use std::collections::BTreeMap;

use onehall_protocol::sync::Entity;
use onehall_protocol::{CaseId, DraftId, PersonId};
use onehall_sync::{Checksum, Positions};
use uuid::Uuid;

use crate::cases::model::CaseFile;
use crate::drafts::StoredDraft;
use crate::identity::Reach;

/// A thing whose changes are logged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Logged {
    /// A draft.
    Draft(DraftId),
    /// A case.
    Case(CaseId),
}

impl Logged {
    /// What it is, and which.
    #[must_use]
    pub fn parts(self) -> (Entity, Uuid) {
        match self {
            Logged::Draft(id) => (Entity::Draft, id.0),
            Logged::Case(id) => (Entity::Case, id.0),
        }
    }

    /// The thing of these parts.
    #[must_use]
    pub fn of(entity: Entity, id: Uuid) -> Logged {
        match entity {
            Entity::Draft => Logged::Draft(DraftId(id)),
            Entity::Case => Logged::Case(CaseId(id)),
        }
    }
}

/// What changed since a cursor?
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PullQuestion {
    /// Whose matters the actor may handle, in order.
    pub principals: Vec<PersonId>,
    /// Which of them: the checksums are over what is within reach.
    pub reach: Reach,
    /// How far the terminal has read.
    pub positions: Positions,
    /// The most things that come.
    pub limit: usize,
    /// Whether the checksums are wanted.
    pub checksums: bool,
}

/// What came of a [`PullQuestion`].
#[derive(Debug, Clone, PartialEq)]
pub enum Pulled {
    /// What changed.
    Page {
        /// The changes, oldest first.
        changes: Vec<StoredChange>,
        /// How far the terminal has read then.
        positions: Positions,
        /// There is more.
        more: bool,
        /// By principal, where they were wanted and there is no more.
        checksums: Option<BTreeMap<PersonId, Checksum>>,
    },
    /// The log is not kept that far back: a snapshot is needed.
    TooOld,
}

/// A thing that changed, as it is now.
#[derive(Debug, Clone, PartialEq)]
pub struct StoredChange {
    /// Whose matter it is.
    pub principal: PersonId,
    /// The thing.
    pub thing: StoredThing,
}

/// A thing as it is now; none where it is gone.
#[derive(Debug, Clone, PartialEq)]
pub enum StoredThing {
    /// A draft with its answers, while it is open.
    Draft(DraftId, Option<Box<StoredDraft>>),
    /// A case with all that belongs to it.
    Case(CaseId, Option<Box<CaseFile>>),
}

/// Where a page of a snapshot ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// Among whose things.
    pub principal: PersonId,
    /// Among which of them, and behind which one.
    pub last: Logged,
}

/// What is there?
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SnapshotQuestion {
    /// Whose matters the actor may handle, in order.
    pub principals: Vec<PersonId>,
    /// Which of them.
    pub reach: Reach,
    /// Behind which place; none for the beginning.
    pub after: Option<Place>,
    /// The most things that come.
    pub limit: usize,
}

/// A page of a snapshot.
#[derive(Debug, Clone, PartialEq)]
pub struct SnapshotPage {
    /// How far the logs go now, of those who have one.
    pub positions: Positions,
    /// What there is.
    pub changes: Vec<StoredChange>,
    /// Behind which place the next page begins; none at the end.
    pub next: Option<Place>,
}
