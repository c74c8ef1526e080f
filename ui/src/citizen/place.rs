//! How a page is divided, and what it asks of who reads it.

use leptos::prelude::*;

use super::{routes, use_hall};
use crate::design::states::{Skeleton, SkeletonKind};
use crate::router::{NavigateOptions, use_location, use_navigate};
use crate::view::{effect, live, memo, view};

/// A page of lists and overviews.
#[component]
pub fn Wide(
    /// The page.
    children: Children,
) -> impl IntoView {
    view! { <div class="wide">{children()}</div> }.into_any()
}

/// A page of text, or a form: a readable line.
#[component]
pub fn Reading(
    /// The page.
    children: Children,
) -> impl IntoView {
    view! { <div class="reading">{children()}</div> }.into_any()
}

/// A page of text with something beside it that stays in sight.
#[component]
pub fn WithAside(
    /// Beside the text.
    aside: AnyView,
    /// The text.
    children: Children,
) -> impl IntoView {
    view! {
        <div class="with-aside">
            <div class="with-aside-body">{children()}</div>
            <aside class="with-aside-side">{aside}</aside>
        </div>
    }
    .into_any()
}

/// A page for who is logged in. Others are asked to log in, and come back here afterwards.
#[component]
pub fn LoggedIn(
    /// The page; made anew for another session.
    children: ChildrenFn,
) -> impl IntoView {
    let hall = use_hall();
    let location = use_location();
    let navigate = use_navigate();
    let logged_in = memo(move |_| hall.session_known.get().then(|| hall.session.with(Option::is_some)));
    effect(move || {
        if logged_in.get() == Some(false) {
            let path = location.pathname.get_untracked();
            let search = location.search.get_untracked();
            let here = if search.is_empty() {
                path
            } else {
                format!("{path}?{search}")
            };
            navigate(
                &routes::login(&here),
                NavigateOptions {
                    replace: true,
                    ..Default::default()
                },
            );
        }
    });
    live(move || match logged_in.get() {
        Some(true) => children().into_any(),
        _ => view! { <div class="wide"><Skeleton kind=SkeletonKind::Text/></div> }.into_any(),
    })
}
