//! Who is told that something changed.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use onehall_protocol::cases::Poke;
use onehall_protocol::{AuthorityCode, HallCode, PersonId, StaffId};
use serde::{Deserialize, Serialize};
use tokio::sync::Notify;

use super::overheard::{Overheard, Overhearing, overhear};

/// The most different pokes that wait for one listener. What is beyond becomes one "read everything anew".
const MOST_WAITING: usize = 32;

/// What a listener listens to.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Channel {
    /// What concerns a citizen or a legal person.
    Person(PersonId),
    /// What concerns an authority: its queue.
    Authority(AuthorityCode),
    /// What concerns a clerk alone: the end of a session.
    Staff(StaffId),
    /// What moves in a hall: numbers, counters. Anybody may listen.
    Hall(HallCode),
}

/// How far a poke reaches.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Reach {
    /// This replica: no other was named.
    #[default]
    ThisReplica,
    /// Every replica.
    EveryReplica,
    /// This replica, because the way to the others is broken: who listens there sees a change when it next reads.
    Degraded,
}

/// Hands pokes to whoever listens in this process, and to whoever carries them to other replicas. Cheap to clone.
///
/// A poke carries no data and is the same however often it is sent, so a listener has a small set of pokes that wait for
/// it, not a queue: a slow listener costs a few bytes and never makes the sender wait.
#[derive(Debug, Clone, Default)]
pub struct Hub(Arc<Mutex<Table>>);

#[derive(Debug, Default)]
struct Table {
    listeners: HashMap<Channel, Vec<Arc<Mailbox>>>,
    /// How many listeners each has opened. Others who listen to the same are not theirs.
    opened: HashMap<Channel, usize>,
    closed: bool,
    others: Option<Overhearing>,
    reach: Reach,
}

#[derive(Debug, Default)]
struct Mailbox {
    waiting: Mutex<Waiting>,
    changed: Notify,
}

#[derive(Debug, Default)]
struct Waiting {
    pokes: Vec<Poke>,
    closed: bool,
}

impl Hub {
    /// A hub to which nobody listens yet.
    #[must_use]
    pub fn new() -> Hub {
        Hub::default()
    }

    /// Tells everybody who listens to `channel`, here and at other replicas. To be called after the commit.
    pub fn poke(&self, channel: &Channel, poke: &Poke) {
        let table = self.table();
        if let Some(others) = &table.others {
            others.tell(channel, poke);
        }
        table.put(channel, poke);
    }

    /// Tells everybody who listens to `channel` in this process: what another replica said.
    pub fn poke_here(&self, channel: &Channel, poke: &Poke) {
        self.table().put(channel, poke);
    }

    /// Has everybody who listens in this process read anew, once: pokes may have been lost.
    pub fn again_here(&self) {
        let all: HashMap<_, _> = {
            let table = self.table();
            let mailboxes = table.listeners.values().flatten();
            mailboxes
                .map(|mailbox| (Arc::as_ptr(mailbox), Arc::clone(mailbox)))
                .collect()
        };
        all.values().for_each(|mailbox| mailbox.put(&Poke::Again));
    }

    /// What is poked from now on, for whoever carries it to other replicas. The last one who asks gets it.
    #[must_use]
    pub(super) fn overhear(&self) -> Overheard {
        let (others, overheard) = overhear();
        self.table().others = Some(others);
        overheard
    }

    /// How far a poke reaches now.
    #[must_use]
    pub fn reach(&self) -> Reach {
        self.table().reach
    }

    pub(super) fn reaches(&self, reach: Reach) {
        self.table().reach = reach;
    }

    /// Tells a citizen or a legal person, on every terminal.
    pub fn poke_person(&self, person: PersonId, poke: Poke) {
        self.poke(&Channel::Person(person), &poke);
    }

    /// Tells the clerks of an authority.
    pub fn poke_authority(&self, authority: &AuthorityCode, poke: Poke) {
        self.poke(&Channel::Authority(authority.clone()), &poke);
    }

    /// Tells one clerk.
    pub fn poke_staff(&self, staff: StaffId, poke: Poke) {
        self.poke(&Channel::Staff(staff), &poke);
    }

    /// Begins to listen. What is poked from now on arrives.
    #[must_use]
    pub fn listen(&self, channels: Vec<Channel>) -> Listener {
        let mailbox = Arc::new(Mailbox::default());
        let mut table = self.table();
        if table.closed {
            mailbox.close();
        }
        for channel in &channels {
            table
                .listeners
                .entry(channel.clone())
                .or_default()
                .push(Arc::clone(&mailbox));
        }
        Listener {
            hub: self.clone(),
            own: None,
            channels,
            mailbox,
        }
    }

