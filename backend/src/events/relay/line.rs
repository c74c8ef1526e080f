//! The line to the servers of NATS: what is said and heard on it, and what is done when it was broken.

use std::time::Duration;

use async_nats::{Client, Event, Message};
use futures::StreamExt;
use onehall_protocol::cases::Poke;
use tokio::sync::mpsc;
use tokio::time::{Instant, MissedTickBehavior};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use super::place::NatsPlace;
use super::said::{Said, Wire, mark};
use crate::events::overheard::Overheard;
use crate::events::{Channel, Hub, Reach};
use crate::secrets::random;
use crate::state::AppState;

/// Replicas come back at nearly the same time: one "read anew" for this one's gap and for all that the others ask for.
const SETTLE: Duration = Duration::from_millis(500);

/// How long to wait for oneself until one asks again.
const ECHO: Duration = Duration::from_secs(5);

/// How often the line is tried; one that is silently dead is noticed after three.
const PING: Duration = Duration::from_secs(10);

/// How long to wait until what is said is taken, on a line that is there.
const TAKEN: Duration = Duration::from_secs(1);

/// The longest pause between two tries to connect.
const MOST_PAUSE: Duration = Duration::from_secs(10);

pub(super) struct Line {
    hub: Hub,
    overheard: Overheard,
    wire: Wire,
    place: NatsPlace,
    /// Where this replica speaks.
    own: String,
    /// Where all of them do.
    all: String,
    /// Whether there is a connection.
    connected: bool,
    /// Whether this replica has heard itself on it: only then others are known to hear.
    proven: bool,
    /// Whether something that was to be said was perhaps not heard.
    missed: bool,
    /// The number of the last try to hear oneself.
    echo: u64,
    /// When everybody here is to read anew.
    again: Option<Instant>,
}

impl Line {
    pub(super) fn new(state: &AppState, place: NatsPlace) -> Line {
        let hall = format!("{}.{}", place.subject, mark(&state.key));
        Line {
            overheard: state.events.overhear(),
            hub: state.events.clone(),
            wire: Wire::new(&state.key),
            own: format!("{hall}.{}", Uuid::now_v7().simple()),
            all: format!("{hall}.*"),
            place,
            connected: false,
            proven: false,
            missed: false,
            echo: 0,
            again: None,
        }
    }

