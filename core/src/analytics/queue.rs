//! What waits to be sent and when it is sent, without I/O.

use onehall_protocol::analytics::{BatchTaken, EventRecord, MOST_EVENTS};
use onehall_protocol::{CoreError, ErrorCode, EventId};
use serde::{Deserialize, Serialize};

/// The most events that wait on a terminal; beyond it the oldest go.
pub const MOST_WAITING: usize = 500;

/// So many events are sent without waiting for more.
pub const ENOUGH: usize = 20;

/// How long the first event waits for others, in milliseconds.
pub const GATHER_MS: u32 = 15_000;

/// How long what is left of the last time waits after a start: the first page comes first.
pub const START_MS: u32 = 2_000;

/// How long to wait after the first failure; doubled with each further one, up to [`LONGEST_MS`].
pub const FIRST_RETRY_MS: u32 = 5_000;

/// The longest wait between two tries.
pub const LONGEST_MS: u32 = 300_000;

/// The events that wait on a terminal, as they are kept there.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Queue {
    /// The events, the oldest first.
    pub events: Vec<EventRecord>,
    /// How many were given up because there was no room.
    pub dropped: u32,
}

impl Queue {
    /// Adds an event; the oldest goes where there is no room.
    pub fn add(&mut self, event: EventRecord) {
        let over = (self.events.len() + 1).saturating_sub(MOST_WAITING);
        self.events.drain(..over);
        self.dropped = self.dropped.saturating_add(u32::try_from(over).unwrap_or(u32::MAX));
        self.events.push(event);
    }

    /// The events to send next.
    #[must_use]
    pub fn batch(&self) -> Vec<EventRecord> {
        self.events.iter().take(MOST_EVENTS).cloned().collect()
    }

    /// Takes out what was decided; what came meanwhile stays.
    pub fn settle(&mut self, sent: &[EventId], dropped: u32) {
        self.events.retain(|event| !sent.contains(&event.id));
        self.dropped = self.dropped.saturating_sub(dropped);
    }
}

/// What came of sending a batch (Glean's `UploadResult`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Upload {
    /// The backend decided about every event of it.
    Done,
    /// It may succeed later as it is, not before so many milliseconds.
    Later(u32),
    /// It never will: the events go.
    Never,
}

impl Upload {
    /// Reads the answer.
    #[must_use]
    pub fn of(answer: &Result<BatchTaken, CoreError>) -> Upload {
        match answer {
            Ok(_) => Upload::Done,
            Err(error) if error.retryable => {
                let seconds = error.details.get("retry_after").and_then(serde_json::Value::as_u64);
                let millis = seconds.unwrap_or(0).saturating_mul(1000);
                Upload::Later(u32::try_from(millis).unwrap_or(u32::MAX))
            }
            // An older backend does not know the route yet; a network's log-in page answers with anything.
            Err(error) if matches!(error.code, ErrorCode::NotFound | ErrorCode::MethodNotAllowed) => {
                Upload::Later(LONGEST_MS)
            }
            Err(_) => Upload::Never,
        }
    }
}

/// When what waits is sent. One driver at a time sends.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Pace {
    /// Whether a driver runs.
    driven: bool,
    /// Whether something was added since the driver last looked.
    added: bool,
    /// What the driver waits for next.
    wait: Wait,
    failures: u32,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum Wait {
    #[default]
    Gather,
    Start,
    Nothing,
    Retry(u32),
}

impl Pace {
    /// Something may wait. True if a driver has to be started.
    pub fn added(&mut self) -> bool {
        self.added = true;
        !std::mem::replace(&mut self.driven, true)
    }

    /// As [`Pace::added`], for what a start finds.
    pub fn started(&mut self) -> bool {
        let begin = self.added();
        if begin {
            self.wait = Wait::Start;
        }
        begin
    }

    /// How long the driver waits before it looks, in milliseconds; and whether it may be hurried.
    #[must_use]
    pub fn wait(&self) -> (u32, bool) {
        match self.wait {
            Wait::Gather => (GATHER_MS, true),
            Wait::Start => (START_MS, false),
            Wait::Nothing => (0, false),
            Wait::Retry(millis) => (millis, false),
        }
    }

    /// The driver looks at what waits now.
    pub fn look(&mut self) {
        self.added = false;
    }

    /// The driver found nothing to send. True if it ends; false if something was added meanwhile.
    pub fn rest(&mut self) -> bool {
        self.wait = Wait::Gather;
        self.failures = 0;
        self.driven = self.added;
        !self.driven
    }

    /// A batch was sent, and `left` events wait still.
    pub fn sent(&mut self, upload: Upload, left: usize) {
        self.wait = match upload {
            Upload::Later(least) => {
                self.failures = self.failures.saturating_add(1);
                let doubled = FIRST_RETRY_MS.saturating_mul(1 << (self.failures - 1).min(10));
                Wait::Retry(doubled.min(LONGEST_MS).max(least))
            }
            _ => {
                self.failures = 0;
                if left >= ENOUGH { Wait::Nothing } else { Wait::Gather }
            }
        };
    }
}

#[cfg(test)]
mod tests {
    use onehall_protocol::{Language, Timestamp};
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn event(number: u128) -> EventRecord {
        EventRecord {
            id: EventId(uuid::Uuid::from_u128(number)),
            at: Timestamp::from_unix_millis(0),
            event: "item_viewed".to_owned(),
            item: None,
            detail: None,
        }
    }

