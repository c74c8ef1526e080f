//! Keys of the desktop's window: what a browser has around its pages, and a window of one's own has not.

use leptos::ev;
use leptos::prelude::*;
use web_sys::KeyboardEvent;

use super::{TEXT_SIZES, Ui, document};
use crate::citizen::routes;
use crate::router::{NavigateOptions, use_navigate};
use crate::texts::{Phrase, desktop};

/// The field of the search.
const SEARCH: &str = "search";

/// What a key does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Does {
    Find,
    Home,
    Back,
    Forward,
    Print,
    Larger,
    Smaller,
    OwnSize,
}

/// The keys as a person reads them, and what they do.
pub const LISTED: [(&str, Phrase); 7] = [
    ("Ctrl + F", desktop::KEY_FIND),
    ("Alt + Home", desktop::KEY_HOME),
    ("Alt + ←", desktop::KEY_BACK),
    ("Alt + →", desktop::KEY_FORWARD),
    ("Ctrl + P", desktop::KEY_PRINT),
    ("Ctrl + + / Ctrl + −", desktop::KEY_SIZE),
    ("Ctrl + 0", desktop::KEY_OWN_SIZE),
];

impl Does {
    fn of(event: &KeyboardEvent) -> Option<Does> {
        // Where there is a command key it is used in place of the other.
        let command = event.ctrl_key() || event.meta_key();
        match (command, event.alt_key(), event.key().as_str()) {
            (true, false, "f" | "F") => Some(Does::Find),
            (true, false, "p" | "P") => Some(Does::Print),
            (true, false, "+" | "=") => Some(Does::Larger),
            (true, false, "-" | "_") => Some(Does::Smaller),
            (true, false, "0") => Some(Does::OwnSize),
            (false, true, "Home") => Some(Does::Home),
            (false, true, "ArrowLeft") => Some(Does::Back),
            (false, true, "ArrowRight") => Some(Does::Forward),
            _ => None,
        }
    }
}

/// Listens for as long as the page is there. Within the router.
pub fn listen(ui: Ui) {
    let navigate = use_navigate();
    let _ = window_event_listener(ev::keydown, move |event| {
        let Some(does) = Does::of(&event).filter(|_| !event.default_prevented()) else {
            return;
        };
        event.prevent_default();
        // Whoever is asked something answers first; the size of what they read they may choose.
        let asked = document()
            .query_selector("dialog[open]")
            .is_ok_and(|open| open.is_some());
        let history = window().history();
        match does {
            Does::Larger => resize(ui, |now| TEXT_SIZES.into_iter().find(|size| *size > now)),
            Does::Smaller => resize(ui, |now| TEXT_SIZES.into_iter().rev().find(|size| *size < now)),
            Does::OwnSize => resize(ui, |_| TEXT_SIZES.first().copied()),
            _ if asked => {}
            Does::Find => find(navigate),
            Does::Home => navigate(routes::HOME, NavigateOptions::default()),
            Does::Back => drop(history.and_then(|history| history.back())),
            Does::Forward => drop(history.and_then(|history| history.forward())),
            Does::Print => drop(window().print()),
        }
    });
}

fn find(navigate: impl Fn(&str, NavigateOptions)) {
    if document().get_element_by_id(SEARCH).is_none() {
        navigate(routes::SEARCH, NavigateOptions::default());
    }
    // Once the page is drawn, and has taken the focus to its heading.
    request_animation_frame(|| request_animation_frame(|| document::focus_into_view(SEARCH)));
}

fn resize(ui: Ui, next: impl Fn(u16) -> Option<u16>) {
    ui.prefer(|preferences| {
        if let Some(size) = next(preferences.text_percent) {
            preferences.text_percent = size;
        }
    });
}
