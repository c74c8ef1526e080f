//! Whether an open draft may go along with a new version of its form.

use std::collections::BTreeSet;
use std::sync::Arc;

use onehall_protocol::Text;
use onehall_protocol::drafts::Answers;
use serde::Serialize;
use serde_json::{Value, json};

use crate::context::Context;
use crate::definition::{Kind, Question};
use crate::filling::{AnswerCode, Evaluation, Filling, is_blank};
use crate::form::Form;

/// What becomes of a draft where its form has a new version.
#[derive(Debug, Clone, PartialEq)]
pub enum Migration {
    /// It moves to the new version.
    Moves {
        /// All its answers, as the new version takes them.
        answers: Answers,
    },
    /// It stays with the version that it was filled with.
    Pinned {
        /// Why, in the order of the paths; never empty.
        reasons: Vec<Reason>,
    },
}

/// One answer that keeps a draft from moving.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Reason {
    /// The answer's path.
    pub path: String,
    /// What would become of it.
    #[serde(flatten)]
    pub why: Why,
}

/// What a move would do to an answer.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(tag = "why", rename_all = "snake_case")]
pub enum Why {
    /// The question is gone, so the answer would be lost.
    AnswerLost,
    /// The question is of another kind, which does not take the answer.
    Retyped {
        /// The kind that it was.
        from: String,
        /// The kind that it is.
        to: String,
    },
    /// The question asks for something else: another statement, another material, another list.
    AsksOther,
    /// The answer is an option that is gone.
    OptionRemoved,
    /// The question was shown and would be hidden, so the answer would not be submitted.
    NewlyHidden,
    /// The question was hidden and would be shown: what was answered once would be submitted now.
    NewlyShown,
    /// The answer would be wrong and was not.
    NewlyWrong {
        /// What would be wrong: a code of [`AnswerCode`].
        code: String,
    },
}

impl Why {
    /// The stable name, as JSON has it.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Why::AnswerLost => "answer_lost",
            Why::Retyped { .. } => "retyped",
            Why::AsksOther => "asks_other",
            Why::OptionRemoved => "option_removed",
            Why::NewlyHidden => "newly_hidden",
            Why::NewlyShown => "newly_shown",
            Why::NewlyWrong { .. } => "newly_wrong",
        }
    }
}

impl Reason {
    /// What people know the question by: as the old version says it.
    #[must_use]
    pub fn label(&self, old: &Form) -> Text {
        let question = old.question(&self.path);
        question.map_or_else(
            || Text::new(&*self.path, &*self.path),
            |question| question.label.clone(),
        )
    }
}

/// Decides whether a draft with these answers moves from one version of its form to another.
///
/// It moves only where each answer is kept, the hidden ones too, each answered question is shown exactly if it was, and
/// no answer is wrong that was not. What the new version asks besides is simply not answered yet. Answers to a choice
/// that now takes several become a list of one; all other answers stay what they are.
///
/// ```
/// use std::sync::Arc;
/// use onehall_forms::{Context, Form, Migration, migrate};
/// use onehall_protocol::drafts::Answers;
/// use serde_json::json;
/// let form = |version: u32, id: &str| {
///     Form::from_value(&json!({"schema": "onehall-form/1", "code": "demo", "version": version,
///         "title": {"zh-CN": "示例", "en": "Demo"},
///         "pages": [{"id": "you", "title": {"zh-CN": "您", "en": "You"}, "questions": [
///             {"id": id, "kind": "text", "label": {"zh-CN": "姓名", "en": "Name"}}]}]})).map(Arc::new)
/// };
/// let (old, new) = (form(1, "name").map_err(|_| "findings")?, form(2, "full_name").map_err(|_| "findings")?);
/// let context = Context::on("2026-11-23".parse().map_err(|_| "a day")?);
/// let filled = Answers::from([("name".to_owned(), json!("李雷"))]);
/// let Migration::Pinned { reasons } = migrate(&old, &new, &filled, &context) else { return Err("would be lost") };
/// assert_eq!((reasons[0].path.as_str(), reasons[0].why.code()), ("name", "answer_lost"));
/// assert!(matches!(migrate(&old, &new, &Answers::new(), &context), Migration::Moves { .. }));
/// # Ok::<(), &'static str>(())
/// ```
#[must_use]
pub fn migrate(old: &Arc<Form>, new: &Arc<Form>, answers: &Answers, context: &Context) -> Migration {
    let mut reasons = BTreeSet::new();
    let mut carried = Answers::new();
    for (path, value) in answers {
        match carry(old, new, path, value) {
            Ok(value) => drop(carried.insert(path.clone(), value)),
            // Nothing is lost with a blank.
            Err(_) if is_blank(value) => {}
            Err(why) => drop(reasons.insert(Reason {
                path: path.clone(),
                why,
            })),
        }
    }
    let evaluation = |form: &Arc<Form>, answers: &Answers| {
        Filling::new(Arc::clone(form), answers.clone(), context.clone()).evaluation()
    };
    let (before, after) = (evaluation(old, answers), evaluation(new, &carried));
    let unexplained: BTreeSet<&String> = reasons.iter().map(|reason| &reason.path).collect();
    let told = compare(new, &carried, &before, &after);
    let told: Vec<Reason> = told
        .into_iter()
        .filter(|reason| !unexplained.contains(&reason.path))
        .collect();
    reasons.extend(told);
    if reasons.is_empty() {
        Migration::Moves { answers: carried }
    } else {
        Migration::Pinned {
            reasons: reasons.into_iter().collect(),
        }
    }
}

