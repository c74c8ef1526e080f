//! There is no such page, or no such thing.

use leptos::prelude::*;

use super::place::Wide;
use super::routes;
use crate::design::button::{ButtonLink, Weight};
use crate::design::icon::Icon;
use crate::shell::PageHeading;
use crate::texts::{find, general};
use crate::view::view;

/// What stands where a page would.
#[component]
pub fn NotFound() -> impl IntoView {
    view! {
        <div class="state">
            <Icon name="search-x" class="icon-huge"/>
            <PageHeading title=find::NOT_FOUND_TITLE/>
            <p class="state-text">{find::NOT_FOUND_TEXT}</p>
            <div class="buttons buttons-center">
                <ButtonLink href=routes::HOME label=find::GO_HOME weight=Weight::Primary/>
                <ButtonLink href=routes::SEARCH label=general::SEARCH icon="search"/>
            </div>
        </div>
    }
    .into_any()
}

/// The page of an address that leads nowhere.
#[component]
pub fn NotFoundPage() -> impl IntoView {
    view! { <Wide><NotFound/></Wide> }.into_any()
}
