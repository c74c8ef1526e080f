//! The second part of the program, which comes when a page needs it: `window.onehallLater` of the page's script loads it.
//! Where the program is in one part, it is there at once.

use std::cell::Cell;

use js_sys::{Function, Promise, Reflect};
use leptos::prelude::window;
use leptos::wasm_bindgen::JsCast;
use onehall_protocol::{CoreError, ErrorCode, Language};
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::JsFuture;

thread_local! {
    static STANDING: Cell<Standing> = const { Cell::new(Standing::Away) };
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Standing {
    Away,
    Here,
    /// The hall does not have it any more: it has pages of a newer version.
    Gone,
}

/// Whether it is there.
#[must_use]
pub fn is_here() -> bool {
    STANDING.get() == Standing::Here
}

/// Whether it will not come however often it is asked for: this page is of a version that the hall has no longer.
#[must_use]
pub fn is_gone() -> bool {
    STANDING.get() == Standing::Gone
}

/// Loads it.
///
/// # Errors
/// `network/offline` where nothing answered, `backend/unavailable` where what answered does not have it.
pub async fn load() -> Result<(), CoreError> {
    let load = Reflect::get(&window(), &"onehallLater".into()).ok();
    // A page without that script has the whole program.
    let asked = load
        .and_then(|load| load.dyn_into::<Function>().ok())
        .map(|load| load.call0(&JsValue::NULL));
    let failed = match asked {
        None => None,
        Some(Ok(promise)) => JsFuture::from(Promise::resolve(&promise)).await.err(),
        Some(Err(fault)) => Some(fault),
    };
    let Some(fault) = failed else {
        STANDING.set(Standing::Here);
        return Ok(());
    };
    let gone = Reflect::get(&fault, &"gone".into()).is_ok_and(|gone| gone.is_truthy());
    STANDING.set(if gone { Standing::Gone } else { Standing::Away });
    let code = if gone {
        ErrorCode::Unavailable
    } else {
        ErrorCode::Offline
    };
    Err(CoreError::new(code, Language::default()))
}
