//! Cases (办件) as the citizen and the clerk see them.

use serde::{Deserialize, Serialize};

use crate::catalog::FormReference;
use crate::drafts::{Answers, EvaluatedWith};
use crate::files::FileView;
use crate::identity::{PersonView, TerminalKind};
use crate::{ActionCode, AuthorityCode, CaseId, CaseNumber, Date, FileId, ItemCode, StateCode, Text, Timestamp};

/// The state of a case, the same over all workflows. A workflow's own states each map to one of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum CaseState {
    /// 待预审
    Submitted,
    /// 预审退回
    PreReviewReturned,
    /// 预审通过
    PreReviewPassed,
    /// 接件
    Received,
    /// 补正
    SupplementRequired,
    /// 受理
    Accepted,
    /// 不予受理
    NotAccepted,
    /// 审核
    InReview,
    /// 特别程序
    SpecialProcedure,
    /// 准予
    Approved,
    /// 不予许可
    Rejected,
    /// 已出证
    CertificateIssued,
    /// 已送达
    Delivered,
    /// 办结
    Closed,
    /// 已评价
    Rated,
    /// 撤销
    Withdrawn,
    /// 补正不来
    SupplementLapsed,
    /// 异常终止
    Terminated,
    /// 转报
    Transferred,
    /// 重新办理
    Reopened,
}

/// Who has to act next.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum WaitsFor {
    /// The authority.
    Authority,
    /// The citizen.
    Citizen,
    /// Somebody outside (an inspection, another body).
    ThirdParty,
    /// Nobody: the matter has ended.
    Nobody,
}

/// How a case ended. Every closed case has exactly one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum ResultKind {
    /// 出证: approved, a result was issued.
    Issued,
    /// 不予许可
    Rejected,
    /// 不予受理
    NotAccepted,
    /// 补正不来
    SupplementLapsed,
    /// 撤销
    Withdrawn,
    /// 异常终止
    Terminated,
    /// 转报
    Transferred,
}

/// Where a case stands, derived and never typed: who waits, for what, until when.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CaseStatus {
    /// The common state.
    pub state: CaseState,
    /// The workflow's own state.
    pub step: StateCode,
    /// Its name for people.
    pub step_name: Text,
    /// Who has to act next.
    pub waits_for: WaitsFor,
    /// What has to happen next, one sentence to the citizen.
    pub next: Text,
    /// The last day for it, where one is set (working days by the city's calendar).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due: Option<Date>,
    /// The last day by law and promise of the whole matter, while the clock runs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub promised_until: Option<Date>,
    /// Working days left until `due`; negative where it is overdue.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub days_left: Option<i32>,
    /// Whether the clock stands (supplement, special procedure).
    pub clock_paused: bool,
}

/// A case as lists show it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CaseSummary {
    /// The case.
    pub id: CaseId,
    /// Its number.
    pub number: CaseNumber,
    /// The service item.
    pub item: ItemCode,
    /// Its name.
    pub item_name: Text,
    /// The authority.
    pub authority: AuthorityCode,
    /// Whose matter it is.
    pub principal: PersonView,
    /// Where it stands.
    pub status: CaseStatus,
    /// When it was submitted.
    pub submitted_at: Timestamp,
    /// When something last happened.
    pub updated_at: Timestamp,
    /// Counts up with each step; an action names the version that it was decided on.
    pub version: u64,
}

/// Who did something.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum Actor {
    /// The citizen, or who acts for them.
    Person {
        /// The name.
        name: String,
        /// Whose matter it is, where that is another: for whom they acted.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        acts_for: Option<String>,
    },
    /// A clerk. The citizen sees the authority, the console also the name.
    Staff {
        /// The authority.
        authority: Option<AuthorityCode>,
        /// The clerk's name; only in the console.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        name: Option<String>,
    },
    /// A clock that ran out.
    System,
}

