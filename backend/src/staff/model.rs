//! Accounts of staff, and the member of staff of a request.

use std::fmt;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use onehall_protocol::passkeys::ProofWay;
use onehall_protocol::staff::{Role, StaffAccountView, StaffSession};
use onehall_protocol::{AuthorityCode, ErrorCode, HallCode, StaffId, Timestamp};

use crate::error::{Error, Result};
use crate::http::cookies;
use crate::identity::Lifetime;
use crate::secrets::TokenHash;
use crate::state::AppState;

/// The cookie of a console's session.
pub const STAFF_COOKIE: &str = "onehall_staff";

/// How long a session of a console lasts: a working day, half an hour of it unused.
#[must_use]
pub const fn lifetime() -> Lifetime {
    Lifetime {
        idle: 30 * 60,
        absolute: 8 * 3600,
    }
}

/// Seconds for which a second factor shows that whoever sits at a console is there: that of the login, or a later one.
const PROOF_SECONDS: i64 = 600;

/// Between two writes of "last seen".
const TOUCH_AFTER_SECONDS: i64 = 60;

/// An account of staff.
#[derive(Clone, PartialEq, Eq)]
pub struct StaffAccount {
    /// The account.
    pub id: StaffId,
    /// The account name.
    pub account: String,
    /// The name of the person.
    pub name: String,
    /// The roles, in the order of [`Role::ALL`].
    pub roles: Vec<Role>,
    /// The authority; none for the whole hall.
    pub authority: Option<AuthorityCode>,
    /// The hall in which they sit.
    pub hall: Option<HallCode>,
    /// Whether they can log in.
    pub active: bool,
    /// Whether a second factor is enrolled.
    pub second_factor: bool,
    /// How many passkeys they have.
    pub passkeys: u32,
    /// Whether the password was set by somebody else and must be changed.
    pub change_password: bool,
    /// When they last logged in.
    pub last_login: Option<Timestamp>,
}

impl StaffAccount {
    /// The account as the administration sees it.
    #[must_use]
    pub fn view(&self) -> StaffAccountView {
        StaffAccountView {
            id: self.id,
            account: self.account.clone(),
            name: self.name.clone(),
            roles: self.roles.clone(),
            authority: self.authority.clone(),
            hall: self.hall.clone(),
            active: self.active,
            second_factor: self.second_factor,
            passkeys: self.passkeys,
            last_login: self.last_login,
        }
    }
}

impl fmt::Debug for StaffAccount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StaffAccount")
            .field("id", &self.id)
            .field("roles", &self.roles)
            .finish_non_exhaustive()
    }
}

/// The logged-in member of staff of a request.
#[derive(Debug, Clone)]
pub struct Staff {
    /// The account; reached directly as well: `staff.id`, `staff.roles`, `staff.authority`.
    pub account: StaffAccount,
    /// The session.
    pub session: TokenHash,
    /// When the session ends if it is not used again.
    pub idle_ends_at: Timestamp,
    /// When the session ends whatever happens.
    pub ends_at: Timestamp,
    /// When they last showed by their second factor that they are there.
    pub proved_at: Timestamp,
}

impl std::ops::Deref for Staff {
    type Target = StaffAccount;
    fn deref(&self) -> &StaffAccount {
        &self.account
    }
}

impl Staff {
    /// Whether they have the role.
    #[must_use]
    pub fn has(&self, role: Role) -> bool {
        self.account.roles.contains(&role)
    }

    /// Refuses whoever lacks the role.
    ///
    /// # Errors
    /// `identity/forbidden`.
    pub fn require(&self, role: Role) -> Result<()> {
        if self.has(role) {
            Ok(())
        } else {
            Err(Error::new(ErrorCode::Forbidden))
        }
    }

