//! The citizen's UI as a whole: starts it, frames its pages, and says which page an address is.

use std::rc::Rc;

use leptos::prelude::*;
use leptos::task::spawn_local;
use onehall_client::citizen::{GetPreferences, SetPreferences};
use onehall_client::{CoreClient, Preferences};

use super::account::{AccessibilityPage, AccountPage, LoginPage};
use super::directory::{
    AuthoritiesPage, AuthorityPage, LifeEventPage, LifeEventsPage, ServicesPage, ThemePage, ThemesPage,
};
use super::frame::{BottomBar, ConsentBar, Cover, Foot, Head, KioskBar, Leaving, LogOutDialog, cover};
use super::guide::GuidePage;
use super::hall::{Client, Hall};
use super::home::HomePage;
use super::later::{LaterPage, later_page};
use super::matters::MattersPage;
use super::not_found::NotFoundPage;
use super::routes;
use super::search::SearchPage;
use crate::design::keyboard::OnScreenKeyboard;
use crate::design::newer::NewerBar;
use crate::design::states::OfflineBar;
use crate::design::toasts::Toasts;
use crate::router::{Table, pages, provide_router, use_location};
use crate::shell::{Profile, SiteName, Ui, document, remember_scroll, use_ui};
use crate::texts::frame;
use crate::view::{effect, memo, view};

/// Starts the citizen's UI over a core.
pub fn start(core: Rc<dyn CoreClient>) {
    start_and(core, |_| {});
}

/// As [`start`]; `begun` gets what every part of the UI shares.
pub fn start_and(core: Rc<dyn CoreClient>, begun: impl FnOnce(Ui) + 'static) {
    // Not by the executor of Leptos: there is none before something is mounted.
    wasm_bindgen_futures::spawn_local(async move {
        let preferences = core.ask(GetPreferences {}).await.unwrap_or_default();
        let place = document::app_root();
        let app = move || {
            let ui = Ui::provide(preferences);
            begun(ui);
            view! { <App core=core ui=ui/> }
        };
        leptos::mount::mount_to(place, app).forget();
        document::remove_boot();
    });
}

#[component]
fn App(core: Rc<dyn CoreClient>, ui: Ui) -> impl IntoView {
    let client = Client::new(core);
    let hall = Hall::provide(client);
    remember_scroll();
    keep_preferences(ui, client);
    provide_context(SiteName(Signal::derive(move || {
        let language = ui.language.get();
        hall.catalog
            .with_ready(|catalog| catalog.city.hall_name.get(language).to_owned())
            .unwrap_or_default()
    })));
    provide_router("/", PAGES);
    #[cfg(feature = "shell")]
    crate::shell::desktop::follow(ui);
    view! { <Frame/> }.into_any()
}

/// The core keeps the preferences, and learns the language in which its errors speak.
fn keep_preferences(ui: Ui, client: Client) {
    effect(move || {
        let preferences = ui.preferences.get();
        let preferences = Preferences {
            language: preferences.language.or(Some(ui.language.get())),
            ..preferences
        };
        spawn_local(async move {
            // Where they cannot be kept they still hold for this visit.
            let _ = client.ask(SetPreferences { preferences }).await;
        });
    });
}

