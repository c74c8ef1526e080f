//! What builders of Form.io write besides: options and conditions as texts, surveys and single boxes that conditions ask
//! about; and all that is told because it is not carried.

use serde_json::{Value, json};

use crate::support::{filled, imported, is_shown, kind, question, told_sorted};

fn form(components: Value) -> Value {
    json!({"title": "Kennel", "display": "form", "components": components})
}

#[test]
fn a_select_reads_a_list_that_was_typed_in_as_a_text() {
    let all = imported(&form(json!([
        {"type": "select", "key": "s", "label": "S", "dataSrc": "json", "valueProperty": "id", "template": "<b>{{ item.breed }}</b>",
         "data": {"json": "[{\"id\": 7, \"breed\": \"Poodle\", \"name\": \"no\"}, {\"id\": 8, \"breed\": \"Pug\"}]"}},
        {"type": "select", "key": "t", "label": "T", "dataSrc": "json", "data": {"json": "[\"one\", \"two\"]"}},
        {"type": "select", "key": "u", "label": "U", "dataSrc": "json", "data": {"json": "no list"}}
    ])));
    let options = |id: &str| kind(question(&all, id))["options"].clone();
    assert_eq!(
        options("s")[0],
        json!({"value": "7", "label": {"zh-CN": "Poodle", "en": "Poodle"}})
    );
    assert_eq!(options("t")[1]["value"], "two");
    assert_eq!(told_sorted(&all), [("/components/2", "no_options")]);
}

#[test]
fn conditions_ask_about_a_question_of_a_survey_and_about_one_box_of_several() {
    let all = imported(&form(json!([
        {"type": "survey", "key": "care", "label": "Care", "questions": [{"label": "Food", "value": "food"}, {"label": "Walks", "value": "walks"}],
         "values": [{"label": "Good", "value": "good"}, {"label": "Bad", "value": "bad"}]},
        {"type": "selectboxes", "key": "pets", "label": "Pets", "values": [{"label": "Dog", "value": "dog"}, {"label": "Cat", "value": "cat"}]},
        {"type": "textarea", "key": "why", "label": "Why", "conditional": {"show": "true", "when": "care.food", "eq": "bad"}},
        {"type": "textfield", "key": "route", "label": "Route", "conditional": {"json": {"==": [{"var": "data.care.walks"}, "bad"]}}},
        {"type": "textfield", "key": "collar", "label": "Collar", "conditional": {"show": "true", "when": "pets.dog", "eq": "true"}},
        {"type": "textfield", "key": "bell", "label": "Bell",
         "conditional": {"show": true, "conjunction": "all", "conditions": [{"component": "pets.cat", "operator": "isEqual", "value": true}]}},
        {"type": "textfield", "key": "lead", "label": "Lead", "conditional": {"show": "false", "when": "pets.dog", "eq": "false"}}
    ])));
    assert_eq!(told_sorted(&all), []);
    let shown = |id: &str, answers: &[(&str, Value)]| is_shown(&all, id, answers);
    assert!(shown("why", &[("care_food", json!("bad"))]) && !shown("why", &[("care_food", json!("good"))]));
    assert!(shown("route", &[("care_walks", json!("bad"))]) && !shown("route", &[]));
    let dog = [("pets", json!(["dog"]))];
    assert!(shown("collar", &dog) && shown("lead", &dog) && !shown("bell", &dog));
    assert!(shown("bell", &[("pets", json!(["cat"]))]) && !shown("collar", &[]));
}

#[test]
fn rules_that_were_kept_as_a_text_are_read() {
    let all = imported(&form(json!([
        {"type": "number", "key": "n", "label": "N", "validate": {"json": "{\"<\": [{\"var\": \"data.n\"}, 9]}"}},
        {"type": "textfield", "key": "a", "label": "A", "conditional": {"json": "{\"==\": [{\"var\": \"data.n\"}, 3]}"}},
        {"type": "textfield", "key": "b", "label": "B", "conditional": {"json": "show = data.n == 3"}}
    ])));
    assert!(is_shown(&all, "a", &[("n", json!(3))]) && !is_shown(&all, "a", &[("n", json!(4))]));
    assert_eq!(filled(&all, &[("n", json!(10))]).errors().len(), 1);
    assert!(is_shown(&all, "b", &[]), "shown to everybody");
    assert_eq!(
        told_sorted(&all),
        [("/components/2/conditional/json", "condition_not_carried")]
    );
}

