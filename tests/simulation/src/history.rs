//! What people did and were told, and what the hall was asked and answered.

use std::collections::{BTreeMap, BTreeSet};

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use onehall_core::ports::{HttpResponse, Method};
use onehall_protocol::sync::{Entity, Stamp};
use onehall_protocol::{CaseId, DraftId, PersonId, Timestamp};
use onehall_sync::Positions;
use serde::Deserialize;
use serde_json::Value;
use uuid::Uuid;

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
    /// What it was told of this question that did not stand, and of how many answers in all.
    pub(crate) told_lost: Vec<Value>,
    pub(crate) lost_in_all: usize,
    /// In which save it came.
    save: usize,
}

/// Whether an answer was one that the hall had not had yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Arrival {
    New,
    /// A later one of its writer was there before: it counts for nothing.
    BehindItsNext,
    /// It cannot be told.
    Unclear,
}

impl Write {
    /// Who gave it.
    pub(crate) fn writer(&self) -> &str {
        &self.stamp.2
    }

    /// How it arrived, among all of its draft.
    pub(crate) fn arrival(&self, of_draft: &[&Write]) -> Arrival {
        let later =
            |other: &&&Write| other.save != self.save && other.writer() == self.writer() && other.stamp > self.stamp;
        let mut arrival = Arrival::New;
        for next in of_draft.iter().filter(later) {
            match next.taken {
                Some(false) => {}
                Some(true) if next.revision > self.revision || self.in_hand.1 < next.in_hand.0 => {}
                Some(true) if next.revision < self.revision || next.in_hand.1 < self.in_hand.0 => {
                    return Arrival::BehindItsNext;
                }
                _ => arrival = Arrival::Unclear,
            }
        }
        arrival
    }
}

/// A pull as the hall answered it.
#[derive(Debug, Clone)]
pub(crate) struct Pulled {
    /// For each principal behind which number of its log it was asked, and up to which it was answered.
    pub(crate) read: Vec<(PersonId, u64, u64)>,
    /// What it told of.
    pub(crate) told: BTreeSet<(Entity, Uuid)>,
    /// There was more.
    pub(crate) more: bool,
}

#[derive(Deserialize)]
struct PullAnswer {
    changes: Vec<Told>,
    cursor: String,
    more: bool,
}

#[derive(Deserialize)]
struct Told {
    entity: Entity,
    id: Uuid,
}

/// A submission, by its key.
#[derive(Debug, Clone, Default)]
pub(crate) struct Attempt {
    pub(crate) draft: Option<DraftId>,
    /// At which terminal.
    pub(crate) terminal: usize,
    /// What the person was told, press by press: the case, or the code of a refusal.
    pub(crate) told: Vec<Result<CaseId, String>>,
    /// Whether it was to be left to the terminal, and whether the person was told that it waits there.
    pub(crate) left: bool,
    pub(crate) queued: bool,
    /// The how manieth of all attempts it is.
    pub(crate) number: usize,
    /// Whether the citizen has logged out since; and whether the hall had refused it then.
    pub(crate) logged_out: bool,
    pub(crate) left_behind: bool,
    /// Whether the person took it back, or tried to, and was not told that it was too late.
    pub(crate) taken_back: Option<bool>,
    /// What the hall answered, arrival by arrival; nothing where it crashed before it could say, or let nobody in.
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
    pub(crate) pulls: Vec<Pulled>,
    saves: usize,
    /// Drafts that somebody threw away, or tried to.
    pub(crate) discarded: BTreeSet<DraftId>,
    /// The drafts of the hall that those became part of which a terminal had begun by itself.
    pub(crate) became: BTreeMap<DraftId, DraftId>,
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

    /// Somebody tries to submit.
    pub(crate) fn attempt(&mut self, key: &str) -> &mut Attempt {
        let number = self.attempts.len();
        self.attempts.entry(key.to_owned()).or_insert_with(|| Attempt {
            number,
            ..Attempt::default()
        })
    }

