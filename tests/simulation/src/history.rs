//! What people did and were told, and what the hall was asked and answered.

use std::collections::{BTreeMap, BTreeSet};

use onehall_core::ports::{HttpResponse, Method};
use onehall_protocol::sync::Stamp;
use onehall_protocol::{CaseId, DraftId, Timestamp};
use serde_json::Value;

use crate::replica::Parcel;

/// What came of an operation, as who did it knows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// It was never told: the terminal died, or patience ended.
    Unknown,
    /// It was acknowledged.
    Done,
    /// It was refused, with this code.
    Refused(String),
}

/// Somebody answered a question. No two edits have the same value.
#[derive(Debug, Clone)]
pub(crate) struct Edit {
    pub(crate) terminal: usize,
    pub(crate) draft: DraftId,
    pub(crate) path: String,
    pub(crate) value: Value,
    pub(crate) outcome: Outcome,
}

/// An answer as it reached the hall.
#[derive(Debug, Clone)]
pub(crate) struct Write {
    pub(crate) draft: DraftId,
    pub(crate) path: String,
    pub(crate) value: Value,
    /// When it was given, as who gave it says: time, count, writer.
    pub(crate) stamp: (u64, u64, String),
    /// The revision that whoever gave it had in sight.
    pub(crate) seen: u64,
    /// The revision that came of it.
    pub(crate) revision: Option<u64>,
    /// Between which times, in milliseconds since 1970, the hall had it in hand.
    pub(crate) in_hand: (u64, u64),
    /// Whether the hall took it; unknown where it crashed before it could say.
    pub(crate) taken: Option<bool>,
}

/// A submission, by its key.
#[derive(Debug, Clone, Default)]
pub(crate) struct Attempt {
    pub(crate) draft: Option<DraftId>,
    /// At which terminal.
    pub(crate) terminal: usize,
    /// What the person was told, press by press: the case, or the code of a refusal.
    pub(crate) told: Vec<Result<CaseId, String>>,
    /// Whether the person was told that it waits on the terminal.
    pub(crate) queued: bool,
    /// Whether the person took it back, or tried to, and was not told that it was too late.
    pub(crate) taken_back: Option<bool>,
    /// What the hall answered, arrival by arrival; nothing where it crashed before it could say.
    pub(crate) answered: Vec<Option<Result<CaseId, String>>>,
}

/// The history.
#[derive(Default)]
pub(crate) struct History {
    counts: BTreeMap<String, u64>,
    pub(crate) edits: Vec<Edit>,
    pub(crate) writes: Vec<Write>,
    pub(crate) attempts: BTreeMap<String, Attempt>,
    /// Which rows each terminal has ever shown.
    rows: BTreeSet<(usize, String)>,
    /// Drafts that somebody threw away, or tried to.
    pub(crate) discarded: BTreeSet<DraftId>,
}

impl History {
    /// An operation came to its end.
    pub(crate) fn count(&mut self, operation: &str, outcome: &Outcome) {
        let name = match outcome {
            Outcome::Unknown => format!("{operation}: unknown"),
            Outcome::Done => format!("{operation}: done"),
            Outcome::Refused(code) => format!("{operation}: {code}"),
        };
        *self.counts.entry(name).or_default() += 1;
    }

    pub(crate) fn counts(&self) -> BTreeMap<String, u64> {
        self.counts.clone()
    }

    /// A terminal shows these rows.
    pub(crate) fn seen_rows(&mut self, terminal: usize, rows: &[String]) {
        self.rows.extend(rows.iter().map(|row| (terminal, row.clone())));
    }

    /// Whether a terminal has ever shown a row.
    pub(crate) fn has_seen(&self, terminal: usize, row: &str) -> bool {
        self.rows.contains(&(terminal, row.to_owned()))
    }

    /// The hall was asked, and answered (or crashed).
    pub(crate) fn answered(&mut self, asked: &Parcel, answer: Option<&HttpResponse>, in_hand: (Timestamp, Timestamp)) {
        let path = asked.path.split('?').next().unwrap_or_default();
        let mut parts = path.trim_start_matches("/api/v1/").split('/');
        if parts.next() != Some("drafts") {
            return;
        }
        let Some(draft) = parts.next().and_then(|id| id.parse::<DraftId>().ok()) else {
            return;
        };
        match (asked.method, parts.next()) {
            (Method::Patch, None) => self.saved(draft, &asked.body, answer, in_hand),
            (Method::Delete, None) => {
                self.discarded.insert(draft);
            }
            (Method::Post, Some("submission")) => {
                let key = asked.header("idempotency-key").unwrap_or_default();
                let attempt = self.attempts.entry(key.to_owned()).or_default();
                attempt.draft = Some(draft);
                attempt.answered.push(answer.map(|answer| {
                    let body: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
                    let case = body["case_id"].as_str().and_then(|id| id.parse().ok());
                    case.filter(|_| answer.status < 400)
                        .ok_or_else(|| body["code"].as_str().unwrap_or_default().to_owned())
                }));
            }
            _ => {}
        }
    }

    fn saved(&mut self, draft: DraftId, body: &[u8], answer: Option<&HttpResponse>, in_hand: (Timestamp, Timestamp)) {
        let millis = |moment: Timestamp| u64::try_from(moment.unix_millis()).unwrap_or(0);
        let body: Value = serde_json::from_slice(body).unwrap_or_default();
        let said: Value = answer
            .and_then(|answer| serde_json::from_slice(&answer.body).ok())
            .unwrap_or_default();
        for change in body["changes"].as_array().into_iter().flatten() {
            let number = |value: &Value| value.as_u64().unwrap_or_default();
            let stamp = change["stamp"].as_str().and_then(|stamp| stamp.parse::<Stamp>().ok());
            self.writes.push(Write {
                draft,
                path: change["path"].as_str().unwrap_or_default().to_owned(),
                value: change["value"].clone(),
                stamp: stamp.map_or_else(Default::default, |stamp| {
                    (stamp.at, u64::from(stamp.count), stamp.writer.to_string())
                }),
                seen: number(&change["seen"]),
                revision: said["revision"].as_u64(),
                in_hand: (millis(in_hand.0), millis(in_hand.1)),
                taken: answer.map(|answer| answer.status < 400),
            });
        }
    }
}
