//! The halls, as they are now; or those that handle a service item.

use leptos::prelude::*;
use onehall_client::citizen::ListHalls;
use onehall_protocol::catalog::{Catalog, Hall as HallInfo};
use onehall_protocol::halls::{HallView, QueueView};
use onehall_protocol::{HallCode, ItemCode};

use super::keep_fresh;
use super::now::{standing, standing_key, waiting};
use crate::citizen::directory::hall_facts;
use crate::citizen::place::Wide;
use crate::citizen::{routes, use_hall};
use crate::design::button::{ButtonLink, Weight};
use crate::design::icon::Icon;
use crate::design::notice::{Notice, Tone};
use crate::design::states::SkeletonKind;
use crate::router::use_query_map;
use crate::shell::{Loaded, PageHeading, Profile, Remote, load, use_ui};
use crate::texts::{Words, find, halls as words};
use crate::view::{live, memo, view};

/// `/halls`; `?item=` for those that handle a service item.
#[component]
pub fn HallsPage() -> impl IntoView {
    let hall = use_hall();
    let query = use_query_map();
    let item = memo(move |_| {
        let item = query.with(|query| query.get("item")).unwrap_or_default();
        item.parse::<ItemCode>().ok()
    });
    let now = load(move || hall.client.ask(ListHalls {}));
    keep_fresh(hall.client, || None, move || now.reload());
    // Halls are shown also where nobody can say how they are now.
    let failed = live(move || {
        let failed = now.state().with(|state| matches!(state, Remote::Failed(_)));
        failed.then(|| view! { <Notice tone=Tone::Attention role="status"><p>{words::LIVE_FAILED}</p></Notice> })
    });
    view! {
        <Wide>
            {live(move || heading(item.get()))}
            {failed}
            {hall.catalog.view(SkeletonKind::Cards, move |catalog| {
                let halls = catalog.halls.clone();
                live(move || cards(&halls, now, item.get()))
            })}
        </Wide>
    }
    .into_any()
}

fn heading(item: Option<ItemCode>) -> AnyView {
    let hall = use_hall();
    let Some(item) = item else {
        let mine = view! {
            <p><ButtonLink href=routes::VISITS label=words::MINE icon="calendar-days"/></p>
        };
        return view! { <PageHeading title=find::HALLS_TITLE/><p class="lead">{find::HALLS_TEXT}</p>{mine} }.into_any();
    };
    let name = Words::made(move |language| {
        let named = |catalog: &std::sync::Arc<Catalog>| {
            let found = catalog.items.iter().find(|one| one.code == item);
            found.map(|found| found.name.get(language).to_owned())
        };
        hall.catalog
            .with_ready(named)
            .flatten()
            .unwrap_or_else(|| item.to_string())
    });
    view! {
        <PageHeading title=words::FOR_ITEM.with([name])/>
        <p class="lead">{words::FOR_ITEM_TEXT}</p>
    }
    .into_any()
}

/// A hall among all, as it is now.
fn now_of<'a>(all: &'a [HallView], hall: &HallCode) -> Option<&'a HallView> {
    all.iter().find(|view| view.code == *hall)
}

fn cards(halls: &[HallInfo], now: Loaded<Vec<HallView>>, item: Option<ItemCode>) -> AnyView {
    let Some(item) = item else {
        let cards = halls.iter().map(|hall| card(hall, now));
        return view! { <ul class="stack">{cards.collect_view()}</ul> }.into_any();
    };
    let halls = halls.to_vec();
    // Which queues handle it: what waits in them each card follows by itself.
    now.part(
        {
            let item = item.clone();
            move |all| {
                let queues = all.iter().map(|hall| {
                    let queue = queue_of(hall, &item).map(|queue| (queue.code.clone(), queue.appointments));
                    (hall.code.clone(), hall.from_home, queue)
                });
                queues.collect::<Vec<_>>()
            }
        },
        move |all| for_item_cards(&halls, now, all, &item),
    )
}

