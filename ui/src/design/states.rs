//! What stands where something is not there: on its way, empty, failed, offline.

use leptos::prelude::*;
use onehall_protocol::{CoreError, ErrorCode};

use super::button::{Button, Weight};
use super::icon::Icon;
use crate::shell::{Profile, use_ui};
use crate::texts::format::moment_words;
use crate::texts::{Words, general};
use crate::view::view;

/// What is on its way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SkeletonKind {
    /// A list of rows.
    Rows,
    /// Cards beside each other.
    Cards,
    /// A page of text.
    Text,
    /// A form.
    Form,
}

/// The outline of what is on its way.
#[component]
pub fn Skeleton(
    /// What is on its way.
    kind: SkeletonKind,
) -> impl IntoView {
    let (holder, class, count) = match kind {
        SkeletonKind::Rows => ("skeletons", "skeleton skeleton-row", 5),
        SkeletonKind::Cards => ("skeletons skeletons-cards", "skeleton skeleton-card", 6),
        SkeletonKind::Text => ("skeletons", "skeleton skeleton-line", 7),
        SkeletonKind::Form => ("skeletons", "skeleton skeleton-field", 3),
    };
    view! {
        <div class=holder>
            <p class="visually-hidden" role="status">{general::LOADING}</p>
            {(0..count).map(|_| view! { <div class=class aria-hidden="true"></div> }).collect_view()}
        </div>
    }
    .into_any()
}

/// Nothing is here, and that is no fault.
#[component]
pub fn EmptyState(
    /// An icon for what would be here.
    #[prop(into)]
    icon: String,
    /// What is not here.
    #[prop(into)]
    title: Words,
    /// What one can do about it.
    #[prop(optional, into)]
    text: Option<Words>,
    /// Links or buttons.
    #[prop(optional)]
    children: Option<Children>,
) -> impl IntoView {
    view! {
        <div class="state">
            <Icon name=icon class="icon-huge"/>
            <p class="state-title">{title}</p>
            {text.map(|text| view! { <p class="state-text">{text}</p> })}
            {children.map(|children| view! { <div class="buttons buttons-center">{children()}</div> })}
        </div>
    }
    .into_any()
}

/// Something did not come.
#[component]
pub fn ErrorState(
    /// Why.
    error: CoreError,
    /// Called to try again; where it is missing, trying again would not help.
    #[prop(optional, into)]
    retry: Option<Callback<()>>,
) -> impl IntoView {
    let ui = use_ui();
    let offline = error.code == ErrorCode::Offline;
    let (icon, title) = if offline {
        ("wifi-off", general::OFFLINE_TITLE.into())
    } else if error.retryable {
        ("cloud-off", general::FAILED_TITLE.into())
    } else {
        ("circle-alert", error_words(&error))
    };
    let hotline = Words::made(move |_| ui.hotline.get());
    let text: Option<Words> = if offline {
        Some(general::OFFLINE_HINT.into())
    } else {
        error.retryable.then(|| general::FAILED_HINT.with([hotline]))
    };
    // Back online: it is tried again without being asked.
    Effect::new(move |was: Option<bool>| {
        let online = ui.online.get();
        if let (Some(false), true, Some(retry)) = (was, online, retry) {
            retry.run(());
        }
        online
    });
    view! {
        <div class="state state-bad" role="alert">
            <Icon name=icon class="icon-huge"/>
            <p class="state-title">{title}</p>
            {text.map(|text| view! { <p class="state-text">{text}</p> })}
            {retry.filter(|_| error.retryable).map(|retry| view! {
                <div class="buttons buttons-center">
                    <Button label=general::RETRY icon="refresh-cw" weight=Weight::Primary on_press=retry/>
                </div>
            })}
        </div>
    }
    .into_any()
}

/// The sentence of an error, in the language of the page.
#[must_use]
pub fn error_words(error: &CoreError) -> Words {
    let code = error.code;
    Words::made(move |language| code.text(language).to_owned())
}

/// Says that the backend cannot be reached, as long as that is so; and, where the terminal keeps what is done meanwhile, that
/// one can go on.
#[component]
pub fn OfflineBar(
    /// Whether what is done meanwhile waits and is sent; whether this device keeps it, the form itself says.
    #[prop(optional)]
    keeps: bool,
) -> impl IntoView {
    let ui = use_ui();
    // On a public machine nothing is kept.
    let hint = move || match keeps && ui.profile.get() != Profile::Kiosk {
        true => general::OFFLINE_GO_ON,
        false => general::OFFLINE_HINT,
    };
    view! {
        <div class="offline-slot" role="status">
            {move || (!ui.online.get()).then(|| view! {
                <div class="offline-bar">
                    <Icon name="wifi-off"/>
                    <span>
                        <strong>{general::OFFLINE_TITLE}</strong>" "
                        {move || ui.as_of.get().map(|at| {
                            let at = moment_words(at, ui.utc_offset.get());
                            view! { {general::SHOWN_AS_OF.with([at])}" " }
                        })}
                        {hint()}
                    </span>
                </div>
            })}
        </div>
    }
    .into_any()
}
