//! What the provider keeps of a login at a client.

use std::fmt;

use onehall_protocol::identity::AssuranceLevel;
use onehall_protocol::{ClientId, PhoneNumber, Timestamp};
use serde::{Deserialize, Serialize};

use super::scopes::Scopes;
use crate::identity::Person;
use crate::secrets::TokenHash;

/// How long things count, in seconds. Times that a client sees are in its answers.
pub mod seconds {
    /// A pushed request, until the citizen's browser comes with it.
    pub const PUSHED: i64 = 60;
    /// A request, until the citizen has answered it.
    pub const REQUEST: i64 = 600;
    /// A code.
    pub const CODE: i64 = 60;
    /// A question of a machine, until a phone has answered it.
    pub const DEVICE: i64 = 120;
    /// How long a machine waits between two questions; longer by as much each time that it does not.
    pub const WAIT: i64 = 5;
    /// An access token.
    pub const ACCESS: i64 = 600;
    /// What is said of who logged in.
    pub const ID_TOKEN: i64 = 600;
    /// A refresh token that is not used.
    pub const REFRESH: i64 = 30 * 86_400;
    /// A login at a client that may go on while the citizen is away.
    pub const OFFLINE: i64 = 180 * 86_400;
    /// How long a login at a client is kept after the session of the hall in which it was allowed, should nobody have noticed
    /// that this ended: until then its client is told.
    pub const NOTICED: i64 = 3_600;
    /// A wish to log out, until the citizen has answered it.
    pub const LOGOUT: i64 = 600;
    /// What tells a client that a session has ended.
    pub const LOGOUT_TOKEN: i64 = 120;
    /// How long a used refresh token gets the same answer again, for a client that did not hear the first one. One that shows it
    /// with its key gets it until it goes on.
    pub const GRACE: i64 = 10;
    /// The most that a client's assertion may count. It counts once anyway, and there are libraries that make none shorter.
    pub const ASSERTION: i64 = 3_600;
    /// How far the clocks of others may be wrong.
    pub const SKEW: i64 = 60;
}

/// Until when an access token counts that is given at `now`, of a login that ends at `ends_at`.
#[must_use]
pub fn access_until(now: Timestamp, ends_at: Timestamp) -> Timestamp {
    now.plus_seconds(seconds::ACCESS).min(ends_at)
}

/// What a client asks for. Checked: everything in it is allowed to that client.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuthorizationRequest {
    /// The client.
    pub client: ClientId,
    /// Where the answer goes.
    pub redirect_uri: String,
    /// What it asks to know.
    #[serde(with = "as_text")]
    pub scopes: Scopes,
    /// Comes back with the answer.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub state: Option<String>,
    /// Comes back in the id token.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub nonce: Option<String>,
    /// SHA-256 of what the client will show with the code.
    pub challenge: String,
    /// What the citizen must, or must not, be asked.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub prompts: Vec<Prompt>,
    /// Seconds for which a login may be old.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub max_age: Option<i64>,
    /// The key that the code is bound to.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub key_bound: Option<String>,
    /// How sure the hall must be of who logs in (`acr_values`).
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub assurance: Option<AssuranceLevel>,
    /// Who has to log in, as the client knows them (`id_token_hint`).
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub subject: Option<String>,
    /// The number that is written into the form already (`login_hint`).
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub phone: Option<PhoneNumber>,
}

/// What a client wants the citizen to be asked (`prompt`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Prompt {
    /// Nothing: what needs an answer is refused.
    None,
    /// To log in, even where they are.
    Login,
    /// To consent, even where they have.
    Consent,
    /// Which account; here a terminal knows one, so it is a login.
    SelectAccount,
}

impl AuthorizationRequest {
    /// Whether it wants this.
    #[must_use]
    pub fn prompts(&self, prompt: Prompt) -> bool {
        self.prompts.contains(&prompt)
    }

    /// Whether it takes a login that began at `began`, being opened itself at `opened`.
    #[must_use]
    pub fn takes_login(&self, began: Timestamp, opened: Timestamp, now: Timestamp) -> bool {
        if began >= opened {
            return true;
        }
        let anew = self.prompts(Prompt::Login) || self.prompts(Prompt::SelectAccount);
        !anew && self.max_age.is_none_or(|seconds| began.plus_seconds(seconds) >= now)
    }
}

/// Several scopes as one text.
mod as_text {
    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    use super::Scopes;

    pub fn serialize<S: Serializer>(scopes: &Scopes, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(scopes)
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Scopes, D::Error> {
        String::deserialize(from)?.parse().map_err(D::Error::custom)
    }
}

/// A request that waits for its citizen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenRequest {
    /// What is asked for.
    pub request: AuthorizationRequest,
    /// Since when.
    pub opened_at: Timestamp,
}

/// A login at a client.
#[derive(Clone, PartialEq, Eq)]
pub struct Login {
    /// Who logged in.
    pub person: Person,
    /// Where.
    pub client: ClientId,
    /// What the client may know.
    pub scopes: Scopes,
    /// The session of the hall in which it was allowed.
    pub session: TokenHash,
    /// What comes back in the id token.
    pub nonce: Option<String>,
    /// How sure the hall was.
    pub assurance: AssuranceLevel,
    /// When the citizen logged in to the hall.
    pub auth_time: Timestamp,
}

impl fmt::Debug for Login {
    /// Nothing of what was said of the person.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Login")
            .field("client", &self.client)
            .field("scopes", &self.scopes)
            .finish_non_exhaustive()
    }
}

/// An access token that counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Access {
    /// The login that it came of. Its scopes are those of the token.
    pub login: Login,
    /// The key that it is bound to.
    pub key_bound: Option<String>,
    /// When it was given out.
    pub issued_at: Timestamp,
    /// Until when it counts.
    pub expires_at: Timestamp,
}
