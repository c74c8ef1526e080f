//! Login, account, display settings; what is done for people with disabilities.

mod accessibility;
mod asleep;
#[cfg(feature = "shell")]
mod card_login;
mod claim;
mod contacts;
mod delegations;
mod level;
mod login;
mod own_data;
mod page;
mod passkeys;
mod person_fields;
#[cfg(feature = "shell")]
mod phone_login;
mod proof;
mod sessions;
mod settings;

pub use accessibility::AccessibilityPage;
#[cfg(feature = "shell")]
pub use card_login::CardLoginPage;
pub use claim::ClaimPage;
pub use contacts::ContactsPage;
pub use delegations::{ChildPage, DelegationsPage, InvitationPage, InvitePage, OfferPage};
pub use level::{LevelPage, levels_of, outcome_view, too_low};
pub use login::{LoginPage, wait_words};
pub use own_data::OwnDataPage;
pub use page::{AccountPage, assurance_name};
pub use passkeys::PasskeysPage;
#[cfg(feature = "shell")]
pub use phone_login::PhoneLoginPage;
pub use proof::{proof_asked, proof_view};
pub use sessions::SessionsPage;
