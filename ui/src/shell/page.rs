//! What a page change means to somebody who does not see it: title, focus, scroll.

use std::cell::RefCell;
use std::collections::HashMap;

use leptos::prelude::*;

use super::document;
use crate::texts::Words;
use crate::view::{effect, view};

/// The id of each page's `<h1>`.
pub const HEADING: &str = "page-heading";

/// The name of the site behind each page's title, in context.
#[derive(Clone, Copy)]
pub struct SiteName(pub Signal<String>);

thread_local! {
    static VISITS: RefCell<Visits> = RefCell::default();
}

/// Where each page was scrolled to, and whether the next page is one that somebody goes back to.
#[derive(Default)]
struct Visits {
    scrolled: HashMap<String, f64>,
    going_back: bool,
    shown: bool,
}

impl Visits {
    /// Notes how far a page is scrolled. Not while one goes back: the page that is left shrinks under the new address.
    fn leave(&mut self, address: String, top: f64) {
        if !self.going_back {
            self.scrolled.insert(address, top);
        }
    }

    /// How far a page that comes up is scrolled: where it was left when one goes back to it, else to the top.
    fn arrive(&mut self, address: &str) -> f64 {
        let back = std::mem::take(&mut self.going_back);
        if back {
            self.scrolled.get(address).copied().unwrap_or(0.0)
        } else {
            0.0
        }
    }
}

fn address() -> String {
    let location = window().location();
    format!(
        "{}{}",
        location.pathname().unwrap_or_default(),
        location.search().unwrap_or_default()
    )
}

/// Notes the scroll position of the page that is left, and which pages are gone back to. Called once, at the start.
pub fn remember_scroll() {
    if let Ok(history) = window().history() {
        let _ = history.set_scroll_restoration(web_sys::ScrollRestoration::Manual);
    }
    let _ = window_event_listener(leptos::ev::scroll, |_| {
        VISITS.with_borrow_mut(|visits| visits.leave(address(), document::scrolled()));
    });
    let _ = window_event_listener(leptos::ev::popstate, |_| {
        VISITS.with_borrow_mut(|visits| visits.going_back = true)
    });
}

/// The heading of a page. Sets the document's title; when the page comes up (but not the very first one of a visit) the
/// focus moves here and the scroll position is set. Every page has exactly one.
#[component]
pub fn PageHeading(
    /// What the page is.
    #[prop(into)]
    title: Words,
    /// Said before the title, small: what this page is part of.
    #[prop(optional, into)]
    above: Option<Words>,
    /// Drawn for screen readers only: the page shows what it is by other means.
    #[prop(optional)]
    hidden: bool,
) -> impl IntoView {
    let site = use_context::<SiteName>();
    let for_title = title.clone();
    effect(move || {
        let page = for_title.now();
        let whole = match site.map(|site| site.0.get()) {
            Some(site) if !site.is_empty() && site != page => format!("{page} · {site}"),
            _ => page,
        };
        document().set_title(&whole);
    });
    // Once, when it is in the document.
    effect(move || {
        let (first, top) = VISITS.with_borrow_mut(|visits| {
            let first = !std::mem::replace(&mut visits.shown, true);
            (first, visits.arrive(&address()))
        });
        if !first {
            request_animation_frame(move || {
                document::focus(HEADING);
                document::scroll_to(top);
            });
        }
    });
    view! {
        {above.map(|above| view! { <p class="page-above">{above}</p> })}
        <h1 id=HEADING tabindex="-1" class="page-heading" class:visually-hidden=hidden>
            {title}
        </h1>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn going_back_finds_the_place_and_going_on_starts_at_the_top() {
        let mut visits = Visits::default();
        visits.leave("/search?q=a".to_owned(), 420.0);
        assert!((visits.arrive("/search?q=a") - 0.0).abs() < f64::EPSILON);
        visits.going_back = true;
        visits.leave("/search?q=a".to_owned(), 0.0);
        assert!((visits.arrive("/search?q=a") - 420.0).abs() < f64::EPSILON);
        assert!((visits.arrive("/search?q=a") - 0.0).abs() < f64::EPSILON);
    }
}
