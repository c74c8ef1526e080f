//! A hall as it is now: its queues, where one takes a number; its hours.

use leptos::prelude::*;
use leptos::task::spawn_local;
use onehall_client::citizen::{GetHall, NewKey, TakeTicket};
use onehall_protocol::halls::{self, HallRefusal, HallView, Priority, QueueView};
use onehall_protocol::{CoreError, ErrorCode, HallCode, IdempotencyKey, Language, QueueCode};

use super::now::{clock, counters, hours, standing, standing_key, wait, waiting};
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
use crate::shell::{Loaded, PageHeading, Profile, kiosk, load, use_ui};
use crate::texts::{Words, devices, find, format, halls as words};
use crate::view::{keyed, live, memo, view};

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
            {now.once(SkeletonKind::Cards, move || now.part(
                |now| (now.code.clone(), now.from_home),
                move |hall| page(now, hall, taking),
            ))}
        </Wide>
    }
    .into_any()
}

/// Drawn once for a hall, whatever comes with the next answers.
fn page(now: Loaded<HallView>, hall: &HallView, taking: Taking) -> AnyView {
    let ui = use_ui();
    let public = ui.profile.get_untracked() == Profile::Kiosk;
    let as_of = Words::made(move |language| {
        let at = now.with_ready(|now| clock(now.now, ui.utc_offset.get()));
        let words = if ui.online.get() { words::AS_OF } else { words::STALE };
        words.with([at.unwrap_or_default().into()]).get(language)
    });
    let open = now.part(
        move |now| standing_key(now, ui.utc_offset.get()),
        move |now| standing(now, ui.utc_offset.get()),
    );
    let (code, at_hall) = (hall.code.clone(), public || hall.from_home);
    let queues = now.part(
        |now| now.queues.is_empty(),
        move |hall| match hall.queues.is_empty() {
            true => ().into_any(),
            false => queues(now, &code, at_hall, taking, public),
        },
    );
    let check_in = now.part(|now| now.queues.iter().any(|queue| queue.appointments), check_in_link);
    let mine = (!public).then(|| view! { <ButtonLink href=routes::VISITS label=words::MINE icon="ticket"/> });
    let week = now.part(
        |now| (now.week.clone(), now.closed_on_holidays, now.exceptions.clone()),
        week,
    );
    view! {
        {open}
        {queues}
        <div class="buttons">{check_in}{mine}</div>
        <Section id="hall-week" title=words::WEEK>{week}</Section>
        <p class="small muted">{as_of}</p>
    }
    .into_any()
}

fn check_in_link(hall: &HallView) -> AnyView {
    if !hall.queues.iter().any(|queue| queue.appointments) {
        return ().into_any();
    }
    // At the kiosk of this very hall a card does both.
    let (label, icon) = match kiosk::hall().as_ref() == Some(&hall.code) {
        true => (devices::CARD_OR_CODE, "id-card"),
        false => (words::CHECK_IN, "calendar-days"),
    };
    view! { <ButtonLink href=routes::check_in(&hall.code) label=label icon=icon/> }.into_any()
}

