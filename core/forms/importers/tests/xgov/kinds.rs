//! Fields, lists and contents, and the kinds of questions that they become.

use serde_json::{Value, json};

use crate::support::{self, filled, ids, imported, is_shown, kind, outline, page, pages, question, told, told_sorted};
use crate::{form, list, one_page, structured, text, yes_no};

#[test]
fn every_field_becomes_the_nearest_kind() {
    let all = imported(&one_page(json!([
        {"type": "TextField", "name": "a", "title": "A", "schema": {"min": 2, "max": 9, "regex": "^[A-Z]+$"}},
        {"type": "TextField", "name": "b", "title": "B", "schema": {"length": 4}},
        {"type": "MultilineTextField", "name": "c", "title": "C", "schema": {"max": 300}},
        {"type": "FreeTextField", "name": "c2", "title": "C2"},
        {"type": "NumberField", "name": "d", "title": "D", "schema": {"min": 1, "max": 5.5, "precision": 2}, "options": {"suffix": "kg"}},
        {"type": "NumberField", "name": "d2", "title": "D2", "schema": {"integer": true}},
        {"type": "DatePartsField", "name": "e", "title": "E", "options": {"maxDaysInPast": 30, "maxDaysInFuture": "0"}},
        {"type": "EmailAddressField", "name": "f", "title": "F"},
        {"type": "YesNoField", "name": "g", "title": "G"},
        {"type": "UkAddressField", "name": "h", "title": "H"},
        {"type": "FileUploadField", "name": "i", "title": "I", "options": {"multiple": true, "accept": "application/pdf, image/jpeg"}},
        {"type": "TimeField", "name": "j", "title": "J"},
        {"type": "MonthYearField", "name": "k", "title": "K"},
        {"type": "TelephoneNumberField", "name": "l", "title": "L"},
        {"type": "WebsiteField", "name": "m", "title": "M", "options": {"required": false}},
        {"type": "TimeWarpField", "name": "n", "title": "N"}
    ])));
    let kinds: Vec<Value> = page(&all, "first").questions.iter().map(kind).collect();
    assert_eq!(
        kinds[0],
        json!({"kind": "text", "max_length": 9, "min_length": 2, "pattern": "[A-Z]+"})
    );
    assert_eq!(kinds[1], json!({"kind": "text", "max_length": 4, "min_length": 4}));
    assert_eq!(kinds[2], json!({"kind": "long_text", "max_length": 300}));
    assert_eq!(kinds[3], json!({"kind": "long_text", "max_length": 20_000}));
    assert_eq!(
        kinds[4],
        json!({"kind": "number", "min": 1.0, "max": 5.5, "decimals": 2, "unit": {"zh-CN": "kg", "en": "kg"}})
    );
    assert_eq!(kinds[5], json!({"kind": "number", "decimals": 0}));
    assert_eq!(
        kinds[6],
        json!({"kind": "date", "min": {"today_plus_days": -30}, "max": {"today_plus_days": 0}})
    );
    assert_eq!(kinds[10]["accept"], json!(["application/pdf", "image/jpeg"]));
    let named: Vec<&str> = kinds
        .iter()
        .map(|kind| kind["kind"].as_str().unwrap_or_default())
        .collect();
    assert_eq!(
        named[7..],
        [
            "email", "yes_no", "address", "material", "time", "text", "text", "text", "text"
        ]
    );
    assert!(question(&all, "a").required && !question(&all, "m").required);
    let codes: Vec<&str> = told(&all).iter().map(|(_, code)| *code).collect();
    assert_eq!(
        codes,
        [
            "address_parts",
            "month_as_text",
            "phone_as_text",
            "website_as_text",
            "kind_as_text",
            "summary_page"
        ]
    );
    let mut filling = filled(&all, &[("j", json!("24:00"))]);
    assert!(
        filling
            .errors()
            .iter()
            .any(|error| error.path == "j" && error.code == "invalid_time")
    );
    filling.set("j", json!("23:59"));
    assert!(filling.errors().iter().all(|error| error.path != "j"));
}

