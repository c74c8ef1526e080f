//! GOV.UK Forms: what is carried, and what is told.

mod support;

use serde_json::{Value, json};
use support::{filled, ids, imported, kind, page, pages, path, question, refused, told};

fn step(id: u32, next: Option<u32>, text: &str, data: Value) -> Value {
    let mut all = json!({"question_text": text, "hint_text": null, "answer_type": "text", "is_optional": false,
        "answer_settings": {"input_type": "single_line"}, "page_heading": null, "guidance_markdown": null, "is_repeatable": false});
    for (name, value) in data.as_object().into_iter().flatten() {
        all[name] = value.clone();
    }
    json!({"id": id, "position": id, "next_step_id": next, "type": "question", "data": all, "routing_conditions": []})
}

fn selection(options: &[&str], only_one: bool) -> Value {
    let options: Vec<Value> = options.iter().map(|name| json!({"name": name})).collect();
    json!({"answer_type": "selection", "answer_settings": {"only_one_option": only_one.to_string(), "selection_options": options}})
}

fn form(steps: Vec<Value>) -> Value {
    json!({"form_id": "7", "name": "Apply for a juggling licence", "form_slug": "juggling", "start_page": 1, "language": "en", "steps": steps})
}

#[test]
fn every_answer_type_becomes_the_nearest_kind() {
    let kinds = [
        ("Line", json!({})),
        ("Lines", json!({"answer_settings": {"input_type": "long_text"}})),
        ("Number", json!({"answer_type": "number"})),
        ("Address", json!({"answer_type": "address"})),
        ("Email", json!({"answer_type": "email"})),
        (
            "Date",
            json!({"answer_type": "date", "answer_settings": {"input_type": "date_of_birth"}}),
        ),
        ("Insurance", json!({"answer_type": "national_insurance_number"})),
        ("Phone", json!({"answer_type": "phone_number"})),
        ("Organisation", json!({"answer_type": "organisation_name"})),
        ("File", json!({"answer_type": "file"})),
        ("One", selection(&["a", "b"], true)),
        ("Several", selection(&["a", "b"], false)),
        ("Odd", json!({"answer_type": "horoscope"})),
    ];
    let count = kinds.len() as u32;
    let steps = (1..)
        .zip(kinds)
        .map(|(id, (text, data))| step(id, (id < count).then_some(id + 1), text, data))
        .collect();
    let all = imported(&form(steps));
    let named: Vec<Value> = all
        .definition
        .pages
        .iter()
        .map(|page| kind(&page.questions[0])["kind"].clone())
        .collect();
    assert_eq!(
        named,
        [
            "text",
            "long_text",
            "number",
            "address",
            "email",
            "date",
            "text",
            "text",
            "text",
            "material",
            "choice",
            "choices",
            "text"
        ]
    );
    assert_eq!(all.definition.code.as_str(), "juggling");
    assert_eq!(
        told(&all),
        [
            ("/steps/3/data", "address_parts"),
            ("/steps/7/data", "phone_as_text"),
            ("/steps/9/data", "file_rule"),
            ("/steps/12/data", "kind_as_text")
        ]
    );
    // As of 23 November 2026: nobody is born later.
    for (day, sound) in [("2026-11-23", true), ("2026-11-24", false)] {
        let filling = filled(&all, &[("date", json!(day))]);
        assert_eq!(
            filling.errors().iter().all(|error| error.path != "date"),
            sound,
            "{day}"
        );
    }
    for (number, sound) in [("QQ 12 34 56 C", true), ("qq123456c", true), ("QQ12345C", false)] {
        let filling = filled(&all, &[("insurance", json!(number))]);
        assert_eq!(
            filling.errors().iter().all(|error| error.path != "insurance"),
            sound,
            "{number}"
        );
    }
}

