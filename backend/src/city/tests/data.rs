//! Faults of the names of data, and of what a certificate proves by them.

use super::super::{Fact, Proof};
use super::fixture::{Fixture, one_fault};

const FORM: &str = "forms/identity-card.v1.json";
const ITEM: &str = "items/identity-card.toml";
const DATA: &str = "data.toml";
const NAMED: &str = "\"prefill\": \"person.name\"";

/// The small city, whose form asks for the employer, by a `data.toml` that says this.
fn with_names(names: &str) -> (Fixture, usize) {
    let fixture = Fixture::new();
    let line = fixture.replace(FORM, NAMED, "\"prefill\": \"person.employer\"");
    fixture.write(DATA, names.as_bytes());
    (fixture, line)
}

#[test]
fn a_form_asks_for_a_part_of_a_profile_by_a_question_that_takes_it() {
    let fixture = Fixture::new();
    fixture.replace(FORM, NAMED, "\"prefill\": \"organisation.code\"");
    fixture.load().unwrap_or_else(|findings| panic!("{findings:?}"));
    let line = fixture.replace(FORM, "\"kind\": \"text\"", "\"kind\": \"phone\"");
    let what = "`organisation.code` of a profile has the kind organisation_code, and this question phone";
    one_fault(&fixture, FORM, line + 2, what);
}

/// What the certificate of the small city's item proves, when its output says this besides.
fn output(more: &str) -> (Fixture, usize) {
    let fixture = Fixture::new();
    let line = fixture.replace(ITEM, "[output]\n", &format!("[output]\n{more}\n"));
    (fixture, line + 1)
}

#[test]
fn a_form_asks_for_data_that_the_city_names_by_a_question_of_its_kind() {
    let (fixture, line) = with_names("[person]\nemployer = \"text\"\n");
    fixture.load().unwrap_or_else(|findings| panic!("{findings:?}"));
    fixture.write(DATA, b"[person]\nemployer = \"date\"\n");
    one_fault(
        &fixture,
        FORM,
        line,
        "`person.employer` has the kind date (data.toml:2), and this question text",
    );
    fixture.write(DATA, b"[person]\nemployee = \"text\"\n");
    one_fault(&fixture, FORM, line, "data.toml does not name it");
}

#[test]
fn a_name_of_data_is_told_with_its_line() {
    for (names, line, reason) in [
        (
            "[person]\nemployer = \"text\"\nage = \"telepathy\"\n",
            3,
            "must be one of the kinds",
        ),
        (
            "[person]\nemployer = \"text\"\nage = 3\n",
            3,
            "must be one of the kinds",
        ),
        (
            "[person]\nemployer = \"text\"\nAge = \"number\"\n",
            3,
            "`Age` is no name",
        ),
        (
            "[person]\nemployer = \"text\"\nname = \"text\"\n",
            3,
            "`person.name` is in every profile",
        ),
        ("[person]\nemployer = \"text\n", 2, "invalid basic string"),
    ] {
        let (fixture, _) = with_names(names);
        one_fault(&fixture, DATA, line, reason);
    }
}

#[test]
fn a_certificate_proves_what_somebody_may_ask_for_and_what_its_form_asked() {
    let proof = "material = \"id-card\"\nown_when = { answer = \"name\", is = \"x\" }\n\
                 facts = [{ name = \"person.name\", answer = \"name\" }, { name = \"person.phone\", from = \"document_number\" }]";
    let (fixture, _) = output(proof);
    let city = fixture.load().unwrap_or_else(|findings| panic!("{findings:?}"));
    let item = "identity-card".parse().unwrap_or_else(|error| panic!("{error}"));
    let expected = Proof {
        material: "id-card".parse().ok(),
        own_when: Some(("name".to_owned(), "x".to_owned())),
        facts: [
            ("person.name".to_owned(), Fact::Answer("name".to_owned())),
            ("person.phone".to_owned(), Fact::DocumentNumber),
        ]
        .into(),
    };
    assert_eq!(city.proof(&item), Some(&expected));
    for (proof, reason) in [
        (
            "facts = [{ name = \"person.nickname\", answer = \"name\" }]",
            "no profile has `person.nickname`",
        ),
        (
            "facts = [{ name = \"person.name\", answer = \"nickname\" }]",
            "has no question `nickname` outside groups",
        ),
        (
            "own_when = { answer = \"for_whom\", is = \"self\" }",
            "has no question `for_whom` outside groups",
        ),
        (
            "facts = [{ name = \"person.name\", from = \"stars\" }]",
            "a fact is `from = \"document_number\"`",
        ),
        (
            "facts = [{ name = \"person.name\", from = \"document_number\", answer = \"name\" }]",
            "a fact is `from = \"document_number\"`",
        ),
    ] {
        let (fixture, line) = output(proof);
        one_fault(&fixture, ITEM, line, reason);
    }
}
