//! What takes something away from an account, asked once more.

use leptos::prelude::*;
use leptos::task::spawn_local;
use onehall_client::staff::ChangeAccount;
use onehall_protocol::staff::{ChangeStaff, StaffAccountSaved, StaffAccountView};

use super::{Doing, Errand};
use crate::console::desk::use_desk;
use crate::design::dialog::ConfirmDialog;
use crate::design::states::error_words;
use crate::shell::use_ui;
use crate::texts::{Phrase, Words, console};
use crate::view::view;

/// What one has to be sure of.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Sure {
    /// A new first password.
    ResetPassword,
    /// The authenticator is set up anew.
    ResetSecondFactor,
    /// No passkey counts any more.
    RemovePasskeys,
    /// No log-in any more.
    TurnOff,
    /// Log-in again.
    TurnOn,
}

impl Sure {
    fn change(self) -> ChangeStaff {
        match self {
            Sure::ResetPassword => ChangeStaff {
                reset_password: true,
                ..ChangeStaff::default()
            },
            Sure::ResetSecondFactor => ChangeStaff {
                reset_second_factor: true,
                ..ChangeStaff::default()
            },
            Sure::RemovePasskeys => ChangeStaff {
                remove_passkeys: true,
                ..ChangeStaff::default()
            },
            Sure::TurnOff => ChangeStaff {
                active: Some(false),
                ..ChangeStaff::default()
            },
            Sure::TurnOn => ChangeStaff {
                active: Some(true),
                ..ChangeStaff::default()
            },
        }
    }

    /// What it is called.
    pub fn name(self) -> Phrase {
        match self {
            Sure::ResetPassword => console::ACCOUNTS_RESET_PASSWORD,
            Sure::ResetSecondFactor => console::ACCOUNTS_RESET_SECOND,
            Sure::RemovePasskeys => console::ACCOUNTS_REMOVE_PASSKEYS,
            Sure::TurnOff => console::ACCOUNTS_TURN_OFF,
            Sure::TurnOn => console::ACCOUNTS_TURN_ON,
        }
    }

    /// What happens then.
    fn text(self) -> Phrase {
        match self {
            Sure::ResetPassword => console::ACCOUNTS_RESET_SURE,
            Sure::ResetSecondFactor => console::ACCOUNTS_RESET_SECOND_SURE,
            Sure::RemovePasskeys => console::ACCOUNTS_REMOVE_PASSKEYS_SURE,
            Sure::TurnOff => console::ACCOUNTS_TURN_OFF_SURE,
            Sure::TurnOn => console::ACCOUNTS_TURN_ON_SURE,
        }
    }
}

/// Asks once more.
#[component]
pub(super) fn AskSure(
    /// The account.
    account: StaffAccountView,
    /// What one has to be sure of.
    sure: Sure,
    /// What the page is doing.
    errand: Errand,
    /// Called with the account once it is changed.
    saved: Callback<StaffAccountSaved>,
) -> impl IntoView {
    let desk = use_desk();
    let ui = use_ui();
    let open = RwSignal::new(true);
    let busy = RwSignal::new(false);
    Effect::new(move || {
        if !open.get() && errand.is(|doing| matches!(doing, Doing::Ask(..))) {
            errand.end();
        }
    });
    let id = account.id;
    let confirm = Callback::new(move |()| {
        if busy.get_untracked() {
            return;
        }
        busy.set(true);
        spawn_local(async move {
            let answer = desk
                .core
                .ask(ChangeAccount {
                    id,
                    change: sure.change(),
                })
                .await;
            let _ = busy.try_set(false);
            match answer {
                Ok(account) => saved.run(account),
                Err(error) => {
                    let _ = open.try_set(false);
                    ui.say_failure(error_words(&error));
                }
            }
        });
    });
    let title = console::ACCOUNTS_SURE_TITLE.with([sure.name().into(), account.account.as_str().into()]);
    let text = console::ACCOUNTS_SURE_WHO.with([Words::from(account.name.as_str()), sure.text().into()]);
    view! {
        <ConfirmDialog id="sure" title=title text=text confirm=sure.name() danger=sure != Sure::TurnOn open=open busy=busy
            on_confirm=confirm/>
    }
    .into_any()
}
