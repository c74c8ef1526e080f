//! The head of every page: whose site it is, where one can go, who is logged in.

use leptos::prelude::*;
use onehall_protocol::Language;

use super::log_out::use_leaving;
use crate::citizen::{routes, use_hall};
use crate::design::icon::{HallSign, Icon};
use crate::router::{use_location, use_navigate};
use crate::shell::{Profile, use_ui};
use crate::texts::{Phrase, Words, frame, general};
use crate::view::{live, memo, view};

const WAYS: [(&str, Phrase); 5] = [
    (routes::THEMES, frame::THEMES),
    (routes::LIFE_EVENTS, frame::LIFE_EVENTS),
    (routes::AUTHORITIES, frame::AUTHORITIES),
    (routes::HALLS, frame::HALLS),
    (routes::MATTERS, frame::MATTERS),
];

/// The head of every page.
#[component]
pub fn Head() -> impl IntoView {
    let ui = use_ui();
    let hall = use_hall();
    let location = use_location();
    // Where the page itself is a search, the head has none.
    let searches = memo(move |_| {
        location
            .pathname
            .with(|path| path == routes::HOME || path == routes::SEARCH)
    });
    let city = Words::made(move |language| {
        hall.catalog
            .with_ready(|catalog| catalog.city.name.get(language).to_owned())
            .unwrap_or_default()
    });
    let hall_name = Words::made(move |language| {
        hall.catalog
            .with_ready(|catalog| catalog.city.hall_name.get(language).to_owned())
            .unwrap_or_else(|| frame::HALL.get(language).to_owned())
    });
    let desktop = move || ui.profile.get() == Profile::Desktop;
    view! {
        <header class="head">
            <div class="head-top">
                <a class="head-name" href=routes::HOME>
                    <HallSign/>
                    <span class="head-words">
                        <span class="head-hall">{hall_name}</span>
                        <span class="visually-hidden">" "{city}</span>
                    </span>
                </a>
                {move || (!searches.get()).then(|| view! { <HeadSearch/> })}
                <Tools/>
            </div>
            {move || desktop().then(|| view! {
                <nav class="head-ways" aria-label=frame::MAIN_MENU>
                    <ul class="head-ways-list">
                        <li><HeadWay href=routes::HOME name=frame::HOME exact=true/></li>
                        {WAYS.map(|(href, name)| view! { <li><HeadWay href=href name=name/></li> }).into_iter().collect_view()}
                    </ul>
                </nav>
            })}
        </header>
    }
    .into_any()
}

/// A link of the main navigation that knows whether one is there.
#[component]
pub(super) fn HeadWay(
    /// Where it leads.
    href: &'static str,
    /// What it is.
    name: Phrase,
    /// Only this very page, not those below it.
    #[prop(optional)]
    exact: bool,
    /// An icon above the name: the phone's bar.
    #[prop(optional)]
    icon: Option<&'static str>,
) -> impl IntoView {
    let location = use_location();
    let here = move || {
        location
            .pathname
            .with(|path| is_here(path, href, exact))
            .then_some("page")
    };
    view! {
        <a class="way" href=href aria-current=here>
            {icon.map(|icon| view! { <Icon name=icon/> })}
            <span class="way-name">{name}</span>
        </a>
    }
    .into_any()
}

fn is_here(path: &str, href: &str, exact: bool) -> bool {
    path == href || (!exact && path.strip_prefix(href).is_some_and(|rest| rest.starts_with('/')))
}

