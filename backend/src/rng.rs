//! Randomness, as a port beside the clock: ids, tokens and one-time codes of requests come from it, so that a simulation
//! repeats by its seed.

use std::fmt;

use onehall_protocol::Timestamp;
use uuid::Uuid;

use crate::secrets;

/// Random numbers fit for keys.
pub trait Rng: Send + Sync + fmt::Debug {
    /// Fills `bytes`.
    fn fill(&self, bytes: &mut [u8]);
}

/// The randomness of the machine.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemRng;

impl Rng for SystemRng {
    fn fill(&self, bytes: &mut [u8]) {
        secrets::fill(bytes);
    }
}

impl dyn Rng + '_ {
    /// A new UUIDv7 of the moment `now`.
    #[must_use]
    pub fn id(&self, now: Timestamp) -> Uuid {
        let mut random = [0; 10];
        self.fill(&mut random);
        let millis = u64::try_from(now.unix_millis()).unwrap_or(0);
        uuid::Builder::from_unix_timestamp_millis(millis, &random).into_uuid()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_says_when_it_was_made_and_is_like_no_other() {
        let rng: &dyn Rng = &SystemRng;
        let (first, second) = (
            rng.id(Timestamp::from_unix_millis(1_700_000_000_123)),
            rng.id(Timestamp::from_unix_millis(1_700_000_000_124)),
        );
        assert!(first < second);
        assert_eq!(
            (first.get_version_num(), first.as_bytes()[5]),
            (7, (1_700_000_000_123_u64 & 255) as u8)
        );
        assert_ne!(first, rng.id(Timestamp::from_unix_millis(1_700_000_000_123)));
    }
}
