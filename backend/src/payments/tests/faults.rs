//! A provider that fails in the middle, and a process that is killed there.

use std::sync::Arc;

use super::super::model::{Begin, Known, Settle};
use super::super::simulator::{Condition, Deed};
use super::*;
use crate::cases::model::{Attempt, Viewer};
use crate::cases::tests::{clerk, done};
use crate::clock::Clock;
use crate::identity::Reach;

#[tokio::test]
async fn a_provider_that_is_down_charges_nothing_and_the_case_goes_on_once_it_is_back() {
    let (hall, mut browser, case) = owing().await;
    hall.provider.set(Condition::Down);
    let reply = begin(&mut browser, &case).await;
    assert_eq!((reply.status, reply.code().as_str()), (503, "payments/unavailable"));
    assert_eq!(reply.json()["retryable"], true);
    assert_eq!(
        state(&mut browser, &case).await,
        "uncertain",
        "nobody can say what arrived"
    );
    refused(&begin(&mut browser, &case).await, "under_way");
    hall.clock.advance(21);
    assert_eq!(follow_up(&hall).await, 1);
    assert_eq!(state(&mut browser, &case).await, "uncertain");
    hall.provider.set(Condition::Fine);
    hall.clock.advance(21);
    assert_eq!(follow_up(&hall).await, 1);
    let charge = look(&mut browser, &case).await["charge"].clone();
    assert_eq!(
        (&charge["state"], &charge["refusal"]),
        (&json!("refused"), &json!("unreachable"))
    );
    let payment = begun(&mut browser, &case).await;
    pays(&hall, &payment, Deed::Pay);
    confirm(&mut browser, &case, &payment).await;
    assert_eq!(state(&mut browser, &case).await, "paid");
    assert_eq!(hall.provider.charged(), 1);
}

#[tokio::test]
async fn a_lost_answer_is_asked_after_and_never_charged_twice() {
    let (hall, mut browser, case) = owing().await;
    let payment = begun(&mut browser, &case).await;
    pays(&hall, &payment, Deed::Pay);
    hall.provider.set(Condition::Mute);
    let asked = confirm(&mut browser, &case, &payment).await;
    assert_eq!(asked.status, 200, "that nobody answers is no error of its citizen's");
    assert_eq!(asked.json()["charge"]["state"], "uncertain");
    assert_eq!(asked.json()["ways"], json!([]), "nothing else can be begun");
    for way in ["code", "card"] {
        let again = begin_as(&mut browser, &case, way, "20.00", Uuid::now_v7()).await;
        refused(&again, "under_way");
    }
    hall.provider.set(Condition::Fine);
    hall.clock.advance(21);
    follow_up(&hall).await;
    assert_eq!(
        state(&mut browser, &case).await,
        "paid",
        "although its citizen has gone"
    );
    assert_eq!(hall.provider.charged(), 1);
    hall.clock.advance(21);
    assert_eq!(follow_up(&hall).await, 0);
}

#[tokio::test]
async fn a_payment_whose_opening_was_not_answered_can_be_paid_by_nobody() {
    let (hall, mut browser, case) = owing().await;
    hall.provider.set(Condition::Mute);
    assert_eq!(begin(&mut browser, &case).await.status, 503);
    hall.provider.set(Condition::Fine);
    let known = hall.provider.payments();
    assert_eq!(known.len(), 1, "it arrived");
    assert!(hall.provider.act(known[0].id, Deed::Pay).is_err());
    hall.clock.advance(21);
    follow_up(&hall).await;
    assert_eq!(state(&mut browser, &case).await, "refused");
}

/// What a process does up to the moment in which it is killed: the payment is kept, and its provider has not heard of it.
async fn killed_after_keeping(hall: &TestHall, session: &Value, case: &str, key: Uuid) {
    let person = session["actor"]["id"].as_str().unwrap_or_default();
    let person = onehall_protocol::PersonId(person.parse().unwrap_or_else(|error| panic!("{error}")));
    let id = onehall_protocol::CaseId(case.parse().unwrap_or_else(|error| panic!("{error}")));
    let asked = onehall_protocol::payments::BeginPayment {
        way: onehall_protocol::payments::PaymentWay::Code,
        amount: onehall_protocol::Money::from_fen(2000),
    };
    let begin = Begin {
        attempt: Attempt {
            actor: person,
            key: onehall_protocol::IdempotencyKey(key),
            payload: crate::cases::payload("payment", id, &asked).unwrap_or_else(|error| panic!("{error}")),
        },
        case: id,
        viewer: Viewer::Citizen(Reach::all_of(&[person])),
        id: onehall_protocol::PaymentId(Uuid::now_v7()),
        way: asked.way,
        amount: asked.amount,
        terminal: onehall_protocol::identity::TerminalKind::Browser,
        now: hall.clock.now(),
    };
    let kept = hall.state.storage.begin_payment(begin).await;
    assert!(kept.is_ok(), "{kept:?}");
}

