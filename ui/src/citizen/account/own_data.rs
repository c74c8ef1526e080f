//! `/account/data`: all that the hall holds of its citizen, to take along; and the end of the account.

use leptos::prelude::*;
use leptos::task::spawn_local;
use onehall_client::citizen::{CloseAccount, DownloadOwnData, GetClosing, SendClosingCode};
use onehall_protocol::account::{ClosingView, KeptCase};
use onehall_protocol::{CoreError, ErrorCode};

use super::wait_words;
use crate::citizen::matters::case_row;
use crate::citizen::place::{LoggedIn, Reading};
use crate::citizen::{Hall, routes, use_hall};
use crate::design::button::{Button, Weight};
use crate::design::content::Section;
use crate::design::dialog::ConfirmDialog;
use crate::design::errors::{ErrorSummary, SummaryLine};
use crate::design::navigation::Crumbs;
use crate::design::notice::{Notice, Tone};
use crate::design::qr::Qr;
use crate::design::states::{SkeletonKind, error_words};
use crate::design::text_field::{InputKind, TextField, Width};
use crate::router::use_navigate;
use crate::shell::{PageHeading, Profile, document, load, use_ui};
use crate::texts::{Words, account as words, format, login};
use crate::view::{live, view};

const CODE: &str = "closing-code";

/// `/account/data`.
#[component]
pub fn OwnDataPage() -> impl IntoView {
    view! { <LoggedIn>{own_data_view()}</LoggedIn> }.into_any()
}

fn own_data_view() -> AnyView {
    let hall = use_hall();
    let crumbs = vec![(routes::ACCOUNT.to_owned(), Words::from(login::ACCOUNT_TITLE))];
    if use_ui().profile.get_untracked() == Profile::Kiosk {
        return view! {
            <Reading>
                <Crumbs way=crumbs/>
                <PageHeading title=words::OWN_DATA/>
                {on_own_phone(hall)}
            </Reading>
        }
        .into_any();
    }
    let closing = load(move || hall.client.ask(GetClosing {}));
    view! {
        <Reading>
            <Crumbs way=crumbs/>
            <PageHeading title=words::OWN_DATA/>
            <Section id="own-data" title=words::DATA>{download()}</Section>
            <Section id="closing" title=words::CLOSE>{closing.view(SkeletonKind::Text, closing_view)}</Section>
        </Reading>
    }
    .into_any()
}

/// At a public machine: a file would stay there, and the account ends on a terminal of one's own alone. The way to this page
/// on a phone.
fn on_own_phone(hall: Hall) -> AnyView {
    let address = RwSignal::new(None::<String>);
    spawn_local(async move {
        let _ = address.try_set(Some(hall.address_of(routes::OWN_DATA).await));
    });
    let code = live(move || {
        address.get().map(|address| {
            view! {
                <div class="continue-code"><Qr text=address.clone() label=words::DATA_CODE/></div>
                <p class="continue-address">{address}</p>
            }
        })
    });
    view! {
        <Notice tone=Tone::Info><p>{words::DATA_ON_PHONE}</p></Notice>
        {code}
    }
    .into_any()
}

fn download() -> AnyView {
    let (hall, ui, busy) = (use_hall(), use_ui(), RwSignal::new(false));
    let fetch = Callback::new(move |()| {
        busy.set(true);
        spawn_local(async move {
            match hall.client.ask(DownloadOwnData { child: None }).await {
                Ok(file) => {
                    document::save_file(&file.name, &file.media_type, &file.bytes);
                    ui.say(words::DATA_DONE);
                }
                Err(error) => ui.say_failure(error_words(&error)),
            }
            let _ = busy.try_set(false);
        });
    });
    let button = if document::cannot("save") {
        view! { <p>{words::DATA_NOT_HERE}</p> }.into_any()
    } else {
        view! {
            <p class="muted small">{words::DATA_KEEP_SAFE}</p>
            <div class="buttons"><Button label=words::DATA icon="download" busy=busy on_press=fetch/></div>
        }
        .into_any()
    };
    view! { <div class="stack"><p>{words::DATA_TEXT}</p>{button}</div> }.into_any()
}

fn closing_view(closing: &ClosingView) -> AnyView {
    if !closing.open_cases.is_empty() {
        let hall = use_hall();
        let rows: Vec<AnyView> = closing.open_cases.iter().map(|case| case_row(hall, case)).collect();
        return view! {
            <Notice tone=Tone::Attention><p>{words::CLOSE_OPEN}</p></Notice>
            <ul class="rows">{rows}</ul>
        }
        .into_any();
    }
    view! {
        <div class="stack">
            <p>{words::CLOSE_TEXT}</p>
            <h3>{words::CLOSE_GOES}</h3>
            {goes(closing)}
            <h3>{words::CLOSE_STAYS}</h3>
            {stays(&closing.kept_cases)}
            {confirm(closing.phone.clone())}
        </div>
    }
    .into_any()
}

