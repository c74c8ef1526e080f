//! Showing that whoever is logged in is there now: by a passkey, or by a code to the phone.

use leptos::prelude::*;
use leptos::task::spawn_local;
use onehall_client::citizen::{PasskeyOptions, ProveWithCode, ProveWithPasskey, SendProofCode};
use onehall_protocol::ErrorCode;
use onehall_protocol::contacts::ContactKind;
use onehall_protocol::identity::CodeSent;
use onehall_protocol::passkeys::{PasskeyPurpose, ProofWay};

use super::login::wait_words;
use crate::citizen::use_hall;
use crate::design::button::{Button, Weight};
use crate::design::notice::{Notice, Tone};
pub use crate::design::passkeys::no_passkey_words;
use crate::design::text_field::{InputKind, TextField, Width};
use crate::shell::document;
use crate::shell::passkeys;
pub use crate::shell::passkeys::proof_asked;
use crate::texts::{Words, contacts, login, passkeys as words};
use crate::view::view;

const CODE: &str = "proof-code";

/// Asks to confirm; `done` goes on with what was refused before.
pub fn proof_view(ways: &[ProofWay], done: Callback<()>) -> AnyView {
    let hall = use_hall();
    let busy = RwSignal::new(false);
    let sent = RwSignal::new(None::<CodeSent>);
    let by = RwSignal::new(None::<ContactKind>);
    let code = RwSignal::new(String::new());
    let failed = RwSignal::new(None::<Words>);
    let wrong = RwSignal::new(None::<Words>);
    let by_passkey = Callback::new(move |()| {
        if busy.get_untracked() {
            return;
        }
        busy.set(true);
        failed.set(None);
        spawn_local(async move {
            let ask = PasskeyOptions {
                purpose: PasskeyPurpose::Prove,
            };
            let outcome: Result<(), Words> = async {
                let options = hall.client.ask(ask).await.map_err(|error| wait_words(&error))?;
                let credential = passkeys::ask(&options).await.map_err(no_passkey_words)?;
                let answer = hall.client.ask(ProveWithPasskey { credential }).await;
                answer.map_err(|error| wait_words(&error))
            }
            .await;
            if busy.try_set(false).is_some() {
                return;
            }
            match outcome {
                Ok(()) => done.run(()),
                Err(words) => failed.set(Some(words)),
            }
        });
    });
    let send_by = move |kind: Option<ContactKind>| {
        if busy.get_untracked() {
            return;
        }
        busy.set(true);
        failed.set(None);
        spawn_local(async move {
            let answer = hall.client.ask(SendProofCode { by: kind }).await;
            if busy.try_set(false).is_some() {
                return;
            }
            match answer {
                Ok(answer) => {
                    by.set(kind);
                    sent.set(Some(answer));
                    request_animation_frame(|| document::focus(CODE));
                }
                Err(error) => failed.set(Some(wait_words(&error))),
            }
        });
    };
    let send = Callback::new(move |()| send_by(None));
    let send_mail = Callback::new(move |()| send_by(Some(ContactKind::Email)));
    let confirm = move |event: web_sys::SubmitEvent| {
        event.prevent_default();
        let typed: String = code.get_untracked().chars().filter(char::is_ascii_digit).collect();
        if typed.len() != 6 {
            wrong.set(Some(login::CODE_EMPTY.into()));
            return;
        }
        if busy.get_untracked() {
            return;
        }
        busy.set(true);
        wrong.set(None);
        failed.set(None);
        spawn_local(async move {
            let by = by.get_untracked();
            let answer = hall.client.ask(ProveWithCode { code: typed, by }).await;
            if busy.try_set(false).is_some() {
                return;
            }
            match answer {
                Ok(()) => done.run(()),
                Err(error) if error.code == ErrorCode::WrongCode => wrong.set(Some(wait_words(&error))),
                Err(error) => failed.set(Some(wait_words(&error))),
            }
        });
    };
    let passkey = ways.contains(&ProofWay::Passkey) && passkeys::can();
    let by_code = ways.contains(&ProofWay::Code);
    let by_mail = ways.contains(&ProofWay::Email);
    let code_form = move || {
        sent.get().map(|answer| {
            view! {
                <form class="stack" novalidate on:submit=confirm>
                    <p role="status">{words::PROOF_SENT.with([answer.phone.into()])}</p>
                    <TextField
                        id=CODE
                        label=words::PROOF_CODE
                        hint=login::CODE_HINT
                        kind=InputKind::Code
                        width=Width::Short
                        max_length=6
                        value=code
                        on_input=Callback::new(move |value| code.set(value))
                        error=wrong
                    />
                    <div class="buttons"><Button label=words::PROOF_GO weight=Weight::Primary submit=true busy=busy/></div>
                </form>
            }
        })
    };
    let buttons = move || {
        let unsent = sent.with(Option::is_none);
        view! {
            <div class="buttons">
                {passkey.then(|| view! { <Button label=words::PROOF_PASSKEY icon="key-round" busy=busy on_press=by_passkey/> })}
                {(by_code && unsent).then(|| view! { <Button label=words::PROOF_SEND icon="smartphone" busy=busy on_press=send/> })}
                {(by_mail && unsent).then(|| view! { <Button label=contacts::PROOF_EMAIL icon="mail" busy=busy on_press=send_mail/> })}
            </div>
        }
    };
    view! {
        <Notice tone=Tone::Attention title=words::PROOF_TITLE>
            <p>{words::PROOF_TEXT}</p>
            <div role="alert">{move || failed.get().map(|words| view! { <p class="field-error">{words}</p> })}</div>
            {buttons}
            {code_form}
        </Notice>
    }
    .into_any()
}