#[test]
fn lists_of_each_version_become_options() {
    let countries: Vec<String> = (0..12).map(|at| format!("country {at}")).collect();
    let countries: Vec<&str> = countries.iter().map(String::as_str).collect();
    let all = imported(&form(
        json!([{"path": "/a", "title": "A", "next": [{"path": "/summary"}], "components": [
            {"type": "RadiosField", "name": "shared", "title": "Shared", "list": "colours"},
            {"type": "SelectField", "name": "listref", "title": "List", "values": {"type": "listRef", "list": "colours"}},
            {"type": "SelectField", "name": "options", "title": "Options", "options": {"list": "colours"}},
            {"type": "CheckboxesField", "name": "several", "title": "Several", "list": "colours", "schema": {"min": 2}},
            {"type": "RadiosField", "name": "inline", "title": "Inline", "values": {"type": "static", "valueType": "number", "items": [
                {"label": "One", "value": 1, "hint": "Only one", "condition": null, "children": []}, {"label": "Two", "value": 2}]}},
            {"type": "AutocompleteField", "name": "born", "title": "Born", "list": "countries"},
            {"type": "AutocompleteField", "name": "lives", "title": "Lives", "list": "countries"},
            {"type": "RadiosField", "name": "lost", "title": "Lost", "list": "no such list"}
        ]}]),
        json!([list("colours", &["red", "blue", "red"]), list("countries", &countries)]),
        json!([]),
    ));
    for id in ["shared", "listref", "options"] {
        assert_eq!(
            kind(question(&all, id)),
            json!({"kind": "choice", "options": [
                {"value": "red", "label": {"zh-CN": "The red", "en": "The red"}},
                {"value": "blue", "label": {"zh-CN": "The blue", "en": "The blue"}}]}),
            "{id}"
        );
    }
    assert_eq!(kind(question(&all, "several"))["kind"], "choices");
    assert_eq!(kind(question(&all, "several"))["min"], 2);
    let inline = kind(question(&all, "inline"));
    assert_eq!(
        inline["options"][0],
        json!({"value": "1", "label": {"zh-CN": "One", "en": "One"}, "help": {"zh-CN": "Only one", "en": "Only one"}})
    );
    assert_eq!(
        kind(question(&all, "born")),
        json!({"kind": "choice", "code_table": "born"}),
        "a long list is written once"
    );
    assert_eq!(
        kind(question(&all, "lives")),
        json!({"kind": "choice", "code_table": "born"})
    );
    assert_eq!(all.definition.code_tables["born"].len(), 12);
    assert_eq!(kind(question(&all, "lost"))["kind"], "text");
    assert!(told(&all).contains(&("/pages/0/components/7", "no_options")));
    assert!(told(&all).contains(&("/pages/0/components/0", "duplicate_option")));
}

#[test]
fn content_becomes_notes_in_plain_text() {
    let mut things = list("things", &["pen", "paper"]);
    things["items"][0]["hint"] = json!({"id": "3fa85f64-5717-4562-b3fc-2c963f66afa6", "text": "a black one"});
    let all = imported(&form(
        json!([{"path": "/a", "title": "A", "next": [{"path": "/summary"}], "components": [
            {"type": "Para", "content": "<p>Read <b>this</b>.</p><script>alert(1)</script>"},
            {"type": "Details", "title": "More", "content": "Details"},
            {"type": "InsetText", "content": "Mind {{ name }}"},
            {"type": "WarningText", "content": "Careful"},
            {"type": "List", "title": "You need", "list": "things"},
            {"type": "Html", "content": "<br>"},
            yes_no("ok")
        ]}]),
        json!([things]),
        json!([]),
    ));
    let questions = &page(&all, "a").questions;
    let texts: Vec<&str> = questions.iter().map(|question| question.label.en.as_str()).collect();
    assert_eq!(
        texts,
        [
            "Read this.",
            "More\nDetails",
            "Mind {{ name }}",
            "Careful",
            "You need\n• The pen: a black one\n• The paper",
            "ok"
        ]
    );
    assert_eq!(kind(&questions[3]), json!({"kind": "note", "tone": "warning"}));
    assert_eq!(
        told(&all),
        [
            ("/pages/0/components/2/content", "template"),
            ("/pages/0/components/5", "empty_content"),
            ("/pages/1", "summary_page")
        ]
    );
}

