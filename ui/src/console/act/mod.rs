//! What a clerk can do with a case now: a button for each action, and one dialog for them all.

mod dialog;
mod filled;
mod items;
mod result_file;

use leptos::prelude::*;
use onehall_protocol::cases::{StaffAction, WaitsFor};

use super::case::Now;
use super::desk::use_desk;
use crate::design::button::{Button, Weight};
use crate::design::content::Section;
use crate::texts::{Words, console};
use crate::view::view;
pub(super) use dialog::ActDialog;
pub(super) use filled::Unsent;

/// The id of the part of the page with the actions.
pub(super) const ACTIONS: &str = "actions";

/// An action that a clerk is about to take.
#[derive(Clone)]
pub(super) struct Acting {
    /// The action.
    pub action: StaffAction,
    /// The version of the case that they decide on.
    pub version: u64,
    /// They had begun before their session ended.
    pub resumed: bool,
}

/// The actions that the clerk can take now.
#[component]
pub(super) fn ActionButtons(
    /// The case.
    now: Now,
    /// The action whose dialog is open.
    acting: RwSignal<Option<Acting>>,
) -> impl IntoView {
    let desk = use_desk();
    let can = Memo::new(move |_| {
        now.with(|now| {
            let now = now.as_ref()?;
            let summary = &now.case.case.summary;
            Some((now.case.actions.clone(), summary.version, summary.status.waits_for))
        })
    });
    // Who was logged out in the middle of an action finds it as it was.
    Effect::new(move |_| {
        if let (Some((actions, version, _)), Some(id)) = (
            can.get(),
            now.with_untracked(|now| now.as_ref().map(|now| now.case.case.summary.id)),
        ) {
            let interrupted = desk.take_interrupted(id);
            let action = interrupted.and_then(|code| actions.into_iter().find(|action| action.code == code));
            if let Some(action) = action {
                acting.set(Some(Acting {
                    action,
                    version,
                    resumed: true,
                }));
            }
        }
    });
    let body = move || {
        let (mut actions, version, waits_for) = can.get()?;
        if actions.is_empty() {
            let why = match waits_for {
                WaitsFor::Citizen => console::NO_ACTIONS_CITIZEN,
                WaitsFor::Nobody => console::NO_ACTIONS_ENDED,
                WaitsFor::Authority | WaitsFor::ThirdParty => console::NO_ACTIONS,
            };
            return Some(view! { <p class="quiet">{why}</p> }.into_any());
        }
        // What goes on comes first; what refuses comes last, in red.
        actions.sort_by_key(|action| action.adverse);
        let buttons: Vec<_> = actions
            .into_iter()
            .enumerate()
            .map(|(at, action)| {
                let weight = match (action.adverse, at) {
                    (true, _) => Weight::Danger,
                    (false, 0) => Weight::Primary,
                    (false, _) => Weight::Secondary,
                };
                let label = Words::from(&action.name);
                let press = Callback::new(move |()| {
                    acting.set(Some(Acting {
                        action: action.clone(),
                        version,
                        resumed: false,
                    }));
                });
                view! { <Button label=label weight=weight wide=true on_press=press/> }
            })
            .collect();
        Some(view! { <div class="console-actions">{buttons}</div> }.into_any())
    };
    view! { <Section id=ACTIONS title=console::ACTIONS>{body}</Section> }.into_any()
}
