//! The author's desk: what is wrong in the file, how the form is looked at, what the engine says of the answers, and the
//! form itself in a frame.

mod controls;
mod findings;
mod says;
mod stage;
mod state;

use leptos::prelude::*;
use onehall_client::Preferences;
use onehall_protocol::Language;

use self::state::{Desk, use_desk};
use crate::design::button::{Button, Weight};
use crate::design::icon::HallSign;
use crate::design::notice::{Tag, Tone};
use crate::design::toasts::Toasts;
use crate::shell::{PageHeading, SiteName, Ui, document, use_ui};
use crate::texts::{Words, counted, preview};
use crate::view::view;

/// Starts the desk.
pub fn start() {
    leptos::mount::mount_to(document::app_root(), || {
        let ui = Ui::provide(Preferences::default());
        provide_context(SiteName(Signal::derive(move || {
            preview::SITE.get(ui.language.get()).to_owned()
        })));
        Desk::provide(ui);
        view! { <Page/> }
    })
    .forget();
    document::remove_boot();
}

#[component]
fn Page() -> impl IntoView {
    let skip = |event: web_sys::MouseEvent| {
        event.prevent_default();
        document::reveal("desk-side");
    };
    view! {
        <a class="skip" href="#desk-side" on:click=skip>{preview::SKIP_TO_SIDE}</a>
        <div class="desk">
            <Head/>
            <main class="desk-body" id="main" aria-label=preview::DESK>
                <stage::Stage/>
                <div class="desk-side" id="desk-side" tabindex="-1">
                    <findings::Findings/>
                    <controls::Controls/>
                    <says::Says/>
                </div>
            </main>
        </div>
        <Toasts/>
    }
    .into_any()
}

#[component]
fn Head() -> impl IntoView {
    let (desk, ui) = (use_desk(), use_ui());
    let title = Words::made(move |language| {
        let file = desk.seen.with(|seen| seen.as_ref().map(|seen| seen.file.clone()));
        match file {
            Some(file) => format!("{file} · {}", preview::TITLE.get(language)),
            None => preview::TITLE.get(language).to_owned(),
        }
    });
    let turn = move |()| {
        ui.prefer(|preferences| {
            preferences.language = Some(match ui.language.get_untracked() {
                Language::ZhCn => Language::En,
                Language::En => Language::ZhCn,
            });
        });
    };
    view! {
        <header class="desk-head" aria-label=preview::HEAD>
            <HallSign/>
            <div class="desk-title"><PageHeading title=title/></div>
            <div role="status" class="desk-standing">{move || standing(desk)}</div>
            <p class="desk-nothing">{preview::NOTHING_LEAVES}</p>
            <Button label=preview::OTHER_LANGUAGE weight=Weight::Quiet icon="languages" on_press=Callback::new(turn)/>
        </header>
    }
    .into_any()
}

/// Where the file stands, in a word.
fn standing(desk: Desk) -> AnyView {
    let found = desk.seen.with(|seen| seen.as_ref().map(|seen| seen.findings.len()));
    let (tone, words): (Tone, Words) = match (desk.connected.get(), found) {
        (false, Some(_)) => (Tone::Attention, preview::NOT_CONNECTED.into()),
        (_, None) => (Tone::Plain, preview::CONNECTING.into()),
        (_, Some(0)) => (Tone::Good, preview::SOUND.into()),
        (_, Some(found)) => (Tone::Bad, counted(found, preview::FINDING_ONE, preview::FINDINGS)),
    };
    view! { <Tag tone=tone label=words/> }.into_any()
}
