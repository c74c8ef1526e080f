//! Whether the hall can be reached: looked for by itself while it cannot, so that what says so goes away by itself.

use std::sync::Arc;

use crate::ports::boxed;
use crate::{Core, api};

/// How long to wait before the first look, and at most.
const FIRST_MS: u32 = 2_000;
const LONGEST_MS: u32 = 15_000;

impl Core {
    /// The hall cannot be reached any more: looks for it until it can.
    pub(crate) fn look_for_hall(&self) {
        let timer = self.inner.host.timer.clone();
        // A look alone does not keep a core alive whose UIs are gone.
        let inner = Arc::downgrade(&self.inner);
        self.inner.host.spawner.spawn(boxed(async move {
            let mut wait = FIRST_MS;
            loop {
                timer.sleep(wait).await;
                let Some(inner) = inner.upgrade() else { return };
                let core = Core { inner };
                if core.inner.progress.is_online() {
                    return;
                }
                // Whatever the catalog is: the answer is that it is there, and nothing more.
                let _ = core
                    .send(api::get("/catalog").open().header("if-none-match", "*"))
                    .await;
                wait = (wait * 2).min(LONGEST_MS);
            }
        }));
    }
}
