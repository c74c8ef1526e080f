//! Forms to type in, as large as one likes, with the key that is measured and what hangs on it.

use onehall_protocol::Date;
use onehall_protocol::drafts::Answers;
use serde::Serialize;
use serde_json::{Value, json};

/// How many questions the measured forms have.
pub const SIZES: [usize; 3] = [100, 1_000, 10_000];

/// How a form is laid out, and how far the key reaches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// Pages of ten questions. The key reaches four others on its page: one that is shown by it, one that is required by
    /// it, one that is checked against it, a sum.
    Flat,
    /// Rows of ten questions in one repeating group. The key reaches three others in its row: shown, required, checked.
    Row,
    /// The same form. The key reaches a product in its row, and through it a sum over all rows.
    Sum,
}

impl Shape {
    /// Every shape.
    pub const ALL: [Shape; 3] = [Shape::Flat, Shape::Row, Shape::Sum];

    /// Its name in tables.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Shape::Flat => "flat",
            Shape::Row => "row",
            Shape::Sum => "sum",
        }
    }

    /// The shape of a name.
    #[must_use]
    pub fn named(name: &str) -> Option<Shape> {
        Shape::ALL.into_iter().find(|shape| shape.name() == name)
    }
}

/// A form with answers, and a place in it to type in.
#[derive(Debug, Clone, Serialize)]
pub struct TypedForm {
    /// The form.
    pub definition: Value,
    /// Answers by path.
    pub answers: Answers,
    /// The day.
    pub as_of: Date,
    /// The path into which is typed: a number from 0 to 9.
    pub typed: String,
    /// The paths of what hangs on it.
    pub watched: Vec<String>,
}

/// The form of a shape and size.
#[must_use]
pub fn typed_form(shape: Shape, size: usize) -> TypedForm {
    match shape {
        Shape::Flat => flat(size),
        Shape::Row => rows(size, "m", &["t1", "t2", "t3"]),
        Shape::Sum => {
            let mut form = rows(size, "n", &["twice"]);
            form.watched.push("sum".to_owned());
            form
        }
    }
}

fn text(text: &str) -> Value {
    json!({ "zh-CN": text, "en": text })
}

fn form(pages: Vec<Value>, answers: Answers, typed: String, watched: Vec<String>) -> TypedForm {
    let definition =
        json!({ "schema": "onehall-form/1", "code": "typed", "version": 1, "title": text("typed"), "pages": pages });
    TypedForm {
        definition,
        answers,
        as_of: Date::new(2026, 11, 23).unwrap_or_else(|_| unreachable!("it is a day")),
        typed,
        watched,
    }
}

fn flat(size: usize) -> TypedForm {
    let mut answers = Answers::new();
    let page = |page: usize| {
        let id = |at: usize| format!("q{}", page * 10 + at);
        let first = json!({ "var": id(0) });
        let questions: Vec<Value> = (0..10)
            .map(|at| {
                let mut question = json!({ "id": id(at), "kind": "number", "label": text("question"), "max": 100 });
                match at {
                    3 => question["visible_when"] = json!({ ">": [first, 3] }),
                    5 => question["required_when"] = json!({ "<": [first, 5] }),
                    7 => {
                        let rule = json!({ "<=": [{ "var": id(7) }, first] });
                        question["valid_when"] = json!([{ "rule": rule, "message": text("too much") }]);
                    }
                    9 => {
                        let all = [0, 1, 2, 4, 5, 6, 7, 8].map(|at| json!({ "var": [id(at), 0] }));
                        question =
                            json!({ "id": id(9), "kind": "computed", "label": text("sum"), "value": { "+": all } });
                    }
                    _ => {}
                }
                // The one that may be required waits for its answer.
                if !matches!(at, 5 | 9) {
                    answers.insert(id(at), json!(7));
                }
                question
            })
            .collect();
        json!({ "id": format!("p{page}"), "title": text("page"), "questions": questions })
    };
    let pages = (0..size / 10).map(page).collect();
    let first = size / 20 * 10;
    let watched = [3, 5, 7, 9].map(|at| format!("q{}", first + at));
    form(pages, answers, format!("q{first}"), watched.into())
}

fn rows(size: usize, typed: &str, watched: &[&str]) -> TypedForm {
    let number = |id: &str| json!({ "id": id, "kind": "number", "label": text("number"), "max": 100 });
    let plain = |id: &str| json!({ "id": id, "kind": "text", "label": text("text") });
    let mut questions = vec![number("m"), plain("t1"), plain("t2"), number("t3")];
    questions[1]["visible_when"] = json!({ ">": [{ "var": "row.m" }, 3] });
    questions[2]["required_when"] = json!({ "<": [{ "var": "row.m" }, 5] });
    let rule = json!({ "<=": [{ "var": "row.t3" }, { "var": "row.m" }] });
    questions[3]["valid_when"] = json!([{ "rule": rule, "message": text("too much") }]);
    questions.extend(["t4", "t5", "t6", "t7"].map(plain));
    questions.push(number("n"));
    questions[8]["required"] = true.into();
    let twice = json!({ "*": [{ "var": "row.n" }, 2] });
    questions.push(json!({ "id": "twice", "kind": "computed", "label": text("twice"), "value": twice }));
    let page = json!({ "id": "p", "title": text("page"), "questions": [
        { "id": "g", "kind": "group", "label": text("rows"), "row_label": text("row"), "max_rows": 1_000, "questions": questions },
        { "id": "sum", "kind": "computed", "label": text("sum"), "value": { "sum": [{ "var": "g" }, { "var": "twice" }] } },
    ] });

    let mut answers = Answers::new();
    let ids: Vec<String> = (0..size / 10).map(|row| format!("r{row}")).collect();
    for id in &ids {
        for name in ["m", "n", "t3"] {
            answers.insert(format!("g/{id}/{name}"), json!(7));
        }
        for name in ["t1", "t4", "t5", "t6", "t7"] {
            answers.insert(format!("g/{id}/{name}"), json!("answer"));
        }
    }
    answers.insert("g".to_owned(), json!(ids));
    let row = format!("g/r{}", size / 20);
    let watched = watched.iter().map(|name| format!("{row}/{name}")).collect();
    form(vec![page], answers, format!("{row}/{typed}"), watched)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::sync::Arc;

    use onehall_forms::{Context, Filling, Form};
    use serde_json::json;

    use super::{Shape, typed_form};

    /// What is measured happens: the key changes what is watched, and as much in a large form as in a small one.
    #[test]
    fn a_key_reaches_what_is_watched_whatever_the_size() {
        for shape in Shape::ALL {
            let mut costs = BTreeSet::new();
            for size in [100, 1_000] {
                let made = typed_form(shape, size);
                let form = Form::from_value(&made.definition).unwrap_or_else(|findings| panic!("{findings:?}"));
                let mut filling = Filling::new(Arc::new(form), made.answers, Context::on(made.as_of));
                let mut reached = BTreeSet::new();
                let before = filling.evaluations();
                for value in [0, 9, 4, 3] {
                    reached.extend(filling.set(&made.typed, json!(value)).paths);
                }
                costs.insert(filling.evaluations() - before);
                let expected: BTreeSet<String> = made.watched.into_iter().chain([made.typed]).collect();
                assert_eq!(reached, expected, "{shape:?} of {size}");
            }
            assert_eq!(costs.len(), 1, "{shape:?}: {costs:?} evaluations");
            assert_eq!(Shape::named(shape.name()), Some(shape));
        }
    }
}
