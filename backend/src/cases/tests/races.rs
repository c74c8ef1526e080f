//! Two replicas on one database, at the same moment: what holds for one writer holds for all of them.

use std::collections::BTreeSet;
use std::sync::Arc;

use onehall_protocol::ErrorCode;
use onehall_protocol::cases::CaseState;
use onehall_protocol::drafts::{SaveDraft, StampedChange};
use onehall_protocol::identity::TerminalKind;
use onehall_protocol::sync::Stamp;
use onehall_protocol::{CaseId, IdempotencyKey, WriterId};
use serde_json::json;
use uuid::Uuid;

use super::port::{Place, at, event, must, parsed};
use crate::cases::CaseStore;
use crate::cases::model::{Attempt, Step, StepWith, Submitted, Viewer};
use crate::cases::workflow::{CaseClock, Standing};
use crate::drafts::{DraftStore, SaveCommand};
use crate::identity::Reach;
use crate::storage::sql::Database;

/// How often each race is run: who wins is chance.
const ROUNDS: u32 = 12;

/// A place and its two replicas.
fn replicas() -> (Place, [Arc<Database>; 2]) {
    let place = Place::new();
    let other = Arc::new(place.sqlite.again());
    let both = [place.sqlite.store(), other];
    (place, both)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_submission_that_arrives_at_two_replicas_becomes_one_case_with_one_receipt() {
    let (place, replicas) = replicas();
    for round in 0..ROUNDS {
        let first = place.submission("submitted", None, i64::from(round)).await;
        let mut second = first.clone();
        second.id = CaseId(Uuid::now_v7());
        let (one, other) = tokio::join!(replicas[0].submit(first), replicas[1].submit(second));
        let receipts = [must(one), must(other)].map(|submitted| match submitted {
            Submitted::New(receipt) => (receipt, true),
            Submitted::Again(receipt) => (receipt, false),
        });
        assert_eq!(receipts[0].0, receipts[1].0);
        assert_ne!(receipts[0].1, receipts[1].1, "one of them made the case");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_two_keys_for_one_draft_one_becomes_a_case_and_the_other_is_told() {
    let (place, replicas) = replicas();
    for round in 0..ROUNDS {
        let first = place.submission("submitted", None, i64::from(round)).await;
        let mut second = first.clone();
        (second.id, second.attempt.key) = (CaseId(Uuid::now_v7()), IdempotencyKey(Uuid::now_v7()));
        let (one, other) = tokio::join!(replicas[0].submit(first), replicas[1].submit(second));
        let codes = [one, other].map(|outcome| outcome.err().map(|error| error.code()));
        assert!(
            codes.contains(&None) && codes.contains(&Some(ErrorCode::DraftSubmitted)),
            "{codes:?}"
        );
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_number_is_given_twice_and_none_is_left_out() {
    let (place, replicas) = replicas();
    let mut submissions = Vec::new();
    for round in 0..40 {
        submissions.push(place.submission("submitted", None, round).await);
    }
    let mut running = Vec::new();
    for (turn, submission) in submissions.into_iter().enumerate() {
        let replica = Arc::clone(&replicas[turn % 2]);
        running.push(tokio::spawn(async move { replica.submit(submission).await }));
    }
    let mut numbers = BTreeSet::new();
    for task in running {
        let (Submitted::New(receipt) | Submitted::Again(receipt)) = must(must(task.await));
        numbers.insert(receipt.number.0);
    }
    let last = numbers.last().cloned().unwrap_or_default();
    assert_eq!(numbers.len(), 40);
    assert!(last.contains("40"), "{last}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_two_clerks_who_decide_on_the_same_version_one_wins() {
    let (place, replicas) = replicas();
    for round in 0..ROUNDS {
        let case = place.case("submitted", None, i64::from(round)).await;
        let step = |name: &str| Step {
            case,
            viewer: Viewer::System,
            version: 1,
            attempt: None,
            standing: Standing {
                step: parsed(name),
                due: None,
                clock: CaseClock::new(10),
            },
            event: event(name, CaseState::InReview, 100),
            with: StepWith::default(),
        };
        let (one, other) = tokio::join!(replicas[0].step(step("accepted")), replicas[1].step(step("returned")));
        let codes = [one, other].map(|outcome| outcome.err().map(|error| error.code()));
        assert!(
            codes.contains(&None) && codes.contains(&Some(ErrorCode::CaseMoved)),
            "{codes:?}"
        );
        let history = must(place.sqlite.case(case, Viewer::System).await).history;
        assert_eq!(history.len(), 2);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_two_terminals_save_at_the_same_moment_is_both_kept_and_counted() {
    let (place, replicas) = replicas();
    let submission = place.submission("submitted", None, 0).await;
    let (id, reach) = (submission.draft, Reach::all_of(&[submission.principal.id]));
    let save = |writer: u128, count: u32| SaveCommand {
        id,
        reach: reach.clone(),
        save: SaveDraft {
            base_revision: 1,
            changes: vec![StampedChange {
                path: format!("field_{writer}_{count}"),
                value: json!(count),
                stamp: Stamp {
                    at: 2,
                    count,
                    writer: WriterId(Uuid::from_u128(writer)),
                },
                seen: 1,
            }],
            page: None,
        },
        groups: BTreeSet::new(),
        merge: onehall_sync::later,
        terminal: TerminalKind::Mobile,
        now: at(1),
    };
    for count in 0..ROUNDS {
        let (one, other) = tokio::join!(
            replicas[0].save_draft(save(1, count)),
            replicas[1].save_draft(save(2, count))
        );
        assert_ne!(
            must(one).revision,
            must(other).revision,
            "no revision stands for two saves"
        );
    }
    let draft = must(place.sqlite.draft(id, reach).await);
    assert_eq!(draft.answers.len(), 2 * ROUNDS as usize);
    assert_eq!(draft.revision, 1 + 2 * u64::from(ROUNDS));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_cuts_every_connection_costs_at_most_an_answer_and_the_pool_heals() {
    let (place, replicas) = replicas();
    for round in 0..ROUNDS {
        let submission = place.submission("submitted", None, i64::from(round)).await;
        let attempt = Attempt {
            actor: submission.attempt.actor,
            key: submission.attempt.key,
            payload: submission.attempt.payload,
        };
        let running = {
            let (replica, submission) = (Arc::clone(&replicas[1]), submission.clone());
            tokio::spawn(async move { replica.submit(submission).await })
        };
        place.sqlite.cut();
        // Whatever became of the answer, the key tells what became of the submission.
        match must(running.await) {
            Ok(_) => {}
            Err(error) => assert_eq!(error.code(), ErrorCode::Unavailable),
        }
        let mut tried = 0;
        let receipt = loop {
            match replicas[1].submit(submission.clone()).await {
                Ok(Submitted::New(receipt) | Submitted::Again(receipt)) => break receipt,
                Err(error) => assert_eq!(error.code(), ErrorCode::Unavailable),
            }
            tried += 1;
            assert!(tried < 5, "it does not heal");
        };
        let kept = must(replicas[1].receipt(attempt).await);
        assert_eq!(kept, Some(receipt));
    }
}
