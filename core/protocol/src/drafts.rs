//! Drafts of applications, and their submission.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::catalog::FormReference;
use crate::identity::{PersonView, TerminalKind};
use crate::sync::Stamp;
use crate::{
    CaseId, CaseNumber, Date, DraftId, IdempotencyKey, ItemCode, ListCode, PersonId, Text, Timestamp, WriterId,
};

/// Answers by path. `name` for a question, `shareholders/r1/name` for a question in row `r1` of a repeating group;
/// the group's own path holds the list of its row ids. The values' shapes are those of the question's kind
/// (onehall-forms).
pub type Answers = BTreeMap<String, Value>;

/// Starts a draft, or gives back the one that is open for this item and principal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct StartDraft {
    /// The service item.
    pub item: ItemCode,
    /// Whose matter it is; the actor's own where absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub principal: Option<PersonId>,
    /// Where a terminal began it already, while it could not reach the hall.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub begun: Option<Begun>,
}

/// A draft as a terminal began it by itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Begun {
    /// The id that it has there, and has here where none is open already. However often it comes, it is begun once.
    pub id: DraftId,
    /// The version of the form that is filled there.
    pub form: FormReference,
    /// Whether the hall fills in what it knows. Not where the citizen has checked and left to be submitted what they gave.
    pub fill_in: bool,
}

/// A draft as lists show it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DraftSummary {
    /// The draft.
    pub id: DraftId,
    /// The service item.
    pub item: ItemCode,
    /// Its name.
    pub item_name: Text,
    /// Whose matter it is.
    pub principal: PersonView,
    /// When it was last changed.
    pub updated_at: Timestamp,
    /// On which kind of terminal it was last changed.
    pub terminal: TerminalKind,
    /// The page on which the citizen was last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub page: Option<String>,
    /// The form version that it is pinned to.
    pub form: FormReference,
    /// Counts up with each change.
    pub revision: u64,
}

/// A draft with its answers.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DraftView {
    /// What lists know of it.
    #[serde(flatten)]
    pub summary: DraftSummary,
    /// The answers.
    #[cfg_attr(feature = "openapi", schema(value_type = Object))]
    pub answers: Answers,
    /// The answers that the hall filled in from what it knows already, and that the citizen has neither changed nor
    /// confirmed. An answer that is saved again as it is is confirmed.
    #[serde(default)]
    pub prefilled: Vec<Prefilled>,
    /// What became of the draft since its form has a newer version; absent where it is filled in the newest.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub form_change: Option<crate::form_change::FormChange>,
    /// The hall's clock in milliseconds since 1970, and later than every stamp in the draft: what is given after this was read
    /// is stamped later.
    #[serde(default)]
    pub clock: u64,
    /// Answers that did not stand and that nobody brought back or dismissed yet, the latest first; 50 at most.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub lost: Vec<LostAnswer>,
    /// Where the answers came from that were given last, the latest first; 20 at most.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub latest: Vec<AnswerOrigin>,
}

/// An answer that the hall filled in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Prefilled {
    /// The answer.
    pub path: String,
    /// From where.
    pub source: PrefillSource,
}

/// Where an answer comes from that the hall filled in. Everything is the principal's own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum PrefillSource {
    /// The principal's profile.
    Profile,
    /// An e-certificate: what an earlier case of the principal ended with.
    Certificate {
        /// The case.
        case: CaseId,
        /// What it is: the name of the item's result.
        name: Text,
        /// The number of the certificate.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        number: Option<String>,
        /// When it was issued.
        at: Timestamp,
    },
    /// What was answered in an earlier case of the principal.
    Case {
        /// The case.
        case: CaseId,
        /// Its number.
        number: CaseNumber,
        /// The name of its service item.
        item_name: Text,
        /// When it was submitted.
        at: Timestamp,
    },
}

/// One changed answer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AnswerChange {
    /// The answer.
    pub path: String,
    /// Its new value; null takes it away.
    #[cfg_attr(feature = "openapi", schema(value_type = Object, nullable))]
    pub value: Value,
}

/// A changed answer on its way to the hall: when it was given, and with what in sight.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct StampedChange {
    /// The answer.
    pub path: String,
    /// Its new value; null takes it away. Of a repeating group, the ids of all its rows.
    #[cfg_attr(feature = "openapi", schema(value_type = Object, nullable))]
    pub value: Value,
    /// When it was given. The stamps of a writer only grow, and what a writer gave is sent in their order: a change whose
    /// stamp is not later than what the hall has of that writer has arrived before, and is not taken again.
    #[cfg_attr(feature = "openapi", schema(value_type = String, example = "1764150844000.0.019abe5b-7d60-7000-8000-000000000001"))]
    pub stamp: Stamp,
    /// The revision of the draft that whoever gave it had in sight.
    pub seen: u64,
}

