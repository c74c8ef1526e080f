//! Whether something covers the pages of a kiosk.

use leptos::prelude::*;

use crate::citizen::routes;
use crate::shell::kiosk;

/// What covers the pages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cover {
    /// Nothing does: somebody is at work.
    None,
    /// What a stranger sees first.
    Attract,
    /// A visit has ended.
    Over,
}

impl Cover {
    /// As a page begins. A kiosk in its hall begins at the home page; elsewhere somebody is in the middle of something, and what is
    /// no kiosk has no strangers.
    pub fn first() -> RwSignal<Cover> {
        let at_home = || window().location().pathname().is_ok_and(|path| path == routes::HOME);
        RwSignal::new(match kiosk::hall().is_some() && at_home() {
            true => Cover::Attract,
            false => Cover::None,
        })
    }
}

/// Nothing covers the pages of what is no shell.
#[cfg(not(feature = "shell"))]
pub fn cover(_: RwSignal<Cover>) {}
