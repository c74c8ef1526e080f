//! A hall as it is now: its queues, where one takes a number; its hours.

use leptos::prelude::*;
use leptos::task::spawn_local;
use onehall_client::citizen::{GetHall, NewKey, TakeTicket};
use onehall_protocol::halls::{self, HallRefusal, HallView, Priority, QueueView};
use onehall_protocol::{CoreError, ErrorCode, HallCode, IdempotencyKey, Language, QueueCode};

use super::now::{clock, counters, hours, standing, wait, waiting};
use super::{hall_name, keep_fresh, refusal, refusal_words};
use crate::citizen::place::Wide;
use crate::citizen::{Hall, routes, use_hall};
use crate::design::button::{Button, ButtonLink, Weight};
use crate::design::choices::{ChoiceOption, Radios};
use crate::design::content::{Fact, Facts, Section};
use crate::design::icon::Icon;
use crate::design::navigation::Crumbs;
use crate::design::notice::{Notice, Tone};
use crate::design::states::SkeletonKind;
use crate::router::{NavigateOptions, use_navigate, use_params_map};
use crate::shell::{PageHeading, Profile, kiosk, load, use_ui};
use crate::texts::{Words, devices, find, format, halls as words};
use crate::view::{live, memo, view};

/// What a number is taken with.
#[derive(Clone, Copy)]
struct Taking {
    /// Which precedence was chosen.
    priority: RwSignal<String>,
    /// The queue whose number is on its way.
    busy: RwSignal<Option<QueueCode>>,
    /// Why the last one was refused.
    refused: RwSignal<Option<Words>>,
    /// Names the attempt, until it was answered: a second press, or one after a broken connection, is the same one.
    key: StoredValue<Option<(QueueCode, IdempotencyKey)>>,
}

const PRIORITIES: [(&str, Priority); 3] = [
    ("none", Priority::None),
    ("elder", Priority::Elder),
    ("disabled", Priority::Disabled),
];

/// `/halls/:hall`.
#[component]
pub fn HallPage() -> impl IntoView {
    let hall = use_hall();
    let parameters = use_params_map();
    let code = memo(move |_| parameters.with(|parameters| parameters.get("hall").unwrap_or_default()));
    let known = move || code.get().parse::<HallCode>().ok();
    let now = load(move || {
        let code = known();
        async move {
            match code {
                Some(code) => hall.client.ask(GetHall { code }).await,
                None => Err(CoreError::new(ErrorCode::NotFound, Language::default())),
            }
        }
    });
    keep_fresh(hall.client, known, move || now.reload());
    let taking = Taking {
        priority: RwSignal::new("none".to_owned()),
        busy: RwSignal::new(None),
        refused: RwSignal::new(None),
        key: StoredValue::new(None),
    };
    view! {
        <Wide>
            <Crumbs way=vec![(routes::HALLS.to_owned(), find::HALLS_TITLE.into())]/>
            <PageHeading title=hall_name(known)/>
            {now.view(SkeletonKind::Cards, move |now| page(now, taking))}
        </Wide>
    }
    .into_any()
}

fn page(now: &HallView, taking: Taking) -> AnyView {
    let ui = use_ui();
    let offset = ui.utc_offset.get();
    let (at, public) = (now.now, ui.profile.get_untracked() == Profile::Kiosk);
    let as_of = live(move || {
        let at: Words = clock(at, offset).into();
        let words = if ui.online.get() { words::AS_OF } else { words::STALE };
        view! { <p class="small muted">{words.with([at])}</p> }
    });
    let queues = (!now.queues.is_empty()).then(|| queues(now, taking, public));
    // At the kiosk of this very hall a card does both.
    let (label, icon) = match kiosk::hall().as_ref() == Some(&now.code) {
        true => (devices::CARD_OR_CODE, "id-card"),
        false => (words::CHECK_IN, "calendar-days"),
    };
    let check_in = now.queues.iter().any(|queue| queue.appointments).then(|| {
        view! { <ButtonLink href=routes::check_in(&now.code) label=label icon=icon/> }
    });
    let mine = (!public).then(|| view! { <ButtonLink href=routes::VISITS label=words::MINE icon="ticket"/> });
    let week = week(now);
    view! {
        {standing(now, offset)}
        {queues}
        <div class="buttons">{check_in}{mine}</div>
        <Section id="hall-week" title=words::WEEK>{week}</Section>
        {as_of}
    }
    .into_any()
}

fn queues(now: &HallView, taking: Taking, kiosk: bool) -> AnyView {
    let hall = use_hall();
    let at_hall = kiosk || now.from_home;
    let options: Vec<_> = [words::PRIORITY_NONE, words::PRIORITY_ELDER, words::PRIORITY_DISABLED]
        .into_iter()
        .zip(PRIORITIES)
        .map(|(label, (value, _))| ChoiceOption::new(value, label))
        .collect();
    let refused = live(move || {
        taking
            .refused
            .get()
            .map(|why| view! { <Notice tone=Tone::Bad><p>{why}</p></Notice> })
    });
    let takes = now.queues.iter().any(|queue| queue.refuses.is_none());
    let priority = (at_hall && takes).then(|| {
        view! {
            <Radios id="priority" label=words::PRIORITY hint=words::PRIORITY_HINT options=Signal::stored(options)
                value=taking.priority on_change=Callback::new(move |value| taking.priority.set(value)) inline=true/>
        }
    });
    let only_there = (!at_hall).then(|| view! { <Notice tone=Tone::Info><p>{words::ONLY_AT_HALL}</p></Notice> });
    let log_in = (!kiosk && at_hall).then(|| {
        let next = routes::hall(&now.code);
        live(move || {
            let nobody = hall.session_known.get() && !hall.logged_in();
            let next = next.clone();
            nobody.then(|| {
                view! { <p><ButtonLink href=routes::login(&next) label=words::LOG_IN_FIRST icon="log-in"/></p> }
            })
        })
    });
    let cards = now.queues.iter().map(|queue| queue_card(now, queue, taking, kiosk));
    let cards = cards.collect_view();
    view! {
        <Section id="hall-queues" title=words::QUEUES>
            {only_there}
            {log_in}
            {priority}
            <div role="alert">{refused}</div>
            <ul class=if kiosk { "big-tiles" } else { "grid" }>{cards}</ul>
        </Section>
    }
    .into_any()
}