    /// As [`Hub::listen`], for somebody who may open so many: none where they have opened these.
    #[must_use]
    pub fn listen_for(&self, own: &Channel, most: usize, channels: Vec<Channel>) -> Option<Listener> {
        {
            let mut table = self.table();
            let opened = table.opened.entry(own.clone()).or_default();
            if *opened >= most {
                return None;
            }
            *opened += 1;
        }
        let mut listener = self.listen(channels);
        listener.own = Some(own.clone());
        Some(listener)
    }

    /// Ends every listener, now and later: the backend stops.
    pub fn close(&self) {
        let mut table = self.table();
        table.closed = true;
        table.listeners.values().flatten().for_each(|mailbox| mailbox.close());
    }

    /// How many listen to a channel.
    #[must_use]
    pub fn listeners(&self, channel: &Channel) -> usize {
        self.table().listeners.get(channel).map_or(0, Vec::len)
    }

    /// How many listen in all: open streams.
    #[must_use]
    pub fn streams(&self) -> usize {
        let table = self.table();
        table
            .listeners
            .values()
            .flatten()
            .map(Arc::as_ptr)
            .collect::<std::collections::HashSet<_>>()
            .len()
    }

    fn table(&self) -> MutexGuard<'_, Table> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Table {
    fn put(&self, channel: &Channel, poke: &Poke) {
        if let Some(listeners) = self.listeners.get(channel) {
            listeners.iter().for_each(|mailbox| mailbox.put(poke));
        }
    }
}

impl Mailbox {
    fn waiting(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn put(&self, poke: &Poke) {
        let mut waiting = self.waiting();
        let pokes = &mut waiting.pokes;
        if pokes.contains(poke) || pokes.contains(&Poke::Again) && *poke != Poke::SessionEnded {
            return;
        }
        if pokes.len() == MOST_WAITING {
            pokes.retain(|poke| *poke == Poke::SessionEnded);
            pokes.push(Poke::Again);
        } else {
            pokes.push(poke.clone());
        }
        drop(waiting);
        self.changed.notify_one();
    }

    fn close(&self) {
        self.waiting().closed = true;
        self.changed.notify_one();
    }
}

/// One who listens. Dropping it ends that.
#[derive(Debug)]
pub struct Listener {
    hub: Hub,
    /// Whose it is, where that is counted.
    own: Option<Channel>,
    channels: Vec<Channel>,
    mailbox: Arc<Mailbox>,
}

impl Listener {
    /// Listens to these from now on; what was poked before is not told any more.
    pub fn turn_to(&mut self, channels: Vec<Channel>) {
        let own = self.own.take();
        let mut listener = self.hub.listen(channels);
        listener.own = own;
        *self = listener;
    }