/// The search of every page but the home page, which has its own.
#[component]
fn HeadSearch() -> impl IntoView {
    let navigate = use_navigate();
    let words = RwSignal::new(String::new());
    let go = move |event: web_sys::SubmitEvent| {
        event.prevent_default();
        let words = words.get_untracked();
        if !words.trim().is_empty() {
            navigate(&routes::search(words.trim()), Default::default());
        }
    };
    view! {
        <form class="head-search" role="search" action=routes::SEARCH on:submit=go>
            <input
                class="input head-search-input"
                type="search"
                name="q"
                autocomplete="off"
                data-keyboard="letters"
                aria-label=frame::SEARCH_LABEL
                placeholder=frame::SEARCH_LABEL
                prop:value=move || words.get()
                on:input=move |event| words.set(event_target_value(&event))
            />
            <button class="head-search-button" type="submit">
                <Icon name="search"/><span class="visually-hidden">{general::SEARCH}</span>
            </button>
        </form>
    }
    .into_any()
}

/// Language, elder mode, and who is logged in.
#[component]
fn Tools() -> impl IntoView {
    let ui = use_ui();
    let other = move || match ui.language.get() {
        Language::ZhCn => Language::En,
        Language::En => Language::ZhCn,
    };
    let switch_language = move |_| {
        let other = other();
        ui.prefer(|preferences| preferences.language = Some(other));
    };
    let elder = move || ui.preferences.with(|preferences| preferences.elder);
    view! {
        <ul class="tools" aria-label=frame::SITE_TOOLS>
            <li>
                <button type="button" class="tool" on:click=switch_language aria-label=frame::LANGUAGE_OTHER_LABEL lang=move || other().tag()>
                    <Icon name="languages"/>
                    <span class="tool-name">{frame::LANGUAGE_OTHER}</span>
                </button>
            </li>
            <li>
                <button
                    type="button"
                    class="tool"
                    on:click=move |_| ui.prefer(|preferences| preferences.elder = !preferences.elder)
                >
                    <Icon name="zoom-in"/>
                    <span class="tool-name">
                        {move || if elder() { Words::from(frame::ELDER_OFF).now() } else { Words::from(frame::ELDER_ON).now() }}
                    </span>
                </button>
            </li>
            <li class="tool-preferences">
                <a class="tool" href=routes::ACCOUNT>
                    <Icon name="settings"/>
                    <span class="tool-name">{frame::PREFERENCES}</span>
                </a>
            </li>
            <Who/>
        </ul>
    }
    .into_any()
}

/// Who is logged in, or the way to log in.
#[component]
fn Who() -> impl IntoView {
    let hall = use_hall();
    let location = use_location();
    let log_out = use_leaving().callback();
    let here = move || {
        let path = location.pathname.get();
        let query = location.search.get();
        if path == routes::LOGIN {
            routes::LOGIN.to_owned()
        } else if query.is_empty() {
            routes::login(&path)
        } else {
            routes::login(&format!("{path}?{query}"))
        }
    };
    live(move || {
        if !hall.session_known.get() {
            return view! { <li class="tool tool-waiting" aria-hidden="true"></li> }.into_any();
        }
        match hall.session.get() {
            None => view! {
                <li>
                    <a class="tool tool-login" href=here>
                        <Icon name="log-in"/>
                        <span class="tool-name">{frame::LOG_IN}</span>
                    </a>
                </li>
            }
            .into_any(),
            Some(session) => {
                let name = if session.actor.name.is_empty() {
                    session.phone
                } else {
                    session.actor.name
                };
                view! {
                    <li>
                        <a class="tool tool-who" href=routes::ACCOUNT>
                            <Icon name="circle-user-round"/>
                            <span class="tool-name">{name}</span>
                        </a>
                    </li>
                    <li class="tool-logout">
                        <button type="button" class="tool" on:click=move |_| log_out.run(())>
                            <Icon name="log-out"/>
                            <span class="tool-name">{frame::LOG_OUT}</span>
                        </button>
                    </li>
                }
                .into_any()
            }
        }
    })
}

#[cfg(test)]
mod tests {
    use super::is_here;

    #[test]
    fn a_page_below_counts_as_here_and_a_longer_name_does_not() {
        assert!(is_here("/themes/housing", "/themes", false));
        assert!(!is_here("/themes-of-old", "/themes", false));
        assert!(!is_here("/themes", "/", true));
    }
}