/// Where a hall handles a service item.
fn queue_of<'a>(hall: &'a HallView, item: &ItemCode) -> Option<&'a QueueView> {
    hall.queues.iter().find(|queue| queue.items.contains(item))
}

fn for_item_cards(halls: &[HallInfo], now: Loaded<Vec<HallView>>, all: &[HallView], item: &ItemCode) -> AnyView {
    let found: Vec<AnyView> = halls
        .iter()
        .filter_map(|hall| {
            let view = now_of(all, &hall.code)?;
            let queue = queue_of(view, item)?;
            Some(for_item(hall, now, view, queue, item))
        })
        .collect();
    if found.is_empty() && !all.is_empty() {
        return view! { <Notice tone=Tone::Info><p>{words::FOR_ITEM_NONE}</p></Notice> }.into_any();
    }
    view! { <ul class="stack">{found}</ul> }.into_any()
}

/// Whether a hall is open and how many wait in its queues, or in that for a service item.
fn live_part(now: Loaded<Vec<HallView>>, hall: HallCode, item: Option<ItemCode>) -> AnyView {
    let ui = use_ui();
    let of = hall.clone();
    now.part(
        move |all| {
            let offset = ui.utc_offset.get();
            now_of(all, &of).map(|hall| {
                let waiting = hall.queues.iter().map(|queue| (queue.name.clone(), queue.waiting));
                (standing_key(hall, offset), waiting.collect::<Vec<_>>())
            })
        },
        move |all| {
            let Some(now) = now_of(all, &hall) else {
                return ().into_any();
            };
            let standing = standing(now, ui.utc_offset.get());
            if let Some(item) = &item {
                let line = queue_of(now, item).map(|queue| view! { <p>{waiting(queue)}</p> });
                return view! { {standing}{line} }.into_any();
            }
            let rows = now.queues.iter().map(|queue| {
                let name: Words = (&queue.name).into();
                view! { <li><span>{name}</span> <span class="muted">{waiting(queue)}</span></li> }.into_any()
            });
            view! { {standing} <ul class="hall-queues">{rows.collect_view()}</ul> }.into_any()
        },
    )
}

fn card(hall: &HallInfo, now: Loaded<Vec<HallView>>) -> AnyView {
    let name: Words = (&hall.name).into();
    let queues = live_part(now, hall.code.clone(), None);
    let (of, code) = (hall.code.clone(), hall.code.clone());
    let see = now.part(
        move |all| now_of(all, &of).is_some(),
        move |all| match now_of(all, &code) {
            Some(now) => {
                view! { <p><ButtonLink href=routes::hall(&now.code) label=words::SEE icon_after="arrow-right"/></p> }
                    .into_any()
            }
            None => ().into_any(),
        },
    );
    view! {
        <li class="card" id=format!("hall-{}", hall.code)>
            <h2 class="card-title"><Icon name="map-pin"/>{name}</h2>
            {queues}
            {hall_facts(hall, true)}
            {see}
        </li>
    }
    .into_any()
}

fn for_item(
    hall: &HallInfo,
    all: Loaded<Vec<HallView>>,
    now: &HallView,
    queue: &QueueView,
    item: &ItemCode,
) -> AnyView {
    let name: Words = (&hall.name).into();
    let here = now.from_home || use_ui().profile.get_untracked() == Profile::Kiosk;
    let book = queue.appointments.then(|| {
        let label = words::BOOK_OF.with([name.clone()]);
        let href = routes::book(&now.code, &queue.code, Some(item));
        view! { <ButtonLink href=href label=label icon="calendar-days" weight=Weight::Primary/> }
    });
    let take = here.then(|| view! { <ButtonLink href=routes::hall(&now.code) label=words::SEE/> });
    view! {
        <li class="card">
            <h2 class="card-title"><Icon name="map-pin"/>{name.clone()}</h2>
            {live_part(all, hall.code.clone(), Some(item.clone()))}
            {hall_facts(hall, false)}
            <div class="buttons">{book}{take}</div>
        </li>
    }
    .into_any()
}
