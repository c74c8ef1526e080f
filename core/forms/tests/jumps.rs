//! Where it goes on after a page.

mod made;

use std::collections::BTreeMap;
use std::sync::Arc;

use made::{context, filling, findings, form, question, text};
use onehall_forms::{Filling, Form};
use onehall_protocol::Language;
use proptest::prelude::*;
use serde_json::{Value, json};

/// A page of a yes-or-no question `b_{id}` and a required text `t_{id}`.
fn page(id: &str, more: Value) -> Value {
    let mut page = json!({"id": id, "title": text(id), "questions": [
        question(&format!("b_{id}"), "yes_no", json!({})),
        question(&format!("t_{id}"), "text", json!({"required": true})),
    ]});
    for (name, value) in more.as_object().into_iter().flatten() {
        page[name] = value.clone();
    }
    page
}

fn when(id: &str, page: &str) -> Value {
    json!({"when": {"var": format!("b_{id}")}, "page": page})
}

fn pages_of(filling: &Filling) -> String {
    filling.pages().join(" ")
}

#[test]
fn the_first_jump_that_is_true_decides_and_unknown_is_not_true() {
    let form = form(&json!([
        page(
            "a",
            json!({"next": [when("a", "d"), {"when": {"==": [{"var": "t_a"}, "c"]}, "page": "c"}]})
        ),
        page("b", json!({})),
        page("c", json!({})),
        page("d", json!({})),
    ]));
    let of = |answers: Value| pages_of(&filling(&form, &answers, &context()));
    assert_eq!(of(json!({})), "a b c d");
    assert_eq!(of(json!({"b_a": true, "t_a": "c"})), "a d");
    assert_eq!(of(json!({"b_a": false, "t_a": "c"})), "a c d");
    assert_eq!(of(json!({"t_a": "c"})), "a c d");
    assert_eq!(of(json!({"b_a": false, "t_a": "b"})), "a b c d");
}

#[test]
fn what_is_jumped_over_is_neither_asked_nor_submitted_but_kept() {
    let form = form(&json!([
        page("a", json!({"next": [when("a", "c")]})),
        page("b", json!({})),
        page("c", json!({})),
    ]));
    let mut filling = filling(
        &form,
        &json!({"b_a": false, "t_a": "x", "t_b": "y", "t_c": "z"}),
        &context(),
    );
    assert!(filling.is_complete() && filling.submitted_answers().contains_key("t_b"));
    filling.set("t_b", Value::Null);
    assert_eq!(filling.first_incomplete_page(), Some("b"));
    filling.set("t_b", json!("y"));
    let changed = filling.set("b_a", json!(true));
    assert!(changed.pages);
    assert_eq!(changed.paths, ["b", "b_a", "b_b", "t_b"]);
    assert_eq!(
        (pages_of(&filling).as_str(), filling.next_page("a")),
        ("a c", Some("c"))
    );
    assert!(filling.is_complete() && filling.page("b").is_none() && filling.question("t_b").is_none());
    assert!(!filling.submitted_answers().contains_key("t_b") && filling.answers().contains_key("t_b"));
    filling.set("b_a", Value::Null);
    assert_eq!(pages_of(&filling), "a b c");
    let two = |one: bool, other: bool| [("b_a".to_owned(), json!(one)), ("b_a".to_owned(), json!(other))];
    assert!(!filling.set_all(two(true, false)).pages, "there and back again");
    assert!(filling.set_all(two(false, true)).pages);
    assert!(!filling.set_all(two(false, true)).pages);
}

#[test]
fn a_page_that_is_not_shown_jumps_nowhere() {
    let form = form(&json!([
        page("a", json!({"next": [when("a", "c")]})),
        page("b", json!({"next": [{"page": "e"}], "visible_when": {"var": "b_a"}})),
        page(
            "c",
            json!({"next": [{"page": "e"}], "visible_when": {"==": [{"var": "t_a"}, "c"]}})
        ),
        page("d", json!({})),
        page("e", json!({})),
    ]));
    let of = |answers: Value| pages_of(&filling(&form, &answers, &context()));
    // `b` would jump to the end, but it is hidden, or jumped over itself.
    assert_eq!(of(json!({"b_a": false})), "a d e");
    assert_eq!(of(json!({"b_a": true})), "a d e");
    assert_eq!(of(json!({"b_a": true, "t_a": "c"})), "a c e");
}

