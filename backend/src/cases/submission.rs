//! A submission, checked: the form is evaluated anew by the backend, with the crate that the terminal used.

use std::sync::Arc;

use onehall_forms::{Context, ENGINE, Evaluation, Filling, Form, Kind};
use onehall_protocol::drafts::{Answers, ChangeKind, ChangesToConfirm, EvaluatedWith, EvaluationChange, SubmitDraft};
use onehall_protocol::{ErrorCode, FieldError};
use serde::Serialize;
use sha2::{Digest, Sha256};

use crate::error::{Error, Result};

/// A submission that was found right.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Checked {
    /// What counts: this evaluation goes into the case.
    pub(super) evaluation: Evaluation,
    /// With what it was made.
    pub(super) with: EvaluatedWith,
}

/// Evaluates what is submitted as of `today`'s day with the city's calendar and lists, and compares with what the terminal
/// saw.
///
/// Under equal inputs (engine, day, calendar, lists) terminal and backend must come to the same hash. The terminal may have
/// evaluated as of the day before or after the city's: a slow clock, or a midnight between the check and the button. Under
/// other inputs the backend's evaluation counts. Where it sees something else than the terminal showed, the citizen has to
/// confirm it. What is wrong is told as of the city's day, always.
///
/// # Errors
/// `forms/invalid_answers` with every field; `forms/transcript_differs` with the fields that differ; `forms/confirm_changes`
/// with [`ChangesToConfirm`].
pub(super) fn check(form: &Arc<Form>, answers: Answers, submit: &SubmitDraft, today: Context) -> Result<Checked> {
    let day = today.as_of;
    let mut context = today.clone();
    let mut filling = Filling::new(Arc::clone(form), answers, today);
    let errors = filling.errors();
    if !errors.is_empty() {
        return Err(Error::new(ErrorCode::InvalidAnswers).with_fields(errors));
    }
    let near = (day.plus_days(-1)..=day.plus_days(1)).contains(&submit.as_of);
    if near && submit.as_of != day {
        context.as_of = submit.as_of;
        filling = Filling::new(Arc::clone(form), filling.answers(), context);
    }
    let (evaluation, with) = (filling.evaluation(), filling.evaluated_with());
    let equal_inputs = (submit.engine, submit.as_of, &submit.calendar, &submit.lists)
        == (ENGINE, with.as_of, &with.calendar, &with.lists);
    if equal_inputs {
        return if evaluation.transcript == submit.transcript && evaluation.errors.is_empty() {
            Ok(Checked { evaluation, with })
        } else {
            Err(differs(&filling, &evaluation, &with, submit))
        };
    }
    let changes = changes(&filling, &evaluation, submit);
    let agreed = submit.confirmed.as_ref() == Some(&evaluation.transcript);
    if evaluation.errors.is_empty() && (agreed || (changes.is_empty() && !submit.marks.is_empty())) {
        return Ok(Checked { evaluation, with });
    }
    let transcript = evaluation.transcript;
    let details = serde_json::to_value(ChangesToConfirm { transcript, changes })?;
    Err(Error::new(ErrorCode::ConfirmChanges).with_details(details))
}

/// The refusal of a hash that differs under equal inputs: which questions (and pages, `#id`) the terminal saw differently.
fn differs(filling: &Filling, evaluation: &Evaluation, with: &EvaluatedWith, submit: &SubmitDraft) -> Error {
    let mut details = serde_json::json!(with);
    details["transcript"] = evaluation.transcript.as_str().into();
    let fields = changes(filling, evaluation, submit)
        .into_iter()
        .map(|change| FieldError {
            path: change.path,
            code: "differs".to_owned(),
        });
    Error::new(ErrorCode::TranscriptDiffers)
        .with_fields(fields.collect())
        .with_details(details)
}

