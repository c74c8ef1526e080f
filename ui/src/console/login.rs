//! Login of staff: password, then passkey or one-time password; enrolment and a new password where they are due.

use leptos::prelude::*;
use leptos::task::spawn_local;
use onehall_client::staff::{ConfirmLogIn, ConfirmWithPasskey, LogIn};
use onehall_protocol::staff::{StaffChallenge, StaffLogin, StaffPasskeyFactor, StaffSecondFactor, StaffSession};
use onehall_protocol::{CoreError, ErrorCode};

use super::desk::{Desk, use_desk};
use crate::citizen::place::Reading;
use crate::design::button::{Button, Weight};
use crate::design::errors::{ErrorSummary, SummaryLine};
use crate::design::passkeys::Failure;
use crate::design::qr::Qr;
use crate::design::states::error_words;
use crate::design::text_field::{InputKind, TextField, Width};
use crate::shell::{HEADING, PageHeading, document, passkeys};
use crate::texts::{Words, console, console_passkeys, passkeys as words};
use crate::view::view;

const ACCOUNT: &str = "account";
const PASSWORD: &str = "password";
const CODE: &str = "code";
const NEW_PASSWORD: &str = "new-password";
const PASSKEY: &str = "log-in-passkey";

/// The shortest password that staff may choose.
const SHORTEST: usize = 12;

/// How long the second step can be taken after the first; a little less than the hall allows.
const TICKET: std::time::Duration = std::time::Duration::from_secs(290);

/// What a refusal says; where one has to wait, how long.
pub(super) fn words_of(error: &CoreError) -> Words {
    let wait = error.details.get("retry_after").and_then(serde_json::Value::as_u64);
    match (error.code, wait) {
        (ErrorCode::TooManyRequests, Some(seconds)) => console::TRY_AGAIN_IN.with([seconds.to_string().into()]),
        _ => error_words(error),
    }
}

/// Begins anew where the second step was not taken in time.
fn out_of_time(challenge: RwSignal<Option<StaffChallenge>>, lines: RwSignal<Vec<SummaryLine>>, ticket: &str) {
    let waits = challenge.try_with_untracked(|challenge| challenge.as_ref().is_some_and(|now| now.ticket == ticket));
    if waits == Some(true) {
        challenge.set(None);
        lines.set(vec![SummaryLine {
            field: None,
            words: console::LOGIN_TIMED_OUT.into(),
        }]);
    }
}

/// Whether a passkey does in place of the code, here.
fn asks_passkey(challenge: &StaffChallenge) -> bool {
    challenge.passkey.is_some() && passkeys::can()
}

/// What a refusal of the second step says, and of what.
fn refused(error: &CoreError) -> SummaryLine {
    let same = error.fields.iter().any(|field| field.code == "same_as_before");
    let (field, words) = match error.code {
        ErrorCode::WrongCode => (Some(CODE), words_of(error)),
        ErrorCode::WeakPassword if same => (Some(NEW_PASSWORD), console::PASSWORD_SAME.into()),
        ErrorCode::WeakPassword => (Some(NEW_PASSWORD), words_of(error)),
        _ => (None, words_of(error)),
    };
    SummaryLine {
        field: field.map(str::to_owned),
        words,
    }
}

/// Takes the second step by a passkey.
async fn show_passkey(desk: Desk, now: StaffChallenge, new_password: Option<String>) -> Result<StaffSession, Failure> {
    let credential = passkeys::ask(&now.passkey.unwrap_or_default()).await?;
    let factor = StaffPasskeyFactor {
        ticket: now.ticket,
        credential,
        new_password,
    };
    Ok(desk.core.ask(ConfirmWithPasskey { factor }).await?)
}

