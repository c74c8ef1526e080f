//! Login with phone number and one-time code.

use std::time::Duration;

use leptos::prelude::*;
use leptos::task::spawn_local;
use onehall_client::citizen::{LogIn, RequestCode};
use onehall_protocol::identity::CodeSent;
use onehall_protocol::{CoreError, ErrorCode};

use crate::citizen::place::Reading;
use crate::citizen::{routes, use_hall};
use crate::design::button::{Button, ButtonLink, Weight};
use crate::design::errors::{ErrorSummary, SummaryLine};
use crate::design::notice::{Notice, Tone};
use crate::design::states::error_words;
use crate::design::text_field::{InputKind, TextField, Width};
use crate::router::{NavigateOptions, use_navigate, use_query_map};
use crate::shell::{PageHeading, document, use_ui};
use crate::texts::{Words, general, login};
use crate::view::{memo, view};

const PHONE: &str = "phone";
const CODE: &str = "code";

/// To which field an error belongs, if to one.
fn field_of(code: ErrorCode) -> Option<&'static str> {
    match code {
        ErrorCode::InvalidPhone => Some(PHONE),
        ErrorCode::WrongCode => Some(CODE),
        _ => None,
    }
}

/// What an error says here: how long to wait, where the backend says it.
fn words_of(error: &CoreError) -> Words {
    let wait = error.details.get("retry_after").and_then(serde_json::Value::as_u64);
    match (error.code, wait) {
        (ErrorCode::TooManyRequests, Some(seconds)) => login::TOO_MANY.with([seconds.to_string().into()]),
        _ => error_words(error),
    }
}

/// The digits of what was typed: a phone number is typed with spaces and hyphens, and pasted with worse.
fn digits(typed: &str) -> String {
    typed.chars().filter(char::is_ascii_digit).collect()
}

