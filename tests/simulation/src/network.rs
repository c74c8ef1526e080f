//! The network between terminals and replicas.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use futures::channel::oneshot;
use onehall_core::ports::HttpResponse;
use tokio::time::sleep;

use crate::TERMINALS;
use crate::chance::Chance;
use crate::replica::{Parcel, serve};
use crate::world::{World, lock};

/// How bad it is. What may happen to a message, in times of a thousand, and how long it may take.
#[derive(Debug, Clone, Copy)]
pub struct Weather {
    /// A request never arrives.
    pub lose_request: u64,
    /// An answer never comes back.
    pub lose_answer: u64,
    /// A request arrives twice: the second time later, perhaps elsewhere.
    pub double: u64,
    /// A message takes long.
    pub slow: u64,
    /// How long that is at most, in milliseconds.
    pub longest: u64,
    /// A poke never arrives.
    pub lose_poke: u64,
    /// A poke arrives twice.
    pub double_poke: u64,
}

impl Default for Weather {
    fn default() -> Weather {
        Weather {
            lose_request: 40,
            lose_answer: 60,
            double: 80,
            slow: 100,
            longest: 25_000,
            lose_poke: 150,
            double_poke: 100,
        }
    }
}

impl Weather {
    /// Half of what is sent takes long, and much of it is lost or comes twice.
    #[must_use]
    pub fn storm() -> Weather {
        Weather {
            lose_request: 150,
            lose_answer: 200,
            double: 250,
            slow: 500,
            longest: 40_000,
            lose_poke: 400,
            double_poke: 200,
        }
    }

    /// The weather of this name.
    #[must_use]
    pub fn named(name: &str) -> Option<Weather> {
        match name {
            "fine" => Some(Weather::fine()),
            "ordinary" => Some(Weather::default()),
            "storm" => Some(Weather::storm()),
            _ => None,
        }
    }

    /// Nothing is lost, and nothing takes long.
    #[must_use]
    pub fn fine() -> Weather {
        Weather {
            lose_request: 0,
            lose_answer: 0,
            double: 0,
            slow: 0,
            longest: 0,
            lose_poke: 0,
            double_poke: 0,
        }
    }
}

/// From when on a message counts as late.
const LATE: Duration = Duration::from_secs(1);

/// What becomes of a request.
pub(crate) struct Fate {
    /// To whom it goes.
    pub(crate) replica: usize,
    there: u64,
    lost_there: bool,
    back: u64,
    lost_back: bool,
    again: Option<(usize, u64)>,
    /// After how long the terminal gives up.
    patience: u64,
}

/// The network.
pub(crate) struct Network(Mutex<State>);

struct State {
    chance: Chance,
    weather: Weather,
    replicas: usize,
    cut: BTreeSet<(usize, usize)>,
    /// How often each terminal asked.
    asked: [u64; TERMINALS],
}

impl Network {
    pub(crate) fn new(seed: u64, weather: Weather, replicas: usize) -> Network {
        Network(Mutex::new(State {
            chance: Chance::new(seed, "network"),
            weather,
            replicas,
            cut: BTreeSet::new(),
            asked: [0; TERMINALS],
        }))
    }

    pub(crate) fn heal(&self) {
        let mut state = lock(&self.0);
        state.weather = Weather::fine();
        state.cut.clear();
    }

    /// Cuts a terminal off from a replica, or lets it through again.
    pub(crate) fn set_cut(&self, terminal: usize, replica: usize, cut: bool) {
        let mut state = lock(&self.0);
        if cut {
            state.cut.insert((terminal, replica));
        } else {
            state.cut.remove(&(terminal, replica));
        }
    }

    pub(crate) fn is_cut(&self, terminal: usize, replica: usize) -> bool {
        lock(&self.0).cut.contains(&(terminal, replica))
    }

    /// Cuts every terminal off.
    pub(crate) fn cut_all(&self) {
        let replicas = lock(&self.0).replicas;
        for terminal in 0..TERMINALS {
            for replica in 0..replicas {
                self.set_cut(terminal, replica, true);
            }
        }
    }

    /// How often each terminal has asked so far.
    pub(crate) fn asked(&self) -> [u64; TERMINALS] {
        lock(&self.0).asked
    }

