//! Persons and the citizen of a request.

use std::fmt;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, header};
use onehall_protocol::identity::{AssuranceLevel, PersonKind, PersonView, Profile, Session, TerminalKind};
use onehall_protocol::{CitizenId, ErrorCode, OrganisationCode, PersonId, PhoneNumber, Timestamp};
use serde::{Deserialize, Serialize};

use super::place::site_of;
use super::reach::{Items, Reach, Way};
use crate::error::{Error, Result};
use crate::http::cookies;
use crate::oidc;
use crate::secrets::TokenHash;
use crate::state::AppState;

/// The cookie of a citizen's session.
pub const SESSION_COOKIE: &str = "onehall_session";

/// The header in which a page says for whom it asks. The cookie is one for all tabs of a browser, and one that slept may come
/// with that of who logged in in another one.
const CITIZEN_HEADER: &str = "onehall-citizen";

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

/// Somebody who lets another handle some of their matters.
#[derive(Debug, Clone)]
pub struct Delegated {
    /// Whose matters.
    pub principal: Person,
    /// Which of them.
    pub items: Items,
    /// Whether the actor may hand in.
    pub submits: bool,
}

/// The logged-in citizen of a request.
#[derive(Debug, Clone)]
pub struct Citizen {
    /// Who acts (经办人).
    pub actor: Person,
    /// The companies whose agent the actor is by the register.
    pub companies: Vec<Person>,
    /// Those who let the actor handle some of their matters.
    pub delegated: Vec<Delegated>,
    /// Those who did so once.
    pub delegations_ended: Vec<PersonId>,
    /// The site in whose pages the session began.
    pub site: Option<String>,
    /// The service items that can be reached from there.
    pub from_here: Items,
    /// Where the actor is reached first, masked: a phone number, or an e-mail address where there is none.
    pub reached_at: String,
    /// The session, by which it is ended and its streams are found.
    pub session: TokenHash,
    /// The kind of terminal on which the session began.
    pub terminal: TerminalKind,
    /// When the session began.
    pub began_at: Timestamp,
    /// When it was last used, within a minute.
    pub seen_at: Timestamp,
    /// When the session ends if it is not used again.
    pub idle_ends_at: Timestamp,
    /// When the session ends whatever happens.
    pub ends_at: Timestamp,
}

impl Citizen {
    /// Whose matters the citizen may handle: themselves first, then the companies, then who delegated some; each once.
    pub fn principals(&self) -> impl Iterator<Item = &Person> {
        let of_register = || std::iter::once(&self.actor).chain(&self.companies);
        let delegated = self.delegated.iter().enumerate().filter(move |(place, one)| {
            let known = |person: &Person| person.id == one.principal.id;
            !of_register().any(known) && !self.delegated[..*place].iter().any(|before| known(&before.principal))
        });
        of_register().chain(delegated.map(|(_, one)| &one.principal))
    }

    /// What the citizen may handle, of whom.
    #[must_use]
    pub fn reach(&self) -> Reach {
        let own = std::iter::once(&self.actor).chain(&self.companies).map(|person| Way {
            principal: person.id,
            items: Items::All,
            submits: true,
        });
        let delegated = self.delegated.iter().map(|one| Way {
            principal: one.principal.id,
            items: one.items.clone(),
            submits: one.submits,
        });
        Reach::new(own.chain(delegated).collect(), self.delegations_ended.clone()).within(&self.from_here)
    }

    /// The ids of [`Citizen::principals`].
    #[must_use]
    pub fn principal_ids(&self) -> Vec<PersonId> {
        self.principals().map(|person| person.id).collect()
    }

    /// Whose matter a request is about: the one it names, or the actor's own.
    ///
    /// # Errors
    /// `request/not_found` for anybody whose matters the citizen may not handle; `identity/delegation_ended` for who did once.
    pub fn principal(&self, wanted: Option<PersonId>) -> Result<&Person> {
        let wanted = wanted.unwrap_or(self.actor.id);
        self.principals()
            .find(|person| person.id == wanted)
            .ok_or_else(|| self.reach().refusal(wanted))
    }

