//! Service halls.

use leptos::prelude::*;
use onehall_protocol::catalog::Hall as HallInfo;

use crate::citizen::place::Wide;
use crate::citizen::use_hall;
use crate::design::content::{Fact, Facts};
use crate::design::icon::Icon;
use crate::design::states::SkeletonKind;
use crate::shell::PageHeading;
use crate::texts::{Words, counted, find};
use crate::view::view;

/// A hall: where it is, when it is open, what helps there. `whole` also tells how to get there and what there is.
pub fn hall_card(hall: &HallInfo, whole: bool) -> AnyView {
    let name: Words = (&hall.name).into();
    let phone = hall.phone.clone();
    let mut facts = vec![
        Fact::new(find::ADDRESS, &hall.address),
        Fact::new(find::HOURS, &hall.hours),
        Fact::drawn(
            find::PHONE,
            view! { <a href=format!("tel:{phone}")>{phone.clone()}</a> }.into_any(),
        ),
    ];
    if whole {
        facts.push(Fact::new(find::TRANSPORT, &hall.transport));
        facts.push(Fact::new(
            find::KIOSKS,
            counted(usize::from(hall.kiosks), find::KIOSKS_COUNT, find::KIOSKS_COUNT),
        ));
        facts.push(Fact::new(find::ACCESS, &hall.accessibility));
    }
    let heading = if whole {
        view! { <h2 class="card-title"><Icon name="map-pin"/>{name}</h2> }.into_any()
    } else {
        view! { <h3 class="card-title"><Icon name="map-pin"/>{name}</h3> }.into_any()
    };
    view! {
        <li class="card" id=format!("hall-{}", hall.code)>
            {heading}
            <div class:facts-narrow=!whole><Facts facts=facts/></div>
        </li>
    }
    .into_any()
}

/// All halls.
#[component]
pub fn HallsPage() -> impl IntoView {
    let hall = use_hall();
    view! {
        <Wide>
            <PageHeading title=find::HALLS_TITLE/>
            <p class="lead">{find::HALLS_TEXT}</p>
            {hall.catalog.view(SkeletonKind::Cards, |catalog| {
                let cards = catalog.halls.iter().map(|hall| hall_card(hall, true));
                view! { <ul class="stack">{cards.collect_view()}</ul> }.into_any()
            })}
        </Wide>
    }
    .into_any()
}
