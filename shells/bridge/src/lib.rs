//! What the desktop and the kiosk share: a window that shows the UI over the native core in this process.
//!
//! - `options`: the command line.
//! - `assets`: the UI bundle, through Tauri's asset provider, so that the page's origin stays while bundles change.
//! - `plugin`: the two commands that a page is permitted, `dispatch` and `listen`, and `page.js`, which gives the page
//!   `window.onehallBridge`. A page knows nothing of Tauri, and this crate nothing of what the envelopes say.
//! - `window`: what a window may not do.
//!
//! A shell is a [`Shell`] and its Tauri configuration; [`run`] does the rest.

mod assets;
mod options;
mod plugin;
mod shell;
mod window;

pub use assets::Bundle;
pub use options::Options;
pub use shell::{Keeps, Shell, run};
pub use window::Frame;

/// What a page may load and run. `ipc:` is how Tauri carries a call out of the page; there is no other way out.
pub const CONTENT_POLICY: &str = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; \
    font-src 'self'; img-src 'self' data: blob:; connect-src 'self' ipc: http://ipc.localhost; base-uri 'none'; \
    form-action 'none'; frame-ancestors 'none'";
