//! Which page follows which, where it ends, and who is turned away.

use serde_json::{Value, json};

use crate::support::{filled, imported, is_shown, outline, page, pages, path, question, refused, told};
use crate::{form, structured, text, yes_no};

#[test]
fn a_link_with_a_condition_shows_its_page_and_the_rest_otherwise() {
    let all = imported(&form(
        json!([
            {"path": "/age", "title": "Age", "components": [{"type": "NumberField", "name": "age", "title": "Age"}],
             "next": [{"path": "/adult"}, {"path": "/child", "condition": "isChild"}, {"path": "/baby", "condition": "isBaby"}]},
            {"path": "/adult", "title": "Adult", "components": [text("job")], "next": [{"path": "/all"}]},
            {"path": "/child", "title": "Child", "components": [text("school")], "next": [{"path": "/all"}]},
            {"path": "/baby", "title": "Baby", "components": [text("nursery")], "next": [{"path": "/all"}]},
            {"path": "/all", "title": "All", "components": [text("more")], "next": [{"path": "/summary"}]}
        ]),
        json!([]),
        json!([
            {"name": "isChild", "value": "age < 18 and age >= 3"},
            structured("isBaby", json!([{"field": {"name": "age", "type": "NumberField", "display": "Age"}, "operator": "is less than",
                "value": {"type": "Value", "value": "3", "display": "3"}}]))
        ]),
    ));
    assert_eq!(pages(&all), ["age", "adult", "child", "baby", "all"]);
    for (age, expected) in [(40, "adult"), (3, "child"), (17, "child"), (2, "baby")] {
        assert_eq!(path(&all, &[("age", json!(age))]), ["age", expected, "all"], "{age}");
    }
    assert_eq!(
        page(&all, "all").visible_when,
        None,
        "where the ways meet again, everybody is"
    );
}

#[test]
fn loops_and_what_nothing_leads_to_are_told() {
    let mut form = form(
        json!([
            {"path": "/a", "title": "A", "components": [text("a")], "next": [{"path": "/b"}, {"path": "/gone"}]},
            {"path": "/b", "title": "B", "components": [yes_no("again")], "next": [{"path": "/a", "condition": "again"}, {"path": "/summary"}]},
            {"path": "/orphan", "title": "Orphan", "components": [text("o")], "next": [{"path": "/summary"}]},
            {"path": "/other", "title": "Other", "controller": "./pages/start.js", "components": [text("p")], "next": [{"path": "/b"}]}
        ]),
        json!([]),
        json!([{"name": "again", "value": "again == true"}]),
    );
    form["fees"] = json!([{"description": "Fee", "amount": 10}]);
    form["outputs"] = json!([{"name": "x", "type": "email"}]);
    let all = imported(&form);
    assert_eq!(path(&all, &[("again", json!(true))]), ["a", "b"]);
    assert_eq!(
        told(&all),
        [
            ("/pages/0/next/1", "unknown_page"),
            ("/pages/1/next/0", "loop"),
            ("/pages/2", "unreachable_page"),
            ("/pages/3", "other_start_page"),
            ("/pages/4", "summary_page"),
            ("/fees", "fees"),
            ("/outputs", "output")
        ]
    );
}

#[test]
fn who_is_turned_away_cannot_submit() {
    let all = imported(&form(
        json!([
            {"path": "/a", "title": "A", "components": [yes_no("resident")], "next": [{"path": "/b"}, {"path": "/no", "condition": "no"}]},
            {"path": "/no", "title": "You cannot apply", "components": [{"type": "Para", "content": "Sorry."}], "next": []},
            {"path": "/b", "title": "B", "components": [yes_no("more")], "next": [{"path": "/summary"}]}
        ]),
        json!([]),
        json!([{"name": "no", "value": "resident == false"}]),
    ));
    let turned_away = filled(&all, &[("resident", json!(false))]);
    assert_eq!(turned_away.pages(), ["a", "no"]);
    assert!(!turned_away.is_complete());
    let mut welcome = filled(&all, &[("resident", json!(true)), ("more", json!(true))]);
    assert!(welcome.is_complete() && welcome.pages() == ["a", "b"]);
    welcome.set("resident", json!(false));
    let messages: Vec<String> = welcome
        .errors()
        .iter()
        .map(|error| welcome.message(error, onehall_protocol::Language::En))
        .collect();
    assert_eq!(messages, ["You cannot apply"]);
    assert!(told(&all).contains(&("/pages/1", "exit_page")));
}

