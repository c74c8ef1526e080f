//! Handing in what a clerk asked for: exactly that, all at once.

use std::collections::BTreeSet;

use leptos::prelude::*;
use leptos::task::spawn_local;
use onehall_client::Outcome;
use onehall_client::citizen::{NewKey, Supplement as HandIn, UploadTo};
use onehall_forms::Filling;
use onehall_protocol::cases::{AnswerSupplement, CaseView, CitizenAction, Supplement};
use onehall_protocol::drafts::Answers;
use onehall_protocol::{CaseId, CoreError, ErrorCode, FieldError, IdempotencyKey, Text};
use serde_json::Value;

use super::case::refusal;
use super::loaded::{CaseHere, LoadedCase, case_here};
use crate::citizen::place::{LoggedIn, Reading};
use crate::citizen::questions::{Answering, question};
use crate::citizen::{Hall, routes, use_hall};
use crate::design::button::{Button, ButtonLink, Weight};
use crate::design::errors::{ErrorSummary, SummaryLine};
use crate::design::navigation::Crumbs;
use crate::design::notice::{Notice, Tone};
use crate::design::states::{EmptyState, error_words};
use crate::router::{NavigateOptions, use_navigate};
use crate::shell::{PageHeading, Ui, use_ui};
use crate::texts::{Words, fill, format, matters as words};
use crate::view::{keyed, memo, view};

/// `/matters/{case}/supplement`.
#[component]
pub fn SupplementPage() -> impl IntoView {
    view! { <LoggedIn>{case_here(false).view(supplement_view)}</LoggedIn> }.into_any()
}

fn supplement_view(here: CaseHere, loaded: LoadedCase) -> AnyView {
    let (case, id) = (&loaded.case, loaded.case.summary.id);
    let offset = use_ui().utc_offset.get_untracked();
    let asked = case
        .supplement
        .clone()
        .filter(|_| case.can.contains(&CitizenAction::Supplement));
    match asked.zip(loaded.filling(offset)) {
        Some((supplement, filling)) => form(here, &loaded, supplement, filling),
        None => view! {
            <Reading>
                <PageHeading title=words::SUPPLEMENT_TITLE/>
                <EmptyState icon="circle-check" title=words::SUPPLEMENT_NOTHING>
                    <ButtonLink href=routes::case(id) label=words::BACK_TO_CASE weight=Weight::Primary/>
                </EmptyState>
            </Reading>
        }
        .into_any(),
    }
}

/// What is handed in, under the key of the attempt. Handed in again after a broken connection, it is the same attempt.
#[derive(Debug, Clone, PartialEq)]
struct Attempt {
    supplement: AnswerSupplement,
    key: IdempotencyKey,
}

/// The state of this page. Cheap to copy.
#[derive(Clone, Copy)]
struct HandingIn {
    hall: Hall,
    ui: Ui,
    here: CaseHere,
    case: CaseId,
    /// What the service is called.
    title: StoredValue<Text>,
    version: u64,
    answering: Answering,
    before: StoredValue<Answers>,
    asked: StoredValue<BTreeSet<String>>,
    attempt: StoredValue<Option<Attempt>>,
    errors: RwSignal<Vec<SummaryLine>>,
    failed: RwSignal<Option<Words>>,
    busy: RwSignal<bool>,
    /// Goes on to an address.
    leave: Callback<String>,
}

