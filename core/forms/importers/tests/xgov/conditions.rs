//! Conditions: what they mean, and what cannot be said.

use onehall_form_importers::Imported;
use serde_json::{Value, json};

use crate::support::{ids, imported, page, pages, path, told};
use crate::{form, list, structured, text, yes_no};

#[test]
fn conditions_of_every_operator_mean_what_they_say() {
    let condition = |field: &str, kind: &str, operator: &str, value: Value| json!({"field": {"name": format!("s.{field}"), "type": kind, "display": field}, "operator": operator, "value": value});
    let value = |value: &str| json!({"type": "Value", "value": value, "display": value});
    let ago = |period: &str, unit: &str| json!({"type": "RelativeTime", "timePeriod": period, "timeUnit": unit, "direction": "in the past", "timeOnly": false});
    let cases = [
        (
            "t",
            "TextField",
            "is longer than",
            value("3"),
            json!("abcd"),
            json!("abc"),
        ),
        (
            "t",
            "TextField",
            "is shorter than",
            value("3"),
            json!("ab"),
            json!("abc"),
        ),
        ("t", "TextField", "has length", value("3"), json!("abc"), json!("ab")),
        ("t", "TextField", "is not", value("x"), json!("y"), json!("x")),
        ("n", "NumberField", "is at least", value("5"), json!(5), json!(4)),
        ("n", "NumberField", "is more than", value("5"), json!(5.5), json!(5)),
        ("y", "YesNoField", "is", value("false"), json!(false), json!(true)),
        ("y", "YesNoField", "is not", value("true"), json!(false), json!(true)),
        (
            "c",
            "CheckboxesField",
            "contains",
            value("b"),
            json!(["a", "b"]),
            json!(["a"]),
        ),
        (
            "c",
            "CheckboxesField",
            "does not contain",
            value("b"),
            json!(["a"]),
            json!(["b"]),
        ),
        ("r", "RadiosField", "is", value("a"), json!("a"), json!("b")),
        (
            "d",
            "DatePartsField",
            "is before",
            value("2020-01-01"),
            json!("2019-12-31"),
            json!("2020-01-01"),
        ),
        (
            "u",
            "TimeField",
            "is before",
            value("9:30"),
            json!("09:29"),
            json!("09:30"),
        ),
        (
            "u",
            "TimeField",
            "is",
            value("09:30:00"),
            json!("09:30"),
            json!("09:31"),
        ),
        // As of 23 November 2026.
        (
            "d",
            "DatePartsField",
            "is at least",
            ago("18", "years"),
            json!("2008-11-23"),
            json!("2008-11-24"),
        ),
        (
            "d",
            "DatePartsField",
            "is more than",
            ago("18", "years"),
            json!("2008-11-22"),
            json!("2008-11-23"),
        ),
        (
            "d",
            "DatePartsField",
            "is less than",
            ago("2", "months"),
            json!("2026-09-24"),
            json!("2026-09-23"),
        ),
        (
            "d",
            "DatePartsField",
            "is at most",
            ago("10", "days"),
            json!("2026-11-13"),
            json!("2026-11-12"),
        ),
    ];
    for (field, kind, operator, given, yes, no) in cases {
        let all = imported(&form(
            json!([
                {"path": "/a", "title": "A", "section": "s", "components": [
                    text("t"), {"type": "NumberField", "name": "n", "title": "n"}, yes_no("y"),
                    {"type": "CheckboxesField", "name": "c", "title": "c", "list": "l"},
                    {"type": "RadiosField", "name": "r", "title": "r", "list": "l"},
                    {"type": "DatePartsField", "name": "d", "title": "d"}, {"type": "TimeField", "name": "u", "title": "u"}],
                 "next": [{"path": "/summary"}, {"path": "/b", "condition": "c"}]},
                {"path": "/b", "title": "B", "components": [text("b")], "next": [{"path": "/summary"}]}
            ]),
            json!([list("l", &["a", "b"])]),
            json!([structured(
                "c",
                json!([condition(field, kind, operator, given.clone())])
            )]),
        ));
        let at = |answer: &Value| path(&all, &[(field, answer.clone())]).len();
        assert_eq!(
            (at(&yes), at(&no)),
            (2, 1),
            "{field} {operator} {given}: {:?}",
            told(&all)
        );
    }
}

