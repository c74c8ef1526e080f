//! What is tried against payments.

use super::super::simulator::{Condition, Deed};
use super::*;
use crate::cases::tests::{STRANGER, act, clerk, done};

#[tokio::test]
async fn an_amount_that_was_tampered_with_begins_nothing() {
    let (hall, mut browser, case) = owing().await;
    for amount in ["0.01", "0.00", "-20.00", "19.99", "40.00"] {
        let reply = begin_as(&mut browser, &case, "code", amount, Uuid::now_v7()).await;
        refused(&reply, "other_amount");
    }
    for amount in ["2e1", "20.001", "20,00", ""] {
        let reply = begin_as(&mut browser, &case, "code", amount, Uuid::now_v7()).await;
        assert_eq!(
            (reply.status, reply.code().as_str()),
            (400, "request/invalid_body"),
            "{amount}"
        );
    }
    refused(
        &begin_as(&mut browser, &case, "cash", "20.00", Uuid::now_v7()).await,
        "other_way",
    );
    assert_eq!(count(&hall, "SELECT count(*) FROM payment"), 0);
    assert!(hall.provider.payments().is_empty());
    // The same key with another amount is another request.
    let key = Uuid::now_v7();
    assert_eq!(begin_as(&mut browser, &case, "code", "20.00", key).await.status, 200);
    let other = begin_as(&mut browser, &case, "code", "0.01", key).await;
    assert_eq!(other.code(), "request/idempotency_conflict");
}

#[tokio::test]
async fn anothers_case_does_not_exist() {
    let (hall, mut browser, case) = owing().await;
    let payment = begun(&mut browser, &case).await;
    pays(&hall, &payment, Deed::Pay);
    let mut stranger = hall.browser();
    stranger.log_in(STRANGER).await;
    let replies = [
        stranger.get(&place(&case)).await,
        begin(&mut stranger, &case).await,
        confirm(&mut stranger, &case, &payment).await,
        cancel(&mut stranger, &case, &payment).await,
        stranger.get(&format!("{}/receipt", place(&case))).await,
    ];
    for reply in replies {
        assert_eq!((reply.status, reply.code().as_str()), (404, "request/not_found"));
        assert!(!reply.json().to_string().contains("20.00"), "{}", reply.json());
    }
    let mut nobody = hall.browser();
    assert_eq!(nobody.get(&place(&case)).await.status, 401);
    // Their own case does not let them at another's payment.
    let theirs = apply(&hall, &mut stranger).await;
    assert_eq!(confirm(&mut stranger, &theirs, &payment).await.status, 404);
    assert_eq!(state(&mut browser, &case).await, "begun", "nobody asked after it");
}

#[tokio::test]
async fn a_confirmation_pays_nothing_and_one_that_is_replayed_does_nothing() {
    let (hall, mut browser, case) = owing().await;
    let first = begun(&mut browser, &case).await;
    for _ in 0..3 {
        hall.clock.advance(3);
        assert_eq!(
            confirm(&mut browser, &case, &first).await.json()["charge"]["state"],
            "begun"
        );
    }
    let made_up = Uuid::now_v7().to_string();
    assert_eq!(confirm(&mut browser, &case, &made_up).await.status, 404);
    let body = json!({ "payment": first, "state": "paid" });
    let told = browser.post(&format!("{}/confirmation", place(&case)), body).await;
    assert_eq!(told.code(), "request/invalid_body");
    cancel(&mut browser, &case, &first).await;
    let second = begun(&mut browser, &case).await;
    assert_eq!(
        confirm(&mut browser, &case, &first).await.status,
        404,
        "an earlier one says nothing of this"
    );
    pays(&hall, &second, Deed::Pay);
    confirm(&mut browser, &case, &second).await;
    for _ in 0..3 {
        hall.clock.advance(3);
        confirm(&mut browser, &case, &second).await;
        cancel(&mut browser, &case, &second).await;
    }
    assert_eq!(state(&mut browser, &case).await, "paid");
    assert_eq!(hall.provider.charged(), 1);
}

#[tokio::test]
async fn less_than_is_due_is_not_paid() {
    let (hall, mut browser, case) = owing().await;
    let payment = begun(&mut browser, &case).await;
    pays(&hall, &payment, Deed::PayLess);
    let less = confirm(&mut browser, &case, &payment).await.json()["charge"].clone();
    assert_eq!((&less["state"], &less["receipt"]), (&json!("uncertain"), &Value::Null));
    refused(&begin(&mut browser, &case).await, "under_way");
    let steps = "SELECT count(*) FROM payment_event WHERE reason = 'other_amount'";
    assert_eq!(count(&hall, steps), 1, "somebody has to look at it");
}

