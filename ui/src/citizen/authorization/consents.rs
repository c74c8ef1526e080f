//! `/account/consents`: whom the citizen has allowed what, since when; taken back at once.

use leptos::prelude::*;
use leptos::task::spawn_local;
use onehall_client::citizen::{ListConsents, WithdrawConsent};
use onehall_protocol::ErrorCode;
use onehall_protocol::authorization::{ClientView, ConsentView};

use crate::citizen::place::{LoggedIn, Reading};
use crate::citizen::use_hall;
use crate::design::button::Button;
use crate::design::dialog::ConfirmDialog;
use crate::design::states::{EmptyState, SkeletonKind, error_words};
use crate::shell::{HEADING, PageHeading, document, load, use_ui};
use crate::texts::{Words, authorization as words, format};
use crate::view::view;

/// `/account/consents`
#[component]
pub fn ConsentsPage() -> impl IntoView {
    view! { <LoggedIn>{consents_view()}</LoggedIn> }.into_any()
}

fn consents_view() -> AnyView {
    let (hall, ui) = (use_hall(), use_ui());
    let consents = load(move || hall.client.ask(ListConsents {}));
    // Which one the dialog is about.
    let chosen = RwSignal::new(None::<ClientView>);
    let (asking, busy) = (RwSignal::new(false), RwSignal::new(false));
    let of_chosen = move |words: fn(&ClientView) -> Words| {
        Words::made(move |language| {
            chosen
                .with(|client| client.as_ref().map(words))
                .map_or_else(String::new, |words| words.get(language))
        })
    };
    let ask = Callback::new(move |client: ClientView| {
        chosen.set(Some(client));
        asking.set(true);
    });
    let withdraw = move |()| {
        let Some(client) = chosen.get_untracked().filter(|_| !busy.get_untracked()) else {
            return;
        };
        busy.set(true);
        spawn_local(async move {
            let outcome = hall.client.ask(WithdrawConsent { client: client.id }).await;
            if busy.try_set(false).is_some() {
                return;
            }
            asking.set(false);
            match outcome {
                Ok(()) => ui.say(words::WITHDRAWN),
                // It was taken back elsewhere a moment ago.
                Err(error) if error.code == ErrorCode::NotFound => ui.say(words::WITHDRAWN),
                Err(error) => return ui.say_failure(error_words(&error)),
            }
            consents.reload();
            // The button is gone with what it stood beside.
            document::focus(HEADING);
        });
    };
    view! {
        <Reading>
            <PageHeading title=words::CONSENTS/>
            {consents.view(SkeletonKind::Cards, move |consents| list(consents, ask))}
            <ConfirmDialog
                id="withdraw-consent"
                title=of_chosen(|client| words::WITHDRAW_ASK.with([(&client.name).into()]))
                text=of_chosen(|client| {
                    words::WITHDRAW_TEXT.with([(&client.name).into(), (&client.operator).into()])
                })
                confirm=words::WITHDRAW
                danger=true
                open=asking
                busy=busy
                on_confirm=Callback::new(withdraw)
            />
        </Reading>
    }
    .into_any()
}

fn list(consents: &[ConsentView], ask: Callback<ClientView>) -> AnyView {
    if consents.is_empty() {
        return view! { <EmptyState icon="key-round" title=words::NONE_TITLE text=words::NONE_TEXT/> }.into_any();
    }
    let offset = use_ui().utc_offset.get_untracked();
    let one = |consent: &ConsentView| {
        let client = consent.client.clone();
        let label = words::WITHDRAW_OF.with([(&client.name).into()]);
        let given = words::GIVEN.with([format::moment_words(consent.given_at, offset)]);
        let scopes = consent.scopes.iter().map(|scope| {
            let name: Words = (&scope.name).into();
            view! { <li>{name}</li> }.into_any()
        });
        let (name, operator): (Words, Words) = ((&client.name).into(), (&client.operator).into());
        view! {
            <li class="card consent-given">
                <h2 class="card-title">{name}</h2>
                <p class="muted small">{operator}" · "{given}</p>
                <ul class="bullets">{scopes.collect_view()}</ul>
                <Button label=label icon="undo-2" on_press=Callback::new(move |()| ask.run(client.clone()))/>
            </li>
        }
        .into_any()
    };
    view! {
        <p class="lead">{words::CONSENTS_LEAD}</p>
        <ul class="consents stack">{consents.iter().map(one).collect_view()}</ul>
    }
    .into_any()
}
