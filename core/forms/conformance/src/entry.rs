//! The engine as another language sees it.

use std::sync::Arc;

use onehall_forms::{Context, Definition, ENGINE, Filling, Form, Inputs};
use onehall_protocol::Date;
use onehall_protocol::drafts::Answers;
use serde::Deserialize;
use serde_json::{Value, json};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Request {
    definition: Definition,
    answers: Answers,
    as_of: Date,
    #[serde(default)]
    inputs: Inputs,
}

/// Evaluates answers to a form. Takes `{"definition": …, "answers": {path: value}, "as_of": "2026-11-23"}`, and
/// `"inputs"` where calendar or lists are at hand; gives `{"engine", "transcript", "canonical", "marks", "pages",
/// "errors", "computed", "submitted"}`, or `{"findings": […]}` where the definition or the request is none.
#[must_use]
pub fn evaluate(request: &str) -> String {
    reply(request)
        .unwrap_or_else(|findings| json!({ "findings": findings }))
        .to_string()
}

/// The form, the answers and what else the evaluation hangs on; or what is wrong with the request.
pub(crate) fn read(request: &str) -> Result<(Arc<Form>, Answers, Context), Value> {
    let request: Request = serde_json::from_str(request).map_err(|error| json!([error.to_string()]))?;
    let form = Form::load(request.definition).map_err(|findings| {
        let finding = |finding: &onehall_forms::Finding| json!(finding.to_string());
        findings.iter().map(finding).collect::<Value>()
    })?;
    let context = request.inputs.context(request.as_of);
    Ok((Arc::new(form), request.answers, context))
}

fn reply(request: &str) -> Result<Value, Value> {
    let (form, answers, context) = read(request)?;
    let canonical = Filling::new(form.clone(), answers.clone(), context.clone()).canonical();
    let found = onehall_forms::evaluate(&form, answers, context);
    Ok(json!({
        "engine": ENGINE,
        "transcript": found.transcript,
        "canonical": canonical,
        "marks": found.marks,
        "pages": found.pages,
        "errors": found.errors,
        "computed": found.computed,
        "submitted": found.submitted,
    }))
}

#[cfg(test)]
mod tests {
    #[test]
    fn what_is_no_request_or_no_form_is_told() {
        assert!(super::evaluate("{}").contains("missing field `definition`"));
        let empty = r#"{"definition": {"schema": "onehall-form/1", "code": "a", "version": 1,
            "title": {"zh-CN": "一", "en": "a"}, "pages": []}, "answers": {}, "as_of": "2026-11-23"}"#;
        assert!(
            super::evaluate(empty).contains("findings"),
            "{}",
            super::evaluate(empty)
        );
    }
}