/// Each of these was once passed over without a word.
#[test]
fn nothing_that_is_not_carried_is_passed_over() {
    let wizard = json!({"title": "Kennel", "display": "wizard", "components": [{"type": "panel", "key": "one", "title": "One", "nextPage": "page = 2", "components": [
        {"type": "textfield", "key": "a", "label": "A", "prefix": "https://", "case": "uppercase", "errors": {"required": "Do!"},
         "validate": {"unique": true}},
        {"type": "email", "key": "b", "label": "B", "validate": {"pattern": "gov", "maxLength": 30}},
        {"type": "password", "key": "c", "label": "C", "validate": {"pattern": "[0-9]+"}},
        {"type": "number", "key": "d", "label": "D", "decimalLimit": 2, "validate": {"step": "0.5"}},
        {"type": "file", "key": "e", "label": "E", "filePattern": ".pdf,.gif", "fileMinSize": "2KB", "fileMaxSize": "20MB"},
        {"type": "datetime", "key": "f", "label": "F", "enableTime": false, "format": "yyyy-MM-dd", "datePicker": {"disableWeekends": true}},
        {"type": "day", "key": "g", "label": "G", "fields": {"day": {"hide": false}, "month": {"hide": true}, "year": {"hide": false}}},
        {"type": "tags", "key": "h", "label": "H", "maxTags": 3},
        {"type": "phoneNumber", "key": "i", "label": "I", "validate": {"minLength": 5}},
        {"type": "datagrid", "key": "j", "label": "J", "conditionalAddButton": "show = false", "components": [{"type": "textfield", "key": "x", "label": "X"}]},
        {"type": "recaptcha", "key": "k"},
        {"type": "button", "key": "l", "action": "custom", "custom": "alert(1)"},
        {"type": "button", "key": "m", "action": "submit"}
    ]}]});
    let all = imported(&wizard);
    let at = |place: &str| format!("/components/0{place}");
    let told: Vec<(String, &str)> = told_sorted(&all)
        .into_iter()
        .map(|(path, code)| (path.to_owned(), code))
        .collect();
    let mut expected = [
        ("/nextPage", "javascript"),
        ("/components/0/prefix", "affix"),
        ("/components/0/case", "letter_case"),
        ("/components/0/errors", "own_message"),
        ("/components/0/validate/unique", "unique"),
        ("/components/1/validate/pattern", "pattern_not_carried"),
        ("/components/2", "secret_as_text"),
        ("/components/4/filePattern", "file_rule"),
        ("/components/4/fileMinSize", "file_rule"),
        ("/components/4/fileMaxSize", "file_rule"),
        ("/components/5/datePicker/disableWeekends", "days_left_out"),
        ("/components/6/fields/month/hide", "whole_day"),
        ("/components/7/maxTags", "length_not_checked"),
        ("/components/8", "phone_as_text"),
        ("/components/8/validate/minLength", "length_not_checked"),
        ("/components/9/conditionalAddButton", "javascript"),
        ("/components/10", "captcha"),
        ("/components/11/action", "button"),
    ]
    .map(|(place, code)| (at(place), code));
    expected.sort_unstable();
    assert_eq!(told, expected);
    assert_eq!(kind(question(&all, "c"))["pattern"], "[0-9]+");
    assert_eq!(
        question(&all, "b").valid_when[0].rule,
        json!({"<=": [{"length": {"var": "b"}}, 30]})
    );
    assert_eq!(
        question(&all, "d").valid_when[0].rule,
        json!({"==": [{"%": [{"var": "d"}, 0.5]}, 0]})
    );
}