#[test]
fn an_answer_leads_to_another_step_to_the_end_or_out() {
    let mut where_ = step(
        1,
        Some(2),
        "Where do you live?",
        selection(&["England", "Wales", "Abroad", "Nowhere"], true),
    );
    where_["routing_conditions"] = json!([
        {"id": 1, "check_page_id": 1, "routing_page_id": 1, "goto_page_id": 3, "answer_value": "Wales", "skip_to_end": false},
        {"id": 2, "check_page_id": 1, "routing_page_id": 1, "goto_page_id": null, "answer_value": "Nowhere", "skip_to_end": true},
        {"id": 3, "check_page_id": 1, "routing_page_id": 1, "goto_page_id": null, "answer_value": "Abroad",
         "exit_page_heading": "You cannot apply", "exit_page_markdown": "Ask your **embassy**."}
    ]);
    // Whoever came through the second step leaves out the third.
    let mut county = step(2, Some(3), "Which county?", json!({}));
    county["routing_conditions"] =
        json!([{"id": 4, "check_page_id": 1, "routing_page_id": 2, "goto_page_id": 4, "answer_value": null}]);
    let all = imported(&form(vec![
        where_,
        county,
        step(3, Some(4), "Which valley?", json!({})),
        step(4, None, "Your name?", json!({})),
    ]));
    let at = |place: &str| path(&all, &[("where_do_you_live", json!(place))]);
    assert_eq!(at("England"), ["where_do_you_live", "which_county", "your_name"]);
    assert_eq!(at("Wales"), ["where_do_you_live", "which_valley", "your_name"]);
    assert_eq!(at("Nowhere"), ["where_do_you_live"]);
    assert_eq!(at("Abroad"), ["where_do_you_live", "you_cannot_apply"]);
    assert_eq!(
        page(&all, "you_cannot_apply").questions[0].label.en,
        "Ask your embassy."
    );
    let out = filled(&all, &[("where_do_you_live", json!("Abroad"))]);
    assert!(!out.is_complete(), "who is sent away cannot submit");
    assert!(filled(&all, &[("where_do_you_live", json!("Nowhere"))]).is_complete());
    assert_eq!(told(&all), [("/steps/0/routing_conditions/2", "exit_page")]);
}

#[test]
fn none_of_the_above_is_an_option_of_its_own() {
    let mut data = selection(&["Cats", "Dogs"], false);
    data["is_optional"] = json!(true);
    data["answer_settings"]["none_of_the_above_question"] =
        json!({"question_text": "Which then?", "is_optional": "true"});
    let mut first = step(1, Some(2), "Pets", data);
    first["routing_conditions"] =
        json!([{"check_page_id": 1, "routing_page_id": 1, "goto_page_id": 3, "answer_value": "none_of_the_above"}]);
    let all = imported(&form(vec![
        first,
        step(2, Some(3), "Names", json!({})),
        step(3, None, "You", json!({})),
    ]));
    assert_eq!(ids(&page(&all, "pets").questions), ["pets", "which_then"]);
    assert!(question(&all, "pets").required && !question(&all, "which_then").required);
    assert_eq!(path(&all, &[("pets", json!(["none_of_the_above"]))]), ["pets", "you"]);
    assert_eq!(path(&all, &[("pets", json!(["Cats"]))]), ["pets", "names", "you"]);
    let both = filled(&all, &[("pets", json!(["Cats", "none_of_the_above"]))]);
    assert!(
        both.errors()
            .iter()
            .any(|error| error.path == "pets" && error.code == "check_failed")
    );
    let none = filled(&all, &[("pets", json!(["none_of_the_above"]))]);
    assert!(none.question("which_then").is_some() && none.errors().iter().all(|error| error.path != "pets"));
}

#[test]
fn guidance_rows_names_and_the_declaration_are_carried() {
    let mut all = form(vec![
        step(
            1,
            Some(2),
            "Your name",
            json!({"answer_type": "name", "answer_settings": {"input_type": "first_and_last_name", "title_needed": "true"}}),
        ),
        step(
            2,
            Some(3),
            "Pet",
            json!({"is_repeatable": true, "page_heading": "Your pets", "guidance_markdown": "## One by one\n* each"}),
        ),
        step(
            3,
            None,
            "Alone",
            json!({"answer_type": "name", "answer_settings": {"input_type": "full_name", "title_needed": "false"}}),
        ),
    ]);
    all["declaration_text"] = json!("It is true.");
    all["payment_url"] = json!("https://pay.example/1");
    all["what_happens_next_markdown"] = json!("We write.");
    let all = imported(&all);
    assert_eq!(pages(&all), ["your_name", "your_pets", "alone", "declaration"]);
    assert_eq!(
        ids(&page(&all, "your_name").questions),
        ["note", "title", "first_name", "last_name"]
    );
    assert_eq!(page(&all, "your_pets").questions[0].label.en, "One by one\n• each");
    let rows = kind(question(&all, "pet"));
    assert_eq!((&rows["kind"], &rows["min_rows"]), (&json!("group"), &json!(1)));
    assert_eq!(kind(question(&all, "declaration"))["kind"], "declaration");
    assert_eq!(
        told(&all),
        [
            ("/steps/0/data", "name_parts"),
            ("/payment_url", "payment"),
            ("/what_happens_next_markdown", "what_happens_next")
        ]
    );
}

