//! What the provider keeps, as whole commands.

use async_trait::async_trait;
use onehall_protocol::identity::{AssuranceLevel, TerminalKind};
use onehall_protocol::{ClientId, PersonId, Timestamp};
use uuid::Uuid;

use super::model::{Access, AuthorizationRequest, Login, OpenRequest};
use super::scopes::Scopes;
use crate::error::Result;
use crate::halls::AtKiosk;
use crate::identity::Place;
use crate::secrets::TokenHash;

/// A signing key as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptKey {
    /// Its name.
    pub id: String,
    /// The pair, sealed.
    pub sealed: Vec<u8>,
    /// Its public half, as a JWK.
    pub jwk: String,
    /// Since when it is known.
    pub created_at: Timestamp,
}

/// A request to keep until its citizen has answered.
#[derive(Debug, Clone)]
pub struct KeepRequest {
    /// What names it.
    pub id: TokenHash,
    /// What is asked for.
    pub request: AuthorizationRequest,
    /// Whether the client pushed it, and the citizen has still to come.
    pub pushed: bool,
    /// Keyed hash of the address to count by, and how many it may keep in an hour; none for a client that has shown that
    /// it is itself.
    pub counted: Option<([u8; 32], u32)>,
    /// Now.
    pub now: Timestamp,
    /// Until when it waits.
    pub expires_at: Timestamp,
}

/// A citizen comes with a request that was pushed.
#[derive(Debug, Clone)]
pub struct OpenPushed {
    /// What named it so far; counts once.
    pub pushed: TokenHash,
    /// The client that the citizen's browser names.
    pub client: ClientId,
    /// What names it from now on.
    pub id: TokenHash,
    /// Now.
    pub now: Timestamp,
    /// Until when it waits.
    pub expires_at: Timestamp,
}

/// A citizen agrees.
#[derive(Debug, Clone)]
pub struct Agree {
    /// The request, which is answered by that.
    pub request: TokenHash,
    /// The login that comes of it.
    pub grant: Uuid,
    /// The code that the client gets.
    pub code: TokenHash,
    /// Who agrees.
    pub person: PersonId,
    /// In which session.
    pub session: TokenHash,
    /// To what.
    pub scopes: Scopes,
    /// How sure the hall is of who it is.
    pub assurance: AssuranceLevel,
    /// When they logged in.
    pub auth_time: Timestamp,
    /// Until when the code counts.
    pub code_until: Timestamp,
    /// Until when the login does at the latest.
    pub ends_at: Timestamp,
    /// Now.
    pub now: Timestamp,
}

/// The session of the hall that a terminal of its own gets with its tokens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnSession {
    /// What names it. Nobody holds what this is the hash of: it is reached by the tokens alone.
    pub session: TokenHash,
    /// Which terminal it is.
    pub terminal: TerminalKind,
    /// What that says of itself.
    pub place: Place,
}

/// A session that begins with a code or a card is bound to the key of its terminal: it is reached by these tokens alone.
#[derive(Debug, Clone)]
pub struct Bind {
    /// The login at the client that the terminal is.
    pub grant: Uuid,
    /// That client.
    pub client: ClientId,
    /// What it may do.
    pub scopes: Scopes,
    /// The key, by its thumbprint.
    pub key: String,
    /// The access token that it gets.
    pub access: TokenHash,
    /// The refresh token that it gets.
    pub refresh: TokenHash,
}

/// A client comes with a code.
#[derive(Debug, Clone)]
pub struct Redeem {
    /// The code.
    pub code: TokenHash,
    /// The client.
    pub client: ClientId,
    /// Where it says that the code was sent.
    pub redirect_uri: String,
    /// SHA-256 of what it shows.
    pub challenge: String,
    /// The key that it holds.
    pub key: Option<String>,
    /// Whether its refresh tokens are bound to that.
    pub binds_refresh: bool,
    /// The access token that it gets.
    pub access: TokenHash,
    /// The refresh token that it gets, where it may have one.
    pub refresh: TokenHash,
    /// The session that it gets, if it is a terminal of the hall.
    pub own: Option<OwnSession>,
    /// Now.
    pub now: Timestamp,
}

/// A client comes with a refresh token.
#[derive(Debug, Clone)]
pub struct Refresh {
    /// The token.
    pub token: TokenHash,
    /// The client.
    pub client: ClientId,
    /// The key that it holds.
    pub key: Option<String>,
    /// What it still wants; everything where it does not say.
    pub scopes: Option<Scopes>,
    /// The access token that it gets.
    pub access: TokenHash,
    /// The refresh token that it gets.
    pub next: TokenHash,
    /// Now.
    pub now: Timestamp,
}

