//! Conditions as the source's renderer decides them, and what is told where it cannot be said.

use serde_json::{Value, json};

use crate::support::{filled, imported, is_shown, told_sorted};
use crate::{checkbox, form, radio, text, with};

pub(crate) fn when(key: &str, conditional: Value) -> Value {
    with(text(key), "conditional", conditional)
}

#[test]
fn a_hidden_value_is_there_only_where_its_condition_holds() {
    let all = imported(&form(json!([
        radio("a"),
        {"type": "hidden", "key": "flag", "defaultValue": "on", "conditional": {"show": true, "when": "a", "eq": "b"}},
        when("x", json!({"show": true, "when": "flag", "eq": "on"}))
    ])));
    assert!(is_shown(&all, "x", &[("a", json!("b"))]));
    assert!(!is_shown(&all, "x", &[("a", json!("a"))]) && !is_shown(&all, "x", &[]));
}

#[test]
fn of_several_questions_with_one_key_the_one_is_read_that_the_source_reads() {
    let inner = |components: Value| json!({"type": "container", "key": "con", "components": components});
    let all = imported(&form(json!([
        inner(json!([
            text("z"),
            when("in", json!({"show": true, "when": "z", "eq": "1"}))
        ])),
        text("z"),
        when("y", json!({"show": true, "when": "z", "eq": "1"})),
        when("w", json!({"show": true, "when": "con.z", "eq": "1"})),
        when("v", json!({"json": {"==": [{"var": "data.z"}, "1"]}}))
    ])));
    let (first, second) = ([("z", json!("1"))], [("z_2", json!("1"))]);
    assert!(
        is_shown(&all, "y", &second) && !is_shown(&all, "y", &first),
        "the outermost"
    );
    assert!(
        is_shown(&all, "v", &second) && !is_shown(&all, "v", &first),
        "the outermost"
    );
    assert!(
        is_shown(&all, "w", &first) && !is_shown(&all, "w", &second),
        "by its path"
    );
    assert!(
        is_shown(&all, "in", &first) && !is_shown(&all, "in", &second),
        "the data around"
    );
    // A path that is nowhere is no other question with the same end.
    let all = imported(&form(json!([
        inner(json!([text("z")])),
        text("z"),
        when("y", json!({"show": true, "when": "other.z", "eq": "1"}))
    ])));
    assert!(is_shown(&all, "y", &[]));
    assert_eq!(
        told_sorted(&all),
        [("/components/2/conditional", "condition_not_carried")]
    );
}

#[test]
fn show_turns_a_condition_round_unless_it_is_true() {
    let show = |show: Value| {
        let all = imported(&form(json!([
            text("a"),
            when("x", json!({"show": show, "when": "a", "eq": "1"})),
            when(
                "y",
                json!({"show": show, "conditions": [{"component": "a", "operator": "isEqual", "value": "1"}]})
            ),
        ])));
        ["x", "y"].map(|id| {
            (
                is_shown(&all, id, &[("a", json!("1"))]),
                is_shown(&all, id, &[("a", json!("2"))]),
            )
        })
    };
    for is_true in [json!(true), json!("true")] {
        assert_eq!(show(is_true), [(true, false); 2]);
    }
    for is_not in [json!(false), json!("false"), json!(null), json!("")] {
        assert_eq!(show(is_not.clone()), [(false, true); 2], "{is_not}");
    }
    // What is not there is true in the newer form alone.
    let all = imported(&form(json!([
        text("a"),
        when("x", json!({"when": "a", "eq": "1"})),
        when(
            "y",
            json!({"conditions": [{"component": "a", "operator": "isEqual", "value": "1"}]})
        ),
    ])));
    let one = [("a", json!("1"))];
    assert!(!is_shown(&all, "x", &one) && is_shown(&all, "y", &one));
    // An empty `eq` is an empty answer.
    let all = imported(&form(json!([
        text("a"),
        when("x", json!({"show": null, "when": "a", "eq": ""}))
    ])));
    assert!(is_shown(&all, "x", &one) && !is_shown(&all, "x", &[]));
}

