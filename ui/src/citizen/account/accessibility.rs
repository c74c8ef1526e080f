//! What is done for people with disabilities, and whom to tell where it fails.

use leptos::prelude::*;

use crate::citizen::place::Reading;
use crate::shell::{PageHeading, use_ui};
use crate::texts::{Words, login};
use crate::view::view;

/// The accessibility statement.
#[component]
pub fn AccessibilityPage() -> impl IntoView {
    let ui = use_ui();
    let points = [
        login::ACCESS_KEYBOARD,
        login::ACCESS_READER,
        login::ACCESS_TEXT,
        login::ACCESS_ELDER,
        login::ACCESS_MOTION,
    ];
    let hotline = Words::made(move |_| ui.hotline.get());
    view! {
        <Reading>
            <PageHeading title=login::ACCESS_TITLE/>
            <p class="lead">{login::ACCESS_GOAL}</p>
            <ul class="bullets">{points.into_iter().map(|point| view! { <li>{point}</li> }).collect_view()}</ul>
            {keys()}
            <p>{login::ACCESS_TROUBLE.with([hotline])}</p>
        </Reading>
    }
    .into_any()
}

/// The keys of a desktop's window. A browser has its own, and says so itself.
fn keys() -> Option<AnyView> {
    #[cfg(feature = "shell")]
    if crate::shell::desktop::is_here() {
        use crate::{shell::keys::LISTED, texts::desktop};
        let listed = LISTED.into_iter();
        let listed = listed.map(|(keys, does)| view! { <li><kbd>{keys}</kbd>" "{does}</li> });
        return Some(
            view! {
                <h2 class="section-title">{desktop::KEYS}</h2>
                <ul class="bullets">{listed.collect_view()}</ul>
            }
            .into_any(),
        );
    }
    None
}
