//! Logging out. What the hall does not hold yet would be lost with it: then the citizen is asked first.

use leptos::prelude::*;
use leptos::task::spawn_local;
use onehall_client::citizen::LogOut;
use onehall_protocol::ErrorCode;

use crate::citizen::{Hall, routes, use_hall};
use crate::design::dialog::ConfirmDialog;
use crate::design::states::error_words;
use crate::router::use_navigate;
use crate::shell::{Ui, use_ui};
use crate::texts::{Words, frame};
use crate::view::view;

/// Logs the citizen out, from wherever that is pressed.
#[derive(Clone, Copy)]
pub struct Leaving {
    hall: Hall,
    ui: Ui,
    /// Goes to the home page.
    home: Callback<()>,
    asking: RwSignal<bool>,
    /// Whether more waits than answers: submissions and the like.
    queued: RwSignal<bool>,
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
            queued: RwSignal::new(false),
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
                    let queued = error.details.get("queued").and_then(serde_json::Value::as_u64);
                    self.queued.set(queued.is_some_and(|queued| queued > 0));
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
    let text = Words::made(move |language| {
        let text = if leaving.queued.get() {
            frame::UNSENT_QUEUED
        } else {
            frame::UNSENT_TEXT
        };
        text.get(language).to_owned()
    });
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
