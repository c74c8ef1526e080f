//! Cursors as they leave the hall: signed, so that nobody begins where the hall never let them.

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use onehall_protocol::sync::Entity;
use onehall_protocol::{ErrorCode, PersonId};
use onehall_sync::Positions;
use subtle::ConstantTimeEq;
use uuid::Uuid;

use super::model::{Logged, Place};
use crate::error::{Error, Result};
use crate::secrets::ServerKey;

const PULL: &str = "sync/cursor";
const PAGE: &str = "sync/page";

/// Bytes of a signature. Who guesses one gets to see what is theirs anyhow.
const SIGNATURE: usize = 16;

/// The bytes of a place in a snapshot: principal, kind, id.
const PLACE: usize = 16 + 1 + 16;

/// The cursor of these places, for this actor.
pub(super) fn cursor(key: &ServerKey, actor: PersonId, positions: &Positions) -> String {
    signed(key, PULL, actor, &positions.to_bytes())
}

/// The places of a cursor.
///
/// # Errors
/// `sync/invalid_cursor` where it is not one that this hall gave this actor.
pub(super) fn positions(key: &ServerKey, actor: PersonId, cursor: &str) -> Result<Positions> {
    Positions::from_bytes(&verified(key, PULL, actor, cursor)?).ok_or_else(invalid)
}

/// What the next page of a snapshot is asked for by: where it goes on, and how far the logs were when it began.
pub(super) fn page(key: &ServerKey, actor: PersonId, place: Place, begun: &Positions) -> String {
    let (entity, id) = place.last.parts();
    let mut bytes = Vec::with_capacity(PLACE + 64);
    bytes.extend_from_slice(place.principal.0.as_bytes());
    bytes.push(match entity {
        Entity::Draft => 1,
        Entity::Case => 2,
    });
    bytes.extend_from_slice(id.as_bytes());
    bytes.extend(begun.to_bytes());
    signed(key, PAGE, actor, &bytes)
}

/// What [`page`] says.
///
/// # Errors
/// `sync/invalid_cursor`.
pub(super) fn page_begin(key: &ServerKey, actor: PersonId, page: &str) -> Result<(Place, Positions)> {
    let bytes = verified(key, PAGE, actor, page)?;
    let (place, begun) = bytes.split_first_chunk::<PLACE>().ok_or_else(invalid)?;
    let id = |bytes: &[u8]| Uuid::from_slice(bytes).map_err(|_| invalid());
    let entity = match place[16] {
        1 => Entity::Draft,
        2 => Entity::Case,
        _ => return Err(invalid()),
    };
    let place = Place {
        principal: PersonId(id(&place[..16])?),
        last: Logged::of(entity, id(&place[17..])?),
    };
    Ok((place, Positions::from_bytes(begun).ok_or_else(invalid)?))
}

fn invalid() -> Error {
    ErrorCode::InvalidCursor.into()
}

fn signature(key: &ServerKey, purpose: &str, actor: PersonId, text: &str) -> [u8; SIGNATURE] {
    let whole = key.keyed_hash(purpose, &[&actor.to_string(), text]);
    let mut short = [0; SIGNATURE];
    short.copy_from_slice(&whole[..SIGNATURE]);
    short
}

fn signed(key: &ServerKey, purpose: &str, actor: PersonId, bytes: &[u8]) -> String {
    let mut text = BASE64_URL_SAFE_NO_PAD.encode(bytes);
    let signature = signature(key, purpose, actor, &text);
    text.push('.');
    text.push_str(&BASE64_URL_SAFE_NO_PAD.encode(signature));
    text
}

fn verified(key: &ServerKey, purpose: &str, actor: PersonId, text: &str) -> Result<Vec<u8>> {
    let (bytes, given) = text.split_once('.').ok_or_else(invalid)?;
    let given = BASE64_URL_SAFE_NO_PAD.decode(given).map_err(|_| invalid())?;
    if !bool::from(given.ct_eq(&signature(key, purpose, actor, bytes))) {
        return Err(invalid());
    }
    BASE64_URL_SAFE_NO_PAD.decode(bytes).map_err(|_| invalid())
}

#[cfg(test)]
mod tests {
    use onehall_sync::Position;

    use super::*;

    fn person(number: u128) -> PersonId {
        PersonId(Uuid::from_u128(number))
    }

    fn some_positions() -> Positions {
        let mut positions = Positions::default();
        positions.set(person(1), Position { epoch: 9, seq: 4 });
        positions
    }

    #[test]
    fn a_cursor_is_good_for_whom_it_was_made_and_as_it_was_made() {
        let key = ServerKey::ephemeral();
        let made = cursor(&key, person(1), &some_positions());
        assert_eq!(positions(&key, person(1), &made).ok(), Some(some_positions()));
        assert!(positions(&key, person(2), &made).is_err());
        assert!(positions(&ServerKey::ephemeral(), person(1), &made).is_err());
        let bytes = made.as_bytes();
        for place in 0..bytes.len() {
            let mut other = bytes.to_vec();
            other[place] = if other[place] == b'A' { b'B' } else { b'A' };
            let other = String::from_utf8_lossy(&other);
            // The last letter holds bits that mean nothing; whoever sets them has changed nothing.
            let same = positions(&key, person(1), &other).ok();
            assert!(
                same.is_none() || same == Some(some_positions()) && place == bytes.len() - 1,
                "{other}"
            );
        }
        for nonsense in ["", ".", "a", "a.b", &made[..made.len() - 4]] {
            assert!(positions(&key, person(1), nonsense).is_err(), "{nonsense}");
        }
    }

    #[test]
    fn a_page_of_a_snapshot_is_no_cursor_and_the_other_way_round() {
        let key = ServerKey::ephemeral();
        let place = Place {
            principal: person(7),
            last: Logged::of(Entity::Case, Uuid::from_u128(8)),
        };
        let made = page(&key, person(1), place, &some_positions());
        let begin = page_begin(&key, person(1), &made).ok();
        assert_eq!(begin, Some((place, some_positions())));
        assert!(positions(&key, person(1), &made).is_err());
        assert!(page_begin(&key, person(1), &cursor(&key, person(1), &some_positions())).is_err());
    }
}