/// One step in the life of a case. Principal, actor and terminal are three things.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CaseEvent {
    /// Place in the history, from 1.
    pub sequence: u64,
    /// When.
    pub at: Timestamp,
    /// The action.
    pub action: ActionCode,
    /// Its name for people.
    pub action_name: Text,
    /// The state that it led to.
    pub state: CaseState,
    /// That state's name.
    pub step_name: Text,
    /// Who did it.
    pub actor: Actor,
    /// From where.
    pub terminal: TerminalKind,
    /// What was said with it: the reason, or the note to the citizen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// One thing that is missing or wrong; a supplement names all of them at once (一次性告知).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SupplementItem {
    /// The question of the form to answer again.
    pub path: String,
    /// What is wrong with it, to the citizen.
    pub reason: String,
}

/// What the citizen must hand in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Supplement {
    /// When it was asked for.
    pub requested_at: Timestamp,
    /// All that is missing.
    pub items: Vec<SupplementItem>,
    /// A note to the citizen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// The last day to hand it in.
    pub due: Date,
}

/// The result of a case.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CaseResult {
    /// How it ended.
    pub kind: ResultKind,
    /// When.
    pub at: Timestamp,
    /// The number of the certificate or decision.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub document_number: Option<String>,
    /// Why, where it was refused.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// The document to download.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file: Option<FileView>,
}

/// A rating (好差评).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Rating {
    /// Satisfaction, GB/T 39046 A.8: 5 very satisfied to 1 very dissatisfied.
    pub stars: u8,
    /// What was good or bad: codes of [`RATING_TAGS`].
    #[serde(default)]
    pub tags: Vec<String>,
    /// In their own words, at most 500 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub comment: Option<String>,
}

/// What a rating may name: satisfaction, efficiency, accuracy of the guide, convenience, ease of use (GB/T 39735).
pub const RATING_TAGS: [&str; 5] = ["overall", "efficiency", "guide", "convenience", "usability"];

/// A case as its citizen sees it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CaseView {
    /// What lists know of it.
    #[serde(flatten)]
    pub summary: CaseSummary,
    /// The form that it was filled with.
    pub form: FormReference,
    /// With what the answers were evaluated: engine, day, calendar, lists. Absent of a case that is older than this record.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub evaluated: Option<EvaluatedWith>,
    /// The answers as submitted (after a supplement, as supplemented).
    #[cfg_attr(feature = "openapi", schema(value_type = Object))]
    pub answers: Answers,
    /// All that happened, oldest first.
    pub history: Vec<CaseEvent>,
    /// What the citizen must hand in, while it waits for that.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub supplement: Option<Supplement>,
    /// The result, once it has ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub result: Option<CaseResult>,
    /// The rating, once given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rating: Option<Rating>,
    /// What the citizen can do now: `supplement`, `withdraw`, `rate`.
    pub can: Vec<CitizenAction>,
}

/// What a citizen can do with a case.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum CitizenAction {
    /// Hand in what is missing.
    Supplement,
    /// Take the application back.
    Withdraw,
    /// Rate the service.
    Rate,
}

/// Hands in what a supplement asked for. Header `Idempotency-Key` as for a submission.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AnswerSupplement {
    /// The version of the case that the citizen saw.
    pub version: u64,
    /// New answers, only for what was asked (and the rows and follow-ups that belong to it).
    #[cfg_attr(feature = "openapi", schema(value_type = Object))]
    pub answers: Answers,
}

/// What became of an attempt that was ended (`DELETE /attempts/{key}`): where it had no effect, it has none any more.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AttemptEnded {
    /// The case on which it had its effect before; absent where it had none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub case_id: Option<CaseId>,
}

/// Takes an application back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct WithdrawCase {
    /// The version of the case that the citizen saw.
    pub version: u64,
    /// Why.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// What an action needs from the clerk.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum ActionInput {
    /// A reason that the citizen reads.
    Reason,
    /// A list of what is missing.
    SupplementItems,
    /// The number of the certificate or decision.
    DocumentNumber,
    /// A file with the result; without it the hall makes a notice of the result.
    ResultFile,
}

