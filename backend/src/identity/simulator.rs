//! The verifier of development mode: knows the people of the demo city, and fails about some of them as a real one does.

use std::collections::BTreeMap;
use std::time::Duration;

use async_trait::async_trait;
use onehall_protocol::CitizenId;

use super::verifier::{Verdict, Verifier, comparable, unavailable};
use crate::city::{CityContent, Resident, SimulatedAnswer};
use crate::error::Result;

/// How long a real one takes on a good day.
pub const LATENCY: Duration = Duration::from_millis(600);

/// Answers from the city's register.
pub struct SimulatedVerifier {
    residents: BTreeMap<CitizenId, Resident>,
    latency: Duration,
}

impl SimulatedVerifier {
    /// A verifier that knows the city's residents.
    #[must_use]
    pub fn of(city: &CityContent, latency: Duration) -> SimulatedVerifier {
        let residents = city.residents.iter().cloned();
        SimulatedVerifier {
            residents: residents
                .map(|resident| (resident.citizen_id.clone(), resident))
                .collect(),
            latency,
        }
    }

    /// The same time whatever comes of it.
    async fn look(&self, name: &str, number: &CitizenId, what: fn(&Resident) -> SimulatedAnswer) -> Result<Verdict> {
        tokio::time::sleep(self.latency).await;
        let Some(resident) = self.residents.get(number) else {
            return Ok(Verdict::NotFound);
        };
        match what(resident) {
            SimulatedAnswer::Unavailable => Err(unavailable()),
            SimulatedAnswer::Match if comparable(&resident.name) == comparable(name) => Ok(Verdict::Match),
            SimulatedAnswer::Match | SimulatedAnswer::Mismatch => Ok(Verdict::Mismatch),
        }
    }
}

#[async_trait]
impl Verifier for SimulatedVerifier {
    async fn document(&self, name: &str, number: &CitizenId) -> Result<Verdict> {
        self.look(name, number, |resident| resident.document).await
    }

    async fn face(&self, name: &str, number: &CitizenId, _: &[u8]) -> Result<Verdict> {
        self.look(name, number, |resident| resident.face).await
    }

    async fn guardian(&self, child: (&str, &CitizenId), guardian: (&str, &CitizenId)) -> Result<Verdict> {
        let known = self.look(child.0, child.1, |resident| resident.document).await?;
        let theirs = |resident: &Resident| resident.guardians.contains(guardian.1);
        match known {
            Verdict::Match if !self.residents.get(child.1).is_some_and(theirs) => Ok(Verdict::Mismatch),
            said => Ok(said),
        }
    }
}

impl std::fmt::Debug for SimulatedVerifier {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SimulatedVerifier")
    }
}
