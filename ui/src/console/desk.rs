//! What every page of the console shares: the core, who is logged in, the names of the catalog.

use std::rc::Rc;
use std::sync::Arc;

use futures::future::LocalBoxFuture;
use leptos::prelude::*;
use leptos::task::spawn_local;
use onehall_client::staff::{Command, GetCatalog, Reply, RestoreSession};
use onehall_client::{Event, Request, StaffClient};
use onehall_protocol::catalog::Catalog;
use onehall_protocol::staff::{Role, StaffSession};
use onehall_protocol::{AuthorityCode, CoreError, HallCode};

use crate::shell::{Loaded, load, use_ui};
use crate::texts::{Words, console};

/// The core, as the console's pages ask it. Cheap to copy.
#[derive(Clone, Copy)]
pub struct StaffCore(StoredValue<Rc<dyn StaffClient>, LocalStorage>);

impl StaffCore {
    /// Over a core.
    #[must_use]
    pub fn new(core: Rc<dyn StaffClient>) -> StaffCore {
        StaffCore(StoredValue::new_local(core))
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
pub struct Desk {
    /// The core.
    pub core: StaffCore,
    /// Who is logged in.
    pub session: RwSignal<Option<StaffSession>>,
    /// Whether it is known yet who is logged in.
    pub session_known: RwSignal<bool>,
    /// The catalog, for names.
    pub catalog: Loaded<Arc<Catalog>>,
}

/// What every page shares.
///
/// # Panics
/// Outside of the console.
#[must_use]
pub fn use_desk() -> Desk {
    expect_context()
}

impl Desk {
    /// Makes it, puts it in context, and keeps it in step with the core's events.
    pub fn provide(core: StaffCore) -> Desk {
        let ui = use_ui();
        let catalog = load(move || {
            let answer = core.ask(GetCatalog {});
            async move { answer.await.map(Arc::new) }
        });
        let desk = Desk { core, session: RwSignal::new(None), session_known: RwSignal::new(false), catalog };
        provide_context(desk);
        Effect::new(move || {
            catalog.with_ready(|catalog| {
                ui.hotline.set(catalog.city.hotline.clone());
                ui.utc_offset.set(catalog.city.utc_offset_minutes);
            });
        });
        core.on_event(move |event| match event {
            Event::SessionChanged { session: None } => {
                if desk.session.with_untracked(Option::is_some) {
                    ui.say_failure(console::SESSION_ENDED);
                }
                desk.session.set(None);
            }
            Event::Connection { online } => ui.online.set(online),
            _ => {}
        });
        spawn_local(async move {
            if let Ok(session) = core.ask(RestoreSession {}).await {
                desk.session.set(session);
            }
            desk.session_known.set(true);
        });
        desk
    }

    /// Whether the clerk has a role.
    #[must_use]
    pub fn has(self, role: Role) -> bool {
        self.session.with(|session| session.as_ref().is_some_and(|session| session.roles.contains(&role)))
    }

    /// The name of an authority; its code until the catalog is there.
    #[must_use]
    pub fn authority(self, code: AuthorityCode) -> Words {
        Words::made(move |language| {
            let known = self.catalog.with_ready(|catalog| {
                let authority = catalog.authorities.iter().find(|authority| authority.code == code)?;
                Some(authority.name.get(language).to_owned())
            });
            known.flatten().unwrap_or_else(|| code.to_string())
        })
    }

    /// The name of a hall; its code until the catalog is there.
    #[must_use]
    pub fn hall(self, code: HallCode) -> Words {
        Words::made(move |language| {
            let known = self.catalog.with_ready(|catalog| {
                let hall = catalog.halls.iter().find(|hall| hall.code == code)?;
                Some(hall.name.get(language).to_owned())
            });
            known.flatten().unwrap_or_else(|| code.to_string())
        })
    }
}