fn form(here: CaseHere, loaded: &LoadedCase, supplement: Supplement, filling: Filling) -> AnyView {
    let case = &loaded.case;
    let id = case.summary.id;
    let mut asked = BTreeSet::new();
    asked.extend(supplement.items.iter().map(|item| item.path.clone()));
    let changed = RwSignal::new(false);
    let before = filling.answers();
    let keep = Callback::new(move |_| changed.set(true));
    let answering = Answering::new(filling, Vec::new(), UploadTo::Case(id), keep);
    let navigate = use_navigate();
    let ui = use_ui();
    let handing_in = HandingIn {
        hall: use_hall(),
        ui,
        here,
        case: id,
        title: StoredValue::new(case.summary.item_name.clone()),
        version: case.summary.version,
        answering,
        before: StoredValue::new(before),
        asked: StoredValue::new(asked.clone()),
        attempt: StoredValue::new(None),
        errors: RwSignal::new(Vec::new()),
        failed: RwSignal::new(None),
        busy: RwSignal::new(false),
        leave: Callback::new(move |href: String| {
            let options = NavigateOptions {
                replace: true,
                ..NavigateOptions::default()
            };
            navigate(&href, options);
        }),
    };
    warn_before_the_tab_closes(changed, ui);
    let items = supplement.items.iter().map(|item| {
        let required = answering
            .filling
            .with_untracked(|filling| filling.question(&item.path).is_some_and(|question| question.required));
        let why = words::SUPPLEMENT_WHY.with([item.reason.as_str().into()]);
        view! {
            <div class="asked">
                <Notice tone=Tone::Attention><p>{why}</p></Notice>
                {question(answering, item.path.clone(), required)}
            </div>
        }
    });
    let items = items.collect_view();
    let crumbs = vec![
        (routes::MATTERS.to_owned(), Words::from(words::TITLE)),
        (routes::case(id), Words::from(&case.summary.item_name)),
    ];
    let above = words::CASE_OF.with([case.summary.number.to_string().into()]);
    let (note, due) = (supplement.note.clone(), supplement.due);
    let follow_ups = follow_ups(answering, asked);
    let submitted = move |event: web_sys::SubmitEvent| {
        event.prevent_default();
        handing_in.press();
    };
    view! {
        <Reading>
            <Crumbs way=crumbs/>
            <PageHeading title=words::SUPPLEMENT_TITLE above=above/>
            <p class="lead">{words::SUPPLEMENT_HELP.with([format::date_words(due)])}</p>
            {note.map(|note| view! { <p>{words::SUPPLEMENT_NOTE.with([note.into()])}</p> })}
            <ErrorSummary errors=handing_in.errors/>
            <form class="fill-form" novalidate=true on:submit=submitted>
                {items}
                {follow_ups}
                <p class="field-hint">{words::SUPPLEMENT_NOT_SAVED}</p>
                {move || refusal(handing_in.failed.get())}
                <div class="fill-actions">
                    <Button label=words::SUPPLEMENT_SUBMIT weight=Weight::Primary icon="send" submit=true busy=handing_in.busy/>
                    <ButtonLink href=routes::case(id) label=words::BACK_TO_CASE icon="arrow-left"/>
                </div>
            </form>
        </Reading>
    }
    .into_any()
}

/// Questions that became necessary by the new answers. They are asked below what the clerk named, and stay once asked.
fn follow_ups(answering: Answering, asked: BTreeSet<String>) -> AnyView {
    let belongs = move |path: &str| asked.iter().any(|asked| belongs(path, asked));
    let followed = memo(move |before: Option<&Vec<String>>| {
        let errors = answering.filling.with(Filling::errors);
        let mut followed = before.cloned().unwrap_or_default();
        answering
            .filling
            .with(|filling| followed.retain(|path| filling.question(path).is_some()));
        for FieldError { path, .. } in errors {
            if !belongs(&path) && !followed.contains(&path) {
                followed.push(path);
            }
        }
        followed
    });
    keyed(
        move || followed.get(),
        Clone::clone,
        move |path: String| {
            let required = answering
                .filling
                .with_untracked(|filling| filling.question(&path).is_some_and(|question| question.required));
            question(answering, path, required)
        },
    )
}

fn warn_before_the_tab_closes(changed: RwSignal<bool>, ui: Ui) {
    let handle = window_event_listener(leptos::ev::beforeunload, move |event| {
        if changed.try_get_untracked() == Some(true) {
            event.prevent_default();
            event.set_return_value(fill::NOT_SAVED_LEAVE.get(ui.language.get_untracked()));
        }
    });
    on_cleanup(move || handle.remove());
}

/// What is handed in: every answer that was asked for, changed or not, and all that is other than before; null for one
/// that was taken away.
fn new_answers(before: &Answers, now: &Answers, asked: &BTreeSet<String>) -> Answers {
    let belongs = |path: &str| asked.iter().any(|asked| belongs(path, asked));
    let changed = now
        .iter()
        .filter(|(path, value)| belongs(path) || before.get(*path) != Some(*value))
        .map(|(path, value)| (path.clone(), value.clone()));
    let gone = before.keys().chain(asked).filter(|path| !now.contains_key(*path));
    let mut new = Answers::new();
    new.extend(changed.chain(gone.map(|path| (path.clone(), Value::Null))));
    new
}

