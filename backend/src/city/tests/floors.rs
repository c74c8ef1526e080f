//! Faults of how a hall is run.

use super::fixture::{Fixture, one_fault};

const FLOOR: &str = "halls/central.toml";

const CENTRAL: &str = r#"from_home = true

[hours]
monday = ["09:00-12:00", "13:30-17:30"]
saturday = ["09:00-12:00"]
closed_on_holidays = true

[[exception]]
day = "2026-12-31"
open = []
reason = { zh-CN = "盘点", en = "Stocktaking" }

[[queue]]
code = "papers"
letter = "A"
name = { zh-CN = "证件", en = "Papers" }
items = ["identity-card"]
most_waiting = 40
last_minutes = 30

[queue.appointments]
slot_minutes = 30
capacity = 2
days_ahead = 7
cut_off_minutes = 60
early_minutes = 30
late_minutes = 15

[[counter]]
number = 1
authorities = ["police"]
queues = ["papers"]

[[kiosk]]
number = 4
key_hash = "1dd5edf1c6aef9ddd9c624f7626ae2b4928cb282fcc31a78bf8f4ebdb414670a"
"#;

fn with_floor() -> Fixture {
    let fixture = Fixture::new();
    fixture.write(FLOOR, CENTRAL.as_bytes());
    fixture
}

#[track_caller]
fn broken(from: &str, to: &str, reason: &str) {
    let fixture = with_floor();
    let line = fixture.replace(FLOOR, from, to);
    one_fault(&fixture, FLOOR, line, reason);
}

#[test]
fn a_hall_that_is_run_is_loaded_and_one_without_a_file_is_not_run() {
    let code = "central".parse().unwrap_or_else(|error| panic!("{error}"));
    let city = with_floor().load().unwrap_or_else(|errors| panic!("{errors:#?}"));
    let floor = city.floor(&code).unwrap_or_else(|| panic!("no floor"));
    assert_eq!((floor.queues.len(), floor.counters.len()), (1, 1));
    assert!(floor.from_home && floor.queues[0].appointments.is_some());
    let city = Fixture::new().load().unwrap_or_else(|errors| panic!("{errors:#?}"));
    assert!(city.floor(&code).is_none());
}

#[test]
fn hours_are_hours_in_their_order() {
    broken("[\"09:00-12:00\", \"13:30", "[\"9-12\", \"13:30", "09:00-17:30");
    broken(
        "\"13:30-17:30\"",
        "\"11:30-17:30\"",
        "begins before 09:00-12:00 has ended",
    );
    broken("\"13:30-17:30\"", "\"17:30-13:30\"", "end after they begin");
    broken("saturday = [", "samstag = [", "unknown key `samstag`");
}

#[test]
fn an_exceptional_day_says_what_is_open_and_why() {
    broken("day = \"2026-12-31\"", "day = \"2026-02-30\"", "not a valid date");
    broken(
        "reason = { zh-CN = \"盘点\", en = \"Stocktaking\" }",
        "reason = { zh-CN = \"盘点\" }",
        "no text in en",
    );
}

#[test]
fn a_queue_is_named_once_and_handles_what_there_is() {
    broken("letter = \"A\"", "letter = \"AB\"", "one capital letter");
    broken(
        "items = [\"identity-card\"]",
        "items = [\"no-such-thing\"]",
        "there is no",
    );
    broken("most_waiting = 40", "most_waiting = 0", "must lie between 1 and 999");
    broken("last_minutes = 30", "last_minutes = 500", "must lie between 0 and 240");
}

#[test]
fn appointments_can_be_made_at_all() {
    broken("slot_minutes = 30", "slot_minutes = 1", "must lie between 5 and 240");
    broken("capacity = 2", "capacity = 0", "must lie between 1 and 200");
    broken(
        "cut_off_minutes = 60",
        "cut_off_minutes = 10080",
        "nothing could ever be booked",
    );
}

#[test]
fn a_counter_has_clerks_and_queues_that_there_are() {
    broken("number = 1", "number = 0", "at least 1");
    broken(
        "queues = [\"papers\"]",
        "queues = [\"papers\", \"nowhere\"]",
        "there is no queue `nowhere`",
    );
}

#[test]
fn a_kiosk_has_a_number_and_the_hash_of_its_key() {
    broken("number = 4", "number = 0", "at least 1");
    broken("414670a\"", "414670\"", "64 digits");
    broken("\"1dd5ed", "\"1DD5ED", "64 digits");
}

#[test]
fn each_queue_is_called_from_and_its_services_are_handled() {
    let fixture = with_floor();
    fixture.replace(FLOOR, "authorities = [\"police\"]", "authorities = [\"market\"]");
    one_fault(
        &fixture,
        FLOOR,
        14,
        "no counter of the queue `papers` has a clerk of `police`",
    );
    let fixture = with_floor();
    let text = fixture.text(FLOOR);
    let without = text.split("[[counter]]").next().unwrap_or_default().to_owned();
    fixture.write(FLOOR, without.as_bytes());
    one_fault(&fixture, FLOOR, 14, "no counter calls from the queue");
}

#[test]
fn numbers_letters_and_services_belong_to_one_queue() {
    let fixture = with_floor();
    let text = fixture.text(FLOOR);
    let second =
        text[text.find("[[queue]]").unwrap_or(0)..text.find("[queue.app").unwrap_or(0)].replace("papers", "more");
    let queues = format!("{text}\n{second}").replace("queues = [\"papers\"]", "queues = [\"papers\", \"more\"]");
    fixture.write(FLOOR, queues.as_bytes());
    let reasons: Vec<String> = fixture.errors().into_iter().map(|error| error.reason).collect();
    assert_eq!(reasons.len(), 2, "{reasons:#?}");
    assert!(
        reasons.iter().any(|reason| reason.contains("another queue has this")),
        "{reasons:#?}"
    );
    assert!(
        reasons.iter().any(|reason| reason.contains("queue of this hall")),
        "{reasons:#?}"
    );
}

#[test]
fn a_file_is_that_of_a_hall() {
    let fixture = Fixture::new();
    fixture.write("halls/elsewhere.toml", CENTRAL.as_bytes());
    let errors = fixture.errors();
    assert!(
        errors
            .iter()
            .any(|error| error.reason.contains("there is no hall `elsewhere`")),
        "{errors:#?}"
    );
}