#[test]
fn of_several_sorts_of_conditions_one_is_asked() {
    let json = json!({"==": [{"var": "data.a"}, "b"]});
    let all = imported(&form(json!([
        radio("a"),
        when("x", json!({"show": true, "when": "a", "eq": "a", "json": json})),
        when("y", json!({"show": true, "when": "a", "eq": "a", "conditions": []})),
        when(
            "z",
            json!({"show": true, "conditions": [{"component": "", "operator": ""}], "json": json})
        ),
        with(
            when("c", json!({"show": true, "when": "a", "eq": "a"})),
            "customConditional",
            json!("show = false")
        )
    ])));
    let shown = |id: &str| {
        (
            is_shown(&all, id, &[("a", json!("a"))]),
            is_shown(&all, id, &[("a", json!("b"))]),
        )
    };
    assert_eq!(
        (shown("x"), shown("y"), shown("z")),
        ((true, false), (true, false), (false, true))
    );
    assert_eq!(shown("c"), (true, true), "JavaScript comes first, and is not carried");
    assert_eq!(told_sorted(&all), [("/components/4/customConditional", "javascript")]);
}

#[test]
fn a_point_in_time_and_a_list_are_compared_with_nothing() {
    let boxes = json!({"type": "selectboxes", "key": "s", "label": "S", "values": [{"label": "A", "value": "a"}, {"label": "B", "value": "b"}]});
    let one = |component: &str, operator: &str, value: Value| json!({"show": true, "conditions": [{"component": component, "operator": operator, "value": value}]});
    let all = imported(&form(json!([
        {"type": "datetime", "key": "d", "label": "D"}, boxes,
        when("x", one("d", "dateLessThanOrEqual", json!("2020-05-05T00:00:00Z"))),
        when("y", json!({"json": {"<": [{"var": "data.d"}, "2020-05-05T00:00:00Z"]}})),
        when("z", one("s", "isEqual", json!({"a": true, "b": false}))),
        when("w", one("d", "isEmpty", json!(null)))
    ])));
    for id in ["x", "y", "z"] {
        assert!(is_shown(&all, id, &[("d", json!("2026-05-05 10:00"))]), "{id}");
    }
    assert!(is_shown(&all, "w", &[]) && !is_shown(&all, "w", &[("d", json!("2026-05-05 10:00"))]));
    assert_eq!(
        told_sorted(&all),
        [
            ("/components/0", "date_time_as_text"),
            ("/components/2/conditional", "condition_not_carried"),
            ("/components/3/conditional/json", "condition_not_carried"),
            ("/components/4/conditional", "condition_not_carried"),
        ]
    );
}

#[test]
fn a_tab_has_conditions_of_its_own() {
    let tab = |key: &str, more: Value| {
        let mut tab = json!({"label": key, "key": key, "components": [text(&format!("in{key}"))]});
        for (name, value) in more.as_object().into_iter().flatten() {
            tab[name] = value.clone();
        }
        tab
    };
    let one = tab("one", json!({"conditional": {"show": true, "when": "a", "eq": "b"}}));
    let two = tab("two", json!({"customConditional": "show = false"}));
    let all = imported(&form(
        json!([radio("a"), {"type": "tabs", "key": "tabs", "components": [one, two]}]),
    ));
    assert!(is_shown(&all, "inone", &[("a", json!("b"))]) && !is_shown(&all, "inone", &[("a", json!("a"))]));
    assert!(is_shown(&all, "intwo", &[]));
    assert_eq!(
        told_sorted(&all),
        [("/components/1/components/1/customConditional", "javascript")]
    );
}

