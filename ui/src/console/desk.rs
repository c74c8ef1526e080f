//! What every page of the console shares: the core, who is logged in, the names of the catalog.

use std::rc::Rc;
use std::sync::Arc;

use futures::FutureExt;
use futures::future::LocalBoxFuture;
use leptos::prelude::*;
use leptos::task::spawn_local;
use onehall_client::staff::{Command, GetCatalog, Reply, RestoreSession};
use onehall_client::{Event, Request, StaffClient};
use onehall_protocol::catalog::Catalog;
use onehall_protocol::staff::{Role, StaffSession};
use onehall_protocol::{ActionCode, AuthorityCode, CaseId, CoreError};

use super::act::Unsent;
use super::routes;
use super::step_up::StepUps;
use crate::shell::passkeys::proof_asked;
use crate::shell::{Loaded, load, use_ui};
use crate::texts::{Words, console};

/// The core, as the console's pages ask it. Cheap to copy.
#[derive(Clone, Copy)]
pub struct StaffCore {
    client: StoredValue<Rc<dyn StaffClient>, LocalStorage>,
    /// What waits until whoever sits here has shown that they are there.
    pub(super) step_up: StepUps,
}

impl StaffCore {
    /// Over a core.
    #[must_use]
    pub fn new(core: Rc<dyn StaffClient>) -> StaffCore {
        StaffCore {
            client: StoredValue::new_local(core),
            step_up: StepUps::new(),
        }
    }

    /// Asks the core. Where the hall wants to see first that whoever sits here is there, they are asked for a passkey or their
    /// one-time password, and what was refused goes again: no page has to know.
    ///
    /// # Errors
    /// The one error at the edge; `identity/step_up_required` where they did not want to.
    pub fn ask<R>(self, request: R) -> LocalBoxFuture<'static, Result<R::Reply, CoreError>>
    where
        R: Request<Command = Command, AnyReply = Reply> + Clone + 'static,
    {
        let again = request.clone();
        let asking = self.client.with_value(|core| core.ask(request));
        async move {
            let answer = asking.await;
            let Some(ways) = answer.as_ref().err().and_then(proof_asked) else {
                return answer;
            };
            if !self.step_up.wanted(&ways).await {
                return answer;
            }
            match self.client.try_with_value(|core| core.ask(again)) {
                Some(asking) => asking.await,
                None => answer,
            }
        }
        .boxed_local()
    }

    /// Hears the core's events, until the component that called this is gone.
    pub fn on_event(self, listener: impl Fn(Event) + 'static) {
        let subscription = self.client.with_value(|core| core.subscribe(Box::new(listener)));
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
    /// Where the queue was left: which part of it, and what was searched for.
    queue: StoredValue<String>,
    /// What was typed for an action and not sent.
    unsent: StoredValue<Option<Unsent>>,
    /// The version that this console's own last action led to.
    own_step: StoredValue<Option<u64>>,
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
        let desk = Desk {
            core,
            session: RwSignal::new(None),
            session_known: RwSignal::new(false),
            catalog,
            queue: StoredValue::new(routes::QUEUE.to_owned()),
            unsent: StoredValue::new(None),
            own_step: StoredValue::new(None),
        };
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
                core.step_up.settle(false);
            }
            Event::Connection { online } => ui.online.set(online),
            _ => {}
        });
        // The host knows first that the network is back; whether the hall is there is asked at once.
        let _ = window_event_listener(leptos::ev::online, move |_| {
            spawn_local(async move {
                let _ = core.ask(RestoreSession {}).await;
            });
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
        self.session
            .with(|session| session.as_ref().is_some_and(|session| session.roles.contains(&role)))
    }

    /// Whether the clerk administers the whole hall.
    #[must_use]
    pub fn administers_the_hall(self) -> bool {
        self.has(Role::Administrator)
            && self
                .session
                .with(|session| session.as_ref().is_some_and(|session| session.authority.is_none()))
    }

    /// Whether the clerk handles cases. An administrator of the whole hall does not.
    #[must_use]
    pub fn handles_cases(self) -> bool {
        self.session.with(|session| {
            let handles = |session: &StaffSession| session.roles.iter().any(|role| *role != Role::Administrator);
            session
                .as_ref()
                .is_some_and(|session| session.authority.is_some() && handles(session))
        })
    }

    /// Where the queue was left.
    #[must_use]
    pub fn queue_address(self) -> String {
        self.queue.get_value()
    }

    /// Notes where the queue is.
    pub(super) fn at_queue(self, address: String) {
        self.queue.set_value(address);
    }

    /// Notes that this console itself took the case that it shows to a version.
    pub(super) fn own_step(self, version: u64) {
        self.own_step.set_value(Some(version));
    }

    /// Whether a version came of this console's own action.
    pub(super) fn is_own_step(self, version: Option<u64>) -> bool {
        version.is_some() && self.own_step.get_value() == version
    }

    /// Keeps what was typed and not sent; the last is enough.
    pub(super) fn keep_unsent(self, left: Option<Unsent>) {
        if let Some(left) = left {
            self.unsent.set_value(Some(left));
        }
    }

    /// What this clerk typed for an action on a case and did not send.
    pub(super) fn take_unsent(self, case: CaseId, action: &ActionCode) -> Option<Unsent> {
        let own = self
            .session
            .with_untracked(|session| session.as_ref().map(|session| session.id));
        let is_it = |left: &Unsent| Some(left.staff) == own && left.case == case && left.action == *action;
        let found = self.unsent.with_value(|left| left.as_ref().is_some_and(is_it));
        found
            .then(|| self.unsent.try_update_value(Option::take).flatten())
            .flatten()
    }

    /// The action on a case in the middle of which this clerk's session ended. Told once.
    pub(super) fn take_interrupted(self, case: CaseId) -> Option<ActionCode> {
        let own = self
            .session
            .with_untracked(|session| session.as_ref().map(|session| session.id));
        self.unsent
            .try_update_value(|left| {
                let left = left
                    .as_mut()
                    .filter(|left| Some(left.staff) == own && left.case == case && left.interrupted)?;
                left.interrupted = false;
                Some(left.action.clone())
            })
            .flatten()
    }

    /// Forgets what belongs to who was logged in.
    pub(super) fn forget(self) {
        self.unsent.set_value(None);
        self.queue.set_value(routes::QUEUE.to_owned());
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
}
