//! What staff keeps, as whole commands. Each leaves its line in the audit.

use async_trait::async_trait;
use onehall_protocol::passkeys::PasskeyView;
use onehall_protocol::staff::Role;
use onehall_protocol::{AuthorityCode, HallCode, PasskeyId, StaffId, Timestamp};

use super::model::{AuditEntry, Scope, Staff, StaffAccount};
use crate::error::Result;
use crate::identity::passkeys::{NewPasskey, PasskeyUse, StoredPasskey};
use crate::secrets::TokenHash;

/// One attempt to log in. Account name and client are keyed hashes, so that an account that does not exist is counted
/// like one that does.
#[derive(Debug, Clone, Copy)]
pub struct Attempt {
    /// Keyed hash of the account name as typed: locked by wrong second factors, which only who knows the password can try.
    pub account: [u8; 32],
    /// Keyed hash of the account name and the client's network: locked by wrong passwords, so that a stranger elsewhere
    /// who knows a name keeps nobody out.
    pub account_here: [u8; 32],
    /// Keyed hash of the client's address.
    pub client: [u8; 32],
    /// Wrong attempts from one address in an hour.
    pub wrong_per_client_hour: u32,
    /// Now.
    pub now: Timestamp,
}

/// What a password is checked against.
#[derive(Clone)]
pub struct Credentials {
    /// The account.
    pub account: StaffAccount,
    /// The hash of its password; none where it has none yet (an administrator must set one).
    pub password_hash: Option<String>,
}

/// The password was right: a ticket for the second step.
#[derive(Clone)]
pub struct NewTicket {
    /// The ticket.
    pub ticket: TokenHash,
    /// For whom.
    pub staff: StaffId,
    /// The secret to enrol, sealed, where none is enrolled yet.
    pub enrol: Option<Vec<u8>>,
    /// Until when it counts.
    pub expires_at: Timestamp,
    /// The attempt that it belongs to.
    pub attempt: Attempt,
}

/// What a second factor is checked against.
#[derive(Clone)]
pub struct SecondFactor {
    /// The account.
    pub account: StaffAccount,
    /// The hash of its present password.
    pub password_hash: Option<String>,
    /// The secret, sealed: the enrolled one, or the one to enrol.
    pub secret: Vec<u8>,
    /// The last step whose code was used.
    pub last_step: Option<u64>,
}

/// A second factor that was right.
#[derive(Debug, Clone)]
pub enum Factor {
    /// The code of this step of the authenticator app; the step is used up.
    Code(u64),
    /// A passkey; its challenge is used up.
    Passkey(PasskeyUse),
}

/// The second factor was right: a session begins.
#[derive(Clone)]
pub struct Enter {
    /// The ticket; it is used up.
    pub ticket: TokenHash,
    /// By what.
    pub factor: Factor,
    /// The hash of the new password, where one was set.
    pub new_password: Option<String>,
    /// The session.
    pub session: TokenHash,
    /// Now.
    pub now: Timestamp,
}

/// Creates an account.
#[derive(Clone)]
pub struct CreateAccount {
    /// Its id.
    pub id: StaffId,
    /// Its name to log in with.
    pub account: String,
    /// The name of the person.
    pub name: String,
    /// The roles.
    pub roles: Vec<Role>,
    /// The authority.
    pub authority: Option<AuthorityCode>,
    /// The hall.
    pub hall: Option<HallCode>,
    /// The hash of the first password.
    pub password_hash: String,
    /// Who creates it; none from the command line.
    pub by: Option<StaffId>,
    /// Now.
    pub now: Timestamp,
}

/// Changes an account. What is absent stays.
#[derive(Clone)]
pub struct ChangeAccount {
    /// The account.
    pub id: StaffId,
    /// What the administrator may change.
    pub scope: Scope,
    /// The new name.
    pub name: Option<String>,
    /// The new roles.
    pub roles: Option<Vec<Role>>,
    /// Whether they can log in.
    pub active: Option<bool>,
    /// The hash of a new first password.
    pub password_hash: Option<String>,
    /// Whether the second factor is taken away.
    pub reset_second_factor: bool,
    /// Whether the passkeys are.
    pub remove_passkeys: bool,
    /// Who changes it; none from the command line.
    pub by: Option<StaffId>,
    /// Now.
    pub now: Timestamp,
}

/// The store of staff.
#[async_trait]
pub trait StaffStore: Send + Sync {
    /// What to check a password against; none where there is no such account, or it is not active. The try counts as a wrong
    /// one until [`StaffStore::password_taken`] takes it back: beyond a few, the name is locked for a growing time for the
    /// network from which they came; beyond many, of whichever names, the client is for an hour.
    ///
    /// # Errors
    /// `request/too_many` while the account name (existing or not) is locked, here or as a whole, or the client is.
    async fn credentials(&self, account: String, attempt: Attempt) -> Result<Option<Credentials>>;

    /// Notes that a password was wrong, or that there was none to compare with.
    ///
    /// # Errors
    /// Only faults of the store.
    async fn password_refused(&self, staff: Option<StaffId>, attempt: Attempt) -> Result<()>;

    /// Takes the try back that turned out to be right, and keeps its ticket.
    ///
    /// # Errors
    /// `request/too_many` if the account was locked meanwhile.
    async fn password_taken(&self, ticket: NewTicket) -> Result<()>;

