//! A whole day of the hall in one process: the real cores of four terminals, two replicas of the real backend over one
//! storage engine, and between them a network that loses, doubles, delays and reorders. Everything draws from one seed and
//! runs on one thread under a clock of its own, so a seed that finds something finds it again.
//!
//! - `world`: what all parts share; `network`, `replica`, `host`, `terminal`: the machines.
//! - `person`, `clerk`, `chaos`: who does something with them.
//! - `history`: what was done and said; `witness`: what the store saw of it; `oracle`: what must hold of it once all is quiet.
//! - [`Bug`]: mistakes that are put in on purpose, to see that the oracle would find them.
//!
//! ```no_run
//! use onehall_simulation::{Plan, run};
//! let report = run(&Plan::new(7, 1_000));
//! assert!(report.findings.is_empty(), "{:#?}", report.findings);
//! ```

mod bugs;
mod chance;
mod chaos;
mod clerk;
mod hall;
mod history;
mod host;
mod machines;
mod network;
mod oracle;
mod person;
mod pokes;
mod real;
mod replica;
mod terminal;
mod trace;
mod witness;
mod world;

use std::collections::BTreeMap;

pub use bugs::Bug;
pub use chance::Chance;
pub use network::Weather;
pub use real::{Engine, Trial, live_terminal, try_real};
pub use trace::Trace;

use world::World;

/// The terminals of a simulation.
pub const TERMINALS: usize = 4;

/// The replicas of the hall.
pub const REPLICAS: usize = 2;

/// What is simulated.
#[derive(Debug, Clone)]
pub struct Plan {
    /// Everything that happens by chance comes from it.
    pub seed: u64,
    /// How many operations people carry out, on all terminals together.
    pub operations: u64,
    /// The mistake that is put in.
    pub bug: Option<Bug>,
    /// How bad the network is.
    pub weather: Weather,
    /// Whether the trace is kept for people to read.
    pub keep_trace: bool,
    /// How many times faster than people everything happens: a simulation has a clock of its own and needs no hurry.
    pub hurry: u32,
}

impl Plan {
    /// So many operations in ordinary bad weather, without a mistake.
    #[must_use]
    pub fn new(seed: u64, operations: u64) -> Plan {
        Plan {
            seed,
            operations,
            bug: None,
            weather: Weather::default(),
            keep_trace: false,
            hurry: 1,
        }
    }
}

/// Something that must not happen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// The promise that was broken.
    pub promise: &'static str,
    /// How.
    pub what: String,
}

/// What came of a simulation.
#[derive(Debug, Clone)]
pub struct Report {
    /// The seed.
    pub seed: u64,
    /// The hash over all that happened: the same for the same seed.
    pub hash: u64,
    /// How many lines it is over.
    pub lines: u64,
    /// How many operations were carried out, by what they were and what came of them.
    pub operations: BTreeMap<String, u64>,
    /// What went wrong that was to go wrong, and how often.
    pub troubles: BTreeMap<&'static str, u64>,
    /// How often promises were looked at that only some of what happens puts to the test.
    pub looked: BTreeMap<&'static str, u64>,
    /// How much time passed on the clock of the simulation, in milliseconds.
    pub simulated_ms: u64,
    /// What must not have happened.
    pub findings: Vec<Finding>,
    /// The trace, where it was to be kept.
    pub trace: Vec<String>,
}

impl Report {
    /// Of a world that is closed, as the oracle judges it.
    pub(crate) fn of(plan: &Plan, world: &World, judgement: oracle::Judgement) -> Report {
        let mut trace = world.trace();
        Report {
            seed: plan.seed,
            hash: trace.hash(),
            lines: trace.lines(),
            operations: world.history().counts(),
            troubles: world.troubles(),
            looked: judgement.looked,
            simulated_ms: world.now(),
            findings: judgement.findings,
            trace: trace.kept(),
        }
    }

    /// How many operations were carried out in all.
    #[must_use]
    pub fn carried_out(&self) -> u64 {
        self.operations.values().sum()
    }
}

/// Simulates.
///
/// # Panics
/// If the simulation itself is broken: the demo city does not load, the runtime cannot be made.
#[must_use]
pub fn run(plan: &Plan) -> Report {
    by_itself(simulate(plan))
}

/// Runs something on a thread and a clock of its own.
fn by_itself<T>(work: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .start_paused(true)
        .build()
        .unwrap_or_else(|error| panic!("no runtime: {error}"));
    let outcome = runtime.block_on(work);
    // Whatever still runs holds a part of the world.
    runtime.shutdown_background();
    outcome
}

async fn simulate(plan: &Plan) -> Report {
    let world = World::open(plan).await;
    let chaos = chaos::begin(&world);
    let clerks = clerk::begin(&world);
    let living: Vec<_> = world
        .terminals()
        .into_iter()
        .map(|terminal| tokio::spawn(terminal.live()))
        .collect();
    for one in living {
        let _ = one.await;
    }
    chaos.iter().chain(&clerks).for_each(tokio::task::AbortHandle::abort);
    let judgement = oracle::judge(&world).await;
    world.close();
    Report::of(plan, &world, judgement)
}
