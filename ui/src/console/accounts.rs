//! Accounts of staff: administrators create them, give roles, reset what was lost, and turn them off.

use leptos::prelude::*;
use leptos::task::spawn_local;
use onehall_client::staff::{ChangeAccount, CreateAccount, ListAccounts};
use onehall_protocol::staff::{ChangeStaff, CreateStaff, Role, StaffAccountSaved, StaffAccountView};

use super::desk::{Desk, use_desk};
use super::roles;
use crate::citizen::place::{Reading, Wide};
use crate::design::button::{Button, Weight};
use crate::design::choices::{Checkboxes, ChoiceOption, Select};
use crate::design::content::{Column, Table};
use crate::design::dialog::{ConfirmDialog, Dialog};
use crate::design::errors::{ErrorSummary, SummaryLine};
use crate::design::notice::{Notice, Tag, Tone};
use crate::design::states::{SkeletonKind, error_words};
use crate::design::text_field::{InputKind, TextField};
use crate::shell::{Loaded, PageHeading, load, use_ui};
use crate::texts::{Phrase, Words, console, format, general};

type Accounts = Loaded<Vec<StaffAccountView>>;

/// What the page is doing beside showing the list.
#[derive(Clone)]
enum Doing {
    /// A new account.
    New,
    /// Changing one.
    Edit(Box<StaffAccountView>),
    /// Asking whether to go on.
    Ask(Box<StaffAccountView>, Sure),
}

/// What one has to be sure of.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Sure {
    ResetPassword,
    ResetSecondFactor,
    TurnOff,
    TurnOn,
}

impl Sure {
    fn change(self) -> ChangeStaff {
        match self {
            Sure::ResetPassword => ChangeStaff { reset_password: true, ..ChangeStaff::default() },
            Sure::ResetSecondFactor => ChangeStaff { reset_second_factor: true, ..ChangeStaff::default() },
            Sure::TurnOff => ChangeStaff { active: Some(false), ..ChangeStaff::default() },
            Sure::TurnOn => ChangeStaff { active: Some(true), ..ChangeStaff::default() },
        }
    }

    fn name(self) -> Phrase {
        match self {
            Sure::ResetPassword => console::ACCOUNTS_RESET_PASSWORD,
            Sure::ResetSecondFactor => console::ACCOUNTS_RESET_SECOND,
            Sure::TurnOff => console::ACCOUNTS_TURN_OFF,
            Sure::TurnOn => console::ACCOUNTS_TURN_ON,
        }
    }

    fn text(self) -> Phrase {
        match self {
            Sure::ResetPassword => console::ACCOUNTS_RESET_SURE,
            Sure::ResetSecondFactor => console::ACCOUNTS_RESET_SECOND_SURE,
            Sure::TurnOff => console::ACCOUNTS_TURN_OFF_SURE,
            Sure::TurnOn => console::ACCOUNTS_ACTIVE,
        }
    }
}

/// The accounts.
#[component]
pub fn AccountsPage() -> impl IntoView {
    let desk = use_desk();
    (move || {
        if desk.has(Role::Administrator) {
            view! { <AccountsView/> }.into_any()
        } else {
            view! {
                <Reading>
                    <PageHeading title=console::ACCOUNTS_TITLE/>
                    <p>{console::NOT_ALLOWED}</p>
                </Reading>
            }
            .into_any()
        }
    })
    .into_any()
}

#[component]
fn AccountsView() -> impl IntoView {
    let desk = use_desk();
    let ui = use_ui();
    let accounts: Accounts = load(move || desk.core.ask(ListAccounts {}));
    let doing: RwSignal<Option<Doing>> = RwSignal::new(None);
    let first_password: RwSignal<Option<StaffAccountSaved>> = RwSignal::new(None);
    let saved = Callback::new(move |saved: StaffAccountSaved| {
        doing.set(None);
        ui.say(console::ACCOUNTS_SAVED);
        accounts.reload();
        first_password.set(saved.first_password.is_some().then_some(saved));
    });
    view! {
        <Wide>
            <div class="console-title">
                <PageHeading title=console::ACCOUNTS_TITLE/>
                <Button label=console::ACCOUNTS_NEW icon="user-plus" weight=Weight::Primary
                    on_press=Callback::new(move |()| doing.set(Some(Doing::New)))/>
            </div>
            {move || first_password.get().map(|saved| view! {
                <Notice tone=Tone::Attention title=console::FIRST_PASSWORD role="status">
                    <p>{saved.account.account.clone()}" "<code class="console-password">{saved.first_password}</code></p>
                    <p>{console::FIRST_PASSWORD_TEXT}</p>
                    <Button label=general::CLOSE on_press=Callback::new(move |()| first_password.set(None))/>
                </Notice>
            })}
            {accounts.view(SkeletonKind::Rows, move |list| {
                let offset = ui.utc_offset.get();
                let rows = list.iter().map(|account| row(desk, account, offset, doing)).collect();
                view! { <Table caption=console::ACCOUNTS_TITLE caption_hidden=true columns=columns() rows=rows/> }.into_any()
            })}
            {move || doing.get().map(|now| match now {
                Doing::New => view! { <AccountForm account=None doing=doing saved=saved/> }.into_any(),
                Doing::Edit(account) => view! { <AccountForm account=Some(*account) doing=doing saved=saved/> }.into_any(),
                Doing::Ask(account, sure) => view! { <AskSure account=*account sure=sure doing=doing saved=saved/> }.into_any(),
            })}
        </Wide>
    }
    .into_any()
}

