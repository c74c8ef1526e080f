//! A login on a desktop or a kiosk that a phone confirms.

use onehall_protocol::identity::Session;
use serde::{Deserialize, Serialize};

/// What the screen shows while a phone has still to confirm.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PhoneLogin {
    /// The code, to be typed on the phone: `BCDF-GHJK`.
    pub code: String,
    /// The number that the phone asks for.
    pub number: String,
    /// The address that leads there with the code in it: as a QR code.
    pub address: String,
    /// Seconds for which all of it counts.
    pub expires_in: u32,
}

/// How such a login ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PhoneLoginEnd {
    /// Somebody let this terminal in: this is their session.
    Granted(Session),
    /// Somebody did not, or pressed another number.
    Refused,
    /// Nobody answered in time.
    Expired,
}
