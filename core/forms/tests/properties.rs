//! What holds whatever the form, the answers and the order in which they come.

use std::collections::BTreeMap;
use std::sync::Arc;

use onehall_forms::{Context, Filling, Form, Inputs, evaluate};
use onehall_protocol::drafts::Answers;
use proptest::prelude::*;
use serde_json::{Value, json};

fn text(text: &str) -> Value {
    json!({"zh-CN": text, "en": text})
}

/// A day, the working days, and a list whose entries are at hand.
fn context() -> Context {
    let inputs: Inputs = serde_json::from_value(json!({
        "calendar": {"version": "1", "days": {"covers": ["2026-01-01", "2026-12-31"], "holidays": ["2026-11-24"], "working_weekends": []}},
        "lists": [{"code": "jobs", "version": "1", "entries": [{"code": "1", "label": text("1")}, {"code": "2", "label": text("2")}]}],
    }))
    .unwrap_or_else(|error| panic!("{error}"));
    inputs.context("2026-11-23".parse().unwrap_or_else(|error| panic!("{error}")))
}

/// A rule over the questions `earlier`, made of three numbers.
fn rule(earlier: &[String], seed: (u8, u8, u8)) -> Value {
    let var = |at: u8| json!({"var": earlier[at as usize % earlier.len()]});
    let (a, b) = (var(seed.1), var(seed.2));
    match seed.0 % 8 {
        0 => json!({">": [a, 2]}),
        1 => json!({"and": [{">": [a, 1]}, {"<": [b, 4]}]}),
        2 => json!({"or": [{"==": [a, 3]}, {"!": [{"answered": b}]}]}),
        3 => json!({"!": [a]}),
        4 => json!({"if": [a, {">": [b, 2]}, true]}),
        5 => json!({"in": [a, [1, 2, 3]]}),
        6 => json!({"==": [{"+": [a, b]}, 5]}),
        _ => json!({"answered": a}),
    }
}

type Seeds = Vec<(u8, u8, u8, u8)>;

/// The id of a question, whatever sections it stands in by itself.
fn asked(question: &Value) -> &str {
    match question["kind"].as_str() {
        Some("section") => asked(&question["questions"][0]),
        _ => question["id"].as_str().unwrap_or_default(),
    }
}

/// The question in a section with a rule, in two, or in none.
fn in_sections(question: Value, at: usize, seed: (u8, u8, u8, u8), earlier: &[String]) -> Value {
    let mut question = question;
    for which in 0..seed.3 / 16 % 4 {
        if which > 1 {
            break;
        }
        question =
            json!({"id": format!("t{at}_{which}"), "kind": "section", "label": text("t"), "questions": [question]});
        if seed.2 % 2 == which {
            question["visible_when"] = rule(earlier, (seed.2, seed.3, seed.1));
        }
    }
    question
}

