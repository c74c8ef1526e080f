//! The list of accounts, and what narrows it down.

use leptos::prelude::*;
use onehall_protocol::staff::StaffAccountView;

use super::{Doing, Errand};
use crate::console::desk::{Desk, use_desk};
use crate::console::roles;
use crate::design::button::{Button, Weight};
use crate::design::content::{Column, Table};
use crate::design::notice::{Tag, Tone};
use crate::design::states::EmptyState;
use crate::design::text_field::TextField;
use crate::shell::use_ui;
use crate::texts::{console, counted, format};
use crate::view::view;

/// The accounts.
#[component]
pub(super) fn AccountList(
    /// The accounts.
    accounts: Vec<StaffAccountView>,
    /// What the page is doing.
    errand: Errand,
) -> impl IntoView {
    let desk = use_desk();
    let ui = use_ui();
    let typed = RwSignal::new(String::new());
    let accounts = StoredValue::new(accounts);
    let table = move || {
        let wanted = typed.with(|typed| typed.trim().to_lowercase());
        let utc_offset = ui.utc_offset.get();
        let found: Vec<StaffAccountView> = accounts.with_value(|all| {
            all.iter()
                .filter(|account| matches(desk, account, &wanted))
                .cloned()
                .collect()
        });
        let count = counted(found.len(), console::ACCOUNTS_TOTAL_ONE, console::ACCOUNTS_TOTAL);
        let body = if found.is_empty() {
            view! { <EmptyState icon="search-x" title=console::ACCOUNTS_NONE/> }.into_any()
        } else {
            let rows = found
                .iter()
                .map(|account| row(desk, account, utc_offset, errand))
                .collect();
            view! { <Table caption=console::ACCOUNTS_TITLE caption_hidden=true columns=columns() rows=rows/> }
                .into_any()
        };
        view! { <p class="console-count" role="status">{count}</p>{body} }
    };
    view! {
        <div class="console-search" role="search">
            <TextField id="accounts-search" label=console::ACCOUNTS_SEARCH value=typed
                on_input=Callback::new(move |text| typed.set(text))/>
        </div>
        {table}
    }
    .into_any()
}

/// Whether an account is meant by what is typed: by its name, its person, its authority in either language.
fn matches(desk: Desk, account: &StaffAccountView, wanted: &str) -> bool {
    use onehall_protocol::Language;
    let authority = account.authority.clone().map(|code| desk.authority(code));
    let names = authority
        .iter()
        .flat_map(|name| [name.get(Language::ZhCn), name.get(Language::En)]);
    let mut said = names.chain([account.account.clone(), account.name.clone()]);
    wanted.is_empty() || said.any(|text| text.to_lowercase().contains(wanted))
}

fn columns() -> Vec<Column> {
    vec![
        Column::new(console::ACCOUNT),
        Column::new(console::ACCOUNTS_PERSON),
        Column::new(console::ACCOUNTS_AUTHORITY),
        Column::new(console::ACCOUNTS_ROLES),
        Column::new(console::ACCOUNTS_STATE),
        Column::new(console::ACCOUNTS_LAST),
    ]
}

fn row(desk: Desk, account: &StaffAccountView, utc_offset: i32, errand: Errand) -> Vec<AnyView> {
    let authority = match account.authority.clone() {
        Some(code) => desk.authority(code),
        None => console::ACCOUNTS_WHOLE_HALL.into(),
    };
    let last = match account.last_login {
        Some(at) => format::moment_words(at, utc_offset),
        None => console::ACCOUNTS_NEVER.into(),
    };
    let state = if account.active {
        view! { <Tag label=console::ACCOUNTS_ON tone=Tone::Good icon="circle-check"/> }.into_any()
    } else {
        view! { <Tag label=console::ACCOUNTS_OFF tone=Tone::Bad icon="circle-x"/> }.into_any()
    };
    let second = (!account.second_factor)
        .then(|| view! { <Tag label=console::ACCOUNTS_NO_SECOND tone=Tone::Attention icon="triangle-alert"/> });
    let passkeys = (account.passkeys > 0).then(|| {
        let many = console::ACCOUNTS_PASSKEYS.with([account.passkeys.to_string().into()]);
        view! { <Tag label=many tone=Tone::Plain icon="key-round"/> }
    });
    let id = format!("account-{}", account.account);
    let edit = {
        let (account, id) = (account.clone(), id.clone());
        Callback::new(move |()| errand.begin(&id, Doing::Edit(Box::new(account.clone()))))
    };
    vec![
        view! {
            <div class="console-account">
                <Button id=id label=account.account.clone() icon="pencil" weight=Weight::Quiet on_press=edit/>
            </div>
        }
        .into_any(),
        view! { {account.name.clone()} }.into_any(),
        view! { {authority} }.into_any(),
        view! { {roles::names(account.roles.clone())} }.into_any(),
        view! { <span class="tags">{state}{second}{passkeys}</span> }.into_any(),
        view! { {last} }.into_any(),
    ]
}
