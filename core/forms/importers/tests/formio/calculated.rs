//! What the source calculates, and checks of it.

use serde_json::{Value, json};

use crate::conditions::{options, when};
use crate::support::{filled, imported, is_shown, kind, question, told_sorted};
use crate::{checkbox, form, radio, text, with};

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
