//! How one file comes to the hall: a state machine without I/O.
//!
//! Beginning and asking are one request, because the same key finds the same upload and hears how far it is. So whatever is
//! not understood (no answer, another offset, an upload that is gone) leads back there.

use onehall_protocol::{ErrorCode, UploadId};

/// The first and the longest wait before another try, in milliseconds.
const WAIT_MS: (u32, u32) = (1_000, 30_000);
/// How often it is tried without a byte more before the citizen is asked.
const MOST_TRIES: u32 = 12;

/// What is to be done next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Step {
    /// Begin, or hear how far it is.
    Begin,
    /// Send bytes.
    Send {
        /// Of this upload.
        id: UploadId,
        /// From here on.
        offset: u64,
        /// So many; none at the end asks for the verdict once more.
        length: u64,
    },
    /// Wait, or until the connection is back.
    Wait {
        /// So long.
        millis: u32,
    },
}

/// What becomes of a try that failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Failed {
    /// It goes on by itself.
    GoesOn,
    /// All of it is sent anew, under another key.
    Renewed,
    /// It ends: the citizen is told why.
    Ends,
}

#[derive(Debug, Clone, Copy)]
struct Standing {
    id: UploadId,
    offset: u64,
    chunk: u64,
}

/// One file on its way.
#[derive(Debug, Clone)]
pub(super) struct Machine {
    size: u64,
    standing: Option<Standing>,
    /// The most bytes that the hall was known to hold.
    furthest: u64,
    /// Tries since then, and since when the hall was last heard.
    tries: u32,
    silences: u32,
    wait: Option<u32>,
    renewed: bool,
}

impl Machine {
    /// A file of `size` bytes of which nothing is known.
    pub(super) fn new(size: u64) -> Machine {
        Machine {
            size,
            standing: None,
            furthest: 0,
            tries: 0,
            silences: 0,
            wait: None,
            renewed: false,
        }
    }

    /// What is to be done next.
    pub(super) fn next(&self) -> Step {
        match (self.wait, self.standing) {
            (Some(millis), _) => Step::Wait { millis },
            (None, None) => Step::Begin,
            (None, Some(Standing { id, offset, chunk })) => Step::Send {
                id,
                offset,
                length: self.size.saturating_sub(offset).min(chunk.max(1)),
            },
        }
    }

    /// The hall said how far it is, and had no file to show yet.
    pub(super) fn stands(&mut self, id: UploadId, offset: u64, chunk: u64) {
        self.silences = 0;
        if offset > self.furthest {
            self.furthest = offset;
            self.tries = 0;
        }
        self.standing = Some(Standing { id, offset, chunk });
    }

    /// The wait is over.
    pub(super) fn waited(&mut self) {
        self.wait = None;
    }

    /// A request failed. `random` spreads those who were cut off together; `after` is what the hall asked to wait, in seconds.
    pub(super) fn failed(&mut self, code: ErrorCode, after: Option<u32>, random: u32) -> Failed {
        let begun = self.standing.take().is_some();
        let wait = after.map_or_else(
            || spread(self.tries.max(self.silences), random),
            |seconds| seconds.saturating_mul(1000),
        );
        match code {
            // No network is nobody's fault, however long it lasts.
            ErrorCode::Offline => {
                self.silences = self.silences.saturating_add(1);
                self.wait = Some(wait);
                return Failed::GoesOn;
            }
            // The bytes were not those that were meant to be sent: once, anew.
            ErrorCode::FileDamaged if !self.renewed => {
                *self = Machine {
                    renewed: true,
                    ..Machine::new(self.size)
                };
                return Failed::Renewed;
            }
            // It is somewhere else: ask where.
            ErrorCode::UploadOffset if self.tries == 0 => self.wait = None,
            ErrorCode::UploadOffset => self.wait = Some(wait),
            // Swept, or ended by another terminal.
            ErrorCode::NotFound if begun => self.wait = None,
            code if code.is_retryable() => self.wait = Some(wait),
            _ => return Failed::Ends,
        }
        self.tries += 1;
        if self.tries > MOST_TRIES {
            Failed::Ends
        } else {
            Failed::GoesOn
        }
    }
}

