//! `/login/card`: the identity card on the reader of the kiosk, and a code to the phone of whose account it is. The page learns
//! neither the card's number nor where the code went.

use std::time::Duration;

use leptos::prelude::*;
use leptos::task::spawn_local;
use onehall_protocol::ErrorCode;
use onehall_protocol::identity::{CardCodeSent, Session};

use super::login::{CODE, digits, wait_words, welcome};
use crate::citizen::device::{not_read, waits};
use crate::citizen::place::Reading;
use crate::citizen::{Hall, routes, use_hall};
use crate::design::button::{Button, ButtonLink, Weight};
use crate::design::notice::{Notice, Tone};
use crate::design::text_field::{InputKind, TextField, Width};
use crate::router::{NavigateOptions, use_navigate, use_query_map};
use crate::shell::kiosk::{self, DeviceState, Fault, NotDone};
use crate::shell::{PageHeading, Ui, document, use_ui};
use crate::texts::{Words, devices, kiosk as words, login};
use crate::view::{effect, live, view};

/// How far it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Step {
    /// No card lies there.
    Idle,
    /// One is waited for, and read.
    Reading,
    /// Its code was sent.
    Sent(CardCodeSent),
}

#[derive(Clone, Copy)]
struct Page {
    hall: Hall,
    ui: Ui,
    step: RwSignal<Step>,
    code: RwSignal<String>,
    /// What went wrong with the card.
    failed: RwSignal<Option<Words>>,
    /// What is wrong with the code.
    wrong: RwSignal<Option<Words>>,
    busy: RwSignal<bool>,
    /// Seconds until another code can be asked for.
    wait: RwSignal<u32>,
}

/// A way to this page, where this kiosk has a reader.
pub fn card_login_link(next: &str) -> AnyView {
    let has = RwSignal::new(false);
    spawn_local(async move {
        let reader = kiosk::devices().await.id_card;
        let _ = has.try_set(matches!(reader, Some(DeviceState::Ready | DeviceState::Busy)));
    });
    let href = routes::card_login(next);
    live(move || {
        let href = href.clone();
        has.get()
            .then(|| view! { <ButtonLink href=href label=words::LOGIN_GO icon="id-card"/> })
    })
}

/// The page. Goes back to `?next=` once somebody is logged in.
#[component]
pub fn CardLoginPage() -> impl IntoView {
    let page = Page {
        hall: use_hall(),
        ui: use_ui(),
        step: RwSignal::new(Step::Idle),
        code: RwSignal::new(String::new()),
        failed: RwSignal::new(None),
        wrong: RwSignal::new(None),
        busy: RwSignal::new(false),
        wait: RwSignal::new(0),
    };
    let (query, navigate) = (use_query_map(), use_navigate());
    let next = query.with_untracked(|query| routes::safe_next(query.get("next").as_deref()).to_owned());
    let countdown = set_interval_with_handle(
        move || page.wait.update(|wait| *wait = wait.saturating_sub(1)),
        Duration::from_secs(1),
    );
    on_cleanup(move || {
        if let Ok(countdown) = countdown {
            countdown.clear();
        }
        // Whoever goes elsewhere wants no card read, and leaves none behind.
        spawn_local(kiosk::stop());
    });
    let onward = next.clone();
    effect(move || {
        if page.hall.logged_in() {
            let options = NavigateOptions {
                replace: true,
                ..Default::default()
            };
            navigate(&onward, options);
        }
    });
    page.read();
    let failed = live(move || {
        let failed = page.failed.get();
        failed.map(|why| view! { <Notice tone=Tone::Bad><p>{why}</p></Notice> })
    });
    view! {
        <Reading>
            <PageHeading title=words::LOGIN_TITLE/>
            <p class="lead">{words::LOGIN_TEXT}</p>
            <div role="alert">{failed}</div>
            {live(move || page.shown(page.step.get()))}
            <div class="buttons">
                <ButtonLink href=routes::login(&next) label=words::LOGIN_BY_PHONE weight=Weight::Quiet/>
            </div>
        </Reading>
    }
    .into_any()
}

