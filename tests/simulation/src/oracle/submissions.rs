//! Submissions: none is lost, none is doubled.

use std::collections::{BTreeMap, BTreeSet};

use onehall_client::Queued;
use onehall_protocol::{CaseId, DraftId};

use super::{Findings, Seen};
use crate::history::History;

/// A submission that was left to a terminal reached the hall, or stands where the citizen sees it, or was taken back; and what
/// was taken back in time made no case.
pub(super) fn none_lost(history: &History, waiting: &[Vec<Queued>], truth: &Seen, findings: &mut Findings) {
    for (key, attempt) in &history.attempts {
        let mut answered = attempt.answered.iter().flatten();
        let made = answered.any(Result::is_ok);
        if attempt.taken_back == Some(true) && made {
            findings.add("what was taken back is not submitted", format!("attempt {key}"));
        }
        let shown = waiting
            .get(attempt.terminal)
            .into_iter()
            .flatten()
            .any(|one| one.id.to_string() == *key);
        let gone = attempt.draft.is_some_and(|draft| history.discarded.contains(&draft));
        let gone = gone || attempt.left_behind || history.is_replaced(attempt);
        if attempt.queued && attempt.taken_back.is_none() && !made && !shown && !gone {
            let open = attempt.draft.is_some_and(|draft| truth.drafts.contains_key(&draft));
            let open = if open { "open" } else { "closed" };
            findings.add(
                "no acknowledged submission is lost",
                format!(
                    "attempt {key} at t{} of the {open} draft {:?}",
                    attempt.terminal, attempt.draft
                ),
            );
        }
    }
}

/// An attempt makes one case at most, and so does a draft; who was refused has no case by that attempt.
pub(super) fn none_doubled(history: &History, truth: &Seen, findings: &mut Findings) {
    let mut of_draft: BTreeMap<DraftId, BTreeSet<CaseId>> = BTreeMap::new();
    for (key, attempt) in &history.attempts {
        let answered = attempt.answered.iter().flatten();
        let made: BTreeSet<CaseId> = answered
            .clone()
            .filter_map(|answer| answer.as_ref().ok())
            .copied()
            .collect();
        if made.len() > 1 {
            findings.add("nothing is doubled", format!("attempt {key} made {made:?}"));
        }
        if let Some(draft) = attempt.draft {
            of_draft.entry(draft).or_default().extend(&made);
        }
        for told in attempt.told.iter().filter_map(|told| told.as_ref().ok()) {
            if !truth.cases.contains_key(told) {
                findings.add(
                    "what was registered is there",
                    format!("attempt {key} was told of {told}"),
                );
            }
        }
        // Once it made a case, each arrival gets that case's receipt.
        let first = attempt.answered.iter().position(|answer| matches!(answer, Some(Ok(_))));
        let later = attempt.answered.iter().skip(first.unwrap_or(usize::MAX)).flatten();
        for refused in later.filter_map(|answer| answer.as_ref().err()) {
            findings.add(
                "an attempt that made a case is not refused",
                format!("attempt {key}: {refused}"),
            );
        }
    }
    for (draft, cases) in of_draft {
        if cases.len() > 1 {
            findings.add("nothing is doubled", format!("the draft {draft} became {cases:?}"));
        }
        if !cases.is_empty() && truth.drafts.contains_key(&draft) {
            findings.add(
                "nothing is doubled",
                format!("the draft {draft} is open beside its case"),
            );
        }
    }
    let numbers: BTreeSet<_> = truth.cases.values().map(|case| &case.summary.number).collect();
    if numbers.len() != truth.cases.len() {
        findings.add("nothing is doubled", "two cases have one number".to_owned());
    }
}
