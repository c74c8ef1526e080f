//! What replicas say to each other, and how it looks on the wire.

use onehall_protocol::cases::Poke;
use serde::{Deserialize, Serialize};

use crate::events::Channel;
use crate::secrets::{Sealer, ServerKey};

/// The longest message that is looked at. The longest that is said has some 300 bytes.
const LONGEST: usize = 2048;

/// What one replica says to the others.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub(super) enum Said {
    /// Somebody is to be poked.
    Poke {
        /// Who listens to this.
        to: Channel,
        /// With what.
        poke: Poke,
    },
    /// Pokes of the replica that says it were lost: everybody is to read anew.
    Everybody,
    /// For the one that says it: whether it hears itself.
    Echo {
        /// Which of its tries.
        number: u64,
    },
}

/// The wire: JSON, sealed with the key that all replicas of a hall have.
#[derive(Debug)]
pub(super) struct Wire(Sealer);

impl Wire {
    pub(super) fn new(key: &ServerKey) -> Wire {
        Wire(key.sealer(&["pokes between replicas"]))
    }

    /// None only where memory ends.
    pub(super) fn write(&self, said: &Said) -> Option<Vec<u8>> {
        self.0.seal(&serde_json::to_vec(said).ok()?)
    }

    /// None for whatever no replica of this hall said, or one of another version that says more.
    pub(super) fn read(&self, message: &[u8]) -> Option<Said> {
        if message.len() > LONGEST {
            return None;
        }
        serde_json::from_slice(&self.0.open(message)?).ok()
    }
}

/// The name of a hall on the servers that it shares with others. It gives nothing of the key away.
pub(super) fn mark(key: &ServerKey) -> String {
    let hash = key.keyed_hash("subject of pokes", &[]);
    hash[..8].iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use onehall_protocol::identity::TerminalKind;
    use onehall_protocol::{CaseId, DraftId, PersonId, StaffId, WriterId};
    use uuid::Uuid;

    use super::*;

    fn every_kind() -> Vec<Said> {
        let person = Channel::Person(PersonId(Uuid::now_v7()));
        let authority = "public-security".parse().map(Channel::Authority);
        let authority = authority.unwrap_or_else(|error| panic!("{error}"));
        let hall = "central".parse().map(Channel::Hall);
        let hall = hall.unwrap_or_else(|error| panic!("{error}"));
        let present = Poke::Present {
            id: DraftId(Uuid::now_v7()),
            writer: WriterId(Uuid::now_v7()),
            terminal: TerminalKind::Kiosk,
            here: true,
        };
        let case = Poke::Case {
            id: CaseId(Uuid::now_v7()),
        };
        let draft = Poke::Draft {
            id: DraftId(Uuid::now_v7()),
        };
        let pokes = [
            (person.clone(), case),
            (person.clone(), draft),
            (person.clone(), present),
            (person.clone(), Poke::SessionEnded),
            (person, Poke::Again),
            (authority, Poke::Queue),
            (hall, Poke::Queue),
            (Channel::Staff(StaffId(Uuid::now_v7())), Poke::SessionEnded),
        ];
        let pokes = pokes.into_iter().map(|(to, poke)| Said::Poke { to, poke });
        pokes.chain([Said::Everybody, Said::Echo { number: 7 }]).collect()
    }

    #[test]
    fn what_is_said_is_understood_by_replicas_of_the_same_hall_only() {
        let key = ServerKey::ephemeral();
        let (here, there, stranger) = (Wire::new(&key), Wire::new(&key), Wire::new(&ServerKey::ephemeral()));
        for said in every_kind() {
            let message = here.write(&said).unwrap_or_default();
            assert!(message.len() < 400, "{} bytes", message.len());
            assert_eq!(there.read(&message), Some(said));
            assert_eq!(stranger.read(&message), None);
        }
        assert_ne!(mark(&key), mark(&ServerKey::ephemeral()));
    }

    #[test]
    fn nobody_reads_on_the_wire_whose_matter_moved() {
        let wire = Wire::new(&ServerKey::ephemeral());
        for said in every_kind() {
            let message = wire.write(&said).unwrap_or_default();
            let plain = serde_json::to_vec(&said).unwrap_or_default();
            for piece in plain.chunks(8).filter(|piece| piece.len() == 8) {
                assert!(!message.windows(8).any(|window| window == piece), "{said:?}");
            }
        }
    }

    #[test]
    fn what_is_no_message_is_none() {
        let key = ServerKey::ephemeral();
        let wire = Wire::new(&key);
        let mut changed = wire.write(&Said::Everybody).unwrap_or_default();
        if let Some(last) = changed.last_mut() {
            *last ^= 1;
        }
        let other = key.sealer(&["pokes between replicas"]);
        let unknown = other.seal(br#"{"kind":"of another version"}"#).unwrap_or_default();
        let long = other.seal(&[b' '; LONGEST]).unwrap_or_default();
        let purpose = key.seal(br#"{"kind":"everybody"}"#).unwrap_or_default();
        for message in [
            &b""[..],
            b"{\"kind\":\"everybody\"}",
            &changed,
            &unknown,
            &long,
            &purpose,
        ] {
            assert_eq!(wire.read(message), None);
        }
    }
}
