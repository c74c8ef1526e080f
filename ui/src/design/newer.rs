//! Says that the hall has newer pages. The one that is open goes on with its own files until somebody opens it again.

use leptos::prelude::*;

use super::button::{Button, Weight};
use super::icon::Icon;
use crate::texts::general;
use crate::view::view;

/// What the page's script tells, and notes for whoever comes later.
const NEWER: &str = "onehallNewer";

/// The bar, once there is something newer.
#[component]
pub fn NewerBar() -> impl IntoView {
    let told = js_sys::Reflect::get(&window(), &NEWER.into()).is_ok_and(|told| told.is_truthy());
    let newer = RwSignal::new(told);
    let _ = window_event_listener_untyped(NEWER, move |_| newer.set(true));
    let reload = Callback::new(|()| {
        // What was typed is kept by the core, as with any other reload.
        let _ = window().location().reload();
    });
    view! {
        <div class="offline-slot" role="status">
            {move || newer.get().then(|| view! {
                <div class="offline-bar newer-bar">
                    <Icon name="info"/>
                    <span><strong>{general::NEWER_TITLE}</strong>" "{general::NEWER_TEXT}</span>
                    <Button label=general::NEWER_OPEN on_press=reload weight=Weight::Quiet/>
                </div>
            })}
        </div>
    }
    .into_any()
}
