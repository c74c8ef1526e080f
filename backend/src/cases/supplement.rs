//! A supplement: the citizen answers again what was asked for, and nothing else moves.

use std::collections::BTreeSet;
use std::sync::Arc;

use onehall_forms::{Context, Filling, Form, Kind};
use onehall_protocol::cases::SupplementItem;
use onehall_protocol::drafts::Answers;
use onehall_protocol::files::FileView;
use onehall_protocol::{ErrorCode, FieldError};
use serde_json::Value;

use super::model::NamedFile;
use super::submission::Checked;
use crate::error::{Error, Result};

/// Puts the new answers to what was asked for into the old ones.
///
/// What may change: a question that was asked for, with all that stands under it (the rows of a group), and what hangs on
/// that: a question that the new answers bring up, or that they make wrong. The whole form is checked again, as of the day
/// of the submission (`context`): what was right that day and was not asked for must not fail because time has passed, nor
/// because the calendar or a list of the city has changed since.
///
/// # Errors
/// `cases/incomplete` where something that was asked for is not answered; `forms/invalid_answers` where something else
/// was changed (`not_asked`), or where the form finds anything wrong.
pub(super) fn merge(
    form: &Arc<Form>,
    old: Answers,
    asked: &[SupplementItem],
    new: Answers,
    context: Context,
) -> Result<Checked> {
    let missing: Vec<FieldError> = asked
        .iter()
        .filter(|item| !new.keys().any(|path| belongs(path, &item.path)))
        .map(|item| field(&item.path, "required"))
        .collect();
    if !missing.is_empty() {
        return Err(Error::new(ErrorCode::ActionIncomplete).with_fields(missing));
    }
    let before = Filling::new(Arc::clone(form), old, context);
    let shown: BTreeSet<String> = before.submitted_answers().into_keys().collect();
    let mut filling = before.clone();
    let (named, mut others): (Vec<_>, Vec<_>) = new
        .into_iter()
        .filter(|(path, value)| before.answer(path).unwrap_or(&Value::Null) != value)
        .partition(|(path, _)| asked.iter().any(|item| belongs(path, &item.path)));
    filling.set_all(named);
    // What one follow-up brings up may bring up another.
    loop {
        let wrong: BTreeSet<String> = filling.errors().into_iter().map(|error| error.path).collect();
        let (follow_ups, rest): (Vec<_>, Vec<_>) = others.into_iter().partition(|(path, _)| {
            let came_up = filling.question(path).is_some() && before.question(path).is_none() && !shown.contains(path);
            came_up || wrong.contains(path)
        });
        others = rest;
        if follow_ups.is_empty() {
            break;
        }
        filling.set_all(follow_ups);
    }
    // An answer to a question that is not shown changes nothing; one to a question that is, was not asked for.
    let refused: Vec<FieldError> = others
        .iter()
        .filter(|(path, _)| filling.question(path).is_some() || form.question(path).is_none())
        .map(|(path, _)| field(path, "not_asked"))
        .collect();
    if !refused.is_empty() {
        return Err(Error::new(ErrorCode::InvalidAnswers).with_fields(refused));
    }
    let mut evaluation = filling.evaluation();
    // It was right when it was submitted, and nobody touched it: the city's lists are others now.
    let long_wrong = before.errors();
    evaluation.errors.retain(|error| {
        let asked = asked.iter().any(|item| belongs(&error.path, &item.path));
        asked || !long_wrong.contains(error) || before.answer(&error.path) != filling.answer(&error.path)
    });
    if evaluation.errors.is_empty() {
        let with = filling.evaluated_with();
        Ok(Checked { evaluation, with })
    } else {
        Err(Error::new(ErrorCode::InvalidAnswers).with_fields(evaluation.errors))
    }
}

