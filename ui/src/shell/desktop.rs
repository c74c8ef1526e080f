//! The desktop's shell around the page, where there is one: `window.onehallDesktop` says where links from outside and
//! notifications lead.

use js_sys::{Function, Reflect};
use leptos::prelude::*;
use leptos::wasm_bindgen::JsCast;
use leptos::wasm_bindgen::closure::Closure;
use onehall_client::Link;

use super::{Ui, keys};
use crate::citizen::routes;
use crate::router::{NavigateOptions, use_location, use_navigate};
use crate::texts::desktop;

/// Where the desktop's shell puts it.
const GLOBAL: &str = "onehallDesktop";

/// Whether the page is in a desktop's window.
#[must_use]
pub fn is_here() -> bool {
    shell().is_some()
}

/// Goes where the shell leads, as long as the page is there. Within the router.
pub fn follow(ui: Ui) {
    let Some((shell, visits)) = shell() else { return };
    keys::listen(ui);
    let navigate = use_navigate();
    let visit = move |address: &str, replace: bool| {
        let known = address != Link::NOWHERE;
        let options = NavigateOptions {
            replace,
            ..NavigateOptions::default()
        };
        navigate(if known { address } else { routes::HOME }, options);
        if !known {
            ui.say_failure(desktop::UNKNOWN_LINK);
        }
    };
    // With such a link the window opened.
    let location = use_location();
    let opened = format!(
        "{}?{}",
        location.pathname.get_untracked(),
        location.search.get_untracked()
    );
    if opened == Link::NOWHERE {
        visit(&opened, true);
    }
    let hear = Closure::<dyn Fn(String)>::new(move |address: String| visit(&address, false));
    if visits.call1(&shell, hear.as_ref()).is_ok() {
        // The shell holds it as long as the page is there.
        hear.forget();
    }
}

fn shell() -> Option<(leptos::wasm_bindgen::JsValue, Function)> {
    let shell = Reflect::get(&window(), &GLOBAL.into()).ok()?;
    let visits = Reflect::get(&shell, &"visits".into()).ok()?.dyn_into().ok()?;
    Some((shell, visits))
}