#[tokio::test]
async fn who_presses_again_after_a_kill_goes_on_with_the_same_payment() {
    let hall = TestHall::open().await;
    let mut browser = hall.browser();
    let session = browser.log_in(CITIZEN).await;
    let case = apply(&hall, &mut browser).await;
    let key = Uuid::now_v7();
    killed_after_keeping(&hall, &session, &case, key).await;
    let kept = look(&mut browser, &case).await["charge"]["payment"].clone();
    assert_eq!(kept["pay_at"], Value::Null);
    // The same attempt, which did not hear its answer; and a new press.
    for key in [key, Uuid::now_v7()] {
        let again = begin_as(&mut browser, &case, "code", "20.00", key).await;
        assert_eq!(again.status, 200, "{}", again.json());
        assert_eq!(again.json()["charge"]["payment"]["id"], kept["id"]);
        assert!(again.json()["charge"]["payment"]["pay_at"].is_string());
    }
    assert_eq!(hall.provider.payments().len(), 1);
}

#[tokio::test]
async fn who_asks_after_a_payment_while_its_provider_is_told_of_it_does_not_end_it() {
    let hall = TestHall::open().await;
    let mut browser = hall.browser();
    let session = browser.log_in(CITIZEN).await;
    let case = apply(&hall, &mut browser).await;
    killed_after_keeping(&hall, &session, &case, Uuid::now_v7()).await;
    let kept = look(&mut browser, &case).await["charge"]["payment"]["id"].clone();
    let asked = confirm(&mut browser, &case, kept.as_str().unwrap_or_default()).await;
    assert_eq!(asked.json()["charge"]["state"], "begun");
    assert_eq!(begun(&mut browser, &case).await, kept.as_str().unwrap_or_default());
}

#[tokio::test]
async fn what_a_killed_process_left_comes_to_its_end_by_itself() {
    let hall = TestHall::open().await;
    let mut browser = hall.browser();
    let session = browser.log_in(CITIZEN).await;
    let case = apply(&hall, &mut browser).await;
    killed_after_keeping(&hall, &session, &case, Uuid::now_v7()).await;
    hall.clock.advance(21);
    // Another replica finds it.
    let replica = hall.replica();
    let followed = super::super::follow_up(&replica.state).await;
    assert_eq!(followed.ok(), Some(1));
    let charge = look(&mut browser, &case).await["charge"].clone();
    assert_eq!(
        (&charge["state"], &charge["refusal"]),
        (&json!("refused"), &json!("unreachable"))
    );
    assert_eq!(hall.provider.charged(), 0);
}

#[tokio::test]
async fn a_payment_that_was_killed_between_paying_and_asking_is_found_paid() {
    let (hall, mut browser, case) = owing().await;
    let payment = begun(&mut browser, &case).await;
    pays(&hall, &payment, Deed::Pay);
    // Nobody ever confirms.
    assert_eq!(follow_up(&hall).await, 0, "its terminal is left some time to ask");
    hall.clock.advance(21);
    assert_eq!(follow_up(&hall).await, 1);
    assert_eq!(state(&mut browser, &case).await, "paid");
}

#[tokio::test]
async fn what_nobody_pays_in_time_is_over() {
    let (hall, mut browser, case) = owing().await;
    let payment = begun(&mut browser, &case).await;
    hall.clock.advance(901);
    follow_up(&hall).await;
    browser.log_in(CITIZEN).await;
    let charge = look(&mut browser, &case).await["charge"].clone();
    assert_eq!(
        (&charge["state"], &charge["refusal"]),
        (&json!("refused"), &json!("expired"))
    );
    let id = payment.parse().unwrap_or_else(|error| panic!("{error}"));
    assert!(hall.provider.act(id, Deed::Pay).is_err());
}

