//! What clerks take, give back and see.

use super::super::simulator::{Condition, Deed};
use super::*;
use crate::cases::tests::{clerk, done};

fn desk(case: &str) -> String {
    format!("/api/v1/staff/cases/{case}/payment")
}

async fn note(console: &mut TestTerminal, case: &str, amount: &str) -> Reply {
    console.post(&desk(case), json!({ "amount": amount })).await
}

#[tokio::test]
async fn what_is_paid_at_a_window_stands_with_who_took_it_and_when() {
    let (hall, mut browser, case) = owing().await;
    let mut window = clerk(&hall, "ps-window").await;
    refused(&note(&mut window, &case, "19.00").await, "other_amount");
    for _ in 0..3 {
        let noted = note(&mut window, &case, "20.00").await;
        assert_eq!(noted.status, 200, "{}", noted.json());
        assert_eq!(noted.json()["payment"]["charge"]["state"], "paid");
        let steps = noted.json()["steps"].clone();
        assert_eq!(
            steps.as_array().map(Vec::len),
            Some(1),
            "pressed again it is one payment"
        );
        assert_eq!(
            (&steps[0]["at"], &steps[0]["way"], &steps[0]["state"]),
            (&json!("2026-11-23T01:00:00.000Z"), &json!("cash"), &json!("paid"))
        );
        assert!(steps[0]["clerk"].as_str().is_some_and(|name| !name.is_empty()));
    }
    let charge = look(&mut browser, &case).await["charge"].clone();
    assert_eq!(
        (&charge["state"], &charge["receipt"]["way"]),
        (&json!("paid"), &json!("cash"))
    );
    assert!(
        !charge.to_string().contains("clerk"),
        "a citizen is told of no clerk by name"
    );
    refused(&begin(&mut browser, &case).await, "paid");
    // Another clerk takes it no second time.
    let mut second = clerk(&hall, "ps-window-2").await;
    refused(&note(&mut second, &case, "20.00").await, "paid");
    assert_eq!(count(&hall, "SELECT count(*) FROM payment"), 1);
}

#[tokio::test]
async fn nothing_is_taken_at_a_window_while_a_phone_pays() {
    let (hall, mut browser, case) = owing().await;
    let payment = begun(&mut browser, &case).await;
    let mut window = clerk(&hall, "ps-window").await;
    refused(&note(&mut window, &case, "20.00").await, "under_way");
    cancel(&mut browser, &case, &payment).await;
    assert_eq!(note(&mut window, &case, "20.00").await.status, 200);
}

#[tokio::test]
async fn who_sits_at_no_window_takes_nothing_and_another_authority_sees_nothing() {
    let (hall, mut browser, case) = owing().await;
    let mut reviewer = clerk(&hall, "ps-reviewer").await;
    let seen = reviewer.get(&desk(&case)).await;
    assert_eq!((seen.status, &seen.json()["may_handle"]), (200, &json!(false)));
    assert_eq!(note(&mut reviewer, &case, "20.00").await.code(), "identity/forbidden");
    let refund = format!("{}/refund", desk(&case));
    let back = reviewer.post(&refund, json!({ "reason": "x" })).await;
    assert_eq!(back.code(), "identity/forbidden");
    let mut other = clerk(&hall, "mr-window").await;
    for reply in [other.get(&desk(&case)).await, note(&mut other, &case, "20.00").await] {
        assert_eq!((reply.status, reply.code().as_str()), (404, "request/not_found"));
    }
    let mut administrator = clerk(&hall, "admin").await;
    assert_eq!(administrator.get(&desk(&case)).await.code(), "identity/forbidden");
    assert_eq!(
        note(&mut browser, &case, "20.00").await.status,
        401,
        "a citizen is no clerk"
    );
}

