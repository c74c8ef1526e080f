//! The foot of every page.

use leptos::prelude::*;

use crate::citizen::{routes, use_hall};
use crate::design::content::PhoneNumber;
use crate::design::icon::Icon;
use crate::shell::use_ui;
use crate::texts::{Words, frame};
use crate::view::view;

/// The foot of every page: whom to call, where else to go, whose service it is.
#[component]
pub fn Foot() -> impl IntoView {
    let ui = use_ui();
    let hall = use_hall();
    let city = Words::made(move |language| {
        hall.catalog
            .with_ready(|catalog| frame::HOSTED_BY.with([(&catalog.city.name).into()]).get(language))
            .unwrap_or_default()
    });
    let links = |links: Vec<(&'static str, crate::texts::Phrase)>| {
        links
            .into_iter()
            .map(|(href, name)| view! { <li><a href=href>{name}</a></li> })
            .collect_view()
    };
    view! {
        <footer class="foot">
            <div class="foot-inner">
                <div class="foot-hotline">
                    <Icon name="phone" class="icon-large"/>
                    <p>
                        <span class="foot-label">{frame::HOTLINE}</span>
                        <PhoneNumber number=ui.hotline class="foot-number"/>
                        <span class="foot-label">{frame::HOTLINE_HOURS}</span>
                    </p>
                </div>
                <nav class="foot-ways" aria-label=frame::FOOT_SERVICES>
                    <h2 class="foot-title">{frame::FOOT_SERVICES}</h2>
                    <ul class="foot-list">
                        {links(vec![
                            (routes::SERVICES, frame::ALL_SERVICES),
                            (routes::THEMES, frame::THEMES),
                            (routes::LIFE_EVENTS, frame::LIFE_EVENTS),
                            (routes::AUTHORITIES, frame::AUTHORITIES),
                        ])}
                    </ul>
                </nav>
                <nav class="foot-ways" aria-label=frame::FOOT_HELP>
                    <h2 class="foot-title">{frame::FOOT_HELP}</h2>
                    <ul class="foot-list">
                        {links(vec![
                            (routes::HALLS, frame::HALLS),
                            (routes::ACCOUNT, frame::PREFERENCES),
                            (routes::ACCESSIBILITY, frame::ACCESSIBILITY),
                        ])}
                    </ul>
                </nav>
            </div>
            <p class="foot-host">{city}</p>
        </footer>
    }
    .into_any()
}