#[test]
fn a_box_that_nobody_sees_is_not_false() {
    let is_false = |key: &str| json!({"show": true, "when": key, "eq": "false"});
    let of_a = json!({"show": true, "when": "a", "eq": "a"});
    let all = imported(&form(json!([
        radio("a"),
        with(checkbox("lic"), "conditional", of_a.clone()),
        with(with(text("why"), "validate", json!({"required": true})), "conditional", is_false("lic")),
        when("not", json!({"show": true, "conditions": [{"component": "lic", "operator": "isNotEqual", "value": false}]})),
        when("json", json!({"json": {"==": [{"var": "data.lic"}, false]}})),
        with(json!({"type": "fieldset", "key": "f", "legend": "F", "components": [checkbox("in"), when("beside", is_false("in"))]}),
            "conditional", of_a.clone()),
        when("outside", is_false("in")),
        checkbox("seen"),
        when("plain", is_false("seen")),
        {"type": "datagrid", "key": "d", "label": "D", "components": [
            radio("r"), with(checkbox("box"), "conditional", json!({"show": true, "when": "d.r", "eq": "a"})), when("x", is_false("d.box"))]}
    ])));
    assert_eq!(told_sorted(&all), []);
    let shown = |id: &str, answers: &[(&str, Value)]| is_shown(&all, id, answers);
    let (hidden, seen) = ([("a", json!("b"))], [("a", json!("a"))]);
    let ticked = [("a", json!("a")), ("lic", json!(true)), ("in", json!(true))];
    for id in ["why", "json", "outside"] {
        assert!(!shown(id, &[]) && !shown(id, &hidden), "{id}: nobody sees the box");
        assert!(shown(id, &seen) && !shown(id, &ticked), "{id}");
    }
    assert!(shown("not", &hidden) && !shown("not", &seen) && shown("not", &ticked));
    assert!(shown("beside", &seen) && !shown("beside", &ticked));
    assert!(shown("plain", &[]) && !shown("plain", &[("seen", json!(true))]));
    let row = |r: &str, ticked: bool| {
        let rows = [("d", json!(["r1"])), ("d/r1/r", json!(r)), ("d/r1/box", json!(ticked))];
        is_shown(&all, "d/r1/x", if ticked { &rows } else { &rows[..2] })
    };
    assert!(!row("b", false) && row("a", false) && !row("a", true));
}

#[test]
fn a_box_that_is_not_ticked_is_empty() {
    let asks = |operator: &str| json!({"show": true, "conditions": [{"component": "box", "operator": operator}]});
    let all = imported(&form(json!([
        checkbox("box"),
        when("some", asks("isNotEmpty")),
        when("none", asks("isEmpty"))
    ])));
    for (answers, expected) in [
        (vec![], (false, true)),
        (vec![("box", json!(false))], (false, true)),
        (vec![("box", json!(true))], (true, false)),
    ] {
        let found = (is_shown(&all, "some", &answers), is_shown(&all, "none", &answers));
        assert_eq!(found, expected, "{answers:?}");
    }
}

#[test]
fn it_is_told_where_a_rule_takes_for_true_what_is_always_there_in_the_source() {
    let var = |key: &str| json!({"var": format!("data.{key}")});
    let logic = |key: &str, rule: Value| when(key, json!({"json": rule}));
    let grid = |key: &str| json!({"type": "datagrid", "key": key, "label": key, "components": [text("x")]});
    let all = imported(&form(json!([
        options("selectboxes", "boxes", &["a", "b"]),
        grid("rows"),
        with(grid("none"), "initEmpty", json!(true)),
        text("t"),
        logic("no_box", json!({"!": [var("boxes")]})),
        logic("some_row", var("rows")),
        logic(
            "either",
            json!({"==": [{"if": [{"and": [var("t"), var("boxes")]}, 1, 2]}, 1]})
        ),
        logic("empty", json!({"!": [var("none")]})),
        logic("one_box", json!({"!": [var("boxes.a")]})),
        logic("among", json!({"!": [{"in": ["a", var("boxes")]}]})),
        logic(
            "each",
            json!({"!": [{"some": [var("rows"), {"==": [{"var": "x"}, "1"]}]}]})
        )
    ])));
    assert!(is_shown(&all, "no_box", &[]) && !is_shown(&all, "no_box", &[("boxes", json!(["a"]))]));
    assert!(!is_shown(&all, "some_row", &[]) && is_shown(&all, "some_row", &[("rows", json!(["r"]))]));
    let expected = [4, 5, 6].map(|at| (format!("/components/{at}/conditional/json"), "odd_condition"));
    let told: Vec<(String, &str)> = told_sorted(&all)
        .iter()
        .map(|(path, code)| ((*path).to_owned(), *code))
        .collect();
    assert_eq!(told, expected);
}

