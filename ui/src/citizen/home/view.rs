//! The home page as it is drawn.

use leptos::prelude::*;
use onehall_protocol::catalog::Catalog;

use super::matters::MattersInShort;
use crate::citizen::directory::{hall_card, life_event_cards, theme_tiles};
use crate::citizen::items::{frequent, item_row};
use crate::citizen::search::SearchBox;
use crate::citizen::{routes, use_hall};
use crate::design::content::Section;
use crate::design::icon::Icon;
use crate::design::states::SkeletonKind;
use crate::shell::{PageHeading, Profile, kiosk, use_ui};
use crate::texts::{Phrase, Words, home};
use crate::view::view;

const FREQUENT: usize = 8;
const POPULAR: usize = 4;

/// The home page.
#[component]
pub fn HomePage() -> impl IntoView {
    let ui = use_ui();
    let hall = use_hall();
    let kiosk = Signal::derive(move || ui.profile.get() == Profile::Kiosk);
    view! {
        <div class="hero">
            <Roofs/>
            <div class="hero-inner">
                <PageHeading title=home::TITLE/>
                <SearchBox/>
                {move || hall.catalog.with_ready(|catalog| popular(catalog))}
            </div>
        </div>
        <div class="wide home">
            {move || kiosk.get().then(kiosk_tiles)}
            {move || hall.logged_in().then(|| view! { <MattersInShort/> })}
            {hall.catalog.view(SkeletonKind::Cards, move |catalog| sections(catalog, kiosk.get_untracked()))}
        </div>
    }
    .into_any()
}

/// The first frequent services as links below the search.
fn popular(catalog: &Catalog) -> AnyView {
    let links = frequent(catalog).into_iter().take(POPULAR).map(|item| {
        let name: Words = (&item.name).into();
        view! { <li><a class="hero-link" href=routes::item(&item.code)>{name}</a></li> }.into_any()
    });
    view! {
        <div class="hero-popular">
            <span id="popular">{home::POPULAR}</span>
            <ul class="hero-links" aria-labelledby="popular">{links.collect_view()}</ul>
        </div>
    }
    .into_any()
}

fn sections(catalog: &Catalog, kiosk: bool) -> AnyView {
    let all = |href: &'static str| view! { <a href=href>{home::ALL}</a> }.into_any();
    let rows = frequent(catalog)
        .into_iter()
        .take(FREQUENT)
        .map(|item| item_row(item, None, Vec::new()));
    let rows = rows.collect_view();
    let (events, themes) = (life_event_cards(catalog), theme_tiles(catalog));
    let halls = (!kiosk).then(|| {
        let cards = catalog.halls.iter().map(hall_card).collect_view();
        view! {
            <Section id="halls" title=home::HALLS more=all(routes::HALLS)>
                <ul class="grid grid-3">{cards}</ul>
            </Section>
        }
    });
    view! {
        <Section id="frequent" title=home::FREQUENT more=all(routes::SERVICES)>
            <ul class="rows rows-two">{rows}</ul>
        </Section>
        <Section id="life-events" title=home::LIFE_EVENTS more=all(routes::LIFE_EVENTS)>
            {events}
        </Section>
        <Section id="themes" title=home::THEMES more=all(routes::THEMES)>
            {themes}
        </Section>
        {halls}
    }
    .into_any()
}

/// What a kiosk offers first: four ways, each as large as a hand.
fn kiosk_tiles() -> AnyView {
    // A kiosk that knows where it stands leads there, and not to all halls.
    let halls = kiosk::hall().map_or_else(|| routes::HALLS.to_owned(), |hall| routes::hall(&hall));
    let tiles: [(&str, &str, Phrase, Phrase); 4] = [
        (
            routes::SERVICES,
            "list-checks",
            home::TILE_SEARCH,
            home::TILE_SEARCH_TEXT,
        ),
        (
            routes::MATTERS,
            "file-check",
            home::TILE_MATTERS,
            home::TILE_MATTERS_TEXT,
        ),
        (
            routes::LIFE_EVENTS,
            "heart-handshake",
            home::TILE_LIFE,
            home::TILE_LIFE_TEXT,
        ),
        (&halls, "ticket", home::TILE_HALLS, home::TILE_HALLS_TEXT),
    ];
    let tiles = tiles.into_iter().map(|(href, icon, name, text)| {
        view! {
            <li>
                <a class="big-tile" href=href.to_owned()>
                    <Icon name=icon class="icon-huge"/>
                    <span class="big-tile-name">{name}</span>
                    <span class="big-tile-text">{text}</span>
                </a>
            </li>
        }
        .into_any()
    });
    view! { <ul class="big-tiles">{tiles.collect_view()}</ul> }.into_any()
}

/// Roofs of a town by the water, behind the search.
#[component]
fn Roofs() -> impl IntoView {
    view! {
        <svg class="hero-roofs" viewBox="0 0 1200 220" preserveAspectRatio="xMaxYMax slice" aria-hidden="true" focusable="false">
            <g class="hero-roofs-far">
                <path d="M560 140c40-4 78-26 100-58 22 32 60 54 100 58v12H560z"></path>
                <path d="M590 152h140v68H590z"></path>
                <path d="M930 120c48-5 92-31 118-70 26 39 70 65 118 70v14H930z"></path>
                <path d="M964 134h168v86H964z"></path>
            </g>
            <g class="hero-roofs-near">
                <path d="M700 160c58-6 112-36 144-84 32 48 86 78 144 84v16H700z"></path>
                <path d="M742 176h204v44H742z"></path>
                <path d="M1040 172c40-4 76-24 98-56 22 32 58 52 98 56v12h-196z"></path>
                <path d="M1066 184h144v36h-144z"></path>
            </g>
        </svg>
    }
    .into_any()
}