fn columns() -> Vec<Column> {
    vec![
        Column::new(console::ACCOUNT),
        Column::new(console::ACCOUNTS_PERSON),
        Column::new(console::ACCOUNTS_AUTHORITY),
        Column::new(console::ACCOUNTS_ROLES),
        Column::new(console::ACCOUNTS_STATE),
        Column::new(console::ACCOUNTS_LAST),
        Column::new(general::EDIT),
    ]
}

fn row(desk: Desk, account: &StaffAccountView, utc_offset: i32, doing: RwSignal<Option<Doing>>) -> Vec<AnyView> {
    let authority = match account.authority.clone() {
        Some(code) => desk.authority(code),
        None => console::ACCOUNTS_NO_AUTHORITY.into(),
    };
    let last = match account.last_login {
        Some(at) => format::moment_words(at, utc_offset),
        None => console::ACCOUNTS_NEVER.into(),
    };
    let state = if account.active {
        view! { <Tag label=console::ACCOUNTS_ON tone=Tone::Good/> }.into_any()
    } else {
        view! { <Tag label=console::ACCOUNTS_OFF tone=Tone::Bad/> }.into_any()
    };
    let second = (!account.second_factor).then(|| view! { <Tag label=console::ACCOUNTS_NO_SECOND tone=Tone::Attention/> });
    let ask = |sure: Sure| {
        let account = account.clone();
        let press = Callback::new(move |()| doing.set(Some(Doing::Ask(Box::new(account.clone()), sure))));
        view! { <Button label=sure.name() weight=Weight::Quiet on_press=press/> }.into_any()
    };
    let edit = {
        let account = account.clone();
        Callback::new(move |()| doing.set(Some(Doing::Edit(Box::new(account.clone())))))
    };
    let turn = if account.active { Sure::TurnOff } else { Sure::TurnOn };
    let buttons = vec![
        view! { <Button label=general::EDIT weight=Weight::Quiet on_press=edit/> }.into_any(),
        ask(Sure::ResetPassword),
        ask(Sure::ResetSecondFactor),
        ask(turn),
    ];
    vec![
        view! { <code>{account.account.clone()}</code> }.into_any(),
        view! { {account.name.clone()} }.into_any(),
        view! { {authority} }.into_any(),
        view! { {roles::names(account.roles.clone())} }.into_any(),
        view! { <span class="tags">{state}{second}</span> }.into_any(),
        view! { {last} }.into_any(),
        view! { <div class="console-row-buttons">{buttons}</div> }.into_any(),
    ]
}

#[component]
fn AskSure(
    /// The account.
    account: StaffAccountView,
    /// What one has to be sure of.
    sure: Sure,
    /// What the page is doing.
    doing: RwSignal<Option<Doing>>,
    /// Called with the account once it is changed.
    saved: Callback<StaffAccountSaved>,
) -> impl IntoView {
    let desk = use_desk();
    let ui = use_ui();
    let open = RwSignal::new(true);
    let busy = RwSignal::new(false);
    Effect::new(move || {
        if !open.get() {
            doing.set(None);
        }
    });
    let id = account.id;
    let confirm = Callback::new(move |()| {
        if busy.get_untracked() {
            return;
        }
        busy.set(true);
        spawn_local(async move {
            let answer = desk.core.ask(ChangeAccount { id, change: sure.change() }).await;
            let _ = busy.try_set(false);
            match answer {
                Ok(account) => saved.run(account),
                Err(error) => {
                    open.set(false);
                    ui.say_failure(error_words(&error));
                }
            }
        });
    });
    let who = format!("{} ({})", account.name, account.account);
    let text = Words::made(move |language| match sure {
        Sure::TurnOn => who.clone(),
        _ => format!("{who} — {}", sure.text().get(language)),
    });
    let danger = sure != Sure::TurnOn;
    view! {
        <ConfirmDialog id="sure" title=sure.name() text=text confirm=sure.name() danger=danger open=open busy=busy on_confirm=confirm/>
    }
    .into_any()
}