/// Twice as long each time, half of it by chance.
fn spread(times: u32, random: u32) -> u32 {
    let longest = WAIT_MS.0.checked_shl(times.min(16)).unwrap_or(WAIT_MS.1).min(WAIT_MS.1);
    longest / 2 + random % (longest / 2 + 1)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use uuid::Uuid;

    use super::*;

    /// A hall as it should be: it takes bytes where it stands, and nowhere else.
    #[derive(Default)]
    struct Hall {
        held: Vec<u8>,
        size: usize,
        id: u128,
        done: bool,
    }

    impl Hall {
        fn begin(&mut self) -> (UploadId, u64, bool) {
            (UploadId(Uuid::from_u128(self.id)), self.held.len() as u64, self.done)
        }

        fn append(&mut self, id: UploadId, offset: u64, bytes: &[u8]) -> Result<(u64, bool), ErrorCode> {
            if id.0.as_u128() != self.id {
                return Err(ErrorCode::NotFound);
            }
            if self.done {
                return Ok((self.held.len() as u64, true));
            }
            if offset != self.held.len() as u64 {
                return Err(ErrorCode::UploadOffset);
            }
            self.held.extend_from_slice(bytes);
            self.done = self.held.len() == self.size;
            Ok((self.held.len() as u64, self.done))
        }
    }

    /// What becomes of a request on its way.
    #[derive(Debug, Clone, Copy)]
    enum Luck {
        Arrives,
        Lost,
        AnswerLost,
        /// A part of it arrives, then the connection breaks.
        Torn(u8),
        Busy,
        /// The upload was swept.
        Swept,
        /// An old request of ours arrives now.
        Again,
    }

    fn luck() -> impl Strategy<Value = Luck> {
        prop_oneof![
            3 => Just(Luck::Arrives),
            2 => Just(Luck::Lost),
            2 => Just(Luck::AnswerLost),
            2 => any::<u8>().prop_map(Luck::Torn),
            1 => Just(Luck::Busy),
            1 => Just(Luck::Swept),
            1 => Just(Luck::Again),
        ]
    }

    proptest! {
        #[test]
        fn whatever_happens_on_the_way_the_hall_ends_with_the_file(
            size in 1usize..400,
            chunk in 1u64..100,
            lucks in prop::collection::vec(luck(), 0..60),
            random: u32,
        ) {
            let bytes: Vec<u8> = (0..size).map(|n| (n * 7 % 251) as u8).collect();
            let mut hall = Hall { size, id: 1, ..Hall::default() };
            let mut machine = Machine::new(size as u64);
            let mut lucks = lucks.into_iter();
            let mut sent: Vec<(UploadId, u64, Vec<u8>)> = Vec::new();
            let mut ended = false;
            for _ in 0..2000 {
                let step = machine.next();
                if let Step::Wait { millis } = step {
                    prop_assert!(millis <= WAIT_MS.1);
                    machine.waited();
                    continue;
                }
                // A hall that never gets further is another promise: at its last tries it is there.
                let luck = lucks.next().filter(|_| machine.tries + 1 < MOST_TRIES).unwrap_or(Luck::Arrives);
                match luck {
                    Luck::Swept if !hall.done => {
                        hall = Hall { size, id: hall.id + 1, ..Hall::default() };
                    }
                    Luck::Again => {
                        if let Some((id, offset, piece)) = sent.first() {
                            let _ = hall.append(*id, *offset, piece);
                        }
                    }
                    _ => {}
                }
                let failure = match luck {
                    Luck::Busy => Some(ErrorCode::Unavailable),
                    Luck::Lost | Luck::AnswerLost | Luck::Torn(_) => Some(ErrorCode::Offline),
                    Luck::Arrives | Luck::Swept | Luck::Again => None,
                };
                let arrives = !matches!(luck, Luck::Busy | Luck::Lost);
                let answer = match step {
                    Step::Begin => Ok(hall.begin()),
                    Step::Send { id, offset, length } => {
                        let from = offset as usize;
                        let mut piece = bytes[from..from + length as usize].to_vec();
                        if let Luck::Torn(at) = luck {
                            piece.truncate(at as usize % (piece.len() + 1));
                        }
                        sent.push((id, offset, piece.clone()));
                        if arrives { hall.append(id, offset, &piece).map(|(held, done)| (id, held, done)) } else { Ok((id, 0, false)) }
                    }
                    Step::Wait { .. } => unreachable!(),
                };
                let answer = match failure { Some(code) => Err(code), None => answer };
                match answer {
                    Ok((_, _, true)) => { ended = true; break; }
                    Ok((id, held, false)) => machine.stands(id, held, chunk),
                    Err(code) => prop_assert_ne!(machine.failed(code, None, random), Failed::Ends),
                }
            }
            prop_assert!(ended, "it comes to an end");
            prop_assert_eq!(hall.held, bytes);
        }
    }

    fn at(machine: &mut Machine, offset: u64) {
        machine.stands(UploadId(Uuid::nil()), offset, 10);
    }

    #[test]
    fn no_network_is_waited_for_as_long_as_it_takes() {
        let mut machine = Machine::new(100);
        for _ in 0..1000 {
            assert_eq!(machine.failed(ErrorCode::Offline, None, 7), Failed::GoesOn);
            assert!(matches!(machine.next(), Step::Wait { millis } if millis <= 30_000));
            machine.waited();
            assert_eq!(machine.next(), Step::Begin);
        }
    }

    #[test]
    fn a_hall_that_never_gets_further_is_not_asked_for_ever() {
        let mut machine = Machine::new(100);
        let mut tries = 0;
        while machine.failed(ErrorCode::ScannerUnavailable, None, 0) == Failed::GoesOn {
            machine.waited();
            at(&mut machine, 100);
            tries += 1;
        }
        assert!((10..20).contains(&tries), "{tries}");
        // A byte more is a new hope.
        let mut machine = Machine::new(100);
        for offset in 1..100 {
            assert_eq!(machine.failed(ErrorCode::Internal, None, 0), Failed::GoesOn);
            machine.waited();
            at(&mut machine, offset);
        }
    }

    #[test]
    fn what_was_damaged_is_sent_anew_once_and_what_is_refused_is_not() {
        let mut machine = Machine::new(100);
        at(&mut machine, 100);
        assert_eq!(machine.failed(ErrorCode::FileDamaged, None, 0), Failed::Renewed);
        assert_eq!(machine.next(), Step::Begin);
        at(&mut machine, 100);
        assert_eq!(machine.failed(ErrorCode::FileDamaged, None, 0), Failed::Ends);
        for code in [
            ErrorCode::FileInfected,
            ErrorCode::DraftSubmitted,
            ErrorCode::NotLoggedIn,
            ErrorCode::NotFound,
        ] {
            assert_eq!(Machine::new(1).failed(code, None, 0), Failed::Ends, "{code}");
        }
    }

    #[test]
    fn the_hall_says_how_long_to_wait() {
        let mut machine = Machine::new(100);
        assert_eq!(machine.failed(ErrorCode::TooManyRequests, Some(60), 0), Failed::GoesOn);
        assert_eq!(machine.next(), Step::Wait { millis: 60_000 });
    }
}