    /// What a ticket stands for; none where it expired, was used, or had its tries.
    ///
    /// # Errors
    /// Only faults of the store.
    async fn second_factor(&self, ticket: TokenHash, now: Timestamp) -> Result<Option<SecondFactor>>;

    /// As [`StaffStore::second_factor`], to check a code against. The try counts as a wrong one, for the ticket and for the
    /// account, until [`StaffStore::enter`] or [`StaffStore::take_second_factor_back`] takes it back.
    ///
    /// # Errors
    /// `request/too_many` while the account is locked, or the client is.
    async fn try_second_factor(&self, ticket: TokenHash, attempt: Attempt) -> Result<Option<SecondFactor>>;

    /// Takes back a try whose code was right and is not used up, because something else was refused.
    ///
    /// # Errors
    /// Only faults of the store.
    async fn take_second_factor_back(&self, ticket: TokenHash, attempt: Attempt) -> Result<()>;

    /// Notes that a second factor was wrong.
    ///
    /// # Errors
    /// Only faults of the store.
    async fn second_factor_refused(&self, ticket: TokenHash, attempt: Attempt) -> Result<()>;

    /// Takes the try back that turned out to be right; uses up ticket and factor, enrols what was to be enrolled, sets the new password, begins the session.
    ///
    /// # Errors
    /// `identity/wrong_code` where ticket or step were used meanwhile; `identity/passkey_refused` where the passkey is not of this
    /// account, its challenge was used before, or it has signed less often than it had before (there are two of it).
    async fn enter(&self, enter: Enter, attempt: Attempt) -> Result<Staff>;

    /// What the second factor of who sits at a console is checked against; none where the session has ended. The try counts as a
    /// wrong one for the account until [`StaffStore::step_up`] takes it back.
    ///
    /// # Errors
    /// `request/too_many` while the account is locked, or the client is.
    async fn try_step_up(&self, session: TokenHash, attempt: Attempt) -> Result<Option<SecondFactor>>;

    /// Notes that a second factor at a console was wrong.
    ///
    /// # Errors
    /// Only faults of the store.
    async fn step_up_refused(&self, staff: StaffId, attempt: Attempt) -> Result<()>;

    /// Takes the try back that turned out to be right, uses up the factor, and notes that whoever sits at the console is there now.
    ///
    /// # Errors
    /// As [`StaffStore::enter`].
    async fn step_up(&self, session: TokenHash, factor: Factor, attempt: Attempt) -> Result<()>;

    /// The passkeys of an account, the oldest first.
    ///
    /// # Errors
    /// Only faults of the store.
    async fn staff_passkeys(&self, staff: StaffId) -> Result<Vec<StoredPasskey<StaffId>>>;

    /// A passkey of staff by its id at the authenticator.
    ///
    /// # Errors
    /// Only faults of the store.
    async fn staff_passkey(&self, credential: Vec<u8>) -> Result<Option<StoredPasskey<StaffId>>>;

    /// Keeps a passkey, and uses its challenge up.
    ///
    /// # Errors
    /// As [`PasskeyStore::add_passkey`](crate::identity::passkeys::PasskeyStore::add_passkey).
    async fn add_staff_passkey(&self, new: NewPasskey<StaffId>) -> Result<PasskeyView>;

    /// Forgets a passkey.
    ///
    /// # Errors
    /// `request/not_found` where the account has none of this id.
    async fn remove_staff_passkey(&self, staff: StaffId, id: PasskeyId, now: Timestamp) -> Result<()>;

    /// The member of staff of a session that has not ended, of an account that is active.
    ///
    /// # Errors
    /// Only faults of the store.
    async fn staff(&self, session: TokenHash, now: Timestamp) -> Result<Option<Staff>>;

    /// Moves the end of an idle session.
    ///
    /// # Errors
    /// Only faults of the store.
    async fn prolong_staff_session(&self, session: TokenHash, idle_ends_at: Timestamp) -> Result<()>;

    /// Ends a session, and says whose it was; one that is not there has ended already.
    ///
    /// # Errors
    /// Only faults of the store.
    async fn staff_log_out(&self, session: TokenHash, now: Timestamp) -> Result<Option<StaffId>>;

    /// The accounts of a scope, by account name.
    ///
    /// # Errors
    /// Only faults of the store.
    async fn staff_accounts(&self, scope: Scope) -> Result<Vec<StaffAccount>>;

    /// Creates an account.
    ///
    /// # Errors
    /// `identity/account_taken`.
    async fn create_staff(&self, create: CreateAccount) -> Result<StaffAccount>;

    /// Changes an account; whoever may no longer log in, or must log in anew, loses their sessions.
    ///
    /// # Errors
    /// `request/not_found` outside the scope; `identity/last_administrator` if nobody could administer the hall any more.
    async fn change_staff(&self, change: ChangeAccount) -> Result<StaffAccount>;

    /// The last step of an account whose one-time password was used: for the demo accounts' page.
    ///
    /// # Errors
    /// Only faults of the store.
    async fn last_totp_step(&self, account: String) -> Result<Option<u64>>;

    /// The newest lines of the audit, the newest first.
    ///
    /// # Errors
    /// Only faults of the store.
    async fn audit(&self, most: u32) -> Result<Vec<AuditEntry>>;
}