#[component]
fn Frame() -> impl IntoView {
    let ui = use_ui();
    Leaving::provide();
    let profile = ui.profile;
    let location = use_location();
    // The screen of a hall has nothing around it.
    let screen = memo(move |_| routes::is_screen(&location.pathname.get()));
    let chrome = Signal::derive(move || profile.get().has_own_chrome() && !screen.get());
    let phone = Signal::derive(move || profile.get() == Profile::Mobile && !screen.get());
    let kiosk = Signal::derive(move || profile.get() == Profile::Kiosk && !screen.get());
    let covers = Cover::first();
    let covered = Signal::derive(move || covers.get() != Cover::None);
    let skip = |event: web_sys::MouseEvent| {
        event.prevent_default();
        document::reveal("main");
    };
    view! {
        <a class="skip" href="#main" on:click=skip>{frame::SKIP}</a>
        <div class="page" inert=move || covered.get()>
            {move || chrome.get().then(|| view! { <Head/> })}
            <OfflineBar keeps=true/>
            <NewerBar/>
            <ConsentBar/>
            <main id="main" class="main" tabindex="-1">{pages(|| NotFoundPage().into_any())}</main>
            {move || (chrome.get() && !kiosk.get()).then(|| view! { <Foot/> })}
        </div>
        {move || phone.get().then(|| view! { <BottomBar/> })}
        {move || kiosk.get().then(|| view! {
            <div class="dock" inert=move || covered.get()><OnScreenKeyboard/><KioskBar cover=covers/></div>
        })}
        {cover(covers)}
        <LogOutDialog/>
        <Toasts/>
    }
    .into_any()
}

/// Which page an address is.
const PAGES: Table = &[
    ("/", || HomePage().into_any()),
    ("/search", || SearchPage().into_any()),
    ("/services", || ServicesPage().into_any()),
    ("/services/:code", || GuidePage().into_any()),
    ("/themes", || ThemesPage().into_any()),
    ("/themes/:code", || ThemePage().into_any()),
    ("/life-events", || LifeEventsPage().into_any()),
    ("/life-events/:code", || LifeEventPage().into_any()),
    ("/authorities", || AuthoritiesPage().into_any()),
    ("/authorities/:code", || AuthorityPage().into_any()),
    ("/halls", || later_page(LaterPage::Halls)),
    ("/halls/:hall", || later_page(LaterPage::Hall)),
    ("/halls/:hall/book/:queue", || later_page(LaterPage::Book)),
    ("/halls/:hall/check-in", || later_page(LaterPage::CheckIn)),
    ("/tickets/:follow", || later_page(LaterPage::Ticket)),
    ("/visits", || later_page(LaterPage::Visits)),
    ("/display/:hall", || later_page(LaterPage::Display)),
    ("/apply/:item", || later_page(LaterPage::Start)),
    ("/drafts/:draft/:page?", || later_page(LaterPage::Fill)),
    ("/matters", || MattersPage().into_any()),
    ("/matters/:case", || later_page(LaterPage::Case)),
    ("/matters/:case/receipt", || later_page(LaterPage::Receipt)),
    ("/matters/:case/supplement", || later_page(LaterPage::Supplement)),
    ("/queue/:id", || later_page(LaterPage::Queued)),
    ("/login", || LoginPage().into_any()),
    #[cfg(feature = "shell")]
    ("/login/phone", || super::account::PhoneLoginPage().into_any()),
    #[cfg(feature = "shell")]
    ("/login/card", || super::account::CardLoginPage().into_any()),
    ("/authorize", || later_page(LaterPage::Authorize)),
    ("/logout", || later_page(LaterPage::Logout)),
    ("/device", || later_page(LaterPage::Device)),
    ("/account/consents", || later_page(LaterPage::Consents)),
    ("/account/sessions", || later_page(LaterPage::Sessions)),
    ("/account/delegations", || later_page(LaterPage::Delegations)),
    ("/account/delegations/invite", || later_page(LaterPage::Invite)),
    ("/account/delegations/ask", || later_page(LaterPage::Offer)),
    ("/account/delegations/code", || later_page(LaterPage::Invitation)),
    ("/account/data", || later_page(LaterPage::OwnData)),
    ("/account", || AccountPage().into_any()),
    ("/account/passkeys", || later_page(LaterPage::Passkeys)),
    ("/account/level", || later_page(LaterPage::Level)),
    ("/account/claim", || later_page(LaterPage::Claim)),
    ("/account/delegations/child", || later_page(LaterPage::Child)),
    ("/account/contacts", || later_page(LaterPage::Contacts)),
    ("/accessibility", || AccessibilityPage().into_any()),
];
