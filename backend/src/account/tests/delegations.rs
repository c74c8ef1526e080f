//! Acting for others, from the question to its end.

use onehall_protocol::PersonId;
use onehall_protocol::cases::Poke;
use serde_json::{Value, json};
use uuid::Uuid;

use super::{DELEGATIONS, MA_WENBIN, WANG_LEI, ZHANG_MIN, begin, good, text};
use crate::cases::tests::{apply, clerk, fill_for};
use crate::events::Channel;
use crate::testing::{TestHall, TestTerminal, save_body};

const ITEM: &str = "identity-card-renewal";
const OTHER: &str = "residence-permit";

/// An agent of the demo city's companies, by the register.
const AGENT: &str = "13800000007";

fn scope(items: Option<&[&str]>, submits: bool) -> Value {
    json!({ "role": "helper", "items": items, "submits": submits, "until": "2026-12-31" })
}

/// Two citizens, logged in: whose matters they are, and who is to act.
async fn two(hall: &TestHall) -> (TestTerminal, Value, TestTerminal, Value) {
    let (mut principal, mut actor) = (hall.browser(), hall.browser());
    let (one, other) = (principal.log_in(ZHANG_MIN).await, actor.log_in(WANG_LEI).await);
    (principal, one["actor"].clone(), actor, other["actor"].clone())
}

async fn delegations(terminal: &mut TestTerminal) -> Vec<Value> {
    let all = good(terminal.get(DELEGATIONS).await);
    all["all"].as_array().cloned().unwrap_or_default()
}

async fn answer(terminal: &mut TestTerminal, id: &Value, agree: bool) -> crate::testing::Reply {
    let path = format!("{DELEGATIONS}/{}/answer", text(id));
    terminal.post(&path, json!({ "agree": agree })).await
}

/// Invites by phone, and has it accepted; the delegation's id.
async fn appoint(principal: &mut TestTerminal, actor: &mut TestTerminal, scope: Value) -> Value {
    let invited = good(
        principal
            .post(DELEGATIONS, json!({ "phone": WANG_LEI, "scope": scope }))
            .await,
    );
    let id = invited["delegation"]["id"].clone();
    assert_eq!(good(answer(actor, &id, true).await)["state"], "active");
    id
}

fn names(session: &Value) -> Vec<String> {
    let all = session["principals"].as_array().cloned().unwrap_or_default();
    all.iter().map(|one| text(&one["name"])).collect()
}

#[tokio::test]
async fn who_is_invited_by_phone_sees_it_agrees_and_acts_and_both_see_that() {
    let hall = TestHall::open().await;
    let (mut principal, me, mut actor, them) = two(&hall).await;
    let request = json!({ "phone": "138 0000 0003", "scope": scope(None, true) });
    let invited = good(principal.post(DELEGATIONS, request).await);
    assert_eq!(invited["code"], Value::Null);
    let view = &invited["delegation"];
    assert_eq!(
        (
            &view["side"],
            &view["state"],
            &view["phone"],
            &view["actor"],
            &view["to_answer"]
        ),
        (
            &json!("principal"),
            &json!("open"),
            &json!("138****0003"),
            &Value::Null,
            &json!(false)
        ),
        "who has the number is not told"
    );
    // Nothing is allowed before the answer.
    let mine = text(&me["id"]);
    assert_eq!(begin(&mut actor, ITEM, Some(&mine)).await.code(), "request/not_found");
    let seen = delegations(&mut actor).await;
    assert_eq!(seen.len(), 1);
    assert_eq!((&seen[0]["to_answer"], &seen[0]["principal"]), (&json!(true), &me));
    let id = &seen[0]["id"];
    // Who asked cannot answer, and nobody else can.
    for terminal in [&mut principal, &mut {
        let mut stranger = hall.browser();
        stranger.log_in(AGENT).await;
        stranger
    }] {
        assert_eq!(answer(terminal, id, true).await.code(), "request/not_found");
    }
    assert_eq!(good(answer(&mut actor, id, true).await)["state"], "active");
    assert_eq!(
        answer(&mut actor, id, true).await.code(),
        "request/not_found",
        "an answer counts once"
    );

    let session = good(actor.get("/api/v1/identity/session").await);
    assert_eq!(names(&session), ["王磊", "张敏"]);
    let draft = good(begin(&mut actor, ITEM, Some(&mine)).await);
    assert_eq!(draft["principal"], me);
    assert_eq!(draft["answers"]["name"], "张敏", "what is filled in is the principal's");
    let (seen, there) = (delegations(&mut principal).await, delegations(&mut actor).await);
    assert_eq!((&seen[0]["state"], &seen[0]["actor"]), (&json!("active"), &them));
    assert_eq!(
        (&there[0]["state"], &there[0]["side"]),
        (&json!("active"), &json!("actor"))
    );
    // The principal goes on with the same draft.
    let open = good(begin(&mut principal, ITEM, None).await);
    assert_eq!(open["id"], draft["id"]);
}

