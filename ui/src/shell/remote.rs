//! What comes from the core: not there yet, there, or failed.

use std::future::Future;

use leptos::prelude::*;
use leptos::task::spawn_local;
use onehall_protocol::CoreError;

use crate::design::states::{ErrorState, Skeleton, SkeletonKind};
use crate::view::{effect, live, view};

/// Where an answer of the core stands.
#[derive(Debug, Clone, PartialEq)]
pub enum Remote<T> {
    /// On its way for the first time.
    Loading,
    /// There. A reload leaves the old one until the new one is there.
    Ready(T),
    /// It did not come.
    Failed(CoreError),
}

/// Something that is loaded from the core and can be loaded again.
pub struct Loaded<T: Send + Sync + 'static> {
    state: RwSignal<Remote<T>>,
    asked: RwSignal<u32>,
}

impl<T: Send + Sync + 'static> Clone for Loaded<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T: Send + Sync + 'static> Copy for Loaded<T> {}

/// Loads by `fetch`, now and whenever a signal changes that `fetch` reads before its future starts. An answer that was
/// overtaken by a newer question is dropped.
pub fn load<T, F>(fetch: impl Fn() -> F + 'static) -> Loaded<T>
where
    T: Send + Sync + 'static,
    F: Future<Output = Result<T, CoreError>> + 'static,
{
    let loaded = Loaded {
        state: RwSignal::new(Remote::Loading),
        asked: RwSignal::new(0),
    };
    let newest = StoredValue::new(0_u32);
    effect(move || {
        loaded.asked.track();
        let mine = newest.get_value().wrapping_add(1);
        newest.set_value(mine);
        let answer = fetch();
        spawn_local(async move {
            let answer = answer.await;
            if newest.try_get_value() != Some(mine) {
                return;
            }
            let _ = loaded.state.try_update(|state| match answer {
                Ok(value) => *state = Remote::Ready(value),
                Err(error) => {
                    // What is shown stays; only a page that has nothing to show says that it failed.
                    if !matches!(state, Remote::Ready(_)) {
                        *state = Remote::Failed(error);
                    }
                }
            });
        });
    });
    loaded
}

impl<T: Send + Sync + 'static> Loaded<T> {
    /// Where it stands.
    #[must_use]
    pub fn state(self) -> RwSignal<Remote<T>> {
        self.state
    }

    /// Asks again; what is shown stays until the answer is there.
    pub fn reload(self) {
        self.asked.update(|asked| *asked = asked.wrapping_add(1));
    }

    /// Asks again from the start: shows that it is loading.
    pub fn restart(self) {
        self.state.set(Remote::Loading);
        self.reload();
    }

    /// Puts a value in its place, because it came with another answer.
    pub fn put(self, value: T) {
        self.state.set(Remote::Ready(value));
    }

    /// Reads the value, where it is there.
    pub fn with_ready<R>(self, read: impl FnOnce(&T) -> R) -> Option<R> {
        self.state.with(|state| match state {
            Remote::Ready(value) => Some(read(value)),
            _ => None,
        })
    }

    /// Shows a skeleton, an error with a way to try again, or what `ready` makes of the value.
    pub fn view(self, skeleton: SkeletonKind, ready: impl Fn(&T) -> AnyView + Send + 'static) -> AnyView {
        self.drawn(skeleton, Box::new(ready))
    }

    fn drawn(self, skeleton: SkeletonKind, ready: Box<dyn Fn(&T) -> AnyView + Send>) -> AnyView {
        live(move || {
            self.state.with(|state| match state {
                Remote::Loading => view! { <Skeleton kind=skeleton/> }.into_any(),
                Remote::Failed(error) => {
                    let error = error.clone();
                    view! { <ErrorState error=error retry=Callback::new(move |()| self.restart())/> }.into_any()
                }
                Remote::Ready(value) => ready(value),
            })
        })
    }
}
