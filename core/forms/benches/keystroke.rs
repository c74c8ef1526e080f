//! What one keystroke costs, beside a full evaluation, on forms of 100, 1,000 and 10,000 questions.
//!
//! `flat` has conditions, required-when and computed values on every tenth question, each reading one near it, and one
//! total over ten of them. `rows` has the same number of questions in rows of ten, with a computed value in each row and
//! a sum over all rows: the one change that every row's answer reaches.

use std::hint::black_box;
use std::sync::Arc;

use criterion::{BenchmarkId, Criterion, criterion_group, criterion_main};
use onehall_forms::{Context, Filling, Form, evaluate};
use onehall_protocol::drafts::Answers;
use serde_json::{Value, json};

const SIZES: [usize; 3] = [100, 1_000, 10_000];

fn text(text: &str) -> Value {
    json!({"zh-CN": text, "en": text})
}

fn load(pages: Vec<Value>) -> Arc<Form> {
    let value =
        json!({"schema": "onehall-form/1", "code": "bench", "version": 1, "title": text("bench"), "pages": pages});
    Arc::new(Form::from_value(&value).unwrap_or_else(|findings| panic!("{findings:?}")))
}

fn flat(size: usize) -> (Arc<Form>, Answers, String) {
    let mut answers = Answers::new();
    let pages = (0..size / 10).map(|page| {
        let first = format!("q{}", page * 10);
        let questions: Vec<Value> = (0..10)
            .map(|at| {
                let id = format!("q{}", page * 10 + at);
                let mut question = json!({"id": id, "kind": "number", "label": text("q"), "max": 100});
                match at {
                    3 => question["visible_when"] = json!({">": [{"var": first}, 3]}),
                    5 => question["required_when"] = json!({"<": [{"var": first}, 50]}),
                    7 => question["valid_when"] = json!([{"rule": {"<=": [{"var": id}, {"+": [{"var": first}, 100]}]}, "message": text("no")}]),
                    9 => {
                        let all: Vec<Value> = (0..9).map(|at| json!({"var": [format!("q{}", page * 10 + at), 0]})).collect();
                        question = json!({"id": id, "kind": "computed", "label": text("sum"), "value": {"+": all}});
                    }
                    _ => {}
                }
                if at != 9 {
                    answers.insert(id, json!(7));
                }
                question
            })
            .collect();
        json!({"id": format!("p{page}"), "title": text("page"), "questions": questions})
    });
    let pages = pages.collect();
    let typed = format!("q{}", size / 20 * 10);
    (load(pages), answers, typed)
}

fn rows(size: usize) -> (Arc<Form>, Answers, String) {
    let mut questions: Vec<Value> = (0..8)
        .map(|at| json!({"id": format!("t{at}"), "kind": "text", "label": text("t")}))
        .collect();
    questions.push(json!({"id": "n", "kind": "number", "label": text("n"), "required": true}));
    questions
        .push(json!({"id": "twice", "kind": "computed", "label": text("c"), "value": {"*": [{"var": "row.n"}, 2]}}));
    let page = json!({"id": "p", "title": text("page"), "questions": [
        {"id": "g", "kind": "group", "label": text("g"), "row_label": text("r"), "max_rows": 1000, "questions": questions},
        {"id": "sum", "kind": "computed", "label": text("s"), "value": {"sum": [{"var": "g"}, {"var": "twice"}]}},
    ]});
    let mut answers = Answers::new();
    let ids: Vec<String> = (0..size / 10).map(|row| format!("r{row}")).collect();
    for id in &ids {
        for at in 0..8 {
            answers.insert(format!("g/{id}/t{at}"), json!("answer"));
        }
        answers.insert(format!("g/{id}/n"), json!(7));
    }
    let typed = format!("g/r{}/n", size / 20);
    answers.insert("g".to_owned(), json!(ids));
    (load(vec![page]), answers, typed)
}

fn keystroke(criterion: &mut Criterion) {
    let context = Context::on("2026-11-23".parse().unwrap_or_else(|error| panic!("{error}")));
    for (name, make) in [
        ("flat", flat as fn(usize) -> (Arc<Form>, Answers, String)),
        ("rows", rows),
    ] {
        let mut group = criterion.benchmark_group(name);
        for size in SIZES {
            let (form, answers, typed) = make(size);
            let mut filling = Filling::new(Arc::clone(&form), answers.clone(), context);
            let mut value = 0;
            // As the UI does it: set, look at what changed, and at whether the form is complete.
            group.bench_function(BenchmarkId::new("keystroke", size), |bencher| {
                bencher.iter(|| {
                    value = (value + 1) % 10;
                    let changed = filling.set(&typed, json!(value));
                    let views: Vec<_> = changed.paths.iter().filter_map(|path| filling.question(path)).collect();
                    black_box((views.len(), filling.is_complete(), filling.progress()))
                });
            });
            group.sample_size(10);
            group.bench_function(BenchmarkId::new("full evaluation", size), |bencher| {
                bencher.iter(|| black_box(Filling::new(Arc::clone(&form), answers.clone(), context).is_complete()));
            });
            group.bench_function(BenchmarkId::new("evaluation with transcript", size), |bencher| {
                bencher.iter(|| black_box(evaluate(&form, answers.clone(), context)));
            });
        }
        group.finish();
    }
}

criterion_group!(benches, keystroke);
criterion_main!(benches);