#[test]
fn an_option_uncovers_fields_and_may_have_a_condition() {
    let mut colours = list("colours", &["red", "blue"]);
    colours["items"][0]["conditional"] = json!({"components": [text("shade")]});
    colours["items"][1]["condition"] = json!("likesBlue");
    let all = imported(&form(
        json!([{"path": "/a", "title": "A", "next": [{"path": "/summary"}], "components": [
            yes_no("blue"), {"type": "RadiosField", "name": "colour", "title": "Colour", "list": "colours"},
            {"type": "Para", "content": "So red!", "options": {"condition": "isRed"}}]}]),
        json!([colours]),
        json!([{"name": "likesBlue", "value": "blue == true"}, {"name": "isRed", "value": "colour == 'red'"}]),
    ));
    assert_eq!(ids(&page(&all, "a").questions), ["blue", "colour", "shade", "note"]);
    for (colour, expected) in [("red", true), ("blue", false)] {
        let answers = [("blue", json!(true)), ("colour", json!(colour))];
        assert_eq!(is_shown(&all, "shade", &answers), expected);
        assert_eq!(is_shown(&all, "note", &answers), expected);
    }
    let refused = filled(&all, &[("blue", json!(false)), ("colour", json!("blue"))]);
    assert!(
        refused.errors().iter().any(|error| error.path == "colour"),
        "it is not offered"
    );
}

#[test]
fn an_option_stands_alone_and_asks_a_question_of_its_own() {
    let extensions = json!([{"type": "exclusive"}, {"type": "additional-question", "id": "q1", "name": "reason",
        "title": "Why not?", "hint": "Tell us", "options": {"required": true}, "schema": {"max": 50}}, {"type": "sound"}]);
    let waste = json!({"id": "l1", "name": "waste", "title": "Waste", "type": "string", "items": [
        {"id": "i1", "text": "Paper", "value": "1"}, {"id": "i2", "text": "Glass", "value": "2"},
        {"id": "i3", "text": "None of these", "value": "none", "extensions": extensions}]});
    let all = imported(
        &json!({"name": "Waste", "engine": "V2", "sections": [], "lists": [waste], "pages": [
        {"path": "/w", "title": "W", "components": [{"type": "CheckboxesField", "name": "kinds", "title": "Kinds", "list": "l1", "options": {}, "schema": {}}]},
        {"path": "/x", "title": "X", "condition": "cheap", "components": [text("x")]},
        {"path": "/y", "title": "Y", "components": [{"type": "RadiosField", "name": "one", "title": "One", "list": "l1", "options": {}, "schema": {}}]}
    ], "conditions": [{"name": "cheap", "value": "kinds__reason == 'money'"}]}),
    );
    assert_eq!(ids(&page(&all, "w").questions), ["kinds", "reason"]);
    assert_eq!(ids(&page(&all, "y").questions), ["one", "reason_2"]);
    let reason = question(&all, "reason");
    assert!(reason.required && reason.help.is_some());
    assert_eq!(kind(reason), json!({"kind": "text", "max_length": 50}));
    let wrong = |chosen: Value| {
        let filling = filled(&all, &[("kinds", chosen)]);
        filling.errors().iter().any(|error| error.path == "kinds")
    };
    assert!(wrong(json!(["1", "none"])) && !wrong(json!(["none"])) && !wrong(json!(["1", "2"])));
    let none = [("kinds", json!(["none"])), ("reason", json!("money"))];
    assert!(is_shown(&all, "reason", &none) && is_shown(&all, "x", &none));
    assert!(!is_shown(&all, "reason", &[("kinds", json!(["1"]))]));
    assert!(is_shown(&all, "reason_2", &[("one", json!("none"))]));
    assert_eq!(
        told_sorted(&all),
        [("/lists/0/items/2/extensions/2", "unknown_extension")]
    );
}

