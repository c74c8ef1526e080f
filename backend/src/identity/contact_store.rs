//! What is kept of contacts, as whole commands.

use async_trait::async_trait;
use onehall_protocol::contacts::{AccountEvent, Contact, ContactView};
use onehall_protocol::identity::TerminalKind;
use onehall_protocol::{ContactId, PersonId, Timestamp};

use super::passkeys::UseCode;
use crate::error::Result;

/// Something that logs an account in by a code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredContact {
    /// By which its citizen names it.
    pub id: ContactId,
    /// What.
    pub contact: Contact,
    /// Since when.
    pub added_at: Timestamp,
    /// Whether it comes first.
    pub first: bool,
}

impl StoredContact {
    /// What its citizen sees of it.
    #[must_use]
    pub fn view(&self) -> ContactView {
        ContactView {
            id: self.id,
            kind: self.contact.kind(),
            shown: self.contact.masked(),
            added_at: self.added_at,
            first: self.first,
        }
    }
}

/// Something to log in with that its owner has shown to have.
#[derive(Debug, Clone)]
pub struct NewContact {
    /// By which its citizen names it.
    pub id: ContactId,
    /// Whose.
    pub person: PersonId,
    /// What.
    pub contact: Contact,
    /// The code that went there.
    pub code: UseCode,
    /// From what kind of terminal.
    pub terminal: TerminalKind,
    /// Now.
    pub now: Timestamp,
}

/// What came of adding something whose code was right.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Added {
    /// It logs the account in.
    Here,
    /// It logs another account in already, and nothing was added.
    Elsewhere(PersonId),
}

/// Something that an account has, and what is to become of it.
#[derive(Debug, Clone, Copy)]
pub struct ChangeContact {
    /// Whose.
    pub person: PersonId,
    /// Which.
    pub id: ContactId,
    /// From what kind of terminal.
    pub terminal: TerminalKind,
    /// Now.
    pub now: Timestamp,
}

/// The store of contacts.
#[async_trait]
pub trait ContactStore: Send + Sync {
    /// All that logs an account in by a code: what comes first, then the oldest.
    ///
    /// # Errors
    /// Only faults of the store.
    async fn contacts(&self, person: PersonId) -> Result<Vec<StoredContact>>;

    /// What was done with an account, the newest first.
    ///
    /// # Errors
    /// Only faults of the store.
    async fn account_events(&self, person: PersonId) -> Result<Vec<AccountEvent>>;

    /// Whether something logs anybody in.
    ///
    /// # Errors
    /// Only faults of the store.
    async fn knows_contact(&self, contact: Contact) -> Result<bool>;

    /// Adds what a code proves to be the citizen's, and uses the code up; counts the try if it is wrong.
    ///
    /// # Errors
    /// `identity/wrong_code`; `identity/contact_in_use` where it is the account's already; `request/too_many`.
    async fn add_contact(&self, new: NewContact) -> Result<Added>;

    /// Takes something away, and says what it was. Where it came first, the oldest other phone number does so now.
    ///
    /// # Errors
    /// `request/not_found` where the account has nothing of this id; `identity/last_contact` where nothing else would be left.
    async fn remove_contact(&self, change: ChangeContact) -> Result<Contact>;

    /// Has a phone number come first.
    ///
    /// # Errors
    /// `request/not_found` where the account has no phone number of this id.
    async fn put_contact_first(&self, change: ChangeContact) -> Result<()>;
}
