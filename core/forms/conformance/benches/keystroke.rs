//! What one keystroke costs, beside a full evaluation, on forms of 100, 1,000 and 10,000 questions: flat, and in the rows
//! of a repeating group. [`Shape`] says what the key reaches in each.

use std::hint::black_box;
use std::sync::Arc;
use std::time::Duration;

use criterion::{BenchmarkId, Criterion, criterion_group, criterion_main};
use onehall_forms::{Context, Filling, Form, evaluate};
use onehall_forms_conformance::{SIZES, Shape, typed_form};
use serde_json::json;

fn keystroke(criterion: &mut Criterion) {
    for shape in Shape::ALL {
        let mut group = criterion.benchmark_group(shape.name());
        for size in SIZES {
            let made = typed_form(shape, size);
            let form = Form::from_value(&made.definition).unwrap_or_else(|findings| panic!("{findings:?}"));
            let form = Arc::new(form);
            let context = Context::on(made.as_of);
            let mut filling = Filling::new(Arc::clone(&form), made.answers.clone(), context.clone());
            let mut value = 0;
            group.measurement_time(Duration::from_secs(3));
            // As the UI does it: set, look at what changed, and at whether the form is complete.
            group.bench_function(BenchmarkId::new("keystroke", size), |bencher| {
                bencher.iter(|| {
                    value = (value + 1) % 10;
                    let changed = filling.set(&made.typed, json!(value));
                    let views: Vec<_> = changed.paths.iter().filter_map(|path| filling.question(path)).collect();
                    black_box((views.len(), filling.is_complete(), filling.progress()))
                });
            });
        }
        // Both layouts of the rows are one form.
        let whole: &[usize] = if shape == Shape::Sum { &[] } else { &SIZES };
        for size in whole {
            let made = typed_form(shape, *size);
            let form = Form::from_value(&made.definition).unwrap_or_else(|findings| panic!("{findings:?}"));
            let form = Arc::new(form);
            let context = Context::on(made.as_of);
            group.sample_size(10);
            group.bench_function(BenchmarkId::new("full evaluation", size), |bencher| {
                bencher.iter(|| {
                    let filling = Filling::new(Arc::clone(&form), made.answers.clone(), context.clone());
                    black_box(filling.is_complete())
                });
            });
            group.bench_function(BenchmarkId::new("evaluation with transcript", size), |bencher| {
                bencher.iter(|| black_box(evaluate(&form, made.answers.clone(), context.clone())));
            });
        }
        group.finish();
    }
}

criterion_group!(benches, keystroke);
criterion_main!(benches);
