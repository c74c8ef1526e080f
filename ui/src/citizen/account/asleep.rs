//! A login with a phone number whose account was not used for long: its owner says their identity number, and who is new to the
//! number begins an account of their own.

use leptos::prelude::*;
use leptos::task::spawn_local;
use onehall_client::citizen::ConfirmLogIn;
use onehall_protocol::identity::Session;
use onehall_protocol::{CitizenId, ErrorCode};

use super::login::wait_words;
use crate::citizen::use_hall;
use crate::design::button::{Button, Weight};
use crate::design::notice::{Notice, Tone};
use crate::design::text_field::{InputKind, TextField, Width};
use crate::texts::{Words, contacts as words, login};
use crate::view::view;

/// The id of the field.
pub const NUMBER: &str = "login-citizen-id";

/// Asks who logs in with this number and code; `done` gets the session.
pub fn asleep_view(phone: String, code: String, done: Callback<Session>) -> AnyView {
    let hall = use_hall();
    let number = RwSignal::new(String::new());
    let wrong = RwSignal::new(None::<Words>);
    let failed = RwSignal::new(None::<Words>);
    let busy = RwSignal::new(false);
    let enter = move |citizen_id: Option<String>| {
        if busy.get_untracked() {
            return;
        }
        busy.set(true);
        wrong.set(None);
        failed.set(None);
        let (phone, code) = (phone.clone(), code.clone());
        spawn_local(async move {
            let ask = ConfirmLogIn {
                phone,
                code,
                citizen_id,
            };
            let answer = hall.client.ask(ask).await;
            if busy.try_set(false).is_some() {
                return;
            }
            match answer {
                Ok(session) => done.run(session),
                Err(error) if error.code == ErrorCode::NotMatched => wrong.set(Some(words::ASLEEP_WRONG.into())),
                Err(error) => failed.set(Some(wait_words(&error))),
            }
        });
    };
    let as_new = enter.clone();
    let submit = move |event: web_sys::SubmitEvent| {
        event.prevent_default();
        let typed = number.with_untracked(|number| number.trim().to_ascii_uppercase());
        if typed.parse::<CitizenId>().is_err() {
            wrong.set(Some(words::ASLEEP_INVALID.into()));
            return;
        }
        enter(Some(typed));
    };
    let anew = Callback::new(move |()| as_new(None));
    view! {
        <Notice tone=Tone::Attention title=words::ASLEEP_TITLE>
            <p>{words::ASLEEP_TEXT}</p>
            <div role="alert">{move || failed.get().map(|words| view! { <p class="field-error">{words}</p> })}</div>
            <form class="stack" novalidate on:submit=submit>
                <TextField
                    id=NUMBER
                    label=login::NUMBER
                    hint=words::ASLEEP_HINT
                    kind=InputKind::CitizenId
                    width=Width::Medium
                    max_length=18
                    value=number
                    on_input=Callback::new(move |value| number.set(value))
                    error=wrong
                />
                <div class="buttons">
                    <Button label=words::ASLEEP_GO weight=Weight::Primary submit=true busy=busy/>
                    <Button label=words::ASLEEP_NEW weight=Weight::Quiet busy=busy on_press=anew/>
                </div>
            </form>
            <p class="small muted">{words::ASLEEP_NEW_TEXT}</p>
        </Notice>
    }
    .into_any()
}