/// A form of numbers, computed values, sections and two levels of groups, with rules of each sort across all of them.
fn form(seeds: &Seeds) -> Arc<Form> {
    let mut earlier: Vec<String> = vec!["q0".to_owned()];
    let mut questions = vec![json!({"id": "q0", "kind": "number", "label": text("q"), "required": true})];
    for (at, seed) in seeds.iter().enumerate() {
        let at = at + 1;
        let id = format!("q{at}");
        let own = (seed.1, seed.2, seed.3);
        let before = earlier.len();
        let mut question = json!({"id": id, "kind": "number", "label": text("q"), "max": 6});
        match seed.0 % 10 {
            0 => question["visible_when"] = rule(&earlier, own),
            1 => question["required_when"] = rule(&earlier, own),
            2 => {
                let condition = rule(&earlier, own);
                question["valid_when"] = json!([{"rule": condition, "message": text("no")}]);
            }
            3 => {
                question = json!({"id": id, "kind": "computed", "label": text("c"), "value": {"+": [
                    {"var": [earlier[seed.1 as usize % earlier.len()], 1]}, {"var": [earlier[seed.2 as usize % earlier.len()], 0]}]}});
            }
            4 => {
                let mut inner = earlier.clone();
                inner.extend(["row.a".to_owned(), "row.a".to_owned()]);
                let mut deep = earlier.clone();
                deep.extend(["outer_row.a".to_owned(), "outer_row.b".to_owned(), "row.x".to_owned()]);
                question = json!({"id": id, "kind": "group", "label": text("g"), "row_label": text("r"), "max_rows": 4, "min_rows": seed.1 % 2,
                "valid_when": [{"rule": {"<": [{"sum": [{"var": id}, {"var": ["a", 0]}]}, 9]}, "message": text("no")}],
                "questions": [
                    {"id": "a", "kind": "number", "label": text("a"), "required": true},
                    {"id": "b", "kind": "number", "label": text("b"), "visible_when": rule(&inner, own)},
                    {"id": "c", "kind": "computed", "label": text("c"), "value": {"-": [{"sum": [{"var": id}, {"var": ["a", 0]}]}, {"var": ["row.b", 0]}]}},
                    {"id": "in_row", "kind": "section", "label": text("s"), "visible_when": rule(&inner, (seed.3, seed.2, seed.1)), "questions": [
                        {"id": "e", "kind": "number", "label": text("e"), "required": true, "max": 4},
                        {"id": "f", "kind": "note", "label": text("f")}]},
                    {"id": "d", "kind": "group", "label": text("d"), "row_label": text("r"), "questions": [
                        {"id": "x", "kind": "number", "label": text("x"), "required_when": {">": [{"var": "outer_row.a"}, 3]}},
                        {"id": "y", "kind": "number", "label": text("y"), "visible_when": rule(&deep, own)},
                    ]},
                ]});
                let sum = json!({"sum": [{"var": id}, {"sum": [{"var": "d"}, {"var": ["x", 1]}]}]});
                questions.push(question);
                question = json!({"id": format!("s{at}"), "kind": "computed", "label": text("s"), "value": sum});
            }
            5 => {
                question = json!({"id": id, "kind": "choice", "label": text("o"), "options": [
                    {"value": "1", "label": text("1")}, {"value": "2", "label": text("2"), "visible_when": rule(&earlier, own)}]});
            }
            6 => {
                question = json!({"id": id, "kind": "computed", "label": text("c"),
                    "value": {"add_working_days": ["2026-11-23", {"var": [earlier[seed.1 as usize % earlier.len()], 1]}]}});
            }
            7 => {
                question = json!({"id": id, "kind": "list_choice", "label": text("l"), "list": "jobs"});
                // Rules read the code as a number.
                earlier.push(format!("{id}.code"));
            }
            8 => {
                question = json!({"id": id, "kind": "date_range", "label": text("d"), "max_days": 3,
                    "required_when": rule(&earlier, own)});
                let days = json!({"days_between": [{"var": format!("{id}.from")}, {"var": format!("{id}.to")}]});
                questions.push(question);
                question = json!({"id": format!("d{at}"), "kind": "computed", "label": text("d"), "value": days});
            }
            _ => {}
        }
        let id = question["id"].as_str().unwrap_or_default().to_owned();
        questions.push(in_sections(question, at, *seed, &earlier[..before]));
        earlier.push(id);
    }
    let pages = pages(&questions, seeds);
    let value = json!({"schema": "onehall-form/1", "code": "any", "version": 1, "title": text("any"), "pages": pages});
    Arc::new(Form::from_value(&value).unwrap_or_else(|findings| panic!("{findings:#?}\n{value:#}")))
}

/// The questions on pages of three, some of which hang on the first question, and some of which jump.
fn pages(questions: &[Value], seeds: &Seeds) -> Value {
    let count = questions.len().div_ceil(3);
    let mut known = Vec::new();
    let pages = questions.chunks(3).enumerate().map(|(at, chunk)| {
        known.extend(chunk.iter().map(|question| asked(question).to_owned()));
        let seed = seeds[at % seeds.len()];
        let mut page = json!({"id": format!("p{at}"), "title": text("p"), "questions": chunk});
        if at % 3 == 1 {
            page["visible_when"] = rule(&["q0".to_owned()], (2, 0, 0));
        }
        if at + 2 < count && seed.0.is_multiple_of(2) {
            let to = |seed: u8| format!("p{}", at + 1 + seed as usize % (count - at - 1));
            page["next"] = json!([
                {"when": rule(&known, (seed.1, seed.2, seed.3)), "page": to(seed.3)},
                {"when": rule(&known, (seed.2, seed.3, seed.1)), "page": to(seed.1)},
            ]);
        }
        page
    });
    pages.collect()
}

#[derive(Debug, Clone)]
enum Edit {
    Set(String, Value),
    Add(String, String),
    Remove(String, String),
    Move(String, String, usize),
    List(String, Vec<String>),
}

fn any_path() -> impl Strategy<Value = String> {
    let row = prop_oneof![Just("r1"), Just("r2"), Just("r3")];
    prop_oneof![
        3 => (0_u8..13).prop_map(|at| format!("q{at}")),
        3 => (1_u8..13, row.clone(), prop_oneof![Just("a"), Just("b"), Just("c"), Just("e")]).prop_map(|(at, row, id)| format!("q{at}/{row}/{id}")),
        2 => (1_u8..13, row.clone(), row, prop_oneof![Just("x"), Just("y")]).prop_map(|(at, row, inner, id)| format!("q{at}/{row}/d/{inner}/{id}")),
    ]
}

