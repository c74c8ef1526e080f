//! The pages on which one fills, and what was filled in, and those of logging in elsewhere: they come with the second part of
//! the program, with the form engine under them. Who looks services up never loads them.

use leptos::prelude::*;
use leptos::task::spawn_local;

use super::account::{
    ChildPage, ClaimPage, ContactsPage, DelegationsPage, InvitationPage, InvitePage, LevelPage, OfferPage, OwnDataPage,
    PasskeysPage, SessionsPage,
};
use super::apply::{FillPage, StartPage};
use super::authorization::{AuthorizePage, ConsentsPage, DevicePage, LogoutPage};
use super::halls::{BookPage, CheckInPage, DisplayPage, HallPage, HallsPage, TicketPage, VisitsPage};
use super::matters::{CasePage, ReceiptPage, SupplementPage};
use super::outbox::QueuedPage;
use super::place::Reading;
use crate::design::states::{ErrorState, Skeleton, SkeletonKind};
use crate::shell::{PageHeading, Remote, later, load};
use crate::texts::{Phrase, account, authorization, contacts, fill, find, halls, level, matters, passkeys};
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
    /// The terminals on which one is logged in.
    Sessions,
    /// Who acts for whom.
    Delegations,
    /// Lets somebody act for one.
    Invite,
    /// Asks to act for somebody.
    Offer,
    /// An invitation by its code.
    Invitation,
    /// One's own data.
    OwnData,
    /// The assurance level.
    Level,
    /// One's passkeys.
    Passkeys,
    /// What logs one in.
    Contacts,
    /// Gets an account back.
    Claim,
    /// Opens an account for a child.
    Child,
    /// An application of somebody else asks.
    Authorize,
    /// A machine is let in by a phone.
    Device,
    /// What was allowed, and to whom.
    Consents,
    /// An application of somebody else wants its citizen logged out.
    Logout,
    /// The halls, as they are now.
    Halls,
    /// A hall, as it is now.
    Hall,
    /// A number.
    Ticket,
    /// A time to come to a hall.
    Book,
    /// One's numbers and appointments.
    Visits,
    /// Somebody with an appointment is there.
    CheckIn,
    /// The screen of a hall.
    Display,
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
        LaterPage::Sessions => SessionsPage().into_any(),
        LaterPage::Delegations => DelegationsPage().into_any(),
        LaterPage::Invite => InvitePage().into_any(),
        LaterPage::Offer => OfferPage().into_any(),
        LaterPage::Invitation => InvitationPage().into_any(),
        LaterPage::OwnData => OwnDataPage().into_any(),
        LaterPage::Level => LevelPage().into_any(),
        LaterPage::Passkeys => PasskeysPage().into_any(),
        LaterPage::Contacts => ContactsPage().into_any(),
        LaterPage::Claim => ClaimPage().into_any(),
        LaterPage::Child => ChildPage().into_any(),
        LaterPage::Authorize => AuthorizePage().into_any(),
        LaterPage::Device => DevicePage().into_any(),
        LaterPage::Consents => ConsentsPage().into_any(),
        LaterPage::Logout => LogoutPage().into_any(),
        LaterPage::Halls => HallsPage().into_any(),
        LaterPage::Hall => HallPage().into_any(),
        LaterPage::Ticket => TicketPage().into_any(),
        LaterPage::Book => BookPage().into_any(),
        LaterPage::Visits => VisitsPage().into_any(),
        LaterPage::CheckIn => CheckInPage().into_any(),
        LaterPage::Display => DisplayPage().into_any(),
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
        LaterPage::Sessions => account::SESSIONS,
        LaterPage::Delegations => account::DELEGATIONS,
        LaterPage::Invite => account::INVITE,
        LaterPage::Offer => account::OFFER,
        LaterPage::Invitation => account::CODE_TITLE,
        LaterPage::OwnData => account::OWN_DATA,
        LaterPage::Level => level::TITLE,
        LaterPage::Passkeys => passkeys::TITLE,
        LaterPage::Contacts => contacts::TITLE,
        LaterPage::Claim => contacts::CLAIM_TITLE,
        LaterPage::Child => contacts::CHILD_TITLE,
        LaterPage::Authorize => authorization::ABOVE,
        LaterPage::Device => authorization::DEVICE_TITLE,
        LaterPage::Consents => authorization::CONSENTS,
        LaterPage::Logout => authorization::LOGOUT_TITLE,
        LaterPage::Halls | LaterPage::Hall | LaterPage::Display => find::HALLS_TITLE,
        LaterPage::Ticket => halls::TICKET,
        LaterPage::Book => halls::BOOK_TITLE,
        LaterPage::Visits => halls::MINE,
        LaterPage::CheckIn => halls::CHECK_IN_TITLE,
    }
}

/// Begins to load the second part, because a page that needs it is likely the next. Where that fails nothing is said: the
/// page itself says it, if it comes to that.
pub fn expect_later() {
    if !later::is_here() {
        spawn_local(async { drop(later::load().await) });
    }
}
