//! The pages on which one fills, and what was filled in: they come with the second part of the program, with the form engine
//! under them. Who looks services up never loads them.

use leptos::prelude::*;
use leptos::task::spawn_local;

use super::apply::{FillPage, StartPage};
use super::matters::{CasePage, ReceiptPage, SupplementPage};
use super::outbox::QueuedPage;
use super::place::Reading;
use crate::design::states::{ErrorState, Skeleton, SkeletonKind};
use crate::shell::{PageHeading, Remote, later, load};
use crate::texts::{Phrase, fill, matters};
use crate::view::{live, view};

/// A page of the second part.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LaterPage {
    /// For whom one applies.
    Start,
    /// A draft.
    Fill,
    /// A case.
    Case,
    /// The receipt of a case.
    Receipt,
    /// What a case waits for.
    Supplement,
    /// Something that waits on this device.
    Queued,
}

/// The one way into the second part: the program is cut here, by the name of this function. It must be there before.
#[inline(never)]
fn enter_part(page: LaterPage) -> AnyView {
    match page {
        LaterPage::Start => StartPage().into_any(),
        LaterPage::Fill => FillPage().into_any(),
        LaterPage::Case => CasePage().into_any(),
        LaterPage::Receipt => ReceiptPage().into_any(),
        LaterPage::Supplement => SupplementPage().into_any(),
        LaterPage::Queued => QueuedPage().into_any(),
    }
}

/// A page of the second part, once that is there.
pub fn later_page(page: LaterPage) -> AnyView {
    if later::is_here() {
        return enter_part(page);
    }
    let part = load(later::load);
    let retry = Callback::new(move |()| {
        if later::is_gone() {
            // The hall has newer pages: they come with this address.
            let _ = window().location().reload();
        } else {
            part.restart();
        }
    });
    live(move || match part.state().get() {
        Remote::Loading => view! { <Reading><Skeleton kind=SkeletonKind::Form/></Reading> }.into_any(),
        Remote::Ready(()) => enter_part(page),
        Remote::Failed(error) => view! {
            <Reading>
                <PageHeading title=title(page)/>
                <ErrorState error=error retry=retry/>
            </Reading>
        }
        .into_any(),
    })
}

fn title(page: LaterPage) -> Phrase {
    match page {
        LaterPage::Start | LaterPage::Fill => fill::APPLY_TITLE,
        LaterPage::Case | LaterPage::Receipt | LaterPage::Supplement | LaterPage::Queued => matters::TITLE,
    }
}

/// Begins to load the second part, because a page that needs it is likely the next. Where that fails nothing is said: the
/// page itself says it, if it comes to that.
pub fn expect_later() {
    if !later::is_here() {
        spawn_local(async { drop(later::load().await) });
    }
}
