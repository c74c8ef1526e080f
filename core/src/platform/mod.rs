//! The hosts that we ship ports for.

#[cfg(all(feature = "native", target_family = "wasm"))]
compile_error!("the feature `native` is of native hosts: sled, tokio and reqwest have no place in WebAssembly");

pub mod conformance;
pub mod memory;
#[cfg(all(feature = "native", not(target_family = "wasm")))]
pub mod native;
#[cfg(target_family = "wasm")]
mod web;
#[cfg(target_family = "wasm")]
pub use web::{WebHost, browser, web};

use onehall_client::Event;

use crate::ports::EventListener;

/// A listener of a UI that lives in this process. In a browser there is one thread; natively a UI that is not `Send`
/// may only be called on the thread that it subscribed on, and is not called elsewhere.
#[cfg(target_family = "wasm")]
pub(crate) fn local_listener(listener: Box<dyn Fn(Event)>) -> Box<EventListener> {
    Box::new(move |event| listener(event.clone()))
}

/// See the wasm version.
#[cfg(not(target_family = "wasm"))]
pub(crate) fn local_listener(listener: Box<dyn Fn(Event)>) -> Box<EventListener> {
    let listener = send_wrapper::SendWrapper::new(listener);
    Box::new(move |event| {
        if listener.valid() {
            listener(event.clone());
        }
    })
}
