//! What all parts of a simulation share.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use onehall_protocol::{PersonId, Timestamp};
use tokio::time::Instant;

use crate::hall::Hall;
use crate::history::History;
use crate::network::Network;
use crate::replica::Replica;
use crate::terminal::Terminal;
use crate::trace::Trace;
use crate::{Plan, REPLICAS, TERMINALS};

/// When it begins: a Monday morning in the demo city.
const BEGINS: Timestamp = Timestamp::from_unix_millis(1_795_395_600_000);

/// The world.
pub(crate) struct World {
    pub(crate) plan: Plan,
    pub(crate) network: Network,
    pub(crate) hall: Hall,
    pub(crate) replicas: Vec<Replica>,
    terminals: Mutex<Vec<Arc<Terminal>>>,
    began: Instant,
    left: AtomicU64,
    names: AtomicU64,
    calm: AtomicBool,
    trace: Mutex<Trace>,
    history: Mutex<History>,
}

/// A lock that a panic elsewhere does not take away.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl World {
    /// Opens the hall, starts its replicas, and puts the terminals up, switched off.
    pub(crate) async fn open(plan: &Plan) -> Arc<World> {
        let began = Instant::now();
        let hall = Hall::open(plan, began, BEGINS).await;
        let world = Arc::new(World {
            network: Network::new(plan.seed, plan.weather),
            replicas: (0..REPLICAS).map(|index| Replica::new(plan.seed, index)).collect(),
            hall,
            terminals: Mutex::default(),
            began,
            left: AtomicU64::new(plan.operations),
            names: AtomicU64::new(0),
            calm: AtomicBool::new(false),
            trace: Mutex::new(Trace::new(plan.keep_trace)),
            history: Mutex::default(),
            plan: plan.clone(),
        });
        for replica in &world.replicas {
            replica.start(&world);
        }
        let terminals = (0..TERMINALS).map(|index| Terminal::new(&world, index)).collect();
        *lock(&world.terminals) = terminals;
        world
    }

    /// Takes everything apart, so that nothing holds itself.
    pub(crate) fn close(&self) {
        for terminal in self.terminals() {
            terminal.kill();
        }
        for replica in &self.replicas {
            replica.crash(self);
        }
        lock(&self.terminals).clear();
    }

    pub(crate) fn terminals(&self) -> Vec<Arc<Terminal>> {
        lock(&self.terminals).clone()
    }

    /// Milliseconds since it began.
    pub(crate) fn now(&self) -> u64 {
        u64::try_from(self.began.elapsed().as_millis()).unwrap_or(u64::MAX)
    }

    /// What a clock shows that is right.
    pub(crate) fn moment(&self) -> Timestamp {
        Timestamp::from_unix_millis(BEGINS.unix_millis() + i64::try_from(self.now()).unwrap_or(0))
    }

    pub(crate) fn tell(&self, what: std::fmt::Arguments<'_>) {
        lock(&self.trace).tell(self.now(), what);
    }

    pub(crate) fn trace(&self) -> MutexGuard<'_, Trace> {
        lock(&self.trace)
    }

    pub(crate) fn history(&self) -> MutexGuard<'_, History> {
        lock(&self.history)
    }

    /// Takes one of the operations that are still to be carried out.
    pub(crate) fn take_operation(&self) -> bool {
        self.left
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(1))
            .is_ok()
    }

    pub(crate) fn operations_left(&self) -> bool {
        self.left.load(Ordering::Relaxed) > 0
    }

    /// A number that nobody had yet.
    pub(crate) fn new_number(&self) -> u64 {
        self.names.fetch_add(1, Ordering::Relaxed)
    }

    /// Whether the network does not fail any more.
    pub(crate) fn is_calm(&self) -> bool {
        self.calm.load(Ordering::Relaxed)
    }

    /// The network heals: nothing is lost any more, and everything is up.
    pub(crate) fn heal(self: &Arc<Self>) {
        self.tell(format_args!("the network heals"));
        self.calm.store(true, Ordering::Relaxed);
        self.network.heal();
        for replica in &self.replicas {
            replica.start(self);
        }
    }

    /// For whom the people of the simulation act.
    pub(crate) fn principals(&self) -> &[PersonId] {
        &self.hall.principals
    }
}
