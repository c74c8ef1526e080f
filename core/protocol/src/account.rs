//! What a citizen sees of their own account: on which terminals they are logged in, who acts for whom, what the hall holds
//! of them, and the end of it.

use serde::{Deserialize, Serialize};

use crate::cases::CaseSummary;
use crate::identity::{PersonView, TerminalKind};
use crate::{CaseNumber, Date, DelegationId, ItemCode, SessionId, Text, Timestamp};

/// A terminal on which the citizen is logged in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SessionView {
    /// By which it is ended. Not its token: nobody logs in with it.
    pub id: SessionId,
    /// What kind of terminal it is.
    pub terminal: TerminalKind,
    /// Browser and system as it says them, the kiosk that its key proves, the site in whose pages it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Since when.
    pub began_at: Timestamp,
    /// When it was last used, within a minute.
    pub seen_at: Timestamp,
    /// When it ends by itself, if it is not used again.
    pub ends_at: Timestamp,
    /// Whether it is the one that asks.
    pub here: bool,
}

/// Why a session is no more: it did not run out, its citizen ended it. With `identity/not_logged_in`, in `details.ended`;
/// only who holds the session's token is told. The terminal then keeps nothing of theirs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SessionEnd {
    /// Why.
    pub why: SessionEndReason,
    /// The kind of terminal from which.
    pub by: TerminalKind,
    /// When.
    pub at: Timestamp,
}

/// See [`SessionEnd`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum SessionEndReason {
    /// The citizen logged it out from another terminal.
    Elsewhere,
    /// The citizen closed the account.
    Closed,
}

/// As what somebody acts for another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum DelegationRole {
    /// A parent or guardian, for a child (监护人).
    Guardian,
    /// Family or a helper, for somebody who does not do it alone (帮办).
    Helper,
    /// An agent, for a company (经办人).
    Agent,
    /// Somebody else.
    Other,
}

/// What somebody may do for another.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DelegationScope {
    /// As what.
    pub role: DelegationRole,
    /// For which service items; absent for all of them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub items: Option<Vec<ItemCode>>,
    /// Whether they may hand in, supplement, withdraw and rate. Otherwise they fill, and the principal hands in.
    pub submits: bool,
    /// The last day.
    pub until: Date,
}

/// Where a delegation stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum DelegationState {
    /// One of the two has asked, the other has not answered.
    Open,
    /// The actor may act.
    Active,
    /// The answer was no.
    Declined,
    /// Whoever asked took it back, or nobody answered in time.
    Withdrawn,
    /// Its last day has passed.
    Expired,
    /// One of the two ended it.
    Ended,
}

/// One of the two.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum Side {
    /// Whose matter it is.
    Principal,
    /// Who acts.
    Actor,
}

/// A delegation as one of the two sees it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DelegationView {
    /// Its id.
    pub id: DelegationId,
    /// Which of the two sees it.
    pub side: Side,
    /// Whose matter it is; absent as long as they have not consented to who asks, and where their account is closed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub principal: Option<PersonView>,
    /// Who acts; absent as long as they have not answered, and where their account is closed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub actor: Option<PersonView>,
    /// The phone number that was asked, masked; absent where it was by a code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phone: Option<String>,
    /// What they may do.
    pub scope: DelegationScope,
    /// Where it stands.
    pub state: DelegationState,
    /// Who asked for it.
    pub asked_by: Side,
    /// When.
    pub asked_at: Timestamp,
    /// Until when it can be answered, where it is open.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answer_until: Option<Timestamp>,
    /// When it was answered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answered_at: Option<Timestamp>,
    /// When it ended before its last day, and by whom.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended: Option<DelegationEnd>,
    /// Whether it waits for the answer of who sees it.
    pub to_answer: bool,
    /// Whether the register of births and households says so (a guardian of a child): it ends by itself, and not by the child.
    #[serde(default)]
    pub by_register: bool,
}

/// The end of a delegation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DelegationEnd {
    /// When.
    pub at: Timestamp,
    /// By whom.
    pub by: Side,
}

