//! A question that has to be answered before one goes on: a native modal `<dialog>`, which holds the focus by itself and
//! gives it back.

use leptos::html;
use leptos::prelude::*;

use super::button::{Button, Weight};
use crate::shell::document;
use crate::texts::{Words, general};
use crate::view::{effect, view};

/// A dialog. Closed by Escape, by its cross, or by setting `open`.
#[component]
pub fn Dialog(
    /// The id of the dialog.
    #[prop(into)]
    id: String,
    /// What it asks.
    #[prop(into)]
    title: Words,
    /// Whether it is open.
    open: RwSignal<bool>,
    /// The id of what has the focus when it opens; its cross where nothing is named.
    #[prop(optional)]
    first: Option<&'static str>,
    /// The id of what a screen reader says of it when it opens, beside its title.
    #[prop(optional)]
    described_by: Option<&'static str>,
    /// What it says, and its buttons.
    children: Children,
) -> impl IntoView {
    let node: NodeRef<html::Dialog> = NodeRef::new();
    effect(move || {
        let open = open.get();
        if let Some(dialog) = node.get() {
            if open && !dialog.open() {
                let _ = dialog.show_modal();
                if let Some(first) = first {
                    document::focus(first);
                }
            } else if !open && dialog.open() {
                dialog.close();
            }
        }
    });
    let title_id = format!("{id}-title");
    let heading_id = title_id.clone();
    view! {
        <dialog
            id=id
            class="dialog"
            aria-labelledby=title_id
            aria-describedby=described_by
            node_ref=node
            on:close=move |_| open.set(false)
        >
            <div class="dialog-head">
                <h2 class="dialog-title" id=heading_id>{title}</h2>
                <Button
                    label=general::CLOSE
                    icon="x"
                    icon_only=true
                    weight=Weight::Quiet
                    on_press=Callback::new(move |()| open.set(false))
                />
            </div>
            <div class="dialog-body">{children()}</div>
        </dialog>
    }
    .into_any()
}

/// A dialog that asks whether to go on.
#[component]
pub fn ConfirmDialog(
    /// The id of the dialog.
    #[prop(into)]
    id: String,
    /// What it asks.
    #[prop(into)]
    title: Words,
    /// What happens then.
    #[prop(into)]
    text: Words,
    /// The button that goes on.
    #[prop(into)]
    confirm: Words,
    /// Going on takes something away.
    #[prop(optional)]
    danger: bool,
    /// Whether it is open.
    open: RwSignal<bool>,
    /// Something is under way.
    #[prop(optional, into)]
    busy: Signal<bool>,
    /// Called when one goes on. The page closes the dialog.
    #[prop(into)]
    on_confirm: Callback<()>,
) -> impl IntoView {
    view! {
        <Dialog id=id title=title open=open>
            <p>{text}</p>
            <div class="buttons">
                <Button
                    label=confirm
                    weight=if danger { Weight::Danger } else { Weight::Primary }
                    busy=busy
                    on_press=on_confirm
                />
                <Button label=general::CANCEL on_press=Callback::new(move |()| open.set(false))/>
            </div>
        </Dialog>
    }
    .into_any()
}
