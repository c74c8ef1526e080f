//! Which page an address is, and how one goes from page to page.
//!
//! As much of a router as the hall needs: a table of addresses, links that do not load the document anew, back and
//! forward. A page stays while only what is optional in its address changes, and where it gives itself another address; what is
//! shown for another address is drawn anew.

use leptos::ev;
use leptos::prelude::*;
use leptos::tachys::reactive_graph::OwnedView;
use leptos::wasm_bindgen::{JsCast, JsValue};
use web_sys::{HtmlAnchorElement, MouseEvent};

use crate::view::{El, erase, live};

/// Addresses and their pages: `/drafts/:draft/:page?`. The first that fits is shown.
pub type Table = &'static [(&'static str, fn() -> AnyView)];

/// Named parts of an address, decoded.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Named(Vec<(String, String)>);

impl Named {
    /// The part of this name.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<String> {
        let found = self.0.iter().find(|(known, _)| known == name);
        found.map(|(_, value)| value.clone())
    }
}

/// The address that is shown. Cheap to copy.
#[derive(Clone, Copy)]
pub struct Location {
    /// Its path.
    pub pathname: RwSignal<String>,
    /// Its query, without the question mark.
    pub search: RwSignal<String>,
}

/// What the page that is shown was opened with. A page that is left does not hear of the next one's.
#[derive(Clone)]
struct Opened {
    page: Option<usize>,
    params: ArcRwSignal<Named>,
    query: ArcRwSignal<Named>,
}

#[derive(Clone, Copy)]
struct Router {
    base: &'static str,
    table: Table,
    location: Location,
    opened: RwSignal<Opened>,
}

/// How to go to a page.
#[derive(Debug, Clone, Copy)]
pub struct NavigateOptions {
    /// The page that is left is not gone back to.
    pub replace: bool,
    /// The page is shown from its top.
    pub scroll: bool,
}

impl Default for NavigateOptions {
    fn default() -> Self {
        NavigateOptions {
            replace: false,
            scroll: true,
        }
    }
}

/// Starts the router, for the component that calls this and what stands in it. `base` is the path below which links are
/// pages of `table`.
pub fn provide_router(base: &'static str, table: Table) {
    let (path, search) = here();
    let router = Router {
        base,
        table,
        opened: RwSignal::new(opened(table, &path, &search)),
        location: Location {
            pathname: RwSignal::new(path),
            search: RwSignal::new(search),
        },
    };
    provide_context(router);
    let click = window_event_listener(ev::click, move |event| {
        // Where a link cannot be read the browser follows it by itself.
        let _ = router.follow(&event);
    });
    let back = window_event_listener(ev::popstate, move |_| router.show(false));
    on_cleanup(move || {
        click.remove();
        back.remove();
    });
}

/// The page that the address is; `otherwise` where it is none.
pub fn pages(otherwise: fn() -> AnyView) -> AnyView {
    let router: Router = expect_context();
    let outside = Owner::current().unwrap_or_default();
    let mut visit = 0_u32;
    live(move || {
        let opened = router.opened.get();
        let draw = opened.page.map_or(otherwise, |page| router.table[page].1);
        let owner = outside.child();
        // Another number each time: nothing of the page that is left is kept.
        visit = visit.wrapping_add(1);
        let page = owner.with(|| {
            provide_context(opened);
            El::several().site(visit).child(untrack(draw))
        });
        OwnedView::new_with_owner(erase(page), owner)
    })
}

/// The address that is shown.
///
/// # Panics
/// Outside of a router.
#[must_use]
pub fn use_location() -> Location {
    expect_context::<Router>().location
}

/// Goes to an address of this hall.
///
/// # Panics
/// Outside of a router.
pub fn use_navigate() -> impl Fn(&str, NavigateOptions) + Copy + Send + Sync + 'static {
    let router: Router = expect_context();
    move |address, options| router.go(address, options)
}

/// The parameters of the page's address.
///
/// # Panics
/// Outside of a page.
#[must_use]
pub fn use_params_map() -> Signal<Named> {
    expect_context::<Opened>().params.into()
}

/// The query of the page's address.
///
/// # Panics
/// Outside of a page.
#[must_use]
pub fn use_query_map() -> Signal<Named> {
    expect_context::<Opened>().query.into()
}

impl Router {
    fn go(self, address: &str, options: NavigateOptions) {
        let Ok(history) = window().history() else { return };
        let now = window().location();
        let whole = [now.pathname(), now.search(), now.hash()].map(Result::unwrap_or_default);
        let done = if options.replace {
            history.replace_state_with_url(&JsValue::NULL, "", Some(address))
        } else if whole.concat() == address {
            // The page that is shown is not gone back to from itself.
            Ok(())
        } else {
            history.push_state_with_url(&JsValue::NULL, "", Some(address))
        };
        if done.is_ok() {
            self.show(options.replace);
            scroll(options.scroll);
        }
    }

    /// Shows what the window's address is. `itself`: the page that is shown gave itself another one, and stays whatever it is
    /// called now.
    fn show(self, itself: bool) {
        let (path, search) = here();
        let next = opened(self.table, &path, &search);
        let same = self.opened.with_untracked(|now| {
            let pattern = next.page.map(|page| self.table[page].0);
            now.page == next.page && pattern.is_some_and(|pattern| itself || is_of_the_same(pattern, now, &next))
        });
        set_changed(&self.location.pathname, path);
        set_changed(&self.location.search, search);
        if same {
            let now = self.opened.get_untracked();
            set_changed(&now.params, next.params.get_untracked());
            set_changed(&now.query, next.query.get_untracked());
        } else {
            self.opened.set(next);
        }
    }