#[tokio::test]
async fn of_two_replicas_that_begin_at_once_one_payment_comes() {
    let (hall, mut browser, case) = owing().await;
    let replica = hall.replica();
    let mut elsewhere = replica.reached_by(&browser);
    let (one, other) = tokio::join!(begin(&mut browser, &case), begin(&mut elsewhere, &case));
    for reply in [one, other] {
        assert_eq!(reply.status, 200, "{}", reply.json());
    }
    assert_eq!(count(&hall, "SELECT count(*) FROM payment"), 1);
    assert_eq!(hall.provider.payments().len(), 1);
}

#[tokio::test]
async fn a_hall_without_a_provider_offers_the_window_alone() {
    let mut hall = TestHall::open().await;
    let mut browser = hall.browser();
    browser.log_in(CITIZEN).await;
    let case = apply(&hall, &mut browser).await;
    hall.restart_with_provider(Arc::new(super::super::provider::NoProvider));
    let mut browser = hall.again(&browser);
    assert_eq!(look(&mut browser, &case).await["ways"], json!([]));
    let reply = begin(&mut browser, &case).await;
    assert_eq!((reply.status, reply.code().as_str()), (503, "payments/unavailable"));
    assert_eq!(state(&mut browser, &case).await, "due");
}

#[tokio::test]
async fn what_is_paid_for_a_case_that_ended_meanwhile_goes_back() {
    let (hall, mut browser, case) = owing().await;
    let payment = begun(&mut browser, &case).await;
    let mut window = clerk(&hall, "ps-window").await;
    done(&mut window, &case, "pass-pre-review", json!({})).await;
    done(&mut window, &case, "refuse-acceptance", json!({ "reason": "重复申请" })).await;
    pays(&hall, &payment, Deed::Pay);
    for _ in 0..2 {
        hall.clock.advance(21);
        assert_eq!(follow_up(&hall).await, 1);
    }
    assert_eq!(state(&mut browser, &case).await, "refunded");
    assert_eq!(hall.provider.payments()[0].state, "refunded");
    hall.clock.advance(21);
    assert_eq!(follow_up(&hall).await, 0);
}

#[tokio::test]
async fn another_amount_that_comes_late_goes_back_and_the_case_still_owes() {
    let (hall, mut browser, case) = owing().await;
    let payment = begun(&mut browser, &case).await;
    cancel(&mut browser, &case, &payment).await;
    let late = Settle {
        id: payment.parse().unwrap_or_else(|error| panic!("{error}")),
        known: Known::Paid {
            reference: "B-9".to_owned(),
            amount: onehall_protocol::Money::from_fen(1999),
        },
        now: hall.clock.now(),
    };
    let settled = hall.state.storage.settle_payment(late).await;
    assert!(settled.as_ref().is_ok_and(|settled| settled.changed), "{settled:?}");
    let goes_back = "SELECT count(*) FROM payment WHERE state = 'paid' AND refund_asked_at IS NOT NULL";
    assert_eq!(count(&hall, goes_back), 1);
    assert_eq!(state(&mut browser, &case).await, "refused");
    let second = begun(&mut browser, &case).await;
    assert_ne!(second, payment);
}

#[tokio::test]
async fn what_is_paid_for_an_amount_that_is_not_owed_any_more_goes_back_and_the_other_is_due() {
    let (hall, mut browser, case) = owing().await;
    let payment = begun(&mut browser, &case).await;
    // As a supplement does whose answers cost more.
    let more = hall
        .database
        .look(|db| db.execute("UPDATE payment_charge SET amount = 4000", []));
    assert!(more.is_ok(), "{more:?}");
    pays(&hall, &payment, Deed::Pay);
    let asked = confirm(&mut browser, &case, &payment).await;
    assert_eq!(asked.json()["charge"]["state"], "due");
    let second = begin_as(&mut browser, &case, "code", "40.00", Uuid::now_v7()).await;
    assert_eq!(second.status, 200, "{}", second.json());
    hall.clock.advance(21);
    follow_up(&hall).await;
    let states: Vec<String> = hall.provider.payments().into_iter().map(|one| one.state).collect();
    assert_eq!(
        states.iter().filter(|state| *state == "refunded").count(),
        1,
        "{states:?}"
    );
    assert_eq!(state(&mut browser, &case).await, "begun");
}
