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

/// What the source demands, offers and asks, by its place, and whether the definition has it.
struct Ledger<'a> {
    form: &'a Imported,
    written: Value,
    rules: String,
    lost: Vec<String>,
}

impl<'a> Ledger<'a> {
    fn new(form: &'a Imported) -> Ledger<'a> {
        let written = serde_json::to_value(&form.definition).unwrap_or_else(|error| panic!("{error}"));
        Ledger {
            form,
            rules: written.to_string(),
            written,
            lost: Vec::new(),
        }
    }

    /// Notes a thing that is neither in the definition nor named at its place, above or below.
    fn entry(&mut self, path: &str, what: &str, is_there: bool) {
        let around = |finding: &str| {
            !finding.is_empty()
                && (path == finding
                    || path.starts_with(&format!("{finding}/"))
                    || finding.starts_with(&format!("{path}/")))
        };
        if !is_there && !self.form.findings.iter().any(|finding| around(&finding.path)) {
            self.lost.push(format!("{path}: {what}"));
        }
    }

    /// Whether a question, or one inside of a group or section, fits.
    fn has_question(&self, fits: &dyn Fn(&Value) -> bool) -> bool {
        fn any(at: &Value, fits: &dyn Fn(&Value) -> bool) -> bool {
            match at {
                Value::Object(fields) => {
                    (fields.contains_key("kind") && fits(at)) || fields.values().any(|at| any(at, fits))
                }
                Value::Array(items) => items.iter().any(|at| any(at, fits)),
                _ => false,
            }
        }
        any(&self.written, fits)
    }

    fn demands(&self, fits: &dyn Fn(&Value) -> bool) -> bool {
        let demanded = |question: &Value| {
            question["required"] == true
                || question.get("required_when").is_some()
                || question["min_rows"].as_u64() > Some(0)
        };
        self.has_question(&|question| fits(question) && demanded(question))
    }

    fn offers(&self, value: &str) -> bool {
        self.rules.contains(&format!("\"value\":{}", json!(value)))
    }

    fn reads(&self, id: &str) -> bool {
        let before = ["", "row.", "question_", "row.question_"];
        before
            .iter()
            .any(|before| self.rules.contains(&format!("\"var\":\"{before}{id}")))
    }
}

/// A name as ids begin with it.
fn id_of(name: &str) -> String {
    let mut id = String::new();
    let mut before = ' ';
    for letter in name.chars() {
        if letter.is_ascii_alphanumeric() {
            if letter.is_ascii_uppercase() && (before.is_ascii_lowercase() || before.is_ascii_digit()) {
                id.push('_');
            }
            id.push(letter.to_ascii_lowercase());
        } else if !id.ends_with('_') {
            id.push('_');
        }
        before = letter;
    }
    id.trim_matches('_').to_owned()
}

fn starts(question: &Value, id: &str) -> bool {
    let own = question["id"].as_str().unwrap_or_default();
    // An id begins with a letter.
    own.strip_prefix("question_").unwrap_or(own).starts_with(id) || own.starts_with(id)
}

/// Every object in a file, with its JSON pointer.
fn walk<'v>(at: &'v Value, path: &str, found: &mut Vec<(String, &'v Value)>) {
    match at {
        Value::Object(fields) => {
            found.push((path.to_owned(), at));
            for (name, at) in fields {
                walk(
                    at,
                    &format!("{path}/{}", name.replace('~', "~0").replace('/', "~1")),
                    found,
                );
            }
        }
        Value::Array(items) => {
            for (number, at) in items.iter().enumerate() {
                walk(at, &format!("{path}/{number}"), found);
            }
        }
        _ => {}
    }
}

/// The names of fields in a condition: as a structure or an expression.
fn asked_in(condition: &Value) -> Vec<String> {
    let mut objects = Vec::new();
    walk(condition, "", &mut objects);
    let names = objects.iter().filter_map(|(_, at)| at["field"]["name"].as_str());
    let structured = names.map(|name| name.rsplit('.').next().unwrap_or(name).to_owned());
    let written = condition["value"].as_str().unwrap_or_default();
    let first = written
        .split(|sign: char| !sign.is_ascii_alphanumeric() && !matches!(sign, '_' | '.'))
        .next();
    let first = first
        .filter(|name| !name.is_empty())
        .and_then(|name| name.rsplit('.').next());
    structured.chain(first.map(str::to_owned)).collect()
}

/// Nothing is lost in silence: what a sample demands, offers and asks is in the definition, or a finding names its place.
#[test]
fn what_is_demanded_offered_and_asked_is_there_or_told() {
    let Some(folder) = folder() else { return };
    let mut entries = 0;
    for part in ["xgov", "govuk"] {
        let files = std::fs::read_dir(folder.join(part)).unwrap_or_else(|error| panic!("{part}: {error}"));
        for file in files {
            let file = file.unwrap_or_else(|error| panic!("{error}")).path();
            if file.extension().is_none_or(|extension| extension != "json") {
                continue;
            }
            let text = std::fs::read_to_string(&file).unwrap_or_else(|error| panic!("{error}"));
            let source: Value = serde_json::from_str(&text).unwrap_or_else(|error| panic!("{error}"));
            let form = support::imported_text(&text, &Options::default());
            let mut ledger = Ledger::new(&form);
            let mut objects = Vec::new();
            walk(&source, "", &mut objects);
            for (path, at) in objects {
                if let (Some(kind), Some(name)) = (at["type"].as_str(), at["name"].as_str())
                    && kind.ends_with("Field")
                    && path.starts_with("/pages/")
                {
                    let (id, needed) = (id_of(name), at["options"]["required"] != json!(false));
                    let there = ledger.demands(&|question| starts(question, &id));
                    ledger.entry(&path, "required", !needed || there);
                    let list = at["list"].as_str().or(at["options"]["list"].as_str());
                    let lists = source["lists"].as_array().into_iter().flatten();
                    let items = lists
                        .filter(|own| list.is_some() && own["name"].as_str() == list)
                        .flat_map(|own| own["items"].as_array());
                    for item in items.flatten() {
                        let value = item["value"]
                            .as_str()
                            .map_or_else(|| item["value"].to_string(), str::to_owned);
                        let there = ledger.offers(&value);
                        ledger.entry(&path, &format!("option {value}"), there);
                        entries += 1;
                    }
                    entries += 1;
                }
                if let Some(name) = at["condition"]
                    .as_str()
                    .filter(|name| !name.is_empty() && path.starts_with("/pages/"))
                {
                    let conditions = source["conditions"].as_array().into_iter().flatten().enumerate();
                    for (number, condition) in conditions.filter(|(_, own)| own["name"].as_str() == Some(name)) {
                        let there = asked_in(condition).iter().all(|name| ledger.reads(&id_of(name)));
                        let told = form
                            .findings
                            .iter()
                            .any(|finding| finding.path.starts_with(&format!("/conditions/{number}")));
                        ledger.entry(&path, &format!("condition {name}"), there || told);
                        entries += 1;
                    }
                }
                if at.get("answer_type").is_some() {
                    let label = at["question_text"].clone();
                    let there =
                        ledger.demands(&|question| question["label"]["en"] == label) || at["answer_type"] == "name";
                    ledger.entry(&path, "required", at["is_optional"] == json!(true) || there);
                    let options = at["answer_settings"]["selection_options"].as_array();
                    for name in options
                        .into_iter()
                        .flatten()
                        .filter_map(|option| option["name"].as_str())
                    {
                        let there = ledger.offers(name);
                        ledger.entry(&path, &format!("option {name}"), there);
                        entries += 1;
                    }
                    entries += 1;
                }
                if path.contains("/routing_conditions/") {
                    let answer = at["answer_value"].to_string();
                    let there = ledger.rules.contains(&answer);
                    ledger.entry(&path, "route", there);
                    entries += 1;
                }
            }
            assert!(ledger.lost.is_empty(), "{}: {:#?}", file.display(), ledger.lost);
        }
    }
    assert!(entries >= 100, "there is little to find: {entries}");
}
