//! Mistakes that are put in on purpose. Each is made at the edge of the real thing, so that the product has no switch for it.

use onehall_core::ports::HttpResponse;
use onehall_sync::{Merge, Stands, later};
use serde_json::Value;
use uuid::Uuid;

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
}

impl Bug {
    /// All of them, by the names that a command line knows.
    pub const ALL: [(&'static str, Bug); 4] = [
        ("idempotency-off", Bug::IdempotencyOff),
        ("merge-by-arrival", Bug::MergeByArrival),
        ("journal-forgotten", Bug::JournalForgottenBeforeTheAnswer),
        ("global-cursor", Bug::GlobalCursor),
    ];

    /// What it makes of a request that arrives.
    pub(crate) fn on_arrival(self, world: &World, parcel: &mut Parcel) {
        if self != Bug::IdempotencyOff {
            return;
        }
        let fresh = Uuid::from_u128(u128::from(world.new_number())).to_string();
        for (name, value) in &mut parcel.headers {
            if name == "idempotency-key" {
                value.clone_from(&fresh);
            }
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