#[tokio::test]
async fn another_amount_is_told_once_also_after_a_silence_and_a_clerk_gives_it_back() {
    let (hall, mut browser, case) = owing().await;
    let payment = begun(&mut browser, &case).await;
    pays(&hall, &payment, Deed::PayLess);
    hall.provider.set(Condition::Mute);
    confirm(&mut browser, &case, &payment).await;
    assert_eq!(state(&mut browser, &case).await, "uncertain");
    let mut window = clerk(&hall, "ps-window").await;
    let path = format!("/api/v1/staff/cases/{case}/payment/refund");
    let back = json!({ "reason": "金额不符" });
    refused(&window.post(&path, back.clone()).await, "not_paid");
    hall.provider.set(Condition::Fine);
    for _ in 0..2 {
        hall.clock.advance(21);
        follow_up(&hall).await;
    }
    let told = "SELECT count(*) FROM payment_event WHERE reason = 'other_amount'";
    assert_eq!(count(&hall, told), 1, "somebody has to look at it");
    let given = window.post(&path, back).await;
    assert_eq!(given.status, 200, "{}", given.json());
    assert_eq!(hall.provider.payments()[0].state, "refunded", "all that came");
    assert_eq!(state(&mut browser, &case).await, "refused");
    let payment = begun(&mut browser, &case).await;
    pays(&hall, &payment, Deed::Pay);
    confirm(&mut browser, &case, &payment).await;
    assert_eq!(state(&mut browser, &case).await, "paid");
}

#[tokio::test]
async fn no_result_is_issued_before_it_is_paid_and_none_after_it_was_given_back() {
    let mut hall = TestHall::open().await;
    hall.restart_with(paid_before());
    let mut browser = hall.browser();
    browser.log_in(CITIZEN).await;
    let case = apply(&hall, &mut browser).await;
    assert_eq!(look(&mut browser, &case).await["charge"]["before_result"], true);
    let mut window = clerk(&hall, "ps-window").await;
    done(&mut window, &case, "pass-pre-review", json!({})).await;
    done(&mut window, &case, "accept", json!({})).await;
    let mut reviewer = clerk(&hall, "ps-reviewer").await;
    done(&mut reviewer, &case, "approve", json!({})).await;
    let mut issuer = clerk(&hall, "ps-issuer").await;
    let number = json!({ "document_number": "兰公户证〔2026〕0001号" });
    let unpaid = |reply: Reply| assert_eq!((reply.status, reply.code().as_str()), (409, "payments/required"));
    unpaid(act(&mut issuer, &case, "issue", number.clone()).await);
    let payment = begun(&mut browser, &case).await;
    unpaid(act(&mut issuer, &case, "issue", number.clone()).await);
    pays(&hall, &payment, Deed::Pay);
    confirm(&mut browser, &case, &payment).await;
    let back = json!({ "reason": "重复缴费" });
    let path = format!("/api/v1/staff/cases/{case}/payment/refund");
    assert_eq!(issuer.post(&path, back).await.status, 200);
    unpaid(act(&mut issuer, &case, "issue", number.clone()).await);
    assert_eq!(count(&hall, "SELECT count(*) FROM case_result"), 0);
    assert_eq!(
        count(
            &hall,
            "SELECT count(*) FROM file WHERE case_id IS NOT NULL AND released = 1"
        ),
        0,
        "no notice of a result that was not issued"
    );
    assert_eq!(state(&mut browser, &case).await, "due", "or it could never be issued");
    let payment = begun(&mut browser, &case).await;
    pays(&hall, &payment, Deed::Pay);
    confirm(&mut browser, &case, &payment).await;
    assert_eq!(
        done(&mut issuer, &case, "issue", number).await["result"]["kind"],
        "issued"
    );
}

#[tokio::test]
async fn what_is_paid_is_issued() {
    let mut hall = TestHall::open().await;
    hall.restart_with(paid_before());
    let mut browser = hall.browser();
    browser.log_in(CITIZEN).await;
    let case = apply(&hall, &mut browser).await;
    let payment = begun(&mut browser, &case).await;
    pays(&hall, &payment, Deed::Pay);
    confirm(&mut browser, &case, &payment).await;
    let mut window = clerk(&hall, "ps-window").await;
    done(&mut window, &case, "pass-pre-review", json!({})).await;
    done(&mut window, &case, "accept", json!({})).await;
    let mut reviewer = clerk(&hall, "ps-reviewer").await;
    done(&mut reviewer, &case, "approve", json!({})).await;
    let mut issuer = clerk(&hall, "ps-issuer").await;
    let number = json!({ "document_number": "兰公户证〔2026〕0001号" });
    let ended = done(&mut issuer, &case, "issue", number).await;
    assert_eq!(ended["result"]["kind"], "issued");
}

#[tokio::test]
async fn neither_the_provider_nor_the_history_of_payments_hears_who_pays() {
    let (hall, mut browser, case) = owing().await;
    let payment = begun(&mut browser, &case).await;
    pays(&hall, &payment, Deed::Pay);
    confirm(&mut browser, &case, &payment).await;
    let told = serde_json::to_string(&hall.provider.payments()).unwrap_or_default();
    assert!(
        !told.contains("张敏") && !told.contains(CITIZEN) && !told.contains(&case),
        "{told}"
    );
    let named = "SELECT count(*) FROM payment_event WHERE clerk IS NOT NULL OR clerk_name IS NOT NULL";
    assert_eq!(count(&hall, named), 0);
    assert!(count(&hall, "SELECT count(*) FROM payment_event") >= 2);
    let changed = hall
        .database
        .look(|db| db.execute("UPDATE payment_event SET state = 'refused'", []));
    assert!(changed.is_err(), "a history is only added to");
    let gone = hall.database.look(|db| db.execute("DELETE FROM payment_event", []));
    assert!(gone.is_err());
}