/// What a client gets for a code or a refresh token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Given {
    /// The login, with the scopes of the access token.
    pub login: Login,
    /// When it was given; earlier than now for one that did not hear the answer.
    pub at: Timestamp,
    /// Until when the access token counts.
    pub expires_at: Timestamp,
    /// The key that the access token is bound to.
    pub key_bound: Option<String>,
    /// Whether it gets a refresh token.
    pub refresh: bool,
}

/// Why a client gets nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NotGiven {
    /// It is none, none of this client's, not any more, or not for who shows this.
    Invalid,
    /// It was used before, and its client has gone on or cannot be told from others: two have it. Everything that came of it has
    /// ended.
    Reused,
    /// It wants more than was allowed.
    Scopes,
}

/// A question of a machine to keep until a phone has answered it.
#[derive(Debug, Clone)]
pub struct KeepDevice {
    /// What the machine asks with.
    pub device: TokenHash,
    /// Keyed hash of what its screen shows.
    pub user_code: [u8; 32],
    /// The client.
    pub client: ClientId,
    /// What it asks for.
    pub scopes: Scopes,
    /// The key that it holds.
    pub key_bound: Option<String>,
    /// The number on its screen.
    pub number: u32,
    /// The kiosk that it is, which alone gets the tokens.
    pub kiosk: Option<AtKiosk>,
    /// As in [`KeepRequest::counted`].
    pub counted: Option<([u8; 32], u32)>,
    /// Now.
    pub now: Timestamp,
    /// Until when it counts.
    pub expires_at: Timestamp,
}

/// A citizen typed a code, or read it.
#[derive(Debug, Clone)]
pub struct LookForDevice {
    /// Keyed hash of it.
    pub user_code: [u8; 32],
    /// Keyed hash of who did, to count by.
    pub person: [u8; 32],
    /// Keyed hash of the address that they did it from.
    pub client: [u8; 32],
    /// How many codes that are none may come from there in an hour.
    pub wrong_per_client_hour: u32,
    /// Now.
    pub now: Timestamp,
}

/// A question of a machine that waits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenDevice {
    /// Whose machine it is.
    pub client: ClientId,
    /// What it asks for.
    pub scopes: Scopes,
    /// The number on its screen.
    pub number: u32,
    /// The kiosk that it is.
    pub kiosk: Option<AtKiosk>,
    /// Since when.
    pub opened_at: Timestamp,
}

/// A citizen lets a machine in.
#[derive(Debug, Clone)]
pub struct Confirm {
    /// Keyed hash of what its screen shows.
    pub user_code: [u8; 32],
    /// The login that comes of it.
    pub grant: Uuid,
    /// Who lets it in.
    pub person: PersonId,
    /// In which session.
    pub session: TokenHash,
    /// What for.
    pub scopes: Scopes,
    /// How sure the hall is of who it is.
    pub assurance: AssuranceLevel,
    /// When they logged in.
    pub auth_time: Timestamp,
    /// Until when the login counts at the latest.
    pub ends_at: Timestamp,
    /// Now.
    pub now: Timestamp,
}

/// A machine asks whether it was let in.
#[derive(Debug, Clone)]
pub struct AskAgain {
    /// What it asks with.
    pub device: TokenHash,
    /// The client.
    pub client: ClientId,
    /// The key that it holds.
    pub key: Option<String>,
    /// Whether its refresh tokens are bound to that.
    pub binds_refresh: bool,
    /// The access token that it gets.
    pub access: TokenHash,
    /// The refresh token that it gets, where it may have one.
    pub refresh: TokenHash,
    /// The session that it gets, if it is a terminal of the hall.
    pub own: Option<OwnSession>,
    /// Now.
    pub now: Timestamp,
}

/// Why a machine is not in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoLogin {
    /// Nobody has answered yet.
    Waiting,
    /// Nobody has answered yet, and it asks too often.
    TooEarly,
    /// Somebody refused.
    Refused,
    /// Nobody answered in time.
    Expired,
    /// It is none, none of this client's, not for this key, or was given already.
    Invalid,
}

/// What a citizen allowed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Consent {
    /// To whom.
    pub client: ClientId,
    /// What.
    pub scopes: Scopes,
    /// When.
    pub given_at: Timestamp,
}

