//! The machine that asks: what it is, where it stands, and which number its screen shows.

use std::sync::Arc;

use leptos::prelude::*;
use onehall_protocol::authorization::DeviceView;
use onehall_protocol::catalog::Catalog;
use onehall_protocol::{HallCode, Text};

use super::scopes::Choice;
use super::{known_as, level_notice};
use crate::citizen::place::Reading;
use crate::citizen::{Hall, routes};
use crate::design::button::Button;
use crate::design::content::{Fact, Facts};
use crate::design::notice::{Notice, Tone};
use crate::shell::{Loaded, PageHeading, use_ui};
use crate::texts::{Words, authorization as words, format};
use crate::view::{live, view};

/// What the citizen answers to a machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Said {
    /// The number that stands on its screen, and what it is given.
    Number(String, Vec<String>),
    /// It is not let in.
    Refused,
}

/// Asks whether the machine is let in. A number is the answer: nothing else has to be pressed.
pub(super) fn machine_view(
    hall: Hall,
    machine: &DeviceView,
    busy: RwSignal<Option<Said>>,
    failed: RwSignal<Option<Words>>,
    say: Callback<Said>,
) -> AnyView {
    let ui = use_ui();
    let Some(session) = hall.session.get_untracked() else {
        return ().into_any();
    };
    let choice = Choice::of(&machine.scopes, ui.profile.get_untracked());
    let facts = vec![
        Fact::new(words::PLACE, place_words(hall.catalog, machine)),
        Fact::new(words::MACHINE, machine_words(machine)),
        Fact::new(
            words::SINCE,
            format::moment_words(machine.asked_at, ui.utc_offset.get_untracked()),
        ),
        Fact::new(words::ACCOUNT, known_as(&session)),
    ];
    let asks = if session.assurance < machine.assurance {
        let who = (&machine.client.name).into();
        let back = words::LEVEL_BACK_DEVICE;
        level_notice(who, machine.assurance, session.assurance, routes::DEVICE, back)
    } else {
        view! {
            {choice.view()}
            {numbers(machine, choice, busy, say)}
        }
        .into_any()
    };
    let refusing = Signal::derive(move || busy.with(|said| *said == Some(Said::Refused)));
    view! {
        <Reading>
            <PageHeading title=words::ASK_TITLE/>
            {warning()}
            <div class="card machine"><Facts facts=facts/></div>
            {asks}
            {live(move || failed.get().map(|why| view! {
                <Notice tone=Tone::Bad role="alert"><p>{why}</p></Notice>
            }))}
            <div class="buttons">
                <Button
                    label=words::NOT_ME
                    icon="circle-x"
                    wide=true
                    busy=refusing
                    on_press=Callback::new(move |()| say.run(Said::Refused))
                />
            </div>
        </Reading>
    }
    .into_any()
}

/// Against codes that somebody sent.
pub(super) fn warning() -> AnyView {
    view! { <Notice tone=Tone::Attention title=words::WARNING_TITLE><p>{words::WARNING}</p></Notice> }.into_any()
}

/// The numbers, as large as a thumb: whoever stands behind should not wait long.
fn numbers(machine: &DeviceView, choice: Choice, busy: RwSignal<Option<Said>>, say: Callback<Said>) -> AnyView {
    let number = |number: &String| {
        let (shown, mine, said) = (number.clone(), number.clone(), number.clone());
        let under_way =
            Signal::derive(move || busy.with(|busy| matches!(busy, Some(Said::Number(number, _)) if *number == mine)));
        let press = Callback::new(move |()| say.run(Said::Number(said.clone(), choice.given())));
        view! { <li><Button label=shown wide=true busy=under_way on_press=press/></li> }.into_any()
    };
    view! {
        <div class="confirm-number" role="group" aria-labelledby="confirm-number" aria-describedby="confirm-number-hint">
            <h2 class="confirm-number-title" id="confirm-number">{words::NUMBER}</h2>
            <p class="field-hint" id="confirm-number-hint">{words::NUMBER_HINT}</p>
            <ul class="confirm-numbers">{machine.choices.iter().map(number).collect_view()}</ul>
        </div>
    }
    .into_any()
}

fn machine_words(machine: &DeviceView) -> Words {
    let client = &machine.client;
    let (name, operator): (Text, Text) = (client.name.clone(), client.operator.clone());
    Words::made(move |language| format!("{}\n{}", name.get(language), operator.get(language)))
}

/// The hall and the place in it, as far as they are known; the citizen is told where they are not.
fn place_words(catalog: Loaded<Arc<Catalog>>, machine: &DeviceView) -> Words {
    let Some(place) = machine.place.clone() else {
        return words::PLACE_UNKNOWN.into();
    };
    let code = machine.hall.clone();
    Words::made(move |language| {
        let place = place.get(language);
        match code.as_ref().and_then(|code| hall_name(catalog, code)) {
            Some(name) => format!("{}\n{place}", name.get(language)),
            None => place.to_owned(),
        }
    })
}

fn hall_name(catalog: Loaded<Arc<Catalog>>, code: &HallCode) -> Option<Text> {
    let found = catalog.with_ready(|catalog| {
        let halls = catalog.halls.iter();
        halls.filter(|one| one.code == *code).map(|one| one.name.clone()).next()
    });
    found.flatten()
}
