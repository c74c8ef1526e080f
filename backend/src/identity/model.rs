//! Persons and the citizen of a request.

use std::fmt;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, header};
use onehall_protocol::identity::{AssuranceLevel, PersonKind, PersonView, Profile, Session, TerminalKind};
use onehall_protocol::{CitizenId, ErrorCode, OrganisationCode, PersonId, PhoneNumber, Timestamp};
use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};
use crate::http::cookies;
use crate::secrets::TokenHash;
use crate::state::AppState;

/// The cookie of a citizen's session.
pub const SESSION_COOKIE: &str = "onehall_session";

/// The token of a citizen's session: in the header `Authorization` of a terminal that holds it itself, else in the cookie
/// (`secure` where the hall is reached by TLS).
#[must_use]
pub fn session_token(headers: &HeaderMap, secure: bool) -> Option<&str> {
    let bearer = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    match bearer {
        Some(value) => {
            let (scheme, token) = value.split_once(' ')?;
            scheme.eq_ignore_ascii_case("bearer").then_some(token.trim())
        }
        None => cookies::get(headers, SESSION_COOKIE, secure),
    }
}

/// How stale "last seen" may become before a request writes it anew: reads stay reads.
const TOUCH_AFTER_SECONDS: i64 = 60;

/// A postal address, as the answer to a question of kind `address` holds it.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Address {
    /// City and district.
    pub region: String,
    /// Street, house, flat.
    pub detail: String,
}

/// A citizen or a legal person that the hall knows.
#[derive(Clone, PartialEq, Eq)]
pub struct Person {
    /// The account.
    pub id: PersonId,
    /// Citizen or legal person.
    pub kind: PersonKind,
    /// The name; empty for an account that knows only a phone number.
    pub name: String,
    /// A citizen's identity number, once an identity document was matched.
    pub citizen_id: Option<CitizenId>,
    /// A legal person's code.
    pub organisation_code: Option<OrganisationCode>,
    /// The phone number that a citizen logs in with.
    pub phone: Option<PhoneNumber>,
    /// The address.
    pub address: Option<Address>,
    /// How sure the hall is of who this is.
    pub assurance: AssuranceLevel,
}

impl Person {
    /// The person as others may see them: numbers masked.
    #[must_use]
    pub fn view(&self) -> PersonView {
        let citizen_id = self.citizen_id.as_ref().map(CitizenId::masked);
        let number = citizen_id.or_else(|| self.organisation_code.as_ref().map(OrganisationCode::masked));
        PersonView {
            id: self.id,
            kind: self.kind,
            name: self.name.clone(),
            number,
        }
    }
}

impl fmt::Debug for Person {
    /// Id and kind only: a debug print must not leak personal data into a log.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Person")
            .field("id", &self.id)
            .field("kind", &self.kind)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Address(…)")
    }
}

/// How long a session lasts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lifetime {
    /// Seconds without a request after which it ends.
    pub idle: i64,
    /// Seconds after the login at which it ends whatever happens.
    pub absolute: i64,
}

impl Lifetime {
    /// How long a citizen's session lasts on a terminal. A kiosk is a public machine: minutes, not days.
    #[must_use]
    pub fn of(terminal: TerminalKind) -> Lifetime {
        match terminal {
            TerminalKind::Kiosk => Lifetime {
                idle: 15 * 60,
                absolute: 60 * 60,
            },
            _ => Lifetime {
                idle: 12 * 3600,
                absolute: 7 * 86_400,
            },
        }
    }

    /// When a session that began at `created` and is used at `now` ends if it is not used again.
    #[must_use]
    pub fn idle_end(self, now: Timestamp, ends_at: Timestamp) -> Timestamp {
        now.plus_seconds(self.idle).min(ends_at)
    }
}

/// The logged-in citizen of a request.
#[derive(Debug, Clone)]
pub struct Citizen {
    /// Who acts (经办人).
    pub actor: Person,
    /// The companies whose agent the actor is.
    pub companies: Vec<Person>,
    /// The session, by which it is ended and its streams are found.
    pub session: TokenHash,
    /// The kind of terminal on which the session began.
    pub terminal: TerminalKind,
    /// When the session began.
    pub began_at: Timestamp,
    /// When the session ends if it is not used again.
    pub idle_ends_at: Timestamp,
    /// When the session ends whatever happens.
    pub ends_at: Timestamp,
}

