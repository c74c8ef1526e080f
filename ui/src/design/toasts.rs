//! Short messages, read out where they are not seen.

use leptos::prelude::*;

use super::button::{Button, Weight};
use super::icon::Icon;
use crate::shell::{Toast, use_ui};
use crate::texts::general;
use crate::view::{keyed, view};

/// The place of the short messages. A UI has one.
#[component]
pub fn Toasts() -> impl IntoView {
    let ui = use_ui();
    let draw = move |toast: Toast| {
        let id = toast.id;
        let (class, icon) = if toast.failure {
            ("toast toast-bad", "circle-alert")
        } else {
            ("toast", "circle-check")
        };
        view! {
            <div class=class>
                <Icon name=icon/>
                <span class="toast-text">{toast.words}</span>
                <Button
                    label=general::CLOSE
                    icon="x"
                    icon_only=true
                    weight=Weight::Quiet
                    on_press=Callback::new(move |()| ui.close_toast(id))
                />
            </div>
        }
        .into_any()
    };
    view! {
        <div class="toasts" role="status" aria-live="polite">
            {keyed(move || ui.toasts.get(), |toast| toast.id.to_string(), draw)}
        </div>
    }
    .into_any()
}
