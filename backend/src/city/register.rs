//! The register of a demonstration: whom its verifier knows, and how it answers about them. A real city has no such file:
//! its verifier is a program (`identity.verifier`).

use std::collections::BTreeMap;

use onehall_protocol::CitizenId;

use super::content::{People, Resident, SimulatedAnswer};
use super::document::Source;
use super::finding::{Findings, Names, Sited};

/// Everybody of `people.toml` is in the register, as they stand there. What `register.toml` says of a number counts before.
pub(super) fn read(source: Option<&Source>, people: &People, findings: &Findings) -> Vec<Resident> {
    let citizens = people.citizens.iter().map(|citizen| Resident {
        name: citizen.name.clone(),
        citizen_id: citizen.citizen_id.clone(),
        document: SimulatedAnswer::Match,
        face: SimulatedAnswer::Match,
        guardians: Vec::new(),
    });
    let listed = source.map_or_else(Vec::new, |source| residents(source, findings));
    let by_number: BTreeMap<CitizenId, Resident> = citizens
        .chain(listed)
        .map(|resident| (resident.citizen_id.clone(), resident))
        .collect();
    by_number.into_values().collect()
}

fn residents(source: &Source, findings: &Findings) -> Vec<Resident> {
    let mut numbers: Names<CitizenId> = Names::of("resident");
    let residents = super::directory::each(source, "resident", findings, |entry| {
        let name = entry.required("name");
        let citizen_id: Option<Sited<CitizenId>> = entry.required("citizen_id");
        if let Some(number) = &citizen_id {
            numbers.take(number.value.clone(), &number.place, findings);
        }
        let answer = |key| entry.optional(key).map(|answer: Sited<SimulatedAnswer>| answer.value);
        let (document, face) = (answer("document"), answer("face"));
        let guardians: Vec<Sited<CitizenId>> = entry.list("guardians");
        Some(Resident {
            name: name?.value,
            citizen_id: citizen_id?.value,
            document: document.unwrap_or_default(),
            face: face.unwrap_or_default(),
            guardians: guardians.into_iter().map(|guardian| guardian.value).collect(),
        })
    });
    residents.unwrap_or_default()
}