#[test]
fn pages_that_repeat_become_groups() {
    let all = imported(&form(
        json!([
            {"path": "/count", "title": "Count", "section": "main", "components": [{"type": "NumberField", "name": "many", "title": "How many"}], "next": [{"path": "/person"}]},
            {"path": "/person", "title": "Person", "section": "people", "repeatField": "main.many", "components": [
                {"type": "Para", "content": "One by one."}, text("name")], "next": [{"path": "/boat"}]},
            {"path": "/boat", "title": "Boat", "controller": "RepeatPageController",
             "repeat": {"options": {"name": "boats", "title": "Boat"}, "schema": {"min": 1, "max": 3}},
             "components": [text("name"), yes_no("sails"), {"type": "TextField", "name": "mast", "title": "Mast", "options": {"condition": "sailing"}}],
             "next": [{"path": "/language"}]},
            {"path": "/language", "title": "Languages", "controller": "RepeatingFieldPageController", "components": [text("language")], "next": [{"path": "/inputs"}]},
            {"path": "/inputs", "title": "Costs", "components": [{"type": "MultiInputField", "name": "costs", "title": "Costs",
                "children": [text("what"), {"type": "NumberField", "name": "price", "title": "Price"}]}], "next": [{"path": "/rows"}]},
            {"path": "/rows", "title": "Rows", "controller": "RepeatingSectionSummaryPageController", "components": [text("container")], "next": [{"path": "/summary"}]}
        ]),
        json!([]),
        json!([{"name": "sailing", "value": "sails == true"}]),
    ));
    assert_eq!(pages(&all), ["count", "person", "boat", "language", "inputs"]);
    assert_eq!(ids(&page(&all, "person").questions), ["note", "people"]);
    let boats = kind(question(&all, "boats"));
    assert_eq!((&boats["min_rows"], &boats["max_rows"]), (&json!(1), &json!(3)));
    assert_eq!(kind(question(&all, "costs"))["questions"][1]["id"], "price");
    let mut filling = filled(
        &all,
        &[("many", json!(2)), ("people", json!(["p"])), ("boats", json!(["r"]))],
    );
    filling.set("boats/r/sails", json!(true));
    assert!(
        filling.question("boats/r/mast").is_some(),
        "a condition in a row asks the row"
    );
    filling.set("boats/r/sails", json!(false));
    assert!(filling.question("boats/r/mast").is_none());
    assert!(
        filling
            .errors()
            .iter()
            .any(|error| error.path == "people" && error.code == "check_failed")
    );
    filling.set("people", json!(["p", "q"]));
    assert!(filling.errors().iter().all(|error| error.path != "people"));
    let nobody = |many: u32| {
        let filling = filled(&all, &[("many", json!(many))]);
        filling.errors().iter().all(|error| error.path != "people")
    };
    assert!(nobody(0) && !nobody(2), "who said that there are some gives them");
    assert!(told(&all).contains(&("/pages/1/repeatField", "count_checked")));
    assert!(told(&all).contains(&("/pages/5", "rows_page")));
}

#[test]
fn a_declaration_is_agreed_to_on_its_own_page() {
    let mut form = form(
        json!([{"path": "/a", "title": "A", "components": [text("a")], "next": [{"path": "/summary"}]}]),
        json!([]),
        json!([]),
    );
    form["declaration"] = json!("<p>All of it is true.</p>");
    let all = imported(&form);
    assert_eq!(pages(&all), ["a", "declaration"]);
    assert_eq!(
        kind(question(&all, "declaration"))["statement"]["en"],
        "All of it is true."
    );
    let without = filled(&all, &[("a", json!("x"))]);
    assert!(!without.is_complete());
}

#[test]
fn what_is_told_on_the_summary_is_read_before_the_form_is_sent() {
    let told_there = |controller: &str, engine: &str, text: Value| {
        let all = imported(
            &json!({"name": "Animals", "engine": engine, "startPage": "/a", "lists": [], "sections": [], "conditions": [], "pages": [
            {"path": "/a", "title": "A", "components": [yes_no("a")], "next": [{"path": "/summary"}]},
            {"path": "/summary", "title": "", "controller": controller, "components": [text], "next": []}]}),
        );
        assert!(told(&all).contains(&("/pages/1", "summary_page")));
        assert!(filled(&all, &[("a", json!(true))]).is_complete());
        let pages = all.definition.pages.iter();
        pages
            .map(|page| (page.title.en.clone(), page.questions[0].label.en.clone()))
            .collect::<Vec<_>>()
    };
    let pages = |pages: &[(&str, &str)]| -> Vec<(String, String)> {
        pages
            .iter()
            .map(|(title, text)| ((*title).to_owned(), (*text).to_owned()))
            .collect()
    };
    let text =
        json!({"type": "Markdown", "title": "Declaration", "content": "I own **them**.", "options": {}, "schema": {}});
    let before = pages(&[("A", "a"), ("Declaration", "I own them.")]);
    assert_eq!(told_there("SummaryPageController", "V2", text.clone()), before);
    assert_eq!(
        told_there("SummaryPageWithConfirmationEmailController", "V2", text),
        before
    );
    let text = json!({"type": "Para", "content": "<p>I own them.</p>", "options": {}, "schema": {}});
    let before = pages(&[("A", "a"), ("Before you send", "I own them.")]);
    assert_eq!(told_there("./pages/summary.js", "", text.clone()), before);
    // What is read after the form is sent is no part of it.
    assert_eq!(told_there("ConfirmationPageController", "", text), pages(&[("A", "a")]));
}