    /// Follows a link, where it is one of this hall that a plain press was meant for.
    fn follow(self, event: &MouseEvent) -> Option<()> {
        let changed = event.meta_key() || event.alt_key() || event.ctrl_key() || event.shift_key();
        if event.default_prevented() || event.button() != 0 || changed {
            return None;
        }
        let link = event
            .composed_path()
            .iter()
            .find_map(|node| node.dyn_into::<HtmlAnchorElement>().ok())?;
        let href = link.href();
        let rel = link.get_attribute("rel").unwrap_or_default();
        let elsewhere = !link.target().is_empty()
            || link.has_attribute("download")
            || rel.split(' ').any(|word| word == "external");
        let address = href.strip_prefix(&window().location().origin().ok()?)?;
        if elsewhere || !address.starts_with(self.base) {
            return None;
        }
        event.prevent_default();
        self.go(address, NavigateOptions::default());
        Some(())
    }
}

fn set_changed<S, T>(signal: &S, value: T)
where
    S: Set<Value = T> + WithUntracked<Value = T>,
    T: PartialEq + 'static,
{
    if signal.with_untracked(|now| *now != value) {
        signal.set(value);
    }
}

/// Path and query of the window's address.
fn here() -> (String, String) {
    let location = window().location();
    let search = location.search().unwrap_or_default();
    (
        location.pathname().unwrap_or_default(),
        search.strip_prefix('?').unwrap_or_default().to_owned(),
    )
}

/// To what the address names on the page, else to the top.
fn scroll(to_top: bool) {
    let hash = window().location().hash().unwrap_or_default();
    let named = hash.strip_prefix('#').filter(|id| !id.is_empty());
    match named.and_then(|id| document().get_element_by_id(&decoded(id))) {
        Some(element) => element.scroll_into_view(),
        None if to_top => window().scroll_to_with_x_and_y(0.0, 0.0),
        None => {}
    }
}

fn opened(table: Table, path: &str, search: &str) -> Opened {
    let found = table
        .iter()
        .enumerate()
        .find_map(|(page, (pattern, _))| Some((page, fit(pattern, path)?)));
    let (page, params) = found.map_or((None, Named::default()), |(page, params)| (Some(page), params));
    let decode = |named: Vec<(&str, &str)>| {
        let all = named.into_iter();
        Named(all.map(|(name, value)| (decoded(name), decoded(value))).collect())
    };
    Opened {
        page,
        params: ArcRwSignal::new(Named(params.0)),
        query: ArcRwSignal::new(decode(pairs(&search.replace('+', " ")))),
    }
}

fn parts(path: &str) -> impl Iterator<Item = &str> {
    path.split('/').filter(|part| !part.is_empty())
}

/// Whether two addresses of a pattern have the same in every part that must be there: they are of one draft, one case, one hall.
fn is_of_the_same(pattern: &str, now: &Opened, next: &Opened) -> bool {
    let (now, next) = (now.params.get_untracked(), next.params.get_untracked());
    parts(pattern)
        .filter_map(|part| part.strip_prefix(':').filter(|name| !name.ends_with('?')))
        .all(|name| now.get(name) == next.get(name))
}

/// The parameters of a path, where it fits a pattern.
fn fit(pattern: &str, path: &str) -> Option<Named> {
    let mut given = parts(path);
    let mut named = Vec::new();
    for part in parts(pattern) {
        match (part.strip_prefix(':'), given.next()) {
            (Some(name), Some(value)) => named.push((name.trim_end_matches('?').to_owned(), decoded(value))),
            (Some(name), None) if name.ends_with('?') => {}
            (None, Some(value)) if part == value => {}
            _ => return None,
        }
    }
    given.next().is_none().then_some(Named(named))
}

/// Names and values of a query, as they are written.
fn pairs(search: &str) -> Vec<(&str, &str)> {
    let written = search.split('&').filter(|pair| !pair.is_empty());
    written.map(|pair| pair.split_once('=').unwrap_or((pair, ""))).collect()
}

/// What a part of an address says; as it is where it is not written as it should.
fn decoded(text: &str) -> String {
    if !text.contains('%') {
        return text.to_owned();
    }
    js_sys::decode_uri_component(text).map_or_else(|_| text.to_owned(), String::from)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_fits_its_pattern_and_no_other() {
        assert_eq!(fit("/", "/"), Some(Named::default()));
        assert_eq!(fit("/services/:code", "/services"), None);
        assert_eq!(fit("/services", "/services/A1"), None);
        let code = fit("/services/:code", "/services/A1/").and_then(|named| named.get("code"));
        assert_eq!(code.as_deref(), Some("A1"));
        assert_eq!(fit("/services/:code", "/themes/A1"), None);
    }

    #[test]
    fn the_last_part_may_be_missing_where_the_pattern_says_so() {
        let page = |path| fit("/drafts/:draft/:page?", path).map(|named| (named.get("draft"), named.get("page")));
        assert_eq!(page("/drafts/d1"), Some((Some("d1".to_owned()), None)));
        assert_eq!(
            page("/drafts/d1/owner"),
            Some((Some("d1".to_owned()), Some("owner".to_owned())))
        );
        assert_eq!(page("/drafts"), None);
        assert_eq!(page("/drafts/d1/owner/more"), None);
    }

    #[test]
    fn a_query_is_read_pair_by_pair() {
        assert_eq!(
            pairs("q=a&tab=&x&q=b"),
            [("q", "a"), ("tab", ""), ("x", ""), ("q", "b")]
        );
        assert_eq!(pairs(""), []);
    }
}