/// What only lays others out has conditions and rules of its own too.
#[test]
fn nothing_at_a_part_is_passed_over() {
    let logic = json!([{"name": "l", "trigger": {"type": "simple"}, "actions": []}]);
    let odd = |kind: &str, components: Value| {
        json!({"type": kind, "key": kind, "title": "T", "logic": logic, "hidden": true, "disabled": true,
            "validate": {"custom": "valid = false", "json": {"==": [1, 2]}}, "components": components})
    };
    let kinds = ["panel", "well", "fieldset", "container", "tabs"];
    let mut parts: Vec<Value> = kinds
        .iter()
        .map(|kind| odd(kind, json!([{"type": "textfield", "key": "a", "label": "A", "components": [{"type": "textfield", "key": "b"}]}])))
        .collect();
    parts.push(json!({"type": "columns", "key": "c", "hidden": true, "columns": [{"components": [{"type": "textfield", "key": "d", "label": "D"}]}]}));
    parts.push(json!({"type": "content", "key": "e", "html": "Read", "hidden": true}));
    parts.push(json!({"type": "hidden", "key": "f", "defaultValue": "x", "hidden": true, "logic": logic}));
    let all = imported(&form(Value::Array(parts)));
    let told = told_sorted(&all);
    for at in 0..kinds.len() {
        for (place, code) in [
            ("logic", "logic"),
            ("hidden", "hidden_component"),
            ("disabled", "disabled"),
            ("validate/custom", "javascript"),
            ("validate/json", "rule_not_carried"),
        ] {
            let path = format!("/components/{at}/{place}");
            assert!(told.contains(&(path.as_str(), code)), "{path} {told:?}");
        }
    }
    assert!(told.contains(&("/components/5/hidden", "hidden_component")));
    assert!(told.contains(&("/components/6/hidden", "hidden_component")));
    assert!(told.contains(&("/components/7/logic", "logic")));
    let wizard = json!({"title": "W", "display": "wizard", "components": [odd("panel", json!([{"type": "textfield", "key": "a", "label": "A"}]))]});
    assert!(told_sorted(&imported(&wizard)).contains(&("/components/0/hidden", "hidden_component")));
}

#[test]
fn a_day_keeps_which_parts_are_needed_and_its_years() {
    let day =
        |fields: Value| json!({"type": "day", "key": "d", "label": "D", "fields": fields, "minDate": "2005-03-04"});
    let need = |needed: bool| json!({"required": needed});
    let all = imported(&form(json!([day(
        json!({"day": need(true), "month": need(true), "year": {"required": true, "minYear": 2000, "maxYear": "2010"}})
    )])));
    assert!(question(&all, "d").required);
    assert_eq!(
        kind(question(&all, "d")),
        json!({"kind": "date", "min": "2005-03-04", "max": "2010-12-31"})
    );
    assert_eq!(told_sorted(&all), []);
    let all = imported(&form(json!([day(
        json!({"day": need(false), "month": need(false), "year": need(true)})
    )])));
    assert!(question(&all, "d").required);
    assert_eq!(told_sorted(&all), [("/components/0/fields", "whole_day")]);
    let all = imported(&form(json!([
        {"type": "day", "key": "d", "label": "D", "fields": {"day": {"hide": true}, "year": {"maxYear": 2010}}}
    ])));
    assert_eq!(
        told_sorted(&all),
        [
            ("/components/0", "month_as_text"),
            ("/components/0/fields/year/maxYear", "odd_bound")
        ]
    );
}

