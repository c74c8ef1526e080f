//! The page of results: they follow each key.

use leptos::prelude::*;
use onehall_client::SearchHit;
use onehall_client::citizen::SearchCatalog;

use super::by_number::{case_by_number, case_number};
use crate::citizen::items::item_row;
use crate::citizen::place::Wide;
use crate::citizen::{routes, use_hall};
use crate::design::button::Button;
use crate::design::icon::Icon;
use crate::design::states::{EmptyState, SkeletonKind};
use crate::router::{NavigateOptions, use_navigate, use_query_map};
use crate::shell::{PageHeading, load, use_ui};
use crate::texts::{Words, counted, find, frame, general, home};
use crate::view::{effect, memo, view};

const MOST: usize = 50;

/// Search results.
#[component]
pub fn SearchPage() -> impl IntoView {
    let ui = use_ui();
    let hall = use_hall();
    let query = use_query_map();
    let navigate = use_navigate();
    let words = RwSignal::new(query.with_untracked(|query| query.get("q").unwrap_or_default()));
    // The address follows what is typed, so that the page can be shared and gone back to; a search from the page's head
    // comes in by the address.
    effect(move || {
        let asked = query.with(|query| query.get("q").unwrap_or_default());
        if words.with_untracked(|words| words.trim() != asked) {
            words.set(asked);
        }
    });
    let follow = Callback::new(move |typed: String| {
        let address = if typed.trim().is_empty() {
            routes::SEARCH.to_owned()
        } else {
            routes::search(typed.trim())
        };
        words.set(typed);
        navigate(
            &address,
            NavigateOptions {
                replace: true,
                scroll: false,
            },
        );
    });
    let asked = memo(move |_| words.with(|words| words.trim().to_owned()));
    let found = load(move || {
        hall.client.ask(SearchCatalog {
            query: asked.get(),
            language: ui.language.get(),
            limit: MOST,
        })
    });
    let title = Words::made(move |language| {
        let asked = asked.get();
        if asked.is_empty() {
            find::SEARCH_TITLE.get(language).to_owned()
        } else {
            find::SEARCH_FOR.with([asked.into()]).get(language)
        }
    });
    let said = Words::made(move |language| {
        let counts = asked.with(|asked| !asked.is_empty() && case_number(asked).is_none());
        let said = found.with_ready(|hits| found_words(hits).get(language));
        said.filter(|_| counts).unwrap_or_default()
    });
    view! {
        <Wide>
            <PageHeading title=title/>
            <form class="search-page-form" role="search" on:submit=|event| event.prevent_default()>
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
                    on:input=move |event| follow.run(event_target_value(&event))
                />
                {move || (!asked.with(String::is_empty)).then(|| view! {
                    <Button label=find::CLEAR icon="x" icon_only=true on_press=Callback::new(move |()| {
                        follow.run(String::new());
                        crate::shell::document::focus("search");
                    })/>
                })}
            </form>
            <p class="muted search-page-count" role="status">{said}</p>
            {found.view(SkeletonKind::Rows, move |hits| results(hits, asked))}
        </Wide>
    }
    .into_any()
}

/// How many were found; where they only come close, that.
pub(super) fn found_words(hits: &[SearchHit]) -> Words {
    match hits.first() {
        Some(hit) if hit.near => find::NEAR.into(),
        _ => counted(hits.len(), find::FOUND_ONE, find::FOUND_MORE),
    }
}

fn results(hits: &[SearchHit], asked: Memo<String>) -> AnyView {
    let hall = use_hall();
    let words = asked.get_untracked();
    if let Some(number) = case_number(&words) {
        return case_by_number(number, words);
    }
    if !hits.is_empty() {
        let catalog = hall.catalog_now();
        let rows: Vec<_> = hits
            .iter()
            .map(|hit| item_row(&hit.item, catalog.as_deref(), hit.marks.clone()))
            .collect();
        return view! { <ul class="rows">{rows}</ul> }.into_any();
    }
    let ui = use_ui();
    let state = if words.is_empty() {
        view! { <EmptyState icon="search" title=find::START text=find::START_TEXT/> }.into_any()
    } else {
        let text = find::NOTHING_TEXT.with([ui.hotline.get_untracked().into()]);
        view! { <EmptyState icon="search-x" title=find::NOTHING.with([words.into()]) text=text/> }.into_any()
    };
    view! { {state}<Ways/> }.into_any()
}

/// Other ways to a service: the themes.
#[component]
fn Ways() -> impl IntoView {
    let hall = use_hall();
    view! {
        <h2 class="section-title">{find::TRY_THEMES}</h2>
        {hall.catalog.view(SkeletonKind::Cards, |catalog| crate::citizen::directory::theme_tiles(catalog))}
        <p class="small muted">{general::SEARCH} " · " <a href=routes::SERVICES>{frame::ALL_SERVICES}</a></p>
    }
    .into_any()
}
