//! Who is logged in: citizens and legal persons.

use serde::{Deserialize, Serialize};

use crate::{CitizenId, PersonId, Timestamp};

/// Asks for a one-time code by text message or e-mail. Where to is parsed by the backend, so that a wrong one gets
/// `identity/invalid_phone` and not a refusal of the whole body.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CodeRequest {
    /// The phone number or the e-mail address as typed.
    pub phone: String,
}

/// A code is on its way. Says nothing about whether an account exists.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CodeSent {
    /// Seconds until another code can be asked for.
    pub resend_after: u32,
    /// Seconds for which the code can be used.
    pub expires_in: u32,
    /// The number or the address that it went to, masked.
    pub phone: String,
}

/// Logs in with phone number or e-mail address and one-time code.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct LoginRequest {
    /// The phone number or the e-mail address as typed.
    pub phone: String,
    /// The code, six digits.
    pub code: String,
}

/// Logs in with a phone number whose account was not used for long (`identity/confirm_identity`).
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ConfirmedLogin {
    /// The phone number as typed.
    pub phone: String,
    /// The code, which still counts.
    pub code: String,
    /// The identity number of whose account it is. Absent: the number is new to who logs in. It then logs that account in no
    /// more, and begins another one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub citizen_id: Option<String>,
}

impl std::fmt::Debug for ConfirmedLogin {
    /// Without what was typed.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ConfirmedLogin").finish_non_exhaustive()
    }
}

/// Asks for a one-time code to the phone of whoever's identity card lies on a kiosk's reader. Only a kiosk of a hall may say so: it
/// shows its key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CardCodeRequest {
    /// The number on the card.
    pub citizen_id: CitizenId,
}

/// A code is on its way, where the card's owner has an account. Says nothing about whether they do, nor where it goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CardCodeSent {
    /// Seconds until another code can be asked for.
    pub resend_after: u32,
    /// Seconds for which the code can be used.
    pub expires_in: u32,
}

/// Logs in at a kiosk with an identity card and the code.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CardLogin {
    /// The number on the card.
    pub citizen_id: CitizenId,
    /// The code, six digits.
    pub code: String,
}

impl std::fmt::Debug for CardLogin {
    /// Without what was typed.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("CardLogin").finish_non_exhaustive()
    }
}

/// What kind of person an account belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum PersonKind {
    /// 自然人
    Citizen,
    /// 法人
    LegalPerson,
}

/// How sure the hall is of who somebody is (实名等级).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum AssuranceLevel {
    /// The phone number answers.
    L1,
    /// An identity document was matched with the name.
    L2,
    /// In person, or face match.
    L3,
}

/// A person as others may see them: name and masked numbers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PersonView {
    /// The account.
    pub id: PersonId,
    /// Citizen or legal person.
    pub kind: PersonKind,
    /// The name; empty for an account that knows only a phone number.
    pub name: String,
    /// Citizen id or organisation code, masked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub number: Option<String>,
}

/// The session of this terminal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Session {
    /// Who is logged in and acts (经办人).
    pub actor: PersonView,
    /// Whose matters they may handle: themselves first, then the companies whose agent they are.
    pub principals: Vec<PersonView>,
    /// The phone number that comes first, masked; the e-mail address of who has none.
    pub phone: String,
    /// How sure the hall is of the actor.
    pub assurance: AssuranceLevel,
    /// When the session ends by itself.
    pub expires_at: Timestamp,
}

/// Logged in on a terminal that holds its session itself (a native shell, a mini-app): by a token that counts for whoever has it,
/// or by tokens that count with a key. What it holds is destroyed at log-out.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TokenGranted {
    /// 256 random bits, for the header `Authorization: Bearer`. Absent where there is `bound`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub token: Option<String>,
    /// What a terminal of the hall gets that has proved to hold a key.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bound: Option<BoundTokens>,
    /// The session that they stand for.
    pub session: Session,
}

impl std::fmt::Debug for TokenGranted {
    /// Without the tokens: they must not reach a log.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("TokenGranted").finish_non_exhaustive()
    }
}

/// Tokens that are bound to a key (RFC 9449): worth nothing without a proof by it.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct BoundTokens {
    /// What a request shows, in the header `Authorization: DPoP`.
    pub access_token: String,
    /// What the next ones are asked for with, once, at `/oauth/token`.
    pub refresh_token: String,
    /// Seconds for which `access_token` counts.
    pub expires_in: i64,
}

impl std::fmt::Debug for BoundTokens {
    /// Without the tokens: they must not reach a log.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("BoundTokens").finish_non_exhaustive()
    }
}

/// What a question of a form may name as its `prefill`. An address question takes `<key>.region` and `<key>.detail`.
pub const PREFILL_KEYS: [&str; 6] = [
    "person.name",
    "person.citizen_id",
    "person.phone",
    "person.address",
    "organisation.name",
    "organisation.code",
];

/// What is prefilled into forms: the person's own data, to the person only.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Profile {
    /// Values by prefill key: `person.name`, `person.citizen_id`, `person.phone`, `person.address`,
    /// `organisation.name`, `organisation.code`.
    pub values: std::collections::BTreeMap<String, String>,
}

/// The terminal that a request comes from: header `OneHall-Terminal`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum TerminalKind {
    /// A browser.
    #[default]
    Browser,
    /// The desktop application.
    Desktop,
    /// The phone application.
    Mobile,
    /// A kiosk in a hall.
    Kiosk,
    /// A mini-app inside another app.
    MiniApp,
    /// A clerk's console.
    Console,
    /// The backend itself: a clock ran out.
    System,
}

impl TerminalKind {
    /// The name on the wire.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            TerminalKind::Browser => "browser",
            TerminalKind::Desktop => "desktop",
            TerminalKind::Mobile => "mobile",
            TerminalKind::Kiosk => "kiosk",
            TerminalKind::MiniApp => "mini_app",
            TerminalKind::Console => "console",
            TerminalKind::System => "system",
        }
    }
}

/// A message that the development message sender kept instead of sending it. Development mode only.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SentMessage {
    /// To which phone number or e-mail address.
    pub to: String,
    /// The text.
    pub text: String,
    /// When.
    pub at: Timestamp,
}
