//! Life events (一件事).

use leptos::prelude::*;
use onehall_protocol::catalog::Catalog;

use super::parameter;
use crate::citizen::items::item_row;
use crate::citizen::not_found::NotFound;
use crate::citizen::place::Wide;
use crate::citizen::{routes, use_hall};
use crate::design::content::Section;
use crate::design::icon::Icon;
use crate::design::navigation::Crumbs;
use crate::design::states::SkeletonKind;
use crate::shell::PageHeading;
use crate::texts::{Words, counted, find, frame, home};
use crate::view::view;

/// The life events as cards.
pub fn life_event_cards(catalog: &Catalog) -> AnyView {
    let cards = catalog.life_events.iter().map(|event| {
        let (name, summary): (Words, Words) = ((&event.name).into(), (&event.summary).into());
        view! {
            <li class="event-card">
                <span class="event-icon"><Icon name=event.icon.clone() class="icon-large"/></span>
                <div class="event-body">
                    <a class="event-name" href=routes::life_event(&event.code)>{name}</a>
                    <p class="event-text">{summary}</p>
                    <p class="event-count">{counted(event.items.len(), home::SERVICES_ONE, home::SERVICES_MORE)}</p>
                </div>
            </li>
        }
        .into_any()
    });
    view! { <ul class="grid grid-3">{cards.collect_view()}</ul> }.into_any()
}

/// All life events.
#[component]
pub fn LifeEventsPage() -> impl IntoView {
    let hall = use_hall();
    view! {
        <Wide>
            <PageHeading title=find::LIFE_EVENTS_TITLE/>
            <p class="lead">{find::LIFE_EVENTS_TEXT}</p>
            {hall.catalog.view(SkeletonKind::Cards, |catalog| life_event_cards(catalog))}
        </Wide>
    }
    .into_any()
}

/// A life event: its services in the order in which people need them.
#[component]
pub fn LifeEventPage() -> impl IntoView {
    let hall = use_hall();
    let code = parameter("code");
    let draw = move |catalog: &Catalog| {
        let code = code.get();
        let Some(event) = catalog.life_events.iter().find(|event| event.code.as_str() == code) else {
            return view! { <NotFound/> }.into_any();
        };
        let items = event
            .items
            .iter()
            .filter_map(|code| catalog.items.iter().find(|item| item.code == *code));
        let rows: Vec<_> = items.map(|item| item_row(item, Some(catalog), Vec::new())).collect();
        let summary: Words = (&event.summary).into();
        view! {
            <Crumbs way=vec![
                (routes::HOME.to_owned(), frame::HOME.into()),
                (routes::LIFE_EVENTS.to_owned(), frame::LIFE_EVENTS.into()),
            ]/>
            <PageHeading title=&event.name above=find::LIFE_EVENT/>
            <p class="lead">{summary}</p>
            <Section id="services" title=find::LIFE_EVENT_ITEMS>
                <ol class="rows rows-numbered">{rows}</ol>
            </Section>
        }
        .into_any()
    };
    view! { <Wide>{hall.catalog.view(SkeletonKind::Rows, move |catalog| draw(catalog))}</Wide> }.into_any()
}
