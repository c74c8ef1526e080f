use onehall_client::citizen::{Command, RestoreSession};
use onehall_client::{QueuedState, SaveState};

use super::*;
use crate::testing::{FailingJournal, Fails, draft};

/// A terminal on which a core runs.
fn begun(kind: TerminalKind) -> (Place, Running) {
    let place = Place::new(kind);
    let here = place.start();
    (place, here)
}

/// A browser on which a submission waits, since nothing arrives any more.
fn one_waits() -> (Place, Running) {
    let (place, here) = begun(TerminalKind::Browser);
    place.world.network(Network::Gone);
    here.submit(1);
    (place, here)
}

fn nothing_is_left(place: &Place, running: &Running) {
    assert_eq!((running.list(), place.kept()), (Vec::new(), Vec::new()));
}

#[test]
fn where_the_hall_is_there_a_submission_is_answered_as_ever_and_nothing_is_left() {
    let (place, here) = begun(TerminalKind::Browser);
    assert_eq!(here.submit(1)["number"], "LC-1");
    assert_eq!(here.list(), []);
    assert_eq!(place.kept(), [] as [String; 0]);
    assert_eq!(here.sent(), 0, "who asked has the answer");
}

#[test]
fn without_a_network_it_is_kept_and_sent_by_itself_once() {
    let (place, here) = begun(TerminalKind::Browser);
    place.world.network(Network::Gone);
    let queued = here.submit(1)["queued"].clone();
    assert_eq!((&queued["kept"], &queued["id"]), (&json!(true), &json!(key_text(1))));
    assert_eq!(place.kept(), [format!("{}/outbox/{}", person_id(1), key_text(1))]);
    place.world.pass(120_000);
    assert_eq!(here.list().len(), 1);
    place.world.network(Network::Well);
    place.world.pass(30_000);
    assert_eq!(place.world.taken(), [key_text(1)]);
    assert_eq!((here.list(), place.kept(), here.sent()), (Vec::new(), Vec::new(), 1));
}

#[test]
fn what_surely_did_not_leave_says_so_and_can_be_taken_back_without_a_network() {
    let (place, here) = begun(TerminalKind::Browser);
    place.world.network(Network::Off);
    assert_eq!(here.submit(1)["queued"]["left"], false);
    place.world.pass(60_000);
    assert_eq!(
        here.told(json!({"cancel_queued": {"id": key_text(1)}}))["kind"],
        "taken_back"
    );
    nothing_is_left(&place, &here);
    here.submit(2);
    place.world.network(Network::Well);
    place.world.pass(3_000);
    assert_eq!(place.world.taken(), [key_text(2)]);
}

#[test]
fn a_lost_answer_makes_no_second_case() {
    let (place, here) = begun(TerminalKind::Desktop);
    place.world.network(Network::Deaf);
    let queued = here.submit(1)["queued"].clone();
    assert_eq!(queued["left"], true, "nobody knows whether it arrived");
    place.world.pass(60_000);
    place.world.network(Network::Well);
    place.world.pass(30_000);
    let came = lock(&place.world.hall).came.clone();
    assert!(came.len() > 2 && came.iter().all(|key| *key == key_text(1)), "{came:?}");
    assert_eq!(place.world.taken(), [key_text(1)]);
    assert_eq!(here.sent(), 1);
}

#[test]
fn a_terminal_that_dies_sends_it_again_as_it_was() {
    for network in [Network::Gone, Network::Deaf] {
        let (place, here) = begun(TerminalKind::Desktop);
        place.world.network(network);
        assert!(here.submit(1)["queued"].is_object());
        assert!(here.withdraw()["queued"].is_object());
        let before = here.list();
        place.die(here);
        place.world.network(Network::Well);
        let next = place.start();
        place.world.pass(0);
        assert_eq!(place.world.taken().len(), 2, "{network:?}");
        assert!(place.world.taken().contains(&key_text(1)));
        assert!(
            before
                .iter()
                .all(|queued| place.world.taken().contains(&queued.id.to_string()))
        );
        nothing_is_left(&place, &next);
    }
}

