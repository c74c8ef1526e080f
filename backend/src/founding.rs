//! The first start: the accounts that the city's files name come into the database, all of them or none.

use onehall_protocol::staff::Role;
use onehall_protocol::{AuthorityCode, HallCode, PersonId, StaffId};
use uuid::Uuid;

use crate::city::{CityContent, PostalAddress};
use crate::config::Mode;
use crate::error::{Error, Result};
use crate::identity::{Address, Person};
use crate::secrets::ServerKey;
use crate::staff::{password, totp};
use onehall_protocol::identity::{AssuranceLevel, PersonKind};

/// The accounts to import.
#[derive(Clone, Default)]
pub struct Founding {
    /// Citizens and legal persons.
    pub people: Vec<Person>,
    /// Legal person and agent, by their ids.
    pub agencies: Vec<(PersonId, PersonId)>,
    /// Staff.
    pub staff: Vec<FoundingStaff>,
}

/// An account of staff to import. Not for debug prints: it holds names and hashes.
#[derive(Clone)]
pub struct FoundingStaff {
    /// Its id.
    pub id: StaffId,
    /// Its name to log in with.
    pub account: String,
    /// The name of the person.
    pub name: String,
    /// The roles.
    pub roles: Vec<Role>,
    /// The authority.
    pub authority: Option<AuthorityCode>,
    /// The hall.
    pub hall: Option<HallCode>,
    /// The hash of its password; none in production: an administrator sets a first one.
    pub password_hash: Option<String>,
    /// The secret of its second factor, sealed; none in production: it is enrolled with the first login.
    pub totp_secret: Option<Vec<u8>>,
}

/// What the database holds of a founding.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FoundingState {
    /// Nothing: this is the first start.
    Empty,
    /// Done, by an earlier start.
    Done,
    /// Content, but no mark that the founding was done: something else wrote here, or a backup was restored by half.
    Half,
}

impl Founding {
    /// What the city's files name. Passwords and second factors that stand in files are for demonstrations: in
    /// production the accounts come without.
    ///
    /// # Errors
    /// `backend/internal` if a password cannot be hashed or a secret is none.
    pub fn of(city: &CityContent, mode: Mode, key: &ServerKey) -> Result<Founding> {
        let mut founding = Founding::default();
        let mut ids = std::collections::BTreeMap::new();
        for citizen in &city.people.citizens {
            let id = PersonId(Uuid::now_v7());
            ids.insert(citizen.key.as_str(), id);
            // Of somebody at L1 the hall knows the phone alone; the rest is what the register knows.
            let known = citizen.assurance > AssuranceLevel::L1;
            founding.people.push(Person {
                id,
                kind: PersonKind::Citizen,
                name: if known { citizen.name.clone() } else { String::new() },
                citizen_id: known.then(|| citizen.citizen_id.clone()),
                organisation_code: None,
                phone: Some(citizen.phone.clone()),
                address: known.then(|| address(&citizen.address)),
                assurance: citizen.assurance,
            });
        }
        for company in &city.people.legal_persons {
            let id = PersonId(Uuid::now_v7());
            for agent in &company.agents {
                let agent = ids
                    .get(agent.as_str())
                    .ok_or_else(|| Error::broken("find an agent of a legal person"))?;
                founding.agencies.push((id, *agent));
            }
            founding.people.push(Person {
                id,
                kind: PersonKind::LegalPerson,
                name: company.name.clone(),
                citizen_id: None,
                organisation_code: Some(company.organisation_code.clone()),
                phone: None,
                address: Some(address(&company.address)),
                assurance: AssuranceLevel::L2,
            });
        }
        for member in &city.staff {
            let (password_hash, totp_secret) = match mode {
                Mode::Development => {
                    let secret = totp::parse_secret(&member.totp_secret)?;
                    (
                        Some(password::hash_published(&member.password)?),
                        Some(key.seal(&secret)?),
                    )
                }
                Mode::Production => (None, None),
            };
            founding.staff.push(FoundingStaff {
                id: StaffId(Uuid::now_v7()),
                account: member.account.clone(),
                name: member.name.clone(),
                roles: member.roles.clone(),
                authority: member.authority.clone(),
                hall: member.hall.clone(),
                password_hash,
                totp_secret,
            });
        }
        Ok(founding)
    }
}

fn address(address: &PostalAddress) -> Address {
    Address {
        region: address.region.clone(),
        detail: address.detail.clone(),
    }
}