#[test]
fn rows_that_are_fixed_bounds_of_widgets_and_other_languages_are_told() {
    let inner = json!([{"type": "textfield", "key": "a", "label": "A"}]);
    let mut all = form(json!([
        {"type": "textfield", "key": "u", "label": "U", "unique": true},
        {"type": "datagrid", "key": "g", "label": "G", "disableAddingRemovingRows": true, "enableRowGroups": true,
         "rowGroups": [{"label": "One", "numberOfRows": 2}], "components": inner},
        {"type": "editgrid", "key": "e", "label": "E", "validate": {"row": "valid = false"}, "components": inner},
        {"type": "datetime", "key": "d", "label": "D", "widget": {"type": "calendar", "minDate": "2026-01-01T00:00:00"}},
        {"type": "datetime", "key": "o", "label": "O", "format": "yyyy-MM-dd", "enableTime": false, "widget": {"maxDate": "2026-01-01"}},
        {"type": "textfield", "key": "m", "label": "M", "validate": {"json": {"if": [{"==": [{"var": "data.m"}, "x"]}, true, "Only x"]}}}
    ]));
    all["i18n"] = json!({"zh-CN": {"U": "唯一"}});
    let all = imported(&all);
    assert_eq!(kind(question(&all, "o"))["max"], "2026-01-01");
    assert_eq!(question(&all, "m").valid_when[0].message.en, "Only x");
    assert_eq!(
        told_sorted(&all),
        [
            ("/components/0/unique", "unique"),
            ("/components/1/disableAddingRemovingRows", "rows_fixed"),
            ("/components/1/rowGroups", "row_groups"),
            ("/components/2/validate/row", "javascript"),
            ("/components/3", "date_time_as_text"),
            ("/components/3/widget/minDate", "odd_bound"),
            ("/i18n", "translations"),
        ]
    );
}

#[test]
fn options_are_found_and_called_as_the_source_does() {
    let meta = json!([{"meta": {"also": "Dog", "id": 7, "name": "Poodle"}}, {"meta": {"also": "Dog", "id": 8, "name": "Pug"}}]);
    let all = imported(&form(json!([
        {"type": "select", "key": "s", "label": "S", "dataSrc": "json", "valueProperty": "meta.id",
         "template": "<span>{{ item.meta.name }}</span>", "data": {"json": meta}},
        {"type": "select", "key": "t", "label": "T", "dataSrc": "json", "selectValues": "list.all",
         "data": {"json": {"list": {"all": ["one", "two"]}}}},
        {"type": "select", "key": "u", "label": "U", "data": {"values": {"0": {"label": "One", "value": "1"}, "1": {"label": "Two", "value": "2"}}}},
        {"type": "select", "key": "v", "label": "V", "dataSrc": "json", "template": "{{ item.gone }}", "data": {"json": [{"value": "x"}]}}
    ])));
    let options = |id: &str| kind(question(&all, id))["options"].clone();
    assert_eq!(
        options("s")[0],
        json!({"value": "7", "label": {"zh-CN": "Poodle", "en": "Poodle"}})
    );
    assert_eq!(
        (options("t")[1]["value"].as_str(), options("u")[1]["value"].as_str()),
        (Some("two"), Some("2"))
    );
    assert_eq!(told_sorted(&all), [("/components/3/data/json", "option_label")]);
}

#[test]
fn several_masks_of_one_field_are_told() {
    let masks = json!([{"label": "US", "mask": "999-999"}, {"label": "UK", "mask": "aa99"}]);
    let all = imported(&form(json!([
        {"type": "textfield", "key": "a", "label": "A", "allowMultipleMasks": true, "inputMasks": masks},
        {"type": "textfield", "key": "b", "label": "B", "inputMasks": masks}
    ])));
    assert_eq!(told_sorted(&all), [("/components/0/inputMasks", "mask")]);
}

#[test]
fn boxes_with_one_name_are_a_choice() {
    let one = |key: &str, value: &str, required: bool| {
        json!({"type": "checkbox", "key": key, "label": key.to_uppercase(), "inputType": "radio", "name": "grp", "value": value,
            "validate": {"required": required}})
    };
    let reason = json!({"type": "textfield", "key": "why", "label": "Why", "conditional": {"show": true, "when": "grp", "eq": "two"}});
    let all = imported(&form(json!([
        one("r1", "one", false),
        {"type": "textfield", "key": "t", "label": "T"},
        one("r2", "two", true),
        reason
    ])));
    let choice = question(&all, "grp");
    assert!(choice.required);
    assert_eq!(
        kind(choice)["options"],
        json!([
            {"value": "one", "label": {"zh-CN": "R1", "en": "R1"}},
            {"value": "two", "label": {"zh-CN": "R2", "en": "R2"}}
        ])
    );
    assert!(is_shown(&all, "why", &[("grp", json!("two"))]) && !is_shown(&all, "why", &[("grp", json!("one"))]));
    assert_eq!(told_sorted(&all), [("/components/0/name", "radio_of_boxes")]);
    // Apart from each other, or with rules of their own, they cannot be put together.
    let all = imported(&form(json!([
        one("r1", "one", false),
        {"type": "columns", "key": "c", "columns": [{"components": [one("r2", "two", false)]}]}
    ])));
    assert_eq!(
        (question(&all, "r1").id.as_str(), question(&all, "r2").id.as_str()),
        ("r1", "r2")
    );
    assert_eq!(
        told_sorted(&all),
        [("/components/1/columns/0/components/0/name", "radio_of_boxes")]
    );
}

