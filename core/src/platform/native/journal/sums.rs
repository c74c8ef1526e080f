//! Checksums (CRC-32, as the journal has them) of any pieces of a file, after one pass over it. A search for records behind damage
//! asks at each byte for the sum of what may be megabytes: hashed each by itself that would grow with the square of the damage.

use std::ops::Range;

use crc32fast::Hasher;

/// So many bytes lie between two sums that are kept.
const EACH: usize = 256;

/// The polynomial of the checksum, the lowest power in the highest bit.
const POLYNOMIAL: u32 = 0xedb8_8320;

/// The polynomial 1.
const ONE: u32 = 1 << 31;

/// The checksums of the pieces of some bytes.
pub struct Sums<'a> {
    bytes: &'a [u8],
    /// Of all that stands before each `EACH` bytes.
    before: Vec<u32>,
    /// x to the power of 2 to the power of each index.
    powers: [u32; 32],
}

impl Sums<'_> {
    /// Goes over all bytes once.
    pub fn of(bytes: &[u8]) -> Sums<'_> {
        let mut hasher = Hasher::new();
        let mut before = vec![0];
        for piece in bytes.chunks_exact(EACH) {
            hasher.update(piece);
            before.push(hasher.clone().finalize());
        }
        let mut powers = [ONE >> 1; 32];
        for at in 1..powers.len() {
            powers[at] = times(powers[at - 1], powers[at - 1]);
        }
        Sums { bytes, before, powers }
    }

    /// The checksum of a piece, however long it is, from less than twice `EACH` bytes; none where it is not within the bytes.
    pub fn piece(&self, piece: Range<usize>) -> Option<u32> {
        // The sum of two pieces in a row is that of the first, moved by the length of the second, and that of the second.
        let moved = times(
            self.power(piece.end.checked_sub(piece.start)?),
            self.until(piece.start)?,
        );
        Some(moved ^ self.until(piece.end)?)
    }

    /// The checksum of all that stands before a place.
    fn until(&self, place: usize) -> Option<u32> {
        let at = place / EACH;
        let mut hasher = Hasher::new_with_initial(*self.before.get(at)?);
        hasher.update(self.bytes.get(at * EACH..place)?);
        Some(hasher.finalize())
    }

    /// x to the power of so many bytes.
    fn power(&self, bytes: usize) -> u32 {
        let set = (0..usize::BITS as usize).filter(|bit| (bytes >> bit) & 1 == 1);
        // Eight bits in a byte; the powers repeat after 32.
        set.fold(ONE, |power, bit| times(self.powers[(bit + 3) % 32], power))
    }
}

/// The product of two polynomials modulo that of the checksum.
fn times(one: u32, other: u32) -> u32 {
    let mut product = 0;
    let mut moved = other;
    for bit in (0..32).rev() {
        if (one >> bit) & 1 == 1 {
            product ^= moved;
        }
        moved = if moved & 1 == 1 {
            (moved >> 1) ^ POLYNOMIAL
        } else {
            moved >> 1
        };
    }
    product
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn the_sum_of_a_piece_is_that_of_its_bytes(
            bytes in proptest::collection::vec(any::<u8>(), 0..4 * EACH),
            one in any::<prop::sample::Index>(),
            other in any::<prop::sample::Index>(),
        ) {
            let places = [one.index(bytes.len() + 1), other.index(bytes.len() + 1)];
            let piece = places[0].min(places[1])..places[0].max(places[1]);
            let hashed = crc32fast::hash(&bytes[piece.clone()]);
            prop_assert_eq!(Sums::of(&bytes).piece(piece), Some(hashed));
        }
    }

    #[test]
    fn a_long_piece_has_its_sum_and_one_that_is_not_there_has_none() {
        let bytes: Vec<u8> = (0..1_000_003_u32).map(|at| (at * 7 % 251) as u8).collect();
        let sums = Sums::of(&bytes);
        for piece in [0..bytes.len(), 1..bytes.len() - 1, 12_345..987_654, 5..5] {
            assert_eq!(sums.piece(piece.clone()), Some(crc32fast::hash(&bytes[piece])));
        }
        assert_eq!(sums.piece(0..bytes.len() + 1), None);
        assert_eq!(sums.piece(bytes.len() + EACH..bytes.len() + EACH), None);
    }
}
