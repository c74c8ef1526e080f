//! What a sound city gives, and what holds for its files as such.

use std::path::Path;

use proptest::prelude::*;

use super::super::{check, load};
use super::fixture::{FILES, Fixture, broken, broken_at, one_fault};

fn demo_city() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/demo-city"))
}

#[test]
fn the_demo_city_is_sound() {
    let checked = check(demo_city());
    assert!(checked.sound, "{checked}");
}

#[test]
fn the_demo_city_is_as_large_as_a_city() {
    let city = load(demo_city()).unwrap_or_else(|errors| panic!("{errors:#?}"));
    let catalog = &city.catalog;
    assert!(catalog.authorities.len() >= 12);
    assert!(catalog.halls.len() >= 3 && catalog.life_events.len() >= 6);
    assert!(catalog.items.len() >= 60);
    let complete = city
        .items()
        .filter(|item| item.summary.online && !item.questions.is_empty());
    assert!(complete.count() >= 12);
    let kinds: std::collections::BTreeSet<_> = catalog.items.iter().map(|item| item.kind).collect();
    assert!(kinds.len() >= 6, "{kinds:?}");
    assert!(
        catalog
            .authorities
            .iter()
            .all(|authority| { catalog.items.iter().any(|item| item.authority == authority.code) })
    );
    for theme in &catalog.themes {
        let used = catalog.items.iter().any(|item| item.themes.contains(&theme.code));
        assert!(used, "nothing stands under {}", theme.code);
    }
}

/// How large a file may be is the hall's to say: the page does, and a text that says so too would be another truth some day.
#[test]
fn no_text_of_the_demo_city_says_how_large_a_file_may_be() {
    let files = ["forms", "items"].into_iter().flat_map(|folder| {
        let entries = std::fs::read_dir(demo_city().join(folder)).unwrap_or_else(|error| panic!("{folder}: {error}"));
        entries.map(|entry| entry.unwrap_or_else(|error| panic!("{error}")).path())
    });
    for path in files {
        let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        for unit in ["MB", "KB", "兆"] {
            let sizes = text.match_indices(unit).filter(|(at, _)| {
                let before = text[..*at].trim_end();
                before.ends_with(|sign: char| sign.is_ascii_digit())
            });
            assert_eq!(sizes.count(), 0, "{} says a size in {unit}", path.display());
        }
    }
}

#[test]
fn a_sound_city_is_loaded_whole() {
    let city = Fixture::new().load().unwrap_or_else(|errors| panic!("{errors:#?}"));
    let item = city.items().next().unwrap_or_else(|| panic!("no items"));
    assert_eq!(item.summary.pinyin, "shen fen zheng ban li");
    assert_eq!(item.materials.len(), 1);
    let form = item.form.clone().unwrap_or_else(|| panic!("no form"));
    assert!(city.form(&form.code, form.version).is_some());
    assert!(
        city.workflow(&"simple".parse().unwrap_or_else(|e| panic!("{e}")))
            .is_some()
    );
    assert_eq!((city.people.citizens.len(), city.people.legal_persons.len()), (2, 1));
    assert_eq!(city.staff.len(), 2);
    assert!(
        !city
            .calendar
            .days
            .is_working_day("2026-10-01".parse().unwrap_or_else(|e| panic!("{e}")))
    );
}

#[test]
fn a_real_city_has_no_demonstration_accounts() {
    let fixture = Fixture::new();
    fixture.remove("people.toml");
    fixture.remove("staff.toml");
    let city = fixture.load().unwrap_or_else(|errors| panic!("{errors:#?}"));
    assert!(city.people.citizens.is_empty() && city.staff.is_empty());
}

#[test]
fn the_version_changes_with_the_content_and_only_with_it() {
    let version = |fixture: &Fixture| {
        let city = fixture.load().unwrap_or_else(|errors| panic!("{errors:#?}"));
        city.catalog.version.clone()
    };
    let first = version(&Fixture::new());
    assert_eq!(first.len(), 64);
    let fixture = Fixture::new();
    fixture.replace("city.toml", "hotline", "# Only a comment.\nhotline");
    assert_eq!(version(&fixture), first);
    // A guide is no part of the catalog, but a terminal that kept it must learn that it changed.
    fixture.replace("items/identity-card.toml", "Five days.", "Ten days.");
    assert_ne!(version(&fixture), first);
}