/// Whether a path is what was asked for, or stands in its rows.
pub(crate) fn belongs(path: &str, asked: &str) -> bool {
    path.strip_prefix(asked)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

fn field(path: &str, code: &str) -> FieldError {
    FieldError {
        path: path.to_owned(),
        code: code.to_owned(),
    }
}

/// The files that answers name, by the questions of the form that take files.
///
/// # Errors
/// `forms/invalid_answers` where the answer to such a question is no list of files.
pub(super) fn named_files(form: &Form, answers: &Answers) -> Result<Vec<NamedFile>> {
    let mut files = Vec::new();
    for (path, value) in answers {
        if !form
            .question(path)
            .is_some_and(|question| matches!(question.kind, Kind::Material { .. }))
        {
            continue;
        }
        let views: Vec<FileView> = serde_json::from_value(value.clone())
            .map_err(|_| Error::new(ErrorCode::InvalidAnswers).with_field(path, "wrong_type"))?;
        files.extend(views.into_iter().map(|view| NamedFile {
            path: path.clone(),
            view,
        }));
    }
    Ok(files)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn form() -> Arc<Form> {
        let text = |id: &str| json!({"zh-CN": id, "en": id});
        let definition = json!({
            "schema": "onehall-form/1", "code": "demo", "version": 1, "title": text("demo"),
            "pages": [{"id": "you", "title": text("you"), "questions": [
                {"id": "name", "kind": "text", "label": text("name"), "required": true},
                {"id": "married", "kind": "yes_no", "label": text("married"), "required": true},
                {"id": "spouse", "kind": "text", "label": text("spouse"), "required": true,
                 "visible_when": {"var": "married"}},
                {"id": "spouse_job", "kind": "text", "label": text("job"), "required": true,
                 "visible_when": {"==": [{"var": "spouse"}, "李雷"]}},
                {"id": "children", "kind": "group", "label": text("children"), "row_label": text("child"),
                 "questions": [{"id": "name", "kind": "text", "label": text("name"), "required": true}]},
            ]}],
        });
        Arc::new(Form::from_value(&definition).unwrap_or_else(|findings| panic!("{findings:?}")))
    }

    fn answers(value: Value) -> Answers {
        serde_json::from_value(value).unwrap_or_else(|error| panic!("{error}"))
    }

    fn merged(asked: &[&str], new: Value) -> Result<Answers> {
        let old = answers(json!({"name": "韩梅梅", "married": false}));
        let asked: Vec<_> = asked
            .iter()
            .map(|path| SupplementItem {
                path: (*path).to_owned(),
                reason: "x".to_owned(),
            })
            .collect();
        let as_of = "2026-11-23".parse().unwrap_or_else(|error| panic!("{error}"));
        merge(&form(), old, &asked, answers(new), Context::on(as_of)).map(|checked| checked.evaluation.submitted)
    }

    #[track_caller]
    fn refused(outcome: Result<Answers>, code: ErrorCode, fields: &[(&str, &str)]) {
        let error = outcome.err().unwrap_or_else(|| panic!("was taken"));
        let found: Vec<_> = error
            .fields()
            .iter()
            .map(|field| (field.path.as_str(), field.code.as_str()))
            .collect();
        assert_eq!((error.code(), found.as_slice()), (code, fields));
    }

    #[test]
    fn what_was_asked_for_is_answered_and_the_rest_stays() {
        let new = merged(&["name"], json!({"name": "韩梅"})).unwrap_or_else(|error| panic!("{error}"));
        assert_eq!(new, answers(json!({"name": "韩梅", "married": false})));
        let same = merged(&["name"], json!({"name": "韩梅梅", "married": false}));
        assert!(same.is_ok(), "what did not change is no change");
    }

    #[test]
    fn what_hangs_on_it_may_be_answered_too_however_far() {
        let new = json!({"married": true, "spouse": "李雷", "spouse_job": "教师"});
        let new = merged(&["married"], new).unwrap_or_else(|error| panic!("{error}"));
        assert_eq!(new.get("spouse_job"), Some(&json!("教师")));
        refused(
            merged(&["married"], json!({"married": true})),
            ErrorCode::InvalidAnswers,
            &[("spouse", "required")],
        );
    }

    #[test]
    fn the_rows_of_a_group_belong_to_it() {
        let new = json!({"children": ["r1"], "children/r1/name": "韩小"});
        let new = merged(&["children"], new).unwrap_or_else(|error| panic!("{error}"));
        assert_eq!(new.get("children/r1/name"), Some(&json!("韩小")));
        refused(
            merged(&["children"], json!({"children": ["r1"]})),
            ErrorCode::InvalidAnswers,
            &[("children/r1/name", "required")],
        );
    }

    #[test]
    fn what_was_not_asked_for_cannot_be_changed_on_the_way() {
        refused(
            merged(&["married"], json!({"married": false, "name": "别人"})),
            ErrorCode::InvalidAnswers,
            &[("name", "not_asked")],
        );
        refused(
            merged(&["name"], json!({"name": "韩梅", "nam": "x"})),
            ErrorCode::InvalidAnswers,
            &[("nam", "not_asked")],
        );
        // A path that only begins alike is another question.
        refused(
            merged(&["nam"], json!({"name": "别人"})),
            ErrorCode::ActionIncomplete,
            &[("nam", "required")],
        );
    }

    #[test]
    fn everything_that_was_asked_for_comes_at_once() {
        refused(
            merged(&["name", "married"], json!({"name": "韩梅"})),
            ErrorCode::ActionIncomplete,
            &[("married", "required")],
        );
        refused(
            merged(&["name"], json!({"name": null})),
            ErrorCode::InvalidAnswers,
            &[("name", "required")],
        );
    }
}
