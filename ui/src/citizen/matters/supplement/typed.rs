//! What was typed for a supplement and not handed in: kept on this device while one types, and there again when the page is
//! opened anew.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use leptos::prelude::*;
use leptos::task::spawn_local;
use onehall_client::TypedSupplement;
use onehall_client::citizen::KeepSupplement;
use onehall_protocol::CaseId;

use crate::citizen::Client;
use crate::shell::Ui;
use crate::texts::{fill, matters as words};
use crate::view::view;

/// Keeps what was typed, one write after the other, so that the newest is the last. Cheap to copy.
#[derive(Clone, Copy)]
pub(super) struct Keeping {
    client: Client,
    case: CaseId,
    line: StoredValue<Rc<Line>, LocalStorage>,
    /// Whether what was typed is kept; none while nothing was typed.
    kept: RwSignal<Option<bool>>,
    /// Whether something is being kept.
    busy: RwSignal<bool>,
}

/// What waits to be kept. It outlives the page: who leaves it at once loses nothing.
#[derive(Default)]
struct Line {
    next: RefCell<Option<Option<TypedSupplement>>>,
    under_way: Cell<bool>,
}

impl Keeping {
    /// Nothing kept yet, or what was found kept.
    pub(super) fn new(client: Client, case: CaseId, found: bool) -> Keeping {
        Keeping {
            client,
            case,
            line: StoredValue::new_local(Rc::default()),
            kept: RwSignal::new(found.then_some(true)),
            busy: RwSignal::new(false),
        }
    }

    /// Keeps what was typed; none forgets it.
    pub(super) fn keep(self, typed: Option<TypedSupplement>) {
        let Some(line) = self.line.try_get_value() else { return };
        line.next.replace(Some(typed));
        if line.under_way.replace(true) {
            return;
        }
        let _ = self.busy.try_set(true);
        spawn_local(async move {
            loop {
                let next = line.next.take();
                let Some(typed) = next else { break };
                let something = typed.is_some();
                let asked = KeepSupplement { id: self.case, typed };
                let kept = self.client.ask(asked).await.unwrap_or(false);
                let _ = self.kept.try_set(something.then_some(kept));
            }
            line.under_way.set(false);
            let _ = self.busy.try_set(false);
        });
    }

    /// Whether something that was typed would be lost with the page.
    fn would_be_lost(self) -> bool {
        let under_way = self.line.try_get_value().is_some_and(|line| line.under_way.get());
        under_way || self.kept.try_get_untracked().flatten() == Some(false)
    }

    /// Asks who closes the page with something on it that is kept nowhere.
    pub(super) fn warn_before_the_tab_closes(self, ui: Ui) {
        let handle = window_event_listener(leptos::ev::beforeunload, move |event| {
            if self.would_be_lost() {
                event.prevent_default();
                event.set_return_value(fill::NOT_SAVED_LEAVE.get(ui.language.get_untracked()));
            }
        });
        on_cleanup(move || handle.remove());
    }

    /// Where what was typed is, once something was.
    pub(super) fn said(self) -> AnyView {
        let said = move || {
            let kept = self.kept.get()?;
            let words = if kept {
                words::SUPPLEMENT_KEPT
            } else {
                words::SUPPLEMENT_NOT_SAVED
            };
            Some(view! { <p class="field-hint">{words}</p> })
        };
        view! { <div role="status" class="kept-line" aria-busy=move || self.busy.get().to_string()>{said}</div> }
            .into_any()
    }
}
