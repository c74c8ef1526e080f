//! An identity card on the reader of the kiosk: it checks in, or draws a number. The page never learns what stands on it.

use leptos::prelude::*;
use leptos::task::spawn_local;
use onehall_client::citizen::GetHall;
use onehall_protocol::HallCode;
use onehall_protocol::halls::{CardSeen, HallView, QueueView};

use super::now::{clock, waiting};
use super::refusal;
use crate::citizen::device::{not_read, waits};
use crate::citizen::{Hall, routes, use_hall};
use crate::design::button::{Button, Weight};
use crate::design::content::Section;
use crate::design::notice::{Notice, Tone};
use crate::router::{NavigateOptions, use_navigate};
use crate::shell::kiosk::{self, DeviceState, Devices, Fault, NotDone};
use crate::shell::use_ui;
use crate::texts::{Words, devices as words};
use crate::view::{live, view};

/// Where it stands.
#[derive(Clone, PartialEq)]
enum Step {
    /// Nobody has pressed anything.
    Idle,
    /// A card is waited for, and read.
    Reading,
    /// The card led to no number: which queue?
    Choosing(Box<(CardSeen, Option<HallView>)>),
}

#[derive(Clone, Copy)]
struct Reading {
    of: StoredValue<HallCode>,
    hall: Hall,
    step: RwSignal<Step>,
    failed: RwSignal<Option<Words>>,
    busy: RwSignal<bool>,
    /// Goes to an address.
    go: Callback<String>,
}

/// The card reader, where the kiosk of this hall has one.
#[component]
pub fn CardSection(
    /// The hall.
    hall: HallCode,
) -> impl IntoView {
    let has = RwSignal::new(None::<DeviceState>);
    if kiosk::hall().as_ref() == Some(&hall) {
        spawn_local(async move {
            let Devices { id_card, .. } = kiosk::devices().await;
            let _ = has.try_set(id_card);
        });
    }
    let navigate = use_navigate();
    let reading = Reading {
        go: Callback::new(move |to: String| navigate(&to, NavigateOptions::default())),
        of: StoredValue::new(hall),
        hall: use_hall(),
        step: RwSignal::new(Step::Idle),
        failed: RwSignal::new(None),
        busy: RwSignal::new(false),
    };
    // Whoever goes elsewhere wants no card read, and leaves none behind.
    on_cleanup(|| spawn_local(kiosk::stop()));
    live(move || {
        has.get().map(|state| match state {
            DeviceState::Ready | DeviceState::Busy => section(reading),
            _ => {
                let missing = words::CARD_MISSING.with([words::CARD_INSTEAD.into()]);
                view! { <Notice tone=Tone::Attention><p>{missing}</p></Notice> }.into_any()
            }
        })
    })
}

fn section(reading: Reading) -> AnyView {
    let failed = live(move || {
        let failed = reading.failed.get();
        failed.map(|why| view! { <Notice tone=Tone::Bad><p>{why}</p></Notice> })
    });
    let now = live(move || match reading.step.get() {
        Step::Idle => {
            let press = Callback::new(move |()| read(reading));
            view! { <div class="buttons"><Button label=words::CARD_GO icon="id-card" weight=Weight::Primary on_press=press/></div> }
                .into_any()
        }
        Step::Reading => waits("id-card", words::CARD_WAITS, Some(words::CARD_WAITS_TEXT)),
        Step::Choosing(found) => choosing(reading, &found.0, found.1.as_ref()),
    });
    view! {
        <Section id="card" title=words::CARD_TITLE>
            <p>{words::CARD_TEXT}</p>
            <div role="alert">{failed}</div>
            <div role="status">{now}</div>
        </Section>
    }
    .into_any()
}

fn read(reading: Reading) {
    reading.failed.set(None);
    reading.step.set(Step::Reading);
    spawn_local(async move {
        match kiosk::read_card().await {
            Ok(CardSeen {
                ticket: Some(ticket), ..
            }) => {
                // Who has left the page meanwhile is not led to another.
                if reading.step.try_set(Step::Idle).is_none() {
                    reading.go.run(routes::ticket(&ticket.follow));
                }
            }
            Ok(seen) => {
                let code = reading.of.get_value();
                // Without its queues one still takes a number below.
                let hall = reading.hall.client.ask(GetHall { code }).await.ok();
                let _ = reading.step.try_set(Step::Choosing(Box::new((seen, hall))));
            }
            Err(why) => {
                let _ = reading.step.try_set(Step::Idle);
                let _ = reading.failed.try_set(not_read(&why, refusal, words::CARD_INSTEAD));
            }
        }
    });
}

fn choosing(reading: Reading, seen: &CardSeen, hall: Option<&HallView>) -> AnyView {
    let offset = use_ui().utc_offset.get();
    let said: Words = match seen.from {
        Some(from) => words::CARD_LATER.with([clock(from, offset).into()]),
        None => words::CARD_NONE_TEXT.into(),
    };
    let title = seen
        .from
        .is_none()
        .then(|| view! { <p class="lead">{words::CARD_NONE}</p> });
    let queues = hall.map(|hall| {
        let open = hall.queues.iter().filter(|queue| queue.refuses.is_none());
        open.map(|queue| queue_button(reading, queue)).collect_view()
    });
    view! {
        <div class="card">
            {title}
            <p>{said}</p>
            <p>{words::CARD_TAKE}</p>
            <ul class="stack">{queues}</ul>
        </div>
    }
    .into_any()
}

fn queue_button(reading: Reading, queue: &QueueView) -> AnyView {
    let (code, name, line) = (queue.code.clone(), Words::from(&queue.name), waiting(queue));
    let label = Words::made(move |language| format!("{} · {}", name.get(language), line.get(language)));
    let press = Callback::new(move |()| {
        if reading.busy.get_untracked() {
            return;
        }
        reading.busy.set(true);
        reading.failed.set(None);
        let code = code.clone();
        spawn_local(async move {
            let answer = kiosk::draw_by_card(code.as_str()).await;
            if reading.busy.try_set(false).is_some() {
                return;
            }
            match answer {
                Ok(CardSeen {
                    ticket: Some(ticket), ..
                }) => {
                    reading.go.run(routes::ticket(&ticket.follow));
                }
                // It is forgotten after a while, and after a log-out.
                Ok(_) | Err(NotDone::Fault(Fault::Removed)) => {
                    reading.step.set(Step::Idle);
                    reading.failed.set(Some(words::CARD_GONE.into()));
                }
                Err(why) => reading.failed.set(not_read(&why, refusal, words::CARD_INSTEAD)),
            }
        });
    });
    view! { <li><Button label=label icon="ticket" wide=true busy=reading.busy on_press=press/></li> }.into_any()
}
