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
