//! Accounts of staff: administrators create them, give roles, reset what was lost, and turn them off.

mod form;
mod list;
mod sure;

use leptos::prelude::*;
use onehall_client::staff::ListAccounts;
use onehall_protocol::staff::{Role, StaffAccountSaved, StaffAccountView};

use super::desk::use_desk;
use super::not_allowed;
use crate::citizen::place::Wide;
use crate::design::button::{Button, Weight};
use crate::design::notice::{Notice, Tone};
use crate::design::states::SkeletonKind;
use crate::shell::{Loaded, PageHeading, document, load, use_ui};
use crate::texts::{console, general};
use crate::view::view;
use form::AccountForm;
use list::AccountList;
use sure::{AskSure, Sure};

/// The id of the notice with a first password.
const FIRST_PASSWORD: &str = "first-password";
const NEW: &str = "account-new";

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

/// What the page is doing; ends where it began.
#[derive(Clone, Copy)]
struct Errand {
    doing: RwSignal<Option<Doing>>,
    /// The control from which it was begun.
    from: StoredValue<String>,
}

impl Errand {
    fn begin(self, from: &str, what: Doing) {
        self.from.set_value(from.to_owned());
        self.doing.set(Some(what));
    }

    /// Goes on with something else, from the same control.
    fn go_on(self, what: Doing) {
        self.doing.set(Some(what));
    }

    /// Whether the page is still at this.
    fn is(self, what: fn(&Doing) -> bool) -> bool {
        self.doing.with_untracked(|doing| doing.as_ref().is_some_and(what))
    }

    fn end(self) {
        self.doing.set(None);
        let from = self.from.get_value();
        request_animation_frame(move || document::focus(&from));
    }
}

/// The accounts.
#[component]
pub(super) fn AccountsPage() -> impl IntoView {
    let desk = use_desk();
    if untrack(|| desk.has(Role::Administrator)) {
        view! { <AccountsView/> }.into_any()
    } else {
        not_allowed(console::ACCOUNTS_TITLE)
    }
}

#[component]
fn AccountsView() -> impl IntoView {
    let desk = use_desk();
    let ui = use_ui();
    let accounts: Loaded<Vec<StaffAccountView>> = load(move || desk.core.ask(ListAccounts {}));
    let errand = Errand {
        doing: RwSignal::new(None),
        from: StoredValue::new(NEW.to_owned()),
    };
    let first_password: RwSignal<Option<StaffAccountSaved>> = RwSignal::new(None);
    let saved = Callback::new(move |saved: StaffAccountSaved| {
        ui.say(console::ACCOUNTS_SAVED.with([saved.account.account.as_str().into()]));
        accounts.reload();
        errand.end();
        if saved.first_password.is_some() {
            first_password.set(Some(saved));
            // It is shown once: one is led to it.
            set_timeout(
                || document::reveal(FIRST_PASSWORD),
                std::time::Duration::from_millis(50),
            );
        }
    });
    let close = Callback::new(move |()| {
        first_password.set(None);
        document::focus(NEW);
    });
    let doing = move || {
        errand.doing.get().map(|doing| match doing {
            Doing::New => view! { <AccountForm account=None errand=errand saved=saved/> }.into_any(),
            Doing::Edit(account) => {
                view! { <AccountForm account=Some(*account) errand=errand saved=saved/> }.into_any()
            }
            Doing::Ask(account, sure) => {
                view! { <AskSure account=*account sure=sure errand=errand saved=saved/> }.into_any()
            }
        })
    };
    view! {
        <Wide>
            <div class="console-title">
                <PageHeading title=console::ACCOUNTS_TITLE/>
                <Button id=NEW label=console::ACCOUNTS_NEW icon="user-plus" weight=Weight::Primary
                    on_press=Callback::new(move |()| errand.begin(NEW, Doing::New))/>
            </div>
            {move || first_password.get().map(|saved| view! {
                <div id=FIRST_PASSWORD>
                    <Notice tone=Tone::Attention title=console::FIRST_PASSWORD.with([saved.account.account.as_str().into()])>
                        <p><code class="console-password">{saved.first_password}</code></p>
                        <p>{console::FIRST_PASSWORD_TEXT}</p>
                        <p><Button label=general::CLOSE on_press=close/></p>
                    </Notice>
                </div>
            })}
            {accounts.view(SkeletonKind::Rows, move |accounts| {
                view! { <AccountList accounts=accounts.clone() errand=errand/> }.into_any()
            })}
            {doing}
        </Wide>
    }
    .into_any()
}
