//! Acting for others: who acts for whom, and how that begins and ends.

mod card;
mod child;
mod code;
mod form;
mod list;

pub use child::ChildPage;
pub use code::InvitationPage;
pub use form::{InvitePage, OfferPage};
pub use list::DelegationsPage;
