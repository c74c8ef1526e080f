//! The halls, as they are now; or those that handle a service item.

use leptos::prelude::*;
use onehall_client::citizen::ListHalls;
use onehall_protocol::ItemCode;
use onehall_protocol::catalog::{Catalog, Hall as HallInfo};
use onehall_protocol::halls::{HallView, QueueView};

use super::keep_fresh;
use super::now::{standing, waiting};
use crate::citizen::directory::hall_facts;
use crate::citizen::place::Wide;
use crate::citizen::{routes, use_hall};
use crate::design::button::{ButtonLink, Weight};
use crate::design::icon::Icon;
use crate::design::notice::{Notice, Tone};
use crate::design::states::SkeletonKind;
use crate::router::use_query_map;
use crate::shell::{PageHeading, Profile, Remote, load, use_ui};
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
    let halls = load(move || hall.client.ask(ListHalls {}));
    keep_fresh(hall.client, || None, move || halls.reload());
    // Halls are shown also where nobody can say how they are now.
    let now = Signal::derive(move || halls.with_ready(Clone::clone).unwrap_or_default());
    let failed = live(move || {
        let failed = halls.state().with(|state| matches!(state, Remote::Failed(_)));
        failed.then(|| view! { <Notice tone=Tone::Attention role="status"><p>{words::LIVE_FAILED}</p></Notice> })
    });
    view! {
        <Wide>
            {live(move || heading(item.get()))}
            {failed}
            {hall.catalog.view(SkeletonKind::Cards, move |catalog| {
                let halls = catalog.halls.clone();
                live(move || cards(&halls, &now.get(), item.get().as_ref()))
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

fn cards(halls: &[HallInfo], now: &[HallView], item: Option<&ItemCode>) -> AnyView {
    let live_of = |hall: &HallInfo| now.iter().find(|view| view.code == hall.code);
    let Some(item) = item else {
        let cards = halls.iter().map(|hall| card(hall, live_of(hall)));
        return view! { <ul class="stack">{cards.collect_view()}</ul> }.into_any();
    };
    let handles = |queue: &&QueueView| queue.items.contains(item);
    let found: Vec<AnyView> = halls
        .iter()
        .filter_map(|hall| {
            let view = live_of(hall)?;
            let queue = view.queues.iter().find(handles)?;
            Some(for_item(hall, view, queue, item))
        })
        .collect();
    if found.is_empty() && !now.is_empty() {
        return view! { <Notice tone=Tone::Info><p>{words::FOR_ITEM_NONE}</p></Notice> }.into_any();
    }
    view! { <ul class="stack">{found}</ul> }.into_any()
}

fn card(hall: &HallInfo, now: Option<&HallView>) -> AnyView {
    let offset = use_ui().utc_offset.get();
    let name: Words = (&hall.name).into();
    let queues = now.map(|now| {
        let rows = now.queues.iter().map(|queue| {
            let name: Words = (&queue.name).into();
            view! { <li><span>{name}</span> <span class="muted">{waiting(queue)}</span></li> }.into_any()
        });
        view! { {standing(now, offset)} <ul class="hall-queues">{rows.collect_view()}</ul> }
    });
    let see = now.map(|now| {
        view! { <p><ButtonLink href=routes::hall(&now.code) label=words::SEE icon_after="arrow-right"/></p> }
    });
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

fn for_item(hall: &HallInfo, now: &HallView, queue: &QueueView, item: &ItemCode) -> AnyView {
    let ui = use_ui();
    let offset = ui.utc_offset.get();
    let name: Words = (&hall.name).into();
    let here = now.from_home || ui.profile.get_untracked() == Profile::Kiosk;
    let book = queue.appointments.then(|| {
        let label = words::BOOK_OF.with([name.clone()]);
        let href = routes::book(&now.code, &queue.code, Some(item));
        view! { <ButtonLink href=href label=label icon="calendar-days" weight=Weight::Primary/> }
    });
    let take = here.then(|| view! { <ButtonLink href=routes::hall(&now.code) label=words::SEE/> });
    view! {
        <li class="card">
            <h2 class="card-title"><Icon name="map-pin"/>{name.clone()}</h2>
            {standing(now, offset)}
            <p>{waiting(queue)}</p>
            {hall_facts(hall, false)}
            <div class="buttons">{book}{take}</div>
        </li>
    }
    .into_any()
}
