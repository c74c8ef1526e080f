//! What logs an account in by a one-time code: phone numbers and e-mail addresses (登录方式), and what was done with the account.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::identity::TerminalKind;
use crate::{ClaimId, ContactId, InvalidIdentifier, PhoneNumber, Timestamp};

/// An e-mail address, as far as it can be judged without writing to it: one `@`, a name before it, a domain with a dot behind
/// it, 254 characters at most. It is in small letters: no mail server of today tells `Zhang` from `zhang`, and one address must
/// not log two accounts in.
///
/// ```
/// use onehall_protocol::contacts::EmailAddress;
/// let address: EmailAddress = "Zhang.Min@Mail.Example".parse()?;
/// assert_eq!(address.as_str(), "zhang.min@mail.example");
/// assert_eq!(address.masked(), "z***@mail.example");
/// assert!("zhang.min@mail".parse::<EmailAddress>().is_err());
/// # Ok::<(), onehall_protocol::InvalidIdentifier>(())
/// ```
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(value_type = String, example = "zhang.min@mail.example"))]
pub struct EmailAddress(String);

impl EmailAddress {
    /// The address.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The address as it may be shown: the first letter of the name, and the domain.
    #[must_use]
    pub fn masked(&self) -> String {
        let (name, domain) = self.0.split_once('@').unwrap_or_default();
        let first: String = name.chars().take(1).collect();
        format!("{first}***@{domain}")
    }
}

impl FromStr for EmailAddress {
    type Err = InvalidIdentifier;

    fn from_str(text: &str) -> Result<EmailAddress, InvalidIdentifier> {
        let (name, domain) = text.trim().split_once('@').ok_or(InvalidIdentifier::Shape)?;
        let of_name = |character: char| character.is_ascii_alphanumeric() || ".!#$%&'*+/=?^_`{|}~-".contains(character);
        let of_label = |character: char| character.is_ascii_alphanumeric() || character == '-';
        let label = |label: &str| {
            (1..=63).contains(&label.len())
                && label.chars().all(of_label)
                && !label.starts_with('-')
                && !label.ends_with('-')
        };
        let good_name = (1..=64).contains(&name.len())
            && name.chars().all(of_name)
            && !name.starts_with('.')
            && !name.ends_with('.')
            && !name.contains("..");
        let good_domain = domain.contains('.') && domain.split('.').all(label);
        if !good_name || !good_domain || name.len() + 1 + domain.len() > 254 {
            return Err(InvalidIdentifier::Shape);
        }
        Ok(EmailAddress(format!("{name}@{domain}").to_ascii_lowercase()))
    }
}

impl TryFrom<String> for EmailAddress {
    type Error = InvalidIdentifier;

    fn try_from(text: String) -> Result<EmailAddress, InvalidIdentifier> {
        text.parse()
    }
}

impl From<EmailAddress> for String {
    fn from(address: EmailAddress) -> String {
        address.0
    }
}

impl fmt::Debug for EmailAddress {
    /// Masked: a debug print must not leak it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "EmailAddress({})", self.masked())
    }
}

/// Where a one-time code goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Contact {
    /// By text message.
    Phone(PhoneNumber),
    /// By e-mail.
    Email(EmailAddress),
}

impl Contact {
    /// Its kind.
    #[must_use]
    pub fn kind(&self) -> ContactKind {
        match self {
            Contact::Phone(_) => ContactKind::Phone,
            Contact::Email(_) => ContactKind::Email,
        }
    }

    /// As it is written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        match self {
            Contact::Phone(phone) => phone.as_str(),
            Contact::Email(address) => address.as_str(),
        }
    }

    /// As it may be shown.
    #[must_use]
    pub fn masked(&self) -> String {
        match self {
            Contact::Phone(phone) => phone.masked(),
            Contact::Email(address) => address.masked(),
        }
    }
}

impl FromStr for Contact {
    type Err = InvalidIdentifier;

    /// An e-mail address where there is an `@`, else a phone number.
    fn from_str(text: &str) -> Result<Contact, InvalidIdentifier> {
        if text.contains('@') {
            text.parse().map(Contact::Email)
        } else {
            text.parse().map(Contact::Phone)
        }
    }
}