    /// What is prefilled into the forms of `principal`: of a citizen, their own data, whoever acts for them; of a company,
    /// its data and those of who acts (经办人).
    #[must_use]
    pub fn profile(&self, principal: &Person) -> Profile {
        let person = match principal.kind {
            PersonKind::Citizen => principal,
            PersonKind::LegalPerson => &self.actor,
        };
        let mut profile = Profile::default();
        let mut put = |key: &str, value: Option<String>| {
            if let Some(value) = value.filter(|value| !value.is_empty()) {
                profile.values.insert(key.to_owned(), value);
            }
        };
        let one_line = |address: &Address| format!("{}{}", address.region, address.detail);
        put("person.name", Some(person.name.clone()));
        put("person.citizen_id", person.citizen_id.clone().map(String::from));
        put("person.phone", person.phone.clone().map(String::from));
        put("person.address", person.address.as_ref().map(one_line));
        put(
            "person.address.region",
            person.address.as_ref().map(|address| address.region.clone()),
        );
        put(
            "person.address.detail",
            person.address.as_ref().map(|address| address.detail.clone()),
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
            phone: self.reached_at.clone(),
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

/// The session that a request names: by the bound token of a terminal of the hall, else as [`session_token`] says.
///
/// # Errors
/// `identity/not_logged_in` where a bound token does not count here.
pub async fn session_of(parts: &Parts, state: &AppState) -> Result<Option<TokenHash>> {
    if let Some(session) = oidc::held_session(parts, state).await? {
        return Ok(Some(session));
    }
    Ok(session_token(&parts.headers, state.config.secure_cookies()).map(TokenHash::of))
}

/// The refusal of a session that is none any more. Who holds the token of one that its citizen ended is told so: their
/// terminal is to keep nothing.
///
/// # Errors
/// Only faults of the store.
pub async fn no_session(state: &AppState, session: TokenHash, now: Timestamp) -> Result<Error> {
    let refusal = Error::new(ErrorCode::NotLoggedIn);
    Ok(match state.storage.session_end(session, now).await? {
        Some(ended) => refusal.with_details(serde_json::json!({ "ended": ended })),
        None => refusal,
    })
}

async fn find(parts: &Parts, state: &AppState, now: Timestamp) -> Result<Citizen> {
    let not_logged_in = || Error::new(ErrorCode::NotLoggedIn);
    let session = session_of(parts, state).await?.ok_or_else(not_logged_in)?;
    let Some(mut citizen) = state.storage.citizen(session, now).await? else {
        return Err(no_session(state, session, now).await?);
    };
    // It is no end of a session: what the one who was meant did not send yet stays theirs.
    let said = parts.headers.get(CITIZEN_HEADER);
    let meant = said.map(|said| said.to_str().ok().and_then(|said| said.parse::<PersonId>().ok()));
    if meant.is_some_and(|meant| meant != Some(citizen.actor.id)) {
        return Err(not_logged_in());
    }
    // A token that was given to the page of a site is none anywhere else; and whatever token a page of a site has, it
    // reaches no further than the site may.
    let here = site_of(&parts.headers, &state.config);
    if citizen.site.is_some() && citizen.site != here {
        return Err(not_logged_in());
    }
    citizen.site = here;
    if let Some(site) = &citizen.site {
        citizen.from_here = state.config.services_of(site);
    }
    Ok(citizen)
}

impl FromRequestParts<AppState> for Citizen {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Citizen> {
        let now = state.clock.now();
        let mut citizen = find(parts, state, now).await?;
        if citizen.seen_at.plus_seconds(TOUCH_AFTER_SECONDS) < now {
            let idle_ends_at = Lifetime::of(citizen.terminal).idle_end(now, citizen.ends_at);
            state
                .storage
                .prolong_session(citizen.session, idle_ends_at, now)
                .await?;
            (citizen.idle_ends_at, citizen.seen_at) = (idle_ends_at, now);
        }
        Ok(citizen)
    }
}

/// A logged-in citizen in pages of the hall's, on whichever terminal. The page of another site was registered for services: who
/// its citizen is, what they allowed to others and where they log in is none of its business.
#[derive(Debug, Clone)]
pub struct OwnPages(pub Citizen);

impl FromRequestParts<AppState> for OwnPages {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<OwnPages> {
        let citizen = Citizen::from_request_parts(parts, state).await?;
        match citizen.site {
            None => Ok(OwnPages(citizen)),
            Some(_) => Err(ErrorCode::OtherTerminal.into()),
        }
    }
}

/// A logged-in citizen on a terminal that is their own: what belongs to the account is changed there alone. A kiosk stands
/// in public, and the page of another site is not ours.
#[derive(Debug, Clone)]
pub struct OwnTerminal(pub Citizen);

impl FromRequestParts<AppState> for OwnTerminal {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<OwnTerminal> {
        let citizen = Citizen::from_request_parts(parts, state).await?;
        // The kind of terminal on which the session began, whatever the request says of itself.
        match citizen.terminal {
            TerminalKind::Browser | TerminalKind::Desktop | TerminalKind::Mobile if citizen.site.is_none() => {
                Ok(OwnTerminal(citizen))
            }
            _ => Err(ErrorCode::OtherTerminal.into()),
        }
    }
}