#[test]
fn what_dies_before_it_was_sent_is_found_waiting_while_there_is_no_network() {
    let (place, here) = one_waits();
    place.die(here);
    // Who is logged in can be known, but nothing can be sent.
    place.world.network(Network::Well);
    lock(&place.world.hall).refuses = Some(problem(503, "backend/unavailable"));
    let next = place.start();
    place.world.pass(5_000);
    let [waiting] = <[Queued; 1]>::try_from(next.list()).unwrap_or_else(|list| panic!("{list:?}"));
    assert!(waiting.kept && matches!(waiting.state, QueuedState::Waiting));
}

#[test]
fn a_log_out_before_it_is_found_does_not_cost_it() {
    let (place, here) = one_waits();
    place.die(here);
    place.world.network(Network::Well);
    lock(&place.world.hall).refuses = Some(problem(503, "backend/unavailable"));
    let (found, until) = oneshot::channel();
    let next = place.start_over(Arc::new(Slow {
        journal: place.journal.clone(),
        until: Mutex::new(Some(until)),
    }));
    assert_eq!(next.told(json!({"log_out": {}}))["error"], "drafts/unsent");
    assert!(found.send(()).is_ok(), "it is looked for");
    place.world.pass(0);
    assert_eq!((next.list().len(), place.kept().len()), (1, 1));
    next.told(json!({"log_out": {"discard_unsent": true}}));
    assert_eq!(place.kept(), [] as [String; 0], "the citizen agreed");
}

#[test]
fn what_is_typed_after_what_was_submitted_is_refused_and_not_forgotten() {
    let (place, here) = begun(TerminalKind::Desktop);
    lock(&place.world.hall).closes = true;
    place.world.network(Network::Deaf);
    assert_eq!(here.submit(1)["queued"]["left"], true);
    let change = json!({"path": "phone", "value": "1"});
    here.told(json!({"change_answers": {"id": DRAFT, "changes": [change], "page": null}}));
    place.world.network(Network::Well);
    place.world.pass(60_000);
    assert_eq!((place.world.taken(), here.list()), (vec![key_text(1)], Vec::new()));
    let told = lock(&here.told).clone();
    let shown = told.iter().rev().find_map(|event| match event {
        Event::DraftSaving { state, .. } => Some(state.clone()),
        _ => None,
    });
    assert!(matches!(shown, Some(SaveState::Refused { .. })), "{shown:?}");
    assert_eq!(place.kept().len(), 1, "it stays until the citizen has seen it");
    assert_eq!(here.told(json!({"log_out": {}}))["error"], "drafts/unsent");
}

#[test]
fn what_is_refused_later_stays_until_the_citizen_has_read_it() {
    let (place, here) = one_waits();
    place.world.network(Network::Well);
    lock(&place.world.hall).refuses = Some(problem(422, "forms/invalid_answers"));
    place.world.pass(60_000);
    let list = here.list();
    assert!(matches!(list[0].state, QueuedState::Refused { .. }), "{list:?}");
    place.die(here);
    let next = place.start();
    place.world.pass(60_000);
    assert_eq!(next.list().len(), 1, "it is still there to be read");
    lock(&place.world.hall).refuses = None;
    assert_eq!(
        next.told(json!({"cancel_queued": {"id": key_text(1)}}))["kind"],
        "taken_back"
    );
    nothing_is_left(&place, &next);
}

#[test]
fn what_is_refused_while_the_citizen_waits_for_it_is_said_and_not_kept() {
    let (place, here) = begun(TerminalKind::Browser);
    lock(&place.world.hall).revision = 4;
    assert_eq!(here.submit(1)["error"], "drafts/moved");
    nothing_is_left(&place, &here);
}

