//! The search box of the home page: services come up while one types.

use leptos::prelude::*;
use onehall_client::SearchHit;
use onehall_client::citizen::SearchCatalog;

use super::page::found_words;
use crate::citizen::items::item_row;
use crate::citizen::{routes, use_hall};
use crate::design::button::{Button, Weight};
use crate::design::icon::Icon;
use crate::router::use_navigate;
use crate::shell::{load, use_ui};
use crate::texts::{Words, find, frame, general, home};
use crate::view::{memo, view};

const SUGGESTIONS: usize = 6;

/// The search box. What it finds stands below it as links, so that every keyboard and screen reader knows it.
#[component]
pub fn SearchBox() -> impl IntoView {
    let ui = use_ui();
    let hall = use_hall();
    let navigate = use_navigate();
    let words = RwSignal::new(String::new());
    let found = load(move || {
        let query = words.get().trim().to_owned();
        hall.client.ask(SearchCatalog {
            query,
            language: ui.language.get(),
            limit: SUGGESTIONS + 1,
        })
    });
    let go = move |event: web_sys::SubmitEvent| {
        event.prevent_default();
        let words = words.get_untracked();
        let address = if words.trim().is_empty() {
            routes::SEARCH.to_owned()
        } else {
            routes::search(words.trim())
        };
        navigate(&address, Default::default());
    };
    let asked = memo(move |_| words.with(|words| !words.trim().is_empty()));
    let said = Words::made(move |language| {
        let said = found.with_ready(|hits| found_words(hits).get(language));
        said.filter(|_| asked.get()).unwrap_or_default()
    });
    let close = move |event: web_sys::KeyboardEvent| {
        if event.key() == "Escape" {
            words.set(String::new());
        }
    };
    view! {
        <div class="search-box" on:keydown=close>
            <form class="search-box-form" role="search" action=routes::SEARCH on:submit=go>
                <Icon name="search" class="search-box-icon"/>
                <input
                    id="search"
                    class="input search-box-input"
                    type="search"
                    name="q"
                    autocomplete="off"
                    data-keyboard="letters"
                    aria-label=frame::SEARCH_LABEL
                    placeholder=home::SEARCH_HINT
                    prop:value=move || words.get()
                    on:input=move |event| words.set(event_target_value(&event))
                />
                <Button label=general::SEARCH weight=Weight::Primary submit=true/>
            </form>
            <p class="visually-hidden" role="status">{said}</p>
            {move || asked.get().then(|| suggestions(found.with_ready(Clone::clone)?, words)).flatten()}
        </div>
    }
    .into_any()
}

fn suggestions(hits: Vec<SearchHit>, words: RwSignal<String>) -> Option<AnyView> {
    if hits.is_empty() {
        let typed = words.get_untracked();
        return Some(
            view! { <p class="search-box-found search-box-nothing">{find::NOTHING.with([typed.into()])}</p> }
                .into_any(),
        );
    }
    let more = hits.len() > SUGGESTIONS;
    let near = hits.first().is_some_and(|hit| hit.near);
    let rows: Vec<_> = hits
        .into_iter()
        .take(SUGGESTIONS)
        .map(|hit| item_row(&hit.item, None, hit.marks))
        .collect();
    Some(
        view! {
            <div class="search-box-found">
                {near.then(|| view! { <p class="search-box-nothing muted" aria-hidden="true">{find::NEAR}</p> })}
                <ul class="rows">{rows}</ul>
                {more.then(|| view! {
                    <a class="search-box-more" href=move || routes::search(words.get().trim())>{home::SEARCH_MORE}<Icon name="arrow-right"/></a>
                })}
            </div>
        }
        .into_any(),
    )
}