#[test]
fn conditions_join_nest_and_name_each_other() {
    let is = |name: &str, coordinator: Option<&str>| {
        let mut part = json!({"field": {"name": name, "type": "YesNoField", "display": name}, "operator": "is",
            "value": {"type": "Value", "value": "true", "display": "Yes"}});
        if let Some(coordinator) = coordinator {
            part["coordinator"] = json!(coordinator);
        }
        part
    };
    let all = imported(&form(
        json!([
            {"path": "/a", "title": "A", "components": [yes_no("a"), yes_no("b"), yes_no("c")],
             "next": [{"path": "/summary"}, {"path": "/x", "condition": "x"}]},
            {"path": "/x", "title": "X", "components": [text("x")], "next": [{"path": "/summary"}, {"path": "/z", "condition": "z"}]},
            {"path": "/z", "title": "Z", "components": [text("z")], "next": [{"path": "/summary"}]}
        ]),
        json!([]),
        json!([
            // `and` binds closer: a or (b and c).
            structured("x", json!([is("a", None), is("b", Some("or")), is("c", Some("and"))])),
            structured(
                "z",
                json!([{"conditionName": "x", "conditionDisplayName": "x"},
                {"coordinator": "and", "conditions": [is("b", None), is("c", Some("or"))]}])
            )
        ]),
    ));
    for (a, b, c, expected) in [
        (true, false, false, 2),
        (false, true, false, 1),
        (false, true, true, 3),
        (true, false, true, 3),
        (false, false, false, 1),
    ] {
        let answers = [("a", json!(a)), ("b", json!(b)), ("c", json!(c))];
        assert_eq!(path(&all, &answers).len(), expected, "{a} {b} {c}");
    }
}

#[test]
fn expressions_are_read_as_the_source_evaluates_them() {
    for (expression, yes, no) in [
        (
            "a == 'x' or (n > 2 and not (y == true))",
            vec![("n", json!(3)), ("y", json!(false))],
            vec![("n", json!(3)), ("y", json!(true))],
        ),
        ("'q' in c", vec![("c", json!(["p", "q"]))], vec![("c", json!(["p"]))]),
        ("not ('q' in c)", vec![("c", json!(["p"]))], vec![("c", json!(["q"]))]),
        ("length(a) > 2", vec![("a", json!("abc"))], vec![("a", json!("ab"))]),
        (
            "d <= dateForComparison(-18, 'years')",
            vec![("d", json!("2008-11-23"))],
            vec![("d", json!("2008-11-24"))],
        ),
        ("n * 2 + 1 == 7", vec![("n", json!(3))], vec![("n", json!(4))]),
        ("y", vec![("y", json!(true))], vec![("y", json!(false))]),
        ("n", vec![("n", json!(3))], vec![("n", json!(0))]),
        ("not n", vec![], vec![("n", json!(3))]),
        ("r", vec![("r", json!("true"))], vec![("r", json!("false"))]),
        ("not r", vec![("r", json!("false"))], vec![("r", json!("true"))]),
        (
            "n > 2 ? y == true : y == false",
            vec![("n", json!(1)), ("y", json!(false))],
            vec![("n", json!(3)), ("y", json!(false))],
        ),
    ] {
        let all = imported(&form(
            json!([
                {"path": "/a", "title": "A", "components": [text("a"), {"type": "NumberField", "name": "n", "title": "n"}, yes_no("y"),
                    {"type": "CheckboxesField", "name": "c", "title": "c", "list": "l"}, {"type": "DateField", "name": "d", "title": "d"},
                    {"type": "RadiosField", "name": "r", "title": "r", "list": "flags"}],
                 "next": [{"path": "/summary"}, {"path": "/b", "condition": "e"}]},
                {"path": "/b", "title": "B", "components": [text("b")], "next": [{"path": "/summary"}]}
            ]),
            json!([list("l", &["p", "q"]), {"name": "flags", "title": "flags", "type": "boolean", "items": [{"text": "Yes", "value": true}, {"text": "No", "value": false}]}]),
            json!([{"name": "e", "value": expression}]),
        ));
        assert_eq!(
            (path(&all, &yes).len(), path(&all, &no).len()),
            (2, 1),
            "{expression}: {:?}",
            told(&all)
        );
    }
}

#[test]
fn a_condition_that_cannot_be_said_shows_its_page_and_says_so() {
    for expression in ["a ==", "myOwnFunction(a) == 1", "a > timeForComparison(2, 'hours')"] {
        let all = imported(&form(
            json!([
                {"path": "/a", "title": "A", "components": [text("a")], "next": [{"path": "/b", "condition": "e"}, {"path": "/c"}]},
                {"path": "/b", "title": "B", "components": [text("b")], "next": [{"path": "/summary"}]},
                {"path": "/c", "title": "C", "components": [text("c")], "next": [{"path": "/summary"}]}
            ]),
            json!([]),
            json!([{"name": "e", "value": expression}]),
        ));
        assert_eq!(path(&all, &[]), ["a", "b", "c"], "{expression}");
        assert!(
            told(&all).contains(&("/conditions/0", "condition_not_carried")),
            "{:?}",
            told(&all)
        );
    }
}