/// The login page.
#[component]
pub fn LoginPage() -> impl IntoView {
    let desk = use_desk();
    let account = RwSignal::new(String::new());
    let password = RwSignal::new(String::new());
    let code = RwSignal::new(String::new());
    let new_password = RwSignal::new(String::new());
    let challenge: RwSignal<Option<StaffChallenge>> = RwSignal::new(None);
    let busy = RwSignal::new(false);
    let lines: RwSignal<Vec<SummaryLine>> = RwSignal::new(Vec::new());
    let error_of = move |field: &'static str| {
        Signal::derive(move || {
            let of_field = |line: &&SummaryLine| line.field.as_deref() == Some(field);
            lines.with(|lines| lines.iter().find(of_field).map(|line| line.words.clone()))
        })
    };
    let line = |field: &'static str, words: Words| SummaryLine {
        field: Some(field.to_owned()),
        words,
    };

    let first = move || {
        let mut wrong = Vec::new();
        if account.with_untracked(|text| text.trim().is_empty()) {
            wrong.push(line(ACCOUNT, console::EMPTY_ACCOUNT.into()));
        }
        if password.with_untracked(String::is_empty) {
            wrong.push(line(PASSWORD, console::EMPTY_PASSWORD.into()));
        }
        let go = wrong.is_empty();
        lines.set(wrong);
        if !go {
            return;
        }
        busy.set(true);
        let login = StaffLogin {
            account: account.get_untracked().trim().to_owned(),
            password: password.get_untracked(),
        };
        spawn_local(async move {
            let answer = desk.core.ask(LogIn { login }).await;
            busy.set(false);
            match answer {
                Ok(answer) => {
                    password.set(String::new());
                    // An authenticator is read about first; a code is typed at once, a passkey asked for.
                    let first = if answer.enrol.is_some() {
                        HEADING
                    } else if asks_passkey(&answer) {
                        PASSKEY
                    } else {
                        CODE
                    };
                    let ticket = answer.ticket.clone();
                    challenge.set(Some(answer));
                    request_animation_frame(move || document::focus(first));
                    set_timeout(move || out_of_time(challenge, lines, &ticket), TICKET);
                }
                Err(error) => lines.set(vec![SummaryLine {
                    field: None,
                    words: words_of(&error),
                }]),
            }
        });
    };
    // The new password, where one is due; a fault in it is told.
    let chosen_password = move |now: &StaffChallenge, wrong: &mut Vec<SummaryLine>| {
        let chosen = now.change_password.then(|| new_password.get_untracked());
        if chosen.as_ref().is_some_and(|chosen| chosen.chars().count() < SHORTEST) {
            wrong.push(line(NEW_PASSWORD, console::NEW_PASSWORD_SHORT.into()));
        }
        chosen
    };
    let second = move |now: StaffChallenge| {
        let digits: String = code.get_untracked().chars().filter(char::is_ascii_digit).collect();
        let mut wrong = Vec::new();
        if digits.len() != 6 {
            wrong.push(line(CODE, console::EMPTY_CODE.into()));
        }
        let chosen = chosen_password(&now, &mut wrong);
        let go = wrong.is_empty();
        lines.set(wrong);
        if !go {
            return;
        }
        busy.set(true);
        let second_factor = StaffSecondFactor {
            ticket: now.ticket,
            code: digits,
            new_password: chosen,
        };
        spawn_local(async move {
            let answer = desk.core.ask(ConfirmLogIn { second_factor }).await;
            let _ = busy.try_set(false);
            match answer {
                Ok(session) => desk.session.set(Some(session)),
                Err(error) => {
                    // A code that was not at fault can still be used.
                    if error.code != ErrorCode::WeakPassword {
                        let _ = code.try_set(String::new());
                    }
                    let _ = lines.try_set(vec![refused(&error)]);
                }
            }
        });
    };
    let by_passkey = Callback::new(move |()| {
        let Some(now) = challenge.get_untracked().filter(|_| !busy.get_untracked()) else {
            return;
        };
        let mut wrong = Vec::new();
        let chosen = chosen_password(&now, &mut wrong);
        let go = wrong.is_empty();
        lines.set(wrong);
        if !go {
            return;
        }
        busy.set(true);
        spawn_local(async move {
            let outcome = show_passkey(desk, now, chosen).await;
            let _ = busy.try_set(false);
            let wrong = match outcome {
                Ok(session) => return desk.session.set(Some(session)),
                Err(Failure::Hall(error)) => refused(&error),
                Err(Failure::Said(words)) => SummaryLine { field: None, words },
            };
            let _ = lines.try_set(vec![wrong]);
        });
    });
    let submit = move |event: web_sys::SubmitEvent| {
        event.prevent_default();
        if busy.get_untracked() {
            return;
        }
        match challenge.get_untracked() {
            None => first(),
            Some(now) => second(now),
        }
    };
    let back = Callback::new(move |()| {
        challenge.set(None);
        lines.set(Vec::new());
        code.set(String::new());
        password.set(String::new());
        request_animation_frame(|| document::focus(ACCOUNT));
    });

    let first_fields = move || {
        view! {
            <TextField id=ACCOUNT label=console::ACCOUNT kind=InputKind::Account value=account
                on_input=Callback::new(move |text| account.set(text)) error=error_of(ACCOUNT)/>
            <TextField id=PASSWORD label=console::PASSWORD kind=InputKind::Password value=password
                on_input=Callback::new(move |text| password.set(text)) error=error_of(PASSWORD)/>
            <Button label=console::LOGIN_NEXT weight=Weight::Primary submit=true busy=busy wide=true/>
        }
        .into_any()
    };
    let second_fields = move |now: StaffChallenge| {
        let asked = asks_passkey(&now);
        let enrol = now.enrol.map(|enrol| {
            view! {
                <p>{console::ENROL_TEXT}</p>
                <div class="console-enrol">
                    <Qr text=enrol.uri label=console::ENROL_QR/>
                    <p class="console-secret">{console::ENROL_SECRET}" "<code>{enrol.secret}</code></p>
                </div>
            }
        });
        let hint = if enrol.is_none() {
            console::SECOND_HINT
        } else {
            console::ENROL_CODE_HINT
        };
        let passkey = asked.then(|| {
            view! {
                <Button id=PASSKEY label=words::LOG_IN icon="key-round" weight=Weight::Primary busy=busy wide=true
                    on_press=by_passkey/>
                <p class="muted">{console_passkeys::OR_CODE}</p>
            }
        });
        let weight = if asked { Weight::Secondary } else { Weight::Primary };
        view! {
            {enrol}
            {passkey}
            <TextField id=CODE label=console::CODE hint=hint kind=InputKind::Code width=Width::Short value=code max_length=8
                on_input=Callback::new(move |text| code.set(text)) error=error_of(CODE)/>
            {now.change_password.then(|| view! {
                <TextField id=NEW_PASSWORD label=console::NEW_PASSWORD kind=InputKind::NewPassword value=new_password
                    hint=console::NEW_PASSWORD_HINT on_input=Callback::new(move |text| new_password.set(text))
                    error=error_of(NEW_PASSWORD)/>
            })}
            <Button label=console::LOGIN weight=weight submit=true busy=busy wide=true/>
            <Button label=console::LOGIN_BACK weight=Weight::Quiet on_press=back/>
        }
        .into_any()
    };
    let title = Words::made(move |language| {
        let phrase = challenge.with(|challenge| match challenge {
            None => console::LOGIN_TITLE,
            Some(challenge) if challenge.enrol.is_some() => console::ENROL_TITLE,
            Some(challenge) if asks_passkey(challenge) => console_passkeys::SECOND_TITLE,
            Some(_) => console::SECOND_TITLE,
        });
        phrase.get(language).to_owned()
    });
    view! {
        <Reading>
            <div class="console-login">
                <PageHeading title=title/>
                <ErrorSummary errors=lines/>
                <form class="console-login-form" novalidate on:submit=submit>
                    {move || match challenge.get() {
                        None => first_fields(),
                        Some(now) => second_fields(now),
                    }}
                </form>
            </div>
        </Reading>
    }
    .into_any()
}
