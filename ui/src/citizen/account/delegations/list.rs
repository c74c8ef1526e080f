//! `/account/delegations`: what waits for an answer, who acts for one, for whom one acts, what has ended.

use leptos::prelude::*;
use leptos::task::spawn_local;
use onehall_client::Event;
use onehall_client::citizen::{DecideDelegation, DownloadOwnData, EndDelegation, ListDelegations};
use onehall_protocol::DelegationId;
use onehall_protocol::account::{AnswerDelegation, DelegationState, DelegationView, Delegations, Side};

use super::card::{facts, other_name, other_words};
use crate::citizen::place::{LoggedIn, Reading};
use crate::citizen::{routes, use_hall};
use crate::design::button::{Button, ButtonLink, Weight};
use crate::design::content::{Disclosure, Section};
use crate::design::dialog::ConfirmDialog;
use crate::design::navigation::Crumbs;
use crate::design::notice::{Notice, Tone};
use crate::design::states::{SkeletonKind, error_words};
use crate::shell::{HEADING, PageHeading, document, load, use_ui};
use crate::texts::{Phrase, Words, account as words, contacts, login};
use crate::view::{effect, view};

/// `/account/delegations`.
#[component]
pub fn DelegationsPage() -> impl IntoView {
    view! { <LoggedIn>{delegations_view()}</LoggedIn> }.into_any()
}

/// What can be done with a delegation.
#[derive(Clone, Copy)]
struct Doing {
    /// Answers it.
    answer: Callback<(DelegationId, bool)>,
    /// Asks whether it is to end.
    end: Callback<DelegationId>,
    /// Something is under way.
    busy: RwSignal<bool>,
}

fn delegations_view() -> AnyView {
    let (hall, ui) = (use_hall(), use_ui());
    let delegations = load(move || hall.client.ask(ListDelegations {}));
    hall.client.on_event(move |event| {
        // Who answers is likely to do so while one looks.
        if matches!(event, Event::MayHaveMissed | Event::SessionChanged { session: Some(_) }) {
            delegations.reload();
        }
    });
    let (busy, ending) = (RwSignal::new(false), RwSignal::new(None::<DelegationId>));
    let answer = Callback::new(move |(id, agree): (DelegationId, bool)| {
        if busy.get_untracked() {
            return;
        }
        busy.set(true);
        spawn_local(async move {
            let answer = AnswerDelegation { agree, code: None };
            let outcome = hall.client.ask(DecideDelegation { id, answer }).await;
            if busy.try_set(false).is_some() {
                return;
            }
            match outcome {
                Ok(_) if agree => ui.say(words::AGREED),
                Ok(_) => ui.say(words::DECLINED),
                Err(error) => ui.say_failure(error_words(&error)),
            }
            delegations.reload();
            document::focus(HEADING);
        });
    });
    let doing = Doing {
        answer,
        end: Callback::new(move |id| ending.set(Some(id))),
        busy,
    };
    let reload = Callback::new(move |()| delegations.reload());
    let crumbs = vec![(routes::ACCOUNT.to_owned(), Words::from(login::ACCOUNT_TITLE))];
    view! {
        <Reading>
            <Crumbs way=crumbs/>
            <PageHeading title=words::DELEGATIONS/>
            <p class="lead">{words::DELEGATIONS_TEXT}</p>
            {delegations.view(SkeletonKind::Cards, move |delegations| sections(delegations, doing))}
            {end_dialog(ending, reload)}
        </Reading>
    }
    .into_any()
}

fn sections(delegations: &Delegations, doing: Doing) -> AnyView {
    let is_over = |one: &DelegationView| !matches!(one.state, DelegationState::Open | DelegationState::Active);
    let (over, standing): (Vec<_>, Vec<_>) = delegations.all.iter().partition(|one| is_over(one));
    let (asked, standing): (Vec<_>, Vec<_>) = standing.into_iter().partition(|one| one.to_answer);
    let (for_me, by_me): (Vec<_>, Vec<_>) = standing.into_iter().partition(|one| one.side == Side::Principal);
    let cards = move |all: Vec<&DelegationView>| all.into_iter().map(|one| card(one, doing)).collect::<Vec<_>>();
    let answers = (!asked.is_empty()).then(|| {
        let cards = cards(asked);
        view! { <Section id="to-answer" title=words::TO_ANSWER><ul class="stack">{cards}</ul></Section> }
    });
    let part = |all: Vec<&DelegationView>, none: Phrase| {
        if all.is_empty() {
            view! { <p class="muted">{none}</p> }.into_any()
        } else {
            view! { <ul class="stack">{cards(all)}</ul> }.into_any()
        }
    };
    let (for_me, by_me) = (part(for_me, words::NOBODY_ACTS), part(by_me, words::FOR_NOBODY));
    let past = (!over.is_empty()).then(|| {
        let cards = cards(over);
        view! { <Disclosure summary=words::PAST><ul class="stack">{cards}</ul></Disclosure> }
    });
    view! {
        {answers}
        <Section id="acts-for-me" title=words::ACTS_FOR_ME>
            {for_me}
            <div class="buttons">
                <ButtonLink href=routes::DELEGATE label=words::INVITE icon="plus" weight=Weight::Primary/>
            </div>
        </Section>
        <Section id="i-act-for" title=words::I_ACT_FOR>
            {by_me}
            <div class="buttons">
                <ButtonLink href=routes::INVITATION label=words::ENTER_CODE icon="qr-code"/>
                <ButtonLink href=routes::OFFER_TO_ACT label=words::OFFER icon="send"/>
                <ButtonLink href=routes::CHILD label=contacts::CHILD_TITLE icon="plus"/>
            </div>
        </Section>
        {past}
    }
    .into_any()
}