#[test]
fn what_a_condition_asks_too_early_or_in_vain_never_holds() {
    let all = imported(&form(
        json!([
            {"path": "/a", "title": "A", "components": [{"type": "RadiosField", "name": "a", "title": "a", "list": "l"}],
             "next": [{"path": "/b"}, {"path": "/x", "condition": "later"}, {"path": "/x", "condition": "nobody"},
                      {"path": "/x", "condition": "noOption"}, {"path": "/x", "condition": "missing"}]},
            {"path": "/b", "title": "B", "next": [{"path": "/summary"}], "components": [text("b"),
                {"type": "Para", "content": "Shown", "options": {"condition": "nobody"}},
                {"type": "Para", "content": "Hidden", "options": {"condition": "noOption"}}]},
            {"path": "/x", "title": "X", "components": [text("x")], "next": [{"path": "/summary"}]}
        ]),
        json!([list("l", &["p"])]),
        json!([{"name": "later", "value": "b == 'x'"}, {"name": "nobody", "value": "zz == 1"}, {"name": "noOption", "value": "a == 'q'"}]),
    ));
    assert_eq!(pages(&all), ["a", "b"]);
    assert_eq!(
        ids(&page(&all, "b").questions),
        ["b", "note"],
        "a slip of the pen hides nothing"
    );
    let told = told(&all);
    for finding in [
        ("/conditions/0/value", "asked_later"),
        ("/conditions/1/value", "unknown_field"),
        ("/conditions/2/value", "unknown_option"),
        ("/pages/0/next/4/condition", "unknown_condition"),
        ("/pages/2", "never_shown"),
        ("/pages/1/components/1/options/condition", "dangling_condition"),
        ("/pages/1/components/2", "never_shown"),
    ] {
        assert!(told.contains(&finding), "{finding:?} in {told:?}");
    }
}

#[test]
fn a_condition_that_asks_a_row_from_outside_is_told() {
    let all = imported(&form(
        json!([
            {"path": "/a", "title": "A", "controller": "RepeatPageController", "repeat": {"options": {"name": "rows", "title": "Row"}, "schema": {"min": 1, "max": 2}},
             "components": [yes_no("x")], "next": [{"path": "/b", "condition": "c"}, {"path": "/summary"}]},
            {"path": "/b", "title": "B", "components": [text("b")], "next": [{"path": "/summary"}]}
        ]),
        json!([]),
        json!([{"name": "c", "value": "x == true"}]),
    ));
    assert!(told(&all).contains(&("/conditions/0", "condition_not_carried")));
    assert_eq!(path(&all, &[]), ["a", "b"], "nobody loses a page by it");
}

#[test]
fn who_left_an_optional_question_out_has_not_chosen_the_answer_either() {
    let pages = |required: bool| {
        let options = json!({"required": required});
        let all = imported(&form(
            json!([
                {"path": "/a", "title": "A", "next": [{"path": "/summary"}, {"path": "/b", "condition": "c"}], "components": [
                    {"type": "TextField", "name": "t", "title": "T", "options": options},
                    {"type": "YesNoField", "name": "y", "title": "Y", "options": options},
                    {"type": "CheckboxesField", "name": "c", "title": "C", "options": options, "list": "l"}]},
                {"path": "/b", "title": "B", "components": [text("b")], "next": [{"path": "/summary"}]}
            ]),
            json!([list("l", &["a", "b"])]),
            json!([{"name": "c", "value": "t != 'x' and y != true and not ('a' in c)"}]),
        ));
        let x = [("t", json!("x")), ("y", json!(false)), ("c", json!(["b"]))];
        let z = [("t", json!("z")), ("y", json!(false)), ("c", json!(["b"]))];
        (path(&all, &[]).len(), path(&all, &x).len(), path(&all, &z).len())
    };
    assert_eq!(pages(false), (2, 1, 2));
    assert_eq!(
        pages(true),
        (1, 1, 2),
        "a question that has to be answered is waited for"
    );
}

