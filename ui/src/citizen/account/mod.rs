//! Login, account, display settings; what is done for people with disabilities.

mod accessibility;
mod login;
mod page;
mod settings;

pub use accessibility::AccessibilityPage;
pub use login::LoginPage;
pub use page::AccountPage;
