//! What all parts of a simulation share.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use onehall_protocol::{PersonId, Timestamp};
use tokio::time::Instant;

use crate::hall::Hall;
use crate::history::History;
use crate::machines::{Machine, Reception, Replica};
use crate::network::Network;
use crate::terminal::Terminal;
use crate::trace::Trace;
use crate::{Plan, REPLICAS, TERMINALS, host, replica};

/// When it begins: a Monday morning in the demo city.
const BEGINS: Timestamp = Timestamp::from_unix_millis(1_795_395_600_000);

/// The world.
pub(crate) struct World {
    pub(crate) plan: Plan,
    pub(crate) network: Network,
    pub(crate) hall: Box<dyn Reception>,
    pub(crate) replicas: Vec<Box<dyn Replica>>,
    terminals: Mutex<Vec<Arc<Terminal>>>,
    began: Instant,
    begins: Timestamp,
    left: AtomicU64,
    names: AtomicU64,
    calm: AtomicBool,
    troubles: Mutex<BTreeMap<&'static str, u64>>,
    trace: Mutex<Trace>,
    history: Mutex<History>,
}

/// A lock that a panic elsewhere does not take away.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl World {
    /// Opens a simulated hall, starts its replicas, and puts the terminals up, switched off.
    pub(crate) async fn open(plan: &Plan) -> Arc<World> {
        let began = Instant::now();
        let hall = Arc::new(Hall::open(plan, began, BEGINS).await);
        let replica = |index| Box::new(replica::Simulated::new(plan.seed, index, &hall)) as Box<dyn Replica>;
        let replicas = (0..REPLICAS).map(replica).collect();
        let world = World::of(plan, (began, BEGINS), Box::new(hall), replicas, |index| {
            Box::new(host::Simulated::new(index))
        });
        for replica in &world.replicas {
            replica.start(&world);
        }
        world
    }

    /// Puts a world together that begins at this moment. Nothing runs yet.
    pub(crate) fn of(
        plan: &Plan,
        (began, begins): (Instant, Timestamp),
        hall: Box<dyn Reception>,
        replicas: Vec<Box<dyn Replica>>,
        machine: impl Fn(usize) -> Box<dyn Machine>,
    ) -> Arc<World> {
        let world = Arc::new(World {
            network: Network::new(plan.seed, plan.weather, replicas.len()),
            replicas,
            hall,
            terminals: Mutex::default(),
            began,
            begins,
            left: AtomicU64::new(plan.operations),
            names: AtomicU64::new(0),
            calm: AtomicBool::new(false),
            troubles: Mutex::default(),
            trace: Mutex::new(Trace::new(plan.keep_trace)),
            history: Mutex::default(),
            plan: plan.clone(),
        });
        let terminals = (0..TERMINALS).map(|index| Terminal::new(&world, index, machine(index)));
        *lock(&world.terminals) = terminals.collect();
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
        Timestamp::from_unix_millis(self.begins.unix_millis() + i64::try_from(self.now()).unwrap_or(0))
    }

    pub(crate) fn tell(&self, what: std::fmt::Arguments<'_>) {
        lock(&self.trace).tell(self.now(), what);
    }

    /// Something went wrong that was to go wrong.
    pub(crate) fn count(&self, trouble: &'static str) {
        *lock(&self.troubles).entry(trouble).or_default() += 1;
    }

    /// How often what went wrong.
    pub(crate) fn troubles(&self) -> BTreeMap<&'static str, u64> {
        lock(&self.troubles).clone()
    }

    /// How long something takes that takes so many milliseconds where nobody is in a hurry.
    pub(crate) fn span(&self, millis: u64) -> Duration {
        Duration::from_millis(millis) / self.plan.hurry
    }

    /// Nothing more is begun.
    pub(crate) fn take_all_operations(&self) {
        self.left.store(0, Ordering::Relaxed);
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
        self.hall.principals()
    }
}
