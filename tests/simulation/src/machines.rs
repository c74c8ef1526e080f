//! What a world is made of. The people, the history and the oracle know no more of the machines than this, so that the same
//! is asked of simulated ones and of real ones.

use std::sync::Arc;

use async_trait::async_trait;
use futures::stream::BoxStream;
use onehall_client::citizen;
use onehall_core::Core;
use onehall_core::ports::{EventListener, HttpResponse};
use onehall_protocol::{CoreError, PersonId, Timestamp};

use crate::real::Line;
use crate::replica::Parcel;
use crate::witness::{Kept, Saw};
use crate::world::World;

/// Where people are let in.
#[async_trait]
pub(crate) trait Reception: Send + Sync {
    /// The phone number with which the citizen logs in.
    fn phone(&self) -> &str;
    /// Whose matters the citizen handles, the citizen's own first.
    fn principals(&self) -> &[PersonId];
    /// The code of the last message that was sent.
    async fn last_code(&self) -> String;
    /// What was logged, in order, and the logs as they are kept.
    async fn log(&self) -> (Vec<Saw>, Vec<Kept>);
    /// Takes out of the logs of changes what was logged before a time: whoever has not read it by now reads a snapshot. False
    /// where nobody takes anything out by hand.
    async fn trim_logs(&self, _before: Timestamp) -> bool {
        false
    }
}

/// A replica of the hall.
#[async_trait]
pub(crate) trait Replica: Send + Sync {
    /// Starts it, where it does not run.
    fn start(&self, world: &World);
    /// Ends it where it stands. What was committed stays.
    fn crash(&self, world: &World);
    /// Answers.
    async fn answer(&self, parcel: Parcel) -> Answered;
    /// Opens a stream, which ends where it breaks; nothing where it does not run, or refuses.
    async fn stream(&self, parcel: Parcel) -> Option<BoxStream<'static, Vec<u8>>>;
    /// Half of a request comes, and nothing more, where there are halves.
    async fn hear_half(&self, _parcel: &Parcel) {}
    /// Whether it serves.
    async fn serves(&self) -> bool {
        true
    }
}

/// What came of asking a replica.
pub(crate) enum Answered {
    /// It does not run, and never heard of it.
    Unheard,
    /// It was asked, and crashed before it could say what came of it.
    Unsaid,
    /// Its answer.
    Said(HttpResponse),
}

/// A terminal as a machine, on which a core runs now and then. What it keeps outlives the core.
#[async_trait]
pub(crate) trait Machine: Send + Sync {
    /// Starts its core, for the `number`th time. Events go to `listener`.
    fn switch_on(&self, world: &Arc<World>, number: u64, listener: Box<EventListener>) -> On;
    /// The keys of what is not sent yet.
    async fn unsent(&self, core: Option<Client>) -> Vec<String>;
}

/// A machine that is switched on.
pub(crate) struct On {
    /// Its core.
    pub(crate) core: Client,
    /// Ends the core where it stands.
    pub(crate) off: Box<dyn Fn() + Send + Sync>,
}

/// The core of a terminal, wherever it runs.
#[derive(Clone)]
pub(crate) enum Client {
    /// In this process.
    Here(Core),
    /// In a process of its own, over the bridge.
    Elsewhere(Arc<Line>),
}

impl Client {
    pub(crate) async fn dispatch(&self, command: citizen::Command) -> Result<citizen::Reply, CoreError> {
        match self {
            Client::Here(core) => core.dispatch(command).await,
            Client::Elsewhere(line) => line.dispatch(command).await,
        }
    }
}