#[test]
fn routes_that_cannot_be_taken_are_told() {
    let mut first = step(1, Some(2), "One", selection(&["a"], true));
    first["routing_conditions"] = json!([
        {"check_page_id": 1, "routing_page_id": 1, "goto_page_id": 99, "answer_value": "a"},
        {"check_page_id": 1, "routing_page_id": 1, "goto_page_id": 3, "answer_value": "gone"},
        {"check_page_id": 3, "routing_page_id": 1, "goto_page_id": 3, "answer_value": "x"},
        {"check_page_id": 1, "routing_page_id": 1, "goto_page_id": null, "answer_value": "a"}
    ]);
    let mut third = step(3, None, "Three", json!({}));
    third["routing_conditions"] =
        json!([{"check_page_id": 3, "routing_page_id": 3, "goto_page_id": 1, "answer_value": "again"}]);
    let all = imported(&form(vec![
        first,
        step(2, Some(3), "Two", json!({})),
        third,
        step(4, None, "Four", json!({})),
    ]));
    assert_eq!(pages(&all), ["one", "two", "three"]);
    let answers = |three: &str| [("one", json!("a")), ("two", json!("x")), ("three", json!(three))];
    assert!(filled(&all, &answers("done")).is_complete());
    // In the source nobody comes to the end with this answer: the first step is asked again.
    assert!(!filled(&all, &answers("again")).is_complete());
    assert_eq!(
        told(&all),
        [
            ("/steps/0/routing_conditions/0/goto_page_id", "unknown_page"),
            ("/steps/0/routing_conditions/3", "unknown_page"),
            ("/steps/3", "unreachable_page"),
            ("/steps/0/routing_conditions/1/answer_value", "unknown_option"),
            ("/steps/0/routing_conditions/2/answer_value", "asked_later"),
            ("/steps/2/routing_conditions/0", "loop")
        ]
    );
}

#[test]
fn who_gives_an_answer_that_leads_back_changes_it_before_going_on() {
    let right = |end: Option<u32>| {
        let mut right = step(2, end, "Right?", selection(&["Yes", "No"], true));
        right["routing_conditions"] =
            json!([{"check_page_id": 2, "routing_page_id": 2, "goto_page_id": 1, "answer_value": "No"}]);
        right
    };
    let all = imported(&form(vec![
        step(1, Some(2), "Address", json!({})),
        right(Some(3)),
        step(3, None, "Bank", json!({})),
    ]));
    let mut filling = filled(&all, &[("address", json!("x")), ("right", json!("No"))]);
    assert_eq!(filling.pages(), ["address", "right"]);
    let errors = filling.errors();
    let messages: Vec<String> = errors
        .iter()
        .map(|error| filling.message(error, onehall_protocol::Language::En))
        .collect();
    assert_eq!(messages, ["Your answers lead back to “Address”: change them to go on."]);
    assert!(filling.question("may_go_on").is_some());
    filling.set("right", json!("Yes"));
    filling.set("bank", json!("1"));
    assert!(filling.is_complete() && filling.question("may_go_on").is_none());
    // Where every way leads back nobody is refused.
    let mut back = step(3, Some(1), "Bank", json!({}));
    back["next_step_id"] = json!(1);
    let endless = imported(&form(vec![
        step(1, Some(2), "Address", json!({})),
        right(Some(3)),
        back,
    ]));
    let given = [("address", json!("x")), ("right", json!("No")), ("bank", json!("1"))];
    assert!(filled(&endless, &given).is_complete());
    assert_eq!(path(&endless, &given), ["address", "right", "bank"]);
}

#[test]
fn older_files_have_pages_and_newer_ones_ids_of_letters() {
    let old = imported(&json!({"id": 1, "name": "Old", "pages": [
        {"id": 5, "question_text": "Where?", "answer_type": "selection", "next_page": 6, "is_optional": false,
         "answer_settings": {"only_one_option": "true", "selection_options": [{"name": "here"}, {"name": "there"}]},
         "routing_conditions": [{"check_page_id": 5, "routing_page_id": 5, "goto_page_id": 7, "answer_value": "there"}]},
        {"id": 6, "question_text": "Why here?", "answer_type": "text", "next_page": 7, "answer_settings": {"input_type": "single_line"}},
        {"id": 7, "question_text": "When?", "answer_type": "date", "next_page": null}]}));
    assert_eq!(path(&old, &[("where", json!("there"))]), ["where", "when"]);
    assert_eq!(path(&old, &[("where", json!("here"))]), ["where", "why_here", "when"]);
    let mut first = step(1, None, "A", json!({}));
    (first["id"], first["next_step_id"]) = (json!("Zq9"), json!("Mx4"));
    let mut second = step(2, None, "B", json!({}));
    second["id"] = json!("Mx4");
    let mut new = form(vec![second, first]);
    new["start_page"] = json!("Zq9");
    let new = imported(&json!({"id": 3, "content": new}));
    assert_eq!(pages(&new), ["a", "b"], "in their order, not in that of the file");
}