fn any_group() -> impl Strategy<Value = String> {
    prop_oneof![
        (1_u8..13).prop_map(|at| format!("q{at}")),
        (1_u8..13, prop_oneof![Just("r1"), Just("r2")]).prop_map(|(at, row)| format!("q{at}/{row}/d")),
    ]
}

fn any_edit() -> impl Strategy<Value = Edit> {
    let row = || prop_oneof![Just("r1".to_owned()), Just("r2".to_owned()), Just("r3".to_owned())];
    let value = prop_oneof![
        5 => (0_i64..8).prop_map(Value::from),
        1 => Just(Value::Null),
        1 => Just(json!("2")),
        1 => Just(json!([])),
        1 => (1_u8..4).prop_map(|code| json!({"code": code.to_string(), "label": text(&code.to_string())})),
        1 => (1_u8..9, 1_u8..9).prop_map(|(from, to)| json!({"from": format!("2026-11-0{from}"), "to": format!("2026-11-0{to}")})),
    ];
    prop_oneof![
        5 => (any_path(), value).prop_map(|(path, value)| Edit::Set(path, value)),
        3 => (any_group(), row()).prop_map(|(group, row)| Edit::Add(group, row)),
        1 => (any_group(), row()).prop_map(|(group, row)| Edit::Remove(group, row)),
        1 => (any_group(), row(), 0_usize..3).prop_map(|(group, row, to)| Edit::Move(group, row, to)),
        1 => (any_group(), prop::collection::vec(row(), 0..4)).prop_map(|(group, rows)| Edit::List(group, rows)),
    ]
}

fn any_seeds() -> impl Strategy<Value = Seeds> {
    prop::collection::vec(any::<(u8, u8, u8, u8)>(), 1..12)
}

fn apply(filling: &mut Filling, edit: &Edit) -> onehall_forms::Changed {
    match edit {
        Edit::Set(path, value) => filling.set(path, value.clone()),
        Edit::Add(group, row) => filling.add_row(group, row),
        Edit::Remove(group, row) => filling.remove_row(group, row),
        Edit::Move(group, row, to) => filling.move_row(group, row, *to),
        Edit::List(group, rows) => filling.set(group, json!(rows)),
    }
}

/// What a person sees of each question that is shown.
fn seen(filling: &Filling) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    for page in filling.pages() {
        let page = filling.page(page).unwrap_or_else(|| panic!("on the path"));
        collect(&page.questions, &mut found);
    }
    found
}