#[test]
fn a_draft_that_moved_meanwhile_is_shown_and_never_sent() {
    let (place, here) = one_waits();
    lock(&place.world.hall).revision = 4;
    place.world.network(Network::Well);
    place.world.pass(60_000);
    assert!(matches!(here.list()[0].state, QueuedState::Conflict { .. }));
    here.told(json!({"retry_queued": {"id": key_text(1)}}));
    lock(&place.world.hall).revision = 3;
    place.world.pass(600_000);
    assert_eq!(place.world.taken(), [] as [String; 0]);
    // Checked again it is another attempt, which takes the place of this one.
    assert_eq!(here.submit(2)["number"], "LC-1");
    assert_eq!(here.list(), []);
}

#[test]
fn it_can_be_taken_back_before_it_left_and_afterwards_only_when_the_hall_knows_nothing_of_it() {
    let (place, here) = one_waits();
    let cancel = json!({"cancel_queued": {"id": key_text(1)}});
    assert_eq!(here.told(cancel.clone())["error"], "outbox/may_have_arrived");
    assert_eq!(here.list().len(), 1);
    // The hall can be asked, and what is still on its way cannot have an effect any more.
    lock(&place.world.hall).refuses = Some(problem(503, "backend/unavailable"));
    place.world.network(Network::Well);
    assert_eq!(here.told(cancel.clone())["kind"], "taken_back");
    assert_eq!(lock(&place.world.hall).ended, [key_text(1)]);
    assert_eq!(place.kept(), [] as [String; 0]);

    lock(&place.world.hall).refuses = None;
    place.world.network(Network::Deaf);
    here.submit(2);
    place.world.network(Network::Well);
    let cancel = json!({"cancel_queued": {"id": key_text(2)}});
    assert_eq!(here.told(cancel)["kind"], "arrived", "it was too late");
    assert_eq!((here.list(), place.world.taken()), (Vec::new(), vec![key_text(2)]));
}

#[test]
fn it_waits_for_who_left_it_and_nobody_else_sees_or_sends_it() {
    let (place, here) = one_waits();
    // The session has ended in the meantime.
    *lock(&place.world.person) = None;
    place.world.network(Network::Well);
    place.world.pass(60_000);
    assert_eq!((here.list(), place.kept().len()), (Vec::new(), 1));
    place.die(here);

    *lock(&place.world.person) = Some(2);
    let other = place.start();
    place.world.pass(60_000);
    assert_eq!((other.list(), place.world.taken()), (Vec::new(), Vec::new()));
    place.die(other);

    *lock(&place.world.person) = Some(1);
    let again = place.start();
    place.world.pass(1_000);
    assert_eq!((again.list(), place.world.taken()), (Vec::new(), vec![key_text(1)]));
}

#[cfg(feature = "own-terminal")]
#[test]
fn a_tab_that_slept_sends_nothing_in_the_name_of_who_logged_in_in_another_one() {
    let (place, here) = begun(TerminalKind::Browser);
    place.world.network(Network::Off);
    let change = json!({"path": "phone", "value": "1"});
    here.told(json!({"change_answers": {"id": DRAFT, "changes": [change], "page": null}}));
    here.submit(1);
    let kept = place.kept();
    assert_eq!(kept.len(), 2);
    // The cookie is the other one's by now.
    *lock(&place.world.person) = Some(2);
    place.world.network(Network::Well);
    place.world.pass(60_000);
    assert_eq!(lock(&place.world.hall).came, [] as [String; 0]);
    assert!(!here.core.has_session());
    assert_eq!((here.list(), place.kept()), (Vec::new(), kept));

    *lock(&place.world.person) = Some(1);
    assert!(here.ask(json!({"restore_session": {}})).is_ok());
    place.world.pass(60_000);
    assert_eq!(lock(&place.world.hall).came, ["draft".to_owned(), key_text(1)]);
    nothing_is_left(&place, &here);
}