#[test]
fn texts_in_several_languages_keep_ours() {
    let mut form = one_page(json!([
        {"type": "YesNoField", "name": "a", "title": {"en": "Yes?", "cy": "Ie?"}},
        {"type": "YesNoField", "name": "b", "title": {"zh-CN": "是否？", "en": "Whether?"}}
    ]));
    form["name"] = json!({"en": "Boats", "cy": "Cychod"});
    let all = imported(&form);
    assert_eq!(question(&all, "a").label.zh_cn, "Yes?");
    assert_eq!(
        (
            question(&all, "b").label.zh_cn.as_str(),
            question(&all, "b").label.en.as_str()
        ),
        ("是否？", "Whether?")
    );
    let options = onehall_form_importers::Options {
        language: Some("cy".to_owned()),
        code: Some("cychod-1".to_owned()),
        ..Default::default()
    };
    let welsh = support::imported_text(&form.to_string(), &options);
    assert_eq!(question(&welsh, "a").label.en, "Ie?");
    assert_eq!(
        (welsh.definition.title.en.as_str(), welsh.definition.code.as_str()),
        ("Cychod", "cychod-1")
    );
    let untranslated: Vec<&str> = welsh
        .findings
        .iter()
        .filter(|finding| finding.code == "untranslated")
        .map(|finding| finding.message.as_str())
        .collect();
    assert_eq!(
        untranslated,
        ["3 texts stand in one language (cy): they fill both and wait for a translation"]
    );
}

#[test]
fn a_place_by_two_numbers_is_a_section_of_both() {
    let asks = |operator: &str| {
        structured(
            "isNorth",
            json!([{"field": {"name": "spot__northing", "type": "NumberField", "display": "N"}, "operator": operator,
                "value": {"type": "Value", "value": "500000", "display": "500000"}}]),
        )
    };
    let mut source = one_page(json!([
        {"type": "EastingNorthingField", "name": "spot", "title": "Where", "hint": "In metres", "options": {},
         "schema": {"easting": {"min": 1000}, "northing": {"max": 900_000}}},
        {"type": "LatLongField", "name": "ship", "title": "The ship", "options": {"required": false}, "schema": {}},
        {"type": "TextField", "name": "why", "title": "Why", "options": {"condition": "isNorth"}, "schema": {}}
    ]));
    source["conditions"] = json!([asks("is more than")]);
    let all = imported(&source);
    let first = &page(&all, "first").questions;
    assert_eq!(
        outline(first),
        "Where(spot_easting spot_northing) The ship(ship_latitude ship_longitude) why"
    );
    assert_eq!(first[0].help.as_ref().map(|help| help.en.as_str()), Some("In metres"));
    assert_eq!(
        kind(question(&all, "spot_easting")),
        json!({"kind": "number", "min": 1000.0, "max": 700_000.0, "decimals": 0})
    );
    assert_eq!(kind(question(&all, "spot_northing"))["max"], 900_000.0);
    assert_eq!(kind(question(&all, "ship_longitude"))["min"], -14.0);
    assert!(question(&all, "spot_northing").required && !question(&all, "ship_latitude").required);
    assert!(is_shown(&all, "why", &[("spot_northing", json!(700_000))]));
    assert!(!is_shown(&all, "why", &[("spot_northing", json!(1))]));
    assert_eq!(told_sorted(&all), [("/pages/1", "summary_page")]);
}

