//! A submission, checked: the form is evaluated anew by the backend, with the crate that the terminal used.

use std::sync::Arc;

use onehall_forms::{Context, ENGINE, Evaluation, Form, evaluate};
use onehall_protocol::drafts::{Answers, SubmitDraft};
use onehall_protocol::{Date, ErrorCode};
use serde::Serialize;
use sha2::{Digest, Sha256};

use crate::error::{Error, Result};

/// Evaluates what is submitted, and compares with what the terminal saw.
///
/// The terminal evaluated as of its own day. A day before or after the city's is a slow clock or a midnight between the
/// check and the button; anything else is a mistake. What is wrong is told as of the city's day.
///
/// # Errors
/// `forms/invalid_answers` with every field; `forms/transcript_differs` where terminal and backend, on the same engine,
/// come to different results.
pub(super) fn check(form: &Arc<Form>, answers: Answers, submit: &SubmitDraft, today: Date) -> Result<Evaluation> {
    let evaluation = evaluate(form, answers.clone(), Context { as_of: today });
    if !evaluation.errors.is_empty() {
        return Err(Error::new(ErrorCode::InvalidAnswers).with_fields(evaluation.errors));
    }
    // Another engine gives another hash by itself. Then ours counts: the form was found right, and the receipt says it.
    if submit.engine != ENGINE {
        return Ok(evaluation);
    }
    let near = (today.plus_days(-1)..=today.plus_days(1)).contains(&submit.as_of);
    let theirs = if submit.as_of == today {
        evaluation.transcript.clone()
    } else {
        evaluate(form, answers, Context { as_of: submit.as_of }).transcript
    };
    if near && theirs == submit.transcript {
        Ok(Evaluation {
            transcript: theirs,
            ..evaluation
        })
    } else {
        let details = serde_json::json!({ "as_of": today, "engine": ENGINE, "transcript": evaluation.transcript });
        Err(Error::new(ErrorCode::TranscriptDiffers).with_details(details))
    }
}

/// The hash of what an attempt asks for: the same key must come with the same again.
///
/// # Errors
/// If the body cannot be written as JSON.
pub(super) fn payload(what: &str, about: impl std::fmt::Display, body: &impl Serialize) -> Result<[u8; 32]> {
    let mut hash = Sha256::new();
    hash.update(format!("{what}\n{about}\n"));
    hash.update(serde_json::to_vec(body)?);
    Ok(hash.finalize().into())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn day(text: &str) -> Date {
        text.parse().unwrap_or_else(|error| panic!("{error}"))
    }

    fn form() -> Arc<Form> {
        let text = |id: &str| json!({"zh-CN": id, "en": id});
        let definition = json!({
            "schema": "onehall-form/1", "code": "demo", "version": 1, "title": text("demo"),
            "pages": [{"id": "you", "title": text("you"), "questions": [
                {"id": "since", "kind": "date", "label": text("since"), "required": true,
                 "max": {"today_plus_days": 0}},
            ]}],
        });
        Arc::new(Form::from_value(&definition).unwrap_or_else(|findings| panic!("{findings:?}")))
    }

    fn outcome(since: &str, as_of: &str, engine: u32, transcript: Option<&str>) -> Result<Evaluation> {
        let answers: Answers = [("since".to_owned(), json!(since))].into();
        let theirs = evaluate(&form(), answers.clone(), Context { as_of: day(as_of) }).transcript;
        let transcript = transcript.map_or(theirs, str::to_owned);
        let submit = SubmitDraft {
            revision: 1,
            as_of: day(as_of),
            engine,
            transcript,
        };
        check(&form(), answers, &submit, day("2026-11-23"))
    }

    fn code(outcome: Result<Evaluation>) -> Option<ErrorCode> {
        outcome.err().map(|error| error.code())
    }

    #[test]
    fn what_terminal_and_backend_agree_on_is_taken() {
        assert_eq!(code(outcome("2026-11-20", "2026-11-23", ENGINE, None)), None);
        assert_eq!(
            code(outcome("2026-11-20", "2026-11-22", ENGINE, None)),
            None,
            "checked before midnight"
        );
    }

    #[test]
    fn a_terminal_that_lives_on_another_day_is_told() {
        let differs = Some(ErrorCode::TranscriptDiffers);
        assert_eq!(code(outcome("2026-11-20", "2026-11-20", ENGINE, None)), differs);
        assert_eq!(code(outcome("2026-11-20", "2026-11-23", ENGINE, Some("00"))), differs);
    }

    #[test]
    fn the_citys_day_decides_what_is_wrong() {
        let tomorrow = outcome("2026-11-24", "2026-11-24", ENGINE, None);
        let error = tomorrow.err().unwrap_or_else(|| panic!("was taken"));
        assert_eq!(error.code(), ErrorCode::InvalidAnswers);
        assert_eq!(error.fields()[0].path, "since");
    }

    #[test]
    fn a_terminal_of_another_engine_is_not_refused_for_its_hash() {
        let taken = outcome("2026-11-20", "2026-11-23", ENGINE + 1, Some("another hash"));
        let taken = taken.unwrap_or_else(|error| panic!("{error}"));
        assert_eq!(
            taken.transcript,
            outcome("2026-11-20", "2026-11-23", ENGINE, None).map_or(String::new(), |e| e.transcript)
        );
    }
}