    /// Whether the same terminal was left a later attempt of the same draft, by which one goes that the hall refused or never
    /// got. `waits` are the attempts that terminals show in the end.
    pub(crate) fn is_replaced(&self, attempt: &Attempt, waits: &BTreeSet<String>) -> bool {
        // An arrival in the middle of which the hall crashed may have been refused, too.
        let refused = attempt.answered.iter().flatten().any(Result::is_err);
        let refused = refused || attempt.answered.is_empty();
        let taken = attempt.answered.iter().flatten().any(Result::is_ok);
        // One that was pressed in the moment in which the terminal died may never have been left. Where it was, and its draft
        // was submitted elsewhere before it could be sent, only the terminal knows of it.
        let came_of_it = |key: &String, other: &Attempt| {
            let heard = !other.told.is_empty() || !other.answered.is_empty();
            heard || other.taken_back.is_some() || waits.contains(key)
        };
        let later = |(key, other): (&String, &Attempt)| {
            other.left
                && came_of_it(key, other)
                && other.number > attempt.number
                && (other.terminal, other.draft) == (attempt.terminal, attempt.draft)
        };
        refused && !taken && self.attempts.iter().any(later)
    }

    /// Whether the citizen logged out with an attempt that could not be sent any more: its draft was submitted elsewhere.
    pub(crate) fn came_too_late(&self, attempt: &Attempt) -> bool {
        let made = |other: &Attempt| other.answered.iter().flatten().any(Result::is_ok);
        let elsewhere = |other: &Attempt| other.draft == attempt.draft && made(other);
        attempt.logged_out && self.attempts.values().any(elsewhere)
    }

    /// The citizen has logged out of a terminal: what the hall refused goes with that.
    pub(crate) fn logged_out(&mut self, terminal: usize) {
        let here = self.attempts.values_mut();
        for attempt in here.filter(|attempt| attempt.terminal == terminal) {
            attempt.logged_out = true;
            attempt.left_behind |= attempt.answered.iter().flatten().any(Result::is_err);
        }
    }

    /// A terminal shows these rows.
    pub(crate) fn seen_rows(&mut self, terminal: usize, rows: &[String]) {
        self.rows.extend(rows.iter().map(|row| (terminal, row.clone())));
    }

    /// Whether the hall is known to have taken an edit.
    pub(crate) fn took(&self, edit: &Edit) -> bool {
        let same = |write: &&Write| write.draft == edit.draft && write.path == edit.path && write.value == edit.value;
        self.writes.iter().filter(same).any(|write| write.taken == Some(true))
    }

    /// Whether a terminal has ever shown a row.
    pub(crate) fn has_seen(&self, terminal: usize, row: &str) -> bool {
        self.rows.contains(&(terminal, row.to_owned()))
    }

    /// The answers that reached the hall or may have, by draft, in the order in which it answered.
    pub(crate) fn by_draft(&self) -> BTreeMap<DraftId, Vec<&Write>> {
        let mut by_draft: BTreeMap<DraftId, Vec<&Write>> = BTreeMap::new();
        for write in &self.writes {
            by_draft.entry(write.draft).or_default().push(write);
        }
        by_draft
    }

    /// The hall was asked, and answered (or crashed).
    pub(crate) fn answered(&mut self, asked: &Parcel, answer: Option<&HttpResponse>, in_hand: (Timestamp, Timestamp)) {
        let (path, query) = asked.path.split_once('?').unwrap_or((&asked.path, ""));
        if path == "/api/v1/sync" {
            let pulled = answer.filter(|answer| answer.status == 200);
            self.pulls.extend(pulled.and_then(|answer| pull(query, &answer.body)));
            return;
        }
        let mut parts = path.trim_start_matches("/api/v1/").split('/');
        if parts.next() != Some("drafts") {
            return;
        }
        let Some(draft) = parts.next().and_then(|id| id.parse::<DraftId>().ok()) else {
            return self.begun(&asked.body, answer);
        };
        match (asked.method, parts.next()) {
            (Method::Patch, None) => self.saved(draft, &asked.body, answer, in_hand),
            (Method::Delete, None) => {
                self.discarded.insert(draft);
            }
            (Method::Post, Some("submission")) => {
                let key = asked.header("idempotency-key").unwrap_or_default();
                let attempt = self.attempt(key);
                attempt.draft = Some(draft);
                // Of a copy whose proof was shown before, or that comes when its session has ended, it does not look at what
                // it is about.
                let heard = answer.filter(|answer| answer.status != 401);
                attempt.answered.push(heard.map(|answer| {
                    let body: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
                    let case = body["case_id"].as_str().and_then(|id| id.parse().ok());
                    case.filter(|_| answer.status < 400)
                        .ok_or_else(|| body["code"].as_str().unwrap_or_default().to_owned())
                }));
            }
            _ => {}
        }
    }

