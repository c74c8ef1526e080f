//! The same people before real machines: the `onehall` binary on PostgreSQL (two replicas) or SQLite (one process), killed again
//! and again; terminals that are processes of their own, with a native core's store and journal on the disk, killed as well;
//! and a proxy before the hall whose weather is that of the simulation.
//!
//! The people's choices come from the seed and repeat; what the machine does with them does not.
//!
//! - `hall`: the city, the database, its accounts; `process`: one replica; `nats`: what carries pokes between two.
//! - `proxy`: what is between terminals and replicas.
//! - `terminal`: the program of a terminal, and `line`: how it is spoken to.
//! - `end`: everything heals, and the oracle looks.

mod end;
mod hall;
mod line;
mod nats;
mod process;
mod proxy;
mod terminal;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use onehall_protocol::Timestamp;
use tokio::task::{AbortHandle, JoinSet};
use tokio::time::{Instant, sleep, timeout};

use crate::oracle::Judgement;
use crate::world::World;
use crate::{Plan, Report, TERMINALS, chaos, clerk};

pub(crate) use line::Line;
use nats::Nats;
pub use terminal::live_terminal;

/// Why something that has to work before anything can be tried did not.
pub(crate) type Failure = Box<dyn std::error::Error + Send + Sync>;

/// What keeps the hall's data.
#[derive(Debug, Clone)]
pub enum Engine {
    /// A file, and one process.
    Sqlite,
    /// A server at this address, of a user who may create databases, and two replicas.
    Postgres(String),
}

/// What is tried.
#[derive(Debug, Clone)]
pub struct Trial {
    /// The people, the weather, the mistake.
    pub plan: Plan,
    /// For how long people do something, unless they are done earlier.
    pub lasts: Duration,
    /// The built `onehall`.
    pub backend: PathBuf,
    /// What keeps its data.
    pub engine: Engine,
    /// The program of nats-server, where there is more than one replica and they are to hear of each other.
    pub nats: Option<PathBuf>,
    /// How long everything is left alone at the end, to see that terminals at rest ask little.
    pub rest: Duration,
}

/// How long who is at something when the time is over may go on.
const LAST_MOMENT: Duration = Duration::from_secs(2);

/// How long the oracle may look, with all that it waits for.
const LOOKS_WITHIN: Duration = Duration::from_secs(400);

/// Tries it.
///
/// # Errors
/// The hall does not come up, or the machine has no room for it.
pub fn try_real(trial: &Trial) -> Result<Report, Box<dyn std::error::Error + Send + Sync>> {
    onehall_core::platform::native::choose_tls();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let outcome = runtime.block_on(carry_out(trial));
    runtime.shutdown_background();
    outcome
}

async fn carry_out(trial: &Trial) -> Result<Report, Failure> {
    let folder = tempfile::tempdir()?;
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH)?;
    let begins = Timestamp::from_unix_millis(i64::try_from(now.as_millis())?);
    let began = Instant::now();
    let pokes = trial.nats.as_deref().map(Nats::new).transpose()?;
    let (hall, replicas) = hall::open(trial, folder.path(), begins, pokes.as_deref()).await?;
    let mut doors = Vec::new();
    for _ in 0..TERMINALS {
        doors.push(std::net::TcpListener::bind(("127.0.0.1", 0))?);
    }
    let addresses: Vec<String> = doors
        .iter()
        .map(|door| Ok(format!("http://{}", door.local_addr()?)))
        .collect::<std::io::Result<_>>()?;
    let database = hall.database();
    let world = World::of(&trial.plan, (began, begins), Box::new(hall), replicas, |index| {
        let folder = folder.path().join(format!("terminal-{index}"));
        Box::new(line::Machine::new(index, folder, addresses[index].clone()))
    });
    let outcome = open_and_try(&world, trial, doors, pokes).await;
    world.close();
    database.drop_it().await;
    Ok(Report::of(&trial.plan, &world, outcome?))
}

async fn open_and_try(
    world: &Arc<World>,
    trial: &Trial,
    doors: Vec<std::net::TcpListener>,
    pokes: Option<Arc<Nats>>,
) -> Result<Judgement, Failure> {
    for (index, replica) in world.replicas.iter().enumerate() {
        replica.start(world);
        end::wait_for(world, index)
            .await
            .map_err(|why| format!("replica {index}: {why}"))?;
    }
    for (terminal, door) in doors.into_iter().enumerate() {
        proxy::open(world, terminal, door)?;
    }
    let mut disturbing: Vec<AbortHandle> = chaos::begin(world).into_iter().chain(clerk::begin(world)).collect();
    if let Some(nats) = &pokes {
        let interrupted = nats::interrupt(Arc::clone(world), Arc::clone(nats));
        disturbing.push(tokio::spawn(interrupted).abort_handle());
    }
    let mut living = JoinSet::new();
    for terminal in world.terminals() {
        living.spawn(terminal.live());
    }
    let over = async {
        sleep(trial.lasts).await;
        world.take_all_operations();
        sleep(LAST_MOMENT).await;
    };
    // Whoever is at something for longer than that is not waited for: what came of it is not known.
    tokio::select! {
        () = over => {}
        () = async { while living.join_next().await.is_some() {} } => {}
    }
    disturbing.iter().for_each(AbortHandle::abort);
    living.shutdown().await;
    if let Some(nats) = &pokes {
        nats.start()?;
    }
    for terminal in world.terminals() {
        terminal.leave().await;
    }
    let judgement = timeout(LOOKS_WITHIN + trial.rest, end::judge(world, trial.rest)).await;
    judgement.map_err(|_| "a terminal does not answer its oracle".into())
}
