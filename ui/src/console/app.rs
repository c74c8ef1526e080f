//! The console as a whole: starts it, frames its pages, and says which page an address is.

use std::rc::Rc;

use leptos::prelude::*;
use leptos::task::spawn_local;
use onehall_client::staff::{GetPreferences, LogOut, SetPreferences};
use onehall_client::{Preferences, StaffClient};
use onehall_protocol::Language;
use onehall_protocol::staff::Role;

use super::accounts::AccountsPage;
use super::audit::AuditLogPage;
use super::case::CasePage;
use super::desk::{Desk, StaffCore, use_desk};
use super::floor::FloorPage;
use super::identity::IdentityPage;
use super::insight::InsightPage;
use super::login::LoginPage;
use super::passkeys::PasskeysPage;
use super::queue::QueuePageView;
use super::step_up::StepUpDialog;
use super::updates::UpdatesPage;
use super::{roles, routes};
use crate::citizen::place::Reading;
use crate::design::button::ButtonLink;
use crate::design::icon::{HallSign, Icon};
use crate::design::notice::{Notice, Tone};
use crate::design::states::{OfflineBar, Skeleton, SkeletonKind, error_words};
use crate::design::toasts::Toasts;
use crate::router::{NavigateOptions, Table, pages, provide_router, use_location, use_navigate};
use crate::shell::{PageHeading, SiteName, Ui, document, remember_scroll, use_ui};
use crate::texts::{Phrase, Words, audit, console, console_identity, floor, frame, insight, passkeys, updates};
use crate::view::view;

/// Starts the console over a core.
pub fn start(core: Rc<dyn StaffClient>) {
    // Not by the executor of Leptos: there is none before something is mounted.
    wasm_bindgen_futures::spawn_local(async move {
        let core: Rc<dyn StaffClient> = core;
        let preferences = core.ask(GetPreferences {}).await.unwrap_or_default();
        let place = document::app_root();
        leptos::mount::mount_to(place, move || view! { <App core=core preferences=preferences/> }).forget();
        document::remove_boot();
    });
}

#[component]
fn App(core: Rc<dyn StaffClient>, preferences: Preferences) -> impl IntoView {
    let ui = Ui::provide(preferences);
    let core = StaffCore::new(core);
    let desk = Desk::provide(core);
    remember_scroll();
    Effect::new(move || {
        let preferences = ui.preferences.get();
        let preferences = Preferences {
            language: preferences.language.or(Some(ui.language.get())),
            ..preferences
        };
        spawn_local(async move {
            // Where they cannot be kept they still hold for this visit.
            let _ = core.ask(SetPreferences { preferences }).await;
        });
    });
    provide_context(SiteName(Signal::derive(move || {
        console::NAME.get(ui.language.get()).to_owned()
    })));
    provide_router(routes::BASE, PAGES);
    let skip = |event: web_sys::MouseEvent| {
        event.prevent_default();
        document::focus_into_view("main");
    };
    view! {
            <a class="skip" href="#main" on:click=skip>{frame::SKIP}</a>
            <div class="page">
                <Head/>
                <OfflineBar/>
                <main id="main" class="main" tabindex="-1">
                    {move || match (desk.session_known.get(), desk.session.with(Option::is_some)) {
                        (false, _) => view! { <Reading><Skeleton kind=SkeletonKind::Rows/></Reading> }.into_any(),
                        (true, false) => view! { <LoginPage/> }.into_any(),
                        (true, true) => pages(|| NotFound().into_any()),
                    }}
                </main>
            </div>
            <StepUpDialog/>
            <Toasts/>
    }
    .into_any()
}

/// Which page an address is.
const PAGES: Table = &[
    ("/console", || HomePage().into_any()),
    ("/console/cases/:id", || CasePage().into_any()),
    ("/console/accounts", || AccountsPage().into_any()),
    ("/console/identity", || IdentityPage().into_any()),
    ("/console/halls", || FloorPage().into_any()),
    ("/console/passkeys", || PasskeysPage().into_any()),
    ("/console/insight", || InsightPage().into_any()),
    ("/console/audit", || AuditLogPage().into_any()),
    ("/console/updates", || UpdatesPage().into_any()),
];

/// The queue; for who handles no cases, the accounts.
#[component]
fn HomePage() -> impl IntoView {
    let desk = use_desk();
    if desk.session.with_untracked(Option::is_some) && !untrack(|| desk.handles_cases()) {
        view! { <AccountsPage/> }.into_any()
    } else {
        view! { <QueuePageView/> }.into_any()
    }
}

/// What stands in place of a page that is not this clerk's to see.
pub(super) fn not_allowed(title: Phrase) -> AnyView {
    let desk = use_desk();
    view! {
        <Reading>
            <PageHeading title=title/>
            <Notice tone=Tone::Attention><p>{console::NOT_ALLOWED}</p></Notice>
            <p><ButtonLink href=Signal::stored(desk.queue_address()) label=console::CASE_BACK icon="arrow-left"/></p>
        </Reading>
    }
    .into_any()
}

