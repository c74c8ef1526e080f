//! What every store promises, tried on an engine in JavaScript: a browser's database, the storage of a mini-program, a host's
//! own. `cargo xtask test --only store` runs it in Chromium.

use std::sync::Arc;

use async_trait::async_trait;
use js_sys::{Array, Function, Promise};
use onehall_core::platform::conformance::{Engine, Outcome, run};
use onehall_core::platform::{WebHost, web};
use onehall_core::ports::Store;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::{JsFuture, future_to_promise};

/// An engine that a function in JavaScript opens.
struct Given {
    open: Function,
    too_much: Option<u32>,
}

#[async_trait(?Send)]
impl Engine for Given {
    #[allow(clippy::expect_used)] // Without a host there is nothing to try.
    async fn open(&self) -> Arc<dyn Store> {
        let opened = self.open.call0(&JsValue::UNDEFINED).expect("the engine opens");
        let host = JsFuture::from(Promise::resolve(&opened))
            .await
            .expect("the engine opens");
        web(host.unchecked_into::<WebHost>(), None).store
    }

    fn lasts(&self) -> bool {
        true
    }

    fn too_much(&self) -> Option<usize> {
        self.too_much.map(|bytes| bytes as usize)
    }
}

/// Tries the engine that `open` gives a promise of, a host as in `core/js/host.js`, of which the part that keeps things is
/// enough. Fulfilled with a line for each promise: `well: …`, or `BROKEN: …` and what was found.
#[wasm_bindgen]
pub fn conformance(open: Function, too_much: Option<u32>) -> Promise {
    let engine = Given { open, too_much };
    future_to_promise(async move {
        let line = |Outcome { promise, broken }| match broken {
            None => format!("well: {promise}"),
            Some(broken) => format!("BROKEN: {promise}: {broken}"),
        };
        let lines = run(&engine).await.into_iter().map(line);
        Ok(lines.map(JsValue::from).collect::<Array>().into())
    })
}
