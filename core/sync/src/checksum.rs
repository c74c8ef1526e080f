//! A checksum over what a terminal holds of a principal, to notice that it is not what the hall holds.

use std::fmt;
use std::str::FromStr;

use onehall_protocol::sync::Entity;
use uuid::Uuid;

/// A sum over (entity, id, version) of a set. The order in which things are added does not count, and what is taken away
/// leaves no trace, so it can be kept beside the set and never needs it whole.
///
/// It guards against drift, not against an attacker: the two who compare it trust each other.
///
/// ```
/// # use onehall_protocol::sync::Entity;
/// # use onehall_sync::Checksum;
/// # let (one, two) = (uuid::Uuid::from_u128(1), uuid::Uuid::from_u128(2));
/// let mut here = Checksum::default();
/// here.add(Entity::Draft, one, 3);
/// here.add(Entity::Case, two, 1);
/// let mut there = Checksum::default();
/// there.add(Entity::Case, two, 1);
/// assert_ne!(here, there);
/// there.add(Entity::Draft, one, 3);
/// assert_eq!(here, there);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Hash)]
pub struct Checksum(u128);

impl Checksum {
    /// Something came.
    pub fn add(&mut self, entity: Entity, id: Uuid, version: u64) {
        self.0 = self.0.wrapping_add(mark(entity, id, version));
    }

    /// Something went.
    pub fn remove(&mut self, entity: Entity, id: Uuid, version: u64) {
        self.0 = self.0.wrapping_sub(mark(entity, id, version));
    }
}

/// A number for one thing in one version: two halves, each mixed by the finisher of SplitMix64 with another seed.
fn mark(entity: Entity, id: Uuid, version: u64) -> u128 {
    let kind = match entity {
        Entity::Draft => 1,
        Entity::Case => 2,
    };
    let (high, low) = id.as_u64_pair();
    let half = |seed: u64| {
        [kind, high, low, version].into_iter().fold(seed, |state, part| {
            mix(state ^ part).wrapping_add(0x9e37_79b9_7f4a_7c15)
        })
    };
    u128::from(half(0x243f_6a88_85a3_08d3)) << 64 | u128::from(half(0x1319_8a2e_0370_7344))
}

fn mix(mut state: u64) -> u64 {
    state = (state ^ state >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    state = (state ^ state >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
    state ^ state >> 31
}

impl fmt::Display for Checksum {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:032x}", self.0)
    }
}

/// The text is no checksum: 32 digits of lower-case hex.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct InvalidChecksum;

impl FromStr for Checksum {
    type Err = InvalidChecksum;

    fn from_str(text: &str) -> Result<Checksum, InvalidChecksum> {
        let hex = text.len() == 32 && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
        let number = hex.then(|| u128::from_str_radix(text, 16).ok()).flatten();
        number.map(Checksum).ok_or(InvalidChecksum)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::*;

    type Set = BTreeMap<(bool, u128), u64>;

    fn entity(draft: bool) -> Entity {
        if draft { Entity::Draft } else { Entity::Case }
    }

    fn of<'a>(set: impl IntoIterator<Item = (&'a (bool, u128), &'a u64)>) -> Checksum {
        let mut sum = Checksum::default();
        for ((draft, id), version) in set {
            sum.add(entity(*draft), Uuid::from_u128(*id), *version);
        }
        sum
    }

    /// Few ids and versions, so that sets meet.
    fn set() -> impl Strategy<Value = Set> {
        prop::collection::btree_map((any::<bool>(), 0u128..6), 0u64..4, 0..8)
    }

    proptest! {
        #[test]
        fn equal_sets_have_equal_checksums_and_others_do_not(one in set(), other in set()) {
            prop_assert_eq!(of(&one) == of(&other), one == other);
        }

        #[test]
        fn the_order_does_not_count(one in set()) {
            prop_assert_eq!(of(&one), of(one.iter().rev()));
        }

        #[test]
        fn kept_beside_a_set_it_is_that_of_the_set(
            changes in prop::collection::vec(((any::<bool>(), 0u128..6), prop::option::of(0u64..4)), 0..40),
        ) {
            let (mut set, mut kept) = (Set::new(), Checksum::default());
            for (key, version) in changes {
                let (kind, id) = (entity(key.0), Uuid::from_u128(key.1));
                let before = match version {
                    Some(version) => {
                        kept.add(kind, id, version);
                        set.insert(key, version)
                    }
                    None => set.remove(&key),
                };
                if let Some(before) = before {
                    kept.remove(kind, id, before);
                }
            }
            prop_assert_eq!(kept, of(&set));
        }

        #[test]
        fn its_text_is_read_again(one in set()) {
            prop_assert_eq!(of(&one).to_string().parse(), Ok(of(&one)));
        }
    }

    #[test]
    fn it_is_frozen() {
        assert_eq!(Checksum::default().to_string(), "0".repeat(32));
        assert_eq!("0".repeat(31).parse::<Checksum>(), Err(InvalidChecksum));
        assert_eq!("G".repeat(32).parse::<Checksum>(), Err(InvalidChecksum));
        assert_eq!("+".to_owned().parse::<Checksum>(), Err(InvalidChecksum));
        let mut sum = Checksum::default();
        sum.add(Entity::Draft, Uuid::from_u128(1), 1);
        sum.add(Entity::Case, Uuid::from_u128(2), 7);
        assert_eq!(sum.to_string(), FROZEN);
    }

    const FROZEN: &str = "b5a6fe3aacf9e17b831ecce723869237";
}