fn queue_card(now: &HallView, queue: &QueueView, taking: Taking, kiosk: bool) -> AnyView {
    let hall = use_hall();
    let name: Words = (&queue.name).into();
    let (code, of) = (now.code.clone(), queue.code.clone());
    let busy = Signal::derive({
        let of = of.clone();
        move || taking.busy.with(|busy| busy.as_ref() == Some(&of))
    });
    let refuses = queue.refuses;
    let why = refuses
        .and_then(refusal_words)
        .map(|why| view! { <p class="queue-why"><Icon name="info"/><span>{why}</span></p> });
    // Whoever is not logged in is asked to first, and then sees this page again.
    let may_take = (kiosk || now.from_home) && refuses.is_none();
    let take = may_take.then(|| {
        let label = words::TAKE_OF.with([name.clone()]);
        let (code, of) = (code.clone(), of.clone());
        let navigate = use_navigate();
        let press = Callback::new(move |()| {
            if kiosk || untrack(|| hall.logged_in()) {
                take(taking, hall, navigate, (code.clone(), of.clone()));
            } else {
                navigate(&routes::login(&routes::hall(&code)), NavigateOptions::default());
            }
        });
        view! { <Button label=label icon="ticket" weight=Weight::Primary busy=busy wide=kiosk on_press=press/> }
    });
    let book = (queue.appointments && !kiosk).then(|| {
        let label = words::BOOK_OF.with([name.clone()]);
        view! { <ButtonLink href=routes::book(&code, &of, None) label=label icon="calendar-days"/> }
    });
    view! {
        <li class="card queue-card" id=format!("queue-{of}")>
            <h3 class="card-title"><span class="queue-letter" aria-hidden="true">{queue.letter.clone()}</span><span>{name.clone()}</span></h3>
            <p class="queue-waiting">{waiting(queue)}</p>
            {(refuses != Some(HallRefusal::Closed)).then(|| view! {
                <p>{wait(queue)}</p>
                <p class="small muted">{counters(queue)}</p>
            })}
            {why}
            <div class="buttons">{take}{book}</div>
        </li>
    }
    .into_any()
}

fn take(
    taking: Taking,
    shared: Hall,
    navigate: impl Fn(&str, NavigateOptions) + Copy + 'static,
    (hall, queue): (HallCode, QueueCode),
) {
    if taking.busy.with_untracked(Option::is_some) {
        return;
    }
    taking.busy.set(Some(queue.clone()));
    taking.refused.set(None);
    let chosen = taking.priority.get_untracked();
    let priority = PRIORITIES
        .iter()
        .find(|(name, _)| *name == chosen)
        .map_or(Priority::None, |(_, priority)| *priority);
    spawn_local(async move {
        let known = taking
            .key
            .get_value()
            .filter(|(of, _)| *of == queue)
            .map(|(_, key)| key);
        let key = match known {
            Some(key) => Ok(key),
            None => shared.client.ask(NewKey {}).await,
        };
        let answer = match key {
            Ok(key) => {
                taking.key.set_value(Some((queue.clone(), key)));
                let ticket = halls::TakeTicket { queue, priority };
                shared.client.ask(TakeTicket { hall, ticket, key }).await
            }
            Err(error) => Err(error),
        };
        if taking.busy.try_set(None).is_some() {
            return;
        }
        match answer {
            Ok(ticket) => navigate(&routes::ticket(&ticket.follow), NavigateOptions::default()),
            Err(error) => {
                if !error.retryable {
                    taking.key.set_value(None);
                }
                taking.refused.set(Some(refusal(&error)));
            }
        }
    });
}

fn week(now: &HallView) -> AnyView {
    const DAYS: [crate::texts::Phrase; 7] = [
        words::MONDAY,
        words::TUESDAY,
        words::WEDNESDAY,
        words::THURSDAY,
        words::FRIDAY,
        words::SATURDAY,
        words::SUNDAY,
    ];
    let facts: Vec<Fact> = DAYS
        .into_iter()
        .zip(&now.week)
        .map(|(day, spans)| Fact::new(day, hours(spans)))
        .collect();
    let holidays = now
        .closed_on_holidays
        .then(|| view! { <p class="small muted">{words::HOLIDAYS_CLOSED}</p> });
    let exceptions: Vec<Fact> = now
        .exceptions
        .iter()
        .map(|day| {
            let (spans, reason) = (hours(&day.hours), Words::from(&day.reason));
            let said = Words::made(move |language| format!("{} · {}", spans.get(language), reason.get(language)));
            Fact::new(format::date_words(day.day), said)
        })
        .collect();
    let exceptions = (!exceptions.is_empty()).then(|| {
        view! { <h3 class="card-title">{words::EXCEPTIONS}</h3><Facts facts=exceptions/> }
    });
    view! { <Facts facts=facts/>{holidays}{exceptions} }.into_any()
}
