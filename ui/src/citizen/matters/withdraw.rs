//! Taking an application back.

use leptos::prelude::*;
use leptos::task::spawn_local;
use onehall_client::Outcome;
use onehall_client::citizen::Withdraw;
use onehall_protocol::cases::WithdrawCase;
use onehall_protocol::{CaseId, ErrorCode};

use super::loaded::CaseHere;
use crate::citizen::{routes, use_hall};
use crate::design::button::{Button, Weight};
use crate::design::dialog::Dialog;
use crate::design::states::error_words;
use crate::design::text_field::TextArea;
use crate::router::{NavigateOptions, use_navigate};
use crate::shell::{HEADING, document, use_ui};
use crate::texts::{general, matters as words};
use crate::view::view;

/// As long as a reason may be.
const MOST_CHARACTERS: u32 = 500;

/// The button, and the question that it asks.
pub(super) fn withdraw_button(here: CaseHere, id: CaseId) -> AnyView {
    let (hall, ui) = (use_hall(), use_ui());
    let navigate = use_navigate();
    let (open, busy, reason) = (RwSignal::new(false), RwSignal::new(false), RwSignal::new(String::new()));
    let withdraw = move |()| {
        let known = here.now.with_untracked(|now| {
            let summary = &now.as_ref()?.case.summary;
            Some((summary.version, summary.item_name.clone()))
        });
        let Some((version, title)) = known else { return };
        let reason = Some(reason.get_untracked().trim().to_owned()).filter(|reason| !reason.is_empty());
        busy.set(true);
        spawn_local(async move {
            let withdrawal = WithdrawCase { version, reason };
            let wait_as = Some(title);
            let outcome = hall
                .client
                .ask(Withdraw {
                    id,
                    withdrawal,
                    wait_as,
                })
                .await;
            if busy.try_set(false).is_some() {
                return;
            }
            open.set(false);
            match outcome {
                Ok(Outcome::Done(_)) => ui.say(words::WITHDRAW_DONE),
                Ok(Outcome::Queued { queued }) => {
                    return navigate(&routes::queued(queued.id), NavigateOptions::default());
                }
                Err(error) if error.code == ErrorCode::CaseMoved => ui.say_failure(words::CASE_MOVED),
                Err(error) => ui.say_failure(error_words(&error)),
            }
            here.loaded.reload();
            document::focus(HEADING);
        });
    };
    view! {
        <Button label=words::WITHDRAW icon="undo-2" on_press=Callback::new(move |()| open.set(true))/>
        <Dialog id="withdraw" title=words::WITHDRAW_ASK open=open>
            <p>{words::WITHDRAW_TEXT}</p>
            <TextArea
                id="withdraw-reason"
                label=words::WITHDRAW_REASON
                value=reason
                on_input=Callback::new(move |text| reason.set(text))
                optional=true
                max_length=MOST_CHARACTERS
                rows=3
            />
            <div class="buttons">
                <Button label=words::WITHDRAW_YES weight=Weight::Danger busy=busy on_press=Callback::new(withdraw)/>
                <Button label=general::CANCEL on_press=Callback::new(move |()| open.set(false))/>
            </div>
        </Dialog>
    }
    .into_any()
}
