//! The people of the demo city.

use serde::Deserialize;

use crate::Outcome;
use crate::hall::demo_city;

/// `people.toml`, as far as tests need it.
#[derive(Debug, Deserialize)]
pub struct People {
    #[serde(rename = "citizen")]
    citizens: Vec<Citizen>,
    #[serde(rename = "legal_person")]
    legal_persons: Vec<LegalPerson>,
}

#[derive(Debug, Deserialize)]
struct Citizen {
    key: String,
    phone: String,
}

#[derive(Debug, Deserialize)]
struct LegalPerson {
    key: String,
    name: String,
}

impl People {
    /// Reads them.
    ///
    /// # Errors
    /// The file is not there, or not as expected.
    pub fn read() -> Outcome<People> {
        Ok(toml::from_str(&std::fs::read_to_string(
            demo_city().join("people.toml"),
        )?)?)
    }

    /// The phone number with which the citizen of this key logs in.
    ///
    /// # Errors
    /// There is none.
    pub fn phone(&self, key: &str) -> Outcome<&str> {
        let found = self.citizens.iter().find(|citizen| citizen.key == key);
        found
            .map(|citizen| citizen.phone.as_str())
            .ok_or_else(|| format!("there is no demo citizen {key}").into())
    }

    /// The name of the legal person of this key.
    ///
    /// # Errors
    /// There is none.
    pub fn company(&self, key: &str) -> Outcome<&str> {
        let found = self.legal_persons.iter().find(|company| company.key == key);
        found
            .map(|company| company.name.as_str())
            .ok_or_else(|| format!("there is no legal person {key}").into())
    }
}