/// All delegations of a citizen.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Delegations {
    /// Those that the citizen is one of the two of, and those of their companies; open ones first, then the newest.
    pub all: Vec<DelegationView>,
    /// For whom the citizen can appoint somebody: themselves, and the companies whose agent they are by the register.
    pub may_appoint_for: Vec<PersonView>,
}

/// Lets somebody act for oneself, or for one's company.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct InviteActor {
    /// Whose matters; the citizen's own where absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub principal: Option<crate::PersonId>,
    /// The phone number of who is to act, as typed. Absent, a code is made that one hands to them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phone: Option<String>,
    /// What they may do.
    pub scope: DelegationScope,
}

/// An invitation was made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ActorInvited {
    /// The delegation, still open.
    pub delegation: DelegationView,
    /// The code, where one was made. It is shown this once.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
}

/// Asks somebody whether one may act for them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AskToAct {
    /// Their phone number, as typed.
    pub phone: String,
    /// What one would do.
    pub scope: DelegationScope,
}

/// The code of an invitation, as typed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct InvitationCode {
    /// The code.
    pub code: String,
}

/// Answers an open delegation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AnswerDelegation {
    /// Whether one agrees.
    pub agree: bool,
    /// The code, where the invitation was found by it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
}

/// Opens an account for a child without a phone of its own.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct OpenForChild {
    /// The child's name.
    pub name: String,
    /// The child's identity number, as it stands on the birth certificate or in the household register.
    pub citizen_id: String,
}

impl std::fmt::Debug for OpenForChild {
    /// Without whose it is.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("OpenForChild").finish_non_exhaustive()
    }
}

/// Names another account of one's own, whose phone number or e-mail address one has just shown to have.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct MergeTicket {
    /// `details.merge` of the refusal `identity/contact_in_use`; good for ten minutes, for the account that got it.
    pub ticket: String,
}

impl std::fmt::Debug for MergeTicket {
    /// Without the ticket.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("MergeTicket").finish_non_exhaustive()
    }
}

/// What becomes of another account of one's own where it becomes part of the one that is logged in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct MergeView {
    /// Whose it is, as far as the hall knows.
    pub other: PersonView,
    /// What logs it in, masked; it logs in here then.
    pub contacts: Vec<String>,
    /// Whether this account is known by the other's identity document from then on.
    pub takes_identity: bool,
    /// How many drafts move here.
    pub drafts: u32,
    /// How many cases move here.
    pub cases: u32,
    /// How many passkeys log in here then.
    pub passkeys: u32,
    /// How many delegations go on here.
    pub delegations: u32,
    /// On how many terminals the other account is logged out.
    pub sessions: u32,
    /// How many applications of others, which know the other account, have to ask anew.
    pub consents: u32,
    /// The services for which both have a draft: one of them has to go first.
    pub in_both: Vec<Text>,
}

/// What the end of an account takes away, and what stays.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ClosingView {
    /// Cases that have not ended. As long as there are any, the account cannot be closed.
    pub open_cases: Vec<CaseSummary>,
    /// Cases that have ended: the law has them kept.
    pub kept_cases: Vec<KeptCase>,
    /// How many drafts go, with their files.
    pub drafts: u32,
    /// On how many terminals the citizen is logged in.
    pub sessions: u32,
    /// How many delegations end.
    pub delegations: u32,
    /// How many applications of others lose what was allowed to them.
    pub consents: u32,
    /// Companies for which the citizen can act no more.
    pub companies: Vec<PersonView>,
    /// The phone number to which the code goes, masked.
    pub phone: String,
}

/// A case that stays when its citizen's account is closed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct KeptCase {
    /// Its number.
    pub number: CaseNumber,
    /// What it was about.
    pub item_name: Text,
    /// When it ended.
    pub ended_at: Timestamp,
    /// Until when it is kept at least.
    pub until: Date,
}

/// Closes the account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CloseAccount {
    /// The one-time code that was sent for this, six digits.
    pub code: String,
}