    /// Carries pokes until it is told to stop. The client connects by itself, now and whenever the connection is lost.
    ///
    /// # Errors
    /// Where the client gave up.
    pub(super) async fn carry(&mut self, stop: &CancellationToken) -> Result<(), &'static str> {
        // Old pokes are of no use to anybody later.
        while self.overheard.waiting().is_some() {
            self.missed = true;
        }
        let (events, mut happened) = mpsc::unbounded_channel();
        let options = self.place.options().name("onehall").ping_interval(PING);
        let connecting = options
            .retry_on_initial_connect()
            .reconnect_delay_callback(pause)
            .event_callback(move |event| {
                let events = events.clone();
                async move {
                    let _ = events.send(event);
                }
            })
            .connect(self.place.servers());
        let client = connecting.await.map_err(|_| "the client of NATS does not start")?;
        let subscribing = client.subscribe(self.all.clone()).await;
        let mut heard = subscribing.map_err(|_| "the client of NATS takes no subscription")?;
        let mut unproven = tokio::time::interval(ECHO);
        unproven.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            let again = self.again;
            tokio::select! {
                () = stop.cancelled() => break,
                event = happened.recv() => match event {
                    Some(Event::Closed) | None => {
                        self.broken();
                        return Err("the client of NATS has ended");
                    }
                    Some(event) => self.happened(&client, event).await,
                },
                message = heard.next() => match message {
                    Some(message) => self.hear(&client, &message).await,
                    None => {
                        self.broken();
                        return Err("the client of NATS hears nothing any more");
                    }
                },
                (to, poke) = self.overheard.next() => self.tell(&client, to, poke).await,
                () = at(again), if again.is_some() => {
                    self.again = None;
                    self.hub.again_here();
                    if self.proven {
                        self.reaches_every_replica();
                    }
                }
                _ = unproven.tick(), if self.connected && !self.proven => self.ask_oneself(&client).await,
            }
        }
        while let Some((to, poke)) = self.overheard.waiting() {
            self.tell(&client, to, poke).await;
        }
        if self.connected {
            let _ = client.flush().await;
        }
        Ok(())
    }

    async fn happened(&mut self, client: &Client, event: Event) {
        match event {
            Event::Connected => {
                self.connected = true;
                self.ask_oneself(client).await;
            }
            Event::Disconnected => self.broken(),
            // What came was too much for us, and some of it is lost.
            Event::SlowConsumer(_) => self.settle(),
            Event::ServerError(error) => tracing::warn!(%error, "the server of NATS refuses something"),
            Event::Closed | Event::LameDuckMode | Event::Draining | Event::ClientError(_) => {}
        }
    }

    /// What was said last may not have arrived.
    fn broken(&mut self) {
        if self.hub.reach() == Reach::EveryReplica {
            tracing::warn!(servers = %self.place, "NATS is lost: pokes reach this replica only until it is back");
        }
        (self.connected, self.proven, self.missed) = (false, false, true);
        self.hub.reaches(Reach::Degraded);
    }

    async fn ask_oneself(&mut self, client: &Client) {
        self.echo += 1;
        let number = self.echo;
        self.say(client, &Said::Echo { number }).await;
    }

    /// This replica hears itself: from here on nothing is missed, and what was before is asked for.
    async fn back(&mut self, client: &Client) {
        self.proven = true;
        self.settle();
        self.tell_of_gaps(client).await;
    }

    /// To be said once whoever listens here was told to read anew.
    fn reaches_every_replica(&self) {
        if self.hub.reach() != Reach::EveryReplica {
            tracing::info!(servers = %self.place, "pokes reach every replica");
            self.hub.reaches(Reach::EveryReplica);
        }
    }

    async fn tell_of_gaps(&mut self, client: &Client) {
        if self.missed {
            self.missed = false;
            self.say(client, &Said::Everybody).await;
        }
    }

    async fn hear(&mut self, client: &Client, message: &Message) {
        if message.subject.as_str() == self.own {
            // Listeners here were poked when it was said.
            let number = self.echo;
            if self.connected && !self.proven && self.wire.read(&message.payload) == Some(Said::Echo { number }) {
                self.back(client).await;
            }
            return;
        }
        let way = match self.wire.read(&message.payload) {
            Some(Said::Poke { to, poke }) => {
                self.hub.poke_here(&to, &poke);
                "heard"
            }
            Some(Said::Everybody) => {
                self.settle();
                "heard"
            }
            Some(Said::Echo { .. }) => return,
            // A stranger on the same servers, or a replica of another version.
            None => "refused",
        };
        metrics::counter!("onehall_pokes_relayed_total", "way" => way).increment(1);
    }

    async fn tell(&mut self, client: &Client, to: Channel, poke: Poke) {
        if self.overheard.lost() {
            self.missed = true;
            if self.proven {
                self.tell_of_gaps(client).await;
            }
        }
        if self.connected {
            self.say(client, &Said::Poke { to, poke }).await;
        } else {
            self.missed = true;
        }
    }

    async fn say(&mut self, client: &Client, said: &Said) {
        let Some(message) = self.wire.write(said) else { return };
        let taken = tokio::time::timeout(TAKEN, client.publish(self.own.clone(), message.into())).await;
        let way = if let Ok(Ok(())) = taken {
            "said"
        } else {
            self.missed = true;
            "lost"
        };
        metrics::counter!("onehall_pokes_relayed_total", "way" => way).increment(1);
    }

    fn settle(&mut self) {
        self.again.get_or_insert_with(|| Instant::now() + SETTLE);
    }
}

async fn at(moment: Option<Instant>) {
    match moment {
        Some(moment) => tokio::time::sleep_until(moment).await,
        None => std::future::pending().await,
    }
}

/// Longer with each try, and never the same for all replicas.
fn pause(tries: usize) -> Duration {
    let doublings = u32::try_from(tries).unwrap_or(u32::MAX).min(10);
    let most = Duration::from_millis(20 << doublings).min(MOST_PAUSE);
    let [random] = random::<1>();
    most.mul_f64(0.5 + f64::from(random) / 510.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_to_some_seconds_and_no_further() {
        assert!(pause(1) <= Duration::from_millis(40));
        for tries in [10, 1000, usize::MAX] {
            assert!((MOST_PAUSE / 2..=MOST_PAUSE).contains(&pause(tries)));
        }
    }
}
