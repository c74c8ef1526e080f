//! The accounts of a demonstration: citizens, legal persons, staff. A real city has neither file.

use std::collections::BTreeSet;

use onehall_protocol::identity::AssuranceLevel;
use onehall_protocol::staff::Role;
use onehall_protocol::{AuthorityCode, CitizenId, HallCode, OrganisationCode, PhoneNumber};
use totp_rs::Secret;

use super::content::{Citizen, LegalPerson, People, PostalAddress, StaffMember};
use super::directory::{Directory, each};
use super::document::{Entry, Source};
use super::finding::{Findings, Names, Sited, once_each};
use super::leaf::Leaf;

/// The fewest characters of a password.
const PASSWORD_LENGTH: usize = 12;

/// The fewest bytes of a second factor's secret: 128 bits, as RFC 4226 asks for.
const SECRET_BYTES: usize = 16;

pub(super) fn people(source: &Source, findings: &Findings) -> People {
    let Some(table) = source.table(findings) else {
        return People::default();
    };
    let file = Entry::of_file(source, &table, findings);
    let (citizens, legal_persons) = (file.entries("citizen"), file.entries("legal_person"));
    file.close();
    let mut keys = Names::of("person");
    let (mut phones, mut numbers) = (Names::of("citizen"), Names::of("citizen"));
    let mut people = People::default();
    // Known by their keys even where the rest is wrong, so that their companies' agents are not told as well.
    let mut citizen_keys = BTreeSet::new();
    for entry in citizens {
        let key = once(&entry, "key", &mut keys);
        citizen_keys.extend(key.clone());
        people.citizens.extend(citizen(&entry, key, &mut phones, &mut numbers));
        entry.close();
    }
    let mut codes = Names::of("legal person");
    for entry in legal_persons {
        people
            .legal_persons
            .extend(legal_person(&entry, &mut keys, &mut codes, &citizen_keys));
        entry.close();
    }
    people
}

fn citizen(
    entry: &Entry<'_>,
    key: Option<String>,
    phones: &mut Names<PhoneNumber>,
    numbers: &mut Names<CitizenId>,
) -> Option<Citizen> {
    let name = entry.required("name");
    let citizen_id = once(entry, "citizen_id", numbers);
    let phone = once(entry, "phone", phones);
    let address = address(entry);
    let assurance: Option<Sited<AssuranceLevel>> = entry.required("assurance");
    Some(Citizen {
        key: key?,
        name: name?.value,
        citizen_id: citizen_id?,
        phone: phone?,
        address: address?,
        assurance: assurance?.value,
    })
}

fn legal_person(
    entry: &Entry<'_>,
    keys: &mut Names<String>,
    codes: &mut Names<OrganisationCode>,
    citizens: &BTreeSet<String>,
) -> Option<LegalPerson> {
    let key = once(entry, "key", keys);
    let name = entry.required("name");
    let organisation_code = once(entry, "organisation_code", codes);
    let address = address(entry);
    let agents: Vec<Sited<String>> = entry.filled_list("agents");
    once_each("agent", &agents, entry.findings());
    for agent in &agents {
        if !citizens.contains(&agent.value) {
            let reason = format!("there is no citizen `{}`", agent.value);
            entry.findings().add(&agent.place, reason);
        }
    }
    Some(LegalPerson {
        key: key?,
        name: name?.value,
        organisation_code: organisation_code?,
        address: address?,
        agents: agents.into_iter().map(|agent| agent.value).collect(),
    })
}

fn address(entry: &Entry<'_>) -> Option<PostalAddress> {
    let Some(address) = entry.entry("address") else {
        entry.findings().add(&entry.place, "`address` is missing");
        return None;
    };
    let (region, detail) = (address.required("region"), address.required("detail"));
    address.close();
    Some(PostalAddress {
        region: region?.value,
        detail: detail?.value,
    })
}

pub(super) fn staff(source: &Source, directory: &Directory, findings: &Findings) -> Vec<StaffMember> {
    let mut accounts = Names::of("member of staff");
    each(source, "staff", findings, |entry| {
        member(entry, &mut accounts, directory)
    })
    .unwrap_or_default()
}

fn member(entry: &Entry<'_>, accounts: &mut Names<String>, directory: &Directory) -> Option<StaffMember> {
    let findings = entry.findings();
    let account = once(entry, "account", accounts);
    let name = entry.required("name");
    let roles: Vec<Sited<Role>> = entry.filled_list("roles");
    once_each("role", &roles, findings);
    let authority: Option<Sited<AuthorityCode>> = entry.optional("authority");
    if let Some(authority) = &authority {
        directory.authority_codes.expect(authority, findings);
    }
    let whole_hall = roles.iter().all(|role| role.value == Role::Administrator);
    if authority.is_none() && !whole_hall {
        findings.add(
            &entry.place,
            "`authority` is missing: only an administrator belongs to the whole hall",
        );
    }
    let hall: Option<Sited<HallCode>> = entry.optional("hall");
    if let Some(hall) = &hall {
        directory.hall_codes.expect(hall, findings);
    }
    let password: Option<Sited<String>> = entry.required("password");
    if password
        .as_ref()
        .is_some_and(|password| password.value.chars().count() < PASSWORD_LENGTH)
    {
        entry.find(
            "password",
            format!("`password` must have at least {PASSWORD_LENGTH} characters"),
        );
    }
    let totp_secret: Option<Sited<String>> = entry.required("totp_secret");
    if let Some(secret) = &totp_secret
        && !Secret::try_from_base32(&secret.value).is_ok_and(|secret| secret.as_ref().len() >= SECRET_BYTES)
    {
        entry.find(
            "totp_secret",
            format!("`totp_secret` must be base32 of at least {SECRET_BYTES} bytes"),
        );
    }
    Some(StaffMember {
        account: account?,
        name: name?.value,
        roles: roles.into_iter().map(|role| role.value).collect(),
        authority: authority.map(|authority| authority.value),
        hall: hall.map(|hall| hall.value),
        password: password?.value,
        totp_secret: totp_secret?.value,
    })
}

fn once<T: Leaf + Ord + Clone>(entry: &Entry<'_>, key: &'static str, names: &mut Names<T>) -> Option<T> {
    let value: Sited<T> = entry.required(key)?;
    names.take(value.value.clone(), &value.place, entry.findings());
    Some(value.value)
}
