//! The document around the UI: attributes of `<html>`, title, focus, scroll.

use std::cell::RefCell;

use js_sys::{Function, Promise, Reflect};
use leptos::prelude::*;
use leptos::wasm_bindgen::JsCast;
use wasm_bindgen_futures::JsFuture;
use web_sys::{HtmlElement, ScrollToOptions};

fn root() -> Option<HtmlElement> {
    document().document_element()?.dyn_into().ok()
}

/// An attribute of `<html>`.
#[must_use]
pub fn root_attribute(name: &str) -> Option<String> {
    root()?.get_attribute(name)
}

thread_local! {
    static PRESSES: RefCell<Presses> = RefCell::default();
}

/// Whether a button of a pointer is down, and what waits until it is up.
#[derive(Default)]
struct Presses {
    down: bool,
    waiting: Vec<Box<dyn FnOnce()>>,
}

/// Notes when a pointer is pressed. Called once, at the start.
pub fn follow_presses() {
    let _ = window_event_listener(leptos::ev::pointerdown, |_| {
        PRESSES.with_borrow_mut(|presses| presses.down = true)
    });
    let released = || {
        let waiting = PRESSES.with_borrow_mut(|presses| {
            presses.down = false;
            std::mem::take(&mut presses.waiting)
        });
        if !waiting.is_empty() {
            // The click comes after this.
            set_timeout(
                move || waiting.into_iter().for_each(|work| work()),
                std::time::Duration::ZERO,
            );
        }
    };
    let _ = window_event_listener(leptos::ev::pointerup, move |_| released());
    let _ = window_event_listener(leptos::ev::pointercancel, move |_| released());
    let _ = window_event_listener(leptos::ev::keydown, move |_| released());
}

/// Does something once no pointer is pressed. Leaving a field may move what stands below it: not before a click on that
/// has arrived.
pub fn after_press(work: impl FnOnce() + 'static) {
    let now = PRESSES.with_borrow_mut(|presses| {
        if !presses.down {
            return Some(work);
        }
        presses.waiting.push(Box::new(work));
        None
    });
    if let Some(work) = now {
        work();
    }
}

/// Whether this terminal cannot do something that a browser can (`files`: choose one, `save` one, `print`): the shell said
/// what it can when the page came up.
#[must_use]
pub fn cannot(what: &str) -> bool {
    root_attribute("data-cannot").is_some_and(|all| all.split(' ').any(|one| one == what))
}

/// Sets an attribute of `<html>`.
pub fn set_root_attribute(name: &str, value: &str) {
    if let Some(root) = root() {
        let _ = root.set_attribute(name, value);
    }
}

/// Sets a CSS custom property of `<html>`.
pub fn set_root_property(name: &str, value: &str) {
    if let Some(root) = root() {
        let _ = root.style().set_property(name, value);
    }
}

/// The content of `<meta name="…">`.
#[must_use]
pub fn meta(name: &str) -> Option<String> {
    document()
        .query_selector(&format!("meta[name='{name}']"))
        .ok()??
        .get_attribute("content")
}

/// Takes the first paint away: the UI is there.
pub fn remove_boot() {
    if let Some(boot) = document().get_element_by_id("boot") {
        boot.remove();
    }
}

/// Shows that the UI cannot go on.
pub fn show_boot_failed() {
    remove_boot();
    if let Some(failed) = document().get_element_by_id("boot-failed") {
        let _ = failed.remove_attribute("hidden");
    }
}

/// The id of the element that has the focus, where it has one.
#[must_use]
pub fn focused_id() -> Option<String> {
    let id = document().active_element()?.id();
    (!id.is_empty()).then_some(id)
}

/// Moves the focus to the element of this id, without scrolling to it.
pub fn focus(id: &str) {
    let element = document()
        .get_element_by_id(id)
        .and_then(|element| element.dyn_into::<HtmlElement>().ok());
    if let Some(element) = element {
        let options = web_sys::FocusOptions::new();
        options.set_prevent_scroll(true);
        let _ = element.focus_with_options(&options);
    }
}

/// Moves the focus to the element of this id and brings it to the middle of the window, clear of what sticks to its
/// edges.
pub fn focus_into_view(id: &str) {
    focus_and_scroll(id, web_sys::ScrollLogicalPosition::Center);
}