#[tokio::test]
async fn a_code_is_used_once_by_whoever_it_was_handed_to_and_cannot_be_guessed() {
    let hall = TestHall::open().await;
    let (mut principal, _, mut actor, them) = two(&hall).await;
    let invited = good(principal.post(DELEGATIONS, json!({ "scope": scope(None, true) })).await);
    let (code, id) = (text(&invited["code"]), invited["delegation"]["id"].clone());
    assert_eq!(code.len(), 9);
    assert!(
        delegations(&mut actor).await.is_empty(),
        "it waits for nobody in particular"
    );
    assert_eq!(
        answer(&mut actor, &id, true).await.code(),
        "request/not_found",
        "the id alone is nothing"
    );
    let codes = format!("{DELEGATIONS}/codes");
    let typed = format!(" {} ", code.to_lowercase().replace('-', " "));
    let found = good(actor.post(&codes, json!({ "code": typed })).await);
    assert_eq!((&found["id"], &found["to_answer"]), (&id, &json!(true)));
    let path = format!("{DELEGATIONS}/{}/answer", text(&id));
    let agreed = json!({ "agree": true, "code": code });
    assert_eq!(
        principal.post(&path, agreed.clone()).await.code(),
        "request/not_found",
        "not by who made it"
    );
    assert_eq!(good(actor.post(&path, agreed.clone()).await)["actor"], them);
    let mut third = hall.browser();
    third.log_in(AGENT).await;
    assert_eq!(third.post(&path, agreed).await.code(), "request/not_found");
    for _ in 0..10 {
        let wrong = third.post(&codes, json!({ "code": code })).await;
        assert_eq!((wrong.status, wrong.code().as_str()), (422, "identity/wrong_code"));
    }
    assert_eq!(
        third.post(&codes, json!({ "code": "2222-2222" })).await.code(),
        "request/too_many"
    );
}

#[tokio::test]
async fn a_code_counts_for_a_day() {
    let hall = TestHall::open().await;
    let (mut principal, _, mut actor, _) = two(&hall).await;
    let invited = good(principal.post(DELEGATIONS, json!({ "scope": scope(None, true) })).await);
    hall.clock.advance(86_400);
    for (terminal, phone) in [(&mut principal, ZHANG_MIN), (&mut actor, WANG_LEI)] {
        terminal.log_in(phone).await;
    }
    let look = json!({ "code": invited["code"] });
    let late = actor.post(&format!("{DELEGATIONS}/codes"), look).await;
    assert_eq!(late.code(), "identity/wrong_code");
    assert_eq!(delegations(&mut principal).await[0]["state"], "withdrawn");
}

