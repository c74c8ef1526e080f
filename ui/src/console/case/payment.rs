//! What a case owes: what was paid, by whom it was taken, and what a clerk of a window does about it.

use leptos::prelude::*;
use leptos::task::spawn_local;
use onehall_client::Event;
use onehall_client::staff::{GetPayment, NotePayment, RefundPayment};
use onehall_protocol::CaseId;
use onehall_protocol::payments::{Charge, PaymentState, PaymentStep, PaymentWay, StaffPayment};

use super::super::desk::Desk;
use crate::design::button::{Button, Weight};
use crate::design::content::{Fact, Facts, Section};
use crate::design::dialog::Dialog;
use crate::design::notice::{Notice, Tag, Tone};
use crate::design::states::error_words;
use crate::design::text_field::TextArea;
use crate::shell::{Loaded, load, use_ui};
use crate::texts::{Phrase, Words, format, general, payments as words};
use crate::view::{live, view};

/// As long as a reason may be.
const MOST_CHARACTERS: u32 = 200;

/// What a case owes, and what happened with it; nothing where it owes nothing.
pub(super) fn payment_section(desk: Desk, case: CaseId) -> AnyView {
    let here: Loaded<StaffPayment> = load(move || desk.core.ask(GetPayment { case }));
    desk.core.on_event(move |event| match event {
        Event::CaseChanged { id } if id == case => here.reload(),
        Event::MayHaveMissed => here.reload(),
        _ => {}
    });
    let now = Memo::new(move |_| here.with_ready(Clone::clone));
    live(move || {
        let now = now.get()?;
        let charge = now.payment.charge.as_ref()?;
        Some(section(desk, case, here, &now, charge))
    })
}

fn section(desk: Desk, case: CaseId, here: Loaded<StaffPayment>, now: &StaffPayment, charge: &Charge) -> AnyView {
    let offset = use_ui().utc_offset.get_untracked();
    let (tone, state) = state_words(charge.state);
    let mut facts: Vec<Fact> = charge
        .lines
        .iter()
        .map(|line| Fact::new(Words::from(&line.name), format::money_words(line.amount)))
        .collect();
    facts.push(Fact::drawn(
        words::LIST_STATE,
        view! { <Tag label=state tone=tone/> }.into_any(),
    ));
    if let Some(receipt) = &charge.receipt {
        facts.push(Fact::new(words::RECEIPT_NUMBER, receipt.number.as_str()));
    }
    let steps = now.steps.iter().map(|step| {
        let said = step_words(step, offset);
        view! { <li>{said}</li> }
    });
    let steps = steps.collect_view();
    // Another amount came than was due: a clerk can have it given back, and nothing else is possible before that.
    let last = now.steps.iter().rev().find(|step| step.clerk.is_none());
    let other_amount = last.is_some_and(|step| step.reason.as_deref() == Some("other_amount"));
    let doing = now.may_handle.then(|| match charge.state {
        PaymentState::Due | PaymentState::Refused => note_button(desk, case, here, charge),
        PaymentState::Uncertain if other_amount => refund_button(desk, case, here, words::DESK_REFUND_OTHER.into()),
        PaymentState::Begun | PaymentState::Uncertain => {
            view! { <Notice tone=Tone::Info><p>{words::DESK_UNDER_WAY}</p></Notice> }.into_any()
        }
        PaymentState::Paid => {
            let ask = words::DESK_REFUND_ASK.with([format::money_words(charge.amount)]);
            refund_button(desk, case, here, ask)
        }
        PaymentState::Refunded => ().into_any(),
    });
    view! {
        <Section id="payment" title=words::TITLE>
            <div class="console-standing"><Facts facts=facts/></div>
            <ul class="bullets" aria-label=words::DESK_STEPS>{steps}</ul>
            {doing}
        </Section>
    }
    .into_any()
}

/// How it stands, as a tag says it.
pub(in crate::console) fn state_words(state: PaymentState) -> (Tone, Phrase) {
    match state {
        PaymentState::Due => (Tone::Attention, words::STATE_DUE),
        PaymentState::Begun => (Tone::Info, words::STATE_BEGUN),
        PaymentState::Paid => (Tone::Good, words::STATE_PAID),
        PaymentState::Refused => (Tone::Attention, words::STATE_REFUSED),
        PaymentState::Refunded => (Tone::Plain, words::STATE_REFUNDED),
        PaymentState::Uncertain => (Tone::Bad, words::STATE_UNCERTAIN),
    }
}