/// The store of the provider.
#[async_trait]
pub trait OidcStore: Send + Sync {
    /// The signing keys, the oldest first.
    ///
    /// # Errors
    /// Only faults of the store.
    async fn signing_keys(&self) -> Result<Vec<KeptKey>>;

    /// Takes a new key where there is none that is younger than `since`, and takes away those whose successor was made
    /// before `until`. The keys that there are then, the oldest first.
    ///
    /// # Errors
    /// Only faults of the store.
    async fn turn_signing_keys(&self, new: KeptKey, since: Timestamp, until: Timestamp) -> Result<Vec<KeptKey>>;

    /// Keeps a request.
    ///
    /// # Errors
    /// `request/too_many` from one address.
    async fn keep_request(&self, keep: KeepRequest) -> Result<()>;

    /// Opens a request that was pushed; none where it is none of this client's, not any more, or opened already.
    ///
    /// # Errors
    /// Only faults of the store.
    async fn open_pushed(&self, open: OpenPushed) -> Result<Option<AuthorizationRequest>>;

    /// A request that waits for its citizen.
    ///
    /// # Errors
    /// Only faults of the store.
    async fn open_request(&self, id: TokenHash, now: Timestamp) -> Result<Option<OpenRequest>>;

    /// Forgets a request; whether it was there.
    ///
    /// # Errors
    /// Only faults of the store.
    async fn drop_request(&self, id: TokenHash) -> Result<bool>;

    /// Answers a request with a login: keeps what was agreed to, and the code. False where it was answered before.
    ///
    /// # Errors
    /// Only faults of the store.
    async fn agree(&self, agree: Agree) -> Result<bool>;

    /// What a citizen has allowed, to one client or to all.
    ///
    /// # Errors
    /// Only faults of the store.
    async fn consents(&self, person: PersonId, client: Option<ClientId>) -> Result<Vec<Consent>>;

    /// Takes back what was allowed to a client, and ends all that came of it. Whether anything was.
    ///
    /// # Errors
    /// Only faults of the store.
    async fn withdraw_consent(&self, person: PersonId, client: ClientId) -> Result<bool>;

    /// Gives tokens for a code.
    ///
    /// # Errors
    /// Only faults of the store.
    async fn redeem(&self, redeem: Redeem) -> Result<Result<Given, NotGiven>>;

    /// Gives tokens for a refresh token, which is used up by that; the same ones again to a client that did not hear the answer.
    ///
    /// # Errors
    /// Only faults of the store.
    async fn refresh(&self, refresh: Refresh) -> Result<Result<Given, NotGiven>>;

    /// An access token that counts.
    ///
    /// # Errors
    /// Only faults of the store.
    async fn access(&self, token: TokenHash, now: Timestamp) -> Result<Option<Access>>;

    /// A refresh token that counts, as if it were one of access.
    ///
    /// # Errors
    /// Only faults of the store.
    async fn refresh_token(&self, token: TokenHash, now: Timestamp) -> Result<Option<Access>>;

    /// Ends a token of a client: an access token alone, a refresh token with the login that it came of.
    ///
    /// # Errors
    /// Only faults of the store.
    async fn revoke(&self, token: TokenHash, client: ClientId) -> Result<()>;

    /// Keeps a question of a machine.
    ///
    /// # Errors
    /// `request/too_many` from one address.
    async fn keep_device(&self, keep: KeepDevice) -> Result<()>;

    /// The question that a code names and nobody has answered; counts a code that names none.
    ///
    /// # Errors
    /// `request/too_many` of these.
    async fn look_for_device(&self, look: LookForDevice) -> Result<Option<OpenDevice>>;

    /// Lets a machine in. False where its question was answered before, or does not count any more.
    ///
    /// # Errors
    /// Only faults of the store.
    async fn confirm_device(&self, confirm: Confirm) -> Result<bool>;

    /// Refuses a machine that waits.
    ///
    /// # Errors
    /// Only faults of the store.
    async fn refuse_device(&self, user_code: [u8; 32], now: Timestamp) -> Result<()>;

    /// Gives tokens to a machine that was let in, once.
    ///
    /// # Errors
    /// Only faults of the store.
    async fn ask_again(&self, ask: AskAgain) -> Result<Result<Given, NoLogin>>;

    /// Takes what may be shown once; false where it was shown before.
    ///
    /// # Errors
    /// Only faults of the store.
    async fn show_once(&self, what: [u8; 32], now: Timestamp, until: Timestamp) -> Result<bool>;
}