#[tokio::test]
async fn who_asks_to_act_learns_nothing_until_the_other_consents() {
    let hall = TestHall::open().await;
    let (mut principal, me, mut actor, them) = two(&hall).await;
    let ask = json!({ "phone": ZHANG_MIN, "scope": scope(Some(&[ITEM]), false) });
    let asked = good(actor.post(&format!("{DELEGATIONS}/requests"), ask).await);
    assert_eq!(
        (&asked["principal"], &asked["phone"]),
        (&Value::Null, &json!("138****0001"))
    );
    // A number that nobody has here is answered alike.
    let nobody = json!({ "phone": "13900000000", "scope": scope(Some(&[ITEM]), false) });
    let unknown = good(actor.post(&format!("{DELEGATIONS}/requests"), nobody).await);
    assert_eq!(
        (&unknown["principal"], &unknown["state"]),
        (&asked["principal"], &asked["state"])
    );
    let seen = delegations(&mut principal).await;
    assert_eq!(
        (&seen[0]["side"], &seen[0]["actor"], &seen[0]["to_answer"]),
        (&json!("principal"), &them, &json!(true))
    );
    assert_eq!(good(answer(&mut principal, &asked["id"], true).await)["principal"], me);
    good(begin(&mut actor, ITEM, Some(&text(&me["id"]))).await);
    // And the other way it ends: no.
    let ask = json!({ "phone": ZHANG_MIN, "scope": scope(None, true) });
    let asked = good(actor.post(&format!("{DELEGATIONS}/requests"), ask).await);
    assert_eq!(
        good(answer(&mut principal, &asked["id"], false).await)["state"],
        "declined"
    );
    let declined = delegations(&mut actor).await;
    let declined = declined.iter().find(|one| one["id"] == asked["id"]);
    assert_eq!(declined.map(|one| &one["state"]), Some(&json!("declined")));
}

#[tokio::test]
async fn a_delegation_reaches_the_items_that_it_names_and_no_further() {
    let hall = TestHall::open().await;
    let (mut principal, me, mut actor, _) = two(&hall).await;
    let mine = text(&me["id"]);
    let private = good(begin(&mut principal, OTHER, None).await);
    appoint(&mut principal, &mut actor, scope(Some(&[ITEM]), false)).await;
    let draft = good(begin(&mut actor, ITEM, Some(&mine)).await);
    let refused = begin(&mut actor, OTHER, Some(&mine)).await;
    assert_eq!(
        (refused.status, refused.code().as_str()),
        (403, "identity/beyond_delegation")
    );
    let hidden = actor.get(&format!("/api/v1/drafts/{}", text(&private["id"]))).await;
    assert_eq!(hidden.code(), "request/not_found");
    let listed = good(actor.get("/api/v1/drafts").await);
    let ids: Vec<_> = listed.as_array().into_iter().flatten().map(|one| &one["id"]).collect();
    assert_eq!(ids, [&draft["id"]]);
    // Filling is one thing, handing in another: the principal does that with what the other filled in.
    let ready = fill_for(&hall, &mut actor, ITEM, &me["id"]).await;
    let refused = ready.submit(&mut actor, Uuid::now_v7()).await;
    assert_eq!(
        (refused.status, refused.code().as_str()),
        (403, "identity/beyond_delegation")
    );
    assert_eq!(ready.submit(&mut principal, Uuid::now_v7()).await.status, 201);
}

#[tokio::test]
async fn who_acted_stands_in_the_history_for_citizen_and_clerk_with_principal_and_terminal() {
    let hall = TestHall::open().await;
    let (mut principal, me, _, _) = two(&hall).await;
    let mut mobile = hall.terminal("mobile");
    hall.clock.advance(61);
    mobile.log_in(WANG_LEI).await;
    appoint(&mut principal, &mut mobile, scope(None, true)).await;
    let ready = fill_for(&hall, &mut mobile, ITEM, &me["id"]).await;
    let id = text(&good(ready.submit(&mut mobile, Uuid::now_v7()).await)["case_id"]);
    let expected = json!({ "kind": "person", "name": "王磊", "acts_for": "张敏" });
    let seen = good(principal.get(&format!("/api/v1/cases/{id}")).await);
    assert_eq!(
        (
            &seen["history"][0]["actor"],
            &seen["history"][0]["terminal"],
            &seen["principal"]
        ),
        (&expected, &json!("mobile"), &me)
    );
    let mut desk = clerk(&hall, "ps-window-2").await;
    let there = good(desk.get(&format!("/api/v1/staff/cases/{id}")).await);
    assert_eq!(there["history"][0]["actor"], expected);
    // Of one's own matters nobody is said to act for another.
    let own = apply(&hall, &mut principal).await;
    let own = good(principal.get(&format!("/api/v1/cases/{own}")).await);
    assert_eq!(own["history"][0]["actor"], json!({ "kind": "person", "name": "张敏" }));
}