    fn failed(code: ErrorCode) -> Upload {
        Upload::of(&Err(CoreError::new(code, Language::En)))
    }

    #[test]
    fn a_full_queue_gives_the_oldest_up_and_says_how_many() {
        let mut queue = Queue::default();
        for number in 0..MOST_WAITING as u128 + 3 {
            queue.add(event(number));
        }
        assert_eq!((queue.events.len(), queue.dropped), (MOST_WAITING, 3));
        assert_eq!(queue.events[0], event(3));
        queue.settle(&[], 2);
        assert_eq!(queue.dropped, 1);
    }

    #[test]
    fn what_comes_while_a_batch_is_on_its_way_is_not_taken_for_sent() {
        let mut queue = Queue::default();
        (0..60).for_each(|number| queue.add(event(number)));
        let sent: Vec<EventId> = queue.batch().iter().map(|event| event.id).collect();
        assert_eq!(sent.len(), MOST_EVENTS);
        queue.add(event(60));
        queue.settle(&sent, 0);
        assert_eq!(queue.events.first(), Some(&event(50)));
        assert_eq!(queue.events.len(), 11);
    }

    #[test]
    fn a_batch_is_given_up_only_where_it_can_never_succeed() {
        for code in [
            ErrorCode::Offline,
            ErrorCode::Unavailable,
            ErrorCode::Internal,
            ErrorCode::InvalidReply,
            ErrorCode::NotFound,
        ] {
            assert!(matches!(failed(code), Upload::Later(_)), "{code}");
        }
        for code in [ErrorCode::InvalidBody, ErrorCode::BodyTooLarge, ErrorCode::CrossSite] {
            assert_eq!(failed(code), Upload::Never, "{code}");
        }
        let busy = CoreError {
            details: json!({ "retry_after": 90 }),
            ..CoreError::new(ErrorCode::TooManyRequests, Language::En)
        };
        assert_eq!(Upload::of(&Err(busy)), Upload::Later(90_000));
    }

    #[test]
    fn failures_wait_longer_and_longer_and_a_success_starts_anew() {
        let mut pace = Pace::default();
        assert!(pace.added());
        let waits: Vec<u32> = (0..9)
            .map(|_| {
                pace.sent(failed(ErrorCode::Offline), 3);
                pace.wait().0
            })
            .collect();
        assert_eq!(
            waits,
            [
                5_000, 10_000, 20_000, 40_000, 80_000, 160_000, 300_000, 300_000, 300_000
            ]
        );
        pace.sent(Upload::Later(400_000), 3);
        assert_eq!(pace.wait(), (400_000, false));
        pace.sent(Upload::Done, 3);
        assert_eq!(pace.wait(), (GATHER_MS, true));
        pace.sent(failed(ErrorCode::Offline), 3);
        assert_eq!(pace.wait(), (FIRST_RETRY_MS, false));
    }

    #[test]
    fn one_driver_runs_and_ends_only_when_nothing_came_meanwhile() {
        let mut pace = Pace::default();
        assert!(pace.started());
        assert_eq!(pace.wait(), (START_MS, false));
        assert!(!pace.added());
        pace.look();
        assert!(!pace.added(), "a driver runs already");
        assert!(!pace.rest(), "something came while it looked");
        pace.look();
        assert!(pace.rest());
        assert!(pace.added(), "the next event starts one again");
        assert_eq!(pace.wait(), (GATHER_MS, true));
    }

    proptest! {
        /// Whatever is lost on the way, every event that had room arrives, and the backend counts it once.
        #[test]
        fn every_event_arrives_and_counts_once(steps in prop::collection::vec((0u8..3, prop::bool::ANY), 1..200)) {
            let mut queue = Queue::default();
            let mut pace = Pace::default();
            let mut counted = std::collections::BTreeSet::new();
            let mut added = 0_u128;
            let mut way: Option<Vec<EventRecord>> = None;
            let settle = |queue: &mut Queue, pace: &mut Pace, way: Vec<EventRecord>, answered: bool| {
                let ids: Vec<EventId> = way.iter().map(|event| event.id).collect();
                if answered { queue.settle(&ids, 0) }
                pace.sent(if answered { Upload::Done } else { Upload::Later(0) }, queue.events.len());
            };
            for (step, well) in steps {
                match step {
                    0 => { queue.add(event(added)); added += 1; pace.added(); }
                    1 if way.is_none() => {
                        pace.look();
                        let batch = queue.batch();
                        if batch.is_empty() { pace.rest(); } else { way = Some(batch) }
                    }
                    _ => if let Some(batch) = way.take() {
                        // The batch arrives; its answer may be lost.
                        counted.extend(batch.iter().map(|event| event.id));
                        settle(&mut queue, &mut pace, batch, well);
                    },
                }
            }
            if let Some(batch) = way.take() { settle(&mut queue, &mut pace, batch, false) }
            while !queue.events.is_empty() {
                let batch = queue.batch();
                counted.extend(batch.iter().map(|event| event.id));
                settle(&mut queue, &mut pace, batch, true);
            }
            prop_assert_eq!(counted.len() as u128, added);
        }
    }
}