#[test]
fn places_on_the_grid_have_the_shape_of_one_and_a_declaration_the_words_at_its_box() {
    let all = imported(&one_page(json!([
        {"type": "OsGridRefField", "name": "a", "title": "A", "options": {}, "schema": {}},
        {"type": "NationalGridFieldNumberField", "name": "b", "title": "B", "options": {}, "schema": {}},
        {"type": "DeclarationField", "name": "c", "title": "Declaration", "content": "All is **true**.",
         "options": {"declarationConfirmationLabel": "I confirm it"}},
        {"type": "NumberField", "name": "d", "title": "D", "options": {"minPrecision": 1}, "schema": {"maxLength": 4}}
    ])));
    let wrong = |id: &str, text: &str| {
        let filling = filled(&all, &[(id, json!(text))]);
        filling
            .errors()
            .iter()
            .any(|error| error.path == id && error.code == "pattern")
    };
    for (text, is_wrong) in [
        ("TQ 301 803", false),
        ("SU1234 5678", false),
        ("nh1234567890", false),
        ("TQ 30 80 1", true),
    ] {
        assert_eq!(wrong("a", text), is_wrong, "{text}");
    }
    assert!(!wrong("b", "AB 1234 5678") && wrong("b", "AB 123 567"));
    assert_eq!(question(&all, "c").label.en, "I confirm it");
    // The source shows the title over it, which may say what the statement is about.
    assert_eq!(
        kind(question(&all, "c"))["statement"]["en"],
        "Declaration\nAll is true."
    );
    let at = |place: &str| format!("/pages/0/components/3/{place}");
    assert_eq!(
        told_sorted(&all),
        [
            (at("options/minPrecision").as_str(), "digit_count"),
            (at("schema/maxLength").as_str(), "digit_count"),
            ("/pages/1", "summary_page"),
        ]
    );
}

#[test]
fn what_stands_around_a_field_is_read_there() {
    let field = |kind: &str, name: &str, options: Value| json!({"type": kind, "name": name, "title": name, "hint": "As a hint", "options": options, "schema": {}});
    let told_there = json!({"instructionText": "Find it on **the map**"});
    let all = imported(&one_page(json!([
        field("NumberField", "rent", json!({"prefix": "£", "suffix": "per week"})),
        field("NumberField", "pay", json!({"prefix": "£"})),
        field("OsGridRefField", "grid", told_there.clone()),
        field("EastingNorthingField", "spot", told_there)
    ])));
    let unit = |id: &str| kind(question(&all, id))["unit"]["en"].clone();
    assert_eq!((unit("rent"), unit("pay")), (json!("£ per week"), json!("£")));
    let help = |question: &onehall_forms::Question| question.help.as_ref().map(|help| help.en.clone());
    let both = Some("As a hint\nFind it on the map".to_owned());
    assert_eq!(help(question(&all, "grid")), both);
    let spot = page(&all, "first").questions.last().and_then(help);
    assert_eq!(spot, both);
    assert_eq!(
        told_sorted(&all),
        [
            ("/pages/0/components/0/options/suffix", "affix"),
            ("/pages/1", "summary_page")
        ]
    );
}

#[test]
fn rows_of_inputs_keep_their_bounds() {
    let inputs = |options: Value| json!({"type": "MultiInputField", "name": "m", "title": "M", "options": options, "schema": {"min": 2, "max": 3}, "children": [text("x")]});
    let all = imported(&one_page(json!([inputs(json!({}))])));
    let rows = kind(question(&all, "m"));
    assert_eq!((&rows["min_rows"], &rows["max_rows"]), (&json!(2), &json!(3)));
    let all = imported(&one_page(json!([inputs(json!({"required": false}))])));
    assert_eq!(kind(question(&all, "m"))["min_rows"], 0);
    let mut filling = filled(&all, &[("m", json!(["a"]))]);
    filling.set("m/a/x", json!("one"));
    assert_eq!(
        filling
            .errors()
            .iter()
            .map(|error| error.path.as_str())
            .collect::<Vec<_>>(),
        ["m"]
    );
    assert!(filled(&all, &[]).is_complete());
}

