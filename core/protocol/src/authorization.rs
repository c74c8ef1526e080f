//! A citizen is asked whether another's application may log them in, and sees to whom they have allowed that.

use serde::{Deserialize, Serialize};

use crate::identity::AssuranceLevel;
use crate::{ClientId, HallCode, PhoneNumber, Text, Timestamp};

/// An application that asks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ClientView {
    /// Its id.
    pub id: ClientId,
    /// Its name.
    pub name: Text,
    /// Who runs it.
    pub operator: Text,
}

/// One thing that an application wants to know or to do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ScopeView {
    /// Its name on the wire: `phone`.
    pub scope: String,
    /// What it is.
    pub name: Text,
    /// What the application wants it for, in its own words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub why: Option<Text>,
    /// Whether the citizen has allowed it before.
    pub allowed: bool,
}

/// What has to happen before an application gets its answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum AuthorizationStep {
    /// The citizen logs in; also one who is, where the application wants a fresh login.
    LogIn,
    /// The citizen shows better who they are: `assurance` says how well.
    RaiseLevel,
    /// The citizen reads what is asked for, and allows or refuses it.
    Ask,
    /// Nothing: all of it was allowed before. The page allows it and goes on.
    GoOn,
    /// The application does not want the citizen to be asked, and something would have to be asked. The page refuses and
    /// goes back.
    GoBack,
}

/// A question of an application, as the citizen sees it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AuthorizationView {
    /// Who asks.
    pub client: ClientView,
    /// For what.
    pub scopes: Vec<ScopeView>,
    /// How sure the hall must be of who logs in.
    pub assurance: AssuranceLevel,
    /// The number that the application has written into the form already.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phone: Option<PhoneNumber>,
    /// What comes next.
    pub next: AuthorizationStep,
}

/// What happens where an application wants the citizen logged out of the hall, too.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum LogoutStep {
    /// The citizen is asked: anybody could have sent them here.
    Ask,
    /// The application has shown that it means this very session. The page logs out and goes on.
    GoOn,
    /// Nobody is logged in. The page goes on.
    GoBack,
}

/// The wish of an application that the citizen logs out of the hall.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct LogoutView {
    /// Whose; absent where nobody said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client: Option<ClientView>,
    /// Where the browser goes then, whatever the citizen has answered; absent where it stays at the hall.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub location: Option<String>,
    /// What comes next.
    pub next: LogoutStep,
}

/// What a citizen allows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Allow {
    /// Some of what is asked for, by name. `openid` is always among it.
    pub scopes: Vec<String>,
}

/// Where the browser goes with the answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Onward {
    /// An address of the application.
    pub location: String,
}

/// What a citizen has allowed to an application.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ConsentView {
    /// To whom.
    pub client: ClientView,
    /// What.
    pub scopes: Vec<ScopeView>,
    /// When.
    pub given_at: Timestamp,
}

/// A machine that asks to be logged in, as the phone that read its code sees it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DeviceView {
    /// Whose machine it is.
    pub client: ClientView,
    /// What for.
    pub scopes: Vec<ScopeView>,
    /// Where it stands; absent where the hall does not know, which the citizen is told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub place: Option<Text>,
    /// In which hall.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hall: Option<HallCode>,
    /// Since when it asks.
    pub asked_at: Timestamp,
    /// How sure the hall must be of who logs in.
    pub assurance: AssuranceLevel,
    /// Numbers, of which one stands on its screen.
    pub choices: Vec<String>,
}

/// Lets a machine in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ConfirmDevice {
    /// The number on its screen.
    pub number: String,
    /// Some of what it asks for, by name. `openid` is always among it.
    pub scopes: Vec<String>,
}