#[component]
fn NotFound() -> impl IntoView {
    view! {
        <Reading>
            <PageHeading title=console::NOT_FOUND/>
            <p><ButtonLink href=routes::QUEUE.to_owned() label=console::CASE_BACK icon="arrow-left"/></p>
        </Reading>
    }
    .into_any()
}

#[component]
fn Head() -> impl IntoView {
    let ui = use_ui();
    let desk = use_desk();
    let other = move || match ui.language.get() {
        Language::ZhCn => Language::En,
        Language::En => Language::ZhCn,
    };
    let switch_language = move |_| {
        let other = other();
        ui.prefer(|preferences| preferences.language = Some(other));
    };
    view! {
        <header class="head">
            <div class="head-top">
                <a class="head-name" href=routes::QUEUE>
                    <HallSign/>
                    <span class="head-words"><span class="head-hall">{console::NAME}</span></span>
                </a>
                <ul class="tools" aria-label=frame::SITE_TOOLS>
                    <li>
                        <button type="button" class="tool" on:click=switch_language aria-label=frame::LANGUAGE_OTHER_LABEL lang=move || other().tag()>
                            <Icon name="languages"/>
                            <span class="tool-name">{frame::LANGUAGE_OTHER}</span>
                        </button>
                    </li>
                    <Who/>
                </ul>
            </div>
            {move || desk.session.with(Option::is_some).then(|| view! {
                <nav class="head-ways" aria-label=console::MENU>
                    <ul class="head-ways-list">
                        {move || desk.handles_cases().then(|| view! {
                            <li><Way href=routes::QUEUE name=console::WAY_QUEUE/></li>
                        })}
                        {move || desk.has(Role::WindowClerk).then(|| view! {
                            <li><Way href=routes::FLOOR name=floor::TITLE/></li>
                            <li><Way href=routes::IDENTITY name=console_identity::TITLE/></li>
                        })}
                        {move || desk.has(Role::Administrator).then(|| view! {
                            <li><Way href=routes::ACCOUNTS name=console::WAY_ACCOUNTS/></li>
                            <li><Way href=routes::AUDIT name=audit::TITLE/></li>
                            <li><Way href=routes::INSIGHT name=insight::TITLE/></li>
                        })}
                        {move || desk.administers_the_hall().then(|| view! {
                            <li><Way href=routes::UPDATES name=updates::TITLE/></li>
                        })}
                    </ul>
                </nav>
            })}
        </header>
    }
    .into_any()
}

#[component]
fn Way(
    /// Where it leads.
    href: &'static str,
    /// What it is.
    name: Phrase,
) -> impl IntoView {
    let location = use_location();
    let desk = use_desk();
    let here = move || {
        let path = location.pathname.get();
        let part = if path.starts_with(routes::AUDIT) {
            routes::AUDIT
        } else if path.starts_with(routes::INSIGHT) {
            routes::INSIGHT
        } else if path.starts_with(routes::FLOOR) {
            routes::FLOOR
        } else if path.starts_with(routes::UPDATES) {
            routes::UPDATES
        } else if path.starts_with(routes::IDENTITY) {
            routes::IDENTITY
        } else if path.starts_with(routes::PASSKEYS) {
            routes::PASSKEYS
        } else if path.starts_with(routes::ACCOUNTS) || !desk.handles_cases() {
            routes::ACCOUNTS
        } else {
            routes::QUEUE
        };
        let mine = part == href;
        // On a page below it, it is the part that one is in, not the page.
        let whole = path == href || path == routes::BASE;
        mine.then_some(if whole { "page" } else { "true" })
    };
    view! { <a class="way" href=href aria-current=here><span class="way-name">{name}</span></a> }.into_any()
}

#[component]
fn Who() -> impl IntoView {
    let desk = use_desk();
    let ui = use_ui();
    let navigate = use_navigate();
    let log_out = Callback::new(move |()| {
        spawn_local(async move {
            let answer = desk.core.ask(LogOut {}).await;
            // Whatever the backend said: this terminal shows nothing any more.
            desk.session.set(None);
            desk.forget();
            match answer {
                Ok(()) => navigate(routes::QUEUE, NavigateOptions::default()),
                Err(error) => ui.say_failure(error_words(&error)),
            }
        });
    });
    (move || {
        desk.session.get().map(|session| {
            let what: Words = roles::names(session.roles.clone());
            let authority = session.authority.clone().map(|code| desk.authority(code));
            view! {
                <li class="console-who">
                    <span class="console-who-name">{session.name.clone()}</span>
                    <span class="console-who-what">
                        {authority.map(|authority| view! { {authority} " · " })}{what}
                    </span>
                </li>
                <li>
                    <a class="tool" href=routes::PASSKEYS>
                        <Icon name="key-round"/><span class="tool-name">{passkeys::TITLE}</span>
                    </a>
                </li>
                <li>
                    <button type="button" class="tool" on:click=move |_| log_out.run(())>
                        <Icon name="log-out"/><span class="tool-name">{console::LOG_OUT}</span>
                    </button>
                </li>
            }
        })
    })
    .into_any()
}