/// Saves changed answers. Where another terminal gave another answer, the later one stands; the other one is kept and told
/// of, unless whoever gave the later one had it in sight.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SaveDraft {
    /// The revision up to which the terminal knows the draft: what changed since comes back with the answer.
    pub base_revision: u64,
    /// The changes.
    pub changes: Vec<StampedChange>,
    /// The page on which the citizen is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub page: Option<String>,
}

/// The draft after a save.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DraftSaved {
    /// The new revision.
    pub revision: u64,
    /// When the backend took it.
    pub saved_at: Timestamp,
    /// The hall's clock, as [`DraftView::clock`].
    #[serde(default)]
    pub clock: u64,
    /// Answers that are others than this terminal knows: changed since `base_revision`, or not taken as they were sent.
    #[serde(default)]
    pub others: Vec<GivenAnswer>,
    /// All answers of the draft that did not stand, as [`DraftView::lost`].
    #[serde(default)]
    pub lost: Vec<LostAnswer>,
}

/// An answer, and from where it came.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct GivenAnswer {
    /// The answer.
    pub path: String,
    /// Its value; null where it was taken away.
    #[cfg_attr(feature = "openapi", schema(value_type = Object, nullable))]
    pub value: Value,
    /// From which kind of terminal.
    pub terminal: TerminalKind,
    /// When it was given.
    pub at: Timestamp,
}

/// Where an answer came from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AnswerOrigin {
    /// The answer.
    pub path: String,
    /// From which kind of terminal.
    pub terminal: TerminalKind,
    /// When it was given.
    pub at: Timestamp,
    /// Which core gave it; absent where an older hall does not say it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub writer: Option<WriterId>,
    /// Whether it was given on this very terminal. Its core knows that; the hall says it of none.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    #[cfg_attr(feature = "openapi", schema(ignore))]
    pub own: bool,
}

/// An answer that did not stand against a later one, whose terminal did not know of it. Kept for 30 days: given again as an
/// ordinary change it stands again, and is no longer told of; dismissed, it is gone.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct LostAnswer {
    /// Its number within the draft.
    pub n: u32,
    /// The question.
    pub path: String,
    /// The answer that did not stand.
    #[cfg_attr(feature = "openapi", schema(value_type = Object))]
    pub value: Value,
    /// From which kind of terminal.
    pub terminal: TerminalKind,
    /// When it was given.
    pub at: Timestamp,
}

/// What `drafts/moved` carries in `details`: what changed since the revision that was to be submitted.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DraftMoved {
    /// The revision now.
    pub revision: u64,
    /// The answers that changed, the latest first; a hundred at most.
    pub changes: Vec<GivenAnswer>,
}

/// Says that somebody has a draft open, or has it no more. The hall keeps nothing of it: it tells those who listen to the
/// same draft ([`Poke::Present`](crate::cases::Poke::Present)), and they forget it after [`PRESENT_MS`] unless it is said again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SayPresence {
    /// The core on which it is open.
    pub writer: WriterId,
    /// Whether it is open.
    pub here: bool,
}

/// How long somebody counts as present who said so once, in milliseconds.
pub const PRESENT_MS: u32 = 40_000;

/// Submits a draft. Header `Idempotency-Key` names the attempt: however often it is sent, one case comes of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SubmitDraft {
    /// The exact revision that the citizen checked.
    pub revision: u64,
    /// The day as of which the terminal evaluated the form.
    pub as_of: Date,
    /// The version of the engine's semantics.
    pub engine: u32,
    /// The transcript hash of the terminal's evaluation, lower-case hex.
    pub transcript: String,
    /// The version of the city's calendar that it was evaluated with; absent where the form counts no working days.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub calendar: Option<String>,
    /// The versions of the lists that it was evaluated with, of each list that the form lets choose from.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    #[cfg_attr(feature = "openapi", schema(value_type = std::collections::HashMap<String, String>))]
    pub lists: BTreeMap<ListCode, String>,
    /// What the terminal made of each question and page (`#id`): a path for each that is shown, and a short hash. By them
    /// the backend can say what differs from its own evaluation.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    #[cfg_attr(feature = "openapi", schema(value_type = std::collections::HashMap<String, String>))]
    pub marks: BTreeMap<String, String>,
    /// The transcript that `forms/confirm_changes` named: the citizen has seen what changed, and agrees.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub confirmed: Option<String>,
}

/// What `forms/confirm_changes` carries in `details`: the backend evaluated by another version of the rules, the calendar
/// or a list than the terminal, and came to something else.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ChangesToConfirm {
    /// The transcript of the backend's evaluation: sent again as [`SubmitDraft::confirmed`], it is taken.
    pub transcript: String,
    /// What is other than the terminal showed. Empty where the terminal did not say what it showed.
    pub changes: Vec<EvaluationChange>,
}