/// Brings the element of this id into sight, moving as little as needed.
pub fn keep_in_view(id: &str) {
    if let Some(element) = document().get_element_by_id(id) {
        let options = web_sys::ScrollIntoViewOptions::new();
        options.set_block(web_sys::ScrollLogicalPosition::Nearest);
        element.scroll_into_view_with_scroll_into_view_options(&options);
    }
}

fn focus_and_scroll(id: &str, place: web_sys::ScrollLogicalPosition) {
    focus(id);
    if let Some(element) = document().get_element_by_id(id) {
        let options = web_sys::ScrollIntoViewOptions::new();
        options.set_block(place);
        element.scroll_into_view_with_scroll_into_view_options(&options);
    }
}

/// How far the page is scrolled, in CSS pixels.
#[must_use]
pub fn scrolled() -> f64 {
    window().scroll_y().unwrap_or(0.0)
}

/// Scrolls the page without a movement.
pub fn scroll_to(top: f64) {
    let options = ScrollToOptions::new();
    options.set_top(top);
    options.set_behavior(web_sys::ScrollBehavior::Instant);
    window().scroll_to_with_scroll_to_options(&options);
}

/// Whether a media query holds now.
#[must_use]
pub fn media(query: &str) -> bool {
    window()
        .match_media(query)
        .ok()
        .flatten()
        .is_some_and(|list| list.matches())
}

/// The width of the window in CSS pixels.
#[must_use]
pub fn width() -> f64 {
    window()
        .inner_width()
        .ok()
        .and_then(|width| width.as_f64())
        .unwrap_or(1280.0)
}

/// Saves a file to the person's downloads.
pub fn save_file(name: &str, media_type: &str, bytes: &[u8]) {
    let parts = js_sys::Array::of1(&js_sys::Uint8Array::from(bytes));
    let options = web_sys::BlobPropertyBag::new();
    options.set_type(media_type);
    if let Ok(blob) = web_sys::Blob::new_with_u8_array_sequence_and_options(&parts, &options) {
        save_blob(name, &blob);
    }
}

/// Saves a blob to the person's downloads.
pub fn save_blob(name: &str, blob: &web_sys::Blob) {
    let Ok(address) = web_sys::Url::create_object_url_with_blob(blob) else {
        return;
    };
    let link = document()
        .create_element("a")
        .ok()
        .and_then(|link| link.dyn_into::<web_sys::HtmlAnchorElement>().ok());
    if let Some(link) = link {
        link.set_href(&address);
        link.set_download(name);
        link.click();
    }
    // The browser has taken it by then; without this the bytes would stay as long as the page.
    set_timeout(
        move || drop(web_sys::Url::revoke_object_url(&address)),
        std::time::Duration::from_secs(60),
    );
}

/// The element that the UI is drawn in; `<body>` where the page has none.
///
/// # Panics
/// Never in a browser: a document has a body.
#[must_use]
pub fn app_root() -> HtmlElement {
    let app = document()
        .get_element_by_id("app")
        .and_then(|element| element.dyn_into().ok());
    app.or_else(|| document().body())
        .unwrap_or_else(|| unreachable!("a document has a body"))
}

/// Scrolls to the element of this id and moves the focus into it, so that Tab goes on from there.
pub fn reveal(id: &str) {
    if let Some(element) = document().get_element_by_id(id) {
        if !element.has_attribute("tabindex") {
            let _ = element.set_attribute("tabindex", "-1");
        }
        focus_and_scroll(id, web_sys::ScrollLogicalPosition::Start);
    }
}

/// Asks the browser to keep for good what this page keeps in it, and not to throw it away when room gets scarce. Gives whether
/// it will. In a shell nothing lies in the browser.
pub async fn keep_for_good() -> bool {
    if !cfg!(feature = "web") {
        return true;
    }
    let asked = || {
        let storage = Reflect::get(&window().navigator(), &"storage".into()).ok()?;
        let persist: Function = Reflect::get(&storage, &"persist".into()).ok()?.dyn_into().ok()?;
        persist.call0(&storage).ok()?.dyn_into::<Promise>().ok()
    };
    // A browser that cannot be asked promises nothing.
    match asked() {
        Some(answer) => JsFuture::from(answer).await.is_ok_and(|kept| kept.is_truthy()),
        None => false,
    }
}