#[test]
fn rows_are_as_many_as_the_source_says_and_what_is_cut_is_told() {
    let grid = |key: &str, validate: Value| {
        json!({"type": "datagrid", "key": key, "label": key, "validate": validate,
            "components": [{"type": "textfield", "key": "n", "label": "N"}]})
    };
    let all = imported(&form(json!([
        grid("a", json!({"required": true, "minLength": "60"})),
        grid("b", json!({"maxLength": 0})),
        grid("c", json!({"maxLength": "5000"})),
        grid("d", json!({"minLength": 9, "maxLength": 3})),
        grid("e", json!({"minLength": 5000})),
        {"type": "file", "key": "f", "label": "F", "multiple": true}
    ])));
    let rows = |id: &str| {
        let kind = kind(question(&all, id));
        (kind["min_rows"].as_u64().unwrap_or(0), kind["max_rows"].as_u64())
    };
    assert_eq!(rows("a"), (60, Some(1_000)));
    assert_eq!(rows("b"), (0, None));
    assert_eq!(rows("c"), (0, Some(1_000)));
    assert_eq!(rows("d"), (3, Some(3)));
    assert_eq!(rows("e"), (1_000, Some(1_000)));
    assert_eq!(
        told_sorted(&all),
        [
            ("/components/2/validate/maxLength", "length_cut"),
            ("/components/3/validate/minLength", "length_cut"),
            ("/components/4/validate/minLength", "length_cut"),
            ("/components/5", "file_rule"),
            ("/components/5/multiple", "file_rule"),
        ]
    );
}

#[test]
fn what_is_written_oddly_is_carried_or_told() {
    let all = imported(&form(json!([
        {"type": "number", "key": "a", "label": "A", "prefix": "£", "suffix": "per week"},
        {"type": "currency", "key": "b", "label": "B", "currency": "EUR", "suffix": "per day"},
        {"type": "number", "key": "c", "label": "C", "prefix": "£"},
        {"key": "d", "label": "D", "input": true},
        {"type": 7, "key": "e", "label": "E"},
        {"type": "textfield", "key": "f", "label": "F", "validate": {"required": 1}},
        {"type": "textfield", "key": "g", "label": "G", "validate": {"required": 0}},
        {"type": "container", "key": "h", "validate": {"required": true}, "components": [{"type": "textfield", "key": "i", "label": "I"}]},
        {"type": "textfield", "key": "j", "label": "J", "widget": {"type": "calendar", "format": "yyyy-MM-dd"}},
        {"type": "textfield", "key": "k", "label": "K", "widget": {"type": "input"}}
    ])));
    let unit = |id: &str| kind(question(&all, id))["unit"]["en"].clone();
    assert_eq!([unit("a"), unit("b"), unit("c")], ["£ per week", "EUR per day", "£"]);
    assert!(question(&all, "f").required && !question(&all, "g").required);
    assert_eq!(
        told_sorted(&all),
        [
            ("/components/0/suffix", "affix"),
            ("/components/1/suffix", "affix"),
            ("/components/3", "kind_as_text"),
            ("/components/4", "kind_as_text"),
            ("/components/7/validate/required", "rule_not_carried"),
            ("/components/8/widget", "kind_as_text"),
        ]
    );
}