    /// Refuses who has not shown a moment ago, by their second factor, that they are there: asked before what cannot be undone, so
    /// that whoever finds a console open does nothing of the kind.
    ///
    /// # Errors
    /// `identity/step_up_required`, with the ways to show it.
    pub fn require_proof(&self, now: Timestamp) -> Result<()> {
        if self.proved_at.plus_seconds(PROOF_SECONDS) > now {
            return Ok(());
        }
        let passkey = (self.account.passkeys > 0).then_some(ProofWay::Passkey);
        let ways: Vec<ProofWay> = passkey.into_iter().chain([ProofWay::Code]).collect();
        Err(Error::new(ErrorCode::StepUpRequired).with_details(serde_json::json!({ "ways": ways })))
    }

    /// What an administrator administers.
    ///
    /// # Errors
    /// `identity/forbidden` for anybody else.
    pub fn administers(&self) -> Result<Scope> {
        self.require(Role::Administrator)?;
        Ok(self.account.authority.clone().map_or(Scope::Hall, Scope::Authority))
    }

    /// The session as the console sees it.
    #[must_use]
    pub fn view(&self) -> StaffSession {
        StaffSession {
            id: self.account.id,
            account: self.account.account.clone(),
            name: self.account.name.clone(),
            roles: self.account.roles.clone(),
            authority: self.account.authority.clone(),
            hall: self.account.hall.clone(),
            expires_at: self.idle_ends_at,
        }
    }
}

impl FromRequestParts<AppState> for Staff {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Staff> {
        let not_logged_in = || Error::new(ErrorCode::NotLoggedIn);
        let token =
            cookies::get(&parts.headers, STAFF_COOKIE, state.config.secure_cookies()).ok_or_else(not_logged_in)?;
        let session = TokenHash::of(token);
        let now = state.clock.now();
        let mut staff = state.storage.staff(session, now).await?.ok_or_else(not_logged_in)?;
        let idle_ends_at = lifetime().idle_end(now, staff.ends_at);
        if staff.idle_ends_at.plus_seconds(TOUCH_AFTER_SECONDS) < idle_ends_at {
            state.storage.prolong_staff_session(session, idle_ends_at).await?;
            staff.idle_ends_at = idle_ends_at;
        }
        Ok(staff)
    }
}

/// The accounts that an administrator may see and change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Scope {
    /// All of them.
    Hall,
    /// Those of one authority.
    Authority(AuthorityCode),
}

impl Scope {
    /// Whether an account of `authority` is in it.
    #[must_use]
    pub fn covers(&self, authority: Option<&AuthorityCode>) -> bool {
        match self {
            Scope::Hall => true,
            Scope::Authority(own) => authority == Some(own),
        }
    }
}

/// What the audit records.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AuditAction {
    /// A password was wrong, or the account does not exist (then there is no subject).
    PasswordRefused,
    /// The password was right; the second factor is awaited.
    PasswordTaken,
    /// A second factor was wrong.
    SecondFactorRefused,
    /// Logged in.
    LoggedIn,
    /// Logged out.
    LoggedOut,
    /// A second factor was enrolled.
    SecondFactorEnrolled,
    /// A member of staff made themselves a passkey.
    PasskeyAdded,
    /// A member of staff removed a passkey of theirs.
    PasskeyRemoved,
    /// A member of staff changed their password.
    PasswordChanged,
    /// An account was created.
    AccountCreated,
    /// An account was changed.
    AccountChanged,
    /// The audit was exported.
    AuditExported,
    /// A citizen was compared with their identity document: the level of an account was raised.
    IdentityChecked,
    /// A clerk asked for the account of who stood at the window, who can no longer log in to it.
    RecoveryBegun,
    /// Whoever sits at a console showed anew by their second factor that they are there.
    SteppedUp,
}

/// One line of the audit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditEntry {
    /// When.
    pub at: Timestamp,
    /// Who did it; nobody where nobody was logged in.
    pub actor: Option<StaffId>,
    /// Whose account it is about.
    pub subject: Option<StaffId>,
    /// What.
    pub action: AuditAction,
    /// What changed: names of fields and roles, never names of people or secrets.
    pub details: serde_json::Value,
}
