//! What a citizen owes, pays and gets for it.

use std::collections::BTreeSet;

use super::super::simulator::Deed;
use super::*;
use crate::cases::tests::fill;

#[tokio::test]
async fn a_case_owes_what_its_form_computed_and_says_so_line_by_line() {
    let (_hall, mut browser, case) = owing().await;
    let owed = look(&mut browser, &case).await;
    assert_eq!(
        owed["charge"]["lines"],
        json!([{ "name": { "zh-CN": "工本费", "en": "Cost of the card" }, "amount": "20.00" }])
    );
    assert_eq!(
        (&owed["charge"]["amount"], &owed["charge"]["state"], &owed["ways"]),
        (&json!("20.00"), &json!("due"), &json!(["code", "card"]))
    );
    assert_eq!(owed["charge"]["receipt"], Value::Null);
}

#[tokio::test]
async fn a_service_that_is_paid_for_nowhere_owes_nothing() {
    let hall = TestHall::open().await;
    let mut browser = hall.browser();
    browser.log_in(CITIZEN).await;
    let ready = fill(&hall, &mut browser, "unemployment-benefit").await;
    let receipt = ready.submit(&mut browser, Uuid::now_v7()).await.json();
    let case = receipt["case_id"].as_str().unwrap_or_default();
    assert_eq!(look(&mut browser, case).await, json!({ "ways": [] }));
    refused(&begin(&mut browser, case).await, "nothing_due");
}

#[tokio::test]
async fn what_is_paid_with_a_phone_is_paid_once_the_provider_says_so_and_gives_a_receipt() {
    let (hall, mut browser, case) = owing().await;
    let payment = begun(&mut browser, &case).await;
    let under_way = look(&mut browser, &case).await["charge"]["payment"].clone();
    assert_eq!(under_way["pay_at"], format!("/dev#pay-{payment}"));
    assert_eq!(under_way["until"], "2026-11-23T01:15:00.000Z");
    let asked = confirm(&mut browser, &case, &payment).await;
    assert_eq!(
        asked.json()["charge"]["state"],
        "begun",
        "whoever says so, nobody has paid"
    );
    pays(&hall, &payment, Deed::Pay);
    hall.clock.advance(3);
    let paid = confirm(&mut browser, &case, &payment).await.json()["charge"].clone();
    assert_eq!(paid["state"], "paid");
    let receipt = &paid["receipt"];
    assert_eq!((&receipt["amount"], &receipt["way"]), (&json!("20.00"), &json!("code")));
    let number = browser.get(&format!("/api/v1/cases/{case}")).await.json()["number"].clone();
    assert_eq!(receipt["number"], format!("{}-P1", number.as_str().unwrap_or_default()));
    assert_eq!(paid["payment"], Value::Null);
    let paper = browser.get(&format!("{}/receipt", place(&case))).await;
    assert_eq!(paper.status, 200);
    assert!(paper.body.starts_with(b"%PDF-"));
    assert!(paper.header("content-disposition").contains("-P1"));
    assert!(paper.header("cache-control").contains("no-store"));
}

#[tokio::test]
async fn before_it_is_paid_there_is_no_receipt() {
    let (_hall, mut browser, case) = owing().await;
    let path = format!("{}/receipt", place(&case));
    assert_eq!(browser.get(&path).await.status, 404);
    begun(&mut browser, &case).await;
    assert_eq!(browser.get(&path).await.status, 404);
}

#[tokio::test]
async fn one_press_or_ten_from_one_terminal_or_two_is_one_payment() {
    let (hall, mut browser, case) = owing().await;
    let mut phone = hall.browser();
    hall.clock.advance(61);
    phone.log_in(CITIZEN).await;
    let key = Uuid::now_v7();
    let mut ids = BTreeSet::new();
    for _ in 0..5 {
        let again = begin_as(&mut browser, &case, "code", "20.00", key).await.json();
        let id = again["charge"]["payment"]["id"].as_str().unwrap_or_default();
        ids.insert(id.to_owned());
        ids.insert(begun(&mut phone, &case).await);
    }
    assert_eq!(ids.len(), 1, "{ids:?}");
    let payment = ids.pop_first().unwrap_or_default();
    assert_eq!(count(&hall, "SELECT count(*) FROM payment"), 1);
    assert_eq!(hall.provider.payments().len(), 1);
    // Another way would be another payment.
    let card = begin_as(&mut browser, &case, "card", "20.00", Uuid::now_v7()).await;
    refused(&card, "under_way");
    pays(&hall, &payment, Deed::Pay);
    hall.clock.advance(3);
    for _ in 0..5 {
        confirm(&mut browser, &case, &payment).await;
    }
    assert_eq!(state(&mut browser, &case).await, "paid");
    refused(&begin(&mut browser, &case).await, "paid");
    assert_eq!(hall.provider.charged(), 1);
}

