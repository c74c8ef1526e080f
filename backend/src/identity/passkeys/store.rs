//! What is kept of passkeys and of proofs, as whole commands.

use async_trait::async_trait;
use onehall_protocol::identity::TerminalKind;
use onehall_protocol::passkeys::{PasskeyView, ProofWay};
use onehall_protocol::{ErrorCode, PasskeyId, PersonId, Timestamp};

use super::cose::CredentialKey;
use super::webauthn::{Challenge, Made, Signed};
use crate::config::CodeLimits;
use crate::error::Result;
use crate::identity::{Citizen, Place};
use crate::secrets::TokenHash;

/// A passkey as it is kept: a citizen's, or one of staff's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredPasskey<O = PersonId> {
    /// What its owner sees of it.
    pub view: PasskeyView,
    /// Whose it is.
    pub owner: O,
    /// Its id at the authenticator.
    pub credential: Vec<u8>,
    /// Its public key.
    pub key: CredentialKey,
}

/// A passkey to keep.
#[derive(Debug, Clone)]
pub struct NewPasskey<O = PersonId> {
    /// By which its owner names it.
    pub id: PasskeyId,
    /// Whose.
    pub owner: O,
    /// What it is called.
    pub name: String,
    /// What was made.
    pub made: Made,
    /// Now.
    pub now: Timestamp,
}

/// A passkey that signed.
#[derive(Debug, Clone)]
pub struct PasskeyUse {
    /// Its id at the authenticator.
    pub credential: Vec<u8>,
    /// How often it signed, where it counts.
    pub count: u32,
    /// Whether it is kept beyond its device.
    pub backed_up: bool,
    /// The challenge; it is used up.
    pub challenge: Challenge,
    /// Now.
    pub now: Timestamp,
}

impl PasskeyUse {
    /// What was signed, by the key that is known of the credential.
    ///
    /// # Errors
    /// `identity/passkey_refused` where none is known, or another key signed.
    pub fn of<O>(signed: Signed, known: Option<&StoredPasskey<O>>, now: Timestamp) -> Result<PasskeyUse> {
        if !known.is_some_and(|known| signed.by(&known.key)) {
            return Err(ErrorCode::PasskeyRefused.into());
        }
        Ok(PasskeyUse {
            credential: signed.credential,
            count: signed.count,
            backed_up: signed.backed_up,
            challenge: signed.challenge,
            now,
        })
    }
}

/// A login with a passkey.
#[derive(Debug, Clone)]
pub struct PasskeyLogIn {
    /// What signed.
    pub used: PasskeyUse,
    /// The session to begin.
    pub session: TokenHash,
    /// The terminal on which it begins.
    pub terminal: TerminalKind,
    /// What that terminal says of itself.
    pub place: Place,
}

/// That somebody was there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Proof {
    /// By what.
    pub way: ProofWay,
    /// When.
    pub at: Timestamp,
}

/// A one-time code that somebody typed.
#[derive(Debug, Clone, Copy)]
pub struct UseCode {
    /// Keyed hash of where it went.
    pub to: [u8; 32],
    /// Keyed hash of that and the code.
    pub code: [u8; 32],
    /// Keyed hash of the client's address.
    pub client: [u8; 32],
    /// How many wrong codes are allowed.
    pub limits: CodeLimits,
    /// Now.
    pub now: Timestamp,
}

/// The store of passkeys.
#[async_trait]
pub trait PasskeyStore: Send + Sync {
    /// Keeps a passkey, and uses its challenge up.
    ///
    /// # Errors
    /// `identity/passkey_refused` if the challenge was used before, the credential is known, or the account has its fill.
    async fn add_passkey(&self, new: NewPasskey) -> Result<PasskeyView>;

    /// The passkeys of an account, the oldest first.
    ///
    /// # Errors
    /// Only faults of the store.
    async fn passkeys(&self, person: PersonId) -> Result<Vec<StoredPasskey>>;

    /// A passkey by its id at the authenticator.
    ///
    /// # Errors
    /// Only faults of the store.
    async fn passkey(&self, credential: Vec<u8>) -> Result<Option<StoredPasskey>>;

    /// Forgets a passkey.
    ///
    /// # Errors
    /// `request/not_found` where the account has none of this id.
    async fn remove_passkey(&self, person: PersonId, id: PasskeyId) -> Result<()>;

    /// Begins a session. The login is a proof that its citizen is there.
    ///
    /// # Errors
    /// `identity/passkey_refused` if the challenge was used before, or the passkey has signed less often than it had before
    /// (there are two of it).
    async fn log_in_with_passkey(&self, login: PasskeyLogIn) -> Result<Citizen>;

    /// Notes that the citizen of a session is there.
    ///
    /// # Errors
    /// As [`PasskeyStore::log_in_with_passkey`]; also if the passkey is not of this account.
    async fn prove_with_passkey(&self, session: TokenHash, person: PersonId, used: PasskeyUse) -> Result<()>;

    /// Notes that the citizen of a session is there, if the code is right, and uses it up; counts the try if it is wrong.
    ///
    /// # Errors
    /// `identity/wrong_code`; `request/too_many`.
    async fn prove_with_code(&self, session: TokenHash, code: UseCode) -> Result<()>;

    /// When the citizen of a session last showed that they are there.
    ///
    /// # Errors
    /// Only faults of the store.
    async fn proof(&self, session: TokenHash) -> Result<Option<Proof>>;
}
