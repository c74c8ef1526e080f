//! A new account, or what can be changed of one.

use leptos::prelude::*;
use leptos::task::spawn_local;
use onehall_client::staff::{ChangeAccount, CreateAccount};
use onehall_protocol::staff::{ChangeStaff, CreateStaff, Role, StaffAccountSaved, StaffAccountView};
use onehall_protocol::{CoreError, ErrorCode};

use super::{Doing, Errand, Sure};
use crate::console::desk::{Desk, use_desk};
use crate::console::roles;
use crate::design::button::{Button, Weight};
use crate::design::choices::{Checkboxes, ChoiceOption, Select};
use crate::design::dialog::Dialog;
use crate::design::errors::{ErrorSummary, SummaryLine};
use crate::design::states::error_words;
use crate::design::text_field::{InputKind, TextField, Width};
use crate::texts::{Phrase, Words, console, general};
use crate::view::view;

const ACCOUNT: &str = "staff-account";
const NAME: &str = "staff-name";
const ROLES: &str = "staff-roles";
const AUTHORITY: &str = "staff-authority";
const HALL: &str = "staff-hall";

/// The form of an account.
#[component]
pub(super) fn AccountForm(
    /// The account to change; none for a new one.
    account: Option<StaffAccountView>,
    /// What the page is doing.
    errand: Errand,
    /// Called with the account once it is kept.
    saved: Callback<StaffAccountSaved>,
) -> impl IntoView {
    let desk = use_desk();
    let open = RwSignal::new(true);
    Effect::new(move || {
        if !open.get() && errand.is(|doing| matches!(doing, Doing::New | Doing::Edit(_))) {
            errand.end();
        }
    });
    let known = account.clone();
    let roles_now = |account: &StaffAccountView| account.roles.iter().map(|role| role.as_str().to_owned()).collect();
    let own = desk
        .session
        .with_untracked(|session| session.as_ref().and_then(|session| session.authority.clone()));
    let code = RwSignal::new(String::new());
    let name = RwSignal::new(account.as_ref().map(|account| account.name.clone()).unwrap_or_default());
    let chosen: RwSignal<Vec<String>> = RwSignal::new(account.as_ref().map(roles_now).unwrap_or_default());
    let authority = RwSignal::new(own.map(|own| own.to_string()).unwrap_or_default());
    let hall = RwSignal::new(String::new());
    let lines: RwSignal<Vec<SummaryLine>> = RwSignal::new(Vec::new());
    let busy = RwSignal::new(false);
    let error_of = move |field: &'static str| {
        Signal::derive(move || {
            let of_field = |line: &&SummaryLine| line.field.as_deref() == Some(field);
            lines.with(|lines| lines.iter().find(of_field).map(|line| line.words.clone()))
        })
    };
    let new = account.is_none();
    let send = move || {
        if busy.get_untracked() {
            return;
        }
        let text = |signal: RwSignal<String>| signal.get_untracked().trim().to_owned();
        let chosen = chosen.get_untracked();
        let roles: Vec<Role> = Role::ALL
            .into_iter()
            .filter(|role| chosen.iter().any(|name| name == role.as_str()))
            .collect();
        let mut missing = Vec::new();
        let mut add = |field: &str, words: Phrase| {
            missing.push(SummaryLine {
                field: Some(field.to_owned()),
                words: words.into(),
            });
        };
        if new && text(code).is_empty() {
            add(ACCOUNT, console::ACCOUNTS_MISSING_ACCOUNT);
        }
        if text(name).is_empty() {
            add(NAME, console::ACCOUNTS_MISSING_NAME);
        }
        if roles.is_empty() {
            add(ROLES, console::ACCOUNTS_MISSING_ROLES);
        }
        if new && text(authority).is_empty() && roles.iter().any(|role| *role != Role::Administrator) {
            add(AUTHORITY, console::ACCOUNTS_MISSING_AUTHORITY);
        }
        let complete = missing.is_empty();
        lines.set(missing);
        if !complete {
            return;
        }
        busy.set(true);
        let known = known.clone();
        spawn_local(async move {
            let answer = match known {
                Some(known) => {
                    let change = ChangeStaff {
                        name: Some(text(name)),
                        roles: Some(roles),
                        ..ChangeStaff::default()
                    };
                    desk.core.ask(ChangeAccount { id: known.id, change }).await
                }
                None => {
                    let account = CreateStaff {
                        account: text(code),
                        name: text(name),
                        roles,
                        authority: text(authority).parse().ok(),
                        hall: text(hall).parse().ok(),
                    };
                    desk.core.ask(CreateAccount { account }).await
                }
            };
            let _ = busy.try_set(false);
            match answer {
                Ok(account) => saved.run(account),
                Err(error) => {
                    let _ = lines.try_set(refused(&error));
                }
            }
        });
    };
    let submit = move |event: web_sys::SubmitEvent| {
        event.prevent_default();
        send();
    };
    let role_options: Vec<ChoiceOption> = Role::ALL
        .into_iter()
        .map(|role| ChoiceOption::new(role.as_str(), roles::name(role)).with_hint(Some(roles::hint(role).into())))
        .collect();
    let (title, label): (Words, Phrase) = match &account {
        Some(account) => (
            console::ACCOUNTS_EDIT.with([account.account.clone().into()]),
            console::ACCOUNTS_SAVE,
        ),
        None => (console::ACCOUNTS_NEW.into(), console::ACCOUNTS_CREATE),
    };
    let place = new.then(|| {
        view! {
            <Select id=AUTHORITY label=console::ACCOUNTS_AUTHORITY options=authorities(desk) value=authority always=true
                on_change=Callback::new(move |code| authority.set(code)) error=error_of(AUTHORITY)/>
            <Select id=HALL label=console::ACCOUNTS_HALL options=halls(desk) value=hall always=true
                on_change=Callback::new(move |code| hall.set(code)) error=error_of(HALL)/>
        }
    });
    let login = account.map(|account| login_part(&account, errand));
    view! {
        <Dialog id="account" title=title open=open>
            <form class="console-form" novalidate on:submit=submit>
                <ErrorSummary errors=lines/>
                {new.then(|| view! {
                    <TextField id=ACCOUNT label=console::ACCOUNT hint=console::ACCOUNTS_ACCOUNT_HINT value=code width=Width::Medium
                        on_input=Callback::new(move |text| code.set(text)) error=error_of(ACCOUNT)/>
                })}
                <TextField id=NAME label=console::ACCOUNTS_PERSON kind=InputKind::Text value=name width=Width::Medium
                    on_input=Callback::new(move |text| name.set(text)) error=error_of(NAME)/>
                <Checkboxes id=ROLES label=console::ACCOUNTS_ROLES options=role_options values=chosen
                    on_change=Callback::new(move |roles| chosen.set(roles)) error=error_of(ROLES)/>
                {place}
                <div class="buttons">
                    <Button label=label weight=Weight::Primary submit=true busy=busy/>
                    <Button label=general::CANCEL on_press=Callback::new(move |()| open.set(false))/>
                </div>
            </form>
            {login}
        </Dialog>
    }
    .into_any()
}

