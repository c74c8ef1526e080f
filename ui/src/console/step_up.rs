//! Before what cannot be undone whoever sits at the console shows by a passkey or a one-time password that they are there.

use futures::channel::oneshot;
use leptos::prelude::*;
use leptos::task::spawn_local;
use onehall_client::staff::{StepUp, StepUpOptions, StepUpWithPasskey};
use onehall_protocol::ErrorCode;
use onehall_protocol::passkeys::ProofWay;
use onehall_protocol::staff::StaffProof;

use super::desk::use_desk;
use super::login::words_of;
use crate::design::button::{Button, Weight};
use crate::design::dialog::Dialog;
use crate::design::passkeys::Failure;
use crate::design::text_field::{InputKind, TextField, Width};
use crate::shell::{document, passkeys};
use crate::texts::{Words, console, console_passkeys, general, passkeys as words};
use crate::view::view;

const CODE: &str = "step-up-code";
const PASSKEY: &str = "step-up-passkey";

/// What waits for it. Cheap to copy.
#[derive(Clone, Copy)]
pub struct StepUps {
    open: RwSignal<bool>,
    /// Whether they have a passkey to show it by.
    passkey: RwSignal<bool>,
    waiting: StoredValue<Vec<oneshot::Sender<bool>>, LocalStorage>,
}

impl StepUps {
    /// Nothing waits.
    pub(super) fn new() -> StepUps {
        StepUps {
            open: RwSignal::new(false),
            passkey: RwSignal::new(false),
            waiting: StoredValue::new_local(Vec::new()),
        }
    }

    /// Asks, and says whether it was shown.
    pub(super) async fn wanted(self, ways: &[ProofWay]) -> bool {
        let (tell, told) = oneshot::channel();
        if self.waiting.try_update_value(|waiting| waiting.push(tell)).is_none() {
            return false;
        }
        self.passkey.set(ways.contains(&ProofWay::Passkey) && passkeys::can());
        self.open.set(true);
        told.await.unwrap_or(false)
    }

    /// Tells all that waits how it ended.
    fn tell(self, shown: bool) {
        let waiting = self.waiting.try_update_value(std::mem::take).unwrap_or_default();
        for one in waiting {
            // Whoever waited may have gone.
            let _ = one.send(shown);
        }
    }

    /// It has ended: the question goes, and all that waits goes on.
    pub(super) fn settle(self, shown: bool) {
        self.tell(shown);
        let _ = self.open.try_set(false);
    }
}

/// The question. It stands once, beside all pages.
#[component]
pub fn StepUpDialog() -> impl IntoView {
    let desk = use_desk();
    let ups = desk.core.step_up;
    let open = ups.open;
    let (code, busy) = (RwSignal::new(String::new()), RwSignal::new(false));
    let wrong = RwSignal::new(None::<Words>);
    let failed = RwSignal::new(None::<Words>);
    Effect::new(move || {
        if open.get() {
            code.set(String::new());
            wrong.set(None);
            failed.set(None);
            let first = if ups.passkey.get_untracked() { PASSKEY } else { CODE };
            request_animation_frame(move || document::focus(first));
        } else {
            // Closed by whoever did not want to; otherwise nothing waits any more.
            ups.tell(false);
        }
    });
    let submit = move |event: web_sys::SubmitEvent| {
        event.prevent_default();
        if busy.get_untracked() {
            return;
        }
        let digits: String = code.get_untracked().chars().filter(char::is_ascii_digit).collect();
        if digits.len() != 6 {
            wrong.set(Some(console::EMPTY_CODE.into()));
            return;
        }
        busy.set(true);
        wrong.set(None);
        failed.set(None);
        spawn_local(async move {
            let proof = StaffProof { code: digits };
            let answer = desk.core.ask(StepUp { proof }).await;
            let _ = busy.try_set(false);
            match answer {
                Ok(()) => ups.settle(true),
                // The page asks to log in.
                Err(error) if error.code == ErrorCode::NotLoggedIn => ups.settle(false),
                Err(error) => {
                    let _ = code.try_set(String::new());
                    let _ = wrong.try_set(Some(words_of(&error)));
                }
            }
        });
    };
    let by_passkey = Callback::new(move |()| {
        if busy.get_untracked() {
            return;
        }
        busy.set(true);
        wrong.set(None);
        failed.set(None);
        spawn_local(async move {
            let outcome: Result<(), Failure> = async {
                let options = desk.core.ask(StepUpOptions {}).await?;
                let credential = passkeys::ask(&options).await?;
                desk.core.ask(StepUpWithPasskey { credential }).await?;
                Ok(())
            }
            .await;
            let _ = busy.try_set(false);
            let words = match outcome {
                Ok(()) => return ups.settle(true),
                Err(Failure::Hall(error)) if error.code == ErrorCode::NotLoggedIn => return ups.settle(false),
                Err(Failure::Hall(error)) => words_of(&error),
                Err(Failure::Said(words)) => words,
            };
            let _ = failed.try_set(Some(words));
        });
    });
    let passkey = move || {
        ups.passkey.get().then(|| {
            view! {
                <div class="buttons">
                    <Button id=PASSKEY label=words::PROOF_PASSKEY icon="key-round" weight=Weight::Primary busy=busy
                        on_press=by_passkey/>
                </div>
                <p class="muted">{console_passkeys::OR_CODE}</p>
            }
        })
    };
    let go = move || {
        let weight = if ups.passkey.get() {
            Weight::Secondary
        } else {
            Weight::Primary
        };
        view! { <Button label=console::STEP_UP_GO weight=weight submit=true busy=busy/> }
    };
    view! {
        <Dialog id="step-up" title=console::STEP_UP_TITLE open=open>
            <form class="console-form" novalidate on:submit=submit>
                <p>{console::STEP_UP_TEXT}</p>
                <div role="alert">{move || failed.get().map(|words| view! { <p class="field-error">{words}</p> })}</div>
                {passkey}
                <TextField id=CODE label=console::STEP_UP_CODE hint=console::STEP_UP_HINT kind=InputKind::Code width=Width::Short
                    max_length=6 value=code on_input=Callback::new(move |text| code.set(text)) error=wrong/>
                <div class="buttons">
                    {go}
                    <Button label=general::CANCEL on_press=Callback::new(move |()| open.set(false))/>
                </div>
            </form>
        </Dialog>
    }
    .into_any()
}