#[tokio::test]
async fn what_a_provider_took_goes_back_once_also_where_it_answers_late() {
    let (hall, mut browser, case) = owing().await;
    let payment = begun(&mut browser, &case).await;
    pays(&hall, &payment, Deed::Pay);
    confirm(&mut browser, &case, &payment).await;
    let mut window = clerk(&hall, "ps-window").await;
    let refund = format!("{}/refund", desk(&case));
    let without = window.post(&refund, json!({ "reason": " " })).await;
    assert_eq!((without.status, without.code().as_str()), (422, "cases/incomplete"));
    hall.provider.set(Condition::Down);
    let asked = window.post(&refund, json!({ "reason": "申请撤回" })).await;
    assert_eq!(asked.json()["payment"]["charge"]["state"], "paid", "not yet given back");
    hall.provider.set(Condition::Fine);
    hall.clock.advance(21);
    assert_eq!(follow_up(&hall).await, 1);
    let charge = look(&mut browser, &case).await["charge"].clone();
    assert_eq!(charge["state"], "refunded");
    assert!(charge["receipt"]["refunded_at"].is_string());
    hall.clock.advance(21);
    assert_eq!(follow_up(&hall).await, 0);
    let again = window.post(&refund, json!({ "reason": "申请撤回" })).await;
    refused(&again, "not_paid");
    assert_eq!(hall.provider.payments()[0].state, "refunded");
}

#[tokio::test]
async fn giving_back_asks_for_the_second_factor_of_a_moment_ago() {
    let (hall, _browser, case) = owing().await;
    let mut window = clerk(&hall, "ps-window").await;
    note(&mut window, &case, "20.00").await;
    hall.clock.advance(601);
    let refund = format!("{}/refund", desk(&case));
    let reply = window.post(&refund, json!({ "reason": "多收" })).await;
    assert_eq!(
        (reply.status, reply.code().as_str()),
        (403, "identity/step_up_required")
    );
    assert_eq!(count(&hall, "SELECT count(*) FROM payment WHERE state = 'paid'"), 1);
}

#[tokio::test]
async fn a_case_that_ended_without_a_result_owes_nothing_and_what_was_paid_stays_told() {
    let (hall, mut browser, case) = owing().await;
    let mut window = clerk(&hall, "ps-window").await;
    done(&mut window, &case, "pass-pre-review", json!({})).await;
    done(&mut window, &case, "refuse-acceptance", json!({ "reason": "重复申请" })).await;
    assert_eq!(look(&mut browser, &case).await, json!({ "ways": [] }));
    refused(&begin(&mut browser, &case).await, "nothing_due");
    refused(&note(&mut window, &case, "20.00").await, "nothing_due");
}

#[tokio::test]
async fn the_list_of_a_day_has_what_was_paid_that_day_and_its_sums() {
    let (hall, mut browser, case) = owing().await;
    let payment = begun(&mut browser, &case).await;
    pays(&hall, &payment, Deed::Pay);
    confirm(&mut browser, &case, &payment).await;
    let mut other = hall.browser();
    other.log_in(crate::cases::tests::STRANGER).await;
    let second = apply(&hall, &mut other).await;
    let mut window = clerk(&hall, "ps-window").await;
    let amount = look(&mut other, &second).await["charge"]["amount"].clone();
    note(&mut window, &second, amount.as_str().unwrap_or_default()).await;
    let list = window.get("/api/v1/staff/payments").await;
    assert_eq!(list.status, 200, "{}", list.json());
    let list = list.json();
    assert_eq!(
        (&list["by_provider"], &list["at_windows"]),
        (&json!("20.00"), &json!("20.00"))
    );
    let payments = list["payments"].as_array().cloned().unwrap_or_default();
    assert_eq!(payments.len(), 2);
    assert!(
        payments
            .iter()
            .any(|one| one["case_id"] == json!(second) && one["clerk"].is_string())
    );
    assert!(!list.to_string().contains("张敏"), "a list of money names no citizen");
    let before = window.get("/api/v1/staff/payments?day=2026-11-22").await.json();
    assert_eq!(before["payments"], json!([]));
    let wrong = window.get("/api/v1/staff/payments?day=yesterday").await;
    assert_eq!(wrong.code(), "request/invalid_parameter");
}