fn queues(now: Loaded<HallView>, code: &HallCode, at_hall: bool, taking: Taking, kiosk: bool) -> AnyView {
    let hall = use_hall();
    let refused = live(move || {
        taking
            .refused
            .get()
            .map(|why| view! { <Notice tone=Tone::Bad><p>{why}</p></Notice> })
    });
    let takes = |now: &HallView| now.queues.iter().any(|queue| queue.refuses.is_none());
    let priority = at_hall.then(|| {
        now.part(takes, move |now| match takes(now) {
            true => priority_choice(taking),
            false => ().into_any(),
        })
    });
    let only_there = (!at_hall).then(|| view! { <Notice tone=Tone::Info><p>{words::ONLY_AT_HALL}</p></Notice> });
    let log_in = (!kiosk && at_hall).then(|| {
        let next = routes::hall(code);
        live(move || {
            let nobody = hall.session_known.get() && !hall.logged_in();
            let next = next.clone();
            nobody.then(|| {
                view! { <p><ButtonLink href=routes::login(&next) label=words::LOG_IN_FIRST icon="log-in"/></p> }
            })
        })
    });
    let code = code.clone();
    let cards = keyed(
        move || now.with_ready(|now| now.queues.clone()).unwrap_or_default(),
        // What moves in a queue its card follows by itself.
        |queue| {
            let QueueView { code, letter, name, .. } = queue;
            format!("{code} {letter} {} {} {}", queue.appointments, name.zh_cn, name.en)
        },
        move |queue: QueueView| queue_card(now, (code.clone(), queue), at_hall, taking, kiosk),
    );
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

fn priority_choice(taking: Taking) -> AnyView {
    let options: Vec<_> = [words::PRIORITY_NONE, words::PRIORITY_ELDER, words::PRIORITY_DISABLED]
        .into_iter()
        .zip(PRIORITIES)
        .map(|(label, (value, _))| ChoiceOption::new(value, label))
        .collect();
    view! {
        <Radios id="priority" label=words::PRIORITY hint=words::PRIORITY_HINT options=Signal::stored(options)
            value=taking.priority on_change=Callback::new(move |value| taking.priority.set(value)) inline=true/>
    }
    .into_any()
}

fn queue_card(
    now: Loaded<HallView>,
    (hall, queue): (HallCode, QueueView),
    at_hall: bool,
    taking: Taking,
    kiosk: bool,
) -> AnyView {
    let (name, of): (Words, _) = ((&queue.name).into(), queue.code.clone());
    let this = memo(move |_| {
        let queue = now.with_ready(|now| now.queues.iter().find(|queue| queue.code == of).cloned());
        queue.flatten()
    });
    let refuses = memo(move |_| this.with(|queue| queue.as_ref().and_then(|queue| queue.refuses)));
    let said = move |say: fn(&QueueView) -> Words| {
        Words::made(move |language| {
            let said = this.with(|queue| queue.as_ref().map(say));
            said.map_or_else(String::new, |said| said.get(language))
        })
    };
    let how_long = live(move || {
        (refuses.get() != Some(HallRefusal::Closed)).then(|| {
            view! { <p>{said(wait)}</p><p class="small muted">{said(counters)}</p> }
        })
    });
    let why = live(move || {
        let why = refuses.get().and_then(refusal_words);
        why.map(|why| view! { <p class="queue-why"><Icon name="info"/><span>{why}</span></p> })
    });
    let book = (queue.appointments && !kiosk).then(|| {
        let label = words::BOOK_OF.with([name.clone()]);
        view! { <ButtonLink href=routes::book(&hall, &queue.code, None) label=label icon="calendar-days"/> }
    });
    let id = format!("queue-{}", queue.code);
    let take = {
        let (name, of) = (name.clone(), (hall, queue.code));
        live(move || {
            let may_take = at_hall && refuses.get().is_none();
            may_take.then(|| take_button(taking, of.clone(), name.clone(), kiosk))
        })
    };
    view! {
        <li class="card queue-card" id=id>
            <h3 class="card-title"><span class="queue-letter" aria-hidden="true">{queue.letter}</span><span>{name}</span></h3>
            <p class="queue-waiting">{said(waiting)}</p>
            {how_long}
            {why}
            <div class="buttons">{take}{book}</div>
        </li>
    }
    .into_any()
}

/// Whoever is not logged in is asked to first, and then sees this page again.
fn take_button(taking: Taking, (code, of): (HallCode, QueueCode), name: Words, kiosk: bool) -> AnyView {
    let (hall, navigate) = (use_hall(), use_navigate());
    let busy = Signal::derive({
        let of = of.clone();
        move || taking.busy.with(|busy| busy.as_ref() == Some(&of))
    });
    let press = Callback::new(move |()| {
        if kiosk || untrack(|| hall.logged_in()) {
            take(taking, hall, navigate, (code.clone(), of.clone()));
        } else {
            navigate(&routes::login(&routes::hall(&code)), NavigateOptions::default());
        }
    });
    let label = words::TAKE_OF.with([name]);
    view! { <Button label=label icon="ticket" weight=Weight::Primary busy=busy wide=kiosk on_press=press/> }.into_any()
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