#[tokio::test]
async fn what_is_revoked_ends_at_once_is_said_and_what_was_saved_stays_with_the_principal() {
    let hall = TestHall::open().await;
    let (mut principal, me, mut actor, them) = two(&hall).await;
    let delegation = appoint(&mut principal, &mut actor, scope(None, true)).await;
    let draft = good(begin(&mut actor, ITEM, Some(&text(&me["id"]))).await);
    let place = format!("/api/v1/drafts/{}", text(&draft["id"]));
    let changes = |value: &str| save_body(&draft["revision"], &[json!({ "path": "phone", "value": value })]);
    good(actor.patch(&place, changes("13900000001")).await);
    let them: PersonId = text(&them["id"]).parse().unwrap_or_else(|error| panic!("{error}"));
    let mut listener = hall.state.events.listen(vec![Channel::Person(them)]);
    assert_eq!(
        principal
            .delete(&format!("{DELEGATIONS}/{}", text(&delegation)))
            .await
            .status,
        204
    );
    assert_eq!(listener.next().await, Some(vec![Poke::Delegations]));
    let ended = "identity/delegation_ended";
    for refused in [
        actor.patch(&place, changes("13900000002")).await,
        actor.get(&place).await,
        actor.delete(&place).await,
        begin(&mut actor, ITEM, Some(&text(&me["id"]))).await,
    ] {
        assert_eq!((refused.status, refused.code().as_str()), (403, ended));
        assert_eq!(refused.json()["retryable"], false);
    }
    assert!(
        good(actor.get("/api/v1/drafts").await)
            .as_array()
            .is_some_and(Vec::is_empty)
    );
    assert_eq!(names(&good(actor.get("/api/v1/identity/session").await)), ["王磊"]);
    let kept = good(principal.get(&place).await);
    assert_eq!(kept["answers"]["phone"], "13900000001");
    let seen = delegations(&mut actor).await;
    assert_eq!(
        (&seen[0]["state"], &seen[0]["ended"]["by"]),
        (&json!("ended"), &json!("principal"))
    );
    // Who never acted learns nothing of it.
    let mut stranger = hall.browser();
    stranger.log_in(AGENT).await;
    assert_eq!(stranger.get(&place).await.code(), "request/not_found");
    // Appointed anew, everything is there again.
    appoint(&mut principal, &mut actor, scope(None, true)).await;
    good(actor.get(&place).await);
}

#[tokio::test]
async fn a_delegation_is_over_after_its_last_day_and_the_actor_may_end_it_before() {
    let hall = TestHall::open().await;
    let (mut principal, me, mut actor, _) = two(&hall).await;
    let today = json!({ "role": "helper", "submits": true, "until": "2026-11-23" });
    appoint(&mut principal, &mut actor, today).await;
    let mine = text(&me["id"]);
    let draft = good(begin(&mut actor, ITEM, Some(&mine)).await);
    let place = format!("/api/v1/drafts/{}", text(&draft["id"]));
    // It is nine in the city; the day ends fifteen hours later.
    hall.clock.advance(15 * 3600 - 1);
    actor.log_in(WANG_LEI).await;
    assert_eq!(actor.get(&place).await.status, 200);
    hall.clock.advance(1);
    assert_eq!(actor.get(&place).await.code(), "identity/delegation_ended");
    assert_eq!(delegations(&mut actor).await[0]["state"], "expired");
    principal.log_in(ZHANG_MIN).await;
    let id = appoint(&mut principal, &mut actor, scope(None, true)).await;
    assert_eq!(actor.delete(&format!("{DELEGATIONS}/{}", text(&id))).await.status, 204);
    assert_eq!(delegations(&mut principal).await[0]["ended"]["by"], "actor");
    assert_eq!(actor.delete(&format!("{DELEGATIONS}/{}", text(&id))).await.status, 404);
}

#[tokio::test]
async fn nobody_names_a_principal_whom_they_do_not_act_for() {
    let hall = TestHall::open().await;
    let (mut principal, me, mut actor, _) = two(&hall).await;
    let mine = text(&me["id"]);
    let draft = good(begin(&mut principal, ITEM, None).await);
    for refused in [
        begin(&mut actor, ITEM, Some(&mine)).await,
        actor.get(&format!("/api/v1/identity/profile?principal={mine}")).await,
        actor.get(&format!("/api/v1/drafts/{}", text(&draft["id"]))).await,
        // Nor appoints somebody for them.
        actor
            .post(DELEGATIONS, json!({ "principal": mine, "scope": scope(None, true) }))
            .await,
    ] {
        assert_eq!((refused.status, refused.code().as_str()), (404, "request/not_found"));
    }
    // Not even who acts for them.
    appoint(&mut principal, &mut actor, scope(None, true)).await;
    let further = actor
        .post(DELEGATIONS, json!({ "principal": mine, "scope": scope(None, true) }))
        .await;
    assert_eq!((further.status, further.code().as_str()), (404, "request/not_found"));
}

