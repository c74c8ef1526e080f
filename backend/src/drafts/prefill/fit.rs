//! Whether an old answer still fits a question: its kind, its options, its bounds, its list.
//!
//! The engine says it, on a form made for this alone: each candidate is the answer to a copy of its question that asks
//! nothing of other answers. So nothing here knows what a sound phone number is, and a kind that is added needs no line.

use std::collections::BTreeMap;
use std::mem::{Discriminant, discriminant};
use std::sync::Arc;

use onehall_forms::{Choice, Context, Definition, Form, Kind, ListEntry, Page, Question, evaluate, whole_label};
use onehall_protocol::Text;
use onehall_protocol::drafts::Answers;
use serde_json::{Value, json};

/// A candidate, by its place.
#[derive(Debug, Clone, Copy)]
pub(super) struct Tried(usize);

/// Candidates that are tried together.
pub(super) struct Trials<'q> {
    definition: &'q Definition,
    context: &'q Context,
    candidates: Vec<(&'q Question, Value)>,
}

/// The candidates that fit.
pub(super) struct Fitting(Vec<Option<Value>>);

impl Fitting {
    /// The answer, where it fits.
    pub(super) fn value(&self, tried: Tried) -> Option<Value> {
        self.0.get(tried.0)?.clone()
    }
}

/// Whether one question's answers can be another's: the same kind, of the same list where they have one.
pub(crate) fn same_kind(theirs: &Kind, ours: &Kind) -> bool {
    let kind: fn(&Kind) -> Discriminant<Kind> = discriminant;
    kind(theirs) == kind(ours) && theirs.list() == ours.list()
}

/// Whether an answer to this kind may come from anywhere but the citizen. Nobody agrees or signs by having done so once;
/// files are offered beside the question.
fn can_be_known(kind: &Kind) -> bool {
    kind.is_answered()
        && !matches!(
            kind,
            Kind::Declaration { .. } | Kind::Signature {} | Kind::Material { .. } | Kind::Group { .. }
        )
}

impl<'q> Trials<'q> {
    pub(super) fn new(definition: &'q Definition, context: &'q Context) -> Trials<'q> {
        Trials {
            definition,
            context,
            candidates: Vec::new(),
        }
    }

    /// Adds a candidate; none where the question's kind takes none.
    pub(super) fn add(&mut self, question: &'q Question, value: Value) -> Option<Tried> {
        if value.is_null() || !can_be_known(&question.kind) {
            return None;
        }
        let value = self.relabelled(&question.kind, value);
        self.candidates.push((question, value));
        Some(Tried(self.candidates.len() - 1))
    }

    /// An entry of a list keeps its code; its name is that of today.
    fn relabelled(&self, kind: &Kind, mut value: Value) -> Value {
        let entries = kind
            .list()
            .and_then(|list| self.context.lists.get(list.as_str())?.entries.as_ref());
        let label: Option<Text> = entries.and_then(|entries| {
            let way = entries.way(value.get("code")?.as_str()?);
            let names = || way.iter().map(|entry: &&ListEntry| &entry.label);
            match kind {
                Kind::Region { .. } => Some(whole_label(names())),
                _ => names().next_back().cloned(),
            }
        });
        if let (Some(label), Some(fields)) = (label, value.as_object_mut()) {
            fields.insert("label".to_owned(), json!(label));
        }
        value
    }

    /// Tries them all.
    pub(super) fn judge(self) -> Fitting {
        let ids: Vec<String> = (0..self.candidates.len()).map(|at| format!("q{at}")).collect();
        let questions = self
            .candidates
            .iter()
            .zip(&ids)
            .map(|((question, _), id)| alone(question, id));
        let page = Page {
            id: "p".to_owned(),
            title: self.definition.title.clone(),
            help: None,
            visible_when: None,
            questions: questions.collect(),
            next: Vec::new(),
        };
        let mut code_tables = BTreeMap::new();
        for (name, choices) in &self.definition.code_tables {
            code_tables.insert(name.clone(), always(choices));
        }
        let trial = Definition {
            schema: self.definition.schema.clone(),
            code: self.definition.code.clone(),
            version: self.definition.version,
            title: self.definition.title.clone(),
            pages: vec![page],
            code_tables,
        };
        let Ok(form) = Form::load(trial) else {
            // Each question stands in a form that loaded, so this one does; were it otherwise, the citizen answers.
            tracing::error!(form = %self.definition.code, "first answers could not be tried");
            return Fitting(vec![None; ids.len()]);
        };
        let mut answers = Answers::new();
        for (id, (_, value)) in ids.iter().zip(&self.candidates) {
            answers.insert(id.clone(), value.clone());
        }
        let evaluation = evaluate(&Arc::new(form), answers, self.context.clone());
        // What is blank is nothing that is submitted.
        let fits = |id: &String| {
            evaluation.submitted.contains_key(id) && !evaluation.errors.iter().any(|error| error.path == *id)
        };
        let judged = ids.iter().zip(self.candidates);
        Fitting(judged.map(|(id, (_, value))| fits(id).then_some(value)).collect())
    }
}

/// The question without what hangs on other answers.
fn alone(question: &Question, id: &str) -> Question {
    let mut kind = question.kind.clone();
    if let Kind::Choice { options } | Kind::Choices { options, .. } = &mut kind {
        options.options = always(&options.options);
    }
    Question {
        id: id.to_owned(),
        label: question.label.clone(),
        help: None,
        required: false,
        required_when: None,
        visible_when: None,
        valid_when: Vec::new(),
        sensitive: question.sensitive,
        prefill: None,
        kind,
    }
}

fn always(choices: &[Choice]) -> Vec<Choice> {
    let without_rule = |choice: &Choice| Choice {
        visible_when: None,
        ..choice.clone()
    };
    choices.iter().map(without_rule).collect()
}