#[test]
fn of_two_questions_with_one_key_json_logic_asks_the_one_that_is_there() {
    let country = |of: &str| {
        let required = with(text("country"), "validate", json!({"required": true}));
        with(required, "conditional", json!({"show": true, "when": "p", "eq": of}))
    };
    let uk = |operator: &str| json!({"json": {operator: [{"var": "data.country"}, "UK"]}});
    let all = imported(&form(json!([
        radio("p"),
        country("a"),
        country("b"),
        when("is", uk("==")),
        when("is_not", uk("!=")),
        when("in", json!({"json": {"in": ["K", {"var": "data.country"}]}})),
        when("none", json!({"json": {"==": [{"var": "data.country"}, ""]}})),
        when("older", json!({"show": false, "when": "country", "eq": "UK"})),
        when(
            "newer",
            json!({"show": true, "conditions": [{"component": "country", "operator": "isNotEqual", "value": "UK"}]})
        )
    ])));
    assert_eq!(told_sorted(&all), []);
    for (page, id) in [("a", "country"), ("b", "country_2")] {
        let shown = |country: &str| {
            let answers = [("p", json!(page)), (id, json!(country))];
            ["is", "is_not", "in", "none", "older", "newer"].map(|id| is_shown(&all, id, &answers))
        };
        assert_eq!(shown("UK"), [true, false, true, false, false, false], "{page}");
        assert_eq!(shown("FR"), [false, true, false, false, true, true], "{page}");
    }
    assert!(is_shown(&all, "none", &[]));
}

/// A list of options whose values read as these.
pub(crate) fn options(kind: &str, key: &str, values: &[&str]) -> Value {
    let values: Vec<Value> = values
        .iter()
        .map(|value| json!({"label": value, "value": value}))
        .collect();
    json!({"type": kind, "key": key, "label": key, "values": values, "data": {"values": values}})
}

#[test]
fn an_option_that_reads_as_false_or_as_nothing_is_not_true() {
    let logic = |key: &str, rule: Value| when(key, json!({"json": rule}));
    let partner = json!({"var": "data.partner"});
    for kind in ["radio", "select"] {
        let all = imported(&form(json!([
            options(kind, "partner", &["true", "false"]),
            options(kind, "kids", &["0", "1", "2"]),
            logic("is", partner.clone()),
            logic("not", json!({"!": [partner]})),
            logic("twice", json!({"!!": [partner]})),
            logic("both", json!({"and": [{"var": "data.kids"}, partner]})),
            logic("one", json!({"or": [{"var": "data.kids"}, partner]})),
            logic("else", json!({"if": [partner, {"var": "data.kids"}, true]})),
            {"type": "number", "key": "rate", "label": "Rate", "calculateValue": {"if": [partner, 150, 100]}},
            {"type": "hidden", "key": "copy", "calculateValue": {"and": [{"var": "data.kids"}, partner]}},
            when("of_copy", json!({"show": true, "when": "copy", "eq": "true"})),
        ])));
        assert_eq!(told_sorted(&all), []);
        let ids = ["is", "not", "twice", "both", "one", "else", "of_copy"];
        let shown = |partner: &str, kids: &str| {
            let filling = filled(&all, &[("partner", json!(partner)), ("kids", json!(kids))]);
            let rate = filling.computed_values().get("rate").cloned();
            (ids.map(|id| filling.question(id).is_some()), rate)
        };
        assert_eq!(
            shown("true", "1"),
            ([true, false, true, true, true, true, true], Some(json!(150)))
        );
        assert_eq!(
            shown("true", "0"),
            ([true, false, true, false, true, false, false], Some(json!(150)))
        );
        assert_eq!(
            shown("false", "2"),
            ([false, true, false, false, true, true, false], Some(json!(100)))
        );
        assert_eq!(
            shown("false", "0"),
            ([false, true, false, false, false, true, false], Some(json!(100)))
        );
        assert!(is_shown(&all, "not", &[]) && !is_shown(&all, "is", &[]));
    }
}