impl Page {
    fn shown(self, step: Step) -> AnyView {
        let again = Callback::new(move |()| self.read());
        match step {
            Step::Idle => view! {
                <div class="buttons">
                    <Button label=words::LOGIN_AGAIN icon="id-card" weight=Weight::Primary on_press=again/>
                </div>
            }
            .into_any(),
            Step::Reading => {
                let wait = waits("id-card", devices::CARD_WAITS, Some(devices::CARD_WAITS_TEXT));
                view! { <div role="status">{wait}</div> }.into_any()
            }
            Step::Sent(sent) => self.code_form(sent, again),
        }
    }

    fn code_form(self, sent: CardCodeSent, again: Callback<()>) -> AnyView {
        let minutes = (sent.expires_in / 60).to_string();
        let submit = move |event: web_sys::SubmitEvent| {
            event.prevent_default();
            self.enter();
        };
        let resend = Callback::new(move |()| self.send_again());
        let waiting = Signal::derive(move || self.wait.get() > 0);
        let label = Words::made(move |language| match self.wait.get() {
            0 => login::SEND_AGAIN.get(language).to_owned(),
            wait => login::SEND_AGAIN_IN.with([wait.to_string().into()]).get(language),
        });
        view! {
            <form class="stack login-form" novalidate on:submit=submit>
                <Notice tone=Tone::Info role="status"><p>{words::LOGIN_SENT.with([minutes.into()])}</p></Notice>
                <TextField id=CODE label=login::CODE hint=login::CODE_HINT kind=InputKind::Code width=Width::Short max_length=6
                    value=self.code on_input=Callback::new(move |value| self.code.set(value)) error=self.wrong/>
                <div class="buttons">
                    <Button label=login::GO weight=Weight::Primary submit=true busy=self.busy/>
                    <Button label=label on_press=resend disabled=waiting/>
                    <Button label=words::LOGIN_AGAIN weight=Weight::Quiet on_press=again/>
                </div>
                <p class="muted">{words::LOGIN_NONE}</p>
            </form>
        }
        .into_any()
    }

    fn read(self) {
        self.failed.set(None);
        self.step.set(Step::Reading);
        spawn_local(async move { self.sent(kiosk::log_in_by_card().await) });
    }

    fn send_again(self) {
        if self.busy.get_untracked() || self.wait.get_untracked() > 0 {
            return;
        }
        self.busy.set(true);
        spawn_local(async move {
            let sent = kiosk::send_card_code().await;
            let _ = self.busy.try_set(false);
            match sent {
                Err(NotDone::Refused(error)) => {
                    let _ = self.wrong.try_set(Some(wait_words(&error)));
                }
                other => self.sent(other),
            }
        });
    }

    /// A code was sent, or no card was read.
    fn sent(self, outcome: Result<CardCodeSent, NotDone>) {
        match outcome {
            Ok(sent) => {
                let _ = self.code.try_set(String::new());
                let _ = self.wrong.try_set(None);
                let _ = self.wait.try_set(sent.resend_after);
                // Who has left the page meanwhile types nothing.
                if self.step.try_set(Step::Sent(sent)).is_none() {
                    request_animation_frame(|| document::focus(CODE));
                }
            }
            Err(why) => self.lost(&why),
        }
    }

    /// There is no card to go on with.
    fn lost(self, why: &NotDone) {
        let said = match (why, self.step.try_get_untracked()) {
            // It was read before: the kiosk forgot it.
            (NotDone::Fault(Fault::Removed), Some(Step::Sent(_))) => Some(devices::CARD_GONE.into()),
            _ => not_read(why, wait_words, words::LOGIN_INSTEAD),
        };
        let _ = self.failed.try_set(said);
        let _ = self.step.try_set(Step::Idle);
    }

    fn enter(self) {
        if self.busy.get_untracked() {
            return;
        }
        let typed = digits(&self.code.get_untracked());
        if typed.len() != 6 {
            self.wrong.set(Some(login::CODE_EMPTY.into()));
            return;
        }
        self.wrong.set(None);
        self.busy.set(true);
        spawn_local(async move {
            let answer = kiosk::enter_card_code(&typed).await;
            let _ = self.busy.try_set(false);
            match answer {
                Ok(session) => self.entered(session),
                Err(NotDone::Refused(error)) if error.code != ErrorCode::Forbidden => {
                    let _ = self.wrong.try_set(Some(wait_words(&error)));
                }
                Err(why) => self.lost(&why),
            }
        });
    }

    fn entered(self, session: Session) {
        welcome(self.ui, &session.actor.name);
        self.hall.session.set(Some(session));
    }
}
