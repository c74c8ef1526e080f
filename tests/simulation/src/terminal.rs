//! A terminal: a real core that is switched on, killed somewhere in the middle, and switched on again.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};

use onehall_client::{Event, SaveState};
use onehall_protocol::DraftId;
use tokio::task::JoinHandle;
use tokio::time::{sleep, timeout};

use crate::chance::Chance;
use crate::machines::{self, Client, Machine};
use crate::person::{self, ROWS, Screen, names};
use crate::world::{World, lock};

/// A terminal.
pub(crate) struct Terminal {
    pub(crate) index: usize,
    world: Arc<World>,
    machine: Box<dyn Machine>,
    on: Mutex<Option<On>>,
    lives: Mutex<u64>,
}

struct On {
    machine: machines::On,
    person: Option<JoinHandle<()>>,
    shown: Arc<Mutex<BTreeMap<DraftId, SaveState>>>,
    screen: Screen,
}

impl Terminal {
    pub(crate) fn new(world: &Arc<World>, index: usize, machine: Box<dyn Machine>) -> Arc<Terminal> {
        Arc::new(Terminal {
            index,
            world: Arc::clone(world),
            machine,
            on: Mutex::default(),
            lives: Mutex::default(),
        })
    }

    /// Is used, killed and switched on again until nothing is left to do; stays on then.
    pub(crate) async fn live(self: Arc<Self>) {
        let mut chance = Chance::new(self.world.plan.seed, &format!("terminal {}", self.index));
        loop {
            let core = self.switch_on();
            let (sender, mut done) = futures::channel::oneshot::channel();
            let (world, index, screen) = (Arc::clone(&self.world), self.index, self.screen());
            let person = tokio::spawn(async move {
                person::use_terminal(world, index, core, screen).await;
                let _ = sender.send(());
            });
            if let Some(on) = &mut *lock(&self.on) {
                on.person = Some(person);
            }
            loop {
                let span = self.world.span(chance.spread(500, 200_000));
                if timeout(span, &mut done).await.is_ok() {
                    return;
                }
                // Whoever does the last of the operations comes to its end.
                if self.world.operations_left() {
                    break;
                }
            }
            self.kill();
            sleep(self.world.span(chance.spread(1, 20_000))).await;
        }
    }

    /// Switches it on, where it is off.
    pub(crate) fn switch_on(&self) -> Client {
        let mut on = lock(&self.on);
        if let Some(on) = &*on {
            return on.machine.core.clone();
        }
        let number = {
            let mut lives = lock(&self.lives);
            *lives += 1;
            *lives
        };
        self.world.tell(format_args!("t{} is switched on", self.index));
        let shown: Arc<Mutex<BTreeMap<DraftId, SaveState>>> = Arc::default();
        let (seen, world, index) = (Arc::clone(&shown), Arc::clone(&self.world), self.index);
        let screen = Screen::default();
        let rows = Arc::clone(&screen);
        let listener = Box::new(move |event: &Event| match event {
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
            // The page of a draft that was begun here and is part of another one now reads that one.
            Event::DraftChanged { id } if world.history().became.contains_key(id) => {
                if let Some(shown) = lock(&rows).get_mut(id) {
                    *shown = None;
                }
            }
            _ => {}
        });
        let machine = self.machine.switch_on(&self.world, number, listener);
        let core = machine.core.clone();
        *on = Some(On {
            machine,
            person: None,
            shown,
            screen,
        });
        core
    }

    /// Ends the core where it stands.
    pub(crate) fn kill(&self) {
        if let Some(on) = lock(&self.on).take() {
            self.world.tell(format_args!("t{} is killed", self.index));
            if !self.world.is_calm() {
                self.world.count("times a terminal was killed");
            }
            (on.machine.off)();
            if let Some(person) = on.person {
                person.abort();
            }
        }
    }

    /// Whoever uses it goes away, and writes down that they were not told what came of what they were at.
    pub(crate) async fn leave(&self) {
        let person = lock(&self.on).as_mut().and_then(|on| on.person.take());
        if let Some(person) = person {
            person.abort();
            let _ = person.await;
        }
    }

    /// The keys of what is not sent yet.
    pub(crate) async fn unsent(&self) -> Vec<String> {
        let core = lock(&self.on).as_ref().map(|on| on.machine.core.clone());
        self.machine.unsent(core).await
    }

    fn screen(&self) -> Screen {
        let on = lock(&self.on);
        on.as_ref().map(|on| Arc::clone(&on.screen)).unwrap_or_default()
    }

    /// The drafts that somebody threw away, at whatever terminal.
    pub(crate) fn thrown_away(&self) -> BTreeSet<DraftId> {
        self.world.history().discarded.clone()
    }

    /// The drafts that terminals had begun by themselves and that became part of others.
    pub(crate) fn became_others(&self) -> BTreeSet<DraftId> {
        self.world.history().became.keys().copied().collect()
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
    use std::time::Duration;

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
            let core = world.terminals()[0].switch_on();
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
