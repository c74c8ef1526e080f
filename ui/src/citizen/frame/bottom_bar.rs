//! The bar at the bottom of a phone: four places for the thumb.

use leptos::prelude::*;

use super::head::HeadWay;
use crate::citizen::routes;
use crate::texts::frame;
use crate::view::view;

/// The bar at the bottom.
#[component]
pub fn BottomBar() -> impl IntoView {
    view! {
        <nav class="bottom-bar" aria-label=frame::MAIN_MENU>
            <ul class="bottom-bar-list">
                <li><HeadWay href=routes::HOME name=frame::HOME exact=true icon="house"/></li>
                <li><HeadWay href=routes::THEMES name=frame::FOOT_SERVICES icon="layout-grid"/></li>
                <li><HeadWay href=routes::MATTERS name=frame::MATTERS icon="file-text"/></li>
                <li><HeadWay href=routes::ACCOUNT name=frame::ACCOUNT icon="user"/></li>
            </ul>
        </nav>
    }
    .into_any()
}