fn goes(closing: &ClosingView) -> AnyView {
    let mut lines = vec![Words::from(words::CLOSE_GOES_PERSON)];
    let counted = [
        (closing.drafts, words::CLOSE_GOES_DRAFTS),
        (closing.sessions, words::CLOSE_GOES_SESSIONS),
        (closing.delegations, words::CLOSE_GOES_DELEGATIONS),
        (closing.consents, words::CLOSE_GOES_CONSENTS),
    ];
    let some = counted.into_iter().filter(|(count, _)| *count > 0);
    lines.extend(some.map(|(count, words)| words.with([count.to_string().into()])));
    let companies = closing.companies.iter();
    lines.extend(companies.map(|company| words::CLOSE_GOES_COMPANIES.with([company.name.as_str().into()])));
    let lines = lines.into_iter().map(|line| view! { <li>{line}</li> });
    view! { <ul class="bullets">{lines.collect_view()}</ul> }.into_any()
}

fn stays(kept: &[KeptCase]) -> AnyView {
    if kept.is_empty() {
        return view! { <p>{words::CLOSE_STAYS_NONE}</p> }.into_any();
    }
    let lines = kept.iter().map(|case| {
        let line = words::CLOSE_STAYS_CASE.with([
            (&case.item_name).into(),
            case.number.to_string().into(),
            format::date_words(case.until),
        ]);
        view! { <li>{line}</li> }
    });
    view! { <p>{words::CLOSE_STAYS_TEXT}</p><ul class="bullets">{lines.collect_view()}</ul> }.into_any()
}

/// The code, and the last question.
fn confirm(phone: String) -> AnyView {
    let (hall, ui, navigate) = (use_hall(), use_ui(), use_navigate());
    let (code, sent, busy) = (RwSignal::new(String::new()), RwSignal::new(false), RwSignal::new(false));
    let (asking, lines) = (RwSignal::new(false), RwSignal::new(Vec::<SummaryLine>::new()));
    let wrong = move |field: Option<&str>, words: Words| {
        lines.set(vec![SummaryLine {
            field: field.map(str::to_owned),
            words,
        }]);
    };
    let fail = move |error: &CoreError| match error.code {
        ErrorCode::WrongCode => wrong(Some(CODE), error_words(error)),
        _ => wrong(None, wait_words(error)),
    };
    let send = Callback::new(move |()| {
        busy.set(true);
        spawn_local(async move {
            let answer = hall.client.ask(SendClosingCode {}).await;
            if busy.try_set(false).is_some() {
                return;
            }
            match answer {
                Ok(_) => {
                    lines.set(Vec::new());
                    sent.set(true);
                    request_animation_frame(|| document::focus(CODE));
                }
                Err(error) => fail(&error),
            }
        });
    });
    let ask = move |event: web_sys::SubmitEvent| {
        event.prevent_default();
        if code.with_untracked(|code| code.trim().len()) == 6 {
            lines.set(Vec::new());
            asking.set(true);
        } else {
            wrong(Some(CODE), login::CODE_EMPTY.into());
        }
    };
    let close = move |()| {
        busy.set(true);
        spawn_local(async move {
            let code = code.get_untracked();
            let outcome = hall.client.ask(CloseAccount { code }).await;
            let _ = busy.try_set(false);
            let _ = asking.try_set(false);
            match outcome {
                Ok(()) => {
                    ui.say(words::CLOSED);
                    navigate(routes::HOME, Default::default());
                }
                Err(error) => fail(&error),
            }
        });
    };
    let error = Signal::derive(move || {
        lines.with(|lines| {
            let line = lines.first().filter(|line| line.field.is_some());
            line.map(|line| line.words.clone())
        })
    });
    let form = live(move || {
        if !sent.get() {
            return view! {
                <div class="buttons">
                    <Button label=words::CLOSE_CODE_SEND icon="send" busy=busy on_press=send/>
                </div>
            }
            .into_any();
        }
        let told = words::CLOSE_CODE_SENT.with([phone.as_str().into()]);
        view! {
            <form class="stack" novalidate on:submit=ask>
                <Notice tone=Tone::Good role="status"><p>{told}</p></Notice>
                <TextField
                    id=CODE
                    label=login::CODE
                    hint=login::CODE_HINT
                    kind=InputKind::Code
                    width=Width::Short
                    max_length=6
                    value=code
                    on_input=Callback::new(move |value| code.set(value))
                    error=error
                />
                <div class="buttons">
                    <Button label=words::CLOSE_NOW weight=Weight::Danger submit=true busy=busy/>
                </div>
            </form>
        }
        .into_any()
    });
    view! {
        <ErrorSummary errors=lines/>
        {form}
        <ConfirmDialog
            id="close-account"
            title=words::CLOSE_ASK
            text=words::CLOSE_ASK_TEXT
            confirm=words::CLOSE_NOW
            danger=true
            open=asking
            busy=busy
            on_confirm=Callback::new(close)
        />
    }
    .into_any()
}
