//! Submissions: none is lost, none is doubled.

use std::collections::{BTreeMap, BTreeSet};

use onehall_client::Queued;
use onehall_protocol::{CaseId, DraftId};

use super::{Findings, Seen};
use crate::history::History;

/// A submission that was left to a terminal reached the hall, or stands where the citizen sees it, or was taken back; and what
/// was taken back in time made no case.
pub(super) fn none_lost(history: &History, waiting: &[Vec<Queued>], truth: &Seen, findings: &mut Findings) {
    let waits: BTreeSet<String> = waiting.iter().flatten().map(|one| one.id.to_string()).collect();
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
        let gone = attempt.draft.is_some_and(|draft| history.threw_away(&draft));
        let gone =
            gone || attempt.left_behind || history.is_replaced(attempt, &waits) || history.came_too_late(attempt);
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
        // Once it made a case, each arrival that is let in gets that case's receipt.
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

#[cfg(test)]
mod tests {
    use onehall_client::{QueuedAbout, QueuedState};
    use onehall_core::ports::{HttpResponse, Method};
    use onehall_protocol::{CoreError, ErrorCode, IdempotencyKey, Language, Text, Timestamp};
    use serde_json::{Value, json};
    use uuid::Uuid;

    use super::*;
    use crate::history::Attempt;
    use crate::replica::Parcel;

    fn key(number: u128) -> IdempotencyKey {
        IdempotencyKey(Uuid::from_u128(number))
    }

    /// What the oracle says where the hall refused a first attempt, a second one was pressed as the terminal died, and the draft
    /// was submitted elsewhere before that could be sent. `stands`: the terminal shows the second one in the end.
    fn found(stands: bool) -> usize {
        let draft = DraftId(Uuid::from_u128(7));
        let mut history = History::default();
        let refused = vec![Some(Err("drafts/moved".to_owned()))];
        for (number, queued, answered) in [(1, true, refused), (2, false, Vec::new())] {
            let known = history.attempt(&key(number).to_string());
            *known = Attempt {
                draft: Some(draft),
                left: true,
                number: known.number,
                queued,
                answered,
                ..Attempt::default()
            };
        }
        let error = CoreError::new(ErrorCode::DraftSubmitted, Language::En);
        let shown = Queued {
            id: key(2),
            about: QueuedAbout::Submission(draft),
            title: Text::new("事项", "Matter"),
            queued_at: Timestamp::from_unix_millis(0),
            state: QueuedState::Conflict { error },
            kept: true,
            left: false,
        };
        let waiting = [stands.then_some(shown).into_iter().collect()];
        let mut findings = Findings::default();
        none_lost(&history, &waiting, &Seen::default(), &mut findings);
        findings.found.len()
    }

    #[test]
    fn an_attempt_is_replaced_by_one_that_only_its_terminal_knows_of() {
        assert_eq!(found(true), 0);
        assert_eq!(found(false), 1, "nothing stands in its place");
    }

    /// What the oracle says where a submission that made a case arrives again, and is answered so.
    fn found_of_a_copy(status: u16, code: &str) -> usize {
        let asked = Parcel {
            method: Method::Post,
            path: format!("/api/v1/drafts/{}/submission", DraftId(Uuid::from_u128(7))),
            headers: vec![("idempotency-key".to_owned(), key(1).to_string())],
            body: Vec::new(),
        };
        let mut history = History::default();
        let mut answer = |status, said: &Value| {
            let answer = HttpResponse {
                status,
                headers: Vec::new(),
                body: said.to_string().into_bytes(),
            };
            let at = Timestamp::from_unix_millis(0);
            history.answered(&asked, Some(&answer), (at, at));
        };
        answer(201, &json!({ "case_id": CaseId(Uuid::from_u128(9)) }));
        answer(status, &json!({ "code": code }));
        let mut findings = Findings::default();
        none_doubled(&history, &Seen::default(), &mut findings);
        findings.found.len()
    }

    #[test]
    fn a_copy_that_is_not_let_in_is_no_refusal_of_its_attempt() {
        assert_eq!(found_of_a_copy(401, "identity/not_logged_in"), 0);
        assert_eq!(found_of_a_copy(409, "drafts/submitted"), 1, "the hall forgot it");
    }
}