#[test]
fn a_list_that_may_be_left_empty_has_no_fewest_rows_until_there_is_one() {
    let list = |kind: &str, key: &str, required: bool| {
        json!({"type": kind, "key": key, "label": key, "validate": {"required": required, "minLength": 2},
            "valueComponent": {"type": "number", "key": "v", "label": "V"},
            "components": [{"type": "textfield", "key": "n", "label": "N"}]})
    };
    let all = imported(&form(json!([
        list("editgrid", "a", false),
        list("datamap", "b", false),
        list("editgrid", "c", true),
        list("datagrid", "d", false)
    ])));
    let rows = |id: &str| kind(question(&all, id))["min_rows"].as_u64().unwrap_or(0);
    assert_eq!([rows("a"), rows("b"), rows("c"), rows("d")], [0, 0, 2, 2]);
    let wrong = |ids: &[&str]| {
        let filling = filled(&all, &[("a", json!(ids))]);
        filling.errors().iter().filter(|error| error.path == "a").count()
    };
    assert_eq!([wrong(&[]), wrong(&["r1"]), wrong(&["r1", "r2"])], [0, 1, 0]);
    assert_eq!(told_sorted(&all), [("/components/1", "named_values")]);
}

#[test]
fn an_answer_that_counts_while_it_is_hidden_is_told_where_something_asks_for_it() {
    let of = |key: &str| json!({"show": true, "when": key, "eq": "x"});
    let stays = |key: &str, conditional: Value| json!({"type": "textfield", "key": key, "label": key, "clearOnHide": false, "conditional": conditional});
    let all = imported(&form(json!([
        stays("always", json!({})),
        stays("hidden", of("always")),
        stays("unasked", of("always")),
        {"type": "fieldset", "key": "f", "legend": "F", "conditional": of("always"), "components": [
            stays("inner", json!({})),
            {"type": "textfield", "key": "beside", "label": "B", "conditional": of("inner")}]},
        {"type": "textfield", "key": "a", "label": "A", "conditional": {"json": {"==": [{"var": "data.hidden"}, "x"]}}},
        {"type": "textfield", "key": "b", "label": "B", "conditional": of("always")}
    ])));
    assert_eq!(told_sorted(&all), [("/components/1/clearOnHide", "hidden_answer")]);
}

#[test]
fn steps_are_counted_from_the_smallest_number() {
    let all = imported(&form(json!([
        {"type": "number", "key": "chairs", "label": "Chairs", "validate": {"min": 1, "max": 21, "step": 5, "integer": true}},
        {"type": "number", "key": "amount", "label": "Amount", "validate": {"min": 50, "step": 100}},
        {"type": "number", "key": "plain", "label": "Plain", "validate": {"min": 0, "step": 2}}
    ])));
    let wrong = |id: &str, number: u32| filled(&all, &[(id, json!(number))]).errors().len();
    assert_eq!([1, 6, 21, 5, 20].map(|number| wrong("chairs", number)), [0, 0, 0, 1, 1]);
    assert_eq!([50, 150, 100].map(|number| wrong("amount", number)), [0, 0, 1]);
    assert_eq!([4, 3].map(|number| wrong("plain", number)), [0, 1]);
    let message = &question(&all, "chairs").valid_when[0].message.en;
    assert_eq!(message, "Must be 1 or more, in steps of 5.");
}

