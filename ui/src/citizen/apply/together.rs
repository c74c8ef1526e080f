//! One draft on several terminals: who else has it open, and how to go on elsewhere.

use leptos::prelude::*;
use leptos::task::spawn_local;
use onehall_client::citizen::AttendDraft;
use onehall_protocol::identity::TerminalKind;

use super::application::Application;
use crate::citizen::questions::elsewhere::terminal_words;
use crate::citizen::routes;
use crate::design::button::{Button, Weight};
use crate::design::dialog::Dialog;
use crate::design::icon::Icon;
use crate::design::qr::Qr;
use crate::shell::Profile;
use crate::texts::{Words, elsewhere, fill};
use crate::view::{effect, live, view};

impl Application {
    /// Says that the draft is open here, until the page of it is gone.
    pub(super) fn attend(self) {
        let say = move |here| {
            let said = self.hall.client.ask(AttendDraft { id: self.id, here });
            // Where nobody can be told now, nobody need know.
            spawn_local(async move { drop(said.await) });
        };
        say(true);
        on_cleanup(move || say(false));
    }
}

/// The names of terminals, each once.
fn names(terminals: &[TerminalKind]) -> Words {
    let mut kinds = terminals.to_vec();
    kinds.dedup();
    Words::made(move |language| {
        let names = kinds.iter().map(|kind| terminal_words(*kind).get(language));
        names.collect::<Vec<_>>().join(elsewhere::AND.get(language))
    })
}

/// Who else has the draft open. Read out when somebody comes.
pub(super) fn also_open(application: Application) -> AnyView {
    let others = application.others;
    view! {
        <p class="also-open" role="status">
            {live(move || {
                let others = others.get();
                (!others.is_empty()).then(|| view! {
                    <Icon name="monitor-smartphone"/>
                    <span>{elsewhere::ALSO_OPEN.with([names(&others)])}</span>
                })
            })}
        </p>
    }
    .into_any()
}

/// The button that shows the way to go on on a phone.
pub(super) fn continue_button(application: Application) -> AnyView {
    if cfg!(feature = "preview") {
        // What is looked at while it is written is on this machine alone.
        return ().into_any();
    }
    let (open, address, saved) = (
        RwSignal::new(false),
        RwSignal::new(None::<String>),
        RwSignal::new(None::<bool>),
    );
    let on_phone = application.ui.profile.get_untracked() == Profile::Mobile;
    let (label, help) = if on_phone {
        (elsewhere::CONTINUE_ELSEWHERE, elsewhere::CONTINUE_HELP_ELSEWHERE)
    } else {
        (elsewhere::CONTINUE, elsewhere::CONTINUE_HELP)
    };
    let show = move |()| {
        open.set(true);
        saved.set(None);
        spawn_local(async move {
            let there = application.hall.address_of(&routes::draft(application.id)).await;
            let _ = address.try_set(Some(there));
            // What was typed a moment before is to be there, too.
            let _ = saved.try_set(Some(application.flush().await.is_ok()));
        });
    };
    // Whoever comes while the code is shown is the one that it was shown to.
    let came = RwSignal::new(Vec::<TerminalKind>::new());
    let before = StoredValue::new(Vec::<TerminalKind>::new());
    effect(move || {
        let others = application.others.get();
        if !open.get() {
            before.set_value(others);
            came.set(Vec::new());
            return;
        }
        let mut new = others;
        before.with_value(|before| {
            for known in before {
                if let Some(at) = new.iter().position(|one| one == known) {
                    new.remove(at);
                }
            }
        });
        came.set(new);
    });
    let code = live(move || {
        address.get().map(|address| {
            view! {
                <div class="continue-code"><Qr text=address.clone() label=elsewhere::CONTINUE_CODE/></div>
                <p>{elsewhere::CONTINUE_TYPE}</p>
                <p class="continue-address">{address}</p>
            }
        })
    });
    let stands = live(move || {
        let came = came.get();
        if !came.is_empty() {
            return view! { <p class="continue-opened"><Icon name="circle-check"/><span>{elsewhere::CONTINUE_OPENED.with([names(&came)])}</span></p> }
                .into_any();
        }
        let words = match saved.get() {
            None => Words::from(elsewhere::CONTINUE_SAVING),
            Some(false) => elsewhere::CONTINUE_UNSAVED.into(),
            Some(true) => Words::made(move |language| match application.saving.get() {
                onehall_client::SaveState::Saved { at } => {
                    super::saving::clock_words(fill::SAVED_AT, at, application.ui.utc_offset.get(), language)
                }
                _ => fill::SAVING.get(language).to_owned(),
            }),
        };
        view! { <p class="field-hint">{words}</p> }.into_any()
    });
    view! {
        <Button label=label weight=Weight::Quiet icon="smartphone" on_press=Callback::new(show)/>
        <Dialog id="continue-elsewhere" title=label open=open>
            <p>{help}</p>
            {code}
            <div role="status">{stands}</div>
        </Dialog>
    }
    .into_any()
}
