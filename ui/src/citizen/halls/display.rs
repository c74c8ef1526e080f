//! The screen of a hall: who is called to which counter, to be read from afar. It names nobody, and says by itself what it
//! shows: a call is announced to who cannot see it.

use leptos::prelude::*;
use onehall_client::citizen::GetDisplay;
use onehall_protocol::halls::{CalledNumber, DisplayView};
use onehall_protocol::{CoreError, ErrorCode, HallCode, Language};

use super::now::{clock, opening, waiting};
use super::{hall_name, keep_fresh};
use crate::citizen::use_hall;
use crate::design::notice::{Notice, Tone};
use crate::design::states::SkeletonKind;
use crate::router::use_params_map;
use crate::shell::{PageHeading, load, use_ui};
use crate::texts::{Words, halls as words};
use crate::view::{live, memo, view};

/// How many calls fit on the screen.
const SHOWN: usize = 6;

/// `/display/:hall`.
#[component]
pub fn DisplayPage() -> impl IntoView {
    let (hall, ui) = (use_hall(), use_ui());
    let parameters = use_params_map();
    let code = memo(move |_| parameters.with(|parameters| parameters.get("hall").unwrap_or_default()));
    let known = move || code.get().parse::<HallCode>().ok();
    let display = load(move || {
        let code = known();
        async move {
            match code {
                Some(code) => hall.client.ask(GetDisplay { code }).await,
                None => Err(CoreError::new(ErrorCode::NotFound, Language::default())),
            }
        }
    });
    keep_fresh(hall.client, known, move || display.reload());
    let name = hall_name(known);
    // The last call alone is said, and said again when it is called again.
    let last = memo(move |_| display.with_ready(|display| display.called.iter().find(|call| !call.serving).cloned()));
    let said = live(move || {
        last.get().flatten().map(|call| {
            view! { <p>{words::DISPLAY_SAYS.with([call.number.into(), call.counter.to_string().into()])}</p> }
        })
    });
    let cut_off = live(move || {
        (!ui.online.get()).then(|| view! { <Notice tone=Tone::Bad><p>{words::DISPLAY_OFFLINE}</p></Notice> })
    });
    view! {
        <div class="display">
            <PageHeading title=words::DISPLAY.with([name.clone()]) hidden=true/>
            <p class="display-hall" aria-hidden="true">{name}</p>
            <div class="visually-hidden" role="status" aria-live="polite">{said}</div>
            {cut_off}
            {display.view(SkeletonKind::Cards, screen)}
        </div>
    }
    .into_any()
}

fn screen(display: &DisplayView) -> AnyView {
    let offset = use_ui().utc_offset.get();
    let calls = display.called.iter().take(SHOWN).map(call);
    let calls = if display.called.is_empty() {
        view! { <p class="display-none">{words::DISPLAY_NONE}</p> }.into_any()
    } else {
        view! { <ol class="display-calls">{calls.collect_view()}</ol> }.into_any()
    };
    let queues = display.queues.iter().map(|queue| {
        let name: Words = (&queue.name).into();
        view! {
            <li><span class="queue-letter" aria-hidden="true">{queue.letter.clone()}</span> <span>{name}</span> <strong>{waiting(queue)}</strong></li>
        }
        .into_any()
    });
    let until = opening(display.open, display.until, display.now, offset);
    view! {
        <div class="display-parts">
            {calls}
            <section class="display-side" aria-label=words::DISPLAY_QUEUES>
                <p class="display-clock">{clock(display.now, offset)}</p>
                <p>{until}</p>
                <h2>{words::DISPLAY_QUEUES}</h2>
                <ul class="display-queues">{queues.collect_view()}</ul>
            </section>
        </div>
    }
    .into_any()
}

fn call(call: &CalledNumber) -> AnyView {
    let class = if call.serving {
        "display-call"
    } else {
        "display-call display-call-now"
    };
    view! {
        <li class=class>
            <span class="display-number">{call.number.clone()}</span>
            <span class="display-counter">{words::DISPLAY_COUNTER.with([call.counter.to_string().into()])}</span>
        </li>
    }
    .into_any()
}
