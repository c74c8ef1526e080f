//! Analytics: counts what is done on this terminal, where its citizen said yes.
//!
//! The core records by itself where commands are carried out ([`watched`]), so that every terminal counts the same. What
//! is recorded waits in the host's store ([`queue`]) and goes out in batches. The yes is read from the store as well,
//! each time: a tab in which it was taken back holds for the others.

mod queue;
mod watched;

use std::sync::Mutex;

use futures::channel::oneshot;
#[cfg(feature = "own-terminal")]
use futures::future::Either;
use futures::future::select;
use onehall_client::Preferences;
use onehall_protocol::analytics::{BatchTaken, Event, EventBatch, EventRecord};
use onehall_protocol::identity::TerminalKind;
use onehall_protocol::{EventId, Timestamp};

use crate::ports::{BoxFuture, Host, SendOutsideWasm, boxed};
use crate::{Core, api, lock};

pub use queue::{Pace, Queue, Upload};

const KEY: &str = "terminal/analytics";
const MINUTE_MS: i64 = 60_000;
/// How long the end of a visit waits until what was counted in it has arrived.
#[cfg(feature = "own-terminal")]
const LAST_BATCH_MS: u32 = 2_000;

#[derive(Default)]
pub(crate) struct State {
    seen: Mutex<watched::Seen>,
    pace: Mutex<Pace>,
    /// Wakes the driver out of its waiting for more.
    hurry: Mutex<Option<oneshot::Sender<()>>>,
    /// Held while the kept queue is read and written back.
    writing: futures::lock::Mutex<()>,
    /// Ends when the event that was counted last stands in the kept queue, and with it all before.
    #[cfg(feature = "own-terminal")]
    last: Mutex<Option<oneshot::Receiver<()>>>,
    /// Held while the last of a visit is sent.
    #[cfg(feature = "own-terminal")]
    sending_last: futures::lock::Mutex<()>,
}

/// What the first part of the program, which counts, leaves to the second.
enum Errand {
    Send(Queue),
    #[cfg(feature = "own-terminal")]
    SendLast(Queue),
}

/// Does an errand.
#[inline(never)]
fn enter_part(core: Core, errand: Errand) -> BoxFuture<'static, ()> {
    boxed(async move {
        match errand {
            Errand::Send(queue) => core.send_waiting(queue).await,
            #[cfg(feature = "own-terminal")]
            Errand::SendLast(queue) => core.send_last(queue).await,
        }
    })
}

impl Core {
    /// Records an event, where the citizen said yes; goes on by itself.
    fn count(&self, event: Event) {
        if !lock(&self.inner.preferences).counts() {
            return;
        }
        let core = self.clone();
        #[cfg(feature = "own-terminal")]
        let (kept, receiver) = oneshot::channel::<()>();
        #[cfg(feature = "own-terminal")]
        let before = lock(&self.inner.analytics.last).replace(receiver);
        self.spawn(async move {
            #[cfg(feature = "own-terminal")]
            let _kept = kept;
            #[cfg(feature = "own-terminal")]
            wait_for(before).await;
            if core.may_count().await {
                let record = record(&core.inner.host, event);
                let waiting = core.change_queue(|queue| queue.add(record)).await.events.len();
                core.drive_analytics(false);
                if waiting >= queue::ENOUGH {
                    drop(lock(&core.inner.analytics.hurry).take());
                }
            }
        });
    }

    /// Comes back when what was counted so far is kept: the program, or the visit, is about to end.
    #[cfg(feature = "own-terminal")]
    pub async fn keep_counted(&self) {
        let last = lock(&self.inner.analytics.last).take();
        wait_for(last).await;
    }

    /// Whether the citizen said yes, as it is kept: another tab may have taken it back.
    async fn may_count(&self) -> bool {
        self.kept_preferences().await.is_some_and(|kept| kept.counts())
    }

    /// A start: sends what waits, where the citizen said yes.
    pub(crate) async fn resume_analytics(&self, preferences: Preferences) {
        if preferences.counts() && self.inner.terminal != TerminalKind::Console {
            self.drive_analytics(true);
        } else {
            self.without_consent(preferences).await;
        }
    }

    /// Without a yes nothing waits.
    pub(crate) async fn without_consent(&self, preferences: Preferences) {
        if !preferences.counts() {
            let _writing = self.inner.analytics.writing.lock().await;
            self.keep_queue(&Queue::default()).await;
        }
    }