#[test]
fn jumps_that_lead_nowhere_and_pages_that_nobody_comes_to_are_findings() {
    let found = |pages: Value| {
        let found = findings(&pages);
        found
            .into_iter()
            .map(|(path, code)| format!("{path} {code}"))
            .collect::<Vec<_>>()
    };
    let three = |first: Value| json!([page("a", first), page("b", json!({})), page("c", json!({}))]);
    assert_eq!(
        found(three(json!({"next": [{"page": "z"}]}))),
        ["/pages/0/next/0/page dangling_reference"]
    );
    assert_eq!(
        found(json!([
            page("a", json!({})),
            page("b", json!({"next": [when("a", "a"), when("b", "b")]}))
        ])),
        ["/pages/1/next/0/page bad_next", "/pages/1/next/1/page bad_next"]
    );
    assert_eq!(
        found(three(json!({"next": [{"page": "c"}]}))),
        ["/pages/1 unreachable_page"]
    );
    assert_eq!(
        found(three(json!({"next": [{"when": true, "page": "c"}]}))),
        ["/pages/1 unreachable_page"]
    );
    assert_eq!(
        found(three(json!({"next": [{"when": false, "page": "c"}]}))),
        Vec::<String>::new()
    );
    assert_eq!(
        found(three(json!({"next": [{"page": "b"}, when("a", "c")]}))),
        ["/pages/0/next/1 bad_next"]
    );
    // One way past a page that jumps is another that jumps to what it jumps over, or that it is not shown.
    assert_eq!(
        found(three(json!({"next": [when("a", "b"), {"page": "c"}]}))),
        Vec::<String>::new()
    );
    assert_eq!(
        found(json!([
            page("a", json!({})),
            page("b", json!({"visible_when": {"var": "b_a"}, "next": [{"page": "d"}]})),
            page("c", json!({})),
            page("d", json!({})),
        ])),
        Vec::<String>::new()
    );
    // Who is never come to leads nobody anywhere.
    assert_eq!(
        found(json!([
            page("a", json!({"next": [{"page": "d"}]})),
            page("b", json!({"next": [{"page": "c"}]})),
            page("c", json!({})),
            page("d", json!({})),
        ])),
        ["/pages/1 unreachable_page", "/pages/2 unreachable_page"]
    );
    assert_eq!(
        found(three(json!({"next": [{"when": {"var": "z"}, "page": "c"}]}))),
        ["/pages/0/next/0/when/var dangling_reference"]
    );
    assert_eq!(
        found(three(json!({"next": [{"page": "c", "if": true}]}))),
        ["/pages/0/next/0/if unknown_field"]
    );
    assert_eq!(found(three(json!({"next": [{}]}))), ["/pages/0/next/0 missing_field"]);
    assert_eq!(
        found(three(json!({"next": {"page": "c"}}))),
        ["/pages/0/next wrong_type"]
    );
}

#[test]
fn a_jump_that_hangs_on_what_it_jumps_over_is_a_circle() {
    let pages = json!([
        page("a", json!({"next": [when("b", "c")]})),
        page("b", json!({})),
        page("c", json!({}))
    ]);
    let findings = Form::from_value(&made::definition(&pages)).err().unwrap_or_default();
    assert_eq!(
        findings.iter().map(|finding| finding.code).collect::<Vec<_>>(),
        ["cycle"]
    );
    assert!(
        findings[0].message(Language::En).contains("a (where it goes on)"),
        "{findings:?}"
    );
}

#[test]
fn a_jump_costs_what_it_jumps_over_and_not_the_form() {
    // Each page may jump over the next one.
    let jump = |at: usize| match at {
        0..498 => json!({"next": [when(&format!("p{at}"), &format!("p{}", at + 2))]}),
        _ => json!({}),
    };
    let pages: Value = (0..500).map(|at| page(&format!("p{at}"), jump(at))).collect();
    let form = form(&pages);
    let mut filling = filling(&form, &json!({}), &context());
    let mut of = |id: &str| {
        let before = filling.evaluations();
        filling.set(id, json!(true));
        filling.evaluations() - before
    };
    assert!((1..10).contains(&of("t_p9")), "an answer that no jump reads");
    assert!((10..30).contains(&of("b_p100")));
    assert_eq!(filling.pages().len(), 499);
}

/// A form of pages as an oracle knows it: of each page on which earlier answer it hangs, and its jumps.
#[derive(Debug, Clone)]
struct Plan {
    visible: Option<usize>,
    jumps: Vec<(Option<usize>, usize)>,
}

