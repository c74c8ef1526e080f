//! The core as WebAssembly for a page of somebody else.
//!
//! Text in, text out: this crate carries the bridge of `onehall-core` to JavaScript and knows nothing of what crosses
//! it. The typed API and the element `<onehall-service>` are JavaScript (`npm/`), which `cargo xtask sdk` puts beside it.

use js_sys::{Function, Promise};
use onehall_client::Profile;
use onehall_core::platform::{WebHost, web};
use onehall_core::{Bridge, Core};
use onehall_protocol::identity::TerminalKind;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::future_to_promise;

/// A core of its own: session, drafts and listeners are shared with no other.
#[wasm_bindgen]
pub struct OneHallCore {
    bridge: Bridge,
    listening: Vec<u64>,
}

#[wasm_bindgen]
impl OneHallCore {
    /// A core on `host` (an object as `core/js/host.js` makes it) against the hall at `base_url`. `later` gives a promise
    /// that is fulfilled when the second part of this program is there.
    #[wasm_bindgen(constructor)]
    #[must_use]
    pub fn new(host: WebHost, base_url: String, capabilities: Vec<String>, later: Function) -> OneHallCore {
        let core = Core::new(web(host, Some(later)), base_url, TerminalKind::MiniApp);
        OneHallCore {
            bridge: Bridge::new(core, Profile::MiniApp, capabilities),
            listening: Vec::new(),
        }
    }

    /// Carries out the call in `envelope`; the promise is fulfilled with the reply, both JSON. It is never rejected: what
    /// goes wrong is in the reply.
    pub fn call(&self, envelope: String) -> Promise {
        let bridge = self.bridge.clone();
        future_to_promise(async move { Ok(bridge.call(&envelope).await.into()) })
    }

    /// Calls `listener` with each event, as JSON, until this core is freed.
    pub fn listen(&mut self, listener: Function) {
        let number = self.bridge.subscribe(Box::new(move |event| {
            // What a listener throws is its own matter; the core goes on.
            let _ = listener.call1(&JsValue::UNDEFINED, &event.into());
        }));
        self.listening.push(number);
    }
}

impl Drop for OneHallCore {
    fn drop(&mut self) {
        for number in &self.listening {
            self.bridge.core().unsubscribe(*number);
        }
        self.bridge.core().close();
    }
}
