//! Login with phone number and one-time code.

use std::time::Duration;

use leptos::prelude::*;
use leptos::task::spawn_local;
use onehall_client::citizen::{LogIn, LogInWithPasskey, PasskeyOptions, RequestCode};
use onehall_protocol::identity::{CodeSent, Session};
use onehall_protocol::passkeys::PasskeyPurpose;
use onehall_protocol::{CoreError, ErrorCode};

use super::asleep::{NUMBER, asleep_view};
use super::proof::no_passkey_words;
use crate::citizen::place::Reading;
use crate::citizen::{Hall, routes, use_hall};
use crate::design::button::{Button, ButtonLink, Weight};
use crate::design::errors::{ErrorSummary, SummaryLine};
use crate::design::notice::{Notice, Tone};
use crate::design::states::error_words;
use crate::design::text_field::{InputKind, TextField, Width};
use crate::router::{NavigateOptions, use_navigate, use_query_map};
use crate::shell::{PageHeading, Profile, Ui, document, passkeys, use_ui};
use crate::texts::{Words, contacts, general, login, passkeys as words};
use crate::view::{memo, view};

const PHONE: &str = "phone";
/// The field of a one-time code.
pub(super) const CODE: &str = "code";

/// To which field an error belongs, if to one.
fn field_of(code: ErrorCode) -> Option<&'static str> {
    match code {
        ErrorCode::InvalidPhone => Some(PHONE),
        ErrorCode::WrongCode => Some(CODE),
        _ => None,
    }
}

/// What an error says here: how long to wait, where the backend says it.
#[must_use]
pub fn wait_words(error: &CoreError) -> Words {
    let wait = error.details.get("retry_after").and_then(serde_json::Value::as_u64);
    match (error.code, wait) {
        (ErrorCode::TooManyRequests, Some(seconds)) => login::TOO_MANY.with([seconds.to_string().into()]),
        _ => error_words(error),
    }
}

/// Where a code is to go, as it was typed: the digits of a phone number, or an e-mail address.
fn typed_where(by_email: bool, text: &str) -> String {
    if by_email { text.trim().to_owned() } else { digits(text) }
}

/// The digits of what was typed: a phone number is typed with spaces and hyphens, and pasted with worse.
pub(super) fn digits(typed: &str) -> String {
    typed.chars().filter(char::is_ascii_digit).collect()
}

/// Greets whoever has just logged in.
pub(super) fn welcome(ui: Ui, name: &str) {
    if name.is_empty() {
        ui.say(login::WELCOME_PLAIN)
    } else {
        ui.say(login::WELCOME.with([name.into()]))
    }
}

/// The other ways: a phone confirms, where the terminal holds a key; an identity card, where a kiosk reads one.
#[cfg(feature = "shell")]
fn other_ways(next: &str) -> AnyView {
    let href = routes::phone_login(next);
    view! {
        <div class="buttons">
            <ButtonLink href=href label=crate::texts::phone_login::GO icon="smartphone"/>
            {super::card_login::card_login_link(next)}
        </div>
    }
    .into_any()
}

#[cfg(not(feature = "shell"))]
fn other_ways(_: &str) {}

/// A session by a passkey of this browser, or what is said where there is none.
async fn passkey_session(hall: Hall) -> Result<Session, Words> {
    let purpose = PasskeyPurpose::LogIn;
    let said = |error: CoreError| wait_words(&error);
    let options = hall.client.ask(PasskeyOptions { purpose }).await.map_err(said)?;
    let credential = passkeys::ask(&options).await.map_err(no_passkey_words)?;
    hall.client.ask(LogInWithPasskey { credential }).await.map_err(said)
}