impl Citizen {
    /// Whose matters the citizen may handle: themselves first, then the companies.
    pub fn principals(&self) -> impl Iterator<Item = &Person> {
        std::iter::once(&self.actor).chain(&self.companies)
    }

    /// The ids of [`Citizen::principals`].
    #[must_use]
    pub fn principal_ids(&self) -> Vec<PersonId> {
        self.principals().map(|person| person.id).collect()
    }

    /// Whose matter a request is about: the one it names, or the actor's own.
    ///
    /// # Errors
    /// `request/not_found` for anybody whose matters the citizen may not handle.
    pub fn principal(&self, wanted: Option<PersonId>) -> Result<&Person> {
        let wanted = wanted.unwrap_or(self.actor.id);
        self.principals()
            .find(|person| person.id == wanted)
            .ok_or_else(Error::not_found)
    }

    /// What is prefilled into the forms of `principal`: the actor's own data, and the company's where it is one.
    #[must_use]
    pub fn profile(&self, principal: &Person) -> Profile {
        let mut profile = Profile::default();
        let mut put = |key: &str, value: Option<String>| {
            if let Some(value) = value.filter(|value| !value.is_empty()) {
                profile.values.insert(key.to_owned(), value);
            }
        };
        let one_line = |address: &Address| format!("{}{}", address.region, address.detail);
        put("person.name", Some(self.actor.name.clone()));
        put("person.citizen_id", self.actor.citizen_id.clone().map(String::from));
        put("person.phone", self.actor.phone.clone().map(String::from));
        put("person.address", self.actor.address.as_ref().map(one_line));
        put(
            "person.address.region",
            self.actor.address.as_ref().map(|address| address.region.clone()),
        );
        put(
            "person.address.detail",
            self.actor.address.as_ref().map(|address| address.detail.clone()),
        );
        if principal.kind == PersonKind::LegalPerson {
            put("organisation.name", Some(principal.name.clone()));
            put(
                "organisation.code",
                principal.organisation_code.clone().map(String::from),
            );
            put("organisation.address", principal.address.as_ref().map(one_line));
            put(
                "organisation.address.region",
                principal.address.as_ref().map(|address| address.region.clone()),
            );
            put(
                "organisation.address.detail",
                principal.address.as_ref().map(|address| address.detail.clone()),
            );
        }
        profile
    }

    /// The session as the terminal sees it.
    #[must_use]
    pub fn view(&self) -> Session {
        Session {
            actor: self.actor.view(),
            principals: self.principals().map(Person::view).collect(),
            phone: self.actor.phone.as_ref().map(PhoneNumber::masked).unwrap_or_default(),
            assurance: self.actor.assurance,
            expires_at: self.idle_ends_at,
        }
    }
}

/// A logged-in citizen, for a request that is nobody's deed: a terminal looks by itself whether something changed. It does not
/// prolong the session, or a terminal that was left alone would never log out.
#[derive(Debug, Clone)]
pub struct Looking(pub Citizen);

impl FromRequestParts<AppState> for Looking {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Looking> {
        find(parts, state, state.clock.now()).await.map(Looking)
    }
}

async fn find(parts: &Parts, state: &AppState, now: Timestamp) -> Result<Citizen> {
    let not_logged_in = || Error::new(ErrorCode::NotLoggedIn);
    let token = session_token(&parts.headers, state.config.secure_cookies()).ok_or_else(not_logged_in)?;
    let session = TokenHash::of(token);
    state.storage.citizen(session, now).await?.ok_or_else(not_logged_in)
}

impl FromRequestParts<AppState> for Citizen {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Citizen> {
        let now = state.clock.now();
        let mut citizen = find(parts, state, now).await?;
        let idle_ends_at = Lifetime::of(citizen.terminal).idle_end(now, citizen.ends_at);
        if citizen.idle_ends_at.plus_seconds(TOUCH_AFTER_SECONDS) < idle_ends_at {
            state.storage.prolong_session(citizen.session, idle_ends_at).await?;
            citizen.idle_ends_at = idle_ends_at;
        }
        Ok(citizen)
    }
}