#[test]
fn everything_that_is_wrong_is_told_at_once_in_order() {
    let fixture = Fixture::new();
    fixture.replace("staff.toml", "\"police\"", "\"polize\"");
    fixture.replace("authorities.toml", "phone = \"12315\"\n", "");
    fixture.replace(
        "authorities.toml",
        "organisation_code = \"119904000031864295\"",
        "organisation_code = \"1199040000318642X5\"",
    );
    fixture.replace("items/passport.toml", "[\"window\"]", "[\"windows\"]");
    fixture.replace("halls.toml", "kiosks = 2", "kiosks = two");
    fixture.remove("city.toml");
    let errors = fixture.errors();
    let places: Vec<_> = errors.iter().map(|error| (error.file.as_str(), error.line)).collect();
    let expected = [
        ("authorities.toml", 4),
        ("authorities.toml", 9),
        ("city.toml", 1),
        ("halls.toml", 8),
        ("items/passport.toml", 7),
        ("staff.toml", 12),
    ];
    // The halls' file is no TOML, and still nobody who names a hall is told that there is none.
    assert_eq!(places, expected, "{errors:#?}");
}

#[test]
fn a_fault_in_an_entry_does_not_make_its_code_unknown() {
    broken(
        "authorities.toml",
        "phone = \"110\"",
        "phone = 110",
        "`phone` must be a text",
    );
}

#[test]
fn a_file_that_is_missing_misspelt_or_out_of_place_is_told() {
    let fixture = Fixture::new();
    fixture.remove("themes.toml");
    one_fault(&fixture, "themes.toml", 1, "the file is missing");

    let fixture = Fixture::new();
    fixture.write("peple.toml", b"");
    one_fault(&fixture, "peple.toml", 1, "no file of this name");

    let fixture = Fixture::new();
    fixture.write("items/notes.txt", b"");
    one_fault(&fixture, "items/notes.txt", 1, "only files ending in .toml");

    let fixture = Fixture::new();
    fixture.write("items/.passport.toml.swp", b"\x00");
    assert!(fixture.load().is_ok());
}

#[test]
fn a_folder_that_is_not_there_is_told_file_by_file() {
    let errors = load(Path::new("/nowhere/at/all")).err().unwrap_or_default();
    assert_eq!(errors.len(), 6, "{errors:#?}");
}

#[test]
fn a_text_that_is_not_utf_8_is_told_with_its_line() {
    let fixture = Fixture::new();
    fixture.write("people.toml", b"# GBK:\n# \xd5\xc5\n");
    one_fault(&fixture, "people.toml", 2, "not UTF-8");
}

#[test]
fn broken_syntax_is_told_with_its_line() {
    broken("items/passport.toml", "kind = \"01\"", "kind = \"01", "invalid");
}

#[test]
fn an_unknown_key_is_told() {
    broken(
        "city.toml",
        "hotline = ",
        "mayor = \"x\"\nhotline = ",
        "unknown key `mayor`",
    );
    broken(
        "halls.toml",
        "kiosks = 2",
        "kiosk = 2
kiosks = 2",
        "unknown key `kiosk`",
    );
}

