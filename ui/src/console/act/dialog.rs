//! The dialog of an action: what it needs, and what happens then.

use leptos::prelude::*;
use leptos::task::spawn_local;
use onehall_client::staff::Act;
use onehall_protocol::ErrorCode;
use onehall_protocol::cases::ActionInput;

use super::filled::{DOCUMENT, FILE, Filled, LONGEST_NUMBER, LONGEST_REASON, REASON, SURE};
use super::items::SupplementItems;
use super::result_file::ResultFile;
use super::{ACTIONS, Acting};
use crate::console::case::{Now, Opened, Reading};
use crate::console::desk::use_desk;
use crate::design::button::{Button, Weight};
use crate::design::choices::Checkbox;
use crate::design::dialog::Dialog;
use crate::design::errors::{ErrorSummary, SummaryLine};
use crate::design::notice::{Notice, Tone};
use crate::design::text_field::{TextArea, TextField, Width};
use crate::shell::{Loaded, document, use_ui};
use crate::texts::{Words, console, general};
use crate::view::view;

/// The dialog of an action. It stands beside the page, not in it: what changes on the page takes nothing from who fills
/// it in, but tells them.
#[component]
pub(in crate::console) fn ActDialog(
    /// The action.
    act: Acting,
    /// The case as it is now.
    now: Now,
    /// Its answers.
    reading: Memo<Reading>,
    /// Where it is loaded.
    opened: Loaded<Opened>,
    /// The action whose dialog is open.
    acting: RwSignal<Option<Acting>>,
) -> impl IntoView {
    let desk = use_desk();
    let ui = use_ui();
    let Acting {
        action,
        version,
        resumed,
    } = act;
    let Some(case) = now.with_untracked(|now| now.as_ref().map(|now| now.case.case.summary.id)) else {
        return ().into_any();
    };
    let open = RwSignal::new(true);
    Effect::new(move || {
        if !open.get() {
            acting.set(None);
        }
    });
    let left = desk.take_unsent(case, &action.code);
    let found_again = left.is_some();
    let filled = Filled::new(left);
    let lines: RwSignal<Vec<SummaryLine>> = RwSignal::new(Vec::new());
    let busy = RwSignal::new(false);
    let sent = StoredValue::new(false);
    let who = desk
        .session
        .with_untracked(|session| session.as_ref().map(|session| session.id));
    let code = action.code.clone();
    on_cleanup(move || {
        if let (false, Some(who)) = (sent.get_value(), who) {
            let interrupted = desk.session.with_untracked(Option::is_none);
            desk.keep_unsent(filled.left(who, case, code.clone(), interrupted));
        }
    });

    // Somebody else was quicker: either the hall said so, or the page has seen it.
    let refused = RwSignal::new(false);
    let standing = Memo::new(move |_| {
        now.with(|now| {
            now.as_ref().map(|now| {
                (
                    now.case.case.summary.version,
                    now.case.case.summary.status.step_name.clone(),
                )
            })
        })
    });
    let moved = Memo::new(move |_| {
        let other = standing.with(|standing| standing.as_ref().is_some_and(|(seen, _)| *seen != version));
        !busy.get() && (refused.get() || other)
    });

    let takes = {
        let action = action.clone();
        move |input: ActionInput| action.required.contains(&input) || action.optional.contains(&input)
    };
    let needs_reason = action.required.contains(&ActionInput::Reason);
    let needs_file = action.required.contains(&ActionInput::ResultFile);
    let name = Words::from(&action.name);
    let error_of = move |field: &'static str| {
        Signal::derive(move || {
            let of_field = |line: &&SummaryLine| line.field.as_deref() == Some(field);
            lines.with(|lines| lines.iter().find(of_field).map(|line| line.words.clone()))
        })
    };

    let send_action = action.clone();
    let send = Callback::new(move |()| {
        if busy.get_untracked() || moved.get_untracked() {
            return;
        }
        let missing = filled.missing(&send_action, |path| {
            reading.with_untracked(|reading| reading.label_of(path))
        });
        let complete = missing.is_empty();
        lines.set(missing);
        if !complete {
            return;
        }
        busy.set(true);
        let act = filled.action(&send_action, version);
        let done = Words::from(&send_action.name);
        spawn_local(async move {
            let answer = desk.core.ask(Act { id: case, action: act }).await;
            match answer {
                Ok(case) => {
                    sent.try_set_value(true);
                    desk.own_step(case.case.summary.version);
                    let form = untrack(|| opened.with_ready(|opened| opened.form.clone()));
                    let _ = open.try_set(false);
                    ui.say(console::ACT_DONE.with([done]));
                    if let Some(form) = form {
                        opened.put(Opened { case, form });
                    }
                    // What was pressed is gone: one goes on where the next step is.
                    request_animation_frame(|| document::reveal(ACTIONS));
                }
                Err(error) if matches!(error.code, ErrorCode::CaseMoved | ErrorCode::ActionOutOfState) => {
                    opened.reload();
                    let _ = busy.try_set(false);
                    let _ = refused.try_set(true);
                }
                // The page asks to log in; what was typed is found again afterwards.
                Err(error) if error.code == ErrorCode::NotLoggedIn => {}
                Err(error) => {
                    let _ = busy.try_set(false);
                    let _ = lines.try_set(filled.refused(&error));
                }
            }
        });
    });

    let reason = takes(ActionInput::Reason).then(|| {
        let label = if needs_reason { console::ACT_REASON } else { console::ACT_NOTE };
        view! {
            <TextArea id=REASON label=label hint=console::ACT_REASON_HINT value=filled.reason optional=!needs_reason
                max_length=LONGEST_REASON on_input=Callback::new(move |text| filled.reason.set(text)) error=error_of(REASON)/>
        }
    });
    let items = takes(ActionInput::SupplementItems)
        .then(|| view! { <SupplementItems reading=reading.get_untracked() filled=filled lines=lines/> });
    let number = takes(ActionInput::DocumentNumber).then(|| {
        let optional = !action.required.contains(&ActionInput::DocumentNumber);
        view! {
            <TextField id=DOCUMENT label=console::ACT_DOCUMENT value=filled.document_number width=Width::Full optional=optional
                max_length=LONGEST_NUMBER on_input=Callback::new(move |text| filled.document_number.set(text))
                error=error_of(DOCUMENT)/>
        }
    });
    let file = takes(ActionInput::ResultFile)
        .then(|| view! { <ResultFile case=case filled=filled optional=!needs_file error=error_of(FILE)/> });
    let adverse = action.adverse.then(|| {
        view! {
            <Notice tone=Tone::Attention><p>{console::ACT_ADVERSE}</p></Notice>
            <Checkbox id=SURE label=console::ACT_ADVERSE_SURE.with([name.clone()]) checked=filled.sure
                on_change=Callback::new(move |sure| filled.sure.set(sure)) error=error_of(SURE)/>
        }
    });
    let found = found_again.then(|| {
        let words = if resumed {
            console::ACT_RESUMED
        } else {
            console::ACT_FOUND_AGAIN
        };
        view! { <Notice tone=Tone::Info><p>{words}</p></Notice> }
    });
    let too_late = move || {
        moved.get().then(|| {
            let step = standing
                .get()
                .map(|(_, step)| Words::from(&step))
                .unwrap_or_else(|| "".into());
            view! {
                <Notice tone=Tone::Attention title=console::CASE_MOVED role="alert">
                    <p>{console::CASE_MOVED_NOW.with([step])}</p>
                </Notice>
            }
        })
    };
    let weight = if action.adverse {
        Weight::Danger
    } else {
        Weight::Primary
    };
    let cancel = Words::made(move |language| {
        let phrase = if moved.get() {
            console::CASE_MOVED_LOOK
        } else {
            general::CANCEL
        };
        phrase.get(language).to_owned()
    });
    let wide = takes(ActionInput::SupplementItems);
    view! {
        <div class="act" class:act-wide=wide>
            <Dialog id="act" title=name.clone() open=open>
                {too_late}
                <ErrorSummary errors=lines/>
                {found}
                {items}
                {reason}
                {number}
                {file}
                {adverse}
                <div class="buttons">
                    <Button label=name weight=weight busy=busy disabled=moved on_press=send/>
                    <Button label=cancel weight=Weight::Secondary on_press=Callback::new(move |()| open.set(false))/>
                </div>
            </Dialog>
        </div>
    }
    .into_any()
}
