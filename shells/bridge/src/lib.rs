//! What the desktop and the kiosk share: a window that shows the UI over the native core in this process.
//!
//! - `options`: the command line.
//! - `assets`: the pages, through Tauri's asset provider, so that the page's origin stays while bundles change.
//! - `floor`: the bundle that always boots; `packed`: how it lies inside the program.
//! - `boots`: from one page to the next; `settings` and `checks`: which updates, and when they are asked for;
//!   `reports`: what the hall is told of them.
//! - `plugin`: the three commands that a page is permitted, `dispatch`, `listen` and `report`, and `page.js`, which gives
//!   the page `window.onehallBridge`. A page knows nothing of Tauri, and this crate nothing of what the envelopes say.
//! - `window`: what a window may not do.
//!
//! A shell is a [`Shell`] and its Tauri configuration; [`run_with`] does the rest.

mod assets;
mod boots;
mod checks;
mod floor;
mod options;
mod packed;
mod plugin;
mod settings;
mod shell;
mod sticks;
mod window;

pub use onehall_core::{Core, NewStep, Steps};
pub use options::Options;
pub use settings::kiosks;
pub use shell::{Fittings, Keeps, Shell, read_options, read_words, run_with};
pub use window::{CRASHED, Frame, of as window};

/// What a page may load and run. `ipc:` is how Tauri carries a call out of the page; there is no other way out.
pub const CONTENT_POLICY: &str = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; \
    font-src 'self'; img-src 'self' data: blob:; connect-src 'self' ipc: http://ipc.localhost; base-uri 'none'; \
    form-action 'none'; frame-ancestors 'none'";