/// What the citizen reads on the page, and whether the form can be sent.
fn refused_on(all: &onehall_form_importers::Imported, page: &str, answers: &[(&str, Value)]) -> Vec<String> {
    let filling = filled(all, answers);
    assert_eq!(filling.is_complete(), filling.errors().is_empty());
    let errors = filling.errors();
    let here = errors.iter().filter(|error| filling.page_of(&error.path) == Some(page));
    here.map(|error| {
        assert!(filling.question(&error.path).is_some(), "it stands where one sees it");
        filling.message(error, onehall_protocol::Language::En)
    })
    .collect()
}

#[test]
fn several_ways_lead_to_one_page_that_turns_away() {
    let all = imported(&form(
        json!([
            {"path": "/start", "title": "Start", "components": [yes_no("over18")], "next": [{"path": "/resident", "condition": "over"}, {"path": "/no"}]},
            {"path": "/resident", "title": "Resident", "components": [yes_no("resident")], "next": [{"path": "/apply", "condition": "here"}, {"path": "/no"}]},
            {"path": "/apply", "title": "Apply", "components": [text("name")], "next": [{"path": "/summary"}]},
            {"path": "/no", "title": "You cannot apply", "components": [{"type": "Para", "content": "Sorry."}], "next": []}
        ]),
        json!([]),
        json!([{"name": "over", "value": "over18"}, {"name": "here", "value": "resident"}]),
    ));
    let no = ["You cannot apply"];
    assert_eq!(refused_on(&all, "no", &[("over18", json!(false))]), no);
    let abroad = [("over18", json!(true)), ("resident", json!(false))];
    assert_eq!(refused_on(&all, "no", &abroad), no);
    let welcome = [
        ("over18", json!(true)),
        ("resident", json!(true)),
        ("name", json!("Li")),
    ];
    assert!(filled(&all, &welcome).is_complete());
}

#[test]
fn a_page_that_turns_away_is_known_without_a_summary_of_its_own_and_by_a_link_that_leads_back_or_out() {
    for (next, own_summary) in [
        (json!([]), false),
        (json!([{"path": "/start"}]), true),
        (json!([{"redirect": "https://example.org"}]), true),
    ] {
        let mut form = form(
            json!([
                {"path": "/start", "title": "Start", "components": [yes_no("fits")], "next": [{"path": "/apply", "condition": "fits"}, {"path": "/no"}]},
                {"path": "/no", "title": "Stop", "components": [{"type": "Html", "content": "<p>Sorry</p>"}], "next": next},
                {"path": "/apply", "title": "Apply", "components": [text("name")], "next": [{"path": "/ready"}]},
                {"path": "/ready", "title": "Ready?", "components": [{"type": "Para", "content": "Read it all."}], "next": [{"path": "/summary"}]}
            ]),
            json!([]),
            json!([{"name": "fits", "value": "fits"}]),
        );
        if !own_summary {
            form["pages"].as_array_mut().map(Vec::pop);
        }
        let all = imported(&form);
        assert_eq!(
            refused_on(&all, "no", &[("fits", json!(false))]),
            ["Stop"],
            "{:?}",
            told(&all)
        );
        let welcome = filled(&all, &[("fits", json!(true)), ("name", json!("Li"))]);
        assert_eq!(welcome.pages(), ["start", "apply", "ready"]);
        assert!(welcome.is_complete(), "who is told something on the way can go on");
    }
}

#[test]
fn who_is_turned_away_by_an_answer_that_is_not_given_cannot_submit() {
    let optional = json!({"type": "TextField", "name": "reason", "title": "Reason", "options": {"required": false}});
    let all = imported(&form(
        json!([
            {"path": "/start", "title": "Start", "components": [yes_no("other"), optional],
             "next": [{"path": "/no", "condition": "no"}, {"path": "/apply"}]},
            {"path": "/no", "title": "Stop", "components": [], "next": [], "controller": "TerminalPageController"},
            {"path": "/apply", "title": "Apply", "components": [text("name")], "next": [{"path": "/summary"}]}
        ]),
        json!([]),
        json!([{"name": "no", "value": "other == true and reason != 'work'"}]),
    ));
    assert_eq!(refused_on(&all, "exit", &[("other", json!(true))]), ["Stop"]);
    assert_eq!(path(&all, &[("other", json!(true))]), ["start", "exit"]);
    let working = [("other", json!(true)), ("reason", json!("work")), ("name", json!("Li"))];
    assert!(filled(&all, &working).is_complete());
}