#[cfg(feature = "own-terminal")]
#[test]
fn what_waits_for_an_account_that_became_part_of_another_one_is_sent_once_for_that_one() {
    let (place, here) = begun(TerminalKind::Browser);
    place.world.network(Network::Off);
    let change = json!({"path": "phone", "value": "1"});
    here.told(json!({"change_answers": {"id": DRAFT, "changes": [change], "page": null}}));
    here.submit(1);
    place.die(here);
    // The account goes into another one on another terminal, and its citizen logs in to that one here.
    *lock(&place.world.person) = Some(2);
    lock(&place.world.hall).was = Some(problem(503, "backend/unavailable"));
    place.world.network(Network::Well);
    let next = place.start();
    place.world.pass(5_000);
    assert_eq!((place.world.taken(), place.kept().len()), (Vec::new(), 2));
    assert_eq!(next.told(json!({"log_out": {}}))["error"], "drafts/unsent");

    lock(&place.world.hall).was = Some((200, json!([person_id(1)])));
    for _ in 0..90 {
        place.world.pass(1_000);
    }
    assert_eq!(lock(&place.world.hall).came, ["draft".to_owned(), key_text(1)]);
    assert_eq!(next.sent(), 1);
    nothing_is_left(&place, &next);
}

#[test]
fn a_log_out_asks_before_it_loses_what_waits_and_then_leaves_nothing() {
    let (place, here) = one_waits();
    let error = here
        .ask(json!({"log_out": {}}))
        .err()
        .unwrap_or_else(|| panic!("it was lost"));
    assert_eq!(
        (error.code.as_str(), &error.details["queued"]),
        ("drafts/unsent", &json!(1))
    );
    assert_eq!(here.list().len(), 1);
    let _ = here.ask(json!({"log_out": {"discard_unsent": true}}));
    nothing_is_left(&place, &here);
    place.world.network(Network::Well);
    place.world.pass(600_000);
    assert_eq!(place.world.taken(), [] as [String; 0]);
}

#[test]
fn a_log_out_sends_what_waits_where_the_hall_is_there_again() {
    let (place, here) = one_waits();
    place.world.network(Network::Well);
    assert_eq!(here.told(json!({"log_out": {}})), Value::Null);
    assert_eq!(place.world.taken(), [key_text(1)]);
}

#[test]
fn a_log_out_asks_before_it_loses_what_is_refused_in_that_moment() {
    let (place, here) = one_waits();
    place.world.network(Network::Well);
    lock(&place.world.hall).revision = 4;
    assert_eq!(here.told(json!({"log_out": {}}))["error"], "drafts/unsent");
    let list = here.list();
    assert!(matches!(list[0].state, QueuedState::Conflict { .. }), "{list:?}");
    // Who has seen that leaves.
    assert_eq!(here.told(json!({"log_out": {}})), Value::Null);
    nothing_is_left(&place, &here);
}

#[test]
fn a_public_machine_keeps_nothing_and_says_that_it_was_not_sent() {
    let (place, here) = begun(TerminalKind::Kiosk);
    place.world.network(Network::Gone);
    assert_eq!(here.submit(1)["error"], "network/offline");
    nothing_is_left(&place, &here);
}

#[test]
fn who_did_not_ask_for_it_to_wait_is_told_as_ever() {
    let (place, here) = begun(TerminalKind::Browser);
    place.world.network(Network::Gone);
    let withdrawal = json!({"withdraw": {"id": CASE, "withdrawal": {"version": 1}}});
    assert_eq!(here.told(withdrawal)["error"], "network/offline");
    assert_eq!(here.list(), []);
}

#[test]
fn what_the_disk_does_not_take_is_not_called_kept_and_still_sent() {
    let place = Place::new(TerminalKind::Browser);
    let here = place.start_over(Arc::new(Full));
    place.world.network(Network::Gone);
    assert_eq!(here.submit(1)["queued"]["kept"], false);
    place.world.network(Network::Well);
    place.world.pass(60_000);
    assert_eq!(place.world.taken(), [key_text(1)]);
}