/// An action that a clerk can take now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct StaffAction {
    /// The action.
    pub code: ActionCode,
    /// Its name on the button.
    pub name: Text,
    /// What it needs.
    pub required: Vec<ActionInput>,
    /// What it may be given.
    pub optional: Vec<ActionInput>,
    /// Whether it refuses or ends the matter: asked twice, drawn in red.
    pub adverse: bool,
}

/// A case in the console.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct StaffCaseView {
    /// The case as its citizen sees it, with the names of clerks.
    #[serde(flatten)]
    pub case: CaseView,
    /// What this clerk can do now.
    pub actions: Vec<StaffAction>,
    /// The uploaded files by answer path.
    pub files: Vec<FileView>,
    /// The answers before each supplement that changed them, oldest first; empty where nothing was supplemented.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub earlier: Vec<EarlierAnswers>,
}

/// The answers of a case as they were before a supplement.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct EarlierAnswers {
    /// Which revision of them: 1 as submitted.
    pub revision: u32,
    /// When they were handed in.
    pub at: Timestamp,
    /// The answers.
    #[cfg_attr(feature = "openapi", schema(value_type = Object))]
    pub answers: Answers,
}

/// Acts on a case.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ActOnCase {
    /// The action.
    pub action: ActionCode,
    /// The version of the case that the clerk decided on.
    pub version: u64,
    /// A reason or note, at most 1,000 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// All that is missing.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub items: Vec<SupplementItem>,
    /// The number of the certificate or decision.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub document_number: Option<String>,
    /// A file that the clerk uploaded as the result.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file: Option<FileId>,
}

/// Which cases the queue shows.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct QueueQuery {
    /// Only cases that wait for this clerk's roles (default), or all of the authority.
    #[serde(default)]
    pub scope: QueueScope,
    /// Only this state.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub state: Option<CaseState>,
    /// Number, or part of the item's name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub search: Option<String>,
    /// The last case of the page before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<CaseId>,
}

/// How wide the queue looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum QueueScope {
    /// What waits for one of the clerk's roles.
    #[default]
    Mine,
    /// Everything of the clerk's authority.
    Authority,
    /// What has ended.
    Ended,
}

/// A page of the queue, the most urgent first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct QueuePage {
    /// The cases.
    pub cases: Vec<CaseSummary>,
    /// How many there are in all.
    pub total: u64,
    /// How many of them are overdue.
    pub overdue: u64,
    /// Whether there are more.
    pub more: bool,
}

/// Something changed: a poke carries no data, the terminal reads anew. Server-sent events on
/// `/api/v1/events` (citizens) and `/api/v1/staff/events` (staff), event name `poke`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum Poke {
    /// A case changed.
    Case {
        /// Which.
        id: CaseId,
    },
    /// A draft changed on another terminal.
    Draft {
        /// Which.
        id: crate::DraftId,
    },
    /// Somebody has a draft open, or has it no more.
    Present {
        /// Which draft.
        id: crate::DraftId,
        /// The core on which it is.
        writer: crate::WriterId,
        /// What kind of terminal that is.
        terminal: TerminalKind,
        /// Whether it is open there.
        here: bool,
    },
    /// The queue of an authority changed.
    Queue,
    /// For whom one may act, or who acts for one, changed.
    Delegations,
    /// What logs one in changed.
    Account,
    /// The session ended.
    SessionEnded,
    /// More changed than was kept for a slow terminal: read everything anew that is shown.
    Again,
}

/// Whether a text can be the number of a certificate or decision: `兰公户证〔2026〕0001号`, `JY26201020001234`. Each authority
/// numbers in its own way; all have a digit, and nothing but letters, digits, and what stands between them.
///
/// ```
/// use onehall_protocol::cases::is_document_number;
/// assert!(is_document_number("兰公户证〔2026〕0001号"));
/// assert!(!is_document_number("见附件"));
/// assert!(!is_document_number("0001，见附件！"));
/// ```
#[must_use]
pub fn is_document_number(text: &str) -> bool {
    let between = |sign: char| " -–—/.·:：()（）[]［］〔〕【】《》№#_".contains(sign);
    text.chars().any(char::is_numeric) && text.chars().all(|sign| sign.is_alphanumeric() || between(sign))
}