#[test]
fn options_that_stay_texts_are_true_whatever_they_say() {
    let survey = json!({"type": "survey", "key": "s", "label": "S", "questions": [{"label": "Q", "value": "q"}], "values": [{"label": "None", "value": "0"}]});
    let all = imported(&form(json!([
        with(options("radio", "r", &["true", "false"]), "dataType", json!("string")),
        survey,
        when("of_r", json!({"json": {"var": "data.r"}})),
        when("of_s", json!({"json": {"var": "data.s.q"}}))
    ])));
    assert!(is_shown(&all, "of_r", &[("r", json!("false"))]) && !is_shown(&all, "of_r", &[]));
    assert!(is_shown(&all, "of_s", &[("s_q", json!("0"))]) && !is_shown(&all, "of_s", &[]));
}

#[test]
fn in_rows_too_an_option_that_reads_as_false_is_not_true() {
    let of_rows = |operator: &str| json!({"json": {operator: [{"var": "data.d"}, {"var": "r"}]}});
    let all = imported(&form(json!([
        {"type": "datagrid", "key": "d", "label": "D", "components": [
            options("radio", "r", &["true", "false"]), when("x", json!({"json": {"var": "row.r"}}))]},
        when("some", of_rows("some")),
        when("all", of_rows("all")),
        when("none", of_rows("none"))
    ])));
    let shown = |answers: [Option<&str>; 2]| {
        let mut rows = vec![("d", json!(["r1", "r2"]))];
        for (path, answer) in ["d/r1/r", "d/r2/r"].into_iter().zip(answers) {
            rows.extend(answer.map(|answer| (path, json!(answer))));
        }
        ["some", "all", "none", "d/r1/x"].map(|id| is_shown(&all, id, &rows))
    };
    assert_eq!(shown([Some("true"), Some("true")]), [true, true, false, true]);
    assert_eq!(shown([Some("true"), Some("false")]), [true, false, false, true]);
    assert_eq!(shown([Some("false"), Some("false")]), [false, false, true, false]);
    assert_eq!(shown([Some("false"), None]), [false, false, true, false]);
}

#[test]
fn a_hidden_truth_value_is_asked_for_as_one() {
    let eligible = json!({"and": [{"==": [{"var": "data.r"}, "a"]}, {">=": [{"var": "data.age"}, 18]}]});
    let is = |key: &str, eq: Value| json!({"show": true, "when": key, "eq": eq});
    let several = |value: Value| json!({"show": true, "conditions": [{"component": "eligible", "operator": "isEqual", "value": value}]});
    let all = imported(&form(json!([
        radio("r"),
        {"type": "number", "key": "age", "label": "Age"},
        {"type": "hidden", "key": "again", "calculateValue": {"or": [{"var": "data.eligible"}, false]}},
        {"type": "hidden", "key": "eligible", "defaultValue": "no", "calculateValue": eligible},
        {"type": "hidden", "key": "on", "defaultValue": true},
        {"type": "hidden", "key": "off", "defaultValue": false},
        {"type": "hidden", "key": "either", "calculateValue": {"if": [{"var": "data.eligible"}, true, "no"]}},
        when("text", is("eligible", json!("true"))),
        when("flag", several(json!(true))),
        when("written", several(json!("true"))),
        when("json", json!({"json": {"==": [{"var": "data.eligible"}, true]}})),
        when("copied", is("again", json!("true"))),
        when("maybe", is("either", json!("true"))),
        when("not", json!({"show": false, "when": "eligible", "eq": "true"})),
        when("false", is("eligible", json!("false"))),
        when("always", is("on", json!("true"))),
        when("never", is("off", json!("true")))
    ])));
    assert_eq!(told_sorted(&all), []);
    let shown = |answers: &[(&str, Value)]| {
        let yes = ["text", "flag", "written", "json", "copied", "maybe"].map(|id| is_shown(&all, id, answers));
        let no = ["not", "false"].map(|id| is_shown(&all, id, answers));
        (yes, no)
    };
    assert_eq!(shown(&[("r", json!("a")), ("age", json!(18))]), ([true; 6], [false; 2]));
    for answers in [
        vec![("r", json!("a")), ("age", json!(17))],
        vec![("r", json!("b")), ("age", json!(18))],
        vec![("r", json!("a"))],
        vec![],
    ] {
        assert_eq!(shown(&answers), ([false; 6], [true; 2]), "{answers:?}");
    }
    assert!(is_shown(&all, "always", &[]) && !is_shown(&all, "never", &[]));
}

