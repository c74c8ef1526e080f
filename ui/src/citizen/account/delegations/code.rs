//! `/account/delegations/code`: an invitation by its code, typed or scanned (`?code=`).

use leptos::prelude::*;
use leptos::task::spawn_local;
use onehall_client::citizen::{DecideDelegation, FindInvitation};
use onehall_protocol::ErrorCode;
use onehall_protocol::account::{AnswerDelegation, DelegationView};

use super::card::facts;
use super::list::question;
use crate::citizen::account::wait_words;
use crate::citizen::place::{LoggedIn, Reading};
use crate::citizen::{routes, use_hall};
use crate::design::button::{Button, ButtonLink, Weight};
use crate::design::errors::{ErrorSummary, SummaryLine};
use crate::design::navigation::Crumbs;
use crate::design::notice::{Notice, Tone};
use crate::design::text_field::{InputKind, TextField, Width};
use crate::router::{NavigateOptions, use_navigate, use_query_map};
use crate::shell::{PageHeading, document, use_ui};
use crate::texts::{Words, account as words, general};
use crate::view::{memo, view};

const CODE: &str = "invitation-code";
const FOUND: &str = "invitation";

/// `/account/delegations/code`.
#[component]
pub fn InvitationPage() -> impl IntoView {
    let query = use_query_map();
    let code = memo(move |_| query.with(|query| query.get("code").unwrap_or_default()));
    view! { <LoggedIn>{invitation_view(code)}</LoggedIn> }.into_any()
}

/// Made anew for another code: it is of another invitation.
fn invitation_view(code: Memo<String>) -> AnyView {
    let (hall, ui, navigate) = (use_hall(), use_ui(), use_navigate());
    let given = code.get();
    let scanned = !given.is_empty();
    let code = RwSignal::new(given);
    let found = RwSignal::new(None::<DelegationView>);
    let lines = RwSignal::new(Vec::<SummaryLine>::new());
    let busy = RwSignal::new(false);
    let wrong = move |words: Words| {
        lines.set(vec![SummaryLine {
            field: Some(CODE.to_owned()),
            words,
        }]);
    };
    let find = Callback::new(move |()| {
        let typed = code.get_untracked();
        if typed.chars().filter(char::is_ascii_alphanumeric).count() != 8 {
            return wrong(words::CODE_EMPTY.into());
        }
        lines.set(Vec::new());
        busy.set(true);
        spawn_local(async move {
            let answer = hall.client.ask(FindInvitation { code: typed }).await;
            if busy.try_set(false).is_some() {
                return;
            }
            match answer {
                Ok(delegation) => {
                    found.set(Some(delegation));
                    request_animation_frame(|| document::reveal(FOUND));
                }
                Err(error) if error.code == ErrorCode::WrongCode => wrong(words::CODE_WRONG.into()),
                Err(error) => wrong(wait_words(&error)),
            }
        });
    });
    if scanned {
        find.run(());
    }
    let answer = Callback::new(move |agree: bool| {
        let Some(delegation) = found.get_untracked() else {
            return;
        };
        busy.set(true);
        spawn_local(async move {
            let answer = AnswerDelegation {
                agree,
                code: Some(code.get_untracked()),
            };
            let id = delegation.id;
            let outcome = hall.client.ask(DecideDelegation { id, answer }).await;
            if busy.try_set(false).is_some() {
                return;
            }
            match outcome {
                Ok(_) => {
                    ui.say(if agree { words::AGREED } else { words::DECLINED });
                    let options = NavigateOptions {
                        replace: true,
                        ..NavigateOptions::default()
                    };
                    navigate(routes::DELEGATIONS, options);
                }
                Err(error) => wrong(wait_words(&error)),
            }
        });
    });
    let submit = move |event: web_sys::SubmitEvent| {
        event.prevent_default();
        find.run(());
    };
    let error = Signal::derive(move || lines.with(|lines| lines.first().map(|line| line.words.clone())));
    let shown = move || {
        found.get().map(|delegation| {
            let (title, means) = question(&delegation);
            let say = move |agree| Callback::new(move |()| answer.run(agree));
            view! {
                <div id=FOUND class="card" tabindex="-1">
                    <Notice tone=Tone::Attention title=title><p>{means}</p></Notice>
                    {facts(&delegation)}
                    <div class="buttons">
                        <Button label=words::AGREE weight=Weight::Primary busy=busy on_press=say(true)/>
                        <Button label=words::DECLINE busy=busy on_press=say(false)/>
                    </div>
                </div>
            }
            .into_any()
        })
    };
    let form = move || {
        found.with(Option::is_none).then(|| {
            view! {
                <form class="stack" novalidate on:submit=submit>
                    <TextField
                        id=CODE
                        label=words::CODE_LABEL
                        hint=words::CODE_HINT
                        kind=InputKind::Capitals
                        width=Width::Medium
                        max_length=9
                        value=code
                        on_input=Callback::new(move |value| code.set(value))
                        error=error
                    />
                    <div class="buttons">
                        <Button label=words::CODE_FIND weight=Weight::Primary submit=true busy=busy/>
                        <ButtonLink href=routes::DELEGATIONS label=general::BACK icon="arrow-left"/>
                    </div>
                </form>
            }
            .into_any()
        })
    };
    let crumbs = vec![(routes::DELEGATIONS.to_owned(), Words::from(words::DELEGATIONS))];
    view! {
        <Reading>
            <Crumbs way=crumbs/>
            <PageHeading title=words::CODE_TITLE/>
            <ErrorSummary errors=lines/>
            {shown}
            {form}
        </Reading>
    }
    .into_any()
}
