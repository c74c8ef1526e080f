//! What covers the pages of a kiosk in its hall: before anybody has touched it, what it is and how one begins; after a visit, what
//! to take along.

use leptos::prelude::*;
use onehall_protocol::Language;

use crate::citizen::use_hall;
use crate::design::button::{Button, Weight};
use crate::design::icon::{HallSign, Icon};
use crate::shell::{kiosk, use_ui};
use crate::texts::{Words, frame, kiosk as words};
use crate::view::{live, view};

use super::Cover;

const LANGUAGES: [(Language, &str); 2] = [(Language::ZhCn, "中文"), (Language::En, "English")];

/// What covers the pages now, if anything does.
pub fn cover(covers: RwSignal<Cover>) -> AnyView {
    live(move || match covers.get() {
        Cover::None => None,
        Cover::Attract => Some(attract(covers)),
        Cover::Over => Some(over()),
    })
}

/// What a stranger sees first. A touch anywhere begins; what changes how it is said does not.
fn attract(covers: RwSignal<Cover>) -> AnyView {
    let ui = use_ui();
    let begin = move || covers.set(Cover::None);
    let help = Words::made(move |language| words::ATTRACT_HELP.with([ui.hotline.get().into()]).get(language));
    let offline = live(move || {
        (!ui.online.get()).then(|| {
            view! { <p class="cover-offline" role="status"><Icon name="wifi-off"/><span>{words::ATTRACT_OFFLINE}</span></p> }
        })
    });
    view! {
        <div class="cover" role="main" on:click=move |_| begin()>
            <p class="cover-hall"><HallSign/><span>{hall_name()}</span></p>
            <div class="cover-middle">
                <h1 class="cover-title" tabindex="-1">{words::ATTRACT_TITLE}</h1>
                <p class="cover-text">{words::ATTRACT_TEXT}</p>
                <Button id="begin" label=words::ATTRACT_GO weight=Weight::Primary icon_after="arrow-right"
                    on_press=Callback::new(move |()| begin())/>
                {offline}
                {choices()}
            </div>
            <div class="cover-foot">
                <p><Icon name="shield-check"/>{words::ATTRACT_CLEAN}</p>
                <p><Icon name="phone"/>{help}</p>
                <p class="cover-place">{place()}</p>
            </div>
        </div>
    }
    .into_any()
}

/// The language and the large view.
fn choices() -> AnyView {
    let ui = use_ui();
    let languages = LANGUAGES.map(|(language, name)| {
        let choose = move |event: web_sys::MouseEvent| {
            event.stop_propagation();
            ui.prefer(|preferences| preferences.language = Some(language));
        };
        let chosen = move || if ui.language.get() == language { "true" } else { "false" };
        view! {
            <button type="button" class="cover-choice" lang=language.tag() aria-pressed=chosen on:click=choose>{name}</button>
        }
        .into_any()
    });
    let elder = move || ui.preferences.with(|preferences| preferences.elder);
    let switch = move |event: web_sys::MouseEvent| {
        event.stop_propagation();
        ui.prefer(|preferences| preferences.elder = !preferences.elder);
    };
    let label = move || {
        if elder() {
            Words::from(frame::ELDER_OFF).now()
        } else {
            Words::from(frame::ELDER_ON).now()
        }
    };
    view! {
        <div class="cover-choices" role="group" aria-label=words::ATTRACT_LANGUAGE>
            {languages.into_iter().collect_view()}
            <button type="button" class="cover-choice" on:click=switch><Icon name="zoom-in"/><span>{label}</span></button>
        </div>
    }
    .into_any()
}

/// A visit has ended. Its process, and all that it knew, ends a moment later.
fn over() -> AnyView {
    view! {
        <div class="cover" role="alert">
            <p class="cover-hall"><HallSign/><span>{hall_name()}</span></p>
            <div class="cover-middle">
                <Icon name="circle-check" class="icon-huge"/>
                <h1 class="cover-title">{words::OVER_TITLE}</h1>
                <p class="cover-text">{words::OVER_TEXT}</p>
            </div>
            <div class="cover-foot"><p><Icon name="shield-check"/>{words::OVER_CLEARING}</p></div>
        </div>
    }
    .into_any()
}

/// The name of the hall in which this kiosk stands.
fn hall_name() -> Words {
    let hall = use_hall();
    Words::made(move |language| {
        let here = kiosk::hall();
        let named = hall.catalog.with_ready(|catalog| {
            let found = catalog.halls.iter().find(|hall| Some(&hall.code) == here.as_ref());
            found
                .map_or(&catalog.city.hall_name, |hall| &hall.name)
                .get(language)
                .to_owned()
        });
        named.unwrap_or_else(|| frame::HALL.get(language).to_owned())
    })
}

/// Which kiosk it is, as its operator wrote it.
fn place() -> Words {
    Words::made(|language| match (language, kiosk::number()) {
        (Language::En, Some(number)) => words::ATTRACT_NUMBER.with([number.to_string().into()]).get(language),
        _ => kiosk::place().unwrap_or_default(),
    })
}