#[test]
fn the_answers_of_its_draft_go_first_also_where_the_terminal_dies_between() {
    for dies in [false, true] {
        let place = Place::new(TerminalKind::Browser);
        let mut here = place.start();
        place.world.network(Network::Off);
        let change = json!({"path": "phone", "value": "1"});
        here.told(json!({"change_answers": {"id": DRAFT, "changes": [change], "page": null}}));
        let queued = here.submit(1)["queued"].clone();
        assert_eq!((&queued["kept"], &queued["left"]), (&json!(true), &json!(false)));
        if dies {
            place.die(here);
            place.world.network(Network::Well);
            here = place.start();
        }
        place.world.network(Network::Well);
        place.world.pass(60_000);
        assert_eq!(
            lock(&place.world.hall).came,
            ["draft".to_owned(), key_text(1)],
            "{dies}"
        );
        let body = lock(&place.world.hall).taken[&key_text(1)].0.clone();
        let body: Value = serde_json::from_slice(&body).unwrap_or_default();
        assert_eq!(body["revision"], 4, "the one that the answers made");
        assert_eq!((here.list(), here.sent()), (Vec::new(), 1));
    }
}

#[test]
fn who_asks_at_the_start_what_waits_is_answered_once_it_was_looked_for() {
    let (place, here) = one_waits();
    place.die(here);
    place.world.network(Network::Well);
    lock(&place.world.hall).refuses = Some(problem(503, "backend/unavailable"));
    let next = place.open(place.journal.clone());
    // Nothing runs between the two questions.
    let restored = next.core.dispatch(Command::RestoreSession(RestoreSession {}));
    assert!(restored.now_or_never().is_some_and(|session| session.is_ok()));
    assert_eq!(next.list().len(), 1);
}

#[test]
fn what_waits_on_a_disk_that_cannot_be_read_for_a_while_is_neither_lost_nor_forgotten() {
    let (place, here) = one_waits();
    place.die(here);
    place.world.network(Network::Well);
    let failing = FailingJournal(place.journal.clone(), Fails::times(3));
    let next = place.start_over(Arc::new(failing));
    // Nobody waits for it, and who leaves is asked: there may be something.
    assert_eq!(next.list(), []);
    assert_eq!(next.told(json!({"log_out": {}}))["error"], "drafts/unsent");
    assert_eq!((next.sent(), place.kept().len()), (0, 1));
    for _ in 0..90 {
        place.world.pass(1_000);
    }
    assert_eq!((place.world.taken(), next.sent()), (vec![key_text(1)], 1));
    nothing_is_left(&place, &next);
    assert!(next.ask(json!({"log_out": {}})).is_ok(), "there is nothing to ask");
}

#[test]
fn what_waits_on_a_disk_that_cannot_be_read_is_not_looked_for_when_its_citizen_has_left() {
    let (place, here) = one_waits();
    place.die(here);
    place.world.network(Network::Well);
    let failing = FailingJournal(place.journal.clone(), Fails::times(1));
    let next = place.start_over(Arc::new(failing));
    assert!(next.ask(json!({"log_out": {"discard_unsent": true}})).is_ok());
    assert_eq!(place.kept(), [] as [String; 0]);
    place.world.pass(60_000);
    assert_eq!((place.world.taken(), next.sent()), (Vec::new(), 0));
}

/// The journal of a browser in which another tab lives, whose everything in it is.
struct OfAnotherTab {
    journal: Arc<MemoryJournal>,
    lives: Mutex<bool>,
}

#[async_trait]
impl Journal for OfAnotherTab {
    async fn keep(&self, key: &str, value: Vec<u8>) -> Result<(), NotKept> {
        self.journal.keep(key, value).await
    }
    async fn kept(&self) -> Result<Vec<(String, Vec<u8>)>, NotKept> {
        let mut kept = self.journal.kept().await?;
        if *lock(&self.lives) {
            for (key, _) in &mut kept {
                *key = if key.contains("/outbox/") {
                    key.replace("/outbox/", "/elsewhere/")
                } else {
                    key.replacen('/', "/theirs/", 1)
                };
            }
        }
        Ok(kept)
    }
    async fn forget(&self, key: &str) {
        self.journal.forget(key).await;
    }
    async fn erase(&self) {
        self.journal.erase().await;
    }
}

