//! An id token that comes back: a client says whom it means by what it was once told (`id_token_hint`).

use onehall_protocol::ClientId;
use serde_json::Value;

use super::jose::Signed;
use super::keys;
use super::params::Issuer;
use crate::error::Result;
use crate::state::AppState;

/// What an id token of this hall said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Hint {
    /// To whom.
    pub client: ClientId,
    /// Of whom, as that client knows them.
    pub subject: String,
    /// Of which session, as that client knows it.
    pub session: String,
}

/// Reads an id token of this hall, whether or not it counts any more; none where the hall did not sign it.
///
/// # Errors
/// Faults of the store.
pub(super) async fn read(state: &AppState, issuer: &Issuer, token: &str) -> Result<Option<Hint>> {
    // What else the hall signs (logout tokens) is of another type.
    let signed = Signed::parse(token).filter(|signed| signed.header.typ.as_deref() == Some("JWT"));
    let Some(signed) = signed else { return Ok(None) };
    let Some(claims) = keys::verified(state, &signed).await? else {
        return Ok(None);
    };
    let text = |name: &str| claims.get(name).and_then(Value::as_str);
    let hint = || {
        Some(Hint {
            client: text("aud")?.parse().ok()?,
            subject: text("sub")?.to_owned(),
            session: text("sid")?.to_owned(),
        })
    };
    Ok(hint().filter(|_| text("iss") == Some(issuer.0.as_str())))
}
