//! The question whether this terminal may count, and what a yes means. It stands in the page, covers nothing, and both
//! answers weigh the same.

use leptos::prelude::*;
use onehall_protocol::analytics::DECLARED;

use crate::citizen::routes;
use crate::design::button::Button;
use crate::design::content::Disclosure;
use crate::router::use_location;
use crate::shell::{Profile, document, use_ui};
use crate::texts::{Words, insight};
use crate::view::{live, memo, view};

/// Asks, until there is an answer; not while somebody is at work on a page.
#[component]
pub fn ConsentBar() -> impl IntoView {
    let ui = use_ui();
    let location = use_location();
    let asks = memo(move |_| {
        ui.preferences.with(|preferences| preferences.analytics.is_none())
            && !location.pathname.with(|path| routes::is_work(path))
    });
    let answer = move |yes: bool| {
        Callback::new(move |()| {
            ui.prefer(|preferences| preferences.analytics = Some(yes));
            ui.say(if yes { insight::KEPT_YES } else { insight::KEPT_NO });
            // The button is gone: the focus goes on with the page.
            document::focus("main");
        })
    };
    live(move || {
        asks.get().then(|| {
            view! {
                <section class="consent" aria-labelledby="consent-title">
                    <div class="consent-body">
                        <h2 class="consent-title" id="consent-title">{insight::ASK_TITLE}</h2>
                        <p>
                            {insight::ASK_TEXT}
                            {move || (ui.profile.get() == Profile::Kiosk).then(|| view! { {insight::ASK_KIOSK} })}
                        </p>
                        <WhatIsCounted/>
                    </div>
                    <div class="consent-answers">
                        <Button label=insight::ASK_NO on_press=answer(false)/>
                        <Button label=insight::ASK_YES on_press=answer(true)/>
                    </div>
                </section>
            }
        })
    })
}

/// All that may be counted, as it is declared.
#[component]
pub fn WhatIsCounted() -> impl IntoView {
    let events = DECLARED.iter().map(|declared| {
        let words = Words::made(|language| match declared.detail {
            Some(detail) => format!("{} · {}", declared.title.get(language), detail.title.get(language)),
            None => declared.title.get(language).to_owned(),
        });
        view! { <li>{words}</li> }.into_any()
    });
    view! {
        <Disclosure summary=insight::ASK_WHAT>
            <p>{insight::WHAT_TEXT}</p>
            <ul class="bullets">{events.collect_view()}</ul>
        </Disclosure>
    }
    .into_any()
}
