//! `/console/passkeys`: a clerk's own passkeys, which do in place of the one-time password.

use leptos::prelude::*;
use leptos::task::spawn_local;
use onehall_client::staff::{AddPasskey, ListPasskeys, PasskeyOptions, RemovePasskey};

use super::desk::{Desk, use_desk};
use super::login::words_of;
use crate::citizen::place::Reading;
use crate::design::content::Section;
use crate::design::errors::ErrorSummary;
use crate::design::notice::{Notice, Tone};
use crate::design::passkeys::{Failure, Keyring, Wish};
use crate::design::states::SkeletonKind;
use crate::shell::{PageHeading, load, passkeys};
use crate::texts::{console_passkeys as words, passkeys as shared};
use crate::view::view;

async fn add(desk: Desk, ring: Keyring) -> Result<(), Failure> {
    // Whoever sits here shows first that they are there: the core asks.
    let options = desk.core.ask(PasskeyOptions {}).await?;
    let credential = passkeys::make(&options).await?;
    let name = ring.name();
    desk.core.ask(AddPasskey { name, credential }).await?;
    Ok(())
}

/// The page.
#[component]
pub(super) fn PasskeysPage() -> impl IntoView {
    let desk = use_desk();
    let known = load(move || desk.core.ask(ListPasskeys {}));
    let ring = Keyring::new(known);
    let on_wish = Callback::new(move |wish| {
        if !ring.begin(wish) {
            return;
        }
        spawn_local(async move {
            let outcome = match wish {
                Wish::Add => add(desk, ring).await,
                Wish::Remove(id) => desk.core.ask(RemovePasskey { id }).await.map_err(Failure::from),
            };
            if let Some(error) = ring.end(wish, outcome, words::REMOVED) {
                ring.fail(words_of(&error));
            }
        });
    });
    let adding = if passkeys::can() {
        ring.form(on_wish)
    } else {
        view! { <Notice tone=Tone::Info><p>{words::CANNOT}</p></Notice> }.into_any()
    };
    view! {
        <Reading>
            <PageHeading title=shared::TITLE/>
            <p class="lead">{words::LEAD}</p>
            <ErrorSummary errors=ring.lines/>
            {known.view(SkeletonKind::Rows, move |known| ring.list(known, on_wish))}
            <Section id="add" title=shared::ADD_TITLE>{adding}</Section>
        </Reading>
    }
    .into_any()
}