/// A second tab of a browser whose first one has a submission waiting.
fn a_second_tab() -> (Place, Arc<OfAnotherTab>, Running) {
    let (place, first) = one_waits();
    place.die(first);
    place.world.network(Network::Well);
    let journal = Arc::new(OfAnotherTab {
        journal: place.journal.clone(),
        lives: Mutex::new(true),
    });
    let second = place.start_over(journal.clone());
    place.world.pass(60_000);
    (place, journal, second)
}

fn look_again(place: &Place, running: &Running) {
    let person = person_id(1).parse().unwrap_or_else(|error| panic!("{error}"));
    place.world.machine.wait(running.core.look_at_others(person), 500);
    place.world.pass(5_000);
}

#[test]
fn what_another_tab_sends_is_shown_and_nothing_else_until_that_tab_is_gone() {
    let (place, journal, second) = a_second_tab();
    let list = second.list();
    assert!(matches!(list[0].state, QueuedState::Elsewhere), "{list:?}");
    assert_eq!(place.world.taken(), [] as [String; 0], "the other one sends it");
    for command in ["retry_queued", "cancel_queued"] {
        let told = second.told(json!({command: {"id": key_text(1)}}));
        assert_eq!(told["error"], "request/not_found", "{command}");
    }
    // It would go with a log-out here, too.
    assert_eq!(second.told(json!({"log_out": {}}))["error"], "drafts/unsent");

    *lock(&journal.lives) = false;
    look_again(&place, &second);
    assert_eq!((place.world.taken(), second.sent()), (vec![key_text(1)], 1));
    nothing_is_left(&place, &second);
}

#[test]
fn what_another_tab_is_done_with_is_gone_here_too() {
    let (place, _, second) = a_second_tab();
    let key = format!("{}/outbox/{}", person_id(1), key_text(1));
    place.journal.forget(&key).now_or_never();
    lock(&second.told).clear();
    look_again(&place, &second);
    assert_eq!(second.list(), []);
    let told = lock(&second.told);
    assert!(
        told.iter().any(|event| matches!(event, Event::OutboxChanged)),
        "{told:?}"
    );
}

#[test]
fn what_was_just_sent_is_not_taken_up_again_from_a_disk_that_has_it_for_a_moment_longer() {
    let (place, here) = one_waits();
    let left = place
        .journal
        .kept()
        .now_or_never()
        .and_then(Result::ok)
        .unwrap_or_default();
    place.world.network(Network::Well);
    place.world.pass(30_000);
    assert_eq!(here.sent(), 1);
    for (key, value) in left {
        let _ = place.journal.keep(&key, value).now_or_never();
    }
    look_again(&place, &here);
    assert_eq!(
        (here.list(), here.sent(), lock(&place.world.hall).taken.len()),
        (Vec::new(), 1, 1)
    );
}

fn type_phone(running: &Running, value: &str) {
    let change = json!({"path": "phone", "value": value});
    let told = running.told(json!({"change_answers": {"id": DRAFT, "changes": [change], "page": null}}));
    assert_eq!(told["error"], Value::Null);
}

/// A browser, and what a tab of it kept of an answer that it could not send.
fn typed_in_another_tab() -> (Place, Vec<(String, Vec<u8>)>) {
    let (place, first) = begun(TerminalKind::Browser);
    place.world.network(Network::Off);
    type_phone(&first, "1");
    let left = place
        .journal
        .kept()
        .now_or_never()
        .and_then(Result::ok)
        .unwrap_or_default();
    assert_eq!(left.len(), 1);
    place.die(first);
    place.journal.erase().now_or_never();
    place.world.network(Network::Well);
    (place, left)
}