#[test]
fn bounds_that_nothing_fits_are_left_out_and_told() {
    let boxes = |key: &str, validate: Value| {
        json!({"type": "selectboxes", "key": key, "label": key, "validate": validate,
            "values": [{"label": "A", "value": "a"}, {"label": "B", "value": "b"}, {"label": "C", "value": "c"}]})
    };
    let lengths = json!({"minLength": 100, "maxLength": 50});
    let all = imported(&form(json!([
        boxes("more", json!({"minSelectedCount": 4})),
        boxes("less", json!({"minSelectedCount": 3, "maxSelectedCount": 2})),
        boxes("fits", json!({"minSelectedCount": 3, "maxSelectedCount": 9})),
        {"type": "textarea", "key": "t", "label": "T", "validate": lengths},
        {"type": "email", "key": "e", "label": "E", "validate": lengths},
        {"type": "textfield", "key": "l", "label": "L", "validate": lengths}
    ])));
    assert_eq!(kind(question(&all, "less"))["max"], 2);
    assert_eq!(kind(question(&all, "fits"))["min"], 3);
    assert!(question(&all, "t").valid_when.is_empty());
    assert_eq!(question(&all, "e").valid_when.len(), 1, "the larger one is carried");
    assert_eq!(
        told_sorted(&all),
        [
            ("/components/0/validate/minSelectedCount", "no_choice_fits"),
            ("/components/1/validate/minSelectedCount", "no_choice_fits"),
            ("/components/3", "no_text_fits"),
            ("/components/4", "no_text_fits"),
            ("/components/5", "no_text_fits"),
        ]
    );
}

#[test]
fn what_is_said_beside_a_question_is_carried_or_told() {
    let wizard = json!({"title": "Hall", "display": "wizard", "components": [
    {"type": "panel", "key": "one", "title": "One", "tooltip": "Only halls of the city", "components": [
        {"type": "textfield", "key": "ref", "label": "Reference", "description": "From your letter", "tooltip": "Two letters",
         "placeholder": "AB1234", "validate": {"patternMessage": "Two letters, please"}},
        {"type": "select", "key": "hall", "label": "Hall", "dataSrc": "json", "valueProperty": "id", "template": "<span>{{ item.name }} - {{ item.price }}</span>",
         "data": {"json": [{"id": "a", "name": "Town hall", "price": "£120"}, {"id": "b"}]}},
        {"type": "selectboxes", "key": "extras", "label": "Extras", "values": [{"label": "Chairs", "value": "ch"}],
         "defaultValue": {"ch": true}, "minSelectedCountMessage": "More"},
        {"type": "textfield", "key": "why", "label": "Why {{ data.hall }}?"},
        {"type": "file", "key": "docs", "label": "Papers", "fileTypes": [{"label": "Insurance", "value": "ins"}]},
        {"type": "datagrid", "key": "days", "label": "Days", "defaultValue": [{"day": "Saturday"}], "components": [{"type": "textfield", "key": "day", "label": "Day"}]},
        {"type": "datagrid", "key": "empty", "label": "Empty", "defaultValue": [{"day": "", "n": null, "b": {"x": false}}], "components": [{"type": "textfield", "key": "e", "label": "E"}]},
        {"type": "table", "key": "t", "header": ["Year", "Grant"], "caption": "Grants so far", "rows": [[{"components": [{"type": "number", "key": "y", "label": "Y"}]}]]},
        {"type": "signature", "key": "sig", "label": "Signature", "footer": "By signing you are liable."},
        {"type": "signature", "key": "plain", "label": "Signature", "footer": "Sign above"}
    ]}]});
    let all = imported(&wizard);
    let help = |id: &str| question(&all, id).help.as_ref().map(|help| help.en.as_str());
    assert_eq!(help("ref"), Some("From your letter\nTwo letters"));
    assert_eq!((help("sig"), help("plain")), (Some("By signing you are liable."), None));
    assert_eq!(question(&all, "note").label.en, "Grants so far");
    let page = &all.definition.pages[0];
    assert_eq!(
        page.help.as_ref().map(|help| help.en.as_str()),
        Some("Only halls of the city")
    );
    let options = kind(question(&all, "hall"))["options"].clone();
    assert_eq!(options[0]["label"]["en"], "Town hall - £120");
    let at = |place: &str| format!("/components/0/components/{place}");
    let told: Vec<(String, &str)> = told_sorted(&all)
        .into_iter()
        .map(|(path, code)| (path.to_owned(), code))
        .collect();
    let expected = [
        ("0/placeholder", "placeholder"),
        ("0/validate/patternMessage", "own_message"),
        ("1/data/json", "option_label"),
        ("2/defaultValue", "default_value"),
        ("2/minSelectedCountMessage", "own_message"),
        ("3/label", "template"),
        ("4", "file_rule"),
        ("4/fileTypes", "file_rule"),
        ("5/defaultValue", "default_value"),
        ("7/header", "table_header"),
    ]
    .map(|(place, code)| (at(place), code));
    assert_eq!(told, expected);
}

