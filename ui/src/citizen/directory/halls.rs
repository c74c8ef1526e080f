//! Service halls.

use leptos::prelude::*;
use onehall_protocol::catalog::Hall as HallInfo;

use crate::design::content::{Fact, Facts, PhoneNumber};
use crate::design::icon::Icon;
use crate::texts::{Words, counted, find};
use crate::view::view;

/// What the catalog says of a hall: where it is, when it is open; `whole` also how to get there and what there is.
pub fn hall_facts(hall: &HallInfo, whole: bool) -> AnyView {
    let phone = view! { <PhoneNumber number=hall.phone.clone()/> };
    let mut facts = vec![
        Fact::new(find::ADDRESS, &hall.address),
        Fact::new(find::HOURS, &hall.hours),
        Fact::drawn(find::PHONE, phone.into_any()),
    ];
    if whole {
        facts.push(Fact::new(find::TRANSPORT, &hall.transport));
        facts.push(Fact::new(
            find::KIOSKS,
            counted(usize::from(hall.kiosks), find::KIOSKS_COUNT, find::KIOSKS_COUNT),
        ));
        facts.push(Fact::new(find::ACCESS, &hall.accessibility));
    }
    view! { <div class:facts-narrow=!whole><Facts facts=facts/></div> }.into_any()
}

/// A hall among others: where it is, when it is open.
pub fn hall_card(hall: &HallInfo) -> AnyView {
    let name: Words = (&hall.name).into();
    view! {
        <li class="card" id=format!("hall-{}", hall.code)>
            <h3 class="card-title"><Icon name="map-pin"/>{name}</h3>
            {hall_facts(hall, false)}
        </li>
    }
    .into_any()
}