#[test]
fn texts_must_speak_every_language_and_say_something() {
    let name = r#"{ zh-CN = "证件", en = "Identity" }"#;
    broken("themes.toml", name, r#"{ zh-CN = "证件" }"#, "`name` has no text in en");
    broken(
        "themes.toml",
        name,
        r#"{ zh-CN = " ", en = "Identity" }"#,
        "`name` is blank",
    );
    broken(
        "themes.toml",
        name,
        r#"{ zh-CN = "证件", en = "Identity", fr = "Identité" }"#,
        "`fr`",
    );
    broken("themes.toml", name, r#""证件""#, "in every language");
    broken(
        "themes.toml",
        name,
        r#"{ zh-CN = "证件 ", en = "Identity" }"#,
        "begins or ends with a space",
    );
}

#[test]
fn the_city_and_its_parts_are_checked() {
    broken("city.toml", "\"ST\"", "\"st\"", "capital letters");
    broken("city.toml", "480", "8000", "between -720 and 840");
    broken(
        "authorities.toml",
        "119904000031864295",
        "119904000031864294",
        "check character does not fit",
    );
    broken(
        "authorities.toml",
        "11990400003186779B",
        "119904000031864295",
        "already, at authorities.toml:4",
    );
    broken("themes.toml", "\"id-card\"", "\"Id Card\"", "an icon's name");
    broken("halls.toml", "kiosks = 2", "kiosks = -2", "whole number from 0");
    broken(
        "life-events.toml",
        "[\"identity-card\"]",
        "[\"identity-cart\"]",
        "there is no service item `identity-cart`",
    );
    broken(
        "life-events.toml",
        "[\"identity-card\"]",
        "[\"passport\", \"passport\"]",
        "stands in the list twice",
    );
    broken(
        "life-events.toml",
        "items = [\"identity-card\"]",
        "items = []",
        "`items` is empty",
    );
}

#[test]
fn a_code_stands_once_and_its_second_use_names_the_first() {
    let fixture = Fixture::new();
    fixture.write(
        "themes.toml",
        format!("{0}\n{0}", fixture.text("themes.toml")).as_bytes(),
    );
    one_fault(
        &fixture,
        "themes.toml",
        7,
        "another theme has this already, at themes.toml:2",
    );
}

#[test]
fn the_calendar_must_make_sense() {
    broken(
        "calendar.toml",
        "\"2026-01-01\", \"2026-12-31\"",
        "\"2026-01-01\"",
        "two days",
    );
    broken("calendar.toml", "\"2026-10-01\"", "\"2026-02-30\"", "not a valid date");
    broken(
        "calendar.toml",
        "\"2026-10-01\"",
        "\"2027-10-01\"",
        "outside of what `covers` says",
    );
    broken(
        "calendar.toml",
        "\"2026-01-04\"",
        "\"2026-01-05\"",
        "no Saturday or Sunday",
    );
    broken_at(
        "calendar.toml",
        "\"2026-10-01\"",
        "\"2026-01-04\"",
        3,
        "is a holiday too",
    );
    broken("calendar.toml", "\"2026-10-01\"", "\"2026-01-01\"", "twice");
    let fixture = Fixture::new();
    fixture.write("calendar.toml", b"covers = [\"2026-12-31\", \"2026-01-01\"]\n");
    one_fault(&fixture, "calendar.toml", 1, "ends before it begins");
}

#[test]
fn the_report_says_what_is_wrong_and_how_much() {
    let fixture = Fixture::new();
    assert!(
        check(fixture.folder())
            .report
            .starts_with("小城 (Small Town): 2 service items, 1 of them online")
    );
    fixture.replace("city.toml", "\"ST\"", "\"st\"");
    let checked = check(fixture.folder());
    assert!(!checked.sound);
    assert!(checked.report.starts_with("city.toml:3: `case_prefix`"), "{checked}");
    assert!(checked.report.contains("1 thing is wrong"), "{checked}");
}

#[test]
fn an_empty_list_of_entries_is_told() {
    let fixture = Fixture::new();
    fixture.remove("staff.toml");
    fixture.write("staff.toml", b"# Nobody yet.\n");
    one_fault(&fixture, "staff.toml", 1, "at least one [[staff]]");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]
    /// A line taken away, doubled or cut short anywhere: the loader never panics, and what it tells is in order and
    /// names files of the city.
    #[test]
    fn no_slip_of_an_editor_makes_the_loader_panic(file in 0usize..FILES.len(), line in 0usize..60, cut in 0usize..40, slip in 0u8..3) {
        let fixture = Fixture::new();
        let (name, text) = FILES[file];
        let lines: Vec<&str> = text.lines().collect();
        let at = line % lines.len();
        let mut edited: Vec<String> = lines.iter().map(|line| (*line).to_owned()).collect();
        match slip {
            0 => { edited.remove(at); }
            1 => edited.insert(at, lines[at].to_owned()),
            _ => edited[at] = lines[at].chars().take(cut).collect(),
        }
        fixture.write(name, edited.join("\n").as_bytes());
        if let Err(errors) = fixture.load() {
            prop_assert!(!errors.is_empty());
            prop_assert!(errors.is_sorted());
            for error in errors {
                let known = FILES.iter().find(|(name, _)| *name == error.file);
                let length = known.map_or(0, |(_, text)| text.lines().count());
                prop_assert!((1..=length + 1).contains(&error.line), "{}", error);
            }
        }
    }
}
