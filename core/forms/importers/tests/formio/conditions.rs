//! Conditions as the source's renderer decides them, and what is told where it cannot be said.

use serde_json::{Value, json};

use crate::support::{filled, imported, is_shown, kind, question, told_sorted};
use crate::{checkbox, form, radio, text, with};

fn when(key: &str, conditional: Value) -> Value {
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
fn what_cannot_be_calculated_is_asked() {
    let sum = json!({"+": [{"var": "data.n"}, 1]});
    let all = imported(&form(json!([
        {"type": "number", "key": "n", "label": "N"},
        {"type": "phoneNumber", "key": "c", "label": "C", "validate": {"required": true}, "calculateValue": {"unknownop": [1]}},
        {"type": "number", "key": "s", "label": "S", "calculateValue": sum, "validate": {"max": 10, "required": true}},
        checkbox("k"),
        when("x", json!({"show": true, "when": "s", "eq": "4"}))
    ])));
    assert_eq!(
        (kind(question(&all, "c"))["kind"].as_str(), question(&all, "c").required),
        (Some("text"), true)
    );
    let faults = |n: u32| {
        let filling = crate::support::filled(&all, &[("n", json!(n)), ("c", json!("123 456"))]);
        filling
            .errors()
            .iter()
            .map(|error| error.path.clone())
            .collect::<Vec<_>>()
    };
    assert_eq!(faults(9), Vec::<String>::new());
    assert_eq!(faults(10), ["s"]);
    assert!(is_shown(&all, "x", &[("n", json!(3))]) && !is_shown(&all, "x", &[("n", json!(4))]));
    assert_eq!(
        told_sorted(&all),
        [
            ("/components/1", "phone_as_text"),
            ("/components/1/calculateValue", "rule_not_carried"),
            ("/components/2/validate/required", "computed_value"),
        ]
    );
}

#[test]
fn a_sum_adds_up_all_rows_and_all_values() {
    let var = |name: &str| json!({"var": name});
    let number = |key: &str| json!({"type": "number", "key": key, "label": key});
    let computed = |key: &str, rule: Value| with(number(key), "calculateValue", json!({"_sum": rule}));
    let of = |rows: &str, each: &str| json!({"map": [var(rows), var(each)]});
    let required =
        |key: &str, rule: Value| with(when(key, json!({"json": rule})), "validate", json!({"required": true}));
    let all = imported(&form(json!([
        {"type": "datagrid", "key": "inv", "label": "Invoices", "components": [
            number("amt"),
            {"type": "datagrid", "key": "parts", "label": "Parts", "components": [number("n")]},
            computed("line", of("row.parts", "n"))
        ]},
        with(computed("total", of("data.inv", "amt")), "validate", json!({"max": 5000})),
        required("why", json!({">": [var("data.total"), 1000]})),
        computed("lines", of("data.inv", "line")),
        number("a"),
        number("b"),
        computed("written", json!([[var("data.a"), var("data.b"), 1]])),
        computed("merged", json!({"merge": [var("data.a"), of("data.inv", "amt")]})),
        computed("odd", json!([var("data.inv")]))
    ])));
    assert_eq!(
        told_sorted(&all),
        [("/components/8/calculateValue", "rule_not_carried")],
        "rows are no numbers"
    );
    let sums = |answers: &[(&str, Value)]| {
        let filling = filled(&all, answers);
        let sum = |id: &str| filling.computed_values().get(id).cloned().unwrap_or_default();
        let paths: Vec<String> = filling.errors().iter().map(|error| error.path.clone()).collect();
        (["total", "lines", "written", "merged"].map(sum), paths)
    };
    let numbers = |numbers: [i32; 4]| numbers.map(|number| json!(number));
    assert_eq!(sums(&[]), (numbers([0, 0, 1, 0]), vec![]));
    let mut answers = vec![("inv", json!(["x", "y"])), ("inv/x/amt", json!(4000)), ("a", json!(5))];
    assert_eq!(sums(&answers), (numbers([4000, 0, 6, 4005]), vec!["why".to_owned()]));
    answers.extend([
        ("inv/y/amt", json!(4000)),
        ("b", json!(7)),
        ("inv/x/parts", json!(["p", "q", "r"])),
        ("inv/x/parts/p/n", json!(2)),
        ("inv/x/parts/q/n", json!(3)),
        ("inv/y/parts", json!(["p"])),
        ("inv/y/parts/p/n", json!(4)),
    ]);
    let (found, mut paths) = sums(&answers);
    paths.sort_unstable();
    assert_eq!(
        (found, paths),
        (numbers([8000, 9, 13, 8005]), vec!["total".to_owned(), "why".to_owned()])
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

#[test]
fn a_text_that_is_put_together_leaves_out_what_is_not_answered() {
    let var = |key: &str| json!({"var": key});
    let name = json!({"cat": [var("data.first"), " ", var("data.middle"), " ", var("data.last")]});
    let list = json!({"reduce": [var("data.g"), {"cat": [var("accumulator"), var("current.x"), ";"]}, ""]});
    let all = imported(&form(json!([
        text("first"),
        text("middle"),
        text("last"),
        {"type": "datagrid", "key": "g", "label": "G", "components": [text("x")]},
        {"type": "day", "key": "d", "label": "D"},
        with(text("full"), "calculateValue", name),
        with(text("list"), "calculateValue", list),
        with(text("born"), "calculateValue", json!({"cat": ["born ", var("data.d")]})),
        when("badge", json!({"json": {"!": [var("data.full")]}}))
    ])));
    assert_eq!(told_sorted(&all), []);
    let names = [("first", json!("A")), ("last", json!("B"))];
    let texts = |answers: &[(&str, Value)]| {
        let values = filled(&all, answers).computed_values();
        ["full", "list", "born"].map(|id| values.get(id).cloned().unwrap_or_default())
    };
    assert_eq!(texts(&names), [json!("A  B"), json!(""), json!("born ")]);
    assert!(!is_shown(&all, "badge", &names) && !is_shown(&all, "badge", &[]));
    let rows = [
        ("g", json!(["p", "q"])),
        ("g/q/x", json!("y")),
        ("d", json!("1990-05-17")),
    ];
    assert_eq!(texts(&rows), [json!("  "), json!(";y;"), json!("born 05/17/1990")]);
}

/// A list of options whose values read as these.
fn options(kind: &str, key: &str, values: &[&str]) -> Value {
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
fn an_or_gives_its_last_part_where_those_before_it_are_not_answered() {
    let or_nothing = |key: &str| json!({"or": [{"var": format!("data.{key}")}, 0]});
    let number = |key: &str| json!({"type": "number", "key": key, "label": key});
    let all = imported(&form(json!([
        number("own"),
        number("partner"),
        with(
            number("both"),
            "calculateValue",
            json!({"+": [or_nothing("own"), or_nothing("partner")]})
        ),
        when("hardship", json!({"json": {"<": [{"var": "data.both"}, 1000]}})),
        when("few", json!({"json": {"<": [or_nothing("partner"), 5]}})),
        text("nick"),
        text("name"),
        with(
            text("called"),
            "calculateValue",
            json!({"or": [{"var": "data.nick"}, {"var": "data.name"}]})
        ),
    ])));
    assert_eq!(told_sorted(&all), []);
    let found = |answers: &[(&str, Value)]| {
        let filling = filled(&all, answers);
        let shown = ["hardship", "few"].map(|id| filling.question(id).is_some());
        (shown, filling.computed_values().get("both").cloned())
    };
    assert_eq!(found(&[]), ([true, true], Some(json!(0))));
    assert_eq!(found(&[("own", json!(500))]), ([true, true], Some(json!(500))));
    let two = [("own", json!(500)), ("partner", json!(600))];
    assert_eq!(found(&two), ([false, false], Some(json!(1100))));
    let called = |answers: &[(&str, Value)]| filled(&all, answers).computed_values().get("called").cloned();
    assert_eq!(called(&[("name", json!("Li"))]), Some(json!("Li")));
    assert_eq!(called(&[("name", json!("Li")), ("nick", json!("L"))]), Some(json!("L")));
    assert_eq!(called(&[]), Some(json!(null)));
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
fn a_check_of_a_computed_value_asks_nothing_of_who_has_none() {
    let share = json!({"type": "number", "key": "share", "label": "Share"});
    let sum =
        json!({"reduce": [{"var": "data.partners"}, {"+": [{"var": "accumulator"}, {"var": "current.share"}]}, 0]});
    let double = json!({"*": [{"var": "row.share"}, 2]});
    let most = json!({"<=": [{"var": "row.double"}, 120]});
    let check = json!({"if": [{"==": [{"var": "data.shares"}, 100]}, true, "All shares make 100"]});
    let all = imported(&form(json!([
        radio("r"),
        {"type": "datagrid", "key": "partners", "label": "Partners", "conditional": {"show": true, "when": "r", "eq": "b"}, "components": [
            share, {"type": "number", "key": "double", "label": "D", "calculateValue": double, "validate": {"json": most}}]},
        {"type": "number", "key": "shares", "label": "Shares", "calculateValue": sum, "validate": {"json": check}}
    ])));
    let wrong = |answers: &[(&str, Value)]| filled(&all, answers).errors().len();
    assert_eq!(wrong(&[("r", json!("a"))]), 0, "who has no partners");
    let partners = |share: u32| {
        [
            ("r", json!("b")),
            ("partners", json!(["p"])),
            ("partners/p/share", json!(share)),
        ]
    };
    assert_eq!(
        (wrong(&partners(100)), wrong(&partners(60)), wrong(&partners(50))),
        (1, 1, 1)
    );
    let said = filled(&all, &partners(50));
    assert_eq!(said.errors()[0].path, "shares");
    assert_eq!(filled(&all, &partners(100)).errors()[0].path, "partners/p/double");
}

#[test]
fn a_check_may_call_its_own_answer_input() {
    let checked = |component: Value, rule: Value, message: &str| {
        with(component, "validate", json!({"json": {"if": [rule, true, message]}}))
    };
    let number = |key: &str| json!({"type": "number", "key": key, "label": key});
    let (input, limit) = (json!({"var": "input"}), json!({"var": "data.limit"}));
    let boxes = json!({"type": "selectboxes", "key": "s", "label": "S", "values": [{"label": "A", "value": "a"}, {"label": "B", "value": "b"}]});
    let all = imported(&form(json!([
        checked(text("name"), json!({"===": [input, "Bob"]}), "Your name must be Bob"),
        number("limit"),
        checked(boxes, json!({"!": [{"and": [{"var": "input.a"}, {"var": "input.b"}]}]}), "One of them"),
        {"type": "datagrid", "key": "g", "label": "G", "components": [
            text("name"), checked(number("n"), json!({"<=": [input, limit]}), "Too many")]},
        when("x", json!({"json": {"==": [input, "Bob"]}}))
    ])));
    assert_eq!(
        told_sorted(&all),
        [("/components/4/conditional/json", "condition_not_carried")],
        "a condition has no answer of its own"
    );
    let wrong = |answers: &[(&str, Value)]| {
        let filling = filled(&all, answers);
        let errors = filling.errors();
        let said = errors
            .iter()
            .map(|error| filling.message(error, onehall_protocol::Language::En));
        said.collect::<Vec<_>>()
    };
    let none: Vec<String> = Vec::new();
    assert_eq!(wrong(&[]), none);
    assert_eq!(wrong(&[("name", json!("Bob")), ("s", json!(["b"]))]), none);
    assert_eq!(
        wrong(&[("name", json!("Li")), ("s", json!(["a", "b"]))]),
        ["Your name must be Bob", "One of them"]
    );
    let row = |n: u32| {
        let answers = [("limit", json!(3)), ("g", json!(["r"])), ("g/r/n", json!(n))];
        wrong(&answers)
    };
    assert_eq!((row(3), row(4)), (none, vec!["Too many".to_owned()]));
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

#[test]
fn what_is_calculated_from_no_answer_differs_and_no_comparison_is_unknown() {
    let var = |key: &str| json!({"var": format!("data.{key}")});
    let number = |key: &str| json!({"type": "number", "key": key, "label": key});
    let logic = |key: &str, rule: Value| when(key, json!({"json": rule}));
    let is_one = |key: &str| json!({"==": [var(key), 1]});
    let total = json!({"reduce": [var("g"), {"+": [{"var": "accumulator"}, {"var": "current.n"}]}, 0]});
    let check = |operator: &str| json!({"json": {operator: [var("to"), var("from")]}});
    let all = imported(&form(json!([
        text("code"),
        number("a"),
        number("b"),
        {"type": "datagrid", "key": "g", "label": "G", "components": [number("n")]},
        logic("elsewhere", json!({"!=": [{"substr": [var("code"), 0, 2]}, "AB"]})),
        logic("sum", json!({"!=": [{"+": [var("a"), var("b")]}, 10]})),
        logic("both", json!({"==": [{"and": [is_one("a"), is_one("b")]}, false]})),
        logic("one", json!({"===": [is_one("a"), false]})),
        logic("rows", json!({"!=": [total, 100]})),
        logic("within", json!({"==": [{"in": ["A", var("code")]}, false]})),
        logic("between", json!({"==": [{"<": [0, var("a"), 3]}, false]})),
        logic("less", json!({"<": [{"+": [var("a"), var("b")]}, 10]})),
        with(checkbox("calculated"), "calculateValue", is_one("a")),
        when("of_it", json!({"show": true, "when": "calculated", "eq": "false"})),
        checkbox("box"),
        logic("ticked", json!({"==": [{"!=": [var("box"), false]}, true]})),
        number("from"),
        with(number("to"), "validate", check(">=")),
    ])));
    assert_eq!(told_sorted(&all), []);
    let ids = [
        "elsewhere",
        "sum",
        "both",
        "one",
        "rows",
        "within",
        "between",
        "less",
        "of_it",
    ];
    let shown = |answers: &[(&str, Value)]| ids.map(|id| is_shown(&all, id, answers));
    let row = [("g", json!(["r"]))];
    assert_eq!(shown(&row), [true, true, true, true, true, true, true, false, true]);
    let answers = [
        ("code", json!("AB1")),
        ("a", json!(1)),
        ("b", json!(9)),
        ("g", json!(["r"])),
        ("g/r/n", json!(100)),
    ];
    assert_eq!(
        shown(&answers),
        [false, false, true, false, false, false, false, false, false]
    );
    let mut others = answers.to_vec();
    others.extend([("code", json!("CD")), ("b", json!(1)), ("g/r/n", json!(1))]);
    assert_eq!(
        shown(&others),
        [true, true, false, false, true, true, false, true, false]
    );
    assert!(!is_shown(&all, "ticked", &[]) && is_shown(&all, "ticked", &[("box", json!(true))]));
    // Nothing is less than an answer that is not there, nor as much.
    let wrong = |answers: &[(&str, Value)]| filled(&all, answers).errors().len();
    assert_eq!((wrong(&[]), wrong(&[("to", json!(2))])), (0, 1));
    assert_eq!(wrong(&[("to", json!(2)), ("from", json!(1))]), 0);
}

#[test]
fn a_computed_choice_is_true_as_its_options_are() {
    let choice = json!({"if": [{"==": [{"var": "data.r"}, "a"]}, "true", "false"]});
    let all = imported(&form(json!([
        radio("r"),
        with(options("radio", "calc", &["true", "false"]), "calculateValue", choice),
        when("x", json!({"json": {"var": "data.calc"}})),
        when("y", json!({"json": {"==": [{"var": "data.calc"}, false]}}))
    ])));
    let shown = |r: &str| ["x", "y"].map(|id| is_shown(&all, id, &[("r", json!(r))]));
    assert_eq!((shown("a"), shown("b")), ([true, false], [false, true]));
}
