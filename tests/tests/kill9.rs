//! The backend is killed (SIGKILL) in the middle of the busiest hour: nothing that was acknowledged is lost, nothing is taken
//! twice. The machine goes on: what a power cut does to its disk is not tried here.

use std::collections::{BTreeMap, BTreeSet};

use futures::stream::{self, FuturesUnordered, StreamExt, TryStreamExt};
use onehall_protocol::{CaseId, CaseNumber, DraftId, IdempotencyKey};
use onehall_tests::citizen::{Citizen, Ready, new_key, today};
use onehall_tests::hall::Hall;
use onehall_tests::load::ITEMS;
use onehall_tests::{Failure, Outcome, samples};
use reqwest::StatusCode;

/// Citizens: each applies for every one of those services at once.
const CITIZENS: usize = 100;

/// How many acknowledgements come before the kill.
const BEFORE_THE_KILL: usize = 300;

/// How many citizens prepare their applications side by side.
const SIDE_BY_SIDE: usize = 16;

/// An application that is ready, and the key of the attempt to submit it.
struct Attempt {
    citizen: usize,
    ready: Ready,
    key: IdempotencyKey,
}

#[tokio::test(flavor = "multi_thread")]
async fn every_acknowledged_submission_survives_a_kill_and_is_there_exactly_once() -> Outcome {
    let mut hall = Hall::open().await?;
    let (citizens, attempts) = prepare(&hall).await?;
    assert_eq!(attempts.len(), 1_000);

    // All at once; in the middle of it the backend is gone, without a chance to finish anything.
    let mut under_way: FuturesUnordered<_> = attempts
        .iter()
        .enumerate()
        .map(|(number, attempt)| {
            let request = citizens[attempt.citizen].submission(&hall, &attempt.ready, attempt.key);
            async move { (number, receipt(request).await) }
        })
        .collect();
    let mut acknowledged: BTreeMap<usize, (CaseId, CaseNumber)> = BTreeMap::new();
    let mut killed = false;
    let process = hall.process_id().ok_or("the backend does not run")?;
    while let Some((number, receipt)) = under_way.next().await {
        if let Ok((status, case, case_number)) = receipt {
            assert_eq!(status, StatusCode::CREATED, "a first submission makes a case");
            acknowledged.insert(number, (case, case_number));
        } else if !killed {
            return Err(format!("a submission failed before the kill: {receipt:?}").into());
        }
        if !killed && acknowledged.len() >= BEFORE_THE_KILL {
            kill_9(process)?;
            killed = true;
        }
    }
    drop(under_way);
    hall.kill().await?;
    let lost = attempts.len() - acknowledged.len();
    println!("{} were acknowledged, {lost} were not", acknowledged.len());
    assert!(lost > 0, "the kill came too late to try anything");

    hall.restart().await?;
    let taken = taken(&hall, &citizens).await?;
    for (number, (case, case_number)) in &acknowledged {
        let draft = attempts[*number].ready.draft;
        assert_eq!(
            taken.get(case),
            Some(case_number),
            "the case of draft {draft} was acknowledged and is not there"
        );
    }

    // The terminals try again what they got no answer to, with the same keys; some of those did get through.
    let mut cases: BTreeMap<DraftId, CaseId> = BTreeMap::new();
    let mut repeated = 0;
    for (number, attempt) in attempts.iter().enumerate() {
        let (status, receipt) = citizens[attempt.citizen]
            .submit(&hall, &attempt.ready, attempt.key)
            .await?;
        repeated += usize::from(status == StatusCode::OK);
        assert_eq!(receipt.key, attempt.key);
        if let Some((case, case_number)) = acknowledged.get(&number) {
            assert_eq!(
                (status, receipt.case_id, &receipt.number),
                (StatusCode::OK, *case, case_number)
            );
        }
        cases.insert(attempt.ready.draft, receipt.case_id);
    }
    assert_eq!(
        repeated,
        taken.len(),
        "what was there was told again, all else was taken now"
    );

    let taken = self::taken(&hall, &citizens).await?;
    assert_eq!(taken.len(), attempts.len(), "one case for each application");
    assert_eq!(
        taken.keys().copied().collect::<BTreeSet<_>>(),
        cases.into_values().collect()
    );
    assert_eq!(
        taken.values().collect::<BTreeSet<_>>().len(),
        attempts.len(),
        "no case number is given twice"
    );
    Ok(())
}

/// Logs everybody in and fills everything, up to the last button.
async fn prepare(hall: &Hall) -> Outcome<(Vec<Citizen>, Vec<Attempt>)> {
    let today = today()?;
    let prepared: Vec<(usize, Citizen, Vec<Attempt>)> = stream::iter(0..CITIZENS)
        .map(|number| async move {
            let citizen = Citizen::login(hall, &format!("139{number:08}")).await?;
            let mut attempts = Vec::new();
            for item in ITEMS {
                let ready = citizen.fill(hall, &samples::complete(item, today)?).await?;
                attempts.push(Attempt {
                    citizen: number,
                    ready,
                    key: new_key(),
                });
            }
            Ok::<_, Failure>((number, citizen, attempts))
        })
        .buffered(SIDE_BY_SIDE)
        .try_collect()
        .await?;
    let mut citizens = Vec::new();
    let mut all = Vec::new();
    for (_, citizen, attempts) in prepared {
        citizens.push(citizen);
        all.extend(attempts);
    }
    Ok((citizens, all))
}

/// Sends a submission and reads its receipt.
async fn receipt(request: reqwest::RequestBuilder) -> Outcome<(StatusCode, CaseId, CaseNumber)> {
    let answer = request.send().await?;
    let status = answer.status();
    let text = answer.text().await?;
    let receipt: onehall_protocol::drafts::Receipt =
        serde_json::from_str(&text).map_err(|error| format!("{status}: {error}: {text}"))?;
    Ok((status, receipt.case_id, receipt.number))
}

/// Every case that the hall knows of these citizens.
async fn taken(hall: &Hall, citizens: &[Citizen]) -> Outcome<BTreeMap<CaseId, CaseNumber>> {
    let mut taken = BTreeMap::new();
    for citizen in citizens {
        for case in citizen.cases(hall).await? {
            if taken.insert(case.id, case.number).is_some() {
                return Err(format!("case {} is listed twice", case.id).into());
            }
        }
    }
    Ok(taken)
}

/// What no handler can catch.
fn kill_9(process: u32) -> Outcome {
    let status = std::process::Command::new("kill")
        .args(["-KILL", &process.to_string()])
        .status()?;
    if status.success() {
        Ok(())
    } else {
        Err("the backend could not be killed".into())
    }
}