#[tokio::test]
async fn what_the_bank_refuses_can_be_tried_again_and_counts_once() {
    let (hall, mut browser, case) = owing().await;
    let first = begun(&mut browser, &case).await;
    pays(&hall, &first, Deed::LackFunds);
    let refused = confirm(&mut browser, &case, &first).await.json()["charge"].clone();
    assert_eq!(
        (&refused["state"], &refused["refusal"]),
        (&json!("refused"), &json!("funds"))
    );
    let second = begun(&mut browser, &case).await;
    assert_ne!(first, second);
    pays(&hall, &second, Deed::Pay);
    let paid = confirm(&mut browser, &case, &second).await.json()["charge"].clone();
    assert_eq!((&paid["state"], &paid["refusal"]), (&json!("paid"), &Value::Null));
    assert!(
        paid["receipt"]["number"]
            .as_str()
            .is_some_and(|number| number.ends_with("-P2"))
    );
    assert_eq!(hall.provider.charged(), 1);
}

#[tokio::test]
async fn who_breaks_off_pays_nothing_and_may_take_another_way() {
    let (hall, mut browser, case) = owing().await;
    let payment = begun(&mut browser, &case).await;
    let off = cancel(&mut browser, &case, &payment).await.json()["charge"].clone();
    assert_eq!(
        (&off["state"], &off["refusal"]),
        (&json!("refused"), &json!("cancelled"))
    );
    let id = payment.parse().unwrap_or_else(|error| panic!("{error}"));
    assert!(
        hall.provider.act(id, Deed::Pay).is_err(),
        "the code on the phone leads nowhere"
    );
    let card = begin_as(&mut browser, &case, "card", "20.00", Uuid::now_v7()).await;
    assert_eq!(card.json()["charge"]["payment"]["way"], "card");
    // A payment that went through a moment before is not broken off.
    let payment = card.json()["charge"]["payment"]["id"].clone();
    let payment = payment.as_str().unwrap_or_default();
    pays(&hall, payment, Deed::Pay);
    assert_eq!(
        cancel(&mut browser, &case, payment).await.json()["charge"]["state"],
        "paid"
    );
}

#[tokio::test]
async fn what_was_paid_is_in_the_data_that_a_citizen_takes_along() {
    let (hall, mut browser, case) = owing().await;
    let payment = begun(&mut browser, &case).await;
    pays(&hall, &payment, Deed::Pay);
    confirm(&mut browser, &case, &payment).await;
    let taken = browser.get("/api/v1/account/data").await;
    assert_eq!(taken.status, 200);
    let text = String::from_utf8_lossy(&taken.body).into_owned();
    assert!(
        text.contains("\"state\": \"paid\"") && text.contains("-P1\""),
        "the charge and its receipt"
    );
}

#[tokio::test]
async fn a_payment_is_told_to_whoever_looks_at_the_case() {
    let (hall, mut browser, case) = owing().await;
    let pulled = |cursor: Value| {
        let cursor = cursor
            .as_str()
            .map(|cursor| format!("?cursor={cursor}"))
            .unwrap_or_default();
        format!("/api/v1/sync{cursor}")
    };
    let first = browser.get("/api/v1/sync/snapshot").await.json();
    let payment = begun(&mut browser, &case).await;
    pays(&hall, &payment, Deed::Pay);
    confirm(&mut browser, &case, &payment).await;
    let news = browser.get(&pulled(first["cursor"].clone())).await;
    assert_eq!(news.status, 200, "{}", news.json());
    assert!(news.json().to_string().contains(&case), "{}", news.json());
}