#[test]
fn a_computed_value_is_shown_as_the_source_shows_it() {
    let var = |key: &str| json!({"var": format!("data.{key}")});
    let all = imported(&form(json!([
        {"type": "number", "key": "area", "label": "Area"},
        {"type": "currency", "key": "fee", "label": "Fee", "currency": "GBP", "calculateValue": {"/": [var("area"), 3]}},
        {"type": "number", "key": "days", "label": "Days", "decimalLimit": 0, "suffix": "days", "calculateValue": {"max": [{"/": [var("area"), 3]}, 1]}},
        {"type": "number", "key": "sum", "label": "Sum", "calculateValue": {"/": [var("area"), 4]}},
        {"type": "number", "key": "some", "label": "Some", "decimalLimit": 2, "calculateValue": {"if": [{">": [var("area"), 5]}, var("area"), ""]}},
        {"type": "radio", "key": "band", "label": "Band", "values": [{"label": "Small farm", "value": "s"}, {"label": "Large farm", "value": "l"}],
         "calculateValue": {"if": [{">": [var("area"), 5]}, "l", "s"]}},
        {"type": "datetime", "key": "until", "label": "Until", "enableTime": false, "format": "yyyy-MM-dd", "calculateValue": var("start")},
        {"type": "datetime", "key": "start", "label": "Start", "enableTime": false, "format": "yyyy-MM-dd"}
    ])));
    let filling = filled(&all, &[("area", json!(10)), ("start", json!("2026-01-31"))]);
    let values = filling.computed_values();
    assert_eq!(values.get("fee"), Some(&json!(3.33)));
    assert_eq!(values.get("days"), Some(&json!(3)));
    assert_eq!(values.get("sum"), Some(&json!(2.5)));
    assert_eq!(kind(question(&all, "some"))["value"]["if"][2], "");
    assert_eq!(question(&all, "fee").label.en, "Fee (GBP)");
    assert_eq!(kind(question(&all, "until"))["format"], "date");
    assert_eq!(
        told_sorted(&all),
        [
            ("/components/1/currency", "affix"),
            ("/components/2/suffix", "affix"),
            ("/components/5", "option_label"),
        ]
    );
}

#[test]
fn files_of_any_type_are_told() {
    let file = |key: &str, pattern: &str| json!({"type": "file", "key": key, "label": key, "filePattern": pattern});
    let all = imported(&form(json!([
        file("a", ""),
        file("b", "*"),
        file("c", ".pdf, */*"),
        file("d", ".pdf")
    ])));
    let expected = ["/components/0", "/components/1", "/components/2"].map(|path| (path, "file_rule"));
    assert_eq!(told_sorted(&all), expected);
}

#[test]
fn a_message_of_its_own_check_is_said_and_not_told_as_lost() {
    let number = |key: &str, validate: Value| json!({"type": "number", "key": key, "label": key, "validate": validate});
    let over = |key: &str| json!({">": [{"var": format!("data.{key}")}, 5]});
    let all = imported(&form(json!([
        number(
            "a",
            json!({"required": false, "pattern": "", "json": over("a"), "customMessage": "Must be over 5"})
        ),
        number(
            "b",
            json!({"max": 9, "json": over("b"), "customMessage": "From 6 to 9"})
        ),
        number("c", json!({"max": 9, "customMessage": "At most 9"})),
    ])));
    let filling = filled(&all, &[("a", json!(5))]);
    let errors = filling.errors();
    assert_eq!(errors.len(), 1);
    assert_eq!(
        filling.message(&errors[0], onehall_protocol::Language::En),
        "Must be over 5"
    );
    assert_eq!(
        told_sorted(&all),
        [
            ("/components/1/validate/customMessage", "own_message"),
            ("/components/2/validate/customMessage", "own_message"),
        ]
    );
}