/// Another tab keeps something, of which nobody tells this one.
fn kept_by_another_tab(place: &Place, left: Vec<(String, Vec<u8>)>) {
    for (key, value) in left {
        let _ = place.journal.keep(&key, value).now_or_never();
    }
}

fn second_tab(place: &Place) -> (Arc<OfAnotherTab>, Running) {
    let journal = Arc::new(OfAnotherTab {
        journal: place.journal.clone(),
        lives: Mutex::new(true),
    });
    let second = place.start_over(journal.clone());
    place.world.pass(1_000);
    (journal, second)
}

fn came(place: &Place) -> usize {
    lock(&place.world.hall).came.len()
}

#[test]
fn a_log_out_asks_for_what_was_typed_in_another_tab_which_is_sent_when_that_tab_is_gone() {
    let (place, left) = typed_in_another_tab();
    let (journal, second) = second_tab(&place);
    kept_by_another_tab(&place, left);
    let error = second.ask(json!({"log_out": {}})).err();
    let error = error.unwrap_or_else(|| panic!("it was lost"));
    assert_eq!(
        (error.code.as_str(), &error.details["answers"]),
        ("drafts/unsent", &json!(1))
    );
    look_again(&place, &second);
    assert_eq!((came(&place), place.kept().len()), (0, 1), "the other one sends it");

    *lock(&journal.lives) = false;
    look_again(&place, &second);
    assert_eq!(came(&place), 1);
    nothing_is_left(&place, &second);
    assert!(second.ask(json!({"log_out": {}})).is_ok(), "there is nothing to ask");
}

#[test]
fn what_another_tab_knows_of_a_draft_that_the_hall_has_keeps_nobody_from_leaving() {
    let place = Place::new(TerminalKind::Browser);
    let (_, second) = second_tab(&place);
    let known = json!({"draft": draft(0, &json!({})), "became": CASE});
    let key = format!("{}/begun/{DRAFT}/{}", person_id(1), key_text(9));
    kept_by_another_tab(&place, vec![(key, known.to_string().into_bytes())]);
    assert!(second.ask(json!({"log_out": {}})).is_ok());
}

#[test]
fn what_another_tab_has_sent_keeps_nobody_from_leaving() {
    let (place, left) = typed_in_another_tab();
    let key = left[0].0.clone();
    let (_, second) = second_tab(&place);
    kept_by_another_tab(&place, left);
    look_again(&place, &second);
    place.journal.forget(&key).now_or_never();
    assert!(second.ask(json!({"log_out": {}})).is_ok());
}

#[test]
fn what_a_tab_left_waits_until_what_is_typed_here_to_the_same_draft_is_with_the_hall() {
    let (place, left) = typed_in_another_tab();
    let second = place.start();
    place.world.network(Network::Off);
    type_phone(&second, "2");
    kept_by_another_tab(&place, left);
    look_again(&place, &second);
    assert_eq!(place.kept().len(), 2, "neither takes the place of the other");
    let error = second.ask(json!({"log_out": {}})).err();
    assert_eq!(error.map(|error| error.details["answers"].clone()), Some(json!(2)));

    place.world.network(Network::Well);
    for _ in 0..60 {
        place.world.pass(1_000);
    }
    assert_eq!(came(&place), 2);
    nothing_is_left(&place, &second);
}

#[test]
fn what_was_typed_before_a_session_ran_out_is_sent_on_the_same_page_once_its_citizen_is_back() {
    let place = Place::new(TerminalKind::Browser);
    let (_, page) = second_tab(&place);
    place.world.network(Network::Off);
    type_phone(&page, "1");
    *lock(&place.world.person) = None;
    place.world.network(Network::Well);
    place.world.pass(60_000);
    assert_eq!((came(&place), place.kept().len()), (0, 1));

    *lock(&place.world.person) = Some(1);
    let _ = page.ask(json!({"restore_session": {}}));
    place.world.pass(1_000);
    assert_eq!((came(&place), place.kept().len()), (1, 0));
}
