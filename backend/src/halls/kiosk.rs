//! A kiosk proves that it is one of its hall: by its key, of which the city's file has the hash.

use std::convert::Infallible;

use axum::extract::{FromRequestParts, OptionalFromRequestParts};
use axum::http::HeaderMap;
use axum::http::request::Parts;
use onehall_protocol::{ErrorCode, HallCode};
use sha2::{Digest, Sha256};

use crate::error::Error;
use crate::state::AppState;

/// The header with which a kiosk shows its key: `central/3/<key>`.
const HEADER: &str = "onehall-kiosk";

/// The kiosk that a request comes from, as its key proves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AtKiosk {
    /// The hall in which it stands.
    pub hall: HallCode,
    /// Its number there.
    pub number: u16,
}

impl AtKiosk {
    fn of(headers: &HeaderMap, state: &AppState) -> Option<AtKiosk> {
        let shown = headers.get(HEADER)?.to_str().ok()?;
        let (hall, rest) = shown.split_once('/')?;
        let (number, key) = rest.split_once('/')?;
        let (hall, number): (HallCode, u16) = (hall.parse().ok()?, number.parse().ok()?);
        let known = state
            .city
            .floor(&hall)?
            .kiosks
            .iter()
            .find(|kiosk| kiosk.number == number)?;
        let hash: [u8; 32] = Sha256::digest(key.as_bytes()).into();
        // Compared whole, so that a guess does not learn how far it is right.
        let differs = hash
            .iter()
            .zip(known.key_hash)
            .fold(0, |differs, (a, b)| differs | (a ^ b));
        (differs == 0).then_some(AtKiosk { hall, number })
    }
}

impl FromRequestParts<AppState> for AtKiosk {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<AtKiosk, Error> {
        AtKiosk::of(&parts.headers, state).ok_or_else(|| Error::new(ErrorCode::Forbidden))
    }
}

impl OptionalFromRequestParts<AppState> for AtKiosk {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Option<AtKiosk>, Infallible> {
        Ok(AtKiosk::of(&parts.headers, state))
    }
}
