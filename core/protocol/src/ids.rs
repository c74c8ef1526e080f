//! Ids: one type for each thing that has one.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

macro_rules! uuid_ids {
    ($($(#[$doc:meta])* $name:ident;)+) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(transparent)]
        #[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(value_type = String, format = Uuid))]
        pub struct $name(pub Uuid);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl FromStr for $name {
            type Err = uuid::Error;
            fn from_str(text: &str) -> Result<Self, uuid::Error> {
                text.parse().map($name)
            }
        }
    )+};
}

uuid_ids! {
    /// An appointment at a hall, UUIDv7.
    AppointmentId;
    /// A case (办件), UUIDv7.
    CaseId;
    /// Somebody asks for an account to which they cannot log in, UUIDv7.
    ClaimId;
    /// A phone number or an e-mail address that logs a citizen in, UUIDv7.
    ContactId;
    /// A delegation: one person acts for another, UUIDv7.
    DelegationId;
    /// A draft of an application, UUIDv7.
    DraftId;
    /// An event of the analytics, UUIDv7 of its minute.
    EventId;
    /// An uploaded file, UUIDv7.
    FileId;
    /// A passkey of a citizen, UUIDv7.
    PasskeyId;
    /// A person or organisation with an account, UUIDv7.
    PersonId;
    /// A session as its citizen names it; follows from its token, and nothing follows from it.
    SessionId;
    /// A member of staff, UUIDv7.
    StaffId;
    /// A number of a queue in a hall, UUIDv7.
    TicketId;
    /// A file on its way to the backend, UUIDv7.
    UploadId;
    /// Names one attempt of a mutation, whatever how often it is sent: same key, one effect.
    IdempotencyKey;
    /// One running core: two tabs of a browser are two writers, a retry after a lost answer is the same one.
    WriterId;
}

/// The text is no code: letters of ASCII in lower case, digits and hyphens, 1 to 64, a letter or digit first.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not a code of 1 to 64 lower-case letters, digits and hyphens")]
pub struct InvalidCode;

macro_rules! codes {
    ($($(#[$doc:meta])* $name:ident;)+) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        #[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(value_type = String))]
        pub struct $name(String);

        impl $name {
            /// The code as text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl FromStr for $name {
            type Err = InvalidCode;
            fn from_str(text: &str) -> Result<Self, InvalidCode> {
                let bytes = text.as_bytes();
                let first = bytes.first().is_some_and(u8::is_ascii_alphanumeric);
                let rest = bytes.iter().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || *byte == b'-');
                if first && rest && bytes.len() <= 64 { Ok($name(text.to_owned())) } else { Err(InvalidCode) }
            }
        }

        impl TryFrom<String> for $name {
            type Error = InvalidCode;
            fn try_from(text: String) -> Result<Self, InvalidCode> {
                text.parse()
            }
        }

        impl From<$name> for String {
            fn from(code: $name) -> String {
                code.0
            }
        }
    )+};
}

codes! {
    /// A service item in addresses and files: `identity-card-renewal`.
    ItemCode;
    /// A competent authority (实施主体) in addresses and files: `public-security`.
    AuthorityCode;
    /// A service hall: `central`.
    HallCode;
    /// A queue of a hall: `household`.
    QueueCode;
    /// A client of the hall's login: another's application that citizens log in to here, `lanchuan-transit`.
    ClientId;
    /// A life event (一件事): `having-a-child`.
    LifeEventCode;
    /// A theme of the catalog: `household`.
    ThemeCode;
    /// A form definition: `identity-card-renewal`. Its versions are numbers.
    FormCode;
    /// A workflow: `three-step-review`. Its versions are numbers.
    WorkflowCode;
    /// A material of a service item, unique in the item: `photo`.
    MaterialCode;
    /// A list of which forms let choose one entry: `regions`, `occupations`.
    ListCode;
    /// A state of a workflow: `in-review`.
    StateCode;
    /// An action of a workflow: `accept`.
    ActionCode;
}

/// The number of a case that a citizen reads and spells: city prefix, day, running number, check digit
/// (`LC-20261123-000042-7`).
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(value_type = String))]
pub struct CaseNumber(pub String);

impl fmt::Display for CaseNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
