//! The hall as an OpenID provider: citizens log in to others' applications with the account that they have here.
//!
//! | file | what | after |
//! |---|---|---|
//! | `discovery` | what a client has to know, and the keys that verify | OpenID Connect Discovery 1.0, RFC 8414 |
//! | `clients` | who may ask; the city registers them in its files | |
//! | `proof` | how a client shows that it is itself | RFC 7521, RFC 7523 |
//! | `dpop` | tokens that are bound to a key | RFC 9449 |
//! | `request`, `authorize` | what a client asks for, by itself or in the citizen's browser | RFC 6749, 7636, 9126, 9207 |
//! | `consent` | what the citizen reads and answers: for the pages of the hall | |
//! | `device` | a machine that a phone lets in | RFC 8628, RFC 10027 |
//! | `token` | a code or a refresh token for tokens | RFC 6749, RFC 9700 |
//! | `claims`, `hint`, `userinfo` | what is said of who logged in | OpenID Connect Core 1.0 |
//! | `introspect` | whether a token counts, and its end | RFC 7662, RFC 7009 |
//! | `terminal` | tokens of the terminals of the hall itself, at its own API | RFC 9449 |
//! | `logout` | a client wants the citizen logged out here, too | RP-Initiated Logout 1.0 |
//! | `notices` | clients hear that a session has ended | Back-Channel Logout 1.0 |
//! | `keys`, `jose` | what signs, and its turns | RFC 7515 to 7518 |
//!
//! **Tokens are opaque**: 256 random bits, of which the database keeps a hash. What is ended ends at once on every replica,
//! nothing of a citizen stands in a token, and whoever has to know what one is worth asks (`userinfo`, `introspect`). A
//! signed one would count until it expires, or be looked up all the same. Signed is only what the client itself reads: the
//! id token.
//!
//! **A refresh token is used once.** What it is exchanged for follows from itself and the key of the installation, so a
//! client that did not hear the answer gets the same one again for a few seconds, from any replica, without an answer that
//! is kept anywhere. Later the same token ends the login with all that came of it: two hold it. Shown with a proof
//! by the key that it was used with (DPoP), it gets the same answer however late, until the next token was used: nobody else
//! can have asked.
//!
//! **The routes of the protocol read no cookie.** Their callers are programs, or a browser that other sites send here; who
//! somebody is, the pages of the hall ask, through `/api/v1/authorizations`, where the session counts and other sites are
//! kept out. So a request of another site can begin a question and never answer it.

mod authorize;
mod claims;
mod clients;
mod consent;
mod device;
mod discovery;
mod dpop;
mod error;
mod hint;
mod introspect;
mod jose;
mod keys;
mod logout;
mod model;
pub mod notices;
mod params;
mod proof;
mod request;
mod scopes;
pub mod store;
mod terminal;
#[cfg(test)]
pub(crate) mod tests;
mod token;
mod userinfo;

use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::state::AppState;

pub use clients::{Client, ClientKey, LogoutAddress, Proof, RedirectUri, RegisteredScope, Standing};
pub use error::NONCE_HEADER;
pub use jose::PublicKey;
pub use model::{Access, AuthorizationRequest, Login, OpenRequest, Prompt, access_until, seconds};
pub use scopes::{Scope, Scopes};
pub use store::OidcStore;
pub use terminal::{KeyHolder, held_session};
pub(crate) use terminal::{challenge, key_holder};

/// Where the routes of the protocol are.
mod path {
    pub const CONFIGURATION: &str = "/.well-known/openid-configuration";
    pub const METADATA: &str = "/.well-known/oauth-authorization-server";
    pub const KEYS: &str = "/oauth/jwks";
    pub const AUTHORIZE: &str = "/oauth/authorize";
    pub const PUSH: &str = "/oauth/par";
    pub const TOKEN: &str = "/oauth/token";
    pub const USERINFO: &str = "/oauth/userinfo";
    pub const INTROSPECT: &str = "/oauth/introspect";
    pub const REVOKE: &str = "/oauth/revoke";
    pub const DEVICE: &str = "/oauth/device";
    pub const LOGOUT: &str = "/oauth/logout";
    /// The page of the citizens' bundle that asks them.
    pub const PAGE: &str = "/authorize";
    /// The page that asks whether a machine is let in.
    pub const DEVICE_PAGE: &str = "/device";
    /// The page that asks whether somebody logs out.
    pub const LOGOUT_PAGE: &str = "/logout";
}

/// The largest body that a route of the protocol takes.
pub const MAX_FORM_BYTES: usize = 64 * 1024;

/// The routes of the protocol, from the root.
#[must_use]
pub fn protocol_routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(discovery::configuration))
        .routes(routes!(discovery::metadata))
        .routes(routes!(discovery::keys))
        .routes(routes!(authorize::authorize, authorize::authorize_by_form))
        .routes(routes!(authorize::push))
        .routes(routes!(token::token))
        .routes(routes!(device::begin))
        .routes(routes!(userinfo::userinfo, userinfo::userinfo_by_post))
        .routes(routes!(introspect::introspect))
        .routes(routes!(introspect::revoke))
        .routes(routes!(logout::log_out, logout::log_out_by_form))
}

/// The routes for the pages of the hall, below `/api/v1`.
#[must_use]
pub fn routes() -> OpenApiRouter<AppState> {
    consent::routes().merge(device::routes()).merge(logout::routes())
}

/// Whether a path is one of the protocol that reads no cookie: other sites send browsers there, and programs that are no
/// terminal of the hall ask.
#[must_use]
pub fn reads_no_cookie(path: &str) -> bool {
    [
        path::AUTHORIZE,
        path::PUSH,
        path::TOKEN,
        path::DEVICE,
        path::USERINFO,
        path::INTROSPECT,
        path::REVOKE,
        path::LOGOUT,
    ]
    .contains(&path)
}

/// Whether scripts of any site may read what a path answers: what a client that is a page needs, and nothing else.
#[must_use]
pub fn open_to_scripts(path: &str) -> bool {
    [
        path::CONFIGURATION,
        path::METADATA,
        path::KEYS,
        path::PUSH,
        path::TOKEN,
        path::USERINFO,
        path::REVOKE,
    ]
    .contains(&path)
}