#[test]
fn bounds_of_every_field_are_checked_or_told() {
    let field = |kind: &str, name: &str, more: Value| {
        let mut field = json!({"type": kind, "name": name, "title": name, "options": {}, "schema": {}});
        for (part, value) in more.as_object().into_iter().flatten() {
            field[part] = value.clone();
        }
        field
    };
    let all = imported(&one_page(json!([
        field("FileUploadField", "f", json!({"schema": {"min": 2, "max": 3}})),
        field("EmailAddressField", "e", json!({"schema": {"max": 8}})),
        field(
            "TelephoneNumberField",
            "p",
            json!({"schema": {"regex": "^0", "min": 5}})
        ),
        field("MonthYearField", "y", json!({"options": {"maxDaysInPast": 3}})),
        field("YesNoField", "n", json!({"schema": {"max": 3}})),
        field("DateField", "d", json!({"options": {"maxDaysInPast": "soon"}}))
    ])));
    let wrong = filled(&all, &[("e", json!("long@example.org")), ("p", json!("123"))]);
    let errors = wrong.errors();
    let given = errors.iter().filter(|error| error.path == "e" || error.path == "p");
    let mut paths: Vec<&str> = given.map(|error| error.path.as_str()).collect();
    paths.sort_unstable();
    assert_eq!(paths, ["e", "p"]);
    let at = |place: &str| format!("/pages/0/components/{place}");
    let told: Vec<(String, &str)> = told_sorted(&all)
        .into_iter()
        .map(|(path, code)| (path.to_owned(), code))
        .collect();
    let expected = [
        (at("0"), "file_rule"),
        (at("0/schema/min"), "odd_bound"),
        (at("2"), "phone_as_text"),
        (at("2/schema/regex"), "pattern_not_carried"),
        (at("3"), "month_as_text"),
        (at("3/options/maxDaysInPast"), "odd_bound"),
        (at("4/schema/max"), "odd_bound"),
        (at("5/options/maxDaysInPast"), "odd_bound"),
        ("/pages/1".to_owned(), "summary_page"),
    ];
    assert_eq!(told, expected);
}

#[test]
fn files_come_in_any_number_where_the_source_takes_any() {
    let most = |engine: &str, controller: &str, schema: Value, options: Value| {
        let all = imported(
            &json!({"name": "Files", "engine": engine, "startPage": "/u", "lists": [], "sections": [], "conditions": [], "pages": [
            {"path": "/u", "title": "U", "controller": controller, "next": [{"path": "/summary"}], "components": [
                {"type": "FileUploadField", "name": "up", "title": "Up", "options": options, "schema": schema}]},
            {"path": "/summary", "title": "S", "controller": "SummaryPageController", "components": []}]}),
        );
        kind(question(&all, "up"))["max_files"].as_u64()
    };
    let (page, none) = ("FileUploadPageController", json!({"accept": "application/pdf"}));
    assert_eq!(most("V2", page, json!({}), none.clone()), Some(100));
    assert_eq!(most("V1", page, json!({}), none.clone()), Some(100));
    assert_eq!(most("V2", page, json!({"max": 3}), none.clone()), Some(3));
    assert_eq!(most("V2", page, json!({"length": 1}), none.clone()), Some(1));
    assert_eq!(most("", "", json!({}), none), Some(1));
    for accept in ["", "*/*"] {
        let all = imported(&one_page(
            json!([{"type": "FileUploadField", "name": "up", "title": "Up", "options": {"accept": accept}, "schema": {}}]),
        ));
        assert!(
            told(&all).contains(&("/pages/0/components/0", "file_rule")),
            "more than the hall takes"
        );
    }
    assert_eq!(most("", "", json!({}), json!({"multiple": true})), Some(100));
}

#[test]
fn what_a_form_says_beside_its_pages_is_told() {
    let mut all = one_page(json!([text("a")]));
    for (name, value) in [
        ("feedback", json!({"emailAddress": "a@example.org"})),
        ("feeOptions", json!({"allowSubmissionWithoutPayment": false})),
        ("payApiKey", json!("key")),
        ("webhooks", json!(["https://example.org"])),
        ("allowedPages", json!(["/a"])),
        ("authentication", json!(false)),
        ("exitOptions", json!({})),
    ] {
        all[name] = value;
    }
    assert_eq!(
        told_sorted(&imported(&all)),
        [
            ("/allowedPages", "settings"),
            ("/feeOptions", "fees"),
            ("/feedback", "feedback"),
            ("/pages/1", "summary_page"),
            ("/payApiKey", "payment"),
            ("/webhooks", "output"),
        ]
    );
}
