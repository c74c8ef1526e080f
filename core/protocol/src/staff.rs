//! Staff: accounts, roles, login with password and one-time password or passkey.

use serde::{Deserialize, Serialize};

use crate::{AuthorityCode, HallCode, StaffId, Timestamp};

/// What a member of staff may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum Role {
    /// 窗口人员: pre-review, receive, ask for supplements, accept.
    WindowClerk,
    /// 审核人员: handle and check.
    Reviewer,
    /// 审批人员: decide.
    Approver,
    /// 制证人员: issue results.
    Issuer,
    /// 管理员: accounts and roles.
    Administrator,
}

impl Role {
    /// Every role.
    pub const ALL: [Role; 5] = [
        Role::WindowClerk,
        Role::Reviewer,
        Role::Approver,
        Role::Issuer,
        Role::Administrator,
    ];

    /// The name on the wire.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Role::WindowClerk => "window_clerk",
            Role::Reviewer => "reviewer",
            Role::Approver => "approver",
            Role::Issuer => "issuer",
            Role::Administrator => "administrator",
        }
    }
}

/// First step of a staff login.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct StaffLogin {
    /// The account name.
    pub account: String,
    /// The password.
    pub password: String,
}

/// The password was right; the second factor comes now.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct StaffChallenge {
    /// Names this login for five minutes and one use.
    pub ticket: String,
    /// For an account without a second factor yet: the secret to enrol, as `otpauth:` URI and as text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub enrol: Option<TotpEnrolment>,
    /// Whether the password must be changed with this login (it was set by an administrator).
    pub change_password: bool,
    /// What a browser needs to ask for a passkey of this account, which does in place of the code
    /// (`PublicKeyCredentialRequestOptionsJSON` of WebAuthn); absent where the account has none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Object))]
    pub passkey: Option<serde_json::Value>,
}

/// The secret of an authenticator app, shown once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TotpEnrolment {
    /// `otpauth://totp/...`, for a QR code.
    pub uri: String,
    /// The secret in base32, to type in.
    pub secret: String,
}

/// Second step of a staff login.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct StaffSecondFactor {
    /// The ticket of the first step.
    pub ticket: String,
    /// The code of the authenticator app, six digits (RFC 6238).
    pub code: String,
    /// The new password, where one must be set.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub new_password: Option<String>,
}

/// Second step of a staff login, by a passkey.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct StaffPasskeyFactor {
    /// The ticket of the first step.
    pub ticket: String,
    /// `AuthenticationResponseJSON` of WebAuthn.
    #[cfg_attr(feature = "openapi", schema(value_type = Object))]
    pub credential: serde_json::Value,
    /// The new password, where one must be set.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub new_password: Option<String>,
}

/// Shows anew that whoever sits at a console is there.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct StaffProof {
    /// The code of the authenticator app, six digits (RFC 6238).
    pub code: String,
}

impl std::fmt::Debug for StaffProof {
    /// Without the code.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("StaffProof").finish_non_exhaustive()
    }
}

/// The session of a console.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct StaffSession {
    /// The account.
    pub id: StaffId,
    /// The account name.
    pub account: String,
    /// The name.
    pub name: String,
    /// The roles.
    pub roles: Vec<Role>,
    /// The authority; none for administrators of the whole hall.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub authority: Option<AuthorityCode>,
    /// The hall in which they sit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hall: Option<HallCode>,
    /// When the session ends by itself.
    pub expires_at: Timestamp,
}

/// An account in the administration.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct StaffAccountView {
    /// The account.
    pub id: StaffId,
    /// The account name.
    pub account: String,
    /// The name.
    pub name: String,
    /// The roles.
    pub roles: Vec<Role>,
    /// The authority.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub authority: Option<AuthorityCode>,
    /// The hall in which they sit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hall: Option<HallCode>,
    /// Whether they can log in.
    pub active: bool,
    /// Whether a second factor is enrolled.
    pub second_factor: bool,
    /// How many passkeys they have.
    #[serde(default)]
    pub passkeys: u32,
    /// When they last logged in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_login: Option<Timestamp>,
}

/// Creates an account; the answer holds its first password, shown once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CreateStaff {
    /// The account name: a code.
    pub account: String,
    /// The name.
    pub name: String,
    /// The roles.
    pub roles: Vec<Role>,
    /// The authority.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub authority: Option<AuthorityCode>,
    /// The hall.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hall: Option<HallCode>,
}

/// Changes an account. What is absent stays.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ChangeStaff {
    /// The name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The roles.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub roles: Option<Vec<Role>>,
    /// Whether they can log in; turning it off ends their sessions.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub active: Option<bool>,
    /// Sets a new first password, which is in the answer.
    #[serde(default)]
    pub reset_password: bool,
    /// Takes the second factor away, passkeys included: enrolled anew with the next login.
    #[serde(default)]
    pub reset_second_factor: bool,
    /// Takes the passkeys away; the authenticator app stays.
    #[serde(default)]
    pub remove_passkeys: bool,
}

/// An account that was created or changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct StaffAccountSaved {
    /// The account.
    #[serde(flatten)]
    pub account: StaffAccountView,
    /// The first password, shown once, where one was set.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first_password: Option<String>,
}

/// Which lines of the audit are asked for. All conditions hold together.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AuditQuery {
    /// Who did it, or whose account it is about: an account name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account: Option<String>,
    /// What was done.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub action: Option<String>,
    /// Not before this day of the city.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<crate::Date>,
    /// Not after this one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<crate::Date>,
    /// Lines older than the one that this names: [`AuditPage::next`] of the page before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<String>,
}

/// A member of staff in the audit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AuditPerson {
    /// The account.
    pub id: StaffId,
    /// Its name to log in with.
    pub account: String,
    /// The name of the person.
    pub name: String,
}

/// One line of the audit.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AuditLine {
    /// Its number in the chain, from 1; absent of lines that are older than the chain.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub number: Option<u64>,
    /// When.
    pub at: Timestamp,
    /// Who did it; nobody where nobody was logged in, or from the command line.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub actor: Option<AuditPerson>,
    /// Whose account it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subject: Option<AuditPerson>,
    /// What was done: `logged_in`, `account_changed` ...
    pub action: String,
    /// What changed: names of fields and roles, never names of people or secrets.
    #[cfg_attr(feature = "openapi", schema(value_type = Object))]
    pub details: serde_json::Value,
    /// Its hash over itself and the hash of the line before, in hexadecimal.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hash: Option<String>,
}

/// Some lines of the audit, the newest first.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AuditPage {
    /// The lines.
    pub lines: Vec<AuditLine>,
    /// Names the last of them where there are older ones.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
}

/// Whether the audit is as it was written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AuditChain {
    /// How many lines the chain has.
    pub lines: u64,
    /// The first line that is not what its hash says, or is missing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub broken_at: Option<u64>,
    /// The hash of the last line: whoever noted it once finds it again in a later export, or the chain was written anew.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub head: Option<String>,
}
