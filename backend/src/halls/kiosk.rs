//! A kiosk proves that it is one of its hall: by its key, of which the city's file has the hash.

use std::convert::Infallible;
use std::fmt;
use std::str::FromStr;

use axum::extract::{FromRequestParts, OptionalFromRequestParts};
use axum::http::HeaderMap;
use axum::http::request::Parts;
use onehall_protocol::{ErrorCode, HallCode, Language, Text};
use sha2::{Digest, Sha256};

use super::KioskPlace;
use crate::city::CityContent;
use crate::error::Error;
use crate::state::AppState;

/// The header with which a kiosk shows its key: `central/3/<key>`.
const HEADER: &str = "onehall-kiosk";

/// The kiosk that a request comes from, as its key proves. Written `central/3`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AtKiosk {
    /// The hall in which it stands.
    pub hall: HallCode,
    /// Its number there.
    pub number: u16,
}

impl AtKiosk {
    /// That of a request with these headers; none where they show no key of a kiosk.
    #[must_use]
    pub fn of(headers: &HeaderMap, city: &CityContent) -> Option<AtKiosk> {
        let shown = headers.get(HEADER)?.to_str().ok()?;
        let (hall, rest) = shown.split_once('/')?;
        let (number, key) = rest.split_once('/')?;
        let kiosk = AtKiosk {
            hall: hall.parse().ok()?,
            number: number.parse().ok()?,
        };
        let known = kiosk.registered(city)?;
        let hash: [u8; 32] = Sha256::digest(key.as_bytes()).into();
        // Compared whole, so that a guess does not learn how far it is right.
        let differs = hash
            .iter()
            .zip(known.key_hash)
            .fold(0, |differs, (a, b)| differs | (a ^ b));
        (differs == 0).then_some(kiosk)
    }

    fn registered<'a>(&self, city: &'a CityContent) -> Option<&'a KioskPlace> {
        let floor = city.floor(&self.hall)?;
        floor.kiosks.iter().find(|kiosk| kiosk.number == self.number)
    }

    /// Whether its hall still has it.
    #[must_use]
    pub fn stands(&self, city: &CityContent) -> bool {
        self.registered(city).is_some()
    }

    /// What people call it in its hall.
    #[must_use]
    pub fn name(&self) -> Text {
        let number = self.number;
        Text::new(format!("{number} 号自助终端"), format!("Kiosk {number}"))
    }

    /// The name of its hall.
    #[must_use]
    pub fn hall_name<'a>(&self, city: &'a CityContent) -> &'a Text {
        let catalog = &city.catalog;
        let named = catalog.halls.iter().find(|hall| hall.code == self.hall);
        named.map_or(&catalog.city.hall_name, |hall| &hall.name)
    }

    /// Where it stands, for who is not there.
    #[must_use]
    pub fn place(&self, city: &CityContent, language: Language) -> String {
        let (hall, name) = (self.hall_name(city).get(language), self.name());
        match language {
            Language::ZhCn => format!("{hall} {}", name.zh_cn),
            Language::En => format!("{}, {hall}", name.en),
        }
    }
}

impl fmt::Display for AtKiosk {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.hall, self.number)
    }
}

impl FromStr for AtKiosk {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<AtKiosk, &'static str> {
        let (hall, number) = text.split_once('/').ok_or("no hall and number")?;
        Ok(AtKiosk {
            hall: hall.parse().map_err(|_| "no code of a hall")?,
            number: number.parse().map_err(|_| "no number")?,
        })
    }
}

impl FromRequestParts<AppState> for AtKiosk {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<AtKiosk, Error> {
        AtKiosk::of(&parts.headers, &state.city).ok_or_else(|| Error::new(ErrorCode::Forbidden))
    }
}

impl OptionalFromRequestParts<AppState> for AtKiosk {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Option<AtKiosk>, Infallible> {
        Ok(AtKiosk::of(&parts.headers, &state.city))
    }
}
