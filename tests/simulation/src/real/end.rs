//! Everything heals, and the oracle looks: as at the end of a simulation, but nothing is waited for longer than it takes.

use std::sync::Arc;
use std::time::Duration;

use onehall_client::{Queued, citizen};
use tokio::time::{Instant, sleep, timeout_at};

use super::process::ENDED_BY_ITSELF;
use crate::chance::Chance;
use crate::machines::Client;
use crate::oracle::{self, ASKS_AT_REST, COPIES_WITHIN, Findings, Judgement, SETTLES_WITHIN};
use crate::person::log_in;
use crate::world::World;

/// Between two looks.
const LOOK: Duration = Duration::from_millis(250);

/// How long a replica may take to start.
const STARTS_WITHIN: Duration = Duration::from_secs(60);

/// Waits until a replica serves.
///
/// # Errors
/// It does not in time.
pub(super) async fn wait_for(world: &World, replica: usize) -> Result<(), String> {
    let deadline = Instant::now() + STARTS_WITHIN;
    while !world.replicas[replica].serves().await {
        if Instant::now() > deadline {
            return Err(format!("it does not serve after {STARTS_WITHIN:?}"));
        }
        sleep(LOOK / 5).await;
    }
    Ok(())
}

/// Lets everything settle, and looks. `rest` is for how long everything is left alone.
pub(super) async fn judge(world: &Arc<World>, rest: Duration) -> Judgement {
    let mut findings = Findings::default();
    world.heal();
    for replica in 0..world.replicas.len() {
        if let Err(why) = wait_for(world, replica).await {
            findings.add("a replica starts again", format!("r{replica}: {why}"));
        }
    }
    if let Some(times) = world.troubles().get(ENDED_BY_ITSELF) {
        findings.add("a replica serves until it is killed", format!("not {times} times"));
    }
    let settled_by = Instant::now() + SETTLES_WITHIN;
    let cores = all_log_in(world, settled_by, &mut findings).await;
    let waiting = settle(world, &cores, settled_by, &mut findings).await;
    if !rest.is_zero() {
        let asked = world.network.asked();
        sleep(rest).await;
        for (terminal, (before, after)) in asked.into_iter().zip(world.network.asked()).enumerate() {
            if after - before > ASKS_AT_REST {
                let what = format!("t{terminal} asked {} times in {rest:?}", after - before);
                findings.add("a terminal at rest asks little", what);
            }
        }
    }
    let views = oracle::all_look(&cores, "all terminals are equal", &mut findings).await;
    let Some(truth) = views.into_iter().next() else {
        return findings.judgement();
    };
    oracle::compare(world, &waiting, &truth, &mut findings).await;
    // What they show by themselves is the same, too.
    let copies_by = Instant::now() + COPIES_WITHIN;
    loop {
        let mut differing = Findings::default();
        world.network.cut_all();
        oracle::copies_equal(&cores, &truth, &mut differing).await;
        if differing.found.is_empty() || Instant::now() > copies_by {
            findings.found.extend(differing.found);
            return findings.judgement();
        }
        world.network.heal();
        sleep(LOOK * 8).await;
    }
}

async fn all_log_in(world: &Arc<World>, by: Instant, findings: &mut Findings) -> Vec<Client> {
    let mut cores = Vec::new();
    for terminal in world.terminals() {
        let core = terminal.switch_on();
        let mut chance = Chance::new(world.plan.seed, "the end");
        let comes_in = async {
            while !log_in(world, &core, &mut chance).await {
                sleep(LOOK).await;
            }
        };
        if timeout_at(by, comes_in).await.is_err() {
            findings.add("a terminal works again", format!("t{} cannot log in", terminal.index));
        }
        cores.push(core);
    }
    cores
}

/// Waits until nothing is on its way any more; gives what stands on each terminal then.
async fn settle(world: &Arc<World>, cores: &[Client], by: Instant, findings: &mut Findings) -> Vec<Vec<Queued>> {
    loop {
        let (mut stuck, mut waiting) = (Findings::default(), Vec::new());
        for (terminal, core) in world.terminals().iter().zip(cores) {
            match oracle::ask(core, citizen::ListQueued {}).await {
                Ok(queued) => {
                    oracle::nothing_stuck(terminal, &queued, &terminal.unsent().await, &mut stuck);
                    waiting.push(queued);
                }
                Err(code) => {
                    stuck.add("a terminal works again", format!("t{}: {code}", terminal.index));
                    waiting.push(Vec::new());
                }
            }
        }
        if stuck.found.is_empty() || Instant::now() > by {
            findings.found.extend(stuck.found);
            return waiting;
        }
        sleep(LOOK).await;
    }
}