    /// A visit on a public machine is over: the yes was this citizen's, and what waits is sent now or never. Comes back when that
    /// is done, since the machine may be about to end this program; where the hall is slow it goes on by itself. A future of one
    /// type for all who end a visit, so that its code is there once.
    #[cfg(feature = "own-terminal")]
    pub(crate) fn visit_over(&self) -> BoxFuture<'static, ()> {
        let core = self.clone();
        boxed(async move {
            if core.inner.terminal != TerminalKind::Kiosk {
                return;
            }
            // Who comes second waits for what the first one sends, and no longer than the first one does.
            let _sending = core.inner.analytics.sending_last.lock().await;
            core.keep_counted().await;
            let counted = core.forget_consent().await;
            let queue = {
                let _writing = core.inner.analytics.writing.lock().await;
                let queue = core.kept_queue().await;
                core.keep_queue(&Queue::default()).await;
                queue
            };
            *lock(&core.inner.analytics.seen) = watched::Seen::default();
            if counted && !queue.events.is_empty() {
                let last = core.clone();
                let sent = boxed(async move {
                    if last.load_later().await.is_ok() {
                        enter_part(last, Errand::SendLast(queue)).await;
                    }
                });
                let patience = core.inner.host.timer.sleep(LAST_BATCH_MS);
                if let Either::Right((_, sent)) = select(sent, patience).await {
                    core.inner.host.spawner.spawn(sent);
                }
            }
        })
    }

    /// As [`Core::visit_over`], where nobody can wait for it.
    #[cfg(feature = "own-terminal")]
    pub(crate) fn end_visit(&self) {
        self.inner.host.spawner.spawn(self.visit_over());
    }

    fn drive_analytics(&self, at_start: bool) {
        let begin = {
            let mut pace = lock(&self.inner.analytics.pace);
            if at_start { pace.started() } else { pace.added() }
        };
        if begin {
            let core = self.clone();
            self.spawn(async move { core.analytics_driver().await });
        }
    }

    async fn analytics_driver(&self) {
        loop {
            let (millis, may_hurry) = lock(&self.inner.analytics.pace).wait();
            let (sender, hurried) = oneshot::channel();
            *lock(&self.inner.analytics.hurry) = may_hurry.then_some(sender);
            if millis > 0 {
                let sleep = self.inner.host.timer.sleep(millis);
                if may_hurry {
                    select(sleep, hurried).await;
                } else {
                    sleep.await;
                }
            }
            lock(&self.inner.analytics.pace).look();
            let queue = self.kept_queue().await;
            if queue.events.is_empty() || !self.may_count().await {
                if lock(&self.inner.analytics.pace).rest() {
                    return;
                }
                continue;
            }
            if self.load_later().await.is_ok() {
                enter_part(self.clone(), Errand::Send(queue)).await;
            } else {
                lock(&self.inner.analytics.pace).sent(Upload::Later(0), queue.events.len());
            }
        }
    }

    /// Sends what fits into a batch.
    async fn send_waiting(&self, queue: Queue) {
        let events = queue.batch();
        let ids: Vec<EventId> = events.iter().map(|event| event.id).collect();
        let upload = self.send_events(events, queue.dropped).await;
        let left = match upload {
            Upload::Later(_) => ids.len(),
            _ => self
                .change_queue(|kept| kept.settle(&ids, queue.dropped))
                .await
                .events
                .len(),
        };
        lock(&self.inner.analytics.pace).sent(upload, left);
    }

    /// Sends all of it, or as much as can be sent now.
    #[cfg(feature = "own-terminal")]
    async fn send_last(&self, mut queue: Queue) {
        while !queue.events.is_empty() {
            let events = queue.batch();
            let ids: Vec<EventId> = events.iter().map(|event| event.id).collect();
            let dropped = std::mem::take(&mut queue.dropped);
            if self.send_events(events, dropped).await != Upload::Done {
                return;
            }
            queue.settle(&ids, 0);
        }
    }

    async fn send_events(&self, events: Vec<EventRecord>, dropped: u32) -> Upload {
        let batch = EventBatch { events, dropped };
        let request = api::post("/insight/events").anonymous().json(&batch);
        Upload::of(&self.fetch::<BatchTaken>(request).await)
    }

    async fn kept_queue(&self) -> Queue {
        let kept = self.inner.host.store.get(KEY).await.ok().flatten();
        kept.and_then(|bytes| crate::json::read(&bytes).ok())
            .unwrap_or_default()
    }

    /// Changes the queue as it is kept: another tab may have added to it.
    async fn change_queue(&self, change: impl FnOnce(&mut Queue) + SendOutsideWasm) -> Queue {
        let _writing = self.inner.analytics.writing.lock().await;
        let mut queue = self.kept_queue().await;
        change(&mut queue);
        self.keep_queue(&queue).await;
        queue
    }

    /// Keeps what waits. Where it cannot be kept nothing is counted, and nobody is troubled with it.
    async fn keep_queue(&self, queue: &Queue) {
        let store = &self.inner.host.store;
        let _ = match serde_json::to_vec(queue) {
            Ok(bytes) if *queue != Queue::default() => store.put(KEY, bytes).await,
            _ => store.delete(KEY).await,
        };
    }

    fn spawn(&self, work: impl Future<Output = ()> + SendOutsideWasm + 'static) {
        self.inner.host.spawner.spawn(boxed(work));
    }
}

/// Waits until what was counted before is kept, or never will be.
#[cfg(feature = "own-terminal")]
async fn wait_for(counted: Option<oneshot::Receiver<()>>) {
    if let Some(counted) = counted {
        // It ends by the other half going, however that one's work went.
        let _ = counted.await;
    }
}

/// An event as it is kept and sent. Its id is a UUIDv7 of the minute, so that not even the id tells a finer time.
fn record(host: &Host, event: Event) -> EventRecord {
    let now = host.clock.now().unix_millis();
    let minute = now - now.rem_euclid(MINUTE_MS);
    let mut random = [0; 10];
    host.rng.fill(&mut random);
    let (name, item, detail) = event.into_parts();
    EventRecord {
        id: EventId(uuid::Builder::from_unix_timestamp_millis(minute.max(0).unsigned_abs(), &random).into_uuid()),
        at: Timestamp::from_unix_millis(minute),
        event: name.to_owned(),
        item,
        detail: detail.map(str::to_owned),
    }
}

#[cfg(test)]
mod tests;