/// By which way.
pub(in crate::console) fn way_words(way: PaymentWay) -> Phrase {
    match way {
        PaymentWay::Code => words::WAY_CODE,
        PaymentWay::Card => words::WAY_CARD,
        PaymentWay::Cash => words::WAY_CASH,
    }
}

/// What happened, when, by whom.
fn step_words(step: &PaymentStep, offset: i32) -> Words {
    let when = format::moment_words(step.at, offset);
    let (way, state) = (way_words(step.way), state_words(step.state).1);
    let reason: Option<Words> = step.reason.as_deref().map(|reason| match reason {
        "other_amount" => words::DESK_OTHER_AMOUNT.into(),
        "late" => words::DESK_LATE.into(),
        "surplus" => words::DESK_SURPLUS.into(),
        said => said.into(),
    });
    let mut parts = vec![words::DESK_STEP.with([when, way.into(), state.into()])];
    parts.extend(step.clerk.as_deref().map(Words::from));
    parts.extend(reason);
    Words::made(move |language| {
        let parts: Vec<String> = parts.iter().map(|part| part.get(language)).collect();
        parts.join(" · ")
    })
}

/// Cash that was taken is noted, once its clerk has said so.
fn note_button(desk: Desk, case: CaseId, here: Loaded<StaffPayment>, charge: &Charge) -> AnyView {
    let ui = use_ui();
    let (open, busy, amount) = (RwSignal::new(false), RwSignal::new(false), charge.amount);
    let note = Callback::new(move |()| {
        busy.set(true);
        let asked = desk.core.ask(NotePayment { case, amount });
        spawn_local(async move {
            let answer = asked.await;
            if busy.try_set(false).is_some() {
                return;
            }
            open.set(false);
            match answer {
                Ok(payment) => {
                    ui.say(words::DESK_NOTED);
                    here.put(payment);
                }
                Err(error) => {
                    ui.say_failure(error_words(&error));
                    here.reload();
                }
            }
        });
    });
    view! {
        <div class="buttons">
            <Button label=words::DESK_NOTE icon="wallet" on_press=Callback::new(move |()| open.set(true))/>
        </div>
        <Dialog id="note-payment" title=words::DESK_NOTE_ASK.with([format::money_words(amount)]) open=open>
            <p>{words::DESK_NOTE_TEXT}</p>
            <div class="buttons">
                <Button label=words::DESK_NOTE weight=Weight::Primary busy=busy on_press=note/>
                <Button label=general::CANCEL on_press=Callback::new(move |()| open.set(false))/>
            </div>
        </Dialog>
    }
    .into_any()
}

/// What was paid is given back, with a reason.
fn refund_button(desk: Desk, case: CaseId, here: Loaded<StaffPayment>, ask: Words) -> AnyView {
    let ui = use_ui();
    let (open, busy) = (RwSignal::new(false), RwSignal::new(false));
    let reason = RwSignal::new(String::new());
    let refund = Callback::new(move |()| {
        let reason = reason.get_untracked().trim().to_owned();
        busy.set(true);
        let asked = desk.core.ask(RefundPayment { case, reason });
        spawn_local(async move {
            let answer = asked.await;
            if busy.try_set(false).is_some() {
                return;
            }
            match answer {
                Ok(payment) => {
                    open.set(false);
                    ui.say(words::DESK_REFUND_GIVEN);
                    here.put(payment);
                }
                Err(error) => {
                    ui.say_failure(error_words(&error));
                    here.reload();
                }
            }
        });
    });
    view! {
        <div class="buttons">
            <Button label=words::DESK_REFUND icon="undo-2" on_press=Callback::new(move |()| open.set(true))/>
        </div>
        <Dialog id="refund-payment" title=ask open=open>
            <p>{words::DESK_REFUND_TEXT}</p>
            <TextArea
                id="refund-reason"
                label=words::DESK_REFUND_REASON
                value=reason
                on_input=Callback::new(move |text| reason.set(text))
                max_length=MOST_CHARACTERS
                rows=3
            />
            <div class="buttons">
                <Button label=words::DESK_REFUND weight=Weight::Danger busy=busy on_press=refund/>
                <Button label=general::CANCEL on_press=Callback::new(move |()| open.set(false))/>
            </div>
        </Dialog>
    }
    .into_any()
}