/// Many links may hang on a condition as long as the file: it is given up at once, not read for each of them.
#[test]
fn expressions_that_are_far_too_long_are_told() {
    let words: Vec<String> = (0..60_000).map(|at| format!("t == 'x{at}'")).collect();
    for long in [words.join(" or "), format!("t == '{}'", "x".repeat(200_000))] {
        let pages: Vec<Value> = (0..60)
            .map(|at| json!({"path": format!("/b{at}"), "title": format!("B{at}"), "components": [text(&format!("u{at}"))], "next": [{"path": "/summary"}]}))
            .collect();
        let links: Vec<Value> = (0..60)
            .map(|at| json!({"path": format!("/b{at}"), "condition": "c"}))
            .collect();
        let mut all = vec![json!({"path": "/a", "title": "A", "components": [text("t")], "next": links})];
        all.extend(pages);
        let form = form(json!(all), json!([]), json!([{"name": "c", "value": long}]));
        let all = imported(&form);
        assert!(
            told(&all).contains(&("/conditions/0", "condition_not_carried")),
            "{:?}",
            told(&all)
        );
    }
}

/// Pages of the first engine, each with where it leads; the last one leads to the summary.
fn in_sections(parts: &[(&str, Value, Value)]) -> Value {
    let pages: Vec<Value> = parts
        .iter()
        .map(|(section, components, next)| {
            let name = components[0]["name"].as_str().unwrap_or_default();
            let mut page = json!({"path": format!("/{name}"), "title": name, "components": components, "next": next});
            if !section.is_empty() {
                page["section"] = json!(section);
            }
            page
        })
        .collect();
    json!(pages)
}

#[test]
fn what_the_second_engine_does_not_ask_differs_from_every_value_and_is_zero() {
    let number = json!({"type": "NumberField", "name": "count", "title": "count"});
    let all = imported(&json!({
        "engine": "V2", "name": "Pets", "pages": [
            {"path": "/a", "title": "A", "components": [yes_no("has_pet")]},
            {"path": "/b", "title": "B", "condition": "has", "components": [text("kind"), yes_no("tame"), number]},
            {"path": "/c", "title": "C", "condition": "no_dog", "components": [text("c")]},
            {"path": "/d", "title": "D", "condition": "wild", "components": [text("d")]},
            {"path": "/e", "title": "E", "condition": "few", "components": [text("e")]},
            {"path": "/f", "title": "F", "condition": "none", "components": [text("f")]}
        ],
        "conditions": [
            {"name": "has", "value": "has_pet"}, {"name": "no_dog", "value": "kind != 'dog'"}, {"name": "wild", "value": "tame != true"},
            {"name": "few", "value": "count < 3"}, {"name": "none", "value": "has_pet != true"}
        ]
    }));
    assert_eq!(path(&all, &[("has_pet", json!(false))]), ["a", "c", "d", "e", "f"]);
    let dog = [
        ("has_pet", json!(true)),
        ("kind", json!("dog")),
        ("tame", json!(true)),
        ("count", json!(4)),
    ];
    assert_eq!(path(&all, &dog), ["a", "b"]);
    assert_eq!(
        path(&all, &[]),
        ["a", "c", "d", "e"],
        "what everybody must answer is waited for"
    );
}

#[test]
fn what_a_section_does_not_ask_differs_once_there_is_something_of_the_section() {
    let mut all = form(
        in_sections(&[
            (
                "",
                json!([yes_no("start")]),
                json!([{"path": "/kind", "condition": "yes"}, {"path": "/pet"}]),
            ),
            ("s", json!([yes_no("kind")]), json!([{"path": "/pet"}])),
            (
                "t",
                json!([yes_no("pet")]),
                json!([{"path": "/name", "condition": "pet"}, {"path": "/end"}]),
            ),
            ("t", json!([text("name")]), json!([{"path": "/end"}])),
            (
                "",
                json!([text("end")]),
                json!([{"path": "/one", "condition": "no_rex"}, {"path": "/two", "condition": "no_kind"}, {"path": "/summary"}]),
            ),
            ("", json!([text("one")]), json!([{"path": "/summary"}])),
            ("", json!([text("two")]), json!([{"path": "/summary"}])),
        ]),
        json!([]),
        json!([
            {"name": "yes", "value": "start"}, {"name": "pet", "value": "t.pet"}, {"name": "no_rex", "value": "t.name != 'Rex'"},
            {"name": "no_kind", "value": "s.kind != true"}
        ]),
    );
    all["sections"] = json!([{"name": "s", "title": ""}, {"name": "t", "title": ""}]);
    let all = imported(&all);
    let on = |answers: &[(&str, Value)]| path(&all, answers);
    let nobody = [("start", json!(false)), ("pet", json!(false))];
    assert_eq!(
        on(&nobody),
        ["start", "pet", "end", "one"],
        "the section has an answer, and not this one"
    );
    let rex = [("start", json!(false)), ("pet", json!(true)), ("name", json!("Rex"))];
    assert_eq!(
        on(&rex),
        ["start", "pet", "name", "end"],
        "nothing of the section `s` was asked"
    );
    let kind = [
        ("start", json!(true)),
        ("kind", json!(false)),
        ("pet", json!(true)),
        ("name", json!("Rex")),
    ];
    assert_eq!(on(&kind), ["start", "kind", "pet", "name", "end", "two"]);
}

