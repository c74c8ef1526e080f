//! Every service.

use leptos::prelude::*;
use onehall_protocol::catalog::{Audience, Catalog, ItemSummary};

use crate::citizen::items::{by_use, is_for, item_rows};
use crate::citizen::place::Wide;
use crate::citizen::use_hall;
use crate::design::choices::Checkbox;
use crate::design::navigation::Tabs;
use crate::design::states::SkeletonKind;
use crate::shell::PageHeading;
use crate::texts::{Words, counted, find};
use crate::view::view;

/// What the value of a tab stands for.
fn audience(tab: &str) -> Option<Audience> {
    match tab {
        "citizen" => Some(Audience::Citizen),
        "legal_person" => Some(Audience::LegalPerson),
        _ => None,
    }
}

/// Every service, for everybody or for one audience.
#[component]
pub fn ServicesPage() -> impl IntoView {
    let hall = use_hall();
    let tab = RwSignal::new("all".to_owned());
    let online_only = RwSignal::new(false);
    let tabs: Vec<(String, Words, Option<usize>)> = vec![
        ("all".to_owned(), find::FOR_ALL.into(), None),
        ("citizen".to_owned(), find::FOR_CITIZENS.into(), None),
        ("legal_person".to_owned(), find::FOR_LEGAL_PERSONS.into(), None),
    ];
    fn chosen(catalog: &Catalog, audience: Option<Audience>, online_only: bool) -> Vec<&ItemSummary> {
        let fits = |item: &&ItemSummary| is_for(item, audience) && (item.online || !online_only);
        by_use(catalog.items.iter().filter(fits).collect())
    }
    let said = Words::made(move |language| {
        let count = hall
            .catalog
            .with_ready(|catalog| chosen(catalog, tab.with(|tab| audience(tab)), online_only.get()).len());
        count
            .map(|count| counted(count, find::FOUND_ONE, find::FOUND_MORE).get(language))
            .unwrap_or_default()
    });
    view! {
        <Wide>
            <PageHeading title=find::ALL_TITLE/>
            <div class="filters">
                <Tabs label=find::ALL_TITLE tabs=Signal::stored(tabs) value=tab on_change=Callback::new(move |value| tab.set(value))/>
                <Checkbox
                    id="online-only"
                    label=find::ONLINE_ONLY
                    checked=online_only
                    on_change=Callback::new(move |on| online_only.set(on))
                />
            </div>
            <p class="muted" role="status">{said}</p>
            {hall.catalog.view(SkeletonKind::Rows, move |catalog| {
                item_rows(chosen(catalog, tab.with(|tab| audience(tab)), online_only.get()), catalog)
            })}
        </Wide>
    }
    .into_any()
}
