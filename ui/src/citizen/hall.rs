//! What every page of the citizen's UI shares: the core, the session, the catalog.

use std::rc::Rc;
use std::sync::Arc;

use futures::future::LocalBoxFuture;
use leptos::prelude::*;
use leptos::task::spawn_local;
use onehall_client::citizen::{Command, GetCatalog, GetHallAddress, Reply, RestoreSession, WhySessionEnded};
use onehall_client::{CoreClient, Event, Request, SaveState};
use onehall_protocol::CoreError;
use onehall_protocol::account::SessionEndReason;
use onehall_protocol::catalog::Catalog;
use onehall_protocol::identity::Session;

use super::apply::terminal_words;
use super::outbox::sent_words;
use crate::shell::{Loaded, Profile, Ui, load, use_ui};
use crate::texts::{account, frame, outbox};
use crate::view::effect;

/// The core, as pages ask it. Cheap to copy.
#[derive(Clone, Copy)]
pub struct Client(StoredValue<Rc<dyn CoreClient>, LocalStorage>);

impl Client {
    /// Over a core.
    #[must_use]
    pub fn new(core: Rc<dyn CoreClient>) -> Client {
        Client(StoredValue::new_local(core))
    }

    /// Asks the core.
    ///
    /// # Errors
    /// The one error at the edge.
    pub fn ask<R>(self, request: R) -> LocalBoxFuture<'static, Result<R::Reply, CoreError>>
    where
        R: Request<Command = Command, AnyReply = Reply> + 'static,
    {
        self.0.with_value(|core| core.ask(request))
    }

    /// Hears the core's events, until the component that called this is gone.
    pub fn on_event(self, listener: impl Fn(Event) + 'static) {
        let subscription = self.0.with_value(|core| core.subscribe(Box::new(listener)));
        let kept = StoredValue::new_local(Some(subscription));
        on_cleanup(move || drop(kept.try_update_value(Option::take)));
    }
}

/// What every page shares, in context. Cheap to copy.
#[derive(Clone, Copy)]
pub struct Hall {
    /// The core.
    pub client: Client,
    /// Who is logged in.
    pub session: RwSignal<Option<Session>>,
    /// Whether it is known yet who is logged in.
    pub session_known: RwSignal<bool>,
    /// The catalog.
    pub catalog: Loaded<Arc<Catalog>>,
    /// The phone number with which the next login page begins, where an application knows who comes; taken by it.
    pub login_hint: StoredValue<Option<String>>,
}

/// What every page shares.
///
/// # Panics
/// Outside of the citizen's UI.
#[must_use]
pub fn use_hall() -> Hall {
    expect_context()
}

impl Hall {
    /// Makes it, puts it in context, and keeps it in step with the core's events.
    pub fn provide(client: Client) -> Hall {
        let ui = use_ui();
        let catalog = load(move || {
            let answer = client.ask(GetCatalog {});
            async move { answer.await.map(Arc::new) }
        });
        let hall = Hall {
            client,
            session: RwSignal::new(None),
            session_known: RwSignal::new(false),
            catalog,
            login_hint: StoredValue::new(None),
        };
        provide_context(hall);
        effect(move || {
            catalog.with_ready(|catalog| {
                ui.hotline.set(catalog.city.hotline.clone());
                ui.utc_offset.set(catalog.city.utc_offset_minutes);
            });
        });
        client.on_event(move |event| hall.hear(ui, event));
        spawn_local(async move {
            // Where it cannot be known, nobody is logged in; a page that needs a login asks again.
            if let Ok(session) = client.ask(RestoreSession {}).await {
                let nobody = session.is_none();
                hall.session.set(session);
                if nobody {
                    hall.say_why_ended(ui, false);
                }
            }
            hall.session_known.set(true);
        });
        hall
    }

    fn hear(self, ui: Ui, event: Event) {
        match event {
            Event::SessionChanged { session } => {
                let ended = session.is_none() && self.session.with_untracked(Option::is_some);
                self.session.set(session);
                self.session_known.set(true);
                if ended {
                    self.say_why_ended(ui, true);
                    if ui.profile.get_untracked() == Profile::Kiosk {
                        // The core forgot the answer with the visit; whoever comes next is asked anew.
                        ui.prefer(|preferences| preferences.analytics = None);
                    }
                }
            }
            Event::Connection { online } => {
                ui.online.set(online);
                if online {
                    ui.as_of.set(None);
                }
            }
            Event::ShownAsOf { at } => ui.as_of.set(Some(at)),
            Event::DraftSaving {
                state: SaveState::Waiting { kept: true },
                ..
            } => ui.keep_for_good(),
            Event::OutboxSent { about, title, .. } => ui.say(sent_words(about, &title)),
            Event::MayHaveLost => ui.say_failure(outbox::MAY_BE_LOST),
            _ => {}
        }
    }

    /// Says that the session here is no more: that its citizen ended it from elsewhere, which nobody may overlook, or, where
    /// it was `here` a moment ago, that it has ended.
    fn say_why_ended(self, ui: Ui, here: bool) {
        spawn_local(async move {
            let end = self.client.ask(WhySessionEnded {}).await.ok().flatten();
            match end {
                Some(end) => {
                    let why = match end.why {
                        SessionEndReason::Elsewhere => account::ENDED_ELSEWHERE,
                        SessionEndReason::Closed => account::ENDED_CLOSED,
                    };
                    ui.say_failure(why.with([terminal_words(end.by)]));
                }
                None if here => ui.say(frame::SESSION_ENDED),
                None => {}
            }
        });
    }

    /// Whether somebody is logged in.
    #[must_use]
    pub fn logged_in(self) -> bool {
        self.session.with(Option::is_some)
    }

    /// The whole address of a path of the pages, for another terminal: at the address that this one knows the hall by. In a
    /// shell that is not the page's own.
    pub async fn address_of(self, path: &str) -> String {
        let known = self.client.ask(GetHallAddress {}).await.unwrap_or_default();
        let origin = if known.is_empty() {
            window().location().origin().unwrap_or_default()
        } else {
            known
        };
        format!("{origin}{path}")
    }

    /// Reads the catalog, where it is there.
    #[must_use]
    pub fn catalog_now(self) -> Option<Arc<Catalog>> {
        self.catalog.with_ready(Arc::clone)
    }
}
