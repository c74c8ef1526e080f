//! How sure the hall is of who somebody is (实名等级): what services ask for, and how a level is raised.

use serde::{Deserialize, Serialize};

use crate::identity::AssuranceLevel;
use crate::{HallCode, Timestamp};

/// What a service asks of who applies for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RequiredAssurance {
    /// The lowest level.
    pub level: AssuranceLevel,
    /// From which step on.
    pub at: AssuredAt,
    /// Whether who submits has to show that they are there, by a passkey or a one-time code.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub proof: bool,
}

/// From which step of an application on a level is needed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum AssuredAt {
    /// One may fill the form before.
    #[default]
    Submission,
    /// Without it no draft is opened.
    Start,
}

/// How a level was come to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum LevelWay {
    /// Name and number were matched with the register.
    Document,
    /// A picture was matched with the one on the identity document.
    Face,
    /// A clerk compared face and document in a hall.
    Hall,
}

/// A citizen's level, and how it can be raised here.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct LevelView {
    /// The level.
    pub level: AssuranceLevel,
    /// How it was come to, where it was raised here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub raised: Option<LevelRaised>,
    /// The ways on from here that this hall has; none at the highest level.
    pub ways: Vec<LevelWay>,
}

/// The last time that a level was raised.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct LevelRaised {
    /// How.
    pub way: LevelWay,
    /// When.
    pub at: Timestamp,
}

/// Name and number to be matched with the register. Both as typed: what is wrong with them is told by field.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CheckDocument {
    /// The name on the identity document.
    pub name: String,
    /// The citizen's identity number.
    pub citizen_id: String,
}

/// A picture to be matched with the one on the identity document.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CheckFace {
    /// JPEG or PNG, in base64 (RFC 4648, with padding).
    pub picture: String,
}

/// A code that a citizen shows at a window, so that a clerk can raise the level of this account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct HallVisit {
    /// Eight digits.
    pub code: String,
    /// Until when it counts. A new one takes its place.
    pub expires_at: Timestamp,
}

/// What a clerk has checked at the window: the person with the document in the hand.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CheckInPerson {
    /// The code that the citizen shows.
    pub code: String,
    /// The name on the document.
    pub name: String,
    /// The number on the document.
    pub citizen_id: String,
    /// That the document was in the clerk's hand and its picture is of who stands there.
    pub compared: bool,
}

/// A clerk has raised the level of an account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CheckedInPerson {
    /// The level now.
    pub level: AssuranceLevel,
    /// The number, masked.
    pub number: String,
    /// The hall in which it was done, where the clerk sits in one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hall: Option<HallCode>,
}

macro_rules! without_content {
    ($($type:ident),+) => {$(
        impl std::fmt::Debug for $type {
            /// Without what was typed: it must not reach a log.
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.debug_struct(stringify!($type)).finish_non_exhaustive()
            }
        }
    )+};
}
without_content!(CheckDocument, CheckFace, CheckInPerson);
