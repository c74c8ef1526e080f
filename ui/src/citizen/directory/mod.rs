//! The lists by which one finds a service: all of them, by theme, by authority, by life event; and the halls.

mod authorities;
mod halls;
mod life_events;
mod services;
mod themes;

pub use authorities::{AuthoritiesPage, AuthorityPage};
pub use halls::{hall_card, hall_facts};
pub use life_events::{LifeEventPage, LifeEventsPage, life_event_cards};
pub use services::ServicesPage;
pub use themes::{ThemePage, ThemesPage, theme_tiles};

use leptos::prelude::*;

use crate::router::use_params_map;

/// A part of the page's address, by name.
fn parameter(name: &'static str) -> Signal<String> {
    let parameters = use_params_map();
    Signal::derive(move || parameters.with(|parameters| parameters.get(name).unwrap_or_default()))
}