/// What the terminal saw differently; nothing where it did not say what it saw.
fn changes(filling: &Filling, evaluation: &Evaluation, submit: &SubmitDraft) -> Vec<EvaluationChange> {
    let (ours, theirs) = (&evaluation.marks, &submit.marks);
    if theirs.is_empty() {
        return Vec::new();
    }
    let mut changes = Vec::new();
    for (path, mark) in ours {
        let computed = filling
            .form()
            .question(path)
            .is_some_and(|question| matches!(question.kind, Kind::Computed { .. }));
        let what = match theirs.get(path) {
            Some(same) if same == mark => continue,
            None => ChangeKind::Shown,
            Some(_) if computed => ChangeKind::Value,
            Some(_) => ChangeKind::Error,
        };
        let value = computed.then(|| evaluation.computed.get(path).cloned().unwrap_or_default());
        changes.push(EvaluationChange {
            path: path.clone(),
            what,
            value,
        });
    }
    let gone = theirs.keys().filter(|path| !ours.contains_key(*path));
    changes.extend(gone.map(|path| EvaluationChange {
        path: path.clone(),
        what: ChangeKind::Hidden,
        value: None,
    }));
    changes
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
    use onehall_forms::calendar::WorkingCalendar;
    use onehall_forms::{Calendar, List, ListEntry, Lists};
    use onehall_protocol::{Date, ListCode, Text};
    use serde_json::json;

    use super::*;

    fn day(text: &str) -> Date {
        text.parse().unwrap_or_else(|error| panic!("{error}"))
    }

    /// What the city has: Monday is a holiday, and two jobs.
    fn city(as_of: &str) -> Context {
        let calendar = WorkingCalendar::new([day("2026-11-23")], [], day("2026-01-01"), day("2026-12-31"));
        let job = |code: &str| ListEntry {
            code: code.to_owned(),
            label: Text::new(code, code),
            parent: None,
        };
        Context {
            as_of: day(as_of),
            calendar: Some(Arc::new(Calendar {
                version: "2026.1".to_owned(),
                days: calendar,
            })),
            lists: Lists::new([List {
                code: jobs(),
                version: "2015.1".to_owned(),
                entries: Some(vec![job("1-01"), job("1-02")].into()),
            }]),
        }
    }

    fn jobs() -> ListCode {
        "jobs".parse().unwrap_or_else(|error| panic!("{error}"))
    }

    fn form() -> Arc<Form> {
        let text = |id: &str| json!({"zh-CN": id, "en": id});
        let definition = json!({
            "schema": "onehall-form/1", "code": "demo", "version": 1, "title": text("demo"),
            "pages": [{"id": "you", "title": text("you"), "questions": [
                {"id": "since", "kind": "date", "label": text("since"), "required": true,
                 "max": {"today_plus_days": 0}},
                {"id": "job", "kind": "list_choice", "list": "jobs", "label": text("job")},
                {"id": "answered_by", "kind": "computed", "label": text("answered by"),
                 "value": {"add_working_days": [{"var": "since"}, 1]}},
                {"id": "late", "kind": "text", "label": text("late"),
                 "visible_when": {"!": [{"is_working_day": [{"var": "since"}]}]}},
            ]}],
        });
        Arc::new(Form::from_value(&definition).unwrap_or_else(|findings| panic!("{findings:?}")))
    }

    fn answers(since: &str) -> Answers {
        let label = json!({"zh-CN": "1-01", "en": "1-01"});
        let job = json!({"code": "1-01", "label": label});
        [("since".to_owned(), json!(since)), ("job".to_owned(), job)].into()
    }

    /// What a terminal with these inputs sends.
    fn sent(since: &str, context: Context) -> SubmitDraft {
        let filling = Filling::new(form(), answers(since), context);
        let with = filling.evaluated_with();
        SubmitDraft {
            revision: 1,
            as_of: with.as_of,
            engine: with.engine,
            transcript: filling.transcript(),
            calendar: with.calendar,
            lists: with.lists,
            marks: filling.marks(),
            confirmed: None,
        }
    }

    const TODAY: &str = "2026-11-24";

    /// Checks what is sent, on the 24th, a Tuesday.
    fn outcome(since: &str, submit: &SubmitDraft) -> Result<Checked> {
        check(&form(), answers(since), submit, city(TODAY))
    }

    #[track_caller]
    fn refused(outcome: Result<Checked>) -> Error {
        outcome.err().unwrap_or_else(|| panic!("was taken"))
    }

    #[test]
    fn what_terminal_and_backend_agree_on_is_taken_and_says_with_what() {
        let checked = outcome("2026-11-20", &sent("2026-11-20", city(TODAY)));
        let with = checked.unwrap_or_else(|error| panic!("{error}")).with;
        assert_eq!((with.engine, with.as_of), (ENGINE, day(TODAY)));
        assert_eq!(with.calendar.as_deref(), Some("2026.1"));
        assert_eq!(with.lists, [(jobs(), "2015.1".to_owned())].into());
    }

    #[test]
    fn what_was_checked_before_midnight_is_taken_as_it_was_checked() {
        let checked = outcome("2026-11-20", &sent("2026-11-20", city("2026-11-23")));
        assert_eq!(checked.map(|checked| checked.with.as_of).ok(), Some(day("2026-11-23")));
    }

    #[test]
    fn what_was_wrong_on_the_day_of_the_terminal_is_not_taken_because_it_is_right_on_ours() {
        let error = refused(outcome(TODAY, &sent(TODAY, city("2026-11-23"))));
        assert_eq!(
            error.code(),
            ErrorCode::TranscriptDiffers,
            "that day it was in the future"
        );
    }

    #[test]
    fn another_hash_under_equal_inputs_is_refused_and_the_question_is_named() {
        let mut submit = sent("2026-11-20", city(TODAY));
        submit.transcript = "00".to_owned();
        submit.marks.insert("since".to_owned(), "0123456789abcdef".to_owned());
        let error = refused(outcome("2026-11-20", &submit));
        assert_eq!(error.code(), ErrorCode::TranscriptDiffers);
        let fields: Vec<_> = error
            .fields()
            .iter()
            .map(|field| (&*field.path, &*field.code))
            .collect();
        assert_eq!(fields, [("since", "differs")]);
        assert_eq!(error.details()["calendar"], "2026.1");
        // A confirmation is of other inputs, never of another hash under the same.
        submit.confirmed = error.details()["transcript"].as_str().map(str::to_owned);
        assert_eq!(
            refused(outcome("2026-11-20", &submit)).code(),
            ErrorCode::TranscriptDiffers
        );
    }

    #[test]
    fn the_citys_day_decides_what_is_wrong() {
        let error = refused(outcome("2026-11-25", &sent("2026-11-25", city("2026-11-25"))));
        assert_eq!(error.code(), ErrorCode::InvalidAnswers);
        assert_eq!(error.fields()[0].path, "since");
    }

    #[test]
    fn an_entry_that_the_list_does_not_have_is_refused() {
        let mut answers = answers("2026-11-20");
        answers.insert(
            "job".to_owned(),
            json!({"code": "9-99", "label": {"zh-CN": "9-99", "en": "9-99"}}),
        );
        let error = refused(check(&form(), answers, &sent("2026-11-20", city(TODAY)), city(TODAY)));
        assert_eq!(error.code(), ErrorCode::InvalidAnswers);
        let fields: Vec<_> = error
            .fields()
            .iter()
            .map(|field| (&*field.path, &*field.code))
            .collect();
        assert_eq!(fields, [("job", "unknown_option")]);
    }

    #[test]
    fn other_versions_that_change_nothing_are_taken_with_the_hash_of_the_backend() {
        let ours = outcome("2026-11-20", &sent("2026-11-20", city(TODAY)));
        let ours = ours.unwrap_or_else(|error| panic!("{error}")).evaluation.transcript;
        let tamper: [fn(&mut SubmitDraft); 4] = [
            |submit| submit.engine += 1,
            |submit| submit.calendar = Some("2025.9".to_owned()),
            |submit| submit.lists = [(jobs(), "2014.9".to_owned())].into(),
            |submit| submit.as_of = day("2026-10-01"),
        ];
        for other in tamper {
            let mut submit = sent("2026-11-20", city(TODAY));
            submit.transcript = "another hash".to_owned();
            other(&mut submit);
            let taken = outcome("2026-11-20", &submit).unwrap_or_else(|error| panic!("{submit:?}: {error}"));
            assert_eq!(taken.evaluation.transcript, ours);
            assert_eq!(taken.with.as_of, day(TODAY), "the city's day counts");
        }
    }

    /// A terminal with the calendar of last year, which knew nothing of the holiday.
    fn sent_with_an_older_calendar(since: &str) -> SubmitDraft {
        let older = Calendar {
            version: "2025.1".to_owned(),
            days: WorkingCalendar::new([], [], day("2025-01-01"), day("2025-12-31")),
        };
        sent(
            since,
            Context {
                calendar: Some(Arc::new(older)),
                ..city(TODAY)
            },
        )
    }

    #[test]
    fn what_another_calendar_changes_is_told_and_taken_once_it_is_confirmed() {
        let mut submit = sent_with_an_older_calendar("2026-11-23");
        let error = refused(outcome("2026-11-23", &submit));
        assert_eq!(error.code(), ErrorCode::ConfirmChanges);
        let details: ChangesToConfirm =
            serde_json::from_value(error.details().clone()).unwrap_or_else(|error| panic!("{error}"));
        let changes: Vec<_> = details
            .changes
            .iter()
            .map(|change| (&*change.path, change.what))
            .collect();
        assert_eq!(changes, [("late", ChangeKind::Shown)]);
        submit.confirmed = Some("another transcript".to_owned());
        assert_eq!(
            refused(outcome("2026-11-23", &submit)).code(),
            ErrorCode::ConfirmChanges
        );
        submit.confirmed = Some(details.transcript.clone());
        let taken = outcome("2026-11-23", &submit).unwrap_or_else(|error| panic!("{error}"));
        assert_eq!(
            (taken.evaluation.transcript, taken.with.calendar),
            (details.transcript, Some("2026.1".to_owned()))
        );
    }

    #[test]
    fn a_value_that_is_computed_otherwise_comes_with_what_it_is_now() {
        let submit = sent_with_an_older_calendar("2026-11-20");
        let error = refused(outcome("2026-11-20", &submit));
        assert_eq!(
            error.details()["changes"],
            json!([{"path": "answered_by", "what": "value", "value": "2026-11-24"}])
        );
    }

    #[test]
    fn who_does_not_say_what_was_seen_is_asked_to_confirm_without_a_list() {
        let mut submit = sent("2026-11-20", city(TODAY));
        submit.engine -= 1;
        submit.marks.clear();
        let error = refused(outcome("2026-11-20", &submit));
        assert_eq!(
            (error.code(), &error.details()["changes"]),
            (ErrorCode::ConfirmChanges, &json!([]))
        );
        submit.confirmed = error.details()["transcript"].as_str().map(str::to_owned);
        assert!(outcome("2026-11-20", &submit).is_ok());
    }
}
