//! Logging out. What the hall does not hold yet would be lost with it: then the citizen is asked first.

use leptos::prelude::*;
use leptos::task::spawn_local;
use onehall_client::citizen::LogOut;
use onehall_protocol::{CoreError, ErrorCode, Language};
use serde_json::Value;

use crate::citizen::{Hall, routes, use_hall};
use crate::design::dialog::ConfirmDialog;
use crate::design::states::error_words;
use crate::router::use_navigate;
use crate::shell::{Ui, use_ui};
use crate::texts::{Words, frame};
use crate::view::view;

/// What a log-out would lose.
#[derive(Clone, Copy, Default)]
struct Unsent {
    /// Answers of drafts, and files for them.
    answers: bool,
    /// Submissions and the like.
    queued: bool,
    /// What is typed for supplements.
    supplements: bool,
}

impl Unsent {
    fn told_by(error: &CoreError) -> Unsent {
        let some = |what: &str| {
            error
                .details
                .get(what)
                .and_then(Value::as_u64)
                .is_some_and(|count| count > 0)
        };
        Unsent {
            answers: some("answers") || some("files"),
            queued: some("queued"),
            supplements: some("supplements"),
        }
    }

    fn words(self, language: Language) -> String {
        let waits = match self {
            Unsent { queued: true, .. } => Some(frame::UNSENT_QUEUED),
            Unsent { answers: true, .. } => Some(frame::UNSENT_TEXT),
            _ => None,
        };
        let typed = self.supplements.then_some(frame::UNSENT_TYPED);
        let said = [waits, typed].into_iter().flatten().map(|words| words.get(language));
        said.collect::<Vec<_>>().join(" ")
    }
}

/// Logs the citizen out, from wherever that is pressed.
#[derive(Clone, Copy)]
pub struct Leaving {
    hall: Hall,
    ui: Ui,
    /// Goes to the home page.
    home: Callback<()>,
    asking: RwSignal<bool>,
    /// What would be lost.
    unsent: RwSignal<Unsent>,
    /// Whether the page stays, because it asks who comes next.
    stays: RwSignal<bool>,
    /// Whether it is under way.
    pub busy: RwSignal<bool>,
}

impl Leaving {
    /// Makes it known to every page below.
    pub fn provide() -> Leaving {
        let navigate = use_navigate();
        let leaving = Leaving {
            home: Callback::new(move |()| navigate(routes::HOME, Default::default())),
            hall: use_hall(),
            ui: use_ui(),
            asking: RwSignal::new(false),
            unsent: RwSignal::default(),
            stays: RwSignal::new(false),
            busy: RwSignal::new(false),
        };
        provide_context(leaving);
        leaving
    }

    /// What a button calls.
    #[must_use]
    pub fn callback(self) -> Callback<()> {
        self.leaving(false)
    }

    /// What a button calls that lets another person log in, or the same one anew, on the page where it stands.
    #[must_use]
    pub fn staying(self) -> Callback<()> {
        self.leaving(true)
    }

    fn leaving(self, stays: bool) -> Callback<()> {
        Callback::new(move |()| {
            self.stays.set(stays);
            self.log_out(false);
        })
    }

    fn log_out(self, discard_unsent: bool) {
        self.busy.set(true);
        spawn_local(async move {
            let outcome = self.hall.client.ask(LogOut { discard_unsent }).await;
            self.busy.set(false);
            match outcome {
                Ok(()) => {
                    self.asking.set(false);
                    if !self.stays.get_untracked() {
                        self.home.run(());
                    }
                }
                Err(error) if error.code == ErrorCode::UnsentAnswers => {
                    self.unsent.set(Unsent::told_by(&error));
                    self.asking.set(true);
                }
                // Here nobody is logged in any more; only the hall could not be told.
                Err(error) => {
                    self.asking.set(false);
                    self.ui.say_failure(error_words(&error));
                }
            }
        });
    }
}

/// How to log out.
#[must_use]
pub fn use_leaving() -> Leaving {
    expect_context()
}

/// Asks whether answers may be lost.
#[component]
pub fn LogOutDialog() -> impl IntoView {
    let leaving = use_leaving();
    let text = Words::made(move |language| leaving.unsent.get().words(language));
    view! {
        <ConfirmDialog
            id="log-out"
            title=frame::UNSENT_TITLE
            text=text
            confirm=frame::UNSENT_LEAVE
            danger=true
            open=leaving.asking
            busy=leaving.busy
            on_confirm=Callback::new(move |()| leaving.log_out(true))
        />
    }
    .into_any()
}
