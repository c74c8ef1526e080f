//! Buttons and links that look like them.

use leptos::prelude::*;

use super::icon::Icon;
use crate::texts::{Words, general};
use crate::view::view;

/// How much weight a button has. A page has at most one primary button.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Weight {
    /// The one thing to do here.
    Primary,
    /// Something else that can be done.
    #[default]
    Secondary,
    /// Something by the way: drawn as a link.
    Quiet,
    /// Takes something away, or refuses.
    Danger,
}

impl Weight {
    fn class(self) -> &'static str {
        match self {
            Weight::Primary => "button button-primary",
            Weight::Secondary => "button button-secondary",
            Weight::Quiet => "button button-quiet",
            Weight::Danger => "button button-danger",
        }
    }
}

/// A button. While it is busy it says so, and a press does nothing: it stays focusable, so that nobody loses their place.
#[component]
pub fn Button(
    /// What it does.
    #[prop(into)]
    label: Words,
    /// Called when it is pressed; a submit button of a form may leave it out.
    #[prop(optional, into)]
    on_press: Option<Callback<()>>,
    /// Its weight.
    #[prop(optional)]
    weight: Weight,
    /// An icon before the label.
    #[prop(optional, into)]
    icon: Option<String>,
    /// An icon behind the label.
    #[prop(optional, into)]
    icon_after: Option<String>,
    /// Draws the icon alone; the label is for screen readers and as a tooltip.
    #[prop(optional)]
    icon_only: bool,
    /// Submits the form that it stands in.
    #[prop(optional)]
    submit: bool,
    /// Something is under way.
    #[prop(optional, into)]
    busy: Signal<bool>,
    /// Cannot be pressed now. Say nearby why.
    #[prop(optional, into)]
    disabled: Signal<bool>,
    /// As wide as what it stands in.
    #[prop(optional)]
    wide: bool,
    /// An id, where something refers to it.
    #[prop(optional, into)]
    id: Option<String>,
) -> impl IntoView {
    let press = move |event: web_sys::MouseEvent| {
        if busy.get_untracked() || disabled.get_untracked() {
            event.prevent_default();
        } else if let Some(on_press) = on_press {
            on_press.run(());
        }
    };
    let title = icon_only.then(|| label.clone());
    view! {
        <button
            type=if submit { "submit" } else { "button" }
            id=id
            class=weight.class()
            class:button-wide=wide
            class:button-icon-only=icon_only
            aria-disabled=move || (disabled.get() || busy.get()).then_some("true")
            aria-busy=move || busy.get().then_some("true")
            title=title.map(|title| move || title.now())
            on:click=press
        >
            {move || busy.get().then(|| view! { <Icon name="loader-circle" class="icon-spin"/> })}
            {icon.map(|icon| view! { <Icon name=icon/> })}
            <span class="button-label" class:visually-hidden=icon_only>{label}</span>
            {icon_after.map(|icon| view! { <Icon name=icon/> })}
            {move || busy.get().then(|| view! { <span class="visually-hidden">{general::WORKING}</span> })}
        </button>
    }
    .into_any()
}

/// A link that is drawn as a button, because it is the thing to do here.
#[component]
pub fn ButtonLink(
    /// Where it leads.
    #[prop(into)]
    href: Signal<String>,
    /// What it does.
    #[prop(into)]
    label: Words,
    /// Its weight.
    #[prop(optional)]
    weight: Weight,
    /// An icon before the label.
    #[prop(optional, into)]
    icon: Option<String>,
    /// An icon behind the label.
    #[prop(optional, into)]
    icon_after: Option<String>,
    /// As wide as what it stands in.
    #[prop(optional)]
    wide: bool,
) -> impl IntoView {
    view! {
        <a href=move || href.get() class=weight.class() class:button-wide=wide>
            {icon.map(|icon| view! { <Icon name=icon/> })}
            <span class="button-label">{label}</span>
            {icon_after.map(|icon| view! { <Icon name=icon/> })}
        </a>
    }
    .into_any()
}
