//! Somebody with an appointment is at the hall: the code becomes a number. Nobody has to be logged in.

use leptos::prelude::*;
use leptos::task::spawn_local;
use onehall_client::citizen::{CheckInByCode, NewKey};
use onehall_protocol::HallCode;

use super::card::CardSection;
use super::{hall_name, refusal};
use crate::citizen::device;
use crate::citizen::place::Reading;
use crate::citizen::{routes, use_hall};
use crate::design::button::{Button, Weight};
use crate::design::errors::{ErrorSummary, SummaryLine};
use crate::design::navigation::Crumbs;
use crate::design::text_field::{InputKind, TextField, Width};
use crate::router::{NavigateOptions, use_navigate, use_params_map};
use crate::shell::PageHeading;
use crate::shell::kiosk::{self, DeviceState, Fault, NotDone};
use crate::texts::{Words, devices, find, halls as words};
use crate::view::{live, view};

const CODE: &str = "check-in-code";
/// Digits of a code.
const DIGITS: usize = 8;

/// `/halls/:hall/check-in`.
#[component]
pub fn CheckInPage() -> impl IntoView {
    let hall = use_hall();
    let navigate = use_navigate();
    let parameters = use_params_map().get_untracked();
    let of: Option<HallCode> = parameters.get("hall").and_then(|hall| hall.parse().ok());
    let code = RwSignal::new(String::new());
    let busy = RwSignal::new(false);
    let lines = RwSignal::new(Vec::<SummaryLine>::new());
    let wrong = move |words: Words| {
        lines.set(vec![SummaryLine {
            field: Some(CODE.to_owned()),
            words,
        }]);
    };
    let mut way = vec![(routes::HALLS.to_owned(), Words::from(find::HALLS_TITLE))];
    if let Some(of) = of.clone() {
        way.push((routes::hall(&of), hall_name(move || Some(of.clone()))));
    }
    let at_kiosk = of.clone().map(|hall| view! { <CardSection hall=hall/> });
    let check_in = move |typed: String| {
        if typed.chars().filter(char::is_ascii_digit).count() != DIGITS {
            return wrong(words::CHECK_IN_EMPTY.into());
        }
        let (Some(of), false) = (of.clone(), busy.get_untracked()) else {
            return;
        };
        busy.set(true);
        lines.set(Vec::new());
        spawn_local(async move {
            let answer = match hall.client.ask(NewKey {}).await {
                Ok(key) => {
                    hall.client
                        .ask(CheckInByCode {
                            hall: of,
                            code: typed,
                            key,
                        })
                        .await
                }
                Err(error) => Err(error),
            };
            if busy.try_set(false).is_some() {
                return;
            }
            match answer {
                Ok(ticket) => navigate(&routes::ticket(&ticket.follow), NavigateOptions::default()),
                Err(error) => wrong(refusal(&error)),
            }
        });
    };
    let by_hand = check_in.clone();
    let submit = move |event: web_sys::SubmitEvent| {
        event.prevent_default();
        by_hand(code.get_untracked());
    };
    let scan = scanner(
        wrong,
        Callback::new(move |text: String| {
            code.set(text.clone());
            check_in(text);
        }),
    );
    let error = Signal::derive(move || lines.with(|lines| lines.first().map(|line| line.words.clone())));
    view! {
        <Reading>
            <Crumbs way=way/>
            <PageHeading title=words::CHECK_IN_TITLE/>
            {at_kiosk}
            <p class="lead">{words::CHECK_IN_TEXT}</p>
            <ErrorSummary errors=lines/>
            {scan}
            <form class="stack" novalidate on:submit=submit>
                <TextField id=CODE label=words::CHECK_IN_CODE kind=InputKind::Digits width=Width::Short max_length=9
                    value=code on_input=Callback::new(move |value| code.set(value)) error=error/>
                <div class="buttons"><Button label=words::CHECK_IN_GO weight=Weight::Primary submit=true busy=busy/></div>
            </form>
        </Reading>
    }
    .into_any()
}

/// The scanner of codes, where this kiosk has one.
fn scanner(wrong: impl Fn(Words) + Copy + Send + Sync + 'static, found: Callback<String>) -> AnyView {
    let (has, waits) = (RwSignal::new(false), RwSignal::new(false));
    spawn_local(async move {
        let codes = kiosk::devices().await.codes;
        let _ = has.try_set(matches!(codes, Some(DeviceState::Ready | DeviceState::Busy)));
    });
    let press = Callback::new(move |()| {
        waits.set(true);
        spawn_local(async move {
            let answer = kiosk::scan_code().await;
            if waits.try_set(false).is_some() {
                return;
            }
            match answer {
                Ok(code) => found.run(code),
                Err(NotDone::Fault(Fault::Stopped)) => {}
                Err(_) => wrong(devices::SCAN_FAILED.into()),
            }
        });
    });
    live(move || {
        has.get().then(|| {
            if waits.get() {
                device::waits("qr-code", devices::SCAN_WAITS, None)
            } else {
                view! { <div class="buttons"><Button label=devices::SCAN_GO icon="qr-code" on_press=press/></div> }
                    .into_any()
            }
        })
    })
}
