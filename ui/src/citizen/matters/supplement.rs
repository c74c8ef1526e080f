//! Handing in what a clerk asked for: exactly that, all at once.

mod asked;
mod changes;
mod typed;

use std::collections::BTreeSet;

use changes::{belongs, new_answers};
use leptos::prelude::*;
use leptos::task::spawn_local;
use onehall_client::citizen::{GetTypedSupplement, NewKey, Supplement as HandIn, UploadTo};
use onehall_client::{Outcome, TypedSupplement};
use onehall_forms::Filling;
use onehall_protocol::cases::{AnswerSupplement, CaseView, CitizenAction, Supplement};
use onehall_protocol::drafts::Answers;
use onehall_protocol::{CaseId, CoreError, ErrorCode, FieldError, IdempotencyKey, Text, Timestamp};
use typed::Keeping;

use super::case::refusal;
use super::loaded::{CaseHere, LoadedCase, case_here};
use crate::citizen::place::{LoggedIn, Reading};
use crate::citizen::questions::{Answering, question};
use crate::citizen::{Hall, routes, use_hall};
use crate::design::button::{Button, ButtonLink, Weight};
use crate::design::errors::{ErrorSummary, SummaryLine};
use crate::design::navigation::Crumbs;
use crate::design::notice::{Notice, Tone};
use crate::design::states::{EmptyState, ErrorState, Skeleton, SkeletonKind, error_words};
use crate::router::{NavigateOptions, use_navigate};
use crate::shell::{Loaded, PageHeading, Remote, Ui, load, use_ui};
use crate::texts::{Words, fill, format, matters as words};
use crate::view::{keyed, live, memo, view};

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
        Some((supplement, filling)) => as_it_was_left(here, loaded, supplement, filling),
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

/// The form, once it is known what was typed here before.
fn as_it_was_left(here: CaseHere, loaded: LoadedCase, supplement: Supplement, filling: Filling) -> AnyView {
    let (client, id, requested_at) = (use_hall().client, loaded.case.summary.id, supplement.requested_at);
    let left = load(move || {
        let asked = GetTypedSupplement { id, requested_at };
        async move { client.ask(asked).await }
    });
    live(move || {
        let failed = left.state().with(|state| match state {
            Remote::Failed(error) => Some(error.clone()),
            _ => None,
        });
        if let Some(error) = failed {
            return unread(left, error);
        }
        let form = left.with_ready(|left| untrack(|| form(here, &loaded, &supplement, filling.clone(), left.clone())));
        form.unwrap_or_else(|| view! { <div class="reading"><Skeleton kind=SkeletonKind::Form/></div> }.into_any())
    })
}

/// What was typed here before cannot be read now: it is asked for again, or its citizen says that they begin without it.
fn unread(left: Loaded<Option<TypedSupplement>>, error: CoreError) -> AnyView {
    view! {
        <Reading>
            <PageHeading title=words::SUPPLEMENT_TITLE/>
            <ErrorState error=error retry=Callback::new(move |()| left.restart())/>
            <Notice tone=Tone::Info>
                <p>{words::SUPPLEMENT_UNREAD}</p>
                <Button
                    label=words::SUPPLEMENT_WITHOUT
                    weight=Weight::Quiet
                    on_press=Callback::new(move |()| left.put(None))
                />
            </Notice>
        </Reading>
    }
    .into_any()
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
    requested_at: Timestamp,
    asked: StoredValue<BTreeSet<String>>,
    /// The same in the order of the page.
    in_order: StoredValue<Vec<String>>,
    /// What was asked for and, the citizen says, is right as it stands.
    confirmed: RwSignal<BTreeSet<String>>,
    /// What was neither changed nor confirmed when the button was pressed.
    open: RwSignal<BTreeSet<String>>,
    keeping: Keeping,
    attempt: StoredValue<Option<Attempt>>,
    errors: RwSignal<Vec<SummaryLine>>,
    /// What was typed before was taken away.
    began_anew: RwSignal<bool>,
    failed: RwSignal<Option<Words>>,
    busy: RwSignal<bool>,
    /// Goes on to an address.
    leave: Callback<String>,
}

fn form(
    here: CaseHere,
    loaded: &LoadedCase,
    supplement: &Supplement,
    mut filling: Filling,
    left: Option<TypedSupplement>,
) -> AnyView {
    let case = &loaded.case;
    let id = case.summary.id;
    let mut asked = BTreeSet::new();
    asked.extend(supplement.items.iter().map(|item| item.path.clone()));
    let before = filling.answers();
    let found = left.is_some();
    let confirmed = left.map(|left| {
        filling.set_all(left.answers);
        left.confirmed
    });
    let page = StoredValue::new(None::<HandingIn>);
    let keep = Callback::new(move |_| {
        if let Some(page) = page.try_get_value().flatten() {
            page.keep();
        }
    });
    let answering = Answering::new(filling, Vec::new(), UploadTo::Case(id), keep);
    let navigate = use_navigate();
    let (hall, ui) = (use_hall(), use_ui());
    let keeping = Keeping::new(hall.client, id, found);
    let handing_in = HandingIn {
        hall,
        ui,
        here,
        case: id,
        title: StoredValue::new(case.summary.item_name.clone()),
        version: case.summary.version,
        answering,
        before: StoredValue::new(before),
        requested_at: supplement.requested_at,
        asked: StoredValue::new(asked.clone()),
        in_order: StoredValue::new(supplement.items.iter().map(|item| item.path.clone()).collect()),
        confirmed: RwSignal::new(confirmed.unwrap_or_default()),
        open: RwSignal::default(),
        keeping,
        attempt: StoredValue::new(None),
        errors: RwSignal::new(Vec::new()),
        began_anew: RwSignal::new(false),
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
    page.set_value(Some(handing_in));
    keeping.warn_before_the_tab_closes(ui);
    let items = supplement.items.iter().map(|item| {
        let required = answering
            .filling
            .with_untracked(|filling| filling.question(&item.path).is_some_and(|question| question.required));
        let why = words::SUPPLEMENT_WHY.with([item.reason.as_str().into()]);
        view! {
            <div class="asked">
                <Notice tone=Tone::Attention><p>{why}</p></Notice>
                {question(answering, item.path.clone(), required)}
                {handing_in.right_as_it_is(item.path.clone())}
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
    let again = found.then(|| handing_in.left_before());
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
            {again}
            <ErrorSummary errors=handing_in.errors/>
            <form class="fill-form" novalidate=true on:submit=submitted>
                {items}
                {follow_ups}
                {keeping.said()}
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

impl HandingIn {
    /// Keeps what is typed now.
    fn keep(self) {
        let now = self.answering.filling.with_untracked(Filling::answers);
        let answers = self
            .before
            .with_value(|before| new_answers(before, &now, &BTreeSet::new()));
        let confirmed = self.confirmed.get_untracked();
        let something = !answers.is_empty() || !confirmed.is_empty();
        self.keeping.keep(something.then_some(TypedSupplement {
            requested_at: self.requested_at,
            answers,
            confirmed,
        }));
    }

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
        let open = self.open_in(&now);
        if !open.is_empty() {
            self.errors.set(self.open_lines(&open));
            self.open.set(open.into_iter().collect());
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
                    self.keeping.keep(None);
                    self.ui.say(words::SUPPLEMENT_DONE);
                    self.leave.run(routes::case(self.case));
                }
                Ok(Outcome::Queued { queued }) => {
                    self.keeping.keep(None);
                    self.leave.run(routes::queued(queued.id));
                }
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
