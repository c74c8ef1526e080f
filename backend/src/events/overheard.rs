//! What is poked, on its way to whoever carries it to other replicas: a queue that never makes the one who pokes wait.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use onehall_protocol::cases::Poke;
use tokio::sync::mpsc;

use super::hub::Channel;

/// The most that waits. What is beyond is lost, and said to be.
const MOST: usize = 4096;

/// Where pokes go in.
#[derive(Debug)]
pub(super) struct Overhearing {
    pokes: mpsc::Sender<(Channel, Poke)>,
    lost: Arc<AtomicBool>,
}

/// Where they come out.
#[derive(Debug)]
pub(super) struct Overheard {
    pokes: mpsc::Receiver<(Channel, Poke)>,
    lost: Arc<AtomicBool>,
}

pub(super) fn overhear() -> (Overhearing, Overheard) {
    let (sender, pokes) = mpsc::channel(MOST);
    let lost = Arc::new(AtomicBool::new(false));
    let others = Overhearing {
        pokes: sender,
        lost: Arc::clone(&lost),
    };
    (others, Overheard { pokes, lost })
}

impl Overhearing {
    pub(super) fn tell(&self, channel: &Channel, poke: &Poke) {
        if self.pokes.try_send((channel.clone(), poke.clone())).is_err() {
            self.lost.store(true, Ordering::Relaxed);
        }
    }
}

impl Overheard {
    /// Waits for the next poke; for ever where nobody pokes any more. Nothing is lost if the wait is given up.
    pub(super) async fn next(&mut self) -> (Channel, Poke) {
        match self.pokes.recv().await {
            Some(poke) => poke,
            None => std::future::pending().await,
        }
    }

    /// What waits already, if anything does.
    pub(super) fn waiting(&mut self) -> Option<(Channel, Poke)> {
        self.pokes.try_recv().ok()
    }

    /// Whether pokes were lost since this was last asked.
    pub(super) fn lost(&self) -> bool {
        self.lost.swap(false, Ordering::Relaxed)
    }
}

#[cfg(test)]
mod tests {
    use onehall_protocol::PersonId;
    use uuid::Uuid;

    use super::*;

    #[test]
    fn what_is_too_much_is_lost_and_said_to_be_once() {
        let (others, mut overheard) = overhear();
        let channel = Channel::Person(PersonId(Uuid::now_v7()));
        for _ in 0..MOST {
            others.tell(&channel, &Poke::Again);
        }
        assert!(!overheard.lost());
        others.tell(&channel, &Poke::Again);
        assert!(overheard.lost() && !overheard.lost());
        assert_eq!(std::iter::from_fn(|| overheard.waiting()).count(), MOST);
    }
}