fn card(delegation: &DelegationView, doing: Doing) -> AnyView {
    let (id, busy) = (delegation.id, doing.busy);
    let buttons = if delegation.to_answer {
        let (question, means) = question(delegation);
        let say = move |agree| Callback::new(move |()| doing.answer.run((id, agree)));
        view! {
            <Notice tone=Tone::Attention title=question><p>{means}</p></Notice>
            <div class="buttons">
                <Button label=words::AGREE weight=Weight::Primary busy=busy on_press=say(true)/>
                <Button label=words::DECLINE busy=busy on_press=say(false)/>
            </div>
        }
        .into_any()
    } else if matches!(delegation.state, DelegationState::Open | DelegationState::Active) {
        let label = match delegation.state {
            DelegationState::Open => Words::from(words::TAKE_BACK),
            _ => words::END_OF.with([other_name(delegation)]),
        };
        let end = Callback::new(move |()| doing.end.run(id));
        // A child does not dismiss its guardians.
        let ends = !delegation.by_register || delegation.side == Side::Actor;
        let end = ends.then(|| view! { <Button label=label icon="undo-2" on_press=end/> });
        view! { <div class="buttons">{data_of_child(delegation)}{end}</div> }.into_any()
    } else {
        ().into_any()
    };
    view! { <li class="card">{facts(delegation)}{buttons}</li> }.into_any()
}

/// All that the hall holds of one's child, to take along.
fn data_of_child(delegation: &DelegationView) -> Option<AnyView> {
    let child = delegation
        .principal
        .as_ref()
        .filter(|_| delegation.by_register && delegation.side == Side::Actor)?;
    if document::cannot("save") {
        return None;
    }
    let (hall, ui, busy, id) = (use_hall(), use_ui(), RwSignal::new(false), child.id);
    let fetch = Callback::new(move |()| {
        busy.set(true);
        spawn_local(async move {
            match hall.client.ask(DownloadOwnData { child: Some(id) }).await {
                Ok(file) => {
                    document::save_file(&file.name, &file.media_type, &file.bytes);
                    ui.say(words::DATA_DONE);
                }
                Err(error) => ui.say_failure(error_words(&error)),
            }
            let _ = busy.try_set(false);
        });
    });
    let label = contacts::CHILD_DATA.with([child.name.as_str().into()]);
    Some(view! { <Button label=label icon="download" busy=busy on_press=fetch/> }.into_any())
}

/// What one is asked, and what it means to agree.
pub(super) fn question(delegation: &DelegationView) -> (Words, Words) {
    let other = other_words(delegation);
    match delegation.side {
        Side::Actor => (words::ASK_ACTOR.with([other]), words::AGREE_ACTOR.into()),
        Side::Principal => (words::ASK_PRINCIPAL.with([other]), words::AGREE_PRINCIPAL.into()),
    }
}

fn end_dialog(ending: RwSignal<Option<DelegationId>>, reload: Callback<()>) -> AnyView {
    let (hall, ui) = (use_hall(), use_ui());
    let (open, busy) = (RwSignal::new(false), RwSignal::new(false));
    effect(move || open.set(ending.with(Option::is_some)));
    effect(move || {
        if !open.get() && ending.with_untracked(Option::is_some) {
            ending.set(None);
        }
    });
    let end = move |()| {
        let Some(id) = ending.get_untracked() else { return };
        busy.set(true);
        spawn_local(async move {
            let outcome = hall.client.ask(EndDelegation { id }).await;
            if busy.try_set(false).is_some() {
                return;
            }
            ending.set(None);
            match outcome {
                Ok(()) => ui.say(words::ENDED),
                Err(error) => ui.say_failure(error_words(&error)),
            }
            reload.run(());
            document::focus(HEADING);
        });
    };
    view! {
        <ConfirmDialog
            id="end-delegation"
            title=words::END_ASK
            text=words::END_TEXT
            confirm=words::END
            danger=true
            open=open
            busy=busy
            on_confirm=Callback::new(end)
        />
    }
    .into_any()
}
