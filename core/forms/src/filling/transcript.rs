//! The evaluation as one document, and its hash: what terminal and backend compare.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::Arc;

use onehall_protocol::FieldError;
use onehall_protocol::drafts::{Answers, EvaluatedWith};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::Filling;
use super::answer::is_blank;
use super::fault::AnswerCode;
use super::view::computed;
use crate::context::Context;
use crate::decimal::Decimal;
use crate::definition::{ENGINE, Kind};
use crate::form::Form;

/// All that follows from answers.
#[derive(Debug, Clone, PartialEq)]
pub struct Evaluation {
    /// What is wrong; a submission is taken only where nothing is.
    pub errors: Vec<FieldError>,
    /// The answers that are submitted: those of questions that are shown.
    pub submitted: Answers,
    /// The computed values that are shown or read by rules, by path.
    pub computed: Answers,
    /// The hash over all of it: [`Filling::transcript`].
    pub transcript: String,
    /// The pages on the path.
    pub pages: Vec<String>,
    /// What tells which questions another evaluation sees differently: [`Filling::marks`].
    pub marks: BTreeMap<String, String>,
}

/// Evaluates answers in full: what the backend does with a submission.
#[must_use]
pub fn evaluate(form: &Arc<Form>, answers: Answers, context: Context) -> Evaluation {
    Filling::new(Arc::clone(form), answers, context).evaluation()
}

impl Filling {
    /// All that follows from the answers as they are.
    #[must_use]
    pub fn evaluation(&self) -> Evaluation {
        Evaluation {
            errors: self.errors(),
            submitted: self.submitted_answers(),
            computed: self.computed_values(),
            transcript: self.transcript(),
            pages: self.pages().into_iter().map(str::to_owned).collect(),
            marks: self.marks(),
        }
    }

    /// The answers that are submitted: of questions that are shown, without blank ones.
    #[must_use]
    pub fn submitted_answers(&self) -> Answers {
        let mut answers = Answers::new();
        self.walk(&mut |slot| {
            let here = &self.slots[slot as usize];
            if let Some(answer) = here.answer.as_ref().filter(|answer| here.shown && !is_blank(answer)) {
                answers.insert(self.path_of(slot), answer.clone());
            }
        });
        answers
    }

    /// The computed values of questions that are shown, the hidden format included; null where one is not known.
    #[must_use]
    pub fn computed_values(&self) -> Answers {
        let mut values = Answers::new();
        self.walk(&mut |slot| {
            let here = &self.slots[slot as usize];
            if let Some(Kind::Computed { format, .. }) = self.form.question_of(here.node).map(|question| &question.kind)
                && here.shown
            {
                values.insert(self.path_of(slot), computed(&here.value, *format));
            }
        });
        values
    }

    /// The canonical document over which [`Filling::transcript`] is made; the crate's documentation describes it.
    #[must_use]
    pub fn canonical(&self) -> String {
        let definition = self.form.definition();
        let with = self.evaluated_with();
        let mut values: BTreeMap<String, Value> = BTreeMap::new();
        self.walk(&mut |slot| {
            let here = &self.slots[slot as usize];
            let question = self.form.question_of(here.node);
            if here.shown && question.is_some_and(|question| question.kind.is_answered()) {
                let answer = here.answer.as_ref().filter(|answer| !is_blank(answer));
                values.insert(self.path_of(slot), answer.cloned().unwrap_or_default());
            }
        });
        let mut errors: Vec<(String, String)> = Vec::new();
        for error in self.errors() {
            let error = (error.path, error.code);
            errors.insert(errors.partition_point(|before| *before <= error), error);
        }
        let mut document = String::new();
        write(
            &json!({
                "as_of": with.as_of.to_string(),
                "calendar": with.calendar,
                "computed": self.computed_values(),
                "engine": with.engine,
                "errors": errors,
                "form": definition.code,
                "lists": with.lists,
                "pages": self.pages(),
                "values": values,
                "version": definition.version,
            }),
            &mut document,
        );
        document
    }

