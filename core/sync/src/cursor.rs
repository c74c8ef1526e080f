//! How far a terminal has read: for each principal a place in its log of changes.

use std::collections::BTreeMap;

use onehall_protocol::PersonId;
use uuid::Uuid;

/// A place in the log of one principal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Position {
    /// Which log: another one where a database was begun anew or put back to an earlier state. A number of one epoch says
    /// nothing in another.
    pub epoch: u64,
    /// The last change that was read; 0 before the first.
    pub seq: u64,
}

/// The places in the logs of all principals for whom somebody acts.
///
/// As bytes: a version, then for each principal, in order, its 16 bytes, epoch and number as LEB128. One value has one
/// form, so that what was read and is written again is the same.
///
/// ```
/// # use onehall_protocol::PersonId;
/// # use onehall_sync::{Position, Positions};
/// let mut positions = Positions::default();
/// positions.set(PersonId(uuid::Uuid::from_u128(7)), Position { epoch: 1, seq: 42 });
/// assert_eq!(Positions::from_bytes(&positions.to_bytes()), Some(positions));
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Positions(BTreeMap<PersonId, Position>);

/// The form of the bytes.
const VERSION: u8 = 1;

impl Positions {
    /// The place in the log of a principal; none where nothing of it was read.
    #[must_use]
    pub fn get(&self, principal: PersonId) -> Option<Position> {
        self.0.get(&principal).copied()
    }

    /// Notes a place.
    pub fn set(&mut self, principal: PersonId, position: Position) {
        self.0.insert(principal, position);
    }

    /// The principals, in order.
    pub fn principals(&self) -> impl Iterator<Item = PersonId> + '_ {
        self.0.keys().copied()
    }

    /// As bytes.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(1 + self.0.len() * 26);
        bytes.push(VERSION);
        for (principal, position) in &self.0 {
            bytes.extend_from_slice(principal.0.as_bytes());
            write(position.epoch, &mut bytes);
            write(position.seq, &mut bytes);
        }
        bytes
    }

    /// From bytes; none where they are not what [`Positions::to_bytes`] wrote.
    #[must_use]
    pub fn from_bytes(bytes: &[u8]) -> Option<Positions> {
        let (version, mut rest) = bytes.split_first()?;
        if *version != VERSION {
            return None;
        }
        let mut positions = BTreeMap::new();
        while !rest.is_empty() {
            let (id, tail) = rest.split_first_chunk::<16>()?;
            rest = tail;
            let principal = PersonId(Uuid::from_bytes(*id));
            let epoch = read(&mut rest)?;
            let seq = read(&mut rest)?;
            if positions.last_key_value().is_some_and(|(last, _)| *last >= principal) {
                return None;
            }
            positions.insert(principal, Position { epoch, seq });
        }
        Some(Positions(positions))
    }
}

fn write(mut number: u64, bytes: &mut Vec<u8>) {
    loop {
        let low = (number & 0x7f) as u8;
        number >>= 7;
        if number == 0 {
            bytes.push(low);
            return;
        }
        bytes.push(low | 0x80);
    }
}

fn read(rest: &mut &[u8]) -> Option<u64> {
    let mut number = 0u64;
    for place in 0..10u32 {
        let (byte, tail) = rest.split_first()?;
        *rest = tail;
        let low = u64::from(byte & 0x7f);
        let shifted = low << (7 * place);
        if shifted >> (7 * place) != low {
            return None;
        }
        number |= shifted;
        if byte & 0x80 == 0 {
            // A number has one form: none ends in a part that adds nothing.
            return (*byte != 0 || place == 0).then_some(number);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn positions() -> impl Strategy<Value = Positions> {
        let one = (any::<u128>(), any::<u64>(), any::<u64>());
        prop::collection::vec(one, 0..6).prop_map(|all| {
            let mut positions = Positions::default();
            for (id, epoch, seq) in all {
                positions.set(PersonId(Uuid::from_u128(id)), Position { epoch, seq });
            }
            positions
        })
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_again(positions in positions()) {
            prop_assert_eq!(Positions::from_bytes(&positions.to_bytes()), Some(positions));
        }

        #[test]
        fn one_value_has_one_form(bytes in prop::collection::vec(any::<u8>(), 0..80)) {
            // Whatever can be read is written again as it was.
            let mut bytes = bytes;
            bytes.insert(0, VERSION);
            if let Some(positions) = Positions::from_bytes(&bytes) {
                prop_assert_eq!(positions.to_bytes(), bytes);
            }
        }

        #[test]
        fn what_is_cut_off_is_no_cursor(positions in positions(), cut in 0usize..200) {
            let bytes = positions.to_bytes();
            let whole: Vec<usize> = std::iter::once(1)
                .chain(positions.principals().scan(1, |end, principal| {
                    let at = positions.get(principal)?;
                    let mut numbers = Vec::new();
                    write(at.epoch, &mut numbers);
                    write(at.seq, &mut numbers);
                    *end += 16 + numbers.len();
                    Some(*end)
                }))
                .collect();
            if cut < bytes.len() && !whole.contains(&cut) {
                prop_assert_eq!(Positions::from_bytes(&bytes[..cut]), None);
            }
        }
    }

    #[test]
    fn the_form_is_frozen() {
        let mut positions = Positions::default();
        positions.set(PersonId(Uuid::from_u128(2)), Position { epoch: 300, seq: 1 });
        positions.set(PersonId(Uuid::from_u128(1)), Position { epoch: 0, seq: 128 });
        let mut expected = vec![1];
        expected.extend(1u128.to_be_bytes());
        expected.extend([0, 0x80, 1]);
        expected.extend(2u128.to_be_bytes());
        expected.extend([0xac, 2, 1]);
        assert_eq!(positions.to_bytes(), expected);
    }

    #[test]
    fn a_longer_form_of_a_number_and_another_version_are_refused() {
        let mut bytes = vec![1];
        bytes.extend([0; 16]);
        assert!(Positions::from_bytes(&[&bytes[..], &[0, 1]].concat()).is_some());
        assert!(Positions::from_bytes(&[&bytes[..], &[0x80, 0, 1]].concat()).is_none());
        assert!(Positions::from_bytes(&[&bytes[..], &[0xff; 10], &[1]].concat()).is_none());
        bytes[0] = 2;
        assert!(Positions::from_bytes(&[&bytes[..], &[0, 1]].concat()).is_none());
    }
}
