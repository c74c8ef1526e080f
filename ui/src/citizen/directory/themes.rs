//! Themes.

use leptos::prelude::*;
use onehall_protocol::catalog::Catalog;

use super::parameter;
use crate::citizen::items::{by_use, item_rows};
use crate::citizen::not_found::NotFound;
use crate::citizen::place::Wide;
use crate::citizen::{routes, use_hall};
use crate::design::icon::Icon;
use crate::design::navigation::Crumbs;
use crate::design::states::SkeletonKind;
use crate::shell::PageHeading;
use crate::texts::{Words, counted, find, frame, home};
use crate::view::view;

/// The themes as tiles, each with how many services it has.
pub fn theme_tiles(catalog: &Catalog) -> AnyView {
    let tiles = catalog.themes.iter().map(|theme| {
        let count = catalog
            .items
            .iter()
            .filter(|item| item.themes.contains(&theme.code))
            .count();
        let name: Words = (&theme.name).into();
        view! {
            <li>
                <a class="tile" href=routes::theme(&theme.code)>
                    <Icon name=theme.icon.clone() class="icon-large"/>
                    <span class="tile-name">{name}</span>
                    <span class="tile-note">{counted(count, home::SERVICES_ONE, home::SERVICES_MORE)}</span>
                </a>
            </li>
        }
        .into_any()
    });
    view! { <ul class="tiles">{tiles.collect_view()}</ul> }.into_any()
}

/// All themes.
#[component]
pub fn ThemesPage() -> impl IntoView {
    let hall = use_hall();
    view! {
        <Wide>
            <PageHeading title=find::THEMES_TITLE/>
            <p class="lead">{find::THEMES_TEXT}</p>
            {hall.catalog.view(SkeletonKind::Cards, |catalog| theme_tiles(catalog))}
            <p class="way-on"><a href=routes::SERVICES>{frame::ALL_SERVICES}</a></p>
        </Wide>
    }
    .into_any()
}

/// A theme and its services.
#[component]
pub fn ThemePage() -> impl IntoView {
    let hall = use_hall();
    let code = parameter("code");
    let draw = move |catalog: &Catalog| {
        let code = code.get();
        let Some(theme) = catalog.themes.iter().find(|theme| theme.code.as_str() == code) else {
            return view! { <NotFound/> }.into_any();
        };
        // Those whose main theme this is come first.
        let (main, others): (Vec<_>, Vec<_>) = catalog
            .items
            .iter()
            .filter(|item| item.themes.contains(&theme.code))
            .partition(|item| item.themes.first() == Some(&theme.code));
        let count = main.len() + others.len();
        view! {
            <Crumbs way=vec![(routes::HOME.to_owned(), frame::HOME.into()), (routes::THEMES.to_owned(), frame::THEMES.into())]/>
            <PageHeading title=&theme.name/>
            <p class="muted">{counted(count, home::SERVICES_ONE, home::SERVICES_MORE)}</p>
            {item_rows(by_use(main).into_iter().chain(by_use(others)), catalog)}
        }
        .into_any()
    };
    view! { <Wide>{hall.catalog.view(SkeletonKind::Rows, move |catalog| draw(catalog))}</Wide> }.into_any()
}