#[component]
fn AccountForm(
    /// The account to change; none for a new one.
    account: Option<StaffAccountView>,
    /// What the page is doing.
    doing: RwSignal<Option<Doing>>,
    /// Called with the account once it is kept.
    saved: Callback<StaffAccountSaved>,
) -> impl IntoView {
    let desk = use_desk();
    let open = RwSignal::new(true);
    Effect::new(move || {
        if !open.get() {
            doing.set(None);
        }
    });
    let known = account.clone();
    let name_now = account.as_ref().map(|account| account.name.clone()).unwrap_or_default();
    let roles_now = account.as_ref().map(|account| account.roles.iter().map(|role| role.as_str().to_owned()).collect());
    let code = RwSignal::new(String::new());
    let name = RwSignal::new(name_now);
    let chosen: RwSignal<Vec<String>> = RwSignal::new(roles_now.unwrap_or_default());
    let authority = RwSignal::new(String::new());
    let hall = RwSignal::new(String::new());
    let lines: RwSignal<Vec<SummaryLine>> = RwSignal::new(Vec::new());
    let busy = RwSignal::new(false);
    let error_of = move |field: &'static str| {
        Signal::derive(move || {
            let of_field = |line: &&SummaryLine| line.field.as_deref() == Some(field);
            lines.with(|lines| lines.iter().find(of_field).map(|line| line.words.clone()))
        })
    };
    let roles_chosen = move || -> Vec<Role> {
        let chosen = chosen.get_untracked();
        Role::ALL.into_iter().filter(|role| chosen.iter().any(|name| name == role.as_str())).collect()
    };
    let send = Callback::new(move |()| {
        if busy.get_untracked() {
            return;
        }
        busy.set(true);
        let known = known.clone();
        spawn_local(async move {
            let text = |signal: RwSignal<String>| signal.get_untracked().trim().to_owned();
            let answer = match known {
                Some(known) => {
                    let change = ChangeStaff { name: Some(text(name)), roles: Some(roles_chosen()), ..ChangeStaff::default() };
                    desk.core.ask(ChangeAccount { id: known.id, change }).await
                }
                None => {
                    let account = CreateStaff {
                        account: text(code),
                        name: text(name),
                        roles: roles_chosen(),
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
                    let words = error_words(&error);
                    let fields: Vec<SummaryLine> = error
                        .fields
                        .iter()
                        .map(|field| SummaryLine { field: Some(format!("staff-{}", field.path)), words: words.clone() })
                        .collect();
                    lines.set(if fields.is_empty() { vec![SummaryLine { field: None, words }] } else { fields });
                }
            }
        });
    });
    let role_options: Vec<ChoiceOption> =
        Role::ALL.into_iter().map(|role| ChoiceOption::new(role.as_str(), roles::name(role))).collect();
    let authorities = Signal::derive(move || {
        let mut options = vec![ChoiceOption::new("", console::ACCOUNTS_NO_AUTHORITY)];
        desk.catalog.with_ready(|catalog| {
            options.extend(catalog.authorities.iter().map(|one| ChoiceOption::new(one.code.as_str(), Words::from(&one.name))));
        });
        options
    });
    let halls = Signal::derive(move || {
        let mut options = vec![ChoiceOption::new("", console::ACCOUNTS_NO_HALL)];
        desk.catalog.with_ready(|catalog| {
            options.extend(catalog.halls.iter().map(|one| ChoiceOption::new(one.code.as_str(), Words::from(&one.name))));
        });
        options
    });
    let (title, label): (Words, Phrase) = match &account {
        Some(account) => (console::ACCOUNTS_EDIT.with([account.account.clone().into()]), console::ACCOUNTS_SAVE),
        None => (console::ACCOUNTS_NEW.into(), console::ACCOUNTS_CREATE),
    };
    let new = account.is_none();
    view! {
        <Dialog id="account" title=title open=open>
            <ErrorSummary errors=lines/>
            {new.then(|| view! {
                <TextField id="staff-account" label=console::ACCOUNT hint=console::ACCOUNTS_ACCOUNT_HINT value=code
                    on_input=Callback::new(move |text| code.set(text)) error=error_of("staff-account")/>
            })}
            <TextField id="staff-name" label=console::ACCOUNTS_PERSON kind=InputKind::Text value=name
                on_input=Callback::new(move |text| name.set(text)) error=error_of("staff-name")/>
            <Checkboxes id="staff-roles" label=console::ACCOUNTS_ROLES options=role_options values=chosen
                on_change=Callback::new(move |roles| chosen.set(roles)) error=error_of("staff-roles")/>
            {new.then(|| view! {
                <Select id="staff-authority" label=console::ACCOUNTS_AUTHORITY options=authorities value=authority always=true
                    on_change=Callback::new(move |code| authority.set(code)) error=error_of("staff-authority")/>
                <Select id="staff-hall" label=console::ACCOUNTS_HALL options=halls value=hall always=true
                    on_change=Callback::new(move |code| hall.set(code)) error=error_of("staff-hall")/>
            })}
            <div class="buttons">
                <Button label=label weight=Weight::Primary busy=busy on_press=send/>
                <Button label=general::CANCEL on_press=Callback::new(move |()| open.set(false))/>
            </div>
        </Dialog>
    }
    .into_any()
}
