//! Logging in elsewhere with one's account here: an application asks, a machine is let in by a phone, and what was allowed is
//! seen and taken back. The citizen's half of the hall's OpenID provider.
//!
//! Nothing is answered by opening an address: whoever sends somebody a link can ask, and only a press answers. The one
//! exception the hall decides, not the page: what was allowed to an application before is not asked again.

mod consents;
mod device;
mod logout;
mod machine;
mod onward;
mod page;
mod scopes;

use leptos::prelude::*;
use onehall_protocol::CoreError;
use onehall_protocol::identity::{AssuranceLevel, Session};

pub use consents::ConsentsPage;
pub use device::DevicePage;
pub use logout::LogoutPage;
pub use page::AuthorizePage;

use super::account::assurance_name;
use super::place::Reading;
use super::routes;
use crate::design::button::{ButtonLink, Weight};
use crate::design::icon::Icon;
use crate::design::notice::{Notice, Tone};
use crate::design::states::ErrorState;
use crate::shell::PageHeading;
use crate::texts::{Phrase, Words, authorization as words, level};
use crate::view::view;

/// What somebody goes by here: their name, or the phone number of an account that knows no more.
fn known_as(session: &Session) -> Words {
    let actor = &session.actor;
    let name = if actor.name.is_empty() {
        &session.phone
    } else {
        &actor.name
    };
    name.as_str().into()
}

/// A page that says one thing, and what comes after it.
fn told(icon: &'static str, class: &'static str, title: Words, text: Phrase, after: AnyView) -> AnyView {
    view! {
        <Reading>
            <div class=class>
                <Icon name=icon class="icon-huge"/>
                <PageHeading title=title/>
                <p class="state-text">{text}</p>
                {after}
            </div>
        </Reading>
    }
    .into_any()
}

/// What was asked of the hall did not come.
fn failed(title: Words, error: CoreError, retry: Callback<()>) -> AnyView {
    view! {
        <Reading>
            <PageHeading title=title/>
            <ErrorState error=error retry=retry/>
        </Reading>
    }
    .into_any()
}

/// Says which level is asked for and which one there is, and leads to raise it. `back` says what comes afterwards.
fn level_notice(who: Words, asked: AssuranceLevel, now: AssuranceLevel, next: &str, back: Phrase) -> AnyView {
    let href = routes::level_for(next, asked);
    view! {
        <Notice tone=Tone::Attention title=level::TOO_LOW_TITLE>
            <p>{words::LEVEL_TEXT.with([who, assurance_name(asked).into()])}</p>
            <p>{words::LEVEL_NOW.with([assurance_name(now).into()])}" "{back}</p>
        </Notice>
        <div class="buttons">
            <ButtonLink href=href label=level::TOO_LOW_GO weight=Weight::Primary icon="shield-check"/>
        </div>
    }
    .into_any()
}