/// Whether a path is what was asked for, or stands in its rows.
fn belongs(path: &str, asked: &str) -> bool {
    path.strip_prefix(asked)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

impl HandingIn {
    /// The button. Pressed while it is busy, nothing more happens.
    fn press(self) {
        if self.busy.get_untracked() {
            return;
        }
        self.failed.set(None);
        let wrong = self.answering.filling.with_untracked(Filling::errors);
        if !wrong.is_empty() {
            self.errors.set(self.answering.point_out(&wrong));
            return;
        }
        if self.answering.uploads.running_now() {
            self.failed.set(Some(fill::UPLOADS_RUNNING.into()));
            return;
        }
        let now = self.answering.filling.with_untracked(Filling::answers);
        if self.before.with_value(|before| *before == now) {
            let words = words::SUPPLEMENT_UNCHANGED.into();
            self.errors.set(vec![SummaryLine { field: None, words }]);
            return;
        }
        let answers = self
            .before
            .with_value(|before| self.asked.with_value(|asked| new_answers(before, &now, asked)));
        self.errors.set(Vec::new());
        self.busy.set(true);
        spawn_local(async move {
            let outcome = self
                .hand_in(AnswerSupplement {
                    version: self.version,
                    answers,
                })
                .await;
            if self.busy.try_set(false).is_some() {
                return;
            }
            match outcome {
                Ok(Outcome::Done(_)) => {
                    self.ui.say(words::SUPPLEMENT_DONE);
                    self.leave.run(routes::case(self.case));
                }
                Ok(Outcome::Queued { queued }) => self.leave.run(routes::queued(queued.id)),
                Err(error) => self.failed(&error),
            }
        });
    }

    async fn hand_in(self, supplement: AnswerSupplement) -> Result<Outcome<CaseView>, CoreError> {
        let before = self
            .attempt
            .with_value(|before| before.clone().filter(|before| before.supplement == supplement));
        let Attempt { supplement, key } = match before {
            Some(same) => same,
            None => {
                let key = self.hall.client.ask(NewKey {}).await?;
                let new = Attempt { supplement, key };
                self.attempt.set_value(Some(new.clone()));
                new
            }
        };
        self.hall
            .client
            .ask(HandIn {
                id: self.case,
                supplement,
                key,
                wait_as: Some(self.title.get_value()),
            })
            .await
    }

    fn failed(self, error: &CoreError) {
        match error.code {
            ErrorCode::InvalidAnswers => {
                self.answering.refuse(&error.fields);
                self.errors.set(self.answering.point_out(&error.fields));
            }
            ErrorCode::CaseMoved | ErrorCode::ActionOutOfState => {
                // Drawn anew as it stands now, with what is asked now.
                self.ui.say_failure(words::CASE_MOVED);
                self.here.loaded.restart();
            }
            ErrorCode::Offline => self.failed.set(Some(words::SUPPLEMENT_NOT_SENT.into())),
            _ => self.failed.set(Some(error_words(error))),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn all_that_was_asked_for_is_handed_in_and_besides_it_only_what_is_new() {
        let answers = |list: &[(&str, Value)]| -> Answers {
            list.iter()
                .map(|(path, value)| ((*path).to_owned(), value.clone()))
                .collect()
        };
        let before = answers(&[
            ("a", json!(1)),
            ("b", json!(2)),
            ("c", json!(3)),
            ("rows", json!(["r1"])),
            ("rows/r1/x", json!(7)),
            ("rowsy", json!(0)),
        ]);
        let mut now = before.clone();
        now.insert("b".to_owned(), json!(4));
        now.remove("c");
        let asked = ["rows", "empty"].map(str::to_owned).into();
        let expected = answers(&[
            ("b", json!(4)),
            ("c", Value::Null),
            ("empty", Value::Null),
            ("rows", json!(["r1"])),
            ("rows/r1/x", json!(7)),
        ]);
        assert_eq!(new_answers(&before, &now, &asked), expected);
    }
}