#[test]
fn a_page_that_turns_away_by_what_cannot_be_said_turns_nobody_away() {
    let in_a_row = |condition: &str| {
        imported(&json!({
            "engine": "V2", "name": "Licence", "pages": [
                {"path": "/a", "title": "A", "components": [yes_no("q1")]},
                {"path": "/b", "title": "B", "condition": "yes", "components": [yes_no("q2")]},
                {"path": "/no", "title": "Stop", "condition": condition, "controller": "TerminalPageController", "components": [{"type": "Para", "content": "No."}]},
                {"path": "/c", "title": "C", "components": [text("name")]}
            ],
            "conditions": [{"name": "yes", "value": "q1"}, {"name": "no", "value": "q1 == false or q2 == false"}, {"name": "odd", "value": "strange(q1)"}]
        }))
    };
    let all = in_a_row("no");
    assert_eq!(path(&all, &[("q1", json!(false))]), ["a", "no"]);
    assert_eq!(refused_on(&all, "no", &[("q1", json!(false))]), ["Stop"]);
    let open = in_a_row("odd");
    assert!(filled(&open, &[("q1", json!(false)), ("name", json!("Li"))]).is_complete());
    assert!(path(&open, &[("q1", json!(false))]).contains(&"c".to_owned()));
    let lost = open.findings.iter().find(|finding| finding.code == "exit_page");
    assert!(lost.is_some_and(|finding| finding.message.contains("can still be sent")));
}

#[test]
fn the_second_engine_has_pages_in_a_row_with_a_condition_each() {
    let all = imported(&json!({
        "engine": "V2", "schema": 2, "name": "Licence", "startPage": "/summary",
        "pages": [
            {"id": "p1", "title": "", "path": "/kind", "components": [{"id": "c1", "type": "RadiosField", "name": "abcdef", "title": "Kind", "list": "l1"}], "next": []},
            {"id": "p2", "title": "Born", "path": "/born", "condition": "k1", "components": [{"id": "c2", "type": "DatePartsField", "name": "ghijkl", "title": "Born"}]},
            {"id": "p3", "title": "Too young", "path": "/young", "condition": "k2", "controller": "TerminalPageController", "components": [{"type": "Markdown", "content": "## Sorry\n* no"}]},
            {"id": "p4", "title": "Name", "path": "/name", "components": [{"id": "c3", "type": "TextField", "name": "mnopqr", "title": "Name"}]},
            {"id": "p5", "title": "Check", "path": "/summary", "controller": "SummaryPageController"}
        ],
        "lists": [{"id": "l1", "name": "kinds", "title": "Kinds", "type": "string", "items": [
            {"id": "i1", "text": "Person", "value": "person"}, {"id": "i2", "text": "Company", "value": "company"}]}],
        "conditions": [
            {"id": "k1", "displayName": "is a person", "items": [{"id": "x", "componentId": "c1", "operator": "is", "type": "ListItemRef", "value": {"listId": "l1", "itemId": "i1"}}]},
            {"id": "k2", "displayName": "too young", "coordinator": "and", "items": [
                {"id": "y", "conditionId": "k1"},
                {"id": "z", "componentId": "c2", "operator": "is less than", "type": "RelativeDate", "value": {"period": 18, "unit": "years", "direction": "in the past"}}]}
        ],
        "sections": []
    }));
    assert_eq!(
        page(&all, "kind").title.en,
        "Kind",
        "a page without a title is called what it asks"
    );
    assert_eq!(path(&all, &[("abcdef", json!("company"))]), ["kind", "name"]);
    let person = |born: &str| path(&all, &[("abcdef", json!("person")), ("ghijkl", json!(born))]);
    assert_eq!(person("2000-01-01"), ["kind", "born", "name"]);
    assert_eq!(person("2020-01-01"), ["kind", "born", "young"]);
    assert_eq!(page(&all, "young").questions[0].label.en, "Sorry\n• no");
}

#[test]
fn a_form_without_anything_to_ask_is_refused() {
    for (form, code) in [
        (json!({"startPage": "/", "pages": []}), "no_pages"),
        (json!({"pages": [{"path": "/a", "components": []}]}), "no_questions"),
        (
            json!({"pages": (0..2_001).map(|at| json!({"path": format!("/{at}")})).collect::<Vec<_>>()}),
            "too_many_pages",
        ),
    ] {
        let codes: Vec<&str> = refused(&form.to_string()).iter().map(|(_, code)| *code).collect();
        assert_eq!(codes.last(), Some(&code), "{form:.80}");
    }
}