    /// With what it is evaluated: who has the same comes to the same result. A list that is not at hand is not named.
    #[must_use]
    pub fn evaluated_with(&self) -> EvaluatedWith {
        let mut lists = BTreeMap::new();
        for list in self.form.lists() {
            if let Some(list) = self.context.lists.get(list) {
                lists.insert(list.code.clone(), list.version.clone());
            }
        }
        let calendar = self.context.calendar.as_ref().filter(|_| self.form.uses_calendar());
        EvaluatedWith {
            engine: ENGINE,
            as_of: self.context.as_of,
            calendar: calendar.map(|calendar| calendar.version.clone()),
            lists,
        }
    }

    /// SHA-256 over the canonical document, lower-case hex.
    #[must_use]
    pub fn transcript(&self) -> String {
        hex(&Sha256::digest(self.canonical().as_bytes()))
    }

    /// A mark for each thing that the canonical document says: of each question that is shown its path, of each page on
    /// the path `#` and its id, of each path that the form does not have the path. Two evaluations differ in the paths
    /// whose marks differ, or that have a mark in one of them only.
    ///
    /// A mark is the first 16 hex digits of SHA-256 over the canonical JSON of three things in a list: the answer, the
    /// computed value, the code of what is wrong; null for each that there is not. The answer of a page is `true`.
    #[must_use]
    pub fn marks(&self) -> BTreeMap<String, String> {
        let mut marks = BTreeMap::new();
        let mut mark = |path: String, answer: Value, computed: Value, code: Option<AnswerCode>| {
            let mut document = String::new();
            write(&json!([answer, computed, code.map(AnswerCode::as_str)]), &mut document);
            marks.insert(path, hex(&Sha256::digest(document.as_bytes())[..8]));
        };
        self.walk(&mut |slot| {
            let here = &self.slots[slot as usize];
            let Some(question) = self.form.question_of(here.node).filter(|_| here.shown) else {
                return;
            };
            let (answer, computed) = match &question.kind {
                Kind::Note { .. } | Kind::Section { .. } => return,
                Kind::Computed { format, .. } => (Value::Null, computed(&here.value, *format)),
                _ => {
                    let answer = here.answer.as_ref().filter(|answer| !is_blank(answer));
                    (answer.cloned().unwrap_or_default(), Value::Null)
                }
            };
            mark(self.path_of(slot), answer, computed, here.fault.map(|fault| fault.code));
        });
        for page in self.pages() {
            mark(format!("#{page}"), true.into(), Value::Null, None);
        }
        for path in self.unknown_paths() {
            mark(path.clone(), Value::Null, Value::Null, Some(AnswerCode::UnknownPath));
        }
        marks
    }
}

fn hex(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len() * 2);
    for byte in bytes {
        let _ = write!(text, "{byte:02x}");
    }
    text
}

/// Writes JSON in the one way that there is: names sorted, no spaces, numbers as plain decimals.
fn write(value: &Value, out: &mut String) {
    match value {
        Value::Null => out.push_str("null"),
        Value::Bool(flag) => out.push_str(if *flag { "true" } else { "false" }),
        Value::Number(number) => match Decimal::from_json(number) {
            Some(decimal) => {
                let _ = write!(out, "{decimal}");
            }
            None => {
                let _ = write!(out, "{number}");
            }
        },
        Value::String(text) => write_text(text, out),
        Value::Array(items) => {
            out.push('[');
            for (at, item) in items.iter().enumerate() {
                if at > 0 {
                    out.push(',');
                }
                write(item, out);
            }
            out.push(']');
        }
        Value::Object(fields) => {
            // Sorted whatever the map: a feature of serde_json elsewhere must not change the hash.
            let mut sorted: BTreeMap<&String, &Value> = BTreeMap::new();
            for (name, value) in fields {
                sorted.insert(name, value);
            }
            out.push('{');
            for (at, (name, value)) in sorted.into_iter().enumerate() {
                if at > 0 {
                    out.push(',');
                }
                write_text(name, out);
                out.push(':');
                write(value, out);
            }
            out.push('}');
        }
    }
}

fn write_text(text: &str, out: &mut String) {
    out.push('"');
    for character in text.chars() {
        match character {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            control if (control as u32) < 0x20 => {
                let _ = write!(out, "\\u{:04x}", control as u32);
            }
            other => out.push(other),
        }
    }
    out.push('"');
}