#[test]
fn nothing_to_ask_is_refused() {
    let codes: Vec<_> = refused(r#"{"steps": [{"id": 1, "type": "check_your_answers", "data": {}}]}"#);
    assert_eq!(codes.last().map(|(_, code)| *code), Some("no_questions"));
    let codes: Vec<_> = refused(r#"{"form_id": 1, "steps": []}"#);
    assert_eq!(codes.last().map(|(_, code)| *code), Some("unknown_format"));
}

#[test]
fn a_route_for_everybody_else_comes_after_those_for_an_answer() {
    let mut first = step(1, Some(2), "One", selection(&["a", "b"], true));
    first["routing_conditions"] = json!([
        {"check_page_id": 1, "routing_page_id": 1, "goto_page_id": 4, "answer_value": null},
        {"check_page_id": 1, "routing_page_id": 1, "goto_page_id": 3, "answer_value": "a"}
    ]);
    let all = imported(&form(vec![
        first,
        step(2, Some(3), "Two", json!({})),
        step(3, Some(4), "Three", json!({})),
        step(4, None, "Four", json!({})),
    ]));
    assert_eq!(path(&all, &[("one", json!("a"))]), ["one", "three", "four"]);
    assert_eq!(path(&all, &[("one", json!("b"))]), ["one", "four"]);
}

#[test]
fn older_files_route_by_the_words_for_none_of_the_above() {
    let mut data = selection(&["Cats", "Dogs"], true);
    data["is_optional"] = json!(true);
    let mut first = step(1, Some(2), "Pets", data);
    first["routing_conditions"] =
        json!([{"check_page_id": 1, "routing_page_id": 1, "goto_page_id": 3, "answer_value": "None of the above"}]);
    let all = imported(&form(vec![
        first,
        step(2, Some(3), "Names", json!({})),
        step(3, None, "You", json!({})),
    ]));
    assert_eq!(path(&all, &[("pets", json!("none_of_the_above"))]), ["pets", "you"]);
    assert_eq!(path(&all, &[("pets", json!("Cats"))]), ["pets", "names", "you"]);
    assert_eq!(told(&all), []);
}

#[test]
fn what_stands_in_the_guide_of_a_service_is_told() {
    let mut given = form(vec![step(1, None, "One", json!({}))]);
    for (name, value) in [
        ("privacy_policy_url", json!("https://example.org/privacy")),
        ("support_email", json!("help@example.org")),
        ("support_phone", json!("")),
        ("available_languages", json!(["en", "cy"])),
    ] {
        given[name] = value;
    }
    let all = imported(&given);
    let mut told = told(&all);
    told.sort_unstable();
    assert_eq!(
        told,
        [
            ("/available_languages", "other_languages"),
            ("/privacy_policy_url", "privacy_policy"),
            ("/support_email", "contact"),
        ]
    );
}

#[test]
fn a_title_is_asked_for_beside_a_whole_name_too() {
    let name = |input: &str, title: &str| json!({"answer_type": "name", "answer_settings": {"input_type": input, "title_needed": title}});
    let asked = |data: Value| {
        let all = imported(&form(vec![step(1, None, "Name", data)]));
        ids(&all.definition.pages[0].questions)
            .iter()
            .map(|id| (*id).to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(asked(name("full_name", "true")), ["note", "title", "full_name"]);
    assert_eq!(asked(name("full_name", "false")), ["name"]);
}

#[test]
fn a_route_that_hangs_on_a_step_that_there_is_not_is_never_taken() {
    for place in ["check_page_id", "routing_page_id"] {
        let mut first = step(1, Some(2), "A", selection(&["X", "Y"], true));
        let mut route = json!({"check_page_id": 1, "routing_page_id": 1, "goto_page_id": 3, "answer_value": "X"});
        route[place] = json!(99);
        first["routing_conditions"] = json!([route]);
        let all = imported(&form(vec![
            first,
            step(2, Some(3), "B", json!({})),
            step(3, None, "C", json!({})),
        ]));
        assert_eq!(path(&all, &[("a", json!("X"))]), ["a", "b", "c"], "{place}");
        assert_eq!(
            told(&all),
            [(
                format!("/steps/0/routing_conditions/0/{place}").as_str(),
                "unknown_page"
            )]
        );
    }
}

#[test]
fn what_is_said_oddly_is_read_or_told() {
    let parts = json!({"answer_type": "name", "hint_text": "As in your passport",
        "answer_settings": {"input_type": "first_and_last_name", "title_needed": "false"}});
    let mut last = step(2, Some(98), "Colour", json!({"answer_type": 7}));
    last["routing_conditions"] = json!("x");
    let all = imported(&form(vec![step(1, Some(2), "Your name", parts), last]));
    assert_eq!(question(&all, "note").label.en, "Your name\nAs in your passport");
    let mut told = told(&all);
    told.sort_unstable();
    assert_eq!(
        told,
        [
            ("/steps/0/data", "name_parts"),
            ("/steps/1/data", "kind_as_text"),
            ("/steps/1/next_step_id", "unknown_page"),
            ("/steps/1/routing_conditions", "condition_not_carried"),
        ]
    );
}