fn collect(views: &[onehall_forms::QuestionView<'_>], found: &mut BTreeMap<String, String>) {
    for view in views {
        // A section comes and goes with what stands in it.
        if !view.questions.is_empty() {
            collect(&view.questions, found);
            continue;
        }
        let rows: Vec<&str> = view.rows.iter().map(|row| row.id.as_str()).collect();
        let options: Vec<&str> = view.options.iter().map(|option| option.value.as_str()).collect();
        let all = format!(
            "{:?} {:?} {} {:?} {options:?} {rows:?}",
            view.value, view.computed, view.required, view.errors
        );
        found.insert(view.path.clone(), all);
        for row in &view.rows {
            collect(&row.questions, found);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    /// Whatever was changed in whatever order: the result is that of an evaluation from nothing.
    #[test]
    fn incremental_equals_full(seeds in any_seeds(), edits in prop::collection::vec(any_edit(), 1..40)) {
        let form = form(&seeds);
        let mut filling = Filling::new(Arc::clone(&form), Answers::new(), context());
        for edit in &edits {
            apply(&mut filling, edit);
            let full = Filling::new(Arc::clone(&form), filling.answers(), context());
            prop_assert_eq!(filling.evaluation(), full.evaluation(), "after {:?}", edit);
            prop_assert_eq!(filling.canonical(), full.canonical());
            prop_assert_eq!(filling.progress(), full.progress());
            prop_assert_eq!(filling.is_complete(), full.is_complete());
            prop_assert_eq!(filling.is_complete(), filling.errors().is_empty());
            prop_assert_eq!(seen(&filling), seen(&full));
        }
    }

    /// What a change does not name, a person sees as before.
    #[test]
    fn a_change_names_all_that_looks_different(seeds in any_seeds(), edits in prop::collection::vec(any_edit(), 1..30)) {
        let mut filling = Filling::new(form(&seeds), Answers::new(), context());
        for edit in &edits {
            let (before, pages) = (seen(&filling), filling.pages().into_iter().map(str::to_owned).collect::<Vec<_>>());
            let changed = apply(&mut filling, edit);
            let after = seen(&filling);
            prop_assert_eq!(changed.pages, pages != filling.pages());
            for (path, look) in &after {
                // A page that comes or goes is told by `pages`.
                if before.get(path) != Some(look) && !changed.pages {
                    prop_assert!(changed.paths.contains(path), "{} after {:?}: {:?}", path, edit, changed.paths);
                }
            }
        }
    }

    /// Answers that are set once each may come in any order, rows and their answers included.
    #[test]
    fn the_order_of_independent_edits_does_not_matter(
        seeds in any_seeds(),
        edits in prop::collection::vec((any_path(), 0_i64..8), 1..20),
        lists in prop::collection::vec(any_group(), 0..6),
        order in any::<u64>(),
    ) {
        let form = form(&seeds);
        let mut all: BTreeMap<String, Value> = edits.into_iter().map(|(path, value)| (path, value.into())).collect();
        all.extend(lists.into_iter().map(|group| (group, json!(["r1", "r2"]))));
        let sorted: Vec<_> = all.clone().into_iter().collect();
        let mut shuffled = sorted.clone();
        shuffled.sort_by_key(|(path, _)| path.bytes().fold(order, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3)));
        let filled = |edits: Vec<(String, Value)>| {
            let mut filling = Filling::new(Arc::clone(&form), Answers::new(), context());
            for (path, value) in edits {
                filling.set(&path, value);
            }
            filling
        };
        let (one, other) = (filled(sorted.clone()), filled(shuffled));
        prop_assert_eq!(one.evaluation(), other.evaluation());
        prop_assert_eq!(one.answers(), other.answers());
        let mut at_once = Filling::new(Arc::clone(&form), Answers::new(), context());
        at_once.set_all(sorted);
        prop_assert_eq!(one.evaluation(), at_once.evaluation());
    }

    #[test]
    fn removing_a_row_never_touches_another_rows_answers(
        seeds in any_seeds(),
        edits in prop::collection::vec(any_edit(), 1..40),
        group in 1_u8..13,
        row in prop_oneof![Just("r1"), Just("r2"), Just("r3")],
    ) {
        let mut filling = Filling::new(form(&seeds), Answers::new(), context());
        for edit in &edits {
            apply(&mut filling, edit);
        }
        let group = format!("q{group}");
        let before = filling.answers();
        let had = before.get(&group).and_then(Value::as_array).is_some_and(|rows| rows.contains(&json!(row)));
        filling.add_row(&group, row);
        let removed = filling.remove_row(&group, row);
        let prefix = format!("{group}/{row}/");
        let kept = |answers: &Answers| -> Vec<(String, Value)> {
            answers.iter().filter(|(path, _)| **path != group && !path.starts_with(&prefix)).map(|(path, value)| (path.clone(), value.clone())).collect()
        };
        let after = filling.answers();
        prop_assert_eq!(kept(&before), kept(&after));
        if had && !removed.answers.is_empty() {
            prop_assert!(!after.keys().any(|path| path.starts_with(&prefix)));
            filling.add_row(&group, row);
            prop_assert!(!filling.answers().keys().any(|path| path.starts_with(&prefix)), "comes back empty");
        }
    }

    /// The changes that are told for saving make the backend's answers the same as here.
    #[test]
    fn what_is_told_for_saving_keeps_a_copy_the_same(seeds in any_seeds(), edits in prop::collection::vec(any_edit(), 1..40)) {
        let form = form(&seeds);
        let mut filling = Filling::new(Arc::clone(&form), Answers::new(), context());
        let mut copy = Answers::new();
        for edit in &edits {
            for change in apply(&mut filling, edit).answers {
                if change.value.is_null() { copy.remove(&change.path) } else { copy.insert(change.path, change.value) };
            }
            prop_assert_eq!(&copy, &filling.answers());
        }
        prop_assert_eq!(evaluate(&form, copy, context()), filling.evaluation());
    }

    #[test]
    fn no_answers_make_the_engine_panic(
        seeds in any_seeds(),
        answers in prop::collection::btree_map(
            prop_oneof![any_path(), any_group(), "[a-z0-9/]{0,12}"],
            prop_oneof![
                any::<f64>().prop_map(Value::from), ".{0,8}".prop_map(Value::from), any::<bool>().prop_map(Value::from),
                Just(Value::Null), Just(json!({})), Just(json!([])), Just(json!([[]])), Just(json!({"region": 1})),
                Just(json!({"from": "2026-11-01", "to": null})), Just(json!({"code": "1", "label": text("1")})),
                prop::collection::vec("[a-z0-9/-]{0,4}", 0..5).prop_map(Value::from), Just(json!(["r1", "r2"])),
            ],
            0..30,
        ),
    ) {
        let form = form(&seeds);
        let found = evaluate(&form, answers.clone(), context());
        prop_assert_eq!(&evaluate(&form, answers, context()), &found);
        prop_assert_eq!(evaluate(&form, found.submitted.clone(), context()).submitted, found.submitted);
    }
}
