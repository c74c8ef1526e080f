//! Something to know, in its place on the page; and tags that say where something stands.

use leptos::prelude::*;

use super::icon::Icon;
use crate::texts::Words;
use crate::view::view;

/// What a notice or tag is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Tone {
    /// Nothing special.
    #[default]
    Plain,
    /// Something to know.
    Info,
    /// It went well.
    Good,
    /// Something to take care of: it waits for the reader.
    Attention,
    /// It went wrong.
    Bad,
}

impl Tone {
    /// The end of its classes.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Tone::Plain => "plain",
            Tone::Info => "info",
            Tone::Good => "good",
            Tone::Attention => "attention",
            Tone::Bad => "bad",
        }
    }

    fn icon(self) -> &'static str {
        match self {
            Tone::Plain | Tone::Info => "info",
            Tone::Good => "circle-check",
            Tone::Attention => "triangle-alert",
            Tone::Bad => "circle-alert",
        }
    }
}

/// A notice.
#[component]
pub fn Notice(
    /// What it is about.
    #[prop(optional)]
    tone: Tone,
    /// Its title.
    #[prop(optional, into)]
    title: Option<Words>,
    /// Read out when it appears: `status`, or `alert` where it cannot wait.
    #[prop(optional)]
    role: Option<&'static str>,
    /// What it says.
    children: Children,
) -> impl IntoView {
    view! {
        <div class=format!("notice notice-{}", tone.name()) role=role>
            <Icon name=tone.icon()/>
            <div class="notice-body">
                {title.map(|title| view! { <p class="notice-title">{title}</p> })}
                {children()}
            </div>
        </div>
    }
    .into_any()
}

/// A tag: one or two words on where something stands.
#[component]
pub fn Tag(
    /// What it says.
    #[prop(into)]
    label: Words,
    /// What it is about.
    #[prop(optional)]
    tone: Tone,
    /// An icon before it: a state must not be told by colour alone.
    #[prop(optional, into)]
    icon: Option<String>,
) -> impl IntoView {
    view! {
        <span class=format!("tag tag-{}", tone.name())>
            {icon.map(|icon| view! { <Icon name=icon/> })}
            {label}
        </span>
    }
    .into_any()
}
