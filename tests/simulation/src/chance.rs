//! Chance by a seed: the same seed gives the same numbers on every machine and in every version.

use std::sync::{Mutex, PoisonError};

/// A stream of numbers: xoshiro256++, begun by splitmix64.
#[derive(Debug, Clone)]
pub struct Chance([u64; 4]);

impl Chance {
    /// The stream of this name. What one part of a simulation draws does not move what another one does.
    #[must_use]
    pub fn new(seed: u64, name: &str) -> Chance {
        let mut mixed = seed;
        for byte in name.bytes() {
            mixed = splitmix(&mut mixed) ^ u64::from(byte);
        }
        Chance(std::array::from_fn(|_| splitmix(&mut mixed)))
    }

    /// The next number.
    #[allow(clippy::should_implement_trait)] // It never ends, and nobody iterates over it.
    pub fn next(&mut self) -> u64 {
        let state = &mut self.0;
        let result = state[0].wrapping_add(state[3]).rotate_left(23).wrapping_add(state[0]);
        let kept = state[1] << 17;
        state[2] ^= state[0];
        state[3] ^= state[1];
        state[1] ^= state[2];
        state[0] ^= state[3];
        state[2] ^= kept;
        state[3] = state[3].rotate_left(45);
        result
    }

    /// A number below `bound`, which is not zero.
    pub fn below(&mut self, bound: u64) -> u64 {
        // The error of the multiplication is below 2^-40 for every bound that a simulation has.
        ((u128::from(self.next()) * u128::from(bound)) >> 64) as u64
    }

    /// A number from `first` to `last`, both included.
    pub fn between(&mut self, first: u64, last: u64) -> u64 {
        first + self.below(last - first + 1)
    }

    /// A number from `first` to `last` of which the small ones come as often as the large ones: a delay.
    pub fn spread(&mut self, first: u64, last: u64) -> u64 {
        let mut top = first.max(1);
        let mut steps = 0;
        while top < last {
            top *= 2;
            steps += 1;
        }
        let reach = (first.max(1) << self.below(steps + 1)).min(last);
        self.between(first.min(reach), reach)
    }

    /// Whether something happens that happens `per_mille` times of a thousand.
    pub fn happens(&mut self, per_mille: u64) -> bool {
        self.below(1000) < per_mille
    }

    /// One of these; none of none.
    pub fn pick<'a, T>(&mut self, all: &'a [T]) -> Option<&'a T> {
        if all.is_empty() {
            return None;
        }
        all.get(self.below(all.len() as u64) as usize)
    }

    /// Fills `bytes`.
    pub fn fill(&mut self, bytes: &mut [u8]) {
        for piece in bytes.chunks_mut(8) {
            piece.copy_from_slice(&self.next().to_le_bytes()[..piece.len()]);
        }
    }
}

fn splitmix(state: &mut u64) -> u64 {
    *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mut mixed = *state;
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}

/// The random numbers of a terminal or of the hall, as their ports want them.
#[derive(Debug)]
pub struct Numbers(Mutex<Chance>);

impl Numbers {
    /// Numbers of this stream.
    #[must_use]
    pub fn new(chance: Chance) -> Numbers {
        Numbers(Mutex::new(chance))
    }

    fn draw(&self, bytes: &mut [u8]) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).fill(bytes);
    }
}

impl onehall_core::ports::Rng for Numbers {
    fn fill(&self, bytes: &mut [u8]) {
        self.draw(bytes);
    }
}

impl onehall_backend::rng::Rng for Numbers {
    fn fill(&self, bytes: &mut [u8]) {
        self.draw(bytes);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stream_is_the_same_for_ever() {
        let mut chance = Chance::new(1, "network");
        let drawn: Vec<u64> = (0..3).map(|_| chance.below(1000)).collect();
        let mut again = Chance::new(1, "network");
        assert_eq!(drawn, (0..3).map(|_| again.below(1000)).collect::<Vec<_>>());
        assert_ne!(Chance::new(1, "person").next(), Chance::new(1, "network").next());
        assert_ne!(Chance::new(2, "network").next(), Chance::new(1, "network").next());
    }

    #[test]
    fn numbers_stay_where_they_belong() {
        let mut chance = Chance::new(7, "bounds");
        for _ in 0..10_000 {
            assert!((3..=9).contains(&chance.between(3, 9)));
            assert!((5..=30_000).contains(&chance.spread(5, 30_000)));
        }
        assert!(!chance.happens(0) && chance.happens(1000));
        assert_eq!(chance.pick::<u8>(&[]), None);
    }
}
