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
    // In the source nobody comes to the end with this answer: the page before it is asked again.
    assert!(!filled(&all, &[("a", json!("x")), ("again", json!(true))]).is_complete());
    assert!(filled(&all, &[("a", json!("x")), ("again", json!(false))]).is_complete());
    assert_eq!(
        told(&all),
        [
            ("/pages/0/next/1", "unknown_page"),
            ("/pages/2", "unreachable_page"),
            ("/pages/3", "other_start_page"),
            ("/pages/4", "summary_page"),
            ("/pages/1/next/0", "loop"),
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
fn who_gives_an_answer_that_leads_back_changes_it_before_going_on() {
    let pages = |back: &str| {
        json!([
            {"path": "/a", "title": "Property", "components": [text("address")], "next": [{"path": "/ok"}]},
            {"path": "/ok", "title": "Right?", "components": [yes_no("ok")], "next": [{"path": back, "condition": "wrong"}, {"path": "/b"}]},
            {"path": "/b", "title": "Bank", "components": [text("account")], "next": [{"path": "/summary"}]}
        ])
    };
    for (back, message) in [
        ("/a", "Your answers lead back to “Property”: change them to go on."),
        ("/ok", "Your answers lead to this page again: change them to go on."),
    ] {
        let conditions = json!([{"name": "wrong", "value": "ok == false"}]);
        let all = imported(&form(pages(back), json!([]), conditions));
        let wrong = [("address", json!("x")), ("ok", json!(false))];
        assert_eq!(path(&all, &wrong), ["a", "ok"]);
        assert_eq!(refused_on(&all, "ok", &wrong), [message]);
        assert!(!is_shown(&all, "may_go_on", &[]), "there is nothing to say to others");
        let right = [("address", json!("x")), ("ok", json!(true)), ("account", json!("1"))];
        assert!(filled(&all, &right).is_complete() && !is_shown(&all, "may_go_on", &right));
        assert!(told(&all).contains(&("/pages/1/next/0", "loop")));
    }
}

#[test]
fn who_is_led_out_of_the_form_is_told_where_to_and_cannot_submit() {
    let pages = |last: Value| {
        json!([
            {"path": "/a", "title": "A", "components": [yes_no("england")],
             "next": [{"redirect": "https://www.gov.wales/apply", "condition": "no"}, {"path": "/b"}]},
            {"path": "/b", "title": "B", "components": [text("name")], "next": last}
        ])
    };
    let conditions = json!([{"name": "no", "value": "england == false"}]);
    let all = imported(&form(
        pages(json!([{"path": "/summary"}])),
        json!([]),
        conditions.clone(),
    ));
    let elsewhere = [("england", json!(false))];
    assert_eq!(path(&all, &elsewhere), ["a"]);
    let message = "With your answers you cannot apply here. Go to https://www.gov.wales/apply";
    assert_eq!(refused_on(&all, "a", &elsewhere), [message]);
    let here = [("england", json!(true)), ("name", json!("Li"))];
    assert!(filled(&all, &here).is_complete() && !is_shown(&all, "may_go_on", &here));
    assert_eq!(
        told(&all),
        [
            ("/pages/0/next/0", "link_outside"),
            ("/pages/2", "summary_page"),
            ("/pages/0/next/0", "exit_page")
        ]
    );
    // Where all are led out in the end, nobody could send the form: it is told that everybody can.
    let mut out = form(
        pages(json!([{"redirect": "https://pay.example"}])),
        json!([]),
        conditions,
    );
    out["pages"].as_array_mut().map(Vec::pop);
    let out = imported(&out);
    assert!(filled(&out, &elsewhere).is_complete() && filled(&out, &here).is_complete());
    let mut open = out.findings.iter().filter(|finding| finding.code == "exit_page");
    assert!(open.all(|finding| finding.message.contains("can still be sent")));
}

#[test]
fn a_branch_that_only_leads_back_ends_no_form() {
    let all = imported(&form(
        json!([
            {"path": "/q", "title": "What?", "components": [yes_no("apply")], "next": [{"path": "/b", "condition": "apply"}, {"path": "/size"}]},
            {"path": "/size", "title": "Size", "components": [text("size")], "next": [{"path": "/q"}]},
            {"path": "/b", "title": "Name", "components": [text("name")], "next": [{"path": "/summary"}]}
        ]),
        json!([]),
        json!([{"name": "apply", "value": "apply"}]),
    ));
    let looking = [("apply", json!(false)), ("size", json!("3"))];
    assert_eq!(path(&all, &looking), ["q", "size"]);
    let message = "Your answers lead back to “What?”: change them to go on.";
    assert_eq!(refused_on(&all, "size", &looking), [message]);
    let applying = [("apply", json!(true)), ("name", json!("Li"))];
    assert!(filled(&all, &applying).is_complete());
}

#[test]
fn a_link_back_that_cannot_refuse_takes_no_page_away() {
    // Nothing is known of the condition; of two pages that lead to each other, one is where others begin; nothing ends.
    let b = json!({"path": "/b", "title": "B", "components": [yes_no("b")], "next": [{"path": "/a", "condition": "no"}, {"path": "/c"}]});
    let c = json!({"path": "/c", "title": "C", "components": [text("c")], "next": [{"path": "/summary"}]});
    let a = json!({"path": "/a", "title": "A", "components": [yes_no("a")], "next": [{"path": "/b"}]});
    let conditions = |no: &str| json!([{"name": "no", "value": no}, {"name": "yes", "value": "s"}]);
    let given = [("a", json!(true)), ("b", json!(false)), ("c", json!("x"))];
    let odd = imported(&form(json!([a, b, c]), json!([]), conditions("strange(b)")));
    assert_eq!(path(&odd, &given), ["a", "b", "c"]);
    assert!(filled(&odd, &given).is_complete());
    let start = json!({"path": "/s", "title": "S", "components": [yes_no("s")], "next": [{"path": "/a", "condition": "yes"}, {"path": "/b"}]});
    let both = imported(&form(json!([start, a, b, c]), json!([]), conditions("b == false")));
    let mut all = given.to_vec();
    all.push(("s", json!(true)));
    assert!(filled(&both, &all).is_complete(), "{:?}", filled(&both, &all).errors());
    let end = json!({"path": "/c", "title": "C", "components": [text("c")], "next": [{"path": "/a"}]});
    let mut endless = form(json!([a, b, end]), json!([]), conditions("b == false"));
    endless["pages"].as_array_mut().map(Vec::pop);
    let endless = imported(&endless);
    assert_eq!(path(&endless, &given), ["a", "b", "c"]);
    assert!(filled(&endless, &given).is_complete());
    for all in [odd, both, endless] {
        let mut told = all.findings.iter().filter(|finding| finding.code == "loop");
        assert!(told.all(|finding| finding.message.contains("is not carried")));
    }
}

#[test]
fn in_a_circle_with_two_ways_in_the_link_back_is_left_out_and_everybody_goes_on() {
    let conditions = json!([
        {"name": "rents", "value": "rent"}, {"name": "more", "value": "extra"}, {"name": "young", "value": "adult == false"}
    ]);
    let links = |condition: &str, to: &str, otherwise: &str, is_turned: bool| {
        let mut links = vec![json!({"path": to, "condition": condition}), json!({"path": otherwise})];
        if is_turned {
            links.reverse();
        }
        links
    };
    for is_turned in [false, true] {
        let all = imported(&form(
            json!([
                {"path": "/rent", "title": "Rent", "components": [yes_no("rent")], "next": links("rents", "/landlord", "/extra", is_turned)},
                {"path": "/landlord", "title": "Landlord", "components": [text("landlord")], "next": [{"path": "/extra"}]},
                {"path": "/extra", "title": "Extra", "components": [yes_no("extra")], "next": links("more", "/landlord", "/age", is_turned)},
                {"path": "/age", "title": "Age", "components": [yes_no("adult")], "next": links("young", "/stop", "/bank", is_turned)},
                {"path": "/stop", "title": "Too young", "components": [{"type": "Para", "content": "Sorry."}], "next": []},
                {"path": "/bank", "title": "Bank", "components": [text("bank")], "next": [{"path": "/summary"}]}
            ]),
            json!([]),
            conditions.clone(),
        ));
        let (rents, owns) = (("rent", json!(true)), ("rent", json!(false)));
        let (adult, young) = (("adult", json!(true)), ("adult", json!(false)));
        assert_eq!(
            path(&all, &[rents.clone(), adult.clone()]),
            ["rent", "landlord", "extra", "age", "bank"]
        );
        assert_eq!(path(&all, &[owns.clone(), adult]), ["rent", "extra", "age", "bank"]);
        let answered = [rents.clone(), ("landlord", json!("x")), ("extra", json!(false))];
        assert!(!filled(&all, &answered).is_complete(), "the rest of the form is asked");
        assert_eq!(refused_on(&all, "stop", &[owns, young]), ["Too young"]);
        // Who would come round once more goes on.
        assert!(path(&all, &[rents, ("extra", json!(true))]).contains(&"bank".to_owned()));
        let back = format!("/pages/2/next/{}", usize::from(is_turned));
        let told: Vec<_> = all.findings.iter().filter(|finding| finding.code == "loop").collect();
        assert_eq!(told.len(), 1);
        assert!(told[0].path == back && told[0].message.contains("closes a circle"));
    }
}

#[test]
fn a_page_that_turns_away_does_so_also_where_several_ways_lead_to_it_and_it_leads_back() {
    let conditions = json!([
        {"name": "lives", "value": "here"}, {"name": "abroad", "value": "resident == false"}, {"name": "young", "value": "adult == false"}
    ]);
    let all = imported(&form(
        json!([
            {"path": "/start", "title": "Start", "components": [yes_no("here")], "next": [{"path": "/resident", "condition": "lives"}, {"path": "/age"}]},
            {"path": "/resident", "title": "Resident", "components": [yes_no("resident")], "next": [{"path": "/stop", "condition": "abroad"}, {"path": "/bank"}]},
            {"path": "/age", "title": "Age", "components": [yes_no("adult")], "next": [{"path": "/stop", "condition": "young"}, {"path": "/bank"}]},
            {"path": "/bank", "title": "Bank", "components": [text("bank")], "next": [{"path": "/summary"}]},
            {"path": "/stop", "title": "Stop", "components": [{"type": "Para", "content": "Sorry."}], "next": [{"path": "/resident"}]}
        ]),
        json!([]),
        conditions,
    ));
    let (here, elsewhere) = (("here", json!(true)), ("here", json!(false)));
    assert_eq!(
        refused_on(&all, "stop", &[here.clone(), ("resident", json!(false))]),
        ["Stop"]
    );
    assert_eq!(
        refused_on(&all, "stop", &[elsewhere, ("adult", json!(false))]),
        ["Stop"]
    );
    let welcome = [here, ("resident", json!(true)), ("bank", json!("1"))];
    assert!(filled(&all, &welcome).is_complete());
}

/// Once who came to the age first was not asked for the bank, since some were turned away there: an end of another sort.
#[test]
fn in_a_circle_the_only_way_on_for_who_is_not_turned_away_is_kept() {
    let conditions = json!([
        {"name": "checked", "value": "seen"}, {"name": "changed", "value": "change"}, {"name": "young", "value": "adult == false"}
    ]);
    let away = [
        json!({"path": "/stop", "condition": "young"}),
        json!({"redirect": "https://x.gov/young", "condition": "young"}),
    ];
    for away in away {
        let all = imported(&form(
            json!([
                {"path": "/start", "title": "Start", "components": [yes_no("seen")], "next": [{"path": "/bank", "condition": "checked"}, {"path": "/age"}]},
                {"path": "/bank", "title": "Bank", "components": [text("bank"), yes_no("change")], "next": [{"path": "/age", "condition": "changed"}, {"path": "/summary"}]},
                {"path": "/age", "title": "Age", "components": [yes_no("adult")], "next": [away, {"path": "/bank"}]},
                {"path": "/stop", "title": "Too young", "components": [{"type": "Para", "content": "Sorry."}], "next": []}
            ]),
            json!([]),
            conditions.clone(),
        ));
        let adult = [("seen", json!(false)), ("adult", json!(true))];
        assert_eq!(path(&all, &adult), ["start", "age", "bank"]);
        assert!(!filled(&all, &adult).is_complete(), "the bank is asked for");
        let told: Vec<_> = all.findings.iter().filter(|finding| finding.code == "loop").collect();
        assert_eq!(told.len(), 1);
        assert!(told[0].path == "/pages/1/next/0" && told[0].message.ends_with("the form goes on without it"));
    }
}

/// Once it refused everybody who came to it, for it is written last and leads to a page before it.
#[test]
fn a_page_that_only_tells_something_on_the_way_turns_nobody_away() {
    let conditions = json!([
        {"name": "fast", "value": "quick"}, {"name": "away", "value": "abroad"}, {"name": "again", "value": "more"}
    ]);
    let all = imported(&form(
        json!([
            {"path": "/start", "title": "Start", "components": [yes_no("quick")], "next": [{"path": "/bank", "condition": "fast"}, {"path": "/home"}]},
            {"path": "/home", "title": "Home", "components": [yes_no("abroad")], "next": [{"path": "/info", "condition": "away"}, {"path": "/bank"}]},
            {"path": "/bank", "title": "Bank", "components": [yes_no("more")], "next": [{"path": "/home", "condition": "again"}, {"path": "/summary"}]},
            {"path": "/info", "title": "Abroad", "components": [{"type": "Para", "content": "It takes longer."}], "next": [{"path": "/bank"}]}
        ]),
        json!([]),
        conditions,
    ));
    let answers = [("quick", json!(false)), ("abroad", json!(true)), ("more", json!(false))];
    assert_eq!(path(&all, &answers), ["start", "home", "info", "bank"]);
    assert!(filled(&all, &answers).is_complete());
    assert!(all.findings.iter().all(|finding| finding.code != "exit_page"));
}

/// Where a link leads.
#[derive(Debug, Clone, Copy, PartialEq)]
enum To {
    Page(usize),
    Summary,
    Out,
}

/// The pages that the source shows with these answers, and whether it comes to its summary.
fn walked(links: &[Vec<(To, Option<bool>)>], answers: &[bool]) -> (Vec<String>, bool) {
    let (mut seen, mut to) = (Vec::new(), To::Page(0));
    while let To::Page(at) = to {
        let page = format!("p{at}");
        if seen.contains(&page) {
            return (seen, false);
        }
        seen.push(page);
        let taken = links[at].iter().find(|(_, when)| *when != Some(!answers[at]));
        to = taken.map_or(To::Summary, |(to, _)| *to);
    }
    (seen, to == To::Summary)
}

/// However links lead on, back and out: whoever comes to the end of the source can submit, and nobody else can, unless it is
/// told.
#[test]
fn who_comes_to_the_end_of_the_source_can_submit_and_nobody_else() {
    let mut state = 88_172_645_463_325_252_u64;
    let mut number = |below: usize| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state % below as u64) as usize
    };
    let (mut sent, mut refused) = (0, 0);
    for _ in 0..250 {
        let count = 3 + number(3);
        let mut links: Vec<Vec<(To, Option<bool>)>> = Vec::new();
        for at in 0..count {
            let conditional = number(3);
            let mut own = Vec::new();
            for link in 0..=conditional {
                let to = if number(3) == 0 {
                    number(count + 2)
                } else {
                    at + 1 + number(2)
                };
                let to = match to {
                    page if page < count => To::Page(page),
                    out if out == count + 1 => To::Out,
                    _ => To::Summary,
                };
                own.push((to, (link < conditional).then(|| number(2) == 0)));
            }
            links.push(own);
        }
        let pages: Vec<Value> = (0..count)
            .map(|at| {
                let next = links[at].iter().map(|(to, when)| {
                    let mut link = match to {
                        To::Page(to) => json!({"path": format!("/p{to}")}),
                        To::Summary => json!({"path": "/summary"}),
                        To::Out => json!({"redirect": "https://example.org"}),
                    };
                    if let Some(when) = when {
                        link["condition"] = json!(format!("q{at} {when}"));
                    }
                    link
                });
                let next: Vec<Value> = next.collect();
                json!({"path": format!("/p{at}"), "title": format!("P{at}"), "components": [yes_no(&format!("q{at}"))], "next": next})
            })
            .collect();
        let conditions: Vec<Value> = (0..2 * count)
            .map(|at| (at / 2, at % 2 == 0))
            .map(|(at, is)| json!({"name": format!("q{at} {is}"), "value": format!("q{at} == {is}")}))
            .collect();
        let all = imported(&form(json!(pages), json!([]), json!(conditions)));
        let is_told = all.findings.iter().any(|finding| {
            let open = ["is not carried", "can still be sent"];
            open.iter().any(|open| finding.message.contains(open))
        });
        for chosen in 0..1_usize << count {
            let answers: Vec<bool> = (0..count).map(|at| chosen & (1 << at) != 0).collect();
            let (seen, is_sent) = walked(&links, &answers);
            let ids: Vec<String> = (0..count).map(|at| format!("q{at}")).collect();
            let is_asked = |id: &str| all.definition.asked().any(|question| question.id == id);
            let given = ids.iter().zip(&answers).filter(|(id, _)| is_asked(id));
            let given: Vec<(&str, Value)> = given.map(|(id, answer)| (id.as_str(), json!(answer))).collect();
            let filling = filled(&all, &given);
            let errors = filling.errors();
            if is_sent {
                assert!(filling.is_complete(), "{links:?} {answers:?} {errors:?}");
                assert!(is_told || filling.pages() == seen, "{links:?} {answers:?}");
                sent += 1;
            } else {
                assert!(is_told || !filling.is_complete(), "{links:?} {answers:?}");
                refused += usize::from(!filling.is_complete());
            }
        }
    }
    assert!(sent > 500 && refused > 500, "{sent} {refused}");
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