#[tokio::test]
async fn an_agent_by_the_register_appoints_others_for_the_company() {
    let hall = TestHall::open().await;
    let (mut agent, mut actor) = (hall.browser(), hall.browser());
    let session = agent.log_in(AGENT).await;
    let them = actor.log_in(WANG_LEI).await;
    let company = session["principals"][1].clone();
    let id = text(&company["id"]);
    let scope = json!({ "role": "agent", "items": ["food-business-licence"], "submits": true, "until": "2026-12-31" });
    let request = json!({ "principal": id, "phone": WANG_LEI, "scope": scope });
    let invited = good(agent.post(DELEGATIONS, request).await);
    assert_eq!(invited["delegation"]["principal"], company);
    good(answer(&mut actor, &invited["delegation"]["id"], true).await);
    let draft = good(begin(&mut actor, "food-business-licence", Some(&id)).await);
    assert_eq!(draft["principal"], company);
    // Every agent of the company sees who acts for it, and may end it.
    let mut other = hall.browser();
    other.log_in("13800000008").await;
    let seen = delegations(&mut other).await;
    assert_eq!(
        (&seen[0]["side"], &seen[0]["actor"]),
        (&json!("principal"), &them["actor"])
    );
    let place = format!("{DELEGATIONS}/{}", text(&seen[0]["id"]));
    assert_eq!(other.delete(&place).await.status, 204);
}

#[tokio::test]
async fn who_is_known_by_a_phone_number_alone_neither_appoints_nor_acts() {
    let hall = TestHall::open().await;
    let (mut principal, _, _, _) = two(&hall).await;
    let mut unknown = hall.browser();
    unknown.log_in(MA_WENBIN).await;
    let ask = json!({ "phone": ZHANG_MIN, "scope": scope(None, true) });
    let invited = good(
        principal
            .post(DELEGATIONS, json!({ "phone": MA_WENBIN, "scope": scope(None, true) }))
            .await,
    );
    for refused in [
        unknown.post(DELEGATIONS, json!({ "scope": scope(None, true) })).await,
        unknown.post(&format!("{DELEGATIONS}/requests"), ask).await,
        answer(&mut unknown, &invited["delegation"]["id"], true).await,
    ] {
        assert_eq!(
            (refused.status, refused.code().as_str()),
            (403, "identity/level_too_low")
        );
        assert_eq!(refused.json()["details"]["required"], "L2");
    }
    // To say no, one need not show a document.
    assert_eq!(
        good(answer(&mut unknown, &invited["delegation"]["id"], false).await)["state"],
        "declined"
    );
}

#[tokio::test]
async fn what_cannot_be_meant_is_refused_with_its_place() {
    let hall = TestHall::open().await;
    let (mut principal, ..) = two(&hall).await;
    for (path, value, code) in [
        (
            "scope.until",
            json!({ "role": "helper", "submits": true, "until": "2026-11-22" }),
            "too_early",
        ),
        (
            "scope.until",
            json!({ "role": "helper", "submits": true, "until": "2036-01-01" }),
            "too_late",
        ),
        (
            "scope.items",
            json!({ "role": "helper", "submits": true, "until": "2026-12-01", "items": [] }),
            "required",
        ),
        (
            "scope.items",
            json!({ "role": "helper", "submits": true, "until": "2026-12-01", "items": ["no-such-item"] }),
            "unknown",
        ),
    ] {
        let refused = principal.post(DELEGATIONS, json!({ "scope": value })).await.json();
        assert_eq!(refused["fields"][0], json!({ "path": path, "code": code }));
    }
    let own = json!({ "phone": ZHANG_MIN, "scope": scope(None, true) });
    assert_eq!(principal.post(DELEGATIONS, own).await.code(), "identity/invalid_phone");
}