#[test]
fn one_name_on_two_branches_is_one_answer() {
    let country = |list: &str| json!([{"type": "RadiosField", "name": "country", "title": "country", "list": list}]);
    let visa = |lists: [&str; 2]| {
        imported(&form(
            json!([
                {"path": "/start", "title": "Start", "components": [yes_no("person")], "next": [{"path": "/person", "condition": "is"}, {"path": "/company"}]},
                {"path": "/person", "title": "P", "components": country(lists[0]), "next": [{"path": "/merge"}]},
                {"path": "/company", "title": "C", "components": country(lists[1]), "next": [{"path": "/merge"}]},
                {"path": "/merge", "title": "M", "components": [text("ref")], "next": [{"path": "/visa", "condition": "not_uk"}, {"path": "/summary"}]},
                {"path": "/visa", "title": "V", "components": [text("visa")], "next": [{"path": "/summary"}]}
            ]),
            json!([list("l", &["UK", "FR"]), list("m", &["FR", "DE"])]),
            json!([{"name": "is", "value": "person"}, {"name": "not_uk", "value": "country != 'UK'"}]),
        ))
    };
    let sees = |all: &Imported, answers: &[(&str, Value)]| path(all, answers).contains(&"visa".to_owned());
    let all = visa(["l", "l"]);
    assert!(sees(&all, &[("person", json!(true)), ("country", json!("FR"))]));
    assert!(!sees(&all, &[("person", json!(true)), ("country", json!("UK"))]));
    assert!(sees(&all, &[("person", json!(false)), ("country_2", json!("FR"))]));
    assert!(!sees(&all, &[("person", json!(false)), ("country_2", json!("UK"))]));
    assert!(
        !sees(&all, &[("person", json!(false))]),
        "what must be answered is waited for"
    );
    let all = visa(["l", "m"]);
    assert!(sees(&all, &[("person", json!(false)), ("country_2", json!("DE"))]));
    assert!(sees(&all, &[("person", json!(true)), ("country", json!("FR"))]));
    assert!(!sees(&all, &[("person", json!(true)), ("country", json!("UK"))]));
    assert!(!sees(&all, &[("person", json!(false))]));
}

#[test]
fn a_name_means_the_field_of_its_own_section_alone() {
    let of = |condition: &str| {
        let mut all = form(
            in_sections(&[
                ("", json!([yes_no("own")]), json!([{"path": "/theirs"}])),
                (
                    "partner",
                    json!([yes_no("theirs"), {"type": "YesNoField", "name": "own", "title": "theirs"}]),
                    json!([{"path": "/visa", "condition": "k"}, {"path": "/summary"}]),
                ),
                ("", json!([text("visa")]), json!([{"path": "/summary"}])),
            ]),
            json!([]),
            json!([{"name": "k", "value": condition}]),
        );
        all["sections"] = json!([{"name": "partner", "title": ""}]);
        imported(&all)
    };
    let sees = |all: &Imported, own: bool, theirs: bool| {
        let answers = [("own", json!(own)), ("own_2", json!(theirs))];
        path(all, &answers).contains(&"visa".to_owned())
    };
    let all = of("own == true");
    assert!(sees(&all, true, false) && !sees(&all, false, true));
    let all = of("partner.own == true");
    assert!(!sees(&all, true, false) && sees(&all, false, true));
    for unknown in ["nosuch.own == true", "theirs == true"] {
        let all = of(unknown);
        assert!(!sees(&all, true, true));
        assert!(
            told(&all).contains(&("/conditions/0/value", "unknown_field")),
            "{unknown}"
        );
    }
}

#[test]
fn one_and_zero_are_yes_and_no() {
    for (value, answer) in [("1", true), ("0", false)] {
        let all = imported(&form(
            json!([
                {"path": "/a", "title": "A", "components": [yes_no("y")], "next": [{"path": "/b", "condition": "k"}, {"path": "/summary"}]},
                {"path": "/b", "title": "B", "components": [text("b")], "next": [{"path": "/summary"}]}
            ]),
            json!([]),
            json!([{"name": "k", "value": format!("y == {value}")}]),
        ));
        assert_eq!(path(&all, &[("y", json!(answer))]), ["a", "b"], "{value}");
        assert_eq!(path(&all, &[("y", json!(!answer))]), ["a"], "{value}");
    }
}