/// The login page. Goes back to `?next=` afterwards.
#[component]
pub fn LoginPage() -> impl IntoView {
    let ui = use_ui();
    let hall = use_hall();
    let query = use_query_map();
    let navigate = use_navigate();
    let next = memo(move |_| query.with(|query| routes::safe_next(query.get("next").as_deref()).to_owned()));

    let phone = RwSignal::new(String::new());
    let code = RwSignal::new(String::new());
    let sent: RwSignal<Option<CodeSent>> = RwSignal::new(None);
    let wait = RwSignal::new(0_u32);
    let sending = RwSignal::new(false);
    let entering = RwSignal::new(false);
    let lines: RwSignal<Vec<SummaryLine>> = RwSignal::new(Vec::new());
    let error_of = move |field: &'static str| {
        Signal::derive(move || {
            lines.with(|lines| {
                lines
                    .iter()
                    .find(|line| line.field.as_deref() == Some(field))
                    .map(|line| line.words.clone())
            })
        })
    };
    let wrong = move |field: Option<&'static str>, words: Words| {
        lines.set(vec![SummaryLine {
            field: field.map(str::to_owned),
            words,
        }]);
    };
    let fail = move |error: &CoreError| wrong(field_of(error.code), words_of(error));

    let countdown = set_interval_with_handle(
        move || {
            if wait.get_untracked() > 0 {
                wait.update(|wait| *wait -= 1);
            }
        },
        Duration::from_secs(1),
    );
    on_cleanup(move || {
        if let Ok(countdown) = countdown {
            countdown.clear();
        }
    });

    let send = Callback::new(move |()| {
        if sending.get_untracked() || wait.get_untracked() > 0 {
            return;
        }
        let number = digits(&phone.get_untracked());
        if number.is_empty() {
            wrong(Some(PHONE), login::PHONE_EMPTY.into());
            return;
        }
        lines.set(Vec::new());
        sending.set(true);
        spawn_local(async move {
            let answer = hall.client.ask(RequestCode { phone: number }).await;
            let _ = sending.try_set(false);
            match answer {
                Ok(answer) => {
                    wait.set(answer.resend_after);
                    code.set(String::new());
                    sent.set(Some(answer));
                    request_animation_frame(|| document::focus(CODE));
                }
                Err(error) => fail(&error),
            }
        });
    });

    let welcome = move |name: &str| {
        if name.is_empty() {
            ui.say(login::WELCOME_PLAIN)
        } else {
            ui.say(login::WELCOME.with([name.into()]))
        }
    };
    let enter = Callback::new(move |()| {
        if entering.get_untracked() {
            return;
        }
        let typed = digits(&code.get_untracked());
        if typed.len() != 6 {
            wrong(Some(CODE), login::CODE_EMPTY.into());
            return;
        }
        lines.set(Vec::new());
        entering.set(true);
        spawn_local(async move {
            let number = digits(&phone.get_untracked());
            let answer = hall
                .client
                .ask(LogIn {
                    phone: number,
                    code: typed,
                })
                .await;
            let _ = entering.try_set(false);
            match answer {
                Ok(session) => {
                    welcome(&session.actor.name);
                    hall.session.set(Some(session));
                    let next = next.get_untracked();
                    navigate(
                        &next,
                        NavigateOptions {
                            replace: true,
                            ..Default::default()
                        },
                    );
                }
                Err(error) => fail(&error),
            }
        });
    });

    let submit = move |event: web_sys::SubmitEvent| {
        event.prevent_default();
        if sent.with_untracked(Option::is_some) {
            enter.run(())
        } else {
            send.run(())
        }
    };
    let other_phone = Callback::new(move |()| {
        sent.set(None);
        lines.set(Vec::new());
        request_animation_frame(|| document::focus(PHONE));
    });
    let waiting = Signal::derive(move || wait.get() > 0);
    let again = Words::made(move |language| match wait.get() {
        0 => login::SEND_AGAIN.get(language).to_owned(),
        wait => login::SEND_AGAIN_IN.with([wait.to_string().into()]).get(language),
    });

    let code_part = move || {
        sent.get().map(|answer| {
            let minutes = (answer.expires_in / 60).to_string();
            view! {
                <Notice tone=Tone::Good role="status">
                    <p>{login::SENT.with([answer.phone.into(), minutes.into()])}</p>
                </Notice>
                <TextField
                    id=CODE
                    label=login::CODE
                    hint=login::CODE_HINT
                    kind=InputKind::Code
                    width=Width::Short
                    max_length=6
                    value=code
                    on_input=Callback::new(move |value| code.set(value))
                    error=error_of(CODE)
                />
                <div class="buttons">
                    <Button label=login::GO weight=Weight::Primary submit=true busy=entering/>
                    <Button label=again.clone() on_press=send busy=sending disabled=waiting/>
                    <Button label=login::OTHER_PHONE weight=Weight::Quiet on_press=other_phone/>
                </div>
            }
        })
    };
    let form = move || {
        view! {
            <ErrorSummary errors=lines/>
            <form class="stack login-form" novalidate on:submit=submit>
                <TextField
                    id=PHONE
                    label=login::PHONE
                    hint=login::PHONE_HINT
                    kind=InputKind::Phone
                    width=Width::Medium
                    value=phone
                    on_input=Callback::new(move |value| phone.set(value))
                    error=error_of(PHONE)
                    read_only=Signal::derive(move || sent.with(Option::is_some))
                />
                {code_part}
                {move || sent.with(Option::is_none).then(|| view! {
                    <div class="buttons"><Button label=login::SEND weight=Weight::Primary submit=true busy=sending/></div>
                })}
            </form>
            <p class="small muted">{login::PRIVACY}</p>
        }
        .into_any()
    };
    let already = move || {
        hall.session.get().map(|session| {
            let name = if session.actor.name.is_empty() {
                session.phone
            } else {
                session.actor.name
            };
            view! {
                <Notice tone=Tone::Info><p>{login::ALREADY.with([name.into()])}</p></Notice>
                <div class="buttons">
                    <ButtonLink href=next.get() label=general::CONTINUE weight=Weight::Primary/>
                </div>
            }
            .into_any()
        })
    };
    view! {
        <Reading>
            <PageHeading title=login::TITLE/>
            <p class="lead">{login::TEXT}</p>
            {move || (next.get() != routes::HOME && !hall.logged_in()).then(|| view! { <p class="muted">{login::NEXT_HINT}</p> })}
            {move || already().unwrap_or_else(form.clone())}
        </Reading>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use onehall_protocol::Language;

    use super::*;

    #[test]
    fn a_number_is_typed_as_people_type_it() {
        assert_eq!(digits(" 138 0000-0001 "), "13800000001");
    }

    #[test]
    fn an_error_stands_at_its_field() {
        assert_eq!(field_of(ErrorCode::InvalidPhone), Some(PHONE));
        assert_eq!(field_of(ErrorCode::WrongCode), Some(CODE));
        assert_eq!(field_of(ErrorCode::Offline), None);
    }

    #[test]
    fn who_asks_too_often_is_told_how_long_to_wait() {
        let mut error = CoreError::new(ErrorCode::TooManyRequests, Language::En);
        error.details = serde_json::json!({ "retry_after": 42 });
        assert_eq!(
            words_of(&error).get(Language::En),
            "Too many attempts. Please wait 42 seconds."
        );
    }
}
