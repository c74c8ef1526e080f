//! What identity keeps, as whole commands.

use async_trait::async_trait;
use onehall_protocol::contacts::Contact;
use onehall_protocol::identity::TerminalKind;
use onehall_protocol::{CitizenId, PersonId, Timestamp};

use super::model::{Citizen, Person};
use super::passkeys::UseCode;
use crate::config::CodeLimits;
use crate::error::Result;
use crate::halls::AtKiosk;
use crate::oidc::store::Bind;
use crate::secrets::TokenHash;

/// A one-time code that is about to be sent. Phone number and address of the client are keyed hashes: this table knows
/// nobody.
#[derive(Debug, Clone)]
pub struct CodeToSend {
    /// Keyed hash of where it goes.
    pub phone: [u8; 32],
    /// Keyed hash of the client's address.
    pub client: [u8; 32],
    /// Keyed hash of phone number and code.
    pub code: [u8; 32],
    /// How many are allowed.
    pub limits: CodeLimits,
    /// Now.
    pub now: Timestamp,
}

/// Where a session begins, as far as the terminal says or proves.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Place {
    /// Browser and system.
    pub name: Option<String>,
    /// The kiosk that it is, as its key proves.
    pub kiosk: Option<AtKiosk>,
    /// The site in whose pages it is.
    pub site: Option<String>,
}

/// A login with a one-time code.
#[derive(Debug, Clone)]
pub struct LogIn {
    /// The phone number or the e-mail address, for the account.
    pub contact: Contact,
    /// Keyed hash of it.
    pub to: [u8; 32],
    /// Keyed hash of the client's address.
    pub client: [u8; 32],
    /// Keyed hash of it and the code.
    pub code: [u8; 32],
    /// The id of the account, should it be new.
    pub new_person: PersonId,
    /// The session to begin.
    pub session: TokenHash,
    /// The terminal on which it begins.
    pub terminal: TerminalKind,
    /// What that terminal says of itself.
    pub place: Place,
    /// The key that the session is bound to, where that terminal holds one.
    pub bind: Option<Bind>,
    /// How many wrong codes are allowed.
    pub limits: CodeLimits,
    /// Now.
    pub now: Timestamp,
}

/// What somebody says who logs in with a phone number whose account was not used for long.
#[derive(Clone)]
pub enum Confirmed {
    /// It is theirs, and this is their identity number.
    Owner(CitizenId),
    /// The number is new to them.
    NewOwner,
}

/// A login at a kiosk, with an identity card and a one-time code.
#[derive(Clone)]
pub struct CardLogIn {
    /// The number on the card.
    pub citizen_id: CitizenId,
    /// The code, sent for this card.
    pub code: UseCode,
    /// The session to begin, on a kiosk.
    pub session: TokenHash,
    /// What that kiosk says of itself.
    pub place: Place,
    /// The key that the session is bound to, where that kiosk holds one.
    pub bind: Option<Bind>,
}

/// The store of identity.
#[async_trait]
pub trait IdentityStore: Send + Sync {
    /// Takes a code that is to be sent; it replaces the one before.
    ///
    /// # Errors
    /// `request/too_many` beyond the limits.
    async fn take_code(&self, code: CodeToSend) -> Result<()>;

    /// Begins a session if the code is right, and uses it up; counts the try if it is wrong. A phone number that the hall
    /// does not know gets an account of assurance L1.
    ///
    /// # Errors
    /// `identity/wrong_code` (wrong, used, expired, tried too often, never asked for: all alike); `request/too_many`;
    /// `identity/confirm_identity`, with the code unused, where the account was not used for long.
    async fn log_in(&self, login: LogIn) -> Result<Citizen>;

    /// As [`IdentityStore::log_in`], of a phone number whose account was not used for long; gives also whose number it is no more.
    ///
    /// # Errors
    /// As there; `identity/not_matched` where it is the account of another identity number.
    async fn log_in_confirmed(&self, login: LogIn, confirmed: Confirmed) -> Result<(Citizen, Option<PersonId>)>;

    /// Begins a session on a kiosk if the code is right for the card, and uses it up; counts the try if it is wrong. A card begins
    /// no account.
    ///
    /// # Errors
    /// `identity/wrong_code` (wrong, used, expired, tried too often, a card that nobody here has: all alike); `request/too_many`.
    async fn log_in_by_card(&self, login: CardLogIn) -> Result<Citizen>;

    /// The citizen of a session that has not ended.
    ///
    /// # Errors
    /// Only faults of the store.
    async fn citizen(&self, session: TokenHash, now: Timestamp) -> Result<Option<Citizen>>;

    /// Notes that a session is used, and moves its end.
    ///
    /// # Errors
    /// Only faults of the store.
    async fn prolong_session(&self, session: TokenHash, idle_ends_at: Timestamp, now: Timestamp) -> Result<()>;

    /// Ends a session, and says whose it was; one that is not there has ended already.
    ///
    /// # Errors
    /// Only faults of the store.
    async fn log_out(&self, session: TokenHash) -> Result<Option<PersonId>>;

    /// One person.
    ///
    /// # Errors
    /// Only faults of the store.
    async fn person(&self, id: PersonId) -> Result<Option<Person>>;
}