#[test]
fn a_choice_of_yes_and_no_is_like_a_box() {
    let same = json!({"==": [{"var": "data.r"}, {"var": "data.box"}]});
    let all = imported(&form(json!([
        options("radio", "r", &["true", "false"]),
        options("radio", "n", &["0", "1"]),
        checkbox("box"),
        {"type": "number", "key": "count", "label": "N"},
        when("same", json!({"json": same})),
        when("number", json!({"json": {"==": [{"var": "data.n"}, {"var": "data.count"}]}})),
        when("between", json!({"json": {"in": [{"var": "data.r"}, [true]]}}))
    ])));
    let shown = |answers: &[(&str, Value)]| is_shown(&all, "same", answers);
    assert!(shown(&[("r", json!("true")), ("box", json!(true))]) && !shown(&[("r", json!("true"))]));
    assert!(shown(&[("r", json!("false"))]) && shown(&[("r", json!("false")), ("box", json!(false))]));
    assert!(!shown(&[("r", json!("false")), ("box", json!(true))]));
    assert!(is_shown(&all, "number", &[("n", json!("0")), ("count", json!(0))]));
    assert!(!is_shown(&all, "number", &[("n", json!("1")), ("count", json!(0))]));
    assert!(is_shown(&all, "between", &[("r", json!("true"))]) && !is_shown(&all, "between", &[("r", json!("false"))]));
}

#[test]
fn a_day_is_taken_apart_as_the_source_writes_it() {
    let day = |key: &str| json!({"type": "day", "key": key, "label": key});
    let part = |key: &str, from: i8, length: Option<u8>| match length {
        Some(length) => json!({"substr": [{"var": format!("data.{key}")}, from, length]}),
        None => json!({"substr": [{"var": format!("data.{key}")}, from]}),
    };
    let logic = |key: &str, rule: Value| when(key, json!({"json": rule}));
    let all = imported(&form(json!([
        day("dob"),
        with(day("first"), "dayFirst", json!(true)),
        {"type": "datetime", "key": "d", "label": "D", "enableTime": false, "format": "yyyy-MM-dd"},
        {"type": "number", "key": "year", "label": "Year", "calculateValue": part("dob", 6, Some(4))},
        logic("old", json!({"<": [part("dob", -4, None), "1960"]})),
        logic("december", json!({"==": [part("dob", 0, Some(2)), "12"]})),
        logic("of_month", json!({"==": [part("first", 3, Some(2)), "12"]})),
        logic("said", json!({"==": [{"cat": ["on ", {"var": "data.dob"}]}, "on 12/05/1959"]})),
        logic("there", json!({"in": ["/1959", {"var": "data.dob"}]})),
        logic("other", json!({"==": [part("d", 0, Some(4)), "1959"]})),
        logic("later", json!({">": [{"var": "data.dob"}, {"var": "data.d"}]})),
        {"type": "day", "key": "m", "label": "M", "fields": {"day": {"hide": true}}},
        logic("month", json!({"==": [part("m", 0, Some(2)), "12"]}))
    ])));
    assert_eq!(
        told_sorted(&all),
        [
            ("/components/11", "month_as_text"),
            ("/components/12/conditional/json", "condition_not_carried")
        ]
    );
    let shown = |day: &str| {
        let filling = filled(
            &all,
            &[("dob", json!(day)), ("first", json!(day)), ("d", json!("1959-12-01"))],
        );
        let ids = ["old", "december", "of_month", "said", "there", "other", "later"];
        let year = filling.computed_values().get("year").cloned();
        (ids.map(|id| filling.question(id).is_some()), year)
    };
    assert_eq!(shown("1959-12-05"), ([true; 7], Some(json!("1959"))));
    assert_eq!(
        shown("1990-05-17"),
        ([false, false, false, false, false, true, true], Some(json!("1990")))
    );
}

