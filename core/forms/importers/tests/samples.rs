//! Forms of other projects, where the folder with their data is: each comes out as a definition, and its routing decides
//! as theirs does.

mod support;

use std::path::{Path, PathBuf};

use onehall_form_importers::{Format, Imported, Options, import};
use serde_json::{Value, json};
use support::{filled, page, pages, path, told};

fn folder() -> Option<PathBuf> {
    match std::env::var_os("ONEHALL_TEST_DATA") {
        Some(folder) => Some(Path::new(&folder).join("forms")),
        None => {
            println!("skipped: ONEHALL_TEST_DATA is not set");
            None
        }
    }
}

fn sample(folder: &Path, name: &str) -> Imported {
    let file = folder.join(name);
    let text = std::fs::read_to_string(&file).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
    support::imported_text(&text, &Options::default())
}

#[test]
fn every_sample_comes_out() {
    let Some(folder) = folder() else { return };
    let mut count = 0;
    for (part, format) in [("xgov", Format::Xgov), ("govuk", Format::Govuk)] {
        let folder = folder.join(part);
        let files = std::fs::read_dir(&folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
        for file in files {
            let file = file.unwrap_or_else(|error| panic!("{error}")).path();
            if file.extension().is_none_or(|extension| extension != "json") {
                continue;
            }
            let text = std::fs::read_to_string(&file).unwrap_or_else(|error| panic!("{error}"));
            let imported = import(&text, &Options::default())
                .unwrap_or_else(|findings| panic!("{}: {findings:#?}", file.display()));
            assert_eq!(imported.format, format, "{}", file.display());
            // Given the format it comes out alike; as another one it does not.
            for other in Format::ALL {
                let options = Options {
                    format: Some(other),
                    ..Options::default()
                };
                let again = import(&text, &options);
                assert_eq!(
                    again.as_ref().is_ok(),
                    other == format,
                    "{} as {other}: {again:?}",
                    file.display()
                );
                if other == format {
                    assert_eq!(again.as_ref(), Ok(&imported));
                }
            }
            count += 1;
        }
    }
    assert!(count >= 10, "there are only {count} samples");
}

/// What follows is worked out by hand from the files: which pages the runner of the source shows with these answers.
#[test]
fn passports_for_several_people() {
    let Some(folder) = folder() else { return };
    let form = sample(&folder, "xgov/test.json");
    let people = |count: &str| {
        path(
            &form,
            &[("uk_passport", json!(true)), ("number_of_applicants", json!(count))],
        )
    };
    let one = [
        "uk_passport",
        "how_many_people",
        "applicant_one",
        "applicant_one_address",
        "contact_details",
        "declaration",
    ];
    assert_eq!(people("1"), one);
    let mut two = one.to_vec();
    two.splice(4..4, ["applicant_two", "applicant_two_address"]);
    assert_eq!(people("2"), two);
    assert_eq!(people("4").len(), 12);
    let without = filled(&form, &[("uk_passport", json!(false))]);
    assert_eq!(without.pages(), ["uk_passport", "no_uk_passport"]);
    assert!(!without.is_complete(), "who is not eligible cannot submit");
}

#[test]
fn a_form_whose_condition_asks_a_later_page() {
    let Some(folder) = folder() else { return };
    let form = sample(&folder, "xgov/get-condition-evaluation-context.json");
    let base = [("uk_passport", json!(true)), ("first_name", json!("Applicant"))];
    // The content of the page is for an applicant who is called so, and for nobody else.
    assert_eq!(
        path(&form, &base),
        [
            "uk_passport",
            "how_many_people",
            "applicant_one_name",
            "testconditions",
            "declaration"
        ]
    );
    let other = [("uk_passport", json!(true)), ("first_name", json!("Ada"))];
    assert_eq!(
        path(&form, &other),
        ["uk_passport", "how_many_people", "applicant_one_name", "declaration"]
    );
    // Without a passport the names are never asked, so whatever was typed before does not count.
    let without = [("uk_passport", json!(false)), ("first_name", json!("Applicant"))];
    assert_eq!(path(&form, &without), ["uk_passport", "declaration"]);
    assert!(told(&form).iter().any(|(_, code)| *code == "asked_later"));
}

#[test]
fn a_report_with_a_link_with_evidence_with_both_with_neither() {
    let Some(folder) = folder() else { return };
    let form = sample(&folder, "xgov/report-a-terrorist.json");
    let with =
        |link: &str, evidence: &str| path(&form, &[("doyouhavealink", json!(link)), ("lu6_rmd", json!(evidence))]);
    let (link, ask, more) = (
        "do_you_have_a_link_to_the_evidence",
        "do_you_have_any_evidence",
        "is_there_anything_else_you_can_tell_us",
    );
    assert_eq!(with("no", "no"), [link, ask, more]);
    assert_eq!(
        with("yes", "no"),
        [link, "yes_i_have_a_link_to_the_material", ask, more]
    );
    assert_eq!(with("no", "yes"), [link, ask, "yes_i_have_evidence", more]);
    assert_eq!(with("yes", "yes").len(), 5);
}

#[test]
fn start_pages_lead_on_to_the_form() {
    let Some(folder) = folder() else { return };
    let form = sample(&folder, "xgov/multi-start-page-example.json");
    assert_eq!(pages(&form), ["first_page", "second_page", "third_page", "form_start"]);
    assert_eq!(path(&form, &[]), pages(&form));
    assert!(told(&form).contains(&("/pages/5", "other_start_page")));
}

#[test]
fn every_component_has_its_place() {
    let Some(folder) = folder() else { return };
    let form = sample(&folder, "xgov/components.json");
    assert_eq!(path(&form, &[]), ["all_components", "all_components_optional"]);
    let (needed, optional) = (page(&form, "all_components"), page(&form, "all_components_optional"));
    assert_eq!((needed.questions.len(), optional.questions.len()), (18, 15));
    let asked = |page: &onehall_forms::Page| page.questions.iter().filter(|question| question.required).count();
    // Of the optional ones the source leaves one as it is: needed.
    assert_eq!((asked(needed), asked(optional)), (15, 1));
    assert!(!filled(&form, &[]).is_complete());
}

#[test]
fn pages_in_a_row_are_all_on_the_path() {
    let Some(folder) = folder() else { return };
    let rows: [(&str, &[&str], Value); 4] = [
        ("xgov/confirmation-timeout.json", &["start"], json!({})),
        ("xgov/document-upload.json", &["upload_file"], json!({})),
        (
            "xgov/html-templating-example.json",
            &["which_content_do_you_want_to_display", "second_page"],
            json!({}),
        ),
        (
            "xgov/runner-components-test.json",
            &[
                "do_you_own_a_vehicle",
                "what_address_is_the_vehicle_registered_to",
                "details_about_your_vehicle",
                "driver_details",
                "final_steps",
            ],
            json!({"qqb_rw1": false}),
        ),
    ];
    for (name, expected, answers) in rows {
        let form = sample(&folder, name);
        let answers: Vec<(&str, Value)> = answers
            .as_object()
            .into_iter()
            .flatten()
            .map(|(id, answer)| (id.as_str(), answer.clone()))
            .collect();
        assert_eq!(path(&form, &answers), expected, "{name}");
    }
}

#[test]
fn every_answer_type_of_govuk_is_asked_in_its_order() {
    let Some(folder) = folder() else { return };
    let form = sample(&folder, "govuk/all_question_types_form.json");
    assert_eq!(form.definition.pages.len(), 9);
    let answers = [
        ("single_line_of_text", json!("x")),
        ("number", json!(1.5)),
        ("address", json!({"region": "London", "detail": "1 High Street"})),
        ("email_address", json!("a@example.org")),
        ("todays_date", json!("2026-11-23")),
        ("national_insurance_number", json!("QQ123456C")),
        ("phone_number", json!("020 7946 0000")),
        ("selection_from_a_list_of_options", json!(["none_of_the_above"])),
    ];
    let filling = filled(&form, &answers);
    assert!(
        filling.is_complete(),
        "the last question is optional: {:?}",
        filling.errors()
    );
    let without_choice = filled(&form, &answers[..7]);
    assert!(!without_choice.is_complete());
}
