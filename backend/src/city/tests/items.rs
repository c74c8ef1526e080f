//! Faults of service items.

use super::fixture::{Fixture, broken, broken_at, one_fault};

const ITEM: &str = "items/identity-card.toml";
const PASSPORT: &str = "items/passport.toml";

#[test]
fn references_must_lead_somewhere() {
    broken(PASSPORT, "\"police\"", "\"polize\"", "there is no authority `polize`");
    broken(
        PASSPORT,
        "[\"identity\"]",
        "[\"identety\"]",
        "there is no theme `identety`",
    );
    broken(ITEM, "[\"central\"]", "[\"center\"]", "there is no hall `center`");
    broken(
        ITEM,
        "workflow = \"simple\"",
        "workflow = \"simpel\"",
        "there is no workflow `simpel`",
    );
    broken(
        ITEM,
        "\"identity-card\", version = 1",
        "\"identity-card\", version = 2",
        "there is no form forms/identity-card.v2.json",
    );
}

#[test]
fn codes_of_the_standard_are_checked() {
    broken(PASSPORT, "kind = \"01\"", "kind = \"11\"", "unknown variant `11`");
    broken(PASSPORT, "level = \"3\"", "level = \"9\"", "unknown variant `9`");
    broken_at(PASSPORT, "kind = \"01\"", "kind = \"07\"", 12, "begins with 0007");
    broken_at(PASSPORT, "level = \"3\"", "level = \"4\"", 13, "`task_code` must be");
    let fixture = Fixture::new();
    let line = fixture.replace(PASSPORT, "\"000109002000\"", "\"00010900200\"");
    one_fault(&fixture, PASSPORT, line, "must be 12 digits");
    let fixture = Fixture::new();
    fixture.replace(PASSPORT, "kind = \"01\"", "kind = \"07\"");
    fixture.replace(PASSPORT, "\"000109002000\"", "\"000709001000\"");
    fixture.replace(PASSPORT, "3000109002000\"", "3000709001000\"");
    one_fault(&fixture, PASSPORT, 12, "already, at items/identity-card.toml:15");
}

#[test]
fn what_is_named_is_named_once() {
    broken(
        ITEM,
        "[\"citizen\"]",
        "[\"citizen\", \"citizen\"]",
        "this audience stands in the list twice",
    );
    broken(
        ITEM,
        "[\"window\", \"mobile\"]",
        "[\"window\", \"window\"]",
        "this channel stands in the list twice",
    );
    broken(
        ITEM,
        "[\"身份证\", \"ID\"]",
        "[\"ID\", \"ID\"]",
        "this keyword stands in the list twice",
    );
    broken(
        ITEM,
        "[\"central\"]",
        "[\"central\", \"central\"]",
        "this hall stands in the list twice",
    );
    broken(ITEM, "themes = [\"identity\"]", "themes = []", "`themes` is empty");
}

#[test]
fn a_reference_to_a_form_names_code_and_version() {
    broken(
        ITEM,
        "{ code = \"identity-card\", version = 1 }",
        "\"identity-card\"",
        "must name code and version",
    );
    broken(ITEM, ", version = 1 }", " }", "must name code and version");
    broken(
        ITEM,
        "version = 1 }",
        "version = 1, draft = true }",
        "must name code and version",
    );
    broken(ITEM, "online = true", "online = \"yes\"", "must be true or false");
}

#[test]
fn days_must_fit_the_promise() {
    broken_at(
        PASSPORT,
        "promptness = \"1\"",
        "promptness = \"2\"",
        9,
        "must be 1 or more",
    );
    broken(PASSPORT, "promised_days = 0", "promised_days = 3", "must be 0");
    broken(
        ITEM,
        "promised_days = 5",
        "promised_days = 11",
        "more than the 10 days that the law allows",
    );
}

#[test]
fn an_item_that_is_online_is_complete() {
    broken_at(ITEM, "workflow = \"simple\"\n", "", 21, "needs a `workflow`");
    broken_at(
        ITEM,
        "form = { code = \"identity-card\", version = 1 }\nworkflow = \"simple\"\n",
        "",
        12,
        "needs a `form`",
    );
    broken(ITEM, "online = true", "online = false", "must be online");
    broken(
        PASSPORT,
        "catalog_code",
        "workflow = \"simple\"
catalog_code",
        "needs a `form`",
    );
    broken_at(
        ITEM,
        "conditions = [{ zh-CN = \"是中国公民。\", en = \"You are a citizen.\" }]\n",
        "",
        12,
        "`conditions` is empty",
    );
}

#[test]
fn frequent_places_are_given_once() {
    broken(ITEM, "frequent = 1", "frequent = 0", "counts from 1");
    let fixture = Fixture::new();
    let line = fixture.replace(PASSPORT, "online = false", "frequent = 1\nonline = false");
    one_fault(&fixture, PASSPORT, line, "already, at items/identity-card.toml:13");
}

#[test]
fn what_is_missing_is_told_on_the_line_of_its_table() {
    broken_at(PASSPORT, "updated = \"2026-11-01\"\n", "", 1, "`updated` is missing");
    broken_at(
        ITEM,
        "delivery = { zh-CN = \"窗口\", en = \"At a window\" }\n",
        "",
        25,
        "`delivery` is missing",
    );
    broken_at(ITEM, "trust_grade = \"C\"\n", "", 29, "`trust_grade` is missing");
}

#[test]
fn materials_and_fees_are_checked() {
    broken(
        ITEM,
        "required = true",
        "when = { zh-CN = \"有时\", en = \"Sometimes\" }\nrequired = true",
        "`required` says always",
    );
    broken(
        ITEM,
        "sources = [\"upload\"]",
        "sources = [\"mail\"]",
        "unknown variant `mail`",
    );
    broken(
        ITEM,
        "sources = [\"upload\"]",
        "sources = [\"another_case\"]",
        "is called `case`, as in forms",
    );
    broken(ITEM, "sources = [\"upload\"]", "sources = []", "`sources` is empty");
    broken(ITEM, "\"20.00\"", "\"20 yuan\"", "not an amount of money");
    broken(ITEM, "\"20.00\"", "\"0.00\"", "must be more than 0");
    let fixture = Fixture::new();
    let text = fixture.text(ITEM);
    let material = &text[text.find("[[materials]]").unwrap_or(0)..text.find("[[fees]]").unwrap_or(0)];
    fixture.replace(ITEM, "[[fees]]", &format!("{material}[[fees]]"));
    one_fault(&fixture, ITEM, 37, "another material of this item has this already");
}

#[test]
fn the_name_of_the_file_is_the_code() {
    let fixture = Fixture::new();
    let text = fixture.text(PASSPORT);
    fixture.remove(PASSPORT);
    fixture.write("items/Pass Port.toml", text.as_bytes());
    one_fault(
        &fixture,
        "items/Pass Port.toml",
        1,
        "the file's name `Pass Port` is the item's code",
    );
}
