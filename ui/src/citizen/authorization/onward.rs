//! Back to the application that asked, with the answer.

use leptos::prelude::*;
use onehall_protocol::Text;

use super::told;
use crate::design::button::{ButtonLink, Weight};
use crate::texts::authorization as words;
use crate::view::view;

/// Where the answer goes, and to whom.
#[derive(Clone, PartialEq)]
pub(super) struct Onward {
    /// The application.
    pub(super) name: Text,
    /// An address of it, which the hall has put together.
    pub(super) location: String,
}

impl Onward {
    /// Goes there. The question is answered, so nobody goes back to it.
    pub(super) fn go(&self) {
        let _ = window().location().replace(&self.location);
    }

    /// What is seen while the browser goes; where an application of the device opens instead, this stays.
    pub(super) fn view(&self) -> AnyView {
        let name = &self.name;
        let after = view! {
            <div class="buttons buttons-center">
                <ButtonLink
                    href=self.location.clone()
                    label=words::ONWARD_GO.with([name.into()])
                    weight=Weight::Primary
                    icon_after="arrow-right"
                />
            </div>
        };
        let title = words::ONWARD_TITLE.with([name.into()]);
        told("log-in", "state", title, words::ONWARD_TEXT, after.into_any())
    }
}