    fn fate(&self, terminal: usize) -> Fate {
        let mut state = lock(&self.0);
        state.asked[terminal] += 1;
        let (weather, replicas) = (state.weather, state.replicas as u64);
        let chance = &mut state.chance;
        let delay = |chance: &mut Chance| {
            if chance.happens(weather.slow) {
                chance.spread(200, weather.longest)
            } else {
                chance.spread(1, 60)
            }
        };
        Fate {
            replica: chance.below(replicas) as usize,
            there: delay(chance),
            lost_there: chance.happens(weather.lose_request),
            back: delay(chance),
            lost_back: chance.happens(weather.lose_answer),
            again: chance
                .happens(weather.double)
                .then(|| (chance.below(replicas) as usize, chance.spread(1, weather.longest))),
            patience: chance.spread(100, 20_000),
        }
    }

    /// To which replica a stream goes, and how long it takes to open.
    pub(crate) fn route(&self) -> (usize, u64) {
        let mut state = lock(&self.0);
        let replicas = state.replicas as u64;
        (state.chance.below(replicas) as usize, state.chance.spread(1, 60))
    }

    /// How often a poke arrives, and how long each takes.
    pub(crate) fn pokes(&self) -> Vec<u64> {
        let mut state = lock(&self.0);
        let (weather, chance) = (state.weather, &mut state.chance);
        let times = if chance.happens(weather.lose_poke) {
            0
        } else {
            1 + u64::from(chance.happens(weather.double_poke))
        };
        let longest = if weather.slow > 0 { 3_000 } else { 60 };
        (0..times).map(|_| chance.spread(1, longest)).collect()
    }
}

/// Why no answer came, or not the whole of it.
pub(crate) enum Lost {
    /// None began to come.
    Whole,
    /// This one was lost on its way.
    OnItsWay(HttpResponse),
}

/// Carries a request to a replica and its answer back. Who asked may be gone meanwhile: what is on its way arrives.
pub(crate) async fn carry(world: &Arc<World>, terminal: usize, parcel: Parcel) -> Result<HttpResponse, Lost> {
    let (sender, answer) = oneshot::channel();
    let (world, fate) = (Arc::clone(world), world.network.fate(terminal));
    tokio::spawn(async move {
        let outcome = journey(&world, terminal, parcel, fate).await;
        let _ = sender.send(outcome);
    });
    answer.await.unwrap_or(Err(Lost::Whole))
}

async fn journey(world: &Arc<World>, terminal: usize, parcel: Parcel, fate: Fate) -> Result<HttpResponse, Lost> {
    let number = world.new_number();
    world.tell(format_args!(
        "#{number} t{terminal} {} {} to r{} in {}{}",
        parcel.method.as_str(),
        parcel.path,
        fate.replica,
        fate.there,
        if fate.lost_there { ", lost" } else { "" },
    ));
    if fate.lost_there {
        world.count("requests lost");
    }
    if world.span(fate.there.max(fate.back)) > LATE {
        world.count("requests with a message that took over a second");
    }
    if let Some((replica, later)) = fate.again {
        world.count("requests doubled");
        let (world, parcel) = (Arc::clone(world), parcel.clone());
        tokio::spawn(async move {
            sleep(world.span(fate.there + later)).await;
            if !world.network.is_cut(terminal, replica) {
                world.tell(format_args!("#{number} arrives again, at r{replica}"));
                serve(&world, replica, parcel).await;
            }
        });
    }
    sleep(world.span(fate.there)).await;
    let open = !world.network.is_cut(terminal, fate.replica);
    if !open && !world.is_calm() {
        world.count("requests into a network that was cut");
    }
    if fate.lost_there && open {
        world.replicas[fate.replica].hear_half(&parcel).await;
    }
    let arrives = !fate.lost_there && open;
    let answer = if arrives {
        serve(world, fate.replica, parcel).await
    } else {
        None
    };
    let Some(answer) = answer else {
        world.tell(format_args!("#{number} is not answered"));
        sleep(world.span(if world.is_calm() { 10 } else { fate.patience })).await;
        return Err(Lost::Whole);
    };
    sleep(world.span(fate.back)).await;
    if fate.lost_back {
        world.count("answers lost");
    }
    if fate.lost_back || world.network.is_cut(terminal, fate.replica) {
        world.tell(format_args!("#{number} {}, and the answer is lost", answer.status));
        sleep(world.span(fate.patience)).await;
        return Err(Lost::OnItsWay(answer));
    }
    world.tell(format_args!(
        "#{number} {} of {} bytes",
        answer.status,
        answer.body.len()
    ));
    Ok(answer)
}