/// What can be done about the login of an account.
fn login_part(account: &StaffAccountView, errand: Errand) -> AnyView {
    let turn = if account.active { Sure::TurnOff } else { Sure::TurnOn };
    let second = account.second_factor.then_some(Sure::ResetSecondFactor);
    let passkeys = (account.passkeys > 0).then_some(Sure::RemovePasskeys);
    let buttons: Vec<_> = [Some(Sure::ResetPassword), second, passkeys, Some(turn)]
        .into_iter()
        .flatten()
        .map(|sure| {
            let account = account.clone();
            let press = Callback::new(move |()| errand.go_on(Doing::Ask(Box::new(account.clone()), sure)));
            view! { <Button label=sure.name() on_press=press/> }
        })
        .collect();
    view! {
        <section class="console-login-part">
            <h3 class="console-page-title">{console::ACCOUNTS_LOGIN}</h3>
            <div class="buttons">{buttons}</div>
        </section>
    }
    .into_any()
}

fn authorities(desk: Desk) -> Signal<Vec<ChoiceOption>> {
    // Who administers one authority gives accounts of that one only.
    let own = desk
        .session
        .with_untracked(|session| session.as_ref().and_then(|session| session.authority.clone()));
    Signal::derive(move || {
        let mut options = Vec::new();
        if own.is_none() {
            options.push(ChoiceOption::new("", console::ACCOUNTS_NO_AUTHORITY));
        }
        desk.catalog.with_ready(|catalog| {
            let all = catalog
                .authorities
                .iter()
                .filter(|one| own.as_ref().is_none_or(|own| *own == one.code));
            options.extend(all.map(|one| ChoiceOption::new(one.code.as_str(), Words::from(&one.name))));
        });
        options
    })
}

fn halls(desk: Desk) -> Signal<Vec<ChoiceOption>> {
    Signal::derive(move || {
        let mut options = vec![ChoiceOption::new("", console::ACCOUNTS_NO_HALL)];
        desk.catalog.with_ready(|catalog| {
            options.extend(
                catalog
                    .halls
                    .iter()
                    .map(|one| ChoiceOption::new(one.code.as_str(), Words::from(&one.name))),
            );
        });
        options
    })
}

/// What the backend found wrong, led to the controls.
fn refused(error: &CoreError) -> Vec<SummaryLine> {
    let words = error_words(error);
    let line = |field: Option<&str>, words: Words| SummaryLine {
        field: field.map(str::to_owned),
        words,
    };
    if error.code == ErrorCode::AccountTaken {
        return vec![line(Some(ACCOUNT), words)];
    }
    if error.code == ErrorCode::LastAdministrator {
        return vec![line(Some(ROLES), words)];
    }
    let said: Vec<SummaryLine> = error
        .fields
        .iter()
        .map(|field| match (field.path.as_str(), field.code.as_str()) {
            ("account", _) => line(Some(ACCOUNT), console::ACCOUNTS_WRONG_ACCOUNT.into()),
            ("name", "too_long") => line(Some(NAME), console::ACT_TOO_LONG.into()),
            ("name", _) => line(Some(NAME), console::ACCOUNTS_MISSING_NAME.into()),
            ("roles", _) => line(Some(ROLES), console::ACCOUNTS_MISSING_ROLES.into()),
            ("authority", _) => line(Some(AUTHORITY), console::ACCOUNTS_MISSING_AUTHORITY.into()),
            ("hall", _) => line(Some(HALL), words.clone()),
            _ => line(None, words.clone()),
        })
        .collect();
    if said.is_empty() { vec![line(None, words)] } else { said }
}