    /// The hall was told of a draft that a terminal had begun.
    fn begun(&mut self, body: &[u8], answer: Option<&HttpResponse>) {
        let id = |json: &[u8], at: &str| {
            let json: Value = serde_json::from_slice(json).ok()?;
            json.pointer(at)?.as_str()?.parse::<DraftId>().ok()
        };
        let came = answer.filter(|answer| answer.status < 400);
        if let (Some(own), Some(came)) = (id(body, "/begun/id"), came.and_then(|answer| id(&answer.body, "/id"))) {
            *self.counts.entry("begun at a terminal".to_owned()).or_default() += 1;
            if own != came {
                self.became.insert(own, came);
            }
        }
    }

    /// Whether somebody threw a draft away, or one that they had begun on a terminal and that became part of it.
    pub(crate) fn threw_away(&self, draft: &DraftId) -> bool {
        let mut begun = self.became.iter().filter(|(_, hall)| *hall == draft);
        self.discarded.contains(draft) || begun.any(|(begun, _)| self.discarded.contains(begun))
    }

    /// The id under which the hall has a draft.
    pub(crate) fn known_as(&self, draft: &DraftId) -> DraftId {
        self.became.get(draft).copied().unwrap_or(*draft)
    }

    /// What people did to drafts that became part of others, they did to those.
    pub(crate) fn follow_what_became(&mut self) {
        let became = &self.became;
        let now = |id: &mut DraftId| *id = became.get(id).copied().unwrap_or(*id);
        self.edits.iter_mut().for_each(|edit| now(&mut edit.draft));
        let drafts = self.attempts.values_mut().filter_map(|attempt| attempt.draft.as_mut());
        drafts.for_each(now);
    }

    fn saved(&mut self, draft: DraftId, body: &[u8], answer: Option<&HttpResponse>, in_hand: (Timestamp, Timestamp)) {
        let millis = |moment: Timestamp| u64::try_from(moment.unix_millis()).unwrap_or(0);
        let body: Value = serde_json::from_slice(body).unwrap_or_default();
        let said: Value = answer
            .and_then(|answer| serde_json::from_slice(&answer.body).ok())
            .unwrap_or_default();
        self.saves += 1;
        let number = |value: &Value| value.as_u64().unwrap_or_default();
        let lost = said["lost"].as_array().map_or(&[][..], Vec::as_slice);
        for change in body["changes"].as_array().into_iter().flatten() {
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
                told_lost: of_path(lost, &change["path"]),
                lost_in_all: lost.len(),
                save: self.saves,
            });
        }
    }
}

/// The values of those answers that are of one question.
fn of_path(lost: &[Value], path: &Value) -> Vec<Value> {
    let of_path = lost.iter().filter(|lost| lost["path"] == *path);
    of_path.map(|lost| lost["value"].clone()).collect()
}

fn pull(query: &str, body: &[u8]) -> Option<Pulled> {
    let cursor = query.split('&').find_map(|pair| pair.strip_prefix("cursor="));
    let answer: PullAnswer = serde_json::from_slice(body).ok()?;
    let (from, to) = (positions(cursor?)?, positions(&answer.cursor)?);
    let number = |positions: &Positions, principal| positions.get(principal).map_or(0, |position| position.seq);
    let read = to
        .principals()
        .map(|principal| (principal, number(&from, principal), number(&to, principal)));
    Some(Pulled {
        read: read.collect(),
        told: answer.changes.into_iter().map(|told| (told.entity, told.id)).collect(),
        more: answer.more,
    })
}

/// The places of a cursor. A terminal cannot read it; who looks into the hall can.
fn positions(cursor: &str) -> Option<Positions> {
    let (bytes, _signature) = cursor.split_once('.')?;
    Positions::from_bytes(&BASE64_URL_SAFE_NO_PAD.decode(bytes).ok()?)
}
