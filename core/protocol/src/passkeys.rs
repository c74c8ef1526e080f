//! Passkeys (WebAuthn Level 3), and the proof that whoever is logged in is there now.
//!
//! What a browser takes (`PublicKeyCredential.parseCreationOptionsFromJSON`, `parseRequestOptionsFromJSON`) and gives
//! (`toJSON`) stands here in the shape of the standard, and terminals hand it on unread.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::contacts::ContactKind;
use crate::{PasskeyId, Timestamp};

/// For what a browser is to ask for a passkey.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum PasskeyPurpose {
    /// To log in; nobody is logged in yet.
    LogIn,
    /// To make a new one for who is logged in.
    Add,
    /// To show that who is logged in is there now.
    Prove,
}

/// A passkey of one's own: a citizen's, or one of staff's.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PasskeyView {
    /// By which it is removed.
    pub id: PasskeyId,
    /// What it is called.
    pub name: String,
    /// Since when.
    pub created_at: Timestamp,
    /// When it was last used.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub used_at: Option<Timestamp>,
    /// Whether it is kept in an account of its maker and reaches other devices of its owner.
    pub synced: bool,
}

/// Adds the passkey that a browser has made.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AddPasskey {
    /// What it is to be called.
    pub name: String,
    /// `RegistrationResponseJSON` of the standard.
    #[cfg_attr(feature = "openapi", schema(value_type = Object))]
    pub credential: Value,
}

/// Answers a browser's question with a passkey.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PasskeyAnswer {
    /// `AuthenticationResponseJSON` of the standard.
    #[cfg_attr(feature = "openapi", schema(value_type = Object))]
    pub credential: Value,
}

/// How somebody can show that they are there now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum ProofWay {
    /// By a passkey.
    Passkey,
    /// By a one-time code to the phone number that comes first; of staff, by the one of the authenticator app.
    Code,
    /// By a one-time code to an e-mail address of the account.
    Email,
}

/// Shows that one is there by a one-time code.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ProofCode {
    /// The code, six digits.
    pub code: String,
    /// Where it went; to what comes first where this is absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<ContactKind>,
}

impl std::fmt::Debug for ProofCode {
    /// Without the code.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ProofCode").finish_non_exhaustive()
    }
}