/// The answer as the new form takes it, or why it does not.
fn carry(old: &Form, new: &Form, path: &str, value: &Value) -> Result<Value, Why> {
    let answerable = |question: &&Question| question.kind.is_answered();
    let (before, after) = (
        old.question(path).filter(answerable),
        new.question(path).filter(answerable),
    );
    let (before, after) = match (before, after) {
        (Some(before), Some(after)) => (&before.kind, &after.kind),
        (Some(_), None) => return Err(Why::AnswerLost),
        // The old form did not know it either: it stays as it is.
        (None, _) => return Ok(value.clone()),
    };
    if std::mem::discriminant(before) == std::mem::discriminant(after) {
        return if asks_the_same(before, after) {
            Ok(value.clone())
        } else {
            Err(Why::AsksOther)
        };
    }
    match (before, after) {
        (before, after) if is_text(before) && is_text(after) => Ok(value.clone()),
        (Kind::Choice { .. }, Kind::Choices { .. }) if value.is_string() && !is_blank(value) => Ok(json!([value])),
        _ => Err(Why::Retyped {
            from: name(before),
            to: name(after),
        }),
    }
}

/// Whether an answer that was given to the one is one to the other, as far as the kinds can tell.
fn asks_the_same(before: &Kind, after: &Kind) -> bool {
    match (before, after) {
        // Who agreed to a statement has not agreed to another one.
        (Kind::Declaration { statement: before }, Kind::Declaration { statement: after }) => before == after,
        (Kind::Material { material: before, .. }, Kind::Material { material: after, .. }) => before == after,
        (before, after) => before.list() == after.list(),
    }
}

/// The kinds that take a text as it is written; what else they ask of it, the evaluation says.
fn is_text(kind: &Kind) -> bool {
    matches!(
        kind,
        Kind::Text { .. }
            | Kind::LongText { .. }
            | Kind::Phone {}
            | Kind::Email {}
            | Kind::CitizenId {}
            | Kind::OrganisationCode {}
            | Kind::BankCard {}
    )
}

/// The name of a kind, as the format has it.
fn name(kind: &Kind) -> String {
    let written = serde_json::to_value(kind).unwrap_or_default();
    written["kind"].as_str().unwrap_or_default().to_owned()
}

/// What turned round of the answers.
fn compare(new: &Form, answers: &Answers, before: &Evaluation, after: &Evaluation) -> Vec<Reason> {
    let mut reasons = Vec::new();
    let mut tell = |path: &String, why| {
        reasons.push(Reason {
            path: path.clone(),
            why,
        });
    };
    for (path, value) in answers {
        if is_blank(value) {
            continue;
        }
        match (before.submitted.contains_key(path), after.submitted.contains_key(path)) {
            (true, false) => tell(path, Why::NewlyHidden),
            (false, true) => tell(path, Why::NewlyShown),
            _ => {}
        }
    }
    let known: BTreeSet<_> = before.errors.iter().map(|error| (&error.path, &error.code)).collect();
    for error in &after.errors {
        let answered = answers.get(&error.path).is_some_and(|value| !is_blank(value));
        if !answered || known.contains(&(&error.path, &error.code)) {
            continue;
        }
        let gone = error.code == AnswerCode::UnknownOption.as_str()
            && new
                .question(&error.path)
                .is_some_and(|question| is_no_option(new, question, &answers[&error.path]));
        tell(
            &error.path,
            if gone {
                Why::OptionRemoved
            } else {
                Why::NewlyWrong {
                    code: error.code.clone(),
                }
            },
        );
    }
    reasons
}

/// Whether the answer is none of the options at all, not only none that is offered here.
fn is_no_option(form: &Form, question: &Question, value: &Value) -> bool {
    let options = form.options_of(question);
    let missing = |value: &Value| options.iter().all(|option| value.as_str() != Some(&option.value));
    !options.is_empty()
        && match value {
            Value::Array(values) => values.iter().any(missing),
            one => missing(one),
        }
}
