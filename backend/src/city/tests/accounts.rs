//! Faults of a demonstration's accounts.

use super::fixture::{Fixture, broken, broken_at};

const PEOPLE: &str = "people.toml";
const STAFF: &str = "staff.toml";

#[test]
fn numbers_are_checked() {
    broken(
        PEOPLE,
        "11010519491231002X",
        "110105194912310020",
        "check character does not fit",
    );
    broken(PEOPLE, "13800000002", "1380000000", "wrong length");
    broken(
        PEOPLE,
        "91350100M000100Y43",
        "91350100M000100Y44",
        "check character does not fit",
    );
}

#[test]
fn no_two_people_share_what_tells_them_apart() {
    broken(
        PEOPLE,
        "13800000002",
        "13800000001",
        "another citizen has this already, at people.toml:5",
    );
    broken(
        PEOPLE,
        "440524188001010014",
        "11010519491231002X",
        "another citizen has this already, at people.toml:4",
    );
    broken(PEOPLE, "\"shop\"", "\"zhang\"", "another person has this already");
}

#[test]
fn agents_are_citizens_of_the_file() {
    broken(PEOPLE, "[\"zhang\"]", "[\"zhao\"]", "there is no citizen `zhao`");
    broken(PEOPLE, "[\"zhang\"]", "[]", "`agents` is empty");
    broken(PEOPLE, "[\"zhang\"]", "[\"zhang\", \"zhang\"]", "twice");
}

#[test]
fn a_staff_account_has_a_role_an_authority_and_good_credentials() {
    broken(
        STAFF,
        "\"window_clerk\"",
        "\"window_cleaner\"",
        "unknown variant `window_cleaner`",
    );
    broken(STAFF, "roles = [\"window_clerk\"]", "roles = []", "`roles` is empty");
    broken(STAFF, "\"police\"", "\"polize\"", "there is no authority `polize`");
    broken(STAFF, "\"central\"", "\"center\"", "there is no hall `center`");
    broken_at(STAFF, "authority = \"police\"\n", "", 8, "only an administrator");
    broken(
        STAFF,
        "\"clerk\"",
        "\"admin\"",
        "another member of staff has this already",
    );
    broken(STAFF, "twelve letters", "eleven", "at least 12 characters");
    broken(
        STAFF,
        "4QG4A57HFENZUCQOQ7FL7U7JMMBIHUW3",
        "0QG4A57HFENZUCQOQ7FL7U7JMMBIHUW3",
        "base32",
    );
    broken(
        STAFF,
        "4QG4A57HFENZUCQOQ7FL7U7JMMBIHUW3",
        "4QG4A57H",
        "base32 of at least 16 bytes",
    );
}

#[test]
fn a_fault_never_quotes_personal_data_or_secrets() {
    let fixture = Fixture::new();
    fixture.replace(PEOPLE, "\"13800000001\"", "13800000001");
    fixture.replace(PEOPLE, "440524188001010014", "440524188001010015");
    fixture.replace(STAFF, "twelve letters", "sesame");
    fixture.replace(STAFF, "HVABEAMHSQB4MIR2JCXG5UOWYOD64KCM", "HVABEAMH1");
    let errors = fixture.errors();
    assert_eq!(errors.len(), 4, "{errors:#?}");
    for error in errors {
        for secret in ["13800000001", "44052418800101001", "sesame", "HVABEAMH"] {
            assert!(!error.reason.contains(secret), "{error}");
        }
    }
}