/// The login page. Goes back to `?next=` afterwards.
#[component]
pub fn LoginPage() -> impl IntoView {
    let ui = use_ui();
    let hall = use_hall();
    let query = use_query_map();
    let navigate = use_navigate();
    let next = memo(move |_| query.with(|query| routes::safe_next(query.get("next").as_deref()).to_owned()));

    let hint = hall.login_hint.try_update_value(Option::take).flatten();
    let phone = RwSignal::new(hint.unwrap_or_default());
    let by_email = RwSignal::new(false);
    let code = RwSignal::new(String::new());
    let sent: RwSignal<Option<CodeSent>> = RwSignal::new(None);
    let wait = RwSignal::new(0_u32);
    let sending = RwSignal::new(false);
    let entering = RwSignal::new(false);
    // The number and the code of an account that was not used for long.
    let asleep = RwSignal::new(None::<(String, String)>);
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
    let fail = move |error: &CoreError| wrong(field_of(error.code), wait_words(error));

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
        let mail = by_email.get_untracked();
        let number = typed_where(mail, &phone.get_untracked());
        if number.is_empty() || mail != number.contains('@') {
            let words = if mail {
                contacts::EMAIL_EMPTY
            } else {
                login::PHONE_EMPTY
            };
            wrong(Some(PHONE), words.into());
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

    let entered = Callback::new(move |session: Session| {
        welcome(ui, &session.actor.name);
        hall.session.set(Some(session));
        let options = NavigateOptions {
            replace: true,
            ..Default::default()
        };
        navigate(&next.get_untracked(), options);
    });
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
            let number = typed_where(by_email.get_untracked(), &phone.get_untracked());
            let ask = LogIn {
                phone: number.clone(),
                code: typed.clone(),
            };
            let answer = hall.client.ask(ask).await;
            let _ = entering.try_set(false);
            match answer {
                Ok(session) => entered.run(session),
                Err(error) if error.code == ErrorCode::ConfirmIdentity => {
                    asleep.set(Some((number, typed)));
                    request_animation_frame(|| document::focus(NUMBER));
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
            let (hint, other) = if by_email.get_untracked() {
                (contacts::CODE_HINT, contacts::OTHER_EMAIL)
            } else {
                (login::CODE_HINT, login::OTHER_PHONE)
            };
            view! {
                <Notice tone=Tone::Good role="status">
                    <p>{login::SENT.with([answer.phone.into(), minutes.into()])}</p>
                </Notice>
                <TextField
                    id=CODE
                    label=login::CODE
                    hint=hint
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
                    <Button label=other weight=Weight::Quiet on_press=other_phone/>
                </div>
            }
        })
    };
    let by_passkey = Callback::new(move |()| {
        if entering.get_untracked() {
            return;
        }
        lines.set(Vec::new());
        entering.set(true);
        spawn_local(async move {
            let outcome = passkey_session(hall).await;
            let _ = entering.try_set(false);
            match outcome {
                Ok(session) => entered.run(session),
                Err(words) => wrong(None, words),
            }
        });
    });
    let passkey_part = move || {
        let own = ui.profile.get() != Profile::Kiosk;
        (own && passkeys::can()).then(|| {
            view! {
                <div class="login-passkey">
                    <p class="muted">{words::OR}</p>
                    <Button label=words::LOG_IN icon="key-round" busy=entering on_press=by_passkey/>
                    <p class="small muted">{words::LOG_IN_HINT}</p>
                </div>
            }
        })
    };
    let where_to = move || {
        let (label, hint, kind) = if by_email.get() {
            (contacts::EMAIL, contacts::EMAIL_HINT, InputKind::Email)
        } else {
            (login::PHONE, login::PHONE_HINT, InputKind::Phone)
        };
        view! {
            <TextField
                id=PHONE
                label=label
                hint=hint
                kind=kind
                width=Width::Medium
                value=phone
                on_input=Callback::new(move |value| phone.set(value))
                error=error_of(PHONE)
                read_only=Signal::derive(move || sent.with(Option::is_some))
            />
        }
    };
    let other_way = Callback::new(move |()| {
        by_email.update(|by_email| *by_email = !*by_email);
        phone.set(String::new());
        lines.set(Vec::new());
        request_animation_frame(|| document::focus(PHONE));
    });
    let other_way_button = move || {
        let label = if by_email.get() {
            contacts::BY_PHONE
        } else {
            contacts::BY_EMAIL
        };
        view! { <Button label=label weight=Weight::Quiet on_press=other_way/> }
    };
    let form = move || {
        if let Some((phone, code)) = asleep.get() {
            return asleep_view(phone, code, entered);
        }
        view! {
            <ErrorSummary errors=lines/>
            <form class="stack login-form" novalidate on:submit=submit>
                {where_to}
                {code_part}
                {move || sent.with(Option::is_none).then(|| view! {
                    <div class="buttons">
                        <Button label=login::SEND weight=Weight::Primary submit=true busy=sending/>
                        {other_way_button}
                    </div>
                })}
            </form>
            {other_ways(&next.get_untracked())}
            {passkey_part}
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
            wait_words(&error).get(Language::En),
            "Too many attempts. Please wait 42 seconds."
        );
    }
}