#[test]
fn a_day_is_compared_with_one_that_is_written_as_the_source_writes_it() {
    let one = |key: &str, component: &str, operator: &str, value: &str| {
        let condition = json!({"component": component, "operator": operator, "value": value});
        when(key, json!({"show": true, "conditions": [condition]}))
    };
    let logic =
        |key: &str, operator: &str, value: &str| when(key, json!({"json": {operator: [{"var": "data.born"}, value]}}));
    let all = imported(&form(json!([
        {"type": "day", "key": "born", "label": "Born"},
        {"type": "day", "key": "first", "label": "First", "dayFirst": true},
        one("later", "born", "dateGreaterThan", "05/17/2008"),
        one("until", "first", "dateLessThanOrEqual", "17/05/2008"),
        one("other", "born", "isNotDateEqual", "05/17/2008"),
        when("older", json!({"show": true, "when": "born", "eq": "05/17/2008"})),
        logic("same", "==", "05/17/2008"),
        logic("not", "!=", "05/17/2008"),
        // The source would go by the signs; and this is no day at all.
        logic("signs", "<", "05/17/2008"),
        logic("none", "==", "00/00/0000")
    ])));
    assert_eq!(
        told_sorted(&all),
        [
            ("/components/8/conditional/json", "condition_not_carried"),
            ("/components/9/conditional/json", "condition_not_carried"),
        ]
    );
    let shown = |day: &str| {
        let answers = [("born", json!(day)), ("first", json!(day))];
        ["later", "until", "other", "older", "same", "not"].map(|id| is_shown(&all, id, &answers))
    };
    assert_eq!(shown("2008-05-16"), [false, true, true, false, false, true]);
    assert_eq!(shown("2008-05-17"), [false, true, false, true, true, false]);
    assert_eq!(shown("2009-01-02"), [true, false, true, false, false, true]);
}

#[test]
fn an_answer_that_is_there_differs_from_one_that_is_not() {
    let differ = json!({"!=": [{"var": "data.a"}, {"var": "data.b"}]});
    let check = json!({"if": [differ, "Write the same twice", true]});
    let all = imported(&form(json!([
        text("a"),
        with(text("b"), "validate", json!({"json": check})),
        when("differ", json!({"json": differ})),
        when("same", json!({"json": {"!": [differ]}}))
    ])));
    let shown = |answers: &[(&str, Value)]| {
        let filling = filled(&all, answers);
        let shown = ["differ", "same"].map(|id| filling.question(id).is_some());
        (shown, filling.errors().len())
    };
    let (a, b) = (("a", json!("x")), ("b", json!("y")));
    assert_eq!(shown(&[]), ([false, true], 0));
    assert_eq!(
        shown(std::slice::from_ref(&a)),
        ([true, false], 0),
        "what is not answered is not checked"
    );
    assert_eq!(shown(std::slice::from_ref(&b)), ([true, false], 1));
    assert_eq!(shown(&[a.clone(), b]), ([true, false], 1));
    assert_eq!(shown(&[a, ("b", json!("x"))]), ([false, true], 0));
}
