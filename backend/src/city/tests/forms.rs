//! Faults of forms and workflows, and of their agreement with the items.

use super::fixture::{Fixture, broken, broken_at, one_fault};

const FORM: &str = "forms/identity-card.v1.json";

#[test]
fn broken_json_is_told_with_its_line() {
    broken_at(FORM, "\"version\": 1,", "\"version\": 1", 5, "expected");
}

#[test]
fn a_key_that_stands_twice_is_told() {
    let fixture = Fixture::new();
    fixture.replace(
        FORM,
        "\"kind\": \"text\",",
        "\"kind\": \"text\",\n          \"kind\": \"text\",",
    );
    one_fault(&fixture, FORM, 14, "`kind` stands twice");
}

#[test]
fn what_the_engine_finds_is_told_on_its_line() {
    broken(FORM, "\"prefill\": \"person.name\"", "\"requird\": true", "requird");
    broken(FORM, "\"en\": \"You\"", "\"en\": \" \"", "");
}

#[test]
fn the_name_of_the_file_says_code_and_version() {
    broken(
        FORM,
        "\"version\": 1",
        "\"version\": 2",
        "`version` is 2, but the file's name says 1",
    );
    broken(
        FORM,
        "\"code\": \"identity-card\"",
        "\"code\": \"other\"",
        "the file's name says `identity-card`",
    );
    let fixture = Fixture::new();
    fixture.write("forms/identity-card.json", fixture.text(FORM).as_bytes());
    one_fault(&fixture, "forms/identity-card.json", 1, "<code>.v<version>.json");
}

#[test]
fn prefill_names_what_somebody_knows() {
    broken(
        FORM,
        "person.name",
        "person.nickname",
        "no profile has `person.nickname`",
    );
}

#[test]
fn form_and_item_agree_on_the_materials() {
    let fixture = Fixture::new();
    fixture.replace("items/identity-card.toml", "required = true", "required = false");
    let line = fixture.replace(FORM, "\"material\": \"photo\"", "\"material\": \"portrait\"");
    one_fault(
        &fixture,
        FORM,
        line,
        "`portrait`, a material that items/identity-card.toml does not have",
    );
}

#[test]
fn a_form_takes_no_material_with_less_trust_than_the_item_asks_for() {
    let fixture = Fixture::new();
    let line = fixture.replace(FORM, "\"trust_grade\": \"C\"", "\"trust_grade\": \"D\"") - 1;
    one_fault(&fixture, FORM, line, "with less trust");
}

#[test]
fn a_material_that_is_always_needed_is_asked_for() {
    let item = "items/identity-card.toml";
    let material = "\n[[materials]]\ncode = \"register\"\nname = { zh-CN = \"户口簿\", en = \"Register\" }\nrequired = true\ntrust_grade = \"C\"\nsources = [\"upload\"]\n\n[[fees]]";
    broken_at(item, "\n[[fees]]", material, 37, "never asks for it");
}

#[test]
fn what_the_case_engine_finds_is_told_on_its_line() {
    broken(
        "workflows/simple.toml",
        "start = \"submitted\"",
        "start = \"nowhere\"",
        "nowhere",
    );
}