/// What kind of thing logs in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum ContactKind {
    /// A mobile phone number.
    Phone,
    /// An e-mail address.
    Email,
}

/// Something that logs one in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ContactView {
    /// By which it is named.
    pub id: ContactId,
    /// What it is.
    pub kind: ContactKind,
    /// As it may be shown, masked.
    pub shown: String,
    /// Since when.
    pub added_at: Timestamp,
    /// Whether it comes first: codes that confirm go there.
    pub first: bool,
}

/// All that logs one in, and what was done with the account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ContactsView {
    /// The one that comes first, then the oldest.
    pub contacts: Vec<ContactView>,
    /// What can be added: no e-mail address where the hall sends no mail.
    pub kinds: Vec<ContactKind>,
    /// What was done with the account, the newest first.
    pub events: Vec<AccountEvent>,
    /// Who asks for this account, or for which other one this one asks, without being able to log in to it.
    pub claims: Vec<ClaimView>,
}

/// Somebody asks for an account to which they can no longer log in (账号找回).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ClaimView {
    /// By which it is stopped, or taken up.
    pub id: ClaimId,
    /// Whether it is this account that asks for another one; else somebody asks for this one.
    pub mine: bool,
    /// Since when.
    pub asked_at: Timestamp,
    /// From when on the two accounts can become one. Until then either of them stops it.
    pub ripe_at: Timestamp,
    /// Whether a clerk began it at a window, with the document of who asks in their hand.
    #[serde(default)]
    pub at_window: bool,
}

/// Asks for an account to which one can no longer log in.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ClaimAccount {
    /// The name on the identity document.
    pub name: String,
    /// Its number.
    pub citizen_id: String,
    /// A picture of one's face: JPEG or PNG, in base64.
    pub picture: String,
}

/// What was done with an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum AccountDeed {
    /// A phone number or an e-mail address was added.
    ContactAdded,
    /// One was removed.
    ContactRemoved,
    /// A phone number was made the first.
    ContactFirst,
    /// Another account became part of this one.
    Merged,
    /// Somebody asked for the account by their identity document and face.
    Claimed,
    /// A clerk asked for it for who stood at a window with their identity document.
    ClaimedAtWindow,
    /// That was stopped.
    ClaimStopped,
    /// A phone number was taken away because it is somebody else's now.
    NumberLost,
}

/// Something that was done with an account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AccountEvent {
    /// What.
    pub what: AccountDeed,
    /// When.
    pub at: Timestamp,
    /// The phone number or e-mail address that it was about, masked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shown: Option<String>,
    /// From what kind of terminal.
    pub terminal: TerminalKind,
}

/// Asks for a code to a phone number or an e-mail address that is to be added.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ContactCode {
    /// As typed.
    pub to: String,
}

/// Adds what a code was sent to.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AddContact {
    /// As typed.
    pub to: String,
    /// The code, six digits.
    pub code: String,
}

macro_rules! without_content {
    ($($type:ident),+) => {$(
        impl fmt::Debug for $type {
            /// Without what was typed.
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.debug_struct(stringify!($type)).finish_non_exhaustive()
            }
        }
    )+};
}
without_content!(ContactCode, AddContact, ClaimAccount);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_address_is_none() {
        let long = format!("{}@mail.example", "a".repeat(65));
        for text in [
            "",
            "@",
            "a@",
            "@b.cn",
            "a@b",
            "a b@c.cn",
            "a@b..cn",
            "a@-b.cn",
            "a@b-.cn",
            ".a@b.cn",
            "a.@b.cn",
            "a..b@c.cn",
            "a@b@c.cn",
            "a@b.cn\r\nbcc:c@d.cn",
            "张@b.cn",
            &long,
        ] {
            assert!(text.parse::<EmailAddress>().is_err(), "{text}");
        }
        for text in ["a@b.cn", "o'hara+hall@mail.city.example", " a@b.cn "] {
            assert!(text.parse::<EmailAddress>().is_ok(), "{text}");
        }
    }

    #[test]
    fn a_debug_print_says_no_address() {
        let contact: Contact = "zhang.min@mail.example"
            .parse()
            .unwrap_or_else(|error| panic!("{error}"));
        assert!(!format!("{contact:?}").contains("zhang.min"));
    }
}
