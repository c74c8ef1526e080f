//! What must hold of every evaluation.

use std::sync::Arc;

use onehall_forms::{AnswerCode, Context, Decimal, Definition, Filling, Form, Kind, QuestionView, evaluate, normalise};
use onehall_protocol::Language;
use onehall_protocol::drafts::Answers;
use serde_json::Value;
use sha2::{Digest, Sha256};

/// What must hold of a filling, however it came about. Gives the codes of its errors.
pub(crate) fn hold(filling: &Filling) -> Result<Vec<String>, String> {
    let (form, context) = (filling.form(), filling.context());
    let full = Filling::new(Arc::clone(form), filling.answers(), context.clone());
    let evaluation = filling.evaluation();
    same("evaluation", &evaluation, &full.evaluation())?;
    same("answers", &filling.answers(), &full.answers())?;
    same("progress", &filling.progress(), &full.progress())?;
    same("completeness", &filling.is_complete(), &filling.errors().is_empty())?;
    let canonical = filling.canonical();
    same("canonical document", &canonical, &full.canonical())?;
    serde_json::from_str::<Value>(&canonical).map_err(|error| format!("the canonical document: {error}"))?;
    let hash: String = Sha256::digest(canonical.as_bytes())
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    same("transcript", &evaluation.transcript, &hash)?;
    // What is submitted is all that counts.
    let submitted = evaluate(form, evaluation.submitted.clone(), context.clone());
    same(
        "what is submitted, submitted again",
        &submitted.submitted,
        &evaluation.submitted,
    )?;

    let mut codes = Vec::new();
    for error in &evaluation.errors {
        if AnswerCode::named(&error.code).is_none() {
            return Err(format!("no code: {}", error.code));
        }
        if form.question(&error.path).is_none() && error.code != "unknown_path" {
            return Err(format!("an error at {}, where there is no question", error.path));
        }
        for language in [Language::ZhCn, Language::En] {
            if filling.message(error, language).trim().is_empty() {
                return Err(format!("{} at {} says nothing in {language:?}", error.code, error.path));
            }
        }
        codes.push(error.code.clone());
    }
    for page in filling.pages() {
        let page = filling
            .page(page)
            .ok_or_else(|| format!("{page} is on the path and cannot be seen"))?;
        page.questions.iter().try_for_each(seen)?;
    }
    Ok(codes)
}

/// What must hold of a question that is shown.
fn seen(view: &QuestionView<'_>) -> Result<(), String> {
    for language in [Language::ZhCn, Language::En] {
        let (_, _) = (view.display(language), view.display_masked(language));
    }
    if let Some(text) = view.value.and_then(Value::as_str) {
        let meant = normalise(&view.question.kind, text);
        if let Some(text) = meant.as_str() {
            same(
                "what was meant, typed again",
                &normalise(&view.question.kind, text),
                &meant,
            )?;
        }
    }
    let is_section = matches!(view.question.kind, Kind::Section { .. });
    same(
        "whether it has questions of its own",
        &!view.questions.is_empty(),
        &is_section,
    )?;
    view.questions.iter().try_for_each(seen)?;
    view.rows.iter().flat_map(|row| &row.questions).try_for_each(seen)
}

/// A filling of a form with these answers, of which everything holds.
pub(crate) fn filled(form: &Arc<Form>, answers: Answers, context: &Context) -> Result<Filling, String> {
    let filling = Filling::new(Arc::clone(form), answers, context.clone());
    hold(&filling)?;
    Ok(filling)
}

/// Whether two things that must be the same are.
pub(crate) fn same<T: PartialEq + std::fmt::Debug>(what: &str, one: &T, other: &T) -> Result<(), String> {
    if one == other {
        return Ok(());
    }
    let short = |value: &T| format!("{value:?}").chars().take(2_000).collect::<String>();
    Err(format!("{what}: {} is not {}", short(one), short(other)))
}

/// Whether what was read is what was written, numbers as the engine reads them.
pub(crate) fn same_definition(read: &Definition, written: &Definition) -> Result<(), String> {
    let value = |definition: &Definition| serde_json::to_value(definition).map_err(|error| error.to_string());
    same(
        "what was written and read",
        &plain(&value(read)?),
        &plain(&value(written)?),
    )
}

fn plain(value: &Value) -> Value {
    match value {
        Value::Number(number) => Decimal::from_json(number).map_or(Value::Null, |number| number.to_string().into()),
        Value::Array(items) => items.iter().map(plain).collect(),
        Value::Object(fields) => fields
            .iter()
            .map(|(name, value)| (name.clone(), plain(value)))
            .collect(),
        other => other.clone(),
    }
}