    /// Waits for the next pokes, oldest first; none once the hub is closed. Nothing is lost if the wait is given up.
    pub async fn next(&mut self) -> Option<Vec<Poke>> {
        loop {
            {
                let mut waiting = self.mailbox.waiting();
                if !waiting.pokes.is_empty() {
                    return Some(std::mem::take(&mut waiting.pokes));
                }
                if waiting.closed {
                    return None;
                }
            }
            self.mailbox.changed.notified().await;
        }
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        let mut table = self.hub.table();
        if let Some(own) = &self.own
            && let Some(opened) = table.opened.get_mut(own)
        {
            *opened -= 1;
            if *opened == 0 {
                table.opened.remove(own);
            }
        }
        for channel in &self.channels {
            if let Some(listeners) = table.listeners.get_mut(channel) {
                listeners.retain(|mailbox| !Arc::ptr_eq(mailbox, &self.mailbox));
                if listeners.is_empty() {
                    table.listeners.remove(channel);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use futures::FutureExt;
    use onehall_protocol::CaseId;
    use uuid::Uuid;

    use super::*;

    fn person() -> Channel {
        Channel::Person(PersonId(Uuid::now_v7()))
    }

    fn case() -> Poke {
        Poke::Case {
            id: CaseId(Uuid::now_v7()),
        }
    }

    #[tokio::test]
    async fn a_poke_reaches_those_whom_it_concerns_and_nobody_else() {
        let (hub, mine, other, poke) = (Hub::new(), person(), person(), case());
        let mut listener = hub.listen(vec![mine.clone(), person()]);
        let mut stranger = hub.listen(vec![other]);
        hub.poke(&mine, &poke);
        assert_eq!(listener.next().await, Some(vec![poke]));
        assert_eq!(stranger.next().now_or_never(), None);
    }

    #[tokio::test]
    async fn what_is_poked_before_the_wait_begins_is_not_lost() {
        let (hub, mine) = (Hub::new(), person());
        let mut listener = hub.listen(vec![mine.clone()]);
        assert_eq!(listener.next().now_or_never(), None);
        let (one, two) = (case(), case());
        hub.poke(&mine, &one);
        hub.poke(&mine, &two);
        hub.poke(&mine, &one);
        assert_eq!(listener.next().await, Some(vec![one, two]));
        assert_eq!(listener.next().now_or_never(), None);
    }

    #[tokio::test]
    async fn a_slow_listener_is_told_once_to_read_everything_anew() {
        let (hub, mine) = (Hub::new(), person());
        let mut listener = hub.listen(vec![mine.clone()]);
        hub.poke(&mine, &Poke::SessionEnded);
        for _ in 0..10_000 {
            hub.poke(&mine, &case());
        }
        assert_eq!(listener.next().await, Some(vec![Poke::SessionEnded, Poke::Again]));
        let poke = case();
        hub.poke(&mine, &poke);
        assert_eq!(listener.next().await, Some(vec![poke]));
    }

    #[tokio::test]
    async fn a_stop_ends_every_listener_after_what_still_waits() {
        let (hub, mine, poke) = (Hub::new(), person(), case());
        let mut listener = hub.listen(vec![mine.clone()]);
        hub.poke(&mine, &poke);
        hub.close();
        assert_eq!(listener.next().await, Some(vec![poke]));
        assert_eq!(listener.next().await, None);
        assert_eq!(hub.listen(vec![mine]).next().await, None);
    }

    #[tokio::test]
    async fn who_carries_pokes_to_others_gets_what_is_poked_here_and_not_what_was_heard() {
        let (hub, mine) = (Hub::new(), person());
        let mut listener = hub.listen(vec![mine.clone()]);
        let mut overheard = hub.overhear();
        let (one, two) = (case(), case());
        hub.poke(&mine, &one);
        hub.poke_here(&mine, &two);
        assert_eq!(listener.next().await, Some(vec![one.clone(), two]));
        assert_eq!(overheard.next().await, (mine, one));
        assert_eq!(overheard.next().now_or_never(), None);
    }

    #[tokio::test]
    async fn everybody_reads_anew_once_whatever_they_listen_to() {
        let hub = Hub::new();
        let mut listener = hub.listen(vec![person(), person()]);
        let mut overheard = hub.overhear();
        hub.again_here();
        assert_eq!(listener.next().await, Some(vec![Poke::Again]));
        assert_eq!(listener.next().now_or_never(), None);
        assert_eq!(overheard.next().now_or_never(), None, "it is nobody else's business");
    }

    #[tokio::test]
    async fn who_listens_to_anothers_matters_takes_no_room_of_theirs() {
        let (hub, mine, helper) = (Hub::new(), person(), person());
        let theirs: Vec<_> = (0..2)
            .map(|_| hub.listen_for(&helper, 2, vec![helper.clone(), mine.clone()]))
            .collect();
        assert!(theirs.iter().all(Option::is_some));
        assert!(hub.listen_for(&helper, 2, vec![helper.clone()]).is_none());
        let mut own = hub.listen_for(&mine, 2, vec![mine.clone()]);
        assert!(own.is_some());
        // It is still one of the two where it turns to others.
        if let Some(listener) = &mut own {
            listener.turn_to(vec![person()]);
        }
        let second = hub.listen_for(&mine, 2, vec![mine.clone()]);
        assert!(second.is_some() && hub.listen_for(&mine, 2, vec![mine.clone()]).is_none());
        drop((own, second, theirs));
        assert!(hub.table().opened.is_empty());
    }

    #[tokio::test]
    async fn who_leaves_leaves_nothing_behind() {
        let hub = Hub::new();
        let mine = person();
        let listener = hub.listen(vec![mine.clone(), person()]);
        assert_eq!(hub.listeners(&mine), 1);
        drop(listener);
        assert_eq!(hub.listeners(&mine), 0);
        assert!(hub.table().listeners.is_empty());
    }
}
