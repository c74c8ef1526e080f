//! Mistakes that are put in on purpose. Each is made at the edge of the real thing, so that the product has no switch for it.

use onehall_core::ports::{HttpResponse, Method};
use onehall_sync::{Merge, Stands, later};
use serde_json::Value;
use uuid::Uuid;

use crate::person::ROWS;
use crate::replica::Parcel;
use crate::world::World;

/// A mistake.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Bug {
    /// The hall does not know that it was asked before: each arrival of a request is an attempt of its own.
    IdempotencyOff,
    /// Of two answers the one that arrives last counts, not the one that was given last.
    MergeByArrival,
    /// A terminal forgets what it has sent before it knows that it arrived.
    JournalForgottenBeforeTheAnswer,
    /// Changes are numbered for all before they are committed: who pulls goes past one that is not there yet.
    GlobalCursor,
    /// A number of the log is given, and nothing is written under it.
    GapInTheLog,
    /// A change is not logged at all.
    ChangeUnlogged,
    /// What did not stand against another answer is not kept.
    LosersForgotten,
    /// The rows of a group are those of the list that came last, whatever its giver had in sight.
    RowsByTheLastList,
    /// A row that others have answered in is never taken away, whatever its remover had in sight.
    RowsForEver,
}

impl Bug {
    /// All of them, by the names that a command line knows.
    pub const ALL: [(&'static str, Bug); 9] = [
        ("idempotency-off", Bug::IdempotencyOff),
        ("merge-by-arrival", Bug::MergeByArrival),
        ("journal-forgotten", Bug::JournalForgottenBeforeTheAnswer),
        ("global-cursor", Bug::GlobalCursor),
        ("gap-in-the-log", Bug::GapInTheLog),
        ("change-unlogged", Bug::ChangeUnlogged),
        ("losers-forgotten", Bug::LosersForgotten),
        ("rows-by-the-last-list", Bug::RowsByTheLastList),
        ("rows-for-ever", Bug::RowsForEver),
    ];

    /// What it makes of a request that arrives.
    pub(crate) fn on_arrival(self, world: &World, parcel: &mut Parcel) {
        match self {
            Bug::IdempotencyOff => {
                let fresh = Uuid::from_u128(u128::from(world.new_number())).to_string();
                for (name, value) in &mut parcel.headers {
                    if name == "idempotency-key" {
                        value.clone_from(&fresh);
                    }
                }
            }
            Bug::RowsByTheLastList => lists_seen(parcel, u64::from(u32::MAX)),
            Bug::RowsForEver => lists_seen(parcel, 0),
            _ => {}
        }
    }

    /// What it puts into the store.
    pub(crate) fn in_the_store(self) -> Option<&'static str> {
        match self {
            Bug::GapInTheLog => Some(
                "CREATE TRIGGER mistake BEFORE INSERT ON sync_change WHEN NEW.seq % 7 = 0 BEGIN
                     SELECT RAISE(IGNORE);
                 END;",
            ),
            Bug::ChangeUnlogged => Some(
                "CREATE TRIGGER mistake BEFORE INSERT ON sync_change WHEN NEW.at % 5 = 0 BEGIN
                     UPDATE sync_head SET seq = seq - 1 WHERE principal = NEW.principal;
                     SELECT RAISE(IGNORE);
                 END;",
            ),
            Bug::LosersForgotten => Some(
                "CREATE TRIGGER mistake BEFORE INSERT ON draft_lost WHEN NEW.n % 2 = 0 BEGIN
                     SELECT RAISE(IGNORE);
                 END;",
            ),
            _ => None,
        }
    }

    /// How the hall decides between two answers.
    pub(crate) fn merge(bug: Option<Bug>) -> Merge {
        match bug {
            Some(Bug::MergeByArrival) => |_, _| Stands::Given,
            _ => later,
        }
    }

    /// What it makes of an answer.
    pub(crate) fn on_answer(self, asked: &Parcel, answer: &mut HttpResponse) {
        if self != Bug::GlobalCursor || !asked.path.starts_with("/api/v1/sync?") {
            return;
        }
        let Ok(mut body) = serde_json::from_slice::<Value>(&answer.body) else {
            return;
        };
        if let Some(changes) = body["changes"].as_array_mut()
            && changes.len() > 1
        {
            changes.remove(0);
            answer.body = body.to_string().into_bytes();
        }
    }
}

/// Makes the hall believe that whoever gives the list of a group's rows had the draft in sight as it was at this revision.
fn lists_seen(parcel: &mut Parcel, revision: u64) {
    if parcel.method != Method::Patch {
        return;
    }
    let Ok(mut body) = serde_json::from_slice::<Value>(&parcel.body) else {
        return;
    };
    for change in body["changes"].as_array_mut().into_iter().flatten() {
        if change["path"] == ROWS {
            change["seen"] = revision.into();
        }
    }
    parcel.body = body.to_string().into_bytes();
}