/// One thing that two evaluations see differently.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct EvaluationChange {
    /// The question, by its answer path; a page by `#` and its id.
    pub path: String,
    /// What became of it.
    pub what: ChangeKind,
    /// The value that the backend computed, of a question that is computed; null where it is not known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Object, nullable))]
    pub value: Option<Value>,
}

/// What became of a question or page under another version of the rules.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum ChangeKind {
    /// It is asked now.
    Shown,
    /// It is not asked any more; its answer is not submitted.
    Hidden,
    /// Another value is computed.
    Value,
    /// Something was wrong with it, and is not any more.
    Error,
}

/// With what answers were evaluated: who has the same comes to the same result.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct EvaluatedWith {
    /// The version of the engine's semantics.
    pub engine: u32,
    /// The day that was today.
    pub as_of: Date,
    /// The version of the city's calendar; absent where the form counts no working days.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub calendar: Option<String>,
    /// The versions of the lists that the form lets choose from.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    #[cfg_attr(feature = "openapi", schema(value_type = std::collections::HashMap<String, String>))]
    pub lists: BTreeMap<ListCode, String>,
}

/// The receipt of a submission.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Receipt {
    /// The case.
    pub case_id: CaseId,
    /// Its number.
    pub number: CaseNumber,
    /// The service item.
    pub item: ItemCode,
    /// Its name.
    pub item_name: Text,
    /// When the backend took it: this is the legal time.
    pub submitted_at: Timestamp,
    /// The attempt that made it.
    pub key: IdempotencyKey,
    /// SHA-256 over the answers as submitted (the transcript), lower-case hex.
    pub transcript: String,
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// What crosses the wire is frozen: a terminal of today talks to the hall of tomorrow.
    fn both_ways<T: Serialize + serde::de::DeserializeOwned + PartialEq + std::fmt::Debug>(wire: &Value) -> T {
        let read: T = serde_json::from_value(wire.clone()).unwrap_or_else(|error| panic!("{error}: {wire}"));
        assert_eq!(serde_json::to_value(&read).unwrap_or_default(), *wire);
        read
    }

    const STAMP: &str = "1764150844000.2.019abe5b-7d60-7000-8000-000000000001";

    #[test]
    fn a_save_carries_a_stamp_and_what_was_in_sight_with_each_change() {
        let wire = json!({"base_revision": 4, "page": "one", "changes": [
            {"path": "name", "value": "陈雨", "stamp": STAMP, "seen": 3},
            {"path": "rows", "value": ["r1"], "stamp": STAMP, "seen": 4},
            {"path": "rows/r1/name", "value": null, "stamp": STAMP, "seen": 4}]});
        let save: SaveDraft = both_ways(&wire);
        assert_eq!(save.changes[0].stamp.to_string(), STAMP);
        for wrong in [
            "",
            "1.2",
            "1.2.x",
            "-1.0.019abe5b-7d60-7000-8000-000000000001",
            "1.x.y.z",
        ] {
            let change = json!({"path": "name", "value": 1, "stamp": wrong, "seen": 3});
            assert!(serde_json::from_value::<StampedChange>(change).is_err(), "{wrong}");
        }
    }

    #[test]
    fn the_reply_says_what_others_gave_and_what_did_not_stand() {
        let given = json!({"path": "name", "value": "b", "terminal": "kiosk", "at": "2026-11-26T01:00:00.000Z"});
        let mut lost = given.clone();
        lost["n"] = json!(7);
        let wire = json!({"revision": 5, "saved_at": "2026-11-26T01:00:01.000Z", "clock": 1_764_150_844_000_u64,
            "others": [given], "lost": [lost]});
        both_ways::<DraftSaved>(&wire);
        both_ways::<DraftMoved>(&json!({"revision": 9, "changes": [given]}));
        both_ways::<SayPresence>(&json!({"writer": "019abe5b-7d60-7000-8000-000000000001", "here": true}));
        let poke = json!({"kind": "present", "id": "019abe5b-7d60-7000-8000-0000000000d1", "terminal": "mobile",
            "writer": "019abe5b-7d60-7000-8000-000000000001", "here": false});
        both_ways::<crate::cases::Poke>(&poke);
    }

    #[test]
    fn stamps_are_ordered_by_time_then_count_then_writer() {
        let stamp = |text: &str| text.parse::<Stamp>().unwrap_or_else(|error| panic!("{error}"));
        let ordered = [
            "9.9.ffffffff-0000-0000-0000-000000000000",
            "10.0.00000000-0000-0000-0000-000000000002",
            "10.1.00000000-0000-0000-0000-000000000001",
            "10.1.00000000-0000-0000-0000-000000000002",
        ];
        assert!(ordered.map(stamp).is_sorted_by(|a, b| a < b));
    }
}
