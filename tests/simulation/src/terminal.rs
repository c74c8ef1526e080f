//! A terminal: a real core that is switched on, killed somewhere in the middle, and switched on again.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use onehall_client::{Event, SaveState};
use onehall_core::Core;
use onehall_core::ports::Host;
use onehall_protocol::DraftId;
use onehall_protocol::identity::TerminalKind;
use tokio::time::{sleep, timeout};

use crate::chance::{Chance, Numbers};
use crate::host::{Disk, Life, Ports};
use crate::person::{self, ROWS, Screen, names};
use crate::world::{World, lock};

/// Where the hall is.
pub(crate) const BASE_URL: &str = "http://hall.test";

/// A browser keeps a cookie, the others a token.
const KINDS: [TerminalKind; 4] = [
    TerminalKind::Browser,
    TerminalKind::Desktop,
    TerminalKind::Mobile,
    TerminalKind::MiniApp,
];

/// A terminal.
pub(crate) struct Terminal {
    pub(crate) index: usize,
    kind: TerminalKind,
    world: Arc<World>,
    pub(crate) disk: Arc<Disk>,
    on: Mutex<Option<On>>,
    lives: Mutex<u64>,
}

struct On {
    core: Core,
    life: Arc<Life>,
    shown: Arc<Mutex<BTreeMap<DraftId, SaveState>>>,
    screen: Screen,
}

impl Terminal {
    pub(crate) fn new(world: &Arc<World>, index: usize) -> Arc<Terminal> {
        Arc::new(Terminal {
            index,
            kind: KINDS[index % KINDS.len()],
            world: Arc::clone(world),
            disk: Arc::default(),
            on: Mutex::default(),
            lives: Mutex::default(),
        })
    }

    /// Is used, killed and switched on again until nothing is left to do; stays on then.
    pub(crate) async fn live(self: Arc<Self>) {
        let mut chance = Chance::new(self.world.plan.seed, &format!("terminal {}", self.index));
        loop {
            let (core, life) = self.switch_on();
            let screen = self.screen();
            let (sender, mut done) = futures::channel::oneshot::channel();
            let (world, index) = (Arc::clone(&self.world), self.index);
            life.run(async move {
                person::use_terminal(world, index, core, screen).await;
                let _ = sender.send(());
            });
            loop {
                let span = Duration::from_millis(chance.spread(500, 200_000));
                if timeout(span, &mut done).await.is_ok() {
                    return;
                }
                // Whoever does the last of the operations comes to its end.
                if self.world.operations_left() {
                    break;
                }
            }
            self.kill();
            sleep(Duration::from_millis(chance.spread(1, 20_000))).await;
        }
    }

    /// Switches it on, where it is off.
    pub(crate) fn switch_on(&self) -> (Core, Arc<Life>) {
        let mut on = lock(&self.on);
        if let Some(on) = &*on {
            return (on.core.clone(), Arc::clone(&on.life));
        }
        let number = {
            let mut lives = lock(&self.lives);
            *lives += 1;
            *lives
        };
        self.world.tell(format_args!("t{} is switched on", self.index));
        let life = Life::new(&self.world, self.index, &self.disk, number);
        let ports = Arc::new(Ports(Arc::clone(&life)));
        let name = format!("terminal {} numbers {number}", self.index);
        let host = Host {
            http: ports.clone(),
            pokes: ports.clone(),
            store: ports.clone(),
            journal: Some(ports.clone()),
            clock: ports.clone(),
            timer: ports.clone(),
            spawner: ports.clone(),
            rng: Arc::new(Numbers::new(Chance::new(self.world.plan.seed, &name))),
            secrets: match self.kind {
                TerminalKind::Browser => None,
                _ => Some(ports),
            },
            later: None,
        };
        let core = Core::new(host, BASE_URL, self.kind);
        let shown: Arc<Mutex<BTreeMap<DraftId, SaveState>>> = Arc::default();
        let (seen, world, index) = (Arc::clone(&shown), Arc::clone(&self.world), self.index);
        let screen = Screen::default();
        let rows = Arc::clone(&screen);
        core.subscribe(Box::new(move |event| match event {
            Event::DraftSaving { id, state } => {
                world.tell(format_args!("t{index} shows {id} as {}", name_of(state)));
                lock(&seen).insert(*id, state.clone());
            }
            Event::DraftMerged { id, answers } => {
                let came = answers.iter().find(|answer| answer.path == ROWS);
                if let (Some(came), Some(shown)) = (came, lock(&rows).get_mut(id)) {
                    let came = names(&came.value);
                    world.history().seen_rows(index, &came);
                    *shown = Some(came);
                }
            }
            _ => {}
        }));
        *on = Some(On {
            core: core.clone(),
            life: Arc::clone(&life),
            shown,
            screen,
        });
        (core, life)
    }

    /// Ends the core where it stands.
    pub(crate) fn kill(&self) {
        if let Some(on) = lock(&self.on).take() {
            self.world.tell(format_args!("t{} is killed", self.index));
            on.life.end();
        }
    }

    fn screen(&self) -> Screen {
        let on = lock(&self.on);
        on.as_ref().map(|on| Arc::clone(&on.screen)).unwrap_or_default()
    }

    /// What it shows of the saving of drafts.
    pub(crate) fn shown(&self) -> BTreeMap<DraftId, SaveState> {
        let on = lock(&self.on);
        on.as_ref().map(|on| lock(&on.shown).clone()).unwrap_or_default()
    }
}

pub(crate) fn name_of(state: &SaveState) -> &'static str {
    match state {
        SaveState::Saved { .. } => "saved",
        SaveState::Saving => "saving",
        SaveState::Waiting { .. } => "waiting",
        SaveState::Refused { .. } => "refused",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Plan, Weather, by_itself};

    #[test]
    fn a_session_that_is_looked_up_again_has_its_copy_kept_once() {
        let plan = Plan {
            weather: Weather::fine(),
            ..Plan::new(1, 0)
        };
        let asked = by_itself(async {
            let world = World::open(&plan).await;
            let (core, _) = world.terminals()[0].switch_on();
            let mut chance = Chance::new(1, "a page that is loaded anew");
            for _ in 0..3 {
                assert!(person::log_in(&world, &core, &mut chance).await);
            }
            sleep(Duration::from_secs(10)).await;
            let before = world.network.asked()[0];
            sleep(Duration::from_secs(60)).await;
            let asked = world.network.asked()[0] - before;
            world.close();
            asked
        });
        assert!(asked <= 3, "{asked} requests in a minute in which nothing happened");
    }
}
