//! Faults of lists, and of forms that let choose from them.

use onehall_forms::Inputs;

use super::fixture::{Fixture, one_fault};

const LIST: &str = "lists/streets.toml";
const FORM: &str = "forms/identity-card.v1.json";

const STREETS: &str = r#"version = "2026"
entries = [
  { code = "01", zh-CN = "东城", en = "East" },
  { code = "0101", zh-CN = "人民路", en = "Renmin Road", parent = "01" },
  { code = "02", zh-CN = "西城", en = "West" },
]
"#;

/// The small city with a list.
fn with_list() -> Fixture {
    let fixture = Fixture::new();
    fixture.write(LIST, STREETS.as_bytes());
    fixture
}

/// The small city in which one also chooses a street.
fn with_question(question: &str) -> Fixture {
    let fixture = with_list();
    let label = r#""label": { "zh-CN": "街道", "en": "Street" }"#;
    let added = format!("\"questions\": [\n        {{ \"id\": \"street\", {question}, {label} }},\n");
    fixture.replace(FORM, "\"questions\": [\n", &added);
    fixture
}

#[track_caller]
fn broken(from: &str, to: &str, reason: &str) {
    let fixture = with_list();
    let line = fixture.replace(LIST, from, to);
    one_fault(&fixture, LIST, line, reason);
}

fn inputs(fixture: &Fixture) -> Inputs {
    let city = fixture.load().unwrap_or_else(|errors| panic!("{errors:#?}"));
    let code = "identity-card".parse().unwrap_or_else(|error| panic!("{error}"));
    let form = city.form(&code, 1).unwrap_or_else(|| panic!("no form"));
    serde_json::from_slice(&form.inputs.body).unwrap_or_else(|error| panic!("{error}"))
}

#[test]
fn a_list_is_loaded_with_its_levels() {
    let city = with_list().load().unwrap_or_else(|errors| panic!("{errors:#?}"));
    let list = city.list("streets").unwrap_or_else(|| panic!("no list"));
    assert_eq!((list.levels, list.search.entries().all().len()), (2, 3));
    assert!(city.list("regions").is_none());
}

#[test]
fn each_entry_is_whole_and_stands_once() {
    broken("code = \"02\"", "code = \"01\"", "another entry has this already");
    broken("code = \"02\", ", "", "`code` is missing");
    broken("en = \"West\"", "en = \" \"", "`en` is blank");
    broken("en = \"West\"", "en = \"West\", note = \"x\"", "unknown key `note`");
    broken(
        "parent = \"01\"",
        "parent = \"03\"",
        "there is no entry `03` above `0101`",
    );
}

#[test]
fn no_entry_lies_below_itself() {
    let fixture = with_list();
    fixture.replace(LIST, "code = \"01\",", "code = \"01\", parent = \"0101\",");
    let lines: Vec<_> = fixture
        .errors()
        .into_iter()
        .map(|error| (error.line, error.reason))
        .collect();
    assert_eq!(
        lines.iter().map(|(line, _)| *line).collect::<Vec<_>>(),
        [3, 4],
        "{lines:?}"
    );
    assert!(
        lines.iter().all(|(_, reason)| reason.contains("below itself")),
        "{lines:?}"
    );
}

#[test]
fn a_list_has_a_version_and_entries() {
    let fixture = with_list();
    fixture.replace(LIST, "version = \"2026\"\n", "");
    one_fault(&fixture, LIST, 1, "`version` is missing");
    fixture.write(LIST, b"version = \"2026\"\n");
    one_fault(&fixture, LIST, 1, "a list has `entries`");
    let fixture = with_list();
    fixture.write("lists/Streets.toml", STREETS.as_bytes());
    one_fault(&fixture, "lists/Streets.toml", 1, "is the list's code");
}

#[test]
fn equal_versions_are_equal_entries_whatever_somebody_wrote() {
    let version = |fixture: &Fixture| {
        let city = fixture.load().unwrap_or_else(|errors| panic!("{errors:#?}"));
        city.list("streets")
            .map(|list| list.list.version.clone())
            .unwrap_or_default()
    };
    let fixture = with_list();
    let before = version(&fixture);
    assert!(before.starts_with("2026."), "{before}");
    fixture.replace(LIST, "version = \"2026\"", "# A remark\nversion = \"2026\"");
    assert_eq!(version(&fixture), before);
    fixture.replace(LIST, "en = \"West\"", "en = \"The West\"");
    assert_ne!(version(&fixture), before);
}

#[test]
fn a_form_chooses_from_a_list_that_is_there_and_deep_enough() {
    let question = |question: &str, reason: &str| {
        let fixture = with_question(question);
        let line = 1 + fixture
            .text(FORM)
            .lines()
            .position(|line| line.contains("\"street\""))
            .unwrap_or_default();
        one_fault(&fixture, FORM, line, reason);
    };
    question(
        "\"kind\": \"list_choice\", \"list\": \"lanes\"",
        "there is no list `lanes`",
    );
    question("\"kind\": \"region\"", "there is no list `regions`");
    question(
        "\"kind\": \"region\", \"list\": \"streets\", \"depth\": 3",
        "the list `streets` has 2 levels",
    );
    let sound = with_question("\"kind\": \"region\", \"list\": \"streets\", \"depth\": 2");
    assert_eq!(sound.errors(), []);
}

#[test]
fn a_terminal_gets_what_the_form_needs_and_nothing_else() {
    assert_eq!(inputs(&with_list()), Inputs::none());
    let chosen = inputs(&with_question("\"kind\": \"list_choice\", \"list\": \"streets\""));
    assert_eq!(chosen.calendar, None);
    assert_eq!(chosen.lists.len(), 1);
    assert_eq!(
        chosen.lists[0].entries.as_ref().map(|entries| entries.all().len()),
        Some(3)
    );
    let days = r#""kind": "date", "valid_when": [{ "rule": { "is_working_day": [{"var": "street"}] },
        "message": { "zh-CN": "请选工作日", "en": "A working day" } }]"#;
    let counted = inputs(&with_question(days));
    assert!(counted.lists.is_empty());
    let version = counted.calendar.map(|calendar| calendar.version).unwrap_or_default();
    assert!(version.starts_with("2026-2026."), "{version}");
}

#[test]
fn of_a_long_list_a_terminal_gets_only_the_version() {
    let long = |count: usize| {
        let mut text = "version = \"2026\"\nentries = [\n".to_owned();
        for number in 0..count {
            text.push_str(&format!(
                "  {{ code = \"{number}\", zh-CN = \"第{number}街\", en = \"Street {number}\" }},\n"
            ));
        }
        let fixture = with_question("\"kind\": \"list_choice\", \"list\": \"streets\"");
        fixture.write(LIST, format!("{text}]\n").as_bytes());
        let inputs = inputs(&fixture);
        assert!(!inputs.lists[0].version.is_empty());
        inputs.lists[0].entries.is_some()
    };
    assert!(long(500));
    assert!(!long(501));
}