fn plans() -> impl Strategy<Value = Vec<Plan>> {
    let plan = (
        prop::option::weighted(0.3, any::<prop::sample::Index>()),
        prop::collection::vec(
            (
                prop::option::weighted(0.8, any::<prop::sample::Index>()),
                any::<prop::sample::Index>(),
            ),
            0..3,
        ),
    );
    prop::collection::vec(plan, 2..9).prop_map(|seeds| {
        let count = seeds.len();
        let plan = |(at, (visible, jumps)): (usize, (Option<prop::sample::Index>, Vec<_>))| Plan {
            visible: visible.filter(|_| at > 0).map(|index| index.index(at)),
            jumps: jumps
                .into_iter()
                .filter(|_| at + 1 < count)
                .map(|(when, to): (Option<prop::sample::Index>, prop::sample::Index)| {
                    (when.map(|index| index.index(at + 1)), at + 1 + to.index(count - at - 1))
                })
                .collect(),
        };
        seeds.into_iter().enumerate().map(plan).collect()
    })
}

/// The pages on the path, by the words of the documentation.
fn walked(plans: &[Plan], answers: &BTreeMap<usize, bool>) -> Vec<usize> {
    let mut on_path = Vec::new();
    let mut at = 0;
    while at < plans.len() {
        // The answer of a page that is not on the path is unknown, so not true.
        let holds = |page: usize, on_path: &[usize]| on_path.contains(&page) && answers.get(&page) == Some(&true);
        let shown = plans[at].visible.is_none_or(|page| holds(page, &on_path));
        let mut to = at + 1;
        if shown {
            on_path.push(at);
            let jump = plans[at]
                .jumps
                .iter()
                .find(|(when, _)| when.is_none_or(|page| holds(page, &on_path)));
            to = jump.map_or(to, |(_, page)| *page);
        }
        at = to;
    }
    on_path
}

fn planned(plans: &[Plan]) -> Value {
    let id = |at: usize| format!("p{at}");
    let pages = plans.iter().enumerate().map(|(at, plan)| {
        let jumps = plan.jumps.iter().map(|(page, to)| match page {
            Some(page) => when(&id(*page), &id(*to)),
            None => json!({"page": id(*to)}),
        });
        let mut more = json!({"next": jumps.collect::<Value>()});
        if let Some(page) = plan.visible {
            more["visible_when"] = json!({"var": format!("b_{}", id(page))});
        }
        page(&id(at), more)
    });
    pages.collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(600))]

    /// Page by page, as the documentation says it.
    #[test]
    fn the_path_is_the_one_that_a_person_walks(
        plans in plans(),
        edits in prop::collection::vec((0_usize..8, prop::option::of(any::<bool>())), 1..12),
    ) {
        let form = Form::from_value(&made::definition(&planned(&plans)));
        // Some have a jump behind one that is always taken, or a page that nobody comes to; most have not.
        prop_assume!(form.is_ok());
        let form = Arc::new(form.unwrap_or_else(|findings| panic!("{findings:?}")));
        let mut answers = BTreeMap::new();
        let mut filling = Filling::new(Arc::clone(&form), Default::default(), context());
        for (page, answer) in edits {
            if page >= plans.len() {
                continue;
            }
            match answer {
                Some(answer) => answers.insert(page, answer),
                None => answers.remove(&page),
            };
            filling.set(&format!("b_p{page}"), answer.map_or(Value::Null, Value::from));
            let path: Vec<String> = walked(&plans, &answers).into_iter().map(|at| format!("p{at}")).collect();
            prop_assert_eq!(filling.pages(), path);
            let full = Filling::new(Arc::clone(&form), filling.answers(), context());
            prop_assert_eq!(filling.evaluation(), full.evaluation());
        }
    }

    /// A page that is no finding is come to with some answers, unless two rules exclude each other; one that is, with none.
    #[test]
    fn nobody_comes_to_an_unreachable_page(plans in plans(), bits in any::<u16>()) {
        let answers: BTreeMap<usize, bool> = (0..plans.len()).map(|at| (at, bits >> at & 1 == 1)).collect();
        let on_path = walked(&plans, &answers);
        for (path, code) in findings(&planned(&plans)) {
            if code == "unreachable_page" {
                let at: usize = path.trim_start_matches("/pages/").parse().unwrap_or_else(|_| panic!("{path}"));
                prop_assert!(!on_path.contains(&at), "{} is on {:?}", path, on_path);
            }
        }
    }
}