#[test]
fn what_the_runner_adds_by_itself_is_no_fault() {
    let ending = |next: Value| {
        imported(
            &json!({"startPage": "/a", "lists": [], "conditions": [{"name": "no", "value": "a == 'no'"}], "pages": [
            {"path": "/a", "title": "Your name", "components": [{"type": "TextField", "name": "a", "title": ""}], "next": next},
            {"path": "/told", "title": "Told", "components": [{"type": "Para", "content": "Good bye"}], "next": []}]}),
        )
    };
    let all = ending(json!([{"path": "/summary"}, {"path": "/told", "condition": "no"}]));
    assert_eq!(
        told(&all),
        [("/pages/1", "exit_page")],
        "who is told good bye does not come to the summary"
    );
    assert!(!filled(&all, &[("a", json!("no"))]).is_complete());
    assert!(filled(&all, &[("a", json!("x"))]).is_complete());
    let all = ending(json!([{"path": "/told"}]));
    assert_eq!(
        question(&all, "a").label.en,
        "Your name",
        "a field without a title is called as its page"
    );
    assert_eq!(told(&all), []);
    // Without a summary that one could miss by it, a last page of content turns nobody away; nor one after the summary.
    assert!(filled(&all, &[("a", json!("no"))]).is_complete());
    let mut all = form(
        json!([{"path": "/a", "title": "A", "components": [text("a")], "next": [{"path": "/summary"}]},
            {"path": "/thanks", "title": "Thanks", "components": [{"type": "Para", "content": "Good bye"}]}]),
        json!([]),
        json!([]),
    );
    all["pages"][2]["next"] = json!([{"path": "/thanks"}]);
    let all = imported(&all);
    assert!(filled(&all, &[("a", json!("x"))]).is_complete());
    assert_eq!(told(&all), [("/pages/2", "summary_page")]);
    assert_eq!(
        refused(r#"{"pages": [], "lists": [], "conditions": []}"#),
        [("/pages".to_owned(), "no_pages")]
    );
}

#[test]
fn of_several_links_whose_conditions_hold_the_first_is_taken() {
    let all = imported(&form(
        json!([
            {"path": "/a", "title": "A", "components": [{"type": "NumberField", "name": "n", "title": "N"}],
             "next": [{"path": "/small", "condition": "small"}, {"path": "/tiny", "condition": "tiny"}, {"path": "/big"}]},
            {"path": "/small", "title": "S", "components": [text("s")], "next": [{"path": "/summary"}]},
            {"path": "/tiny", "title": "T", "components": [text("t")], "next": [{"path": "/summary"}]},
            {"path": "/big", "title": "B", "components": [text("b")], "next": [{"path": "/summary"}]}
        ]),
        json!([]),
        json!([{"name": "small", "value": "n < 100 and n > 1"}, {"name": "tiny", "value": "n < 10"}]),
    ));
    for (n, expected) in [(5, "small"), (1, "tiny"), (500, "big")] {
        assert_eq!(path(&all, &[("n", json!(n))]), ["a", expected]);
    }
}

#[test]
fn a_condition_that_is_no_name_is_told_and_hides_nothing() {
    let all = imported(&json!({"name": "F", "engine": "V2", "pages": [
        {"path": "/a", "title": "A", "components": [text("a")]},
        {"path": "/b", "title": "B", "components": [text("b")], "condition": [[{"componentId": "a", "operator": "==", "valueId": "x"}]]},
        {"path": "/summary", "title": "S", "controller": "SummaryPageController", "components": []}
    ], "lists": [], "conditions": [], "sections": []}));
    assert_eq!(path(&all, &[]), ["a", "b"]);
    assert!(told(&all).contains(&("/pages/1/condition", "condition_not_carried")));
}

#[test]
fn the_title_of_a_section_stands_over_the_questions_of_its_pages() {
    let page = |address: &str, section: &str, next: &str| {
        json!({"path": format!("/{address}"), "title": address, "section": section, "components": [text(address)],
            "next": [{"path": format!("/{next}")}]})
    };
    let decided = |mut page: Value| {
        page["components"][0]["options"] = json!({"condition": "isIt"});
        page
    };
    let condition = json!({"name": "isIt", "value": {"name": "c", "conditions": [
        {"field": {"name": "s.a", "type": "TextField", "display": "A"}, "operator": "is", "value": {"type": "Value", "value": "x", "display": "x"}}]}});
    let mut form = form(
        json!([
            page("a", "s", "b"),
            decided(page("b", "s", "c")),
            page("c", "t", "d"),
            page("d", "same", "summary")
        ]),
        json!([]),
        json!([condition]),
    );
    form["sections"] = json!([
        {"name": "s", "title": "You"}, {"name": "t", "title": "Hidden", "hideTitle": true},
        {"name": "same", "title": "d"}, {"name": "nobody", "title": "Nobody's"}]);
    let all = imported(&form);
    let outlines: Vec<String> = all
        .definition
        .pages
        .iter()
        .map(|page| outline(&page.questions))
        .collect();
    assert_eq!(outlines, ["You(a)", "You(b)", "c", "d"]);
    assert!(is_shown(&all, "b", &[("a", json!("x"))]) && !is_shown(&all, "b", &[("a", json!("y"))]));
    let mut told = told(&all);
    told.retain(|(_, code)| *code != "summary_page");
    assert_eq!(told, [("/sections/0/title", "section_title")]);
}
